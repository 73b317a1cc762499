//! A plan → SQL text. The only place that writes SQL; identifiers go through [`crate::ident`], values are parameters.
//!
//! Functions are called as `pg_catalog.…`: in the caller's search path, another of the same name that takes a table's own
//! type would win. (`howdah.to_json_row` and `to_json_rows` are row_to_json and json_agg by the shell's encoder: case
//! `deep` of `make bench` sets them beside Postgres's own.) Operators and the aggregates a client names are looked up by the path, as types of extensions need.

mod aggregate;
mod bulk;
mod call;
#[cfg(test)]
mod computed_tests;
mod condition;
mod conflict;
mod domain;
mod filter;
mod keyset;
mod limited;
mod nested;
mod output;
mod read;
mod represent;
#[cfg(test)]
mod represent_tests;
mod sql;
#[cfg(test)]
mod tests;
mod write;

use super::Settings;
use super::plan::handler::{self, Maker, Source};
use super::plan::{self, Node, Planner};
use super::shape::{
    Compiled, Count, Form, Level, Range, ResultKind, Settled, Shape, Statement, Verb,
};
use crate::catalog::{Catalog, Column, Function, Relation, Returns, Type, Volatility};
use crate::error::{ApiError, Code};
use output::List;
use read::Conditions;
use sql::Sql;
use std::rc::Rc;

/// Compiles a request: finds what it names and writes its statements.
///
/// The columns of [`Compiled::main`] are of types that the shell encodes itself (or json, copied as it is), apart from
/// [`Form::Csv`], [`Form::Raw`] and [`Form::Lines`], where all columns are what they are and go out by their output functions.
///
/// A write must write something: an insert of nothing, or an update without columns, is the caller's to answer.
///
/// # Errors
/// PGRST1xx (400, 405) and PGRST2xx (300, 400, 404), as [`plan`] says. Columns of select, filters and order are not
/// checked: Postgres does (42703).
pub fn compile(
    shape: &Shape,
    catalog: &dyn Catalog,
    settings: &Settings,
) -> Result<Compiled, ApiError> {
    match shape.verb {
        Verb::Read => compile_read(shape, catalog, settings),
        Verb::Call => compile_call(shape, catalog, settings),
        _ => compile_write(shape, catalog, settings),
    }
}

fn list(form: Form) -> List {
    match form {
        Form::Csv | Form::Raw | Form::Lines => List::Plain,
        Form::Array { .. } | Form::Object { .. } | Form::None => List::Encoded,
    }
}

fn compile_read(
    shape: &Shape,
    catalog: &dyn Catalog,
    settings: &Settings,
) -> Result<Compiled, ApiError> {
    let relation = plan::relation(catalog, &shape.schema, &shape.target)?;
    let mut planner = Planner::new(shape, catalog, settings);
    let node = planner.root(shape, &relation.name, Some(Rc::clone(&relation)), Vec::new())?;
    let made = handler::settle(catalog, settings, shape, Source::Relation(&relation))?;
    let mut sql = Sql::new();
    if node.keyset.is_some() && made.by != handler::Maker::Form {
        let error = ApiError::new(Code::Keyset, &["SQL makes one body of its rows"]);
        return Err(error.hint("Ask for JSON or CSV"));
    }
    represent::write(&mut sql, &made.by, false, |sql| match &node.keyset {
        Some(keyset) => keyset::select(sql, &node, keyset, list(made.form)),
        None => read::select(sql, &node, list(made.form), Conditions::Filters, |sql| {
            read::table(sql, &node);
        }),
    });
    let main = represent::finish(sql, shape, made.form, ResultKind::Rows, false);
    let (count, estimate) = counts(shape.count, settings, &node, |sql| read::table(sql, &node));
    Ok(Compiled {
        main,
        count,
        estimate,
        relation: Some(relation),
        result: ResultKind::Rows,
        function_settings: Vec::new(),
        media: made.settled,
    })
}

/// The statements that count, and that the planner is asked about.
fn counts(
    count: Option<Count>,
    settings: &Settings,
    node: &Node<'_>,
    from: impl Fn(&mut Sql),
) -> (Option<Statement>, Option<Statement>) {
    let finish = |sql: Sql| sql.finish(Form::Raw, ResultKind::Scalar, false);
    let exact = |most: Option<u64>| {
        let mut sql = Sql::new();
        match most {
            None => read::counted(&mut sql, node, "count(*)", &from),
            Some(most) => {
                sql.push("SELECT count(*) FROM (");
                read::counted(&mut sql, node, "1", &from);
                sql.push(" LIMIT ").number(most.saturating_add(1)).push(") AS \"x\"");
            }
        }
        finish(sql)
    };
    let estimate = || {
        let mut sql = Sql::new();
        read::counted(&mut sql, node, "1", &from);
        finish(sql)
    };
    match count {
        None => (None, None),
        Some(Count::Exact) => (Some(exact(None)), None),
        Some(Count::Planned) => (None, Some(estimate())),
        Some(Count::Estimated) => (Some(exact(settings.max_rows)), Some(estimate())),
    }
}

fn compile_write(
    shape: &Shape,
    catalog: &dyn Catalog,
    settings: &Settings,
) -> Result<Compiled, ApiError> {
    let relation = plan::relation(catalog, &shape.schema, &shape.target)?;
    plan::check_write(shape, &relation)?;
    if let Some(level) = &shape.write.nested {
        return compile_nested(shape, level, relation, catalog, settings);
    }
    let arbiter = match conflict::resolution(shape) {
        Some(_) if shape.verb == Verb::Put => plan::conflict::arbiter(catalog, &relation, &[])?,
        Some(_) => plan::conflict::arbiter(catalog, &relation, &shape.query.on_conflict)?,
        None => None,
    };
    let mut planner = Planner::new(shape, catalog, settings);
    let limited = plan::limited::key(catalog, shape, &relation)?;
    let mut node = planner.root(shape, &relation.name, Some(Rc::clone(&relation)), Vec::new())?;
    if limited.is_some() {
        // The rows written are those shown.
        node.range = Range::default();
    }
    let made = handler::settle(catalog, settings, shape, Source::Relation(&relation))?;
    let mut sql = Sql::new();
    let (arbiter, limited) = (arbiter.as_ref(), limited.as_deref());
    let what = write::Written { shape, relation: &relation, arbiter, limited, by: &made.by };
    write::write(&mut sql, &what, &node, list(made.form));
    let main = represent::finish(sql, shape, made.form, ResultKind::Rows, true);
    Ok(written(main, relation, made.settled))
}

/// Rows of a relation, which nothing counts beforehand.
fn written(main: Statement, relation: Rc<Relation>, media: Option<Settled>) -> Compiled {
    Compiled {
        main,
        count: None,
        estimate: None,
        relation: Some(relation),
        result: ResultKind::Rows,
        function_settings: Vec::new(),
        media,
    }
}

fn compile_nested(
    shape: &Shape,
    level: &Level,
    relation: Rc<Relation>,
    catalog: &dyn Catalog,
    settings: &Settings,
) -> Result<Compiled, ApiError> {
    if shape.write.condition.is_some() {
        return Err(ApiError::new(Code::NotImplemented, &[])
            .details("If-Match and If-None-Match with Prefer: nested"));
    }
    let plan = plan::nested::plan(catalog, settings, shape, &relation, level)?;
    let mut planner = Planner::new(shape, catalog, settings);
    let mut node = planner.root(shape, &relation.name, Some(Rc::clone(&relation)), Vec::new())?;
    plan::nested::mark(&mut node, &plan, 0);
    let made = handler::settle(catalog, settings, shape, Source::Relation(&relation))?;
    let mut sql = Sql::new();
    nested::write(&mut sql, shape, &plan, &node, list(made.form), &made.by);
    let main = represent::finish(sql, shape, made.form, ResultKind::Rows, true);
    Ok(written(main, relation, made.settled))
}

fn compile_call(
    shape: &Shape,
    catalog: &dyn Catalog,
    settings: &Settings,
) -> Result<Compiled, ApiError> {
    let plan = plan::function::resolve(catalog, shape)?;
    let Some(function) = plan.function() else {
        return Err(ApiError::new(Code::Internal, &[]));
    };
    let writes = function.volatility == Volatility::Volatile;
    let call = |sql: &mut Sql| call::call(sql, function, &plan.given, &shape.call);
    let mut planner = Planner::new(shape, catalog, settings);
    let (relation, columns) = result_rows(catalog, function);
    let source = Source::Function(function, relation.as_deref());
    let made = handler::settle(catalog, settings, shape, source)?;
    let mut sql = Sql::new();
    let scalar = match &function.returns {
        Returns::Void => Some((None, ResultKind::Void)),
        Returns::Scalar(ty) => Some((Some(ty), scalar_kind(function))),
        Returns::Columns(columns) if columns.is_empty() => Some((None, scalar_kind(function))),
        _ => None,
    };
    let count = shape.count.filter(|_| function.set);
    // A volatile function is not called a second time to count its rows.
    let exact = matches!(count, Some(Count::Exact | Count::Estimated));
    let once = exact
        && writes
        && made.by == Maker::Form
        && shape.query.distinct.is_none()
        && !shape.query.has_aggregates();
    let count = count.filter(|count| !writes || *count == Count::Planned);
    let function_settings = function.settings.clone();
    if let Some((ty, result)) = scalar {
        if ty.is_none() && result != ResultKind::Void {
            plan::function::check_record(function, &shape.query)?;
        }
        let form = if result == ResultKind::Void { Form::Raw } else { made.form };
        let columns = ty.map(scalar_column).into_iter().collect();
        if !shape.query.having.is_empty() || shape.query.distinct.is_some() {
            return Err(ApiError::new(Code::NotImplemented, &[])
                .details("A function that gives values rather than rows has no groups."));
        }
        let node = planner.root(shape, &function.name, None, columns)?;
        represent::write(&mut sql, &made.by, true, |sql| match ty.filter(|_| once) {
            Some(ty) => call::scalars_once(sql, &node, ty, list(form), call),
            None => call::scalar(sql, &node, function.set, ty, list(form), call),
        });
        let main = represent::finish(sql, shape, made.form, result, writes);
        let (count, estimate) = counts(count.filter(|_| ty.is_some()), settings, &node, |sql| {
            call::scalars(sql, &node, call);
        });
        return Ok(Compiled {
            main,
            count,
            estimate,
            relation: None,
            result,
            function_settings,
            media: made.settled,
        });
    }
    let node = planner.root(shape, &function.name, relation.clone(), columns)?;
    represent::write(&mut sql, &made.by, false, |sql| {
        let rows = if once { call::rows_once } else { call::rows };
        rows(sql, &node, list(made.form), call);
    });
    let result = if function.set { ResultKind::Rows } else { ResultKind::SingleRow };
    let main = represent::finish(sql, shape, made.form, result, writes);
    let (count, estimate) = counts(count, settings, &node, |sql| {
        call(sql);
        sql.push(" AS ").ident(&node.alias);
    });
    Ok(Compiled { main, count, estimate, relation, result, function_settings, media: made.settled })
}

/// What filters and order know an unnamed value as.
fn scalar_column(ty: &Type) -> Column {
    Column {
        name: represent::SCALAR.to_owned(),
        ty: ty.clone(),
        not_null: false,
        has_default: false,
        default: None,
        generated: false,
    }
}

fn scalar_kind(function: &Function) -> ResultKind {
    if function.set { ResultKind::Scalars } else { ResultKind::Scalar }
}

fn result_rows(catalog: &dyn Catalog, function: &Function) -> (Option<Rc<Relation>>, Vec<Column>) {
    match &function.returns {
        Returns::Relation { schema, name } => (catalog.relation(schema, name), Vec::new()),
        Returns::Columns(columns) => (None, columns.clone()),
        _ => (None, Vec::new()),
    }
}
