//! INSERT, UPDATE and DELETE.

use super::condition;
use super::conflict;
use super::filter::{And, column, filter};
use super::output::{self, List};
use super::read::{self, Conditions};
use super::represent;
use super::sql::{Reading, Sql, reading};
use super::{bulk, domain, limited};
use crate::catalog::{Column, Relation, RelationKind};
use crate::rest::plan::Node;
use crate::rest::plan::conflict::Arbiter;
use crate::rest::plan::handler::Maker;
use crate::rest::shape::{Hidden, Param, Payload, Resolution, Returning, SelectItem, Shape, Verb};
use std::collections::BTreeSet;

/// The rows written, where more is made of them.
pub(super) const SOURCE: &str = "pgrst_source";

/// A write with what the catalog says of it.
#[derive(Clone, Copy)]
pub(super) struct Written<'w> {
    pub shape: &'w Shape,
    pub relation: &'w Relation,
    /// How conflicts are found, if they are resolved and can be found.
    pub arbiter: Option<&'w Arbiter>,
    /// Of a write that is limited: the columns that tell its rows apart.
    pub limited: Option<&'w [String]>,
    /// Who makes a body of the rows written.
    pub by: &'w Maker,
}

impl Written<'_> {
    /// PATCH with a row of its own for each row that it updates.
    fn is_bulk(&self) -> bool {
        !self.shape.write.keys.is_empty()
    }
}

/// Writes the whole statement of a write, with what it returns.
pub(super) fn write(sql: &mut Sql, what: &Written<'_>, node: &Node<'_>, list: List) {
    let Written { shape, relation, .. } = *what;
    let inserted = tells_inserted(what);
    let full = shape.returning == Returning::Representation;
    let with = if what.is_bulk() {
        sql.push("WITH ");
        bulk::body(sql, what);
        true
    } else if let Some(key) = what.limited {
        sql.push("WITH ");
        limited::rows(sql, shape, key, node);
        true
    } else {
        false
    };
    if full && (what.is_bulk() || !read::is_plain(node) || *what.by != Maker::Form) {
        sql.push(if with { ", " } else { "WITH " }).ident(SOURCE).push(" AS (");
        modify(sql, what, node);
        sql.push(" RETURNING ");
        sql.list(needed(node), |sql, name| column(sql, &node.alias, name));
        if node.embeds.iter().any(|embed| embed.relationship.function.is_some()) {
            sql.push(", ROW(").ident(&node.alias).push(".*)::");
            sql.qualified(&relation.schema, &relation.name).push(" AS ").ident(read::ROW);
        }
        if inserted {
            sql.push(", ");
            push_inserted(sql, &node.alias);
            sql.push(" AS \"pgrst_inserted\"");
            sql.hidden.push(Hidden::Inserted);
        }
        if what.is_bulk() {
            sql.push(", ");
            bulk::returned(sql);
            sql.hidden.push(Hidden::Fault);
        }
        for hidden in condition::hidden(shape, relation) {
            sql.push(", ");
            condition::returning(sql, shape, node, hidden);
        }
        sql.push(") ");
        represent::write(sql, what.by, false, |sql| {
            read::select(sql, node, list, Conditions::Embeds, |sql| {
                sql.ident(SOURCE).push(" AS ").ident(&node.alias);
            });
            if what.is_bulk() && node.query.order.is_empty() {
                bulk::order(sql, node);
            }
        });
        return;
    }
    sql.push(if with { " " } else { "" });
    modify(sql, what, node);
    let mut word = " RETURNING ";
    if full {
        let outputs = output::outputs(node);
        if !outputs.is_empty() {
            sql.push(word);
            output::write(sql, node, &node.alias, list, &outputs);
            word = ", ";
        }
    }
    if inserted {
        sql.push(word);
        push_inserted(sql, &node.alias);
        sql.hidden.push(Hidden::Inserted);
        word = ", ";
    }
    if what.is_bulk() {
        sql.push(word);
        bulk::fault(sql);
        sql.hidden.push(Hidden::Fault);
        word = ", ";
    }
    for hidden in condition::hidden(shape, relation) {
        sql.push(word);
        condition::returning(sql, shape, node, hidden);
        word = ", ";
    }
    if shape.returning == Returning::HeadersOnly && shape.verb == Verb::Insert {
        for key in &relation.primary_key {
            sql.push(word);
            column(sql, &node.alias, key);
            sql.push("::text AS ").ident(key);
            sql.hidden.push(Hidden::Key);
            word = ", ";
        }
    }
    if shape.write.counted && word == " RETURNING " {
        sql.push(" RETURNING NULL");
        sql.hidden.push(Hidden::Touched);
    }
}

/// Only an upsert may insert or not, and only a plain table's rows say which: by an `xmax` of 0.
fn tells_inserted(what: &Written<'_>) -> bool {
    conflict::resolution(what.shape) == Some(Resolution::MergeDuplicates)
        && what.arbiter.is_some()
        && what.relation.kind == RelationKind::Table
}

pub(super) fn push_inserted(sql: &mut Sql, alias: &str) {
    sql.push("(").ident(alias).push(".xmax = 0)");
}

/// The columns that a representation is read from: asking for no more keeps column privileges out of the way.
pub(super) fn needed<'n>(node: &'n Node<'_>) -> BTreeSet<&'n str> {
    let mut names = BTreeSet::new();
    let select = &node.query.select;
    if select.is_empty() || select.contains(&SelectItem::All) {
        names.extend(node.columns().iter().map(|c| c.name.as_str()));
    }
    for item in select {
        if let SelectItem::Column(item) = item {
            names.extend(item.field.as_ref().map(|f| f.name.as_str()));
        }
    }
    let own = node
        .query
        .order
        .iter()
        .filter(|o| o.relation.is_none() && o.aggregate.is_none())
        .filter(|o| !node.output_names.contains(&o.field.name));
    names.extend(own.map(|o| o.field.name.as_str()));
    node.query.grouping_fields(&mut |field| {
        names.extend(node.column(&field.name).map(|column| column.name.as_str()));
    });
    for embed in &node.embeds {
        names.extend(embed.relationship.columns.iter().map(|(from, _)| from.as_str()));
    }
    if names.is_empty() {
        names.extend(node.columns().first().map(|c| c.name.as_str()));
    }
    names
}

fn modify(sql: &mut Sql, what: &Written<'_>, node: &Node<'_>) {
    match what.shape.verb {
        Verb::Update if what.is_bulk() => bulk::update(sql, what, node),
        Verb::Update => update(sql, what, node),
        Verb::Delete => {
            sql.push("DELETE FROM ");
            read::table(sql, node);
            conditions(sql, what, node);
        }
        _ => insert(sql, what, node),
    }
}

fn conditions(sql: &mut Sql, what: &Written<'_>, node: &Node<'_>) {
    let mut and = And::wheres();
    sql.modifies = true;
    for condition in &node.query.filters {
        and.next(sql);
        filter(sql, node, &node.alias, condition);
    }
    sql.modifies = false;
    if let Some(key) = what.limited {
        and.next(sql);
        limited::among(sql, key, &node.alias);
    }
    condition::among(sql, what.shape, node, &mut and);
}

/// The written columns, as the catalog has them.
pub(super) fn written<'r>(shape: &Shape, relation: &'r Relation) -> Vec<&'r Column> {
    shape.write.columns.iter().filter_map(|name| relation.column(name)).collect()
}

/// The columns that a single object leaves to their defaults.
fn defaults<'r>(shape: &Shape, relation: &'r Relation) -> Vec<&'r Column> {
    shape.write.defaults.iter().filter_map(|name| relation.column(name)).collect()
}

fn insert(sql: &mut Sql, what: &Written<'_>, node: &Node<'_>) {
    let Written { shape, relation, .. } = *what;
    let columns = written(shape, relation);
    let defaults = defaults(shape, relation);
    sql.push("INSERT INTO ");
    read::table(sql, node);
    if !columns.is_empty() || !defaults.is_empty() {
        sql.push(" (");
        sql.list(columns.iter().chain(&defaults), |sql, c| {
            sql.ident(&c.name);
        });
        sql.push(")");
    }
    match shape.write.payload {
        Payload::Object if shape.verb == Verb::Put => put_object(sql, node, &columns),
        Payload::Array if columns.is_empty() => {
            sql.push(" SELECT FROM pg_catalog.json_array_elements(")
                .param(Param::Body)
                .push("::json)");
        }
        Payload::Array => {
            let defaults =
                shape.write.missing_default && columns.iter().any(|c| c.default.is_some());
            rows(sql, &columns, defaults);
            if shape.verb == Verb::Put {
                url_conditions(sql, node);
            }
        }
        _ if columns.is_empty() && defaults.is_empty() => {
            sql.push(" DEFAULT VALUES");
        }
        _ => {
            sql.push(" VALUES (");
            let fields = columns.iter().enumerate().map(Some);
            sql.list(fields.chain(defaults.iter().map(|_| None)), |sql, field| match field {
                Some((i, c)) => field_value(sql, c, i),
                None => {
                    sql.push("DEFAULT");
                }
            });
            sql.push(")");
        }
    }
    let set: Vec<&Column> = columns.into_iter().chain(defaults).collect();
    if let (Some(resolution), Some(arbiter)) = (conflict::resolution(shape), what.arbiter) {
        conflict::on_conflict(sql, arbiter, resolution, &set, Some((shape, node)));
    }
}

/// A field of a single object, read as its column's type.
fn field_value(sql: &mut Sql, column: &Column, n: usize) {
    let n = u16::try_from(n).unwrap_or(u16::MAX);
    if let Some(function) = domain::read(column) {
        return domain::call(sql, function, |sql| {
            sql.param(Param::FieldJson(n)).push("::json");
        });
    }
    match reading(&column.ty) {
        Reading::Text => {
            sql.param(Param::Field(n));
        }
        Reading::Json => {
            sql.param(Param::FieldJson(n));
        }
        Reading::Array => {
            sql.param(Param::FieldArray(n));
        }
        Reading::Populate => populate(sql, Param::FieldJson(n), &column.ty.sql),
    }
}

/// A JSON value as an array or composite.
pub(super) fn populate(sql: &mut Sql, param: Param, ty: &str) {
    sql.push(
        "(SELECT \"_\".\"v\" FROM pg_catalog.json_to_record(pg_catalog.json_build_object('v', ",
    )
    .param(param);
    sql.push("::json)) AS \"_\"(\"v\" ").push(ty).push("))");
}

/// ` SELECT … FROM json_to_recordset(…)`; with `defaults`, a key that a row lacks becomes its column's default.
pub(super) fn rows(sql: &mut Sql, columns: &[&Column], defaults: bool) {
    sql.push(" SELECT ");
    sql.list(columns, |sql, c| match c.default.as_ref().filter(|_| defaults) {
        None => domain::written(sql, "_", c),
        Some(default) => {
            sql.push("CASE WHEN (\"j\".value->").literal(&c.name).push(") IS NULL THEN ");
            sql.push(default).push(" ELSE ");
            domain::written(sql, "_", c);
            sql.push(" END");
        }
    });
    sql.push(" FROM ");
    if defaults {
        sql.push("pg_catalog.json_array_elements(").param(Param::Body);
        sql.push("::json) AS \"j\", pg_catalog.json_to_record(\"j\".value)");
    } else {
        sql.push("pg_catalog.json_to_recordset(").param(Param::Body).push("::json)");
    }
    domain::definition(sql, columns);
}

/// The row of a PUT, if it is the one that the URL names.
fn put_object(sql: &mut Sql, node: &Node<'_>, columns: &[&Column]) {
    sql.push(" SELECT ");
    sql.list(columns, |sql, c| column(sql, "_", &c.name));
    // The URL names the row as it is stored, so what is read by a cast is read before.
    let casts = columns.iter().any(|c| domain::read(c).is_some());
    if casts {
        sql.push(" FROM (SELECT ");
        sql.list(columns, |sql, c| {
            domain::written(sql, "_", c);
            sql.push(" AS ").ident(&c.name);
        });
    }
    sql.push(" FROM pg_catalog.json_to_record(pg_catalog.json_build_object(");
    sql.list(columns.iter().enumerate(), |sql, (i, c)| {
        let n = u16::try_from(i).unwrap_or(u16::MAX);
        sql.literal(&c.name).push(", ").param(Param::FieldJson(n)).push("::json");
    });
    sql.push("))");
    domain::definition(sql, columns);
    if casts {
        sql.push(") AS \"_\"");
    }
    url_conditions(sql, node);
}

fn url_conditions(sql: &mut Sql, node: &Node<'_>) {
    let mut and = And::wheres();
    for condition in &node.query.filters {
        and.next(sql);
        filter(sql, node, "_", condition);
    }
}

fn update(sql: &mut Sql, what: &Written<'_>, node: &Node<'_>) {
    let Written { shape, relation, .. } = *what;
    sql.push("UPDATE ");
    read::table(sql, node);
    sql.push(" SET ");
    let columns = written(shape, relation);
    let fields = columns.into_iter().enumerate().map(|(i, c)| (c, Some(i)));
    let defaults = defaults(shape, relation).into_iter().map(|c| (c, None));
    sql.list(fields.chain(defaults), |sql, (c, field)| {
        sql.ident(&c.name).push(" = ");
        match field {
            Some(i) => field_value(sql, c, i),
            None => {
                sql.push("DEFAULT");
            }
        }
    });
    conditions(sql, what, node);
}
