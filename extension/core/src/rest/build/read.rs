//! SELECT: of a relation, and of what is embedded in it.

use super::aggregate::{self, Term};
use super::filter::{And, column, field, filter};
use super::output::{self, List, Output};
use super::sql::Sql;
use crate::rest::plan::{EmbedNode, INNER_JOINS, Node, RowCall};
use crate::rest::shape::{Hidden, Join, Order, Param, Range};

/// The whole row that a write returned, as a value of the relation's own type: what functions over its rows are given.
pub(super) const ROW: &str = "pgrst_row";

/// Which conditions of a node are written.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Conditions {
    /// All that the joins do not already see to.
    Filters,
    /// Those of embeds only: the rows have been chosen.
    Embeds,
    /// All; there are no joins.
    Alone,
}

/// `SELECT … FROM … WHERE … GROUP BY … ORDER BY … LIMIT …`; `from` writes what comes after FROM.
pub(super) fn select(
    sql: &mut Sql,
    node: &Node<'_>,
    list: List,
    conditions: Conditions,
    from: impl FnOnce(&mut Sql),
) {
    let outputs = output::outputs(node);
    rows(sql, node, list, conditions, &outputs, from);
    tail(sql, node, &outputs);
}

/// All rows, in no order.
fn rows(
    sql: &mut Sql,
    node: &Node<'_>,
    list: List,
    conditions: Conditions,
    outputs: &[Output<'_>],
    from: impl FnOnce(&mut Sql),
) {
    sql.push("SELECT ");
    aggregate::distinct(sql, node, &node.alias);
    let before = sql.text.len();
    output::write(sql, node, &node.alias, list, outputs);
    for hidden in sql.hidden.clone() {
        // `select=` of nothing but empty embeds writes no column.
        let first = sql.text.len() == before;
        hidden_column(sql, hidden, if first { "" } else { ", " });
    }
    sql.push(" FROM ");
    from(sql);
    joins(sql, node);
    wheres(sql, node, &node.alias, conditions, &mut And::wheres());
    groups(sql, node, list, outputs);
}

fn groups(sql: &mut Sql, node: &Node<'_>, list: List, outputs: &[Output<'_>]) {
    if list != List::Hoisted {
        output::group_by(sql, node, &node.alias, outputs);
        aggregate::having(sql, node, &node.alias, outputs);
    }
}

pub(super) fn hidden_column(sql: &mut Sql, hidden: Hidden, comma: &str) {
    match hidden {
        Hidden::Inserted => sql.push(comma).push("\"pgrst_inserted\""),
        // One value for all, so that rows may be grouped.
        Hidden::Fault => {
            sql.push(comma).push("(SELECT max(\"pgrst_fault\") FROM \"pgrst_source\")")
        }
        Hidden::Expected => {
            sql.push(comma).push("(SELECT max(\"pgrst_expected\") FROM \"pgrst_source\")")
        }
        Hidden::Total => sql.push(comma).push("(SELECT pg_catalog.count(*) FROM \"pgrst_source\")"),
        Hidden::Touched
        | Hidden::Tag
        | Hidden::Key
        | Hidden::Rows
        | Hidden::InsertedRows
        | Hidden::Cursor
        | Hidden::More => sql,
    };
}

/// `SELECT count(*)` or `SELECT 1` of all rows.
pub(super) fn counted(sql: &mut Sql, node: &Node<'_>, what: &str, from: impl FnOnce(&mut Sql)) {
    sql.push("SELECT ").push(what).push(" FROM ");
    // Groups as such are not what is counted, in the dialect; those that are asked for by our own parameters are.
    if node.query.distinct.is_some() || !node.query.having.is_empty() {
        sql.push("(");
        let outputs = output::outputs(node);
        rows(sql, node, List::Plain, Conditions::Filters, &outputs, from);
        sql.push(") AS \"x\"");
        return;
    }
    from(sql);
    conditions(sql, node);
}

/// `"public"."film"`, called otherwise only if it must be.
pub(super) fn table(sql: &mut Sql, node: &Node<'_>) {
    if instead(sql, &node.alias) {
        return;
    }
    if let Some(relation) = &node.relation {
        sql.qualified(&relation.schema, &relation.name);
        if relation.name != node.alias {
            sql.push(" AS ").ident(&node.alias);
        }
    }
}

/// What is read under this alias, if that is not the relation itself.
fn instead(sql: &mut Sql, alias: &str) -> bool {
    let Some(source) = sql.sources.get(alias).cloned() else { return false };
    sql.push(&source).push(" AS ").ident(alias);
    true
}

/// The joins of to-one embeds and of related orders.
pub(super) fn joins(sql: &mut Sql, node: &Node<'_>) {
    for embed in node.embeds.iter().filter(|e| e.lateral && has_output(e)) {
        let to_one = embed.relationship.to_one();
        sql.push(if embed.inner_join { " INNER JOIN LATERAL (" } else { " LEFT JOIN LATERAL (" });
        match (embed.embed.spread, to_one) {
            // Grouped by as a row: as json it could not be compared.
            (false, _) if node.query.is_grouped() => body(sql, &node.alias, embed, List::Plain),
            (false, _) => body(sql, &node.alias, embed, List::Encoded),
            (true, true) => body(sql, &node.alias, embed, List::Hoisted),
            (true, false) => spread_to_many(sql, &node.alias, embed),
        }
        sql.push(") AS ").ident(&embed.joined).push(" ON TRUE");
    }
    for (index, alias) in node.order_joins.iter().flatten() {
        let Some(embed) = node.embeds.get(*index) else {
            continue;
        };
        let mut and = order_source(sql, node, embed, alias);
        for (from, to) in &embed.relationship.columns {
            and.next(sql);
            column(sql, alias, to);
            sql.push(" = ");
            column(sql, &node.alias, from);
        }
        wheres(sql, &embed.node, alias, Conditions::Alone, &mut and);
    }
}

/// What a related order joins, and how its conditions go on.
fn order_source(sql: &mut Sql, node: &Node<'_>, embed: &EmbedNode<'_>, alias: &str) -> And {
    let target = &embed.relationship.target;
    let Some(function) = &embed.relationship.function else {
        sql.push(" LEFT JOIN ");
        match sql.sources.get(&embed.node.alias).cloned() {
            Some(source) => sql.push(&source),
            None => sql.qualified(&target.schema, &target.name),
        };
        sql.push(" AS ").ident(alias);
        return And::on();
    };
    sql.push(" LEFT JOIN LATERAL ");
    row_call(sql, &node.alias, function, embed.of_written);
    sql.push(" AS ").ident(alias).push(" ON TRUE");
    And::further()
}

/// `"public"."director_of"("film".*)`. The star keeps a column that is named as its table from being taken for the row.
fn row_call(sql: &mut Sql, parent: &str, function: &RowCall, written: bool) {
    sql.qualified(&function.schema, &function.name).push("(").ident(parent).push(".");
    // Of the rows that a write is about to change, the table's own are at hand.
    if written && !sql.modifies {
        sql.ident(ROW);
    } else {
        sql.push("*");
    }
    sql.push(")");
}

/// Each column as an array of its values.
fn spread_to_many(sql: &mut Sql, parent: &str, embed: &EmbedNode<'_>) {
    let count = output::outputs(&embed.node).len();
    sql.push("SELECT ");
    sql.list(1..=count, |sql, n| {
        let name = format!("c{n}");
        sql.push("coalesce(pg_catalog.json_agg(");
        column(sql, "x", &name);
        sql.push("), '[]') AS ").ident(&name);
    });
    sql.push(" FROM (");
    body(sql, parent, embed, List::Spread);
    sql.push(") AS \"x\"");
}

fn has_output(embed: &EmbedNode<'_>) -> bool {
    embed.embed.shows()
}

/// ` WHERE …` of a node without joins.
pub(super) fn conditions(sql: &mut Sql, node: &Node<'_>) {
    wheres(sql, node, &node.alias, Conditions::Alone, &mut And::wheres());
}

pub(super) fn wheres(
    sql: &mut Sql,
    node: &Node<'_>,
    alias: &str,
    conditions: Conditions,
    and: &mut And,
) {
    let outer = std::mem::take(&mut sql.exists);
    if conditions != Conditions::Embeds {
        for condition in &node.query.filters {
            and.next(sql);
            filter(sql, node, alias, condition);
        }
    }
    for embed in node.embeds.iter().filter(|e| e.embed.join == Join::Inner) {
        if !embed.inner_join || conditions == Conditions::Alone {
            and.next(sql);
            exists(sql, alias, embed);
        }
    }
    sql.exists = outer;
}

/// `EXISTS (…)`: whether the embed has any row.
pub(super) fn exists(sql: &mut Sql, parent: &str, embed: &EmbedNode<'_>) {
    sql.push("EXISTS (SELECT 1 FROM ");
    source(sql, parent, embed);
    let mut and = And::wheres();
    link(sql, parent, embed, &mut and);
    wheres(sql, &embed.node, &embed.node.alias, Conditions::Alone, &mut and);
    // Those with an offset stay as they are.
    sql.exists += 1;
    sql.push(if sql.exists > INNER_JOINS { " OFFSET 0)" } else { ")" });
}

/// An embed as a value in its parent's select list.
pub(super) fn subquery(sql: &mut Sql, parent: &str, embed: &EmbedNode<'_>) {
    let to_one = embed.relationship.to_one();
    sql.push(if to_one {
        "(SELECT howdah.to_json_row(\"x\".*) FROM ("
    } else {
        "(SELECT howdah.to_json_rows(\"x\".*) FROM ("
    });
    body(sql, parent, embed, List::Encoded);
    sql.push(") AS \"x\")");
}

/// The rows of an embed for one row of its parent.
fn body(sql: &mut Sql, parent: &str, embed: &EmbedNode<'_>, list: List) {
    let node = &embed.node;
    let outputs = output::outputs(node);
    sql.push("SELECT ");
    aggregate::distinct(sql, node, &node.alias);
    output::write(sql, node, &node.alias, list, &outputs);
    sql.push(" FROM ");
    source(sql, parent, embed);
    joins(sql, node);
    let mut and = And::wheres();
    link(sql, parent, embed, &mut and);
    wheres(sql, node, &node.alias, Conditions::Filters, &mut and);
    groups(sql, node, list, &outputs);
    tail(sql, node, &outputs);
}

fn source(sql: &mut Sql, parent: &str, embed: &EmbedNode<'_>) {
    match &embed.relationship.function {
        Some(function) => {
            row_call(sql, parent, function, embed.of_written);
            sql.push(" AS ").ident(&embed.node.alias);
        }
        None => table(sql, &embed.node),
    }
    if let Some(junction) = &embed.relationship.junction {
        sql.push(" INNER JOIN ");
        if !instead(sql, &embed.junction) {
            sql.qualified(&junction.schema, &junction.name).push(" AS ").ident(&embed.junction);
        }
        let mut and = And::on();
        for (from, to) in &junction.columns {
            and.next(sql);
            column(sql, &embed.node.alias, to);
            sql.push(" = ");
            column(sql, &embed.junction, from);
        }
    }
}

/// Ties an embed's rows to the parent's row.
fn link(sql: &mut Sql, parent: &str, embed: &EmbedNode<'_>, and: &mut And) {
    let side = match &embed.relationship.junction {
        Some(_) => &embed.junction,
        None => &embed.node.alias,
    };
    for (from, to) in &embed.relationship.columns {
        and.next(sql);
        column(sql, side, to);
        sql.push(" = ");
        column(sql, parent, from);
    }
}

/// Order, limit and offset.
pub(super) fn tail(sql: &mut Sql, node: &Node<'_>, outputs: &[Output<'_>]) {
    let terms = aggregate::order(node);
    for (n, term) in terms.iter().enumerate() {
        sql.push(if n == 0 { " ORDER BY " } else { ", " });
        match term {
            Term::Order(n, order) => {
                ordered(sql, node, *n, order, outputs);
                direction(sql, order);
            }
            Term::Distinct(of) => field(sql, node, &node.alias, of),
        }
    }
    limit(sql, node.range);
}

pub(super) fn limit(sql: &mut Sql, range: Range) {
    if let Some(limit) = range.limit {
        sql.push(" LIMIT ").number(limit);
    }
    if let Some(offset) = range.offset {
        sql.push(" OFFSET ").param(Param::Value(offset)).push("::bigint");
    }
}

/// ` DESC NULLS LAST`, as asked.
pub(super) fn direction(sql: &mut Sql, order: &Order) {
    sql.push(if order.descending { " DESC" } else { "" });
    sql.push(match order.nulls_first {
        Some(true) => " NULLS FIRST",
        Some(false) => " NULLS LAST",
        None => "",
    });
}

/// What the n-th term of order names.
fn ordered(sql: &mut Sql, node: &Node<'_>, n: usize, order: &Order, outputs: &[Output<'_>]) {
    if let Some(subject) = &order.aggregate {
        return aggregate::subject(sql, node, &node.alias, subject);
    }
    let join = node.order_joins.get(n).and_then(Option::as_ref);
    match join.and_then(|(index, alias)| Some((node.embeds.get(*index)?, alias))) {
        Some((embed, alias)) => {
            let spread = (order.field.path.is_empty()
                && (node.query.is_grouped() || embed.node.column(&order.field.name).is_none()))
            .then(|| output::spread_column(outputs, embed, &order.field.name))
            .flatten();
            match spread {
                Some(output) => output::value(sql, node, &node.alias, output),
                None => field(sql, &embed.node, alias, &order.field),
            }
        }
        None => match output::named(node, outputs, &order.field) {
            Some(output) => output::value(sql, node, &node.alias, output),
            None => field(sql, node, &node.alias, &order.field),
        },
    }
}

/// Whether reading a node needs more than its own columns in one list.
pub(super) fn is_plain(node: &Node<'_>) -> bool {
    node.embeds.is_empty()
        && node.query.order.is_empty()
        && node.range == Range::default()
        && node.query.distinct.is_none()
        && !node.query.has_aggregates()
}
