//! PATCH with an array: every row of the body updates the row that has its key.

use super::condition;
use super::filter::{And, column, filter};
use super::read;
use super::sql::Sql;
use super::write::{self, Written};
use crate::rest::plan::Node;

const BODY: &str = "pgrst_body";

/// The body's rows, in order, each with whether another has its key: which of the two would win nobody could say.
pub(super) fn body(sql: &mut Sql, what: &Written<'_>) {
    let shape = what.shape;
    let columns = write::written(shape, what.relation);
    let defaults = shape.write.missing_default && columns.iter().any(|c| c.default.is_some());
    sql.ident(BODY)
        .push(" AS MATERIALIZED (SELECT \"r\".*, CASE WHEN count(*) OVER (PARTITION BY ");
    sql.list(&shape.write.keys, |sql, name| column(sql, "r", name));
    // Numbered before the window sorts them.
    sql.push(") > 1 THEN 'twice' END AS \"pgrst_fault\" FROM (SELECT \"_\".*, row_number() OVER () FROM (");
    write::rows(sql, &columns, defaults);
    sql.push(") AS \"_\") AS \"r\"(");
    for c in &columns {
        sql.ident(&c.name).push(", ");
    }
    sql.push("\"pgrst_n\"))");
}

/// The update itself. A key is found by its column's own equality, as ON CONFLICT would.
pub(super) fn update(sql: &mut Sql, what: &Written<'_>, node: &Node<'_>) {
    let keys = &what.shape.write.keys;
    sql.push("UPDATE ");
    read::table(sql, node);
    sql.push(" SET ");
    let columns = write::written(what.shape, what.relation);
    sql.list(columns.iter().filter(|c| !keys.contains(&c.name)), |sql, c| {
        sql.ident(&c.name).push(" = ");
        column(sql, BODY, &c.name);
    });
    sql.push(" FROM ").ident(BODY);
    let mut and = And::wheres();
    for key in keys {
        and.next(sql);
        column(sql, &node.alias, key);
        sql.push(" = ");
        column(sql, BODY, key);
    }
    for condition in &node.query.filters {
        and.next(sql);
        filter(sql, node, &node.alias, condition);
    }
    condition::among(sql, what.shape, node, &mut and);
}

pub(super) fn fault(sql: &mut Sql) {
    column(sql, BODY, "pgrst_fault");
}

/// What is returned for [`order`] and the fault.
pub(super) fn returned(sql: &mut Sql) {
    column(sql, BODY, "pgrst_n");
    sql.push(", ");
    fault(sql);
}

/// In the order of the body, unless another was asked for.
pub(super) fn order(sql: &mut Sql, node: &Node<'_>) {
    if !node.query.is_grouped() && node.query.distinct.is_none() {
        sql.push(" ORDER BY ");
        column(sql, &node.alias, "pgrst_n");
    }
}
