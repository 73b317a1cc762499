//! Domains that are shown otherwise than they are stored, by casts of their own.

use super::filter::column;
use super::sql::Sql;
use crate::catalog::{Casts, Column};
use crate::rest::plan::Node;
use crate::rest::shape::{CompareOp, Field, Param};

type Function = (String, String);

/// `"public"."json"(…)`
pub(super) fn call(sql: &mut Sql, (schema, name): &Function, argument: impl FnOnce(&mut Sql)) {
    sql.qualified(schema, name).push("(");
    argument(sql);
    sql.push(")");
}

/// What makes JSON of a field.
pub(super) fn shown<'n>(node: &'n Node<'_>, field: &Field) -> Option<&'n Function> {
    of_field(node, field)?.to_json.as_ref()
}

/// The column's casts, if the field is the column itself.
fn of_field<'n>(node: &'n Node<'_>, field: &Field) -> Option<&'n Casts> {
    let column = node.column(&field.name).filter(|_| field.path.is_empty())?;
    column.ty.casts.as_deref()
}

/// What makes a value of the text that a filter compares with. Patterns and parts of values are no values.
fn compared<'n>(node: &'n Node<'_>, field: &Field, op: CompareOp) -> Option<&'n Function> {
    use CompareOp::{Eq, Gt, Gte, IsDistinct, Lt, Lte, Neq};
    let whole = matches!(op, Eq | Neq | Gt | Gte | Lt | Lte | IsDistinct);
    of_field(node, field).filter(|_| whole)?.from_text.as_ref()
}

/// The value that a field is compared with.
pub(super) fn value(sql: &mut Sql, node: &Node<'_>, field: &Field, op: CompareOp, param: Param) {
    match compared(node, field, op) {
        None => {
            sql.param(param);
        }
        Some(function) => call(sql, function, |sql| {
            sql.param(param).push("::text");
        }),
    }
}

/// The array of values that a field is compared with.
pub(super) fn values(sql: &mut Sql, node: &Node<'_>, field: &Field, op: CompareOp, param: Param) {
    match compared(node, field, op) {
        None => {
            sql.param(param);
        }
        Some(function) => {
            sql.push("ARRAY(SELECT ");
            call(sql, function, |sql| column(sql, "_", "v"));
            sql.push(" FROM pg_catalog.unnest(").param(param).push("::text[]) AS \"_\"(\"v\"))");
        }
    }
}

/// What makes a value of JSON that is written.
pub(super) fn read(column: &Column) -> Option<&Function> {
    column.ty.casts.as_deref()?.from_json.as_ref()
}

/// A column of a body taken apart by [`definition`].
pub(super) fn written(sql: &mut Sql, alias: &str, c: &Column) {
    match read(c) {
        None => column(sql, alias, &c.name),
        Some(function) => call(sql, function, |sql| column(sql, alias, &c.name)),
    }
}

/// ` AS "_"("id" integer, …)`: what has a cast from JSON stays JSON.
pub(super) fn definition(sql: &mut Sql, columns: &[&Column]) {
    sql.push(" AS \"_\"(");
    sql.list(columns, |sql, c| {
        sql.ident(&c.name).push(" ").push(if read(c).is_some() { "json" } else { &c.ty.sql });
    });
    sql.push(")");
}
