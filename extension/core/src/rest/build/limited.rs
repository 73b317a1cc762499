//! UPDATE and DELETE of the first rows in an order.

use super::filter::{And, column, field, filter};
use super::read;
use super::sql::Sql;
use crate::rest::plan::Node;
use crate::rest::shape::{Param, Shape};

const ROWS: &str = "pgrst_limited";

/// The keys of the rows, found once. They are not locked (a role that may only delete could not): of two requests at once
/// for the same rows, the second finds fewer, and never more.
pub(super) fn rows(sql: &mut Sql, shape: &Shape, key: &[String], node: &Node<'_>) {
    sql.ident(ROWS).push(" AS MATERIALIZED (SELECT ");
    sql.list(key, |sql, name| column(sql, &node.alias, name));
    sql.push(" FROM ");
    read::table(sql, node);
    let mut and = And::wheres();
    for condition in &node.query.filters {
        and.next(sql);
        filter(sql, node, &node.alias, condition);
    }
    sql.push(" ORDER BY ");
    sql.list(&node.query.order, |sql, order| {
        field(sql, node, &node.alias, &order.field);
        read::direction(sql, order);
    });
    if let Some(limit) = shape.range.limit {
        sql.push(" LIMIT ").number(limit);
    }
    if let Some(offset) = shape.range.offset {
        sql.push(" OFFSET ").param(Param::Value(offset)).push("::bigint");
    }
    sql.push(")");
}

/// `("t"."id") IN (SELECT …)`
pub(super) fn among(sql: &mut Sql, key: &[String], alias: &str) {
    sql.push("(");
    sql.list(key, |sql, name| column(sql, alias, name));
    sql.push(") IN (SELECT ");
    sql.list(key, |sql, name| column(sql, ROWS, name));
    sql.push(" FROM ").ident(ROWS).push(")");
}
