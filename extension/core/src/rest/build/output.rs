//! The select list.

use super::aggregate::{self, Source};
use super::filter::{column, field};
use super::sql::{Sql, is_native, is_native_name};
use super::{domain, read};
use crate::catalog::TypeKind;
use crate::rest::plan::{EmbedNode, Node, Resolved};
use crate::rest::shape::{AggregateCall, Field, JsonKey, SelectColumn, SelectItem};
use std::borrow::Cow;

/// One column of a result.
pub(super) struct Output<'p> {
    pub name: Cow<'p, str>,
    kind: Kind<'p>,
    /// The shell can write its values as JSON.
    native: bool,
    aggregate: Option<Called<'p>>,
    /// What makes JSON of its values, being a domain's own cast.
    shown: Option<&'p (String, String)>,
}

/// An aggregate, and what the planner found it to be.
#[derive(Clone, Copy)]
struct Called<'p> {
    call: &'p AggregateCall,
    resolved: Option<&'p Resolved>,
}

enum Kind<'p> {
    Column(&'p str),
    Item(&'p SelectColumn),
    /// `alias.*`, of a function whose columns nobody knows.
    Everything,
    Embed(&'p EmbedNode<'p>),
    /// The n-th column of a relation spread into this one.
    Spread(&'p EmbedNode<'p>, usize),
}

/// How a select list is written.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum List {
    /// For the shell to encode: types that it does not know go through `to_json`.
    Encoded,
    /// Values as they are: for a shell that wants text, and for rows that are compared.
    Plain,
    /// To be spread: columns are called `c1`, `c2` …
    Spread,
    /// To be spread into a row that aggregates: aggregates are left to it.
    Hoisted,
}

pub(super) fn outputs<'p>(node: &'p Node<'p>) -> Vec<Output<'p>> {
    let mut all = Vec::with_capacity(node.query.select.len().max(node.columns().len()));
    if node.query.select.is_empty() {
        everything(node, &mut all);
    }
    let mut embeds = node.embeds.iter();
    for item in &node.query.select {
        match item {
            SelectItem::All => everything(node, &mut all),
            SelectItem::Column(column) => all.push(item_output(node, column)),
            SelectItem::Embed(_) => {
                let Some(embed) = embeds.next() else { continue };
                if !embed.embed.shows() {
                    // Its filters and order are all that it is for.
                } else if embed.embed.spread {
                    spread(embed, &mut all);
                } else {
                    let name = Cow::Borrowed(embed.embed.name());
                    let kind = Kind::Embed(embed);
                    all.push(Output { name, kind, native: true, aggregate: None, shown: None });
                }
            }
        }
    }
    all
}

fn everything<'p>(node: &'p Node<'p>, all: &mut Vec<Output<'p>>) {
    let columns = node.columns();
    if columns.is_empty() {
        let kind = Kind::Everything;
        let name = Cow::Borrowed("");
        all.push(Output { name, kind, native: true, aggregate: None, shown: None });
    }
    all.extend(columns.iter().map(|column| Output {
        name: Cow::Borrowed(column.name.as_str()),
        kind: Kind::Column(&column.name),
        native: is_native(&column.ty),
        aggregate: None,
        shown: column.ty.casts.as_ref().and_then(|casts| casts.to_json.as_ref()),
    }));
}

fn item_output<'p>(node: &'p Node<'_>, item: &'p SelectColumn) -> Output<'p> {
    let aggregate = item.aggregate.as_deref();
    let name = match (&item.alias, aggregate, &item.field) {
        (Some(alias), _, _) => alias,
        (None, Some(call), _) => call.name.as_str(),
        (None, None, Some(field)) => default_name(field),
        (None, None, None) => "count",
    };
    Output {
        name: Cow::Borrowed(name),
        kind: Kind::Item(item),
        native: native(node, item),
        aggregate: aggregate.map(|call| Called { call, resolved: node.resolved(call) }),
        shown: item
            .field
            .as_ref()
            .and_then(|f| domain::shown(node, f))
            .filter(|_| aggregate.is_none()),
    }
}

/// A JSON path is called after its last key that is no index, else after its column.
fn default_name(field: &Field) -> &str {
    let name = field.path.iter().rev().find_map(|step| match &step.key {
        JsonKey::Name(name) => Some(name),
        JsonKey::Index(_) => None,
    });
    name.unwrap_or(&field.name)
}

fn native(node: &Node<'_>, item: &SelectColumn) -> bool {
    match (item.aggregate.as_deref(), &item.cast, &item.field) {
        (Some(call), _, _) => match &call.cast {
            Some(cast) => is_native_name(cast),
            None => call.name == "count" && call.is_plain(),
        },
        (None, Some(cast), _) => is_native_name(cast),
        (None, None, Some(field)) => match field.path.last() {
            Some(step) if step.text => true,
            // What is no json is made one first.
            Some(_) => node.column(&field.name).is_none_or(|c| c.ty.kind != TypeKind::Domain),
            None => node.column(&field.name).is_some_and(|c| is_native(&c.ty)),
        },
        (None, None, None) => true,
    }
}

fn spread<'p>(embed: &'p EmbedNode<'p>, all: &mut Vec<Output<'p>>) {
    let to_one = embed.relationship.to_one();
    for (i, inner) in outputs(&embed.node).into_iter().enumerate() {
        all.push(Output {
            name: inner.name,
            kind: Kind::Spread(embed, i + 1),
            native: !to_one || inner.native,
            aggregate: inner.aggregate.filter(|_| to_one),
            shown: inner.shown.filter(|_| to_one),
        });
    }
}

/// The list as [`write`] writes it, its columns called `c1`, `c2` …
pub(super) fn write_numbered(
    sql: &mut Sql,
    node: &Node<'_>,
    alias: &str,
    list: List,
    outputs: &[Output<'_>],
) {
    write_called(sql, node, alias, list, outputs, true);
}

/// Writes the list; nothing if it is empty, which SQL allows.
pub(super) fn write(
    sql: &mut Sql,
    node: &Node<'_>,
    alias: &str,
    list: List,
    outputs: &[Output<'_>],
) {
    let numbered = matches!(list, List::Spread | List::Hoisted);
    write_called(sql, node, alias, list, outputs, numbered);
}

fn write_called(
    sql: &mut Sql,
    node: &Node<'_>,
    alias: &str,
    list: List,
    outputs: &[Output<'_>],
    numbered: bool,
) {
    for (i, output) in outputs.iter().enumerate() {
        sql.push(if i > 0 { ", " } else { "" });
        // A cast written in the request is one of what is shown.
        let shows = output.shown.is_some() && matches!(list, List::Encoded | List::Spread);
        let cast = matches!(&output.kind, Kind::Item(item) if item.cast.is_some());
        let wrap = list == List::Encoded && !output.native && (cast || !shows);
        sql.push(if wrap { "pg_catalog.to_json(" } else { "" });
        match output.shown.filter(|_| shows) {
            Some(function) => shown(sql, node, alias, output, function),
            None => aggregated(sql, node, alias, output, list),
        }
        sql.push(if wrap { ")" } else { "" });
        if matches!(output.kind, Kind::Everything) {
            continue;
        }
        sql.push(" AS ");
        if numbered {
            sql.ident(&format!("c{}", i + 1));
        } else {
            sql.ident(&output.name);
        }
        if list == List::Hoisted {
            hoist(sql, node, alias, output, i + 1);
        }
    }
}

/// A value of a domain as its own cast shows it.
fn shown(
    sql: &mut Sql,
    node: &Node<'_>,
    alias: &str,
    output: &Output<'_>,
    function: &(String, String),
) {
    domain::call(sql, function, |sql| match &output.kind {
        Kind::Item(SelectColumn { field: Some(item), .. }) => field(sql, node, alias, item),
        _ => expression(sql, node, alias, output),
    });
    if let Kind::Item(SelectColumn { cast: Some(cast), .. }) = &output.kind {
        sql.push("::").push(cast);
    }
}

/// What an aggregate left to the parent reads beside its column: its condition as `f1`, its order as `o1_0` …
fn hoist(sql: &mut Sql, node: &Node<'_>, alias: &str, output: &Output<'_>, n: usize) {
    let Some(Called { call, .. }) = output.aggregate else {
        return;
    };
    if !call.filter.is_empty() {
        sql.push(", ");
        match &output.kind {
            Kind::Spread(embed, inner) => column(sql, &embed.joined, &format!("f{inner}")),
            _ => {
                sql.push("(");
                aggregate::conditions(sql, node, alias, call);
                sql.push(")");
            }
        }
        sql.push(" AS ").ident(&format!("f{n}"));
    }
    for (k, order) in call.order.iter().enumerate() {
        sql.push(", ");
        match &output.kind {
            Kind::Spread(embed, inner) => column(sql, &embed.joined, &format!("o{inner}_{k}")),
            _ => field(sql, node, alias, &order.field),
        }
        sql.push(" AS ").ident(&format!("o{n}_{k}"));
    }
}

/// The output that an order or a condition calls by a name that is no column's; none if several have it.
pub(super) fn named<'o, 'p>(
    node: &Node<'_>,
    outputs: &'o [Output<'p>],
    field: &Field,
) -> Option<&'o Output<'p>> {
    if !field.path.is_empty() || !node.output_names.contains(&field.name) {
        return None;
    }
    let mut found = outputs.iter().filter(|output| output.name == field.name);
    let only = found.next().filter(|o| !matches!(o.kind, Kind::Embed(_) | Kind::Everything))?;
    found.next().is_none().then_some(only)
}

/// An output's value, as it is.
pub(super) fn value(sql: &mut Sql, node: &Node<'_>, alias: &str, output: &Output<'_>) {
    aggregated(sql, node, alias, output, List::Plain);
}

/// The column of a spread relation that an order calls by its name or by its name there.
pub(super) fn spread_column<'o, 'p>(
    outputs: &'o [Output<'p>],
    embed: &EmbedNode<'_>,
    name: &str,
) -> Option<&'o Output<'p>> {
    outputs.iter().find(|output| match output.kind {
        Kind::Spread(of, _) => of.joined == embed.joined && output.name == name,
        _ => false,
    })
}

fn aggregated(sql: &mut Sql, node: &Node<'_>, alias: &str, output: &Output<'_>, list: List) {
    let Some(Called { call, resolved }) = output.aggregate.filter(|_| list != List::Hoisted) else {
        return expression(sql, node, alias, output);
    };
    let argument = |sql: &mut Sql| expression(sql, node, alias, output);
    let rows = matches!(&output.kind, Kind::Item(SelectColumn { field: None, .. }));
    let source = Source {
        argument: (!rows).then_some(&argument as &dyn Fn(&mut Sql)),
        order: &|sql, k, order| match &output.kind {
            Kind::Spread(embed, n) => column(sql, &embed.joined, &format!("o{n}_{k}")),
            _ => field(sql, node, alias, &order.field),
        },
        filter: &|sql| match &output.kind {
            Kind::Spread(embed, n) => column(sql, &embed.joined, &format!("f{n}")),
            _ => aggregate::conditions(sql, node, alias, call),
        },
    };
    aggregate::call(sql, call, resolved, &source);
}

fn expression(sql: &mut Sql, node: &Node<'_>, alias: &str, output: &Output<'_>) {
    match &output.kind {
        Kind::Column(name) => column(sql, alias, name),
        Kind::Everything => {
            sql.ident(alias).push(".*");
        }
        Kind::Item(item) => {
            match &item.field {
                Some(tested) => field(sql, node, alias, tested),
                // `count()` handed to the row that it is spread into: one for each row found.
                None => {
                    sql.push("TRUE");
                }
            }
            if let Some(cast) = &item.cast {
                sql.push("::").push(cast);
            }
        }
        Kind::Embed(embed) if embed.lateral => {
            let grouped = node.query.is_grouped();
            sql.push(if grouped { "pg_catalog.row_to_json(" } else { "howdah.to_json_row(" });
            sql.ident(&embed.joined).push(".*)");
        }
        Kind::Embed(embed) => read::subquery(sql, alias, embed),
        Kind::Spread(embed, n) => column(sql, &embed.joined, &format!("c{n}")),
    }
}

/// ` GROUP BY` everything that is no aggregate.
pub(super) fn group_by(sql: &mut Sql, node: &Node<'_>, alias: &str, outputs: &[Output<'_>]) {
    if !node.query.is_grouped() {
        return;
    }
    let mut word = " GROUP BY ";
    for output in outputs.iter().filter(|o| o.aggregate.is_none()) {
        match &output.kind {
            Kind::Everything => continue,
            Kind::Embed(embed) if embed.lateral => {
                sql.push(word).push("(").ident(&embed.joined).push(".*)");
            }
            Kind::Embed(embed) if embed.relationship.function.is_some() => {
                sql.push(word).push("(").ident(alias).push(".*)");
            }
            // The subquery hangs on these columns of ours.
            Kind::Embed(embed) => {
                for (from, _) in &embed.relationship.columns {
                    sql.push(word);
                    column(sql, alias, from);
                    word = ", ";
                }
            }
            _ => {
                sql.push(word);
                expression(sql, node, alias, output);
            }
        }
        word = ", ";
    }
    for (order, join) in node.query.order.iter().zip(&node.order_joins) {
        let Some((index, joined)) = join else { continue };
        if let Some(embed) = node.embeds.get(*index).filter(|embed| shows(embed, &order.field)) {
            sql.push(word);
            field(sql, &embed.node, joined, &order.field);
            word = ", ";
        }
    }
}

/// Whether an embedded row, which rows are grouped by, has this column: grouping by the column too splits no group.
fn shows(embed: &EmbedNode<'_>, field: &Field) -> bool {
    let select = &embed.embed.query.select;
    !embed.embed.spread
        && select.iter().any(|item| match item {
            SelectItem::All => true,
            SelectItem::Column(column) => {
                column.aggregate.is_none()
                    && column.cast.is_none()
                    && column.field.as_ref() == Some(field)
            }
            SelectItem::Embed(_) => false,
        })
}
