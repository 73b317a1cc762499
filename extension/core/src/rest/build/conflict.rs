//! `ON CONFLICT`.

use super::condition;
use super::filter::{And, filter};
use super::sql::Sql;
use crate::catalog::{Column, IndexKey};
use crate::rest::plan::Node;
use crate::rest::plan::conflict::Arbiter;
use crate::rest::shape::{Condition, Resolution, Shape, Verb};

/// How this write resolves conflicts, if it does.
pub(super) fn resolution(shape: &Shape) -> Option<Resolution> {
    match shape.verb {
        Verb::Insert | Verb::Put if shape.write.condition == Some(Condition::Absent) => {
            Some(Resolution::IgnoreDuplicates)
        }
        Verb::Put => Some(Resolution::MergeDuplicates),
        Verb::Insert => shape.write.resolution,
        _ => None,
    }
}

/// ` ON CONFLICT (…) WHERE … DO …`; `columns` are those that a merge sets. The filters of a POST are asked of the row that
/// is there, and one that they do not match stays as it is; those of a PUT have chosen the row that comes. `asked`: what is
/// asked of the row that is there, if anything.
pub(super) fn on_conflict(
    sql: &mut Sql,
    arbiter: &Arbiter,
    resolution: Resolution,
    columns: &[&Column],
    asked: Option<(&Shape, &Node<'_>)>,
) {
    sql.push(" ON CONFLICT (");
    sql.list(&arbiter.keys, |sql, key| {
        match key {
            IndexKey::Column(name) => sql.ident(name),
            IndexKey::Expression(expression) => sql.push("(").push(expression).push(")"),
        };
    });
    sql.push(")");
    if let Some(predicate) = &arbiter.predicate {
        sql.push(" WHERE ").push(predicate);
    }
    if resolution == Resolution::IgnoreDuplicates || columns.is_empty() {
        sql.push(" DO NOTHING");
        return;
    }
    sql.push(" DO UPDATE SET ");
    sql.list(columns, |sql, c| {
        sql.ident(&c.name).push(" = EXCLUDED.").ident(&c.name);
    });
    let Some((shape, node)) = asked else { return };
    let mut and = And::wheres();
    if shape.verb == Verb::Insert {
        for condition in &node.query.filters {
            and.next(sql);
            filter(sql, node, &node.alias, condition);
        }
    }
    condition::among(sql, shape, node, &mut and);
}
