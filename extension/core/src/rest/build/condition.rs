//! Conditional writes: what If-Match and If-None-Match add to a statement.
//!
//! The row's hash is computed in the statement that writes, as part of its own condition: after waiting for another
//! transaction Postgres reads the row again and tests the condition anew, so that no update is lost between reading and
//! writing, without a lock of ours and without any right but those to read and to write the row.

use super::filter::And;
use super::output::{self, List};
use super::read;
use super::sql::Sql;
use crate::catalog::Relation;
use crate::rest::plan::Node;
use crate::rest::shape::{
    CompareOp, Condition, Filter, Hidden, Param, Payload, Returning, Shape, Test, Verb,
};

/// The first 192 bits of SHA-256 of the row's JSON, as [`crate::rest::etag`] makes it of a body.
fn tag(sql: &mut Sql, node: &Node<'_>) {
    sql.push("pg_catalog.substr(pg_catalog.sha256(pg_catalog.convert_to((SELECT pg_catalog.row_to_json(\"x\".*)::pg_catalog.text FROM (SELECT ");
    output::write(sql, node, &node.alias, List::Encoded, &output::outputs(node));
    sql.push(") AS \"x\"), 'UTF8')), 1, 24)");
}

fn matches(sql: &mut Sql, node: &Node<'_>) {
    tag(sql, node);
    sql.push(" OPERATOR(pg_catalog.=) ANY (").param(Param::Tags).push("::pg_catalog.bytea[])");
}

/// The condition among those of an UPDATE or DELETE, or of the row, locked, that DO UPDATE finds.
pub(super) fn among(sql: &mut Sql, shape: &Shape, node: &Node<'_>, and: &mut And) {
    if shape.write.condition == Some(Condition::Match) {
        and.next(sql);
        matches(sql, node);
    }
}

/// What must come back to know whether all rows met the condition, and the tag of the new row.
pub(super) fn hidden(shape: &Shape, relation: &Relation) -> Vec<Hidden> {
    let mut hidden = Vec::new();
    let Some(condition) = shape.write.condition else { return hidden };
    let updates = found_by_filters(shape);
    let several = match condition {
        Condition::Match if updates => !names_one_row(shape, relation),
        Condition::Exists if updates => false,
        _ => shape.write.payload == Payload::Array,
    };
    if several {
        hidden.push(Hidden::Expected);
    }
    let body = shape.returning == Returning::Representation;
    if condition != Condition::Absent && shape.verb != Verb::Delete && !body {
        hidden.push(Hidden::Tag);
    }
    hidden
}

/// One of [`hidden`], in RETURNING.
pub(super) fn returning(sql: &mut Sql, shape: &Shape, node: &Node<'_>, what: Hidden) {
    match what {
        Hidden::Tag => {
            sql.push("pg_catalog.encode(");
            tag(sql, node);
            sql.push(", 'hex')");
        }
        Hidden::Expected if found_by_filters(shape) => {
            // As the statement saw them when it began: those that a concurrent change took away count too.
            sql.push("(");
            read::counted(sql, node, "pg_catalog.count(*)", |sql| read::table(sql, node));
            sql.push(")");
        }
        Hidden::Expected => {
            sql.push("pg_catalog.json_array_length(").param(Param::Body).push("::json)::bigint");
        }
        Hidden::Touched
        | Hidden::Inserted
        | Hidden::Key
        | Hidden::Fault
        | Hidden::Rows
        | Hidden::InsertedRows
        | Hidden::Total
        | Hidden::Cursor
        | Hidden::More => {}
    }
    sql.push(if what == Hidden::Expected { " AS \"pgrst_expected\"" } else { "" });
    sql.hidden.push(what);
}

/// Whether the URL says which rows are written; otherwise the body does.
fn found_by_filters(shape: &Shape) -> bool {
    matches!(shape.verb, Verb::Update | Verb::Delete) && shape.write.keys.is_empty()
}

/// Whether the filters name a row by its whole primary key.
fn names_one_row(shape: &Shape, relation: &Relation) -> bool {
    let named = |key: &String| {
        shape.query.filters.iter().any(|filter| {
            matches!(filter, Filter::Test {
                field, negated: false, test: Test::Compare { op: CompareOp::Eq, quantifier: None, .. },
            } if field.path.is_empty() && field.name == *key)
        })
    };
    !relation.primary_key.is_empty() && relation.primary_key.iter().all(named)
}
