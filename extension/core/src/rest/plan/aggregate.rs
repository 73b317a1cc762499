//! Which aggregate a call means, and what orders and conditions mean by a name that is no column's.

use super::{Node, Planner, hints};
use crate::catalog::{Aggregate, AggregateKind, TypeKind};
use crate::error::{ApiError, Code};
use crate::rest::shape::{AggregateCall, Field, Query, SelectItem};

/// Aggregates of Postgres that requests may call; those of schemas that the caller can reach come beside them. Left out are
/// the hypothetical-set ones and what serves Postgres itself.
pub const BUILT_IN: &[&str] = &[
    "any_value",
    "array_agg",
    "avg",
    "bit_and",
    "bit_or",
    "bit_xor",
    "bool_and",
    "bool_or",
    "count",
    "every",
    "json_agg",
    "jsonb_agg",
    "max",
    "min",
    "mode",
    "percentile_cont",
    "percentile_disc",
    "range_agg",
    "range_intersect_agg",
    "stddev",
    "stddev_pop",
    "stddev_samp",
    "string_agg",
    "sum",
    "var_pop",
    "var_samp",
    "variance",
    "xmlagg",
];

/// An aggregate that was looked up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resolved {
    pub schema: String,
    pub name: String,
    /// `WITHIN GROUP`
    pub ordered_set: bool,
    /// The types of its arguments beside the column, where they are known.
    pub arguments: Vec<Option<String>>,
    /// The calls that mean it: by name and arguments.
    called: String,
    arrays: Vec<bool>,
}

impl Resolved {
    fn is_of(&self, call: &AggregateCall) -> bool {
        self.called == call.name && call.arguments.iter().map(|a| &a.array).eq(&self.arrays)
    }
}

impl Node<'_> {
    /// What a call on this node's columns means; `None` for the dialect's own.
    pub fn resolved(&self, call: &AggregateCall) -> Option<&Resolved> {
        self.aggregates.iter().find(|resolved| resolved.is_of(call))
    }
}

impl Planner<'_> {
    /// Looks up what a query calls.
    ///
    /// # Errors
    /// PGRST123 (400) if aggregates are off; PGRST100 (400) for one that does not exist, or not so.
    pub(super) fn aggregates(&self, query: &Query) -> Result<Vec<Resolved>, ApiError> {
        let mut all: Vec<Resolved> = Vec::new();
        check_distinct(query)?;
        if !query.has_aggregates() {
            return Ok(all);
        }
        if !self.settings.aggregates_enabled {
            return Err(ApiError::new(Code::Aggregates, &[]));
        }
        let mut failure = None;
        query.calls(&mut |call| {
            if failure.is_some() || call.is_plain() || all.iter().any(|known| known.is_of(call)) {
                return;
            }
            match self.resolve(call) {
                Ok(resolved) => all.push(resolved),
                Err(error) => failure = Some(error),
            }
        });
        failure.map_or(Ok(all), Err)
    }

    fn resolve(&self, call: &AggregateCall) -> Result<Resolved, ApiError> {
        let named = self.catalog.aggregates(&call.name);
        let reachable: Vec<&Aggregate> = named.iter().filter(|a| is_reachable(a)).collect();
        let Some(first) = reachable.first() else {
            return Err(self.unknown(&call.name));
        };
        let given = call.arguments.len();
        let taking: Vec<&Aggregate> =
            reachable.iter().filter(|a| a.values().len() == given).copied().collect();
        let Some(found) = taking.first() else {
            return Err(wrong_arguments(call, first));
        };
        let ordered_set = found.kind == AggregateKind::OrderedSet;
        if ordered_set && (call.distinct || !call.order.is_empty()) {
            let message =
                format!("The aggregate '{}' takes its values in their own order", call.name);
            return Err(ApiError::new(Code::QueryParameter, &[&message])
                .hint("Leave out distinct and order()"));
        }
        // Overloads of one schema and kind: Postgres chooses among them by the column.
        let alike = || taking.iter().filter(|a| a.schema == found.schema && a.kind == found.kind);
        let arguments = call.arguments.iter().enumerate().map(|(n, argument)| {
            let types: Vec<_> = alike().filter_map(|a| a.values().get(n)).collect();
            let wanted =
                |array: bool| types.iter().filter(move |ty| (ty.kind == TypeKind::Array) == array);
            let mut fitting = match wanted(argument.array).next() {
                Some(_) => wanted(argument.array),
                None => wanted(!argument.array),
            };
            let only = fitting.next()?;
            let polymorphic = only.sql.starts_with("any") || only.sql.starts_with("\"any\"");
            (!polymorphic && fitting.all(|ty| ty.sql == only.sql)).then(|| only.sql.clone())
        });
        Ok(Resolved {
            schema: found.schema.clone(),
            name: found.name.clone(),
            ordered_set,
            arguments: arguments.collect(),
            called: call.name.clone(),
            arrays: call.arguments.iter().map(|a| a.array).collect(),
        })
    }

    /// The same whether there is none of that name or none that the caller may execute.
    #[cold]
    fn unknown(&self, name: &str) -> ApiError {
        let message = format!("Could not find the aggregate function '{name}'");
        let error = ApiError::new(Code::QueryParameter, &[&message]);
        let mut names: Vec<String> = BUILT_IN.iter().map(|name| (*name).to_owned()).collect();
        names.extend(self.catalog.aggregate_names().iter().cloned());
        match hints::closest(name, &names, 0.5) {
            Some(found) => error.hint(format!("Perhaps you meant '{found}()'")),
            None => error.hint(
                "It must be one of Postgres, or one in an exposed schema or the extra search path that this role may \
                 EXECUTE",
            ),
        }
    }

    /// An aggregate's result is ordered or filtered by the name that select gives it, unless a column or a computed field
    /// has that name.
    pub(super) fn output_names(&self, node: &Node<'_>, query: &Query) -> Vec<String> {
        let mut names = Vec::new();
        let mut note = |field: &Field| {
            if field.path.is_empty()
                && node.column(&field.name).is_none()
                && !names.contains(&field.name)
                && !self.is_computed(node, &field.name)
            {
                names.push(field.name.clone());
            }
        };
        for order in &query.order {
            if order.relation.is_none() && order.aggregate.is_none() {
                note(&order.field);
            }
        }
        for having in &query.having {
            having.subjects(&mut |subject| {
                if subject.aggregate.is_none() {
                    subject.field.iter().for_each(&mut note);
                }
            });
        }
        names
    }

    /// Whether a function of that name takes a row of this relation.
    fn is_computed(&self, node: &Node<'_>, name: &str) -> bool {
        let functions = |relation| self.catalog.row_functions(relation);
        node.relation.as_ref().is_some_and(|r| functions(r).iter().any(|f| f.name == name))
    }
}

fn is_reachable(aggregate: &Aggregate) -> bool {
    aggregate.schema != "pg_catalog" || BUILT_IN.contains(&aggregate.name.as_str())
}

#[cold]
fn wrong_arguments(call: &AggregateCall, found: &Aggregate) -> ApiError {
    let message = format!(
        "The aggregate function '{}' does not take {} beside the column",
        call.name,
        match call.arguments.len() {
            0 => "nothing".to_owned(),
            1 => "1 value".to_owned(),
            n => format!("{n} values"),
        }
    );
    let types: Vec<&str> = found.values().iter().map(|ty| ty.sql.as_str()).collect();
    ApiError::new(Code::QueryParameter, &[&message]).hint(format!(
        "Call it as '{}({})'",
        call.name,
        types.join(",")
    ))
}

/// # Errors
/// PGRST127 (400): rows of no column, `select=actor()`, have nothing to be distinct in for Postgres.
fn check_distinct(query: &Query) -> Result<(), ApiError> {
    let nothing = |item: &SelectItem| matches!(item, SelectItem::Embed(embed) if !embed.shows());
    let bare = query.distinct.is_some() && !query.select.is_empty();
    if bare && query.select.iter().all(nothing) {
        let about = "distinct needs a column in select.";
        return Err(ApiError::new(Code::NotImplemented, &[]).details(about));
    }
    Ok(())
}

/// # Errors
/// PGRST127 (400): the columns of a to-many spread are arrays already.
pub(super) fn check_spread(query: &Query) -> Result<(), ApiError> {
    if !query.has_aggregates() && query.distinct.is_none() {
        return Ok(());
    }
    Err(ApiError::new(Code::NotImplemented, &[])
        .details("Aggregates are not implemented for one-to-many or many-to-many spreads."))
}

/// # Errors
/// PGRST127 (400): a to-one spread is one row, whose aggregates are its parent's.
pub(super) fn check_hoisted(query: &Query) -> Result<(), ApiError> {
    let called = query.order.iter().any(|order| order.aggregate.is_some());
    if query.having.is_empty() && query.distinct.is_none() && !called {
        return Ok(());
    }
    Err(ApiError::new(Code::NotImplemented, &[]).details(
        "having, distinct and an order by aggregates belong to the relation that is spread into.",
    ))
}
