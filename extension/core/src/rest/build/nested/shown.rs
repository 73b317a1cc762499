//! What the answer to a nested insert shows of its rows: embeds of something written read the INSERT.

use super::{Writer, equal, junction_columns, name};
use crate::catalog::RelationKind;
use crate::rest::build::filter::column;
use crate::rest::build::sql::Sql;
use crate::rest::build::{read, write};
use crate::rest::plan::Node;
use crate::rest::plan::nested::Place;
use crate::rest::shape::Filter;

impl Writer<'_> {
    pub(super) fn show<'n>(&mut self, n: usize, names: impl IntoIterator<Item = &'n str>) {
        if let Some(shown) = self.shown.get_mut(n) {
            shown.extend(names.into_iter().map(str::to_owned));
        }
    }

    /// Lets the embeds of what is written at place `n` read what was written.
    pub(super) fn embeds(&mut self, sql: &mut Sql, node: &Node<'_>, n: usize) {
        for (index, embed) in node.embeds.iter().enumerate() {
            let Some(child) = self.nested.child(n, &embed.relationship) else { continue };
            let own = match &embed.relationship.junction {
                Some(junction) => &junction.columns,
                None => &embed.relationship.columns,
            };
            self.show(child, write::needed(&embed.node));
            self.show(child, tested(&embed.node));
            // Those by which the rows around are put in order.
            let orders = node.query.order.iter().zip(&node.order_joins);
            let by = orders.filter(|(_, join)| join.as_ref().is_some_and(|(at, _)| *at == index));
            self.show(child, by.map(|(order, _)| order.field.name.as_str()));
            self.show(child, own.iter().map(|(_, to)| to.as_str()));
            self.show_row(child, &embed.node);
            self.embeds(sql, &embed.node, child);
            let rows = self.rows_after(child);
            sql.sources.insert(embed.node.alias.clone(), rows);
            if embed.relationship.junction.is_some() {
                let rows = self.junction_after(child);
                sql.sources.insert(embed.junction.clone(), rows);
            }
        }
    }

    pub(super) fn show_row(&mut self, n: usize, node: &Node<'_>) {
        let called = node.embeds.iter().any(|embed| embed.relationship.function.is_some());
        if let Some(whole) = self.whole.get_mut(n) {
            *whole |= called;
        }
    }

    /// `ROW("t".*)::"public"."t"`, if functions take it.
    pub(super) fn row(&self, sql: &mut Sql, n: usize, alias: &str, place: &Place<'_>) -> bool {
        let whole = self.whole.get(n).copied().unwrap_or_default();
        if whole {
            sql.push("ROW(").ident(alias).push(".*)::");
            sql.qualified(&place.relation.schema, &place.relation.name);
            sql.push(" AS ").ident(read::ROW);
        }
        whole
    }

    /// FROM item: the rows of place `n` after the statement. Without conflicts no row was there that its parent, new
    /// itself, could have.
    fn rows_after(&mut self, n: usize) -> String {
        let written = name('w', n);
        let mut out = Sql::new();
        let nested = self.nested;
        let Some(place) = nested.places.get(n) else { return written };
        let relation = std::rc::Rc::clone(&place.relation);
        let key = &relation.primary_key;
        let table = matches!(relation.kind, RelationKind::Table | RelationKind::Partitioned);
        if self.shape.write.resolution.is_none() || key.is_empty() || !table {
            out.ident(&written);
            return out.text;
        }
        self.show(n, key.iter().map(String::as_str));
        let columns = self.shown.get(n).cloned().unwrap_or_default();
        out.push("(SELECT ");
        for name in &columns {
            column(&mut out, "t", name);
            out.push(" AS ").ident(name).push(", ");
        }
        if !self.row(&mut out, n, "t", place) {
            out.push("1");
        }
        out.push(" FROM ").qualified(&relation.schema, &relation.name).push(" AS \"t\"");
        out.push(" WHERE NOT EXISTS (SELECT FROM ").ident(&written).push(" AS \"w\"");
        equal(&mut out, key, "w", "t");
        out.push(") UNION ALL SELECT ");
        for name in &columns {
            column(&mut out, &written, name);
            out.push(", ");
        }
        if self.whole.get(n).copied().unwrap_or_default() {
            column(&mut out, &written, read::ROW);
        } else {
            out.push("1");
        }
        out.push(" FROM ").ident(&written).push(")");
        out.text
    }

    fn junction_after(&self, n: usize) -> String {
        let mut out = Sql::new();
        let written = name('j', n);
        let parent = self.at(n).and_then(|place| place.parent.as_ref());
        match parent.and_then(|(_, _, r)| Some((r, r.junction.as_ref()?))) {
            Some((r, junction)) if self.shape.write.resolution.is_some() => {
                let columns = junction_columns(r);
                let names = |sql: &mut Sql| {
                    sql.list(&columns, |sql, name| {
                        sql.ident(name);
                    });
                };
                out.push("(SELECT ");
                names(&mut out);
                out.push(" FROM ")
                    .qualified(&junction.schema, &junction.name)
                    .push(" UNION SELECT ");
                names(&mut out);
                out.push(" FROM ").ident(&written).push(")");
            }
            _ => {
                out.ident(&written);
            }
        }
        out.text
    }
}

/// Columns, and computed fields, that a node's filters test.
fn tested<'n>(node: &'n Node<'_>) -> Vec<&'n str> {
    fn collect<'n>(filters: &'n [Filter], node: &Node<'_>, names: &mut Vec<&'n str>) {
        for filter in filters {
            match filter {
                Filter::Tree { parts, .. } => collect(parts, node, names),
                Filter::Test { field, .. } => {
                    let embed = node.embed(&field.name).is_some();
                    if !embed || node.column(&field.name).is_some() {
                        names.push(&field.name);
                    }
                }
            }
        }
    }
    let mut names = Vec::new();
    collect(&node.query.filters, node, &mut names);
    names
}
