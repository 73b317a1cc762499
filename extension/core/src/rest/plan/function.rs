//! Which overload a call means.

use super::hints;
use crate::catalog::{Argument, Catalog, Function, TypeKind};
use crate::error::{ApiError, Code, from_database};
use crate::rest::query::{ParsedQuery, Place};
use crate::rest::shape::{Call, CallKind, Filter, Query, RawKind, SelectItem, Shape};
use std::rc::Rc;

/// The function that is called, and what it is given.
#[derive(Debug)]
pub struct FunctionPlan {
    pub functions: Rc<Vec<Function>>,
    index: usize,
    pub given: Given,
}

/// Where a function's arguments come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Given {
    /// For each argument given: its place among the function's, and the places of its values in `Call::arguments`.
    Named(Vec<(usize, Vec<usize>)>),
    /// The body is the only argument.
    Body,
}

impl FunctionPlan {
    /// The chosen overload.
    pub fn function(&self) -> Option<&Function> {
        self.functions.get(self.index)
    }
}

/// Whether the function can be called with these named arguments and no others.
fn accepts(function: &Function, names: &[String]) -> bool {
    let takes = |name: &String| function.arguments.iter().any(|a| a.name == *name);
    let given = |a: &Argument| a.has_default || !a.name.is_empty() && names.contains(&a.name);
    names.iter().all(takes) && function.arguments.iter().all(given)
}

/// Whether its only argument has no name and takes a raw body of this kind.
fn takes_body(function: &Function, kind: RawKind) -> bool {
    let [only] = function.arguments.as_slice() else {
        return false;
    };
    only.name.is_empty()
        && matches!(
            (kind, only.ty.kind),
            (RawKind::Json, TypeKind::Json | TypeKind::Jsonb)
                | (RawKind::Text, TypeKind::Text)
                | (RawKind::Bytea, TypeKind::Bytea)
                | (RawKind::Xml, TypeKind::Xml)
        )
}

/// Settles which parameters of a GET on a function are arguments. Those without an operator are, those with one
/// (`id=eq.1`) are filters; but if no overload can be called so, one whose name an overload takes is an argument.
pub fn split_call(parsed: &mut ParsedQuery, functions: &[Function]) {
    if parsed.undecided.is_empty() {
        return;
    }
    let known = |name: &str| functions.iter().any(|f| f.arguments.iter().any(|a| a.name == name));
    // What the dialect takes for an argument is one.
    let (filters, others): (Vec<_>, Vec<_>) = std::mem::take(&mut parsed.undecided)
        .into_iter()
        .partition(|param| matches!(param.place, Place::Filter(_)));
    for param in others.into_iter().filter(|param| known(&param.name)) {
        match param.place {
            Place::Having => parsed.query.having.clear(),
            _ => parsed.query.distinct = None,
        }
        parsed.arguments.push((param.name, param.value));
    }
    let mut names: Vec<String> = parsed.arguments.iter().map(|(name, _)| name.clone()).collect();
    if functions.iter().any(|f| accepts(f, &names)) {
        return;
    }
    names.extend(filters.iter().map(|u| u.name.clone()).filter(|name| known(name)));
    if !functions.iter().any(|f| accepts(f, &names)) {
        return;
    }
    // From the last on, so that the places of the others stay true.
    let mut taken = Vec::new();
    for param in filters.into_iter().rev() {
        if let Place::Filter(place) = param.place
            && known(&param.name)
        {
            parsed.query.filters.remove(place);
            taken.push((param.name, param.value));
        }
    }
    parsed.arguments.extend(taken.into_iter().rev());
}

/// Finds the overload that a call means.
///
/// # Errors
/// PGRST202 (404) if none takes these arguments, PGRST203 (300) if several do.
pub fn resolve(catalog: &dyn Catalog, shape: &Shape) -> Result<FunctionPlan, ApiError> {
    let functions = catalog.functions(&shape.schema, &shape.target);
    let named = |f: &Function| accepts(f, &shape.call.arguments);
    let (found, body) = match shape.call.kind {
        CallKind::Raw(kind) => (positions(&functions, |f| takes_body(f, kind)), true),
        CallKind::Query => (positions(&functions, named), false),
        CallKind::Json => {
            let found = positions(&functions, named);
            if found.is_empty() {
                (positions(&functions, |f| takes_body(f, RawKind::Json)), true)
            } else {
                (found, false)
            }
        }
    };
    let index = match found.as_slice() {
        [] => return Err(missing(catalog, shape, &functions)),
        [only] => *only,
        several => {
            let all: Vec<String> =
                several.iter().filter_map(|i| functions.get(*i)).map(signature).collect();
            return Err(ApiError::new(Code::AmbiguousFunction, &[&all.join(", ")]).hint(
                "Try renaming the parameters or the function itself in the database so function overloading can be \
                 resolved",
            ));
        }
    };
    let given = match functions.get(index) {
        Some(function) if !body => Given::Named(given(function, &shape.call)),
        _ => Given::Body,
    };
    Ok(FunctionPlan { functions, index, given })
}

fn positions(functions: &[Function], fits: impl Fn(&Function) -> bool) -> Vec<usize> {
    functions.iter().enumerate().filter(|(_, f)| fits(f)).map(|(i, _)| i).collect()
}

fn given(function: &Function, call: &Call) -> Vec<(usize, Vec<usize>)> {
    let mut all = Vec::new();
    for (i, argument) in function.arguments.iter().enumerate() {
        let values: Vec<usize> = call
            .arguments
            .iter()
            .enumerate()
            .filter(|(_, name)| **name == argument.name)
            .map(|(at, _)| at)
            .collect();
        if !values.is_empty() {
            all.push((i, values));
        }
    }
    all
}

/// Refuses what would have to name columns of a function that returns records: nobody knows them. As Postgres says it.
///
/// # Errors
/// 42703 (400).
pub fn check_record(function: &Function, query: &Query) -> Result<(), ApiError> {
    let selected = query.select.iter().find_map(|item| match item {
        SelectItem::Column(column) => column.field.as_ref().map(|field| field.name.as_str()),
        SelectItem::Embed(embed) => Some(embed.target.as_str()),
        SelectItem::All => None,
    });
    let filtered = query.filters.first().map(first_name);
    let ordered = query.order.first().map(|order| order.field.name.as_str());
    let Some(name) = selected.or(filtered).or(ordered) else {
        return Ok(());
    };
    let message = format!("column {}.{name} does not exist", function.name);
    Err(from_database("42703", &message, None, None, false))
}

fn first_name(filter: &Filter) -> &str {
    match filter {
        Filter::Tree { parts, .. } => parts.first().map_or("", first_name),
        Filter::Test { field, .. } => &field.name,
    }
}

/// `public.add(a => integer)`
fn signature(function: &Function) -> String {
    let arguments: Vec<String> =
        function.arguments.iter().map(|a| format!("{} => {}", a.name, a.ty.sql)).collect();
    format!("{}.{}({})", function.schema, function.name, arguments.join(", "))
}

#[cold]
fn missing(catalog: &dyn Catalog, shape: &Shape, functions: &[Function]) -> ApiError {
    let full = format!("{}.{}", shape.schema, shape.target);
    let mut names = shape.call.arguments.clone();
    names.dedup();
    let (what, searched) = match shape.call.kind {
        CallKind::Raw(kind) if kind != RawKind::Json => {
            let ty = match kind {
                RawKind::Text => "text",
                RawKind::Xml => "xml",
                _ => "bytea",
            };
            (full.clone(), format!("{full} with a single unnamed {ty} parameter"))
        }
        kind => {
            let (what, with) = match names.as_slice() {
                [] => (format!("{full} without parameters"), "without parameters".to_owned()),
                [only] => (format!("{full}({only})"), format!("with parameter {only}")),
                several => {
                    let list = several.join(", ");
                    (format!("{full}({list})"), format!("with parameters {list}"))
                }
            };
            let or = match kind {
                CallKind::Query => "",
                _ => " or with a single unnamed json/jsonb parameter",
            };
            (what, format!("{full} {with}{or}"))
        }
    };
    let error = ApiError::new(Code::NoFunction, &[&what]).details(format!(
        "Searched for the function {searched}, but no matches were found in the schema cache."
    ));
    match similar(catalog, shape, functions, &names) {
        Some(found) => error.hint(format!("Perhaps you meant to call the function {found}")),
        None => error,
    }
}

/// An overload of the same name with arguments named alike, or a function named alike, of those that the caller may call.
fn similar(
    catalog: &dyn Catalog,
    shape: &Shape,
    functions: &[Function],
    names: &[String],
) -> Option<String> {
    let Shape { schema, target, .. } = shape;
    // A body as it is has no names that could be wrong.
    if matches!(shape.call.kind, CallKind::Raw(kind) if kind != RawKind::Json) {
        return None;
    }
    if functions.is_empty() {
        let all = catalog.function_names(schema);
        return hints::closest(target, &all, 0.75).map(|found| format!("{schema}.{found}"));
    }
    let list = |mut names: Vec<&str>| {
        names.sort_unstable();
        format!("({})", names.join(", "))
    };
    let callable = functions.iter().filter(|function| catalog.may_call(function));
    let lists: Vec<String> =
        callable.map(|f| list(f.arguments.iter().map(|a| a.name.as_str()).collect())).collect();
    let wanted = list(names.iter().map(String::as_str).collect());
    hints::closest(&wanted, &lists, hints::LIKENESS)
        .map(|found| format!("{schema}.{target}{found}"))
}
