//! Function calls.

use super::filter::column;
use super::output::List;
use super::read::{self, Conditions};
use super::represent::SCALAR;
use super::sql::{Reading, Sql, is_native, reading};
use super::write::{SOURCE, needed, populate};
use crate::catalog::{Argument, Function, Type};
use crate::rest::plan::Node;
use crate::rest::plan::function::Given;
use crate::rest::shape::{Call, CallKind, Hidden, Param};

/// `"public"."add"("a" => $1::integer)`
pub(super) fn call(sql: &mut Sql, function: &Function, given: &Given, call: &Call) {
    sql.qualified(&function.schema, &function.name).push("(");
    match given {
        Given::Body => {
            sql.param(Param::Body);
            if let Some(argument) = function.arguments.first() {
                sql.push("::").push(&argument.ty.sql);
            }
        }
        Given::Named(arguments) => sql.list(arguments, |sql, (at, values)| {
            if let Some(argument) = function.arguments.get(*at) {
                sql.push(if argument.variadic { "VARIADIC " } else { "" });
                sql.ident(&argument.name).push(" => ");
                value(sql, argument, values, call.kind);
            }
        }),
    }
    sql.push(")");
}

fn value(sql: &mut Sql, argument: &Argument, values: &[usize], kind: CallKind) {
    let number = |at: &usize| u16::try_from(*at).unwrap_or(u16::MAX);
    let Some(last) = values.last().map(number) else {
        return;
    };
    let ty = castable(&argument.ty);
    match (kind, reading(&argument.ty)) {
        (CallKind::Json, Reading::Array) => {
            sql.param(Param::ArgumentArray(last)).push("::").push(ty);
        }
        (CallKind::Json, Reading::Populate) => populate(sql, Param::ArgumentJson(last), ty),
        (CallKind::Json, Reading::Json) => {
            sql.param(Param::ArgumentJson(last)).push("::").push(ty);
        }
        (CallKind::Query, _) if argument.variadic => {
            sql.push("ARRAY[");
            sql.list(values.iter().map(number), |sql, n| {
                sql.param(Param::Argument(n));
            });
            sql.push("]::").push(ty);
        }
        _ => {
            sql.param(Param::Argument(last)).push("::").push(ty);
        }
    }
}

/// A polymorphic argument gets text, there being nothing else to tell its type.
fn castable(ty: &Type) -> &str {
    match ty.sql.as_str() {
        "anyarray" | "anycompatiblearray" | "\"any\"[]" => "text[]",
        sql if sql.starts_with("any") || sql == "\"any\"" => "text",
        sql => sql,
    }
}

/// `SELECT f(…)`: one value, or one value a row. Filters and order know the value by the name [`SCALAR`].
pub(super) fn scalar(
    sql: &mut Sql,
    node: &Node<'_>,
    set: bool,
    ty: Option<&Type>,
    list: List,
    call: impl FnOnce(&mut Sql),
) {
    let wrap = list == List::Encoded && ty.is_none_or(|ty| !is_native(ty));
    let Node { query, range, .. } = node;
    sql.push("SELECT ").push(if wrap { "pg_catalog.to_json(" } else { "" });
    // A set of records has no columns to be called by, so it stays in the select list.
    let named = ty.is_some() && (set || !query.filters.is_empty() || !query.order.is_empty());
    if named {
        sql.ident(&node.alias).push(".").ident(SCALAR);
        sql.push(if wrap { ")" } else { "" }).push(" AS ").ident(SCALAR).push(" FROM ");
        scalars(sql, node, call);
        read::conditions(sql, node);
        read::tail(sql, node, &[]);
        return;
    }
    call(sql);
    sql.push(if wrap { ")" } else { "" }).push(" AS ").ident(SCALAR);
    if set {
        read::limit(sql, *range);
    }
}

/// The same of a set whose rows are counted, of a function that must not be called a second time for it.
pub(super) fn scalars_once(
    sql: &mut Sql,
    node: &Node<'_>,
    ty: &Type,
    list: List,
    call: impl FnOnce(&mut Sql),
) {
    once(sql, |sql| {
        sql.push("SELECT ").ident(&node.alias).push(".").ident(SCALAR).push(" FROM ");
        scalars(sql, node, call);
        read::conditions(sql, node);
    });
    let wrap = list == List::Encoded && !is_native(ty);
    sql.push("SELECT ").push(if wrap { "pg_catalog.to_json(" } else { "" });
    sql.ident(&node.alias).push(".").ident(SCALAR);
    sql.push(if wrap { ")" } else { "" }).push(" AS ").ident(SCALAR);
    read::hidden_column(sql, Hidden::Total, ", ");
    sql.push(" FROM ").ident(SOURCE).push(" AS ").ident(&node.alias);
    read::tail(sql, node, &[]);
}

/// What [`rows`] is, of such a function.
pub(super) fn rows_once(sql: &mut Sql, node: &Node<'_>, list: List, call: impl FnOnce(&mut Sql)) {
    once(sql, |sql| {
        let mut what = Sql::new();
        if node.columns().is_empty() {
            what.ident(&node.alias).push(".*");
        } else {
            what.list(needed(node), |what, name| column(what, &node.alias, name));
        }
        read::counted(sql, node, &what.text, |sql| {
            call(sql);
            sql.push(" AS ").ident(&node.alias);
        });
    });
    read::select(sql, node, list, Conditions::Embeds, |sql| {
        sql.ident(SOURCE).push(" AS ").ident(&node.alias);
    });
}

/// All rows, filtered, in a place where they can be counted and paged.
fn once(sql: &mut Sql, rows: impl FnOnce(&mut Sql)) {
    sql.push("WITH ").ident(SOURCE).push(" AS MATERIALIZED (");
    rows(sql);
    sql.push(") ");
    sql.hidden.push(Hidden::Total);
}

/// `f(…) AS "f"("pgrst_scalar")`
pub(super) fn scalars(sql: &mut Sql, node: &Node<'_>, call: impl FnOnce(&mut Sql)) {
    call(sql);
    sql.push(" AS ").ident(&node.alias).push("(").ident(SCALAR).push(")");
}

/// `SELECT columns FROM f(…)`
pub(super) fn rows(sql: &mut Sql, node: &Node<'_>, list: List, call: impl FnOnce(&mut Sql)) {
    read::select(sql, node, list, Conditions::Filters, |sql| {
        call(sql);
        sql.push(" AS ").ident(&node.alias);
    });
}
