//! A nested insert: one statement, in which each place of the body is an INSERT of its own.
//!
//! Of place n: `pgrst_s`n is its elements with their values, numbered; `pgrst_v`n the same with the keys of rows nested in
//! them that come first; `pgrst_w`n the INSERT; `pgrst_r`n with it the rows that a conflict left as they are; `pgrst_k`n what
//! other places need of the written rows, by the elements' numbers; `pgrst_j`n the rows of a junction. What other relations of
//! the request see is what was there before, so an embed of something written reads the INSERT instead of the table.

mod shown;

use super::conflict;
use super::filter::{And, column};
use super::output::List;
use super::read::{self, Conditions};
use super::represent;
use super::sql::Sql;
use super::write;
use crate::catalog::{Column, RelationKind};
use crate::rest::plan::Node;
use crate::rest::plan::handler::Maker;
use crate::rest::plan::nested::{Nested, Place, Relationship, Tie};
use crate::rest::shape::{Hidden, Param, Payload, Resolution, Returning, Shape};
use std::collections::BTreeSet;

/// Writes the whole statement.
pub(super) fn write(
    sql: &mut Sql,
    shape: &Shape,
    nested: &Nested<'_>,
    node: &Node<'_>,
    list: List,
    by: &Maker,
) {
    let Some(root) = nested.places.first() else { return };
    let full = shape.returning == Returning::Representation;
    let count = nested.places.len();
    let mut writer = Writer {
        shape,
        nested,
        node,
        shown: vec![BTreeSet::new(); count],
        whole: vec![false; count],
    };
    if full {
        writer.show(0, write::needed(node));
        writer.show_row(0, node);
        writer.embeds(sql, node, 0);
    }
    let keys = shape.returning == Returning::HeadersOnly;
    if keys {
        writer.show(0, root.relation.primary_key.iter().map(String::as_str));
    }
    let inserted = root.arbiter.is_some()
        && shape.write.resolution == Some(Resolution::MergeDuplicates)
        && root.relation.kind == RelationKind::Table;
    sql.push("WITH ");
    writer.place(sql, 0, inserted);
    sql.push(", \"pgrst_source\" AS (SELECT \"w\".*, ");
    writer.fault(sql);
    sql.push(" AS \"pgrst_fault\" FROM ").ident(&name('w', 0)).push(" AS \"w\") ");
    if full {
        sql.hidden.extend(inserted.then_some(Hidden::Inserted));
        sql.hidden.push(Hidden::Fault);
        represent::write(sql, by, false, |sql| {
            read::select(sql, node, list, Conditions::Embeds, |sql| {
                sql.push("\"pgrst_source\" AS ").ident(&node.alias);
            });
        });
        return;
    }
    sql.push("SELECT \"pgrst_fault\"");
    sql.hidden.push(Hidden::Fault);
    if inserted {
        sql.push(", \"pgrst_inserted\"");
        sql.hidden.push(Hidden::Inserted);
    }
    for key in root.relation.primary_key.iter().filter(|_| keys) {
        sql.push(", ").ident(key).push("::text");
        sql.hidden.push(Hidden::Key);
    }
    sql.push(" FROM \"pgrst_source\"");
}

fn name(kind: char, n: usize) -> String {
    format!("pgrst_{kind}{n}")
}

/// The member of `pgrst_s` that holds the elements of place `n`.
fn member(n: usize) -> String {
    name('m', n)
}

struct Writer<'p> {
    shape: &'p Shape,
    nested: &'p Nested<'p>,
    node: &'p Node<'p>,
    /// Columns of each place that the answer shows.
    shown: Vec<BTreeSet<String>>,
    /// Whether its rows are shown whole too, to functions.
    whole: Vec<bool>,
}

impl Writer<'_> {
    fn at(&self, n: usize) -> Option<&Place<'_>> {
        self.nested.places.get(n)
    }

    /// All of place `n` and of what is nested in it.
    fn place(&self, sql: &mut Sql, n: usize, inserted: bool) {
        let Some(place) = self.at(n) else { return };
        self.source(sql, n, place);
        let forward = |child: &&usize| {
            let parent = self.at(**child).and_then(|c| c.parent.as_ref());
            parent.is_some_and(|(_, _, r)| r.forward)
        };
        let firsts: Vec<usize> = place.children.iter().filter(forward).copied().collect();
        for child in &firsts {
            sql.push(", ");
            self.place(sql, *child, false);
        }
        if !firsts.is_empty() {
            self.values(sql, n, &firsts);
        }
        let values = name(if firsts.is_empty() { 's' } else { 'v' }, n);
        self.insert(sql, n, place, &values, inserted);
        let rows = self.rows(sql, n, place, &values);
        self.keys(sql, n, place, &values, &rows);
        for child in place.children.iter().filter(|child| !firsts.contains(child)) {
            sql.push(", ");
            self.place(sql, *child, false);
            self.junction(sql, n, *child);
        }
    }

    /// `pgrst_s`: the elements, with their columns, the members that are nested in them, and the keys from around them.
    fn source(&self, sql: &mut Sql, n: usize, place: &Place<'_>) {
        let around = place.parent.as_ref().map(|(parent, ..)| *parent);
        let key = place.parent.as_ref().filter(|(_, _, r)| !r.forward && r.junction.is_none());
        let columns: Vec<(&Column, bool)> = place
            .level
            .columns
            .iter()
            .filter_map(|(name, partial)| Some((place.relation.column(name)?, *partial)))
            .collect();
        let defaults = self.shape.write.missing_default
            && columns.iter().any(|(c, partial)| *partial && c.default.is_some());
        sql.ident(&name('s', n)).push(" AS MATERIALIZED (SELECT ");
        match around {
            None => sql.push("\"_\".\"pgrst_o\""),
            Some(_) => sql.push(
                "row_number() OVER (ORDER BY \"p\".\"pgrst_o\", \"_\".\"pgrst_o\") AS \"pgrst_o\", \
                 \"p\".\"pgrst_o\" AS \"pgrst_p\"",
            ),
        };
        for (c, partial) in &columns {
            sql.push(", ");
            match c.default.as_ref().filter(|_| defaults && *partial) {
                None => column(sql, "_", &c.name),
                Some(default) => {
                    sql.push("CASE WHEN (\"_\".\"pgrst_e\"->").literal(&c.name);
                    sql.push(") IS NULL THEN ").push(default).push(" ELSE ");
                    column(sql, "_", &c.name);
                    sql.push(" END AS ").ident(&c.name);
                }
            }
        }
        for name in &place.evaluated {
            let default = place.relation.column(name).and_then(|c| c.default.as_deref());
            sql.push(", ").push(default.unwrap_or("NULL")).push(" AS ").ident(name);
        }
        if let Some((_, _, r)) = key {
            for (from, to) in &r.columns {
                sql.push(", ");
                column(sql, "k", from);
                sql.push(" AS ").ident(to);
            }
        }
        for child in &place.children {
            sql.push(", ");
            column(sql, "_", &member(*child));
        }
        sql.push(" FROM ");
        if let Some(parent) = around {
            sql.ident(&name('s', parent)).push(" AS \"p\" ");
            if key.is_some() {
                sql.push("INNER JOIN ").ident(&name('k', parent));
                sql.push(" AS \"k\" ON \"k\".\"pgrst_o\" = \"p\".\"pgrst_o\" ");
            }
            sql.push("CROSS JOIN LATERAL ");
        }
        self.elements(sql, n, place, &columns, defaults);
        sql.push(")");
    }

    /// The elements' members as columns of `_`, in one look at the JSON; twice where it matters which are not there.
    fn elements(
        &self,
        sql: &mut Sql,
        n: usize,
        place: &Place<'_>,
        columns: &[(&Column, bool)],
        defaults: bool,
    ) {
        let definition = |sql: &mut Sql| {
            sql.push("(");
            for (c, _) in columns {
                sql.ident(&c.name).push(" ").push(&c.ty.sql).push(", ");
            }
            for child in &place.children {
                let key = self.at(*child).and_then(|child| child.parent.as_ref());
                sql.ident(key.map(|(_, key, _)| *key).unwrap_or_default()).push(" json, ");
            }
            // Objects may be empty.
            sql.push("\"pgrst_x\" json)");
        };
        let names = |sql: &mut Sql| {
            for (c, _) in columns {
                sql.ident(&c.name).push(", ");
            }
            for child in &place.children {
                sql.ident(&member(*child)).push(", ");
            }
            sql.push("\"pgrst_x\"");
        };
        if defaults {
            sql.push(
                "(SELECT \"j\".\"o\", \"j\".\"e\", \"r\".* FROM pg_catalog.json_array_elements(",
            );
            self.array(sql, n, place);
            sql.push(") WITH ORDINALITY AS \"j\"(\"e\", \"o\"), pg_catalog.json_to_record(\"j\".\"e\") AS \"r\"");
            definition(sql);
            sql.push(") AS \"_\"(\"pgrst_o\", \"pgrst_e\", ");
            names(sql);
            sql.push(")");
            return;
        }
        sql.push("ROWS FROM (pg_catalog.json_to_recordset(");
        self.array(sql, n, place);
        sql.push(") AS ");
        definition(sql);
        sql.push(") WITH ORDINALITY AS \"_\"(");
        names(sql);
        sql.push(", \"pgrst_o\")");
    }

    /// The JSON array that holds the elements.
    fn array(&self, sql: &mut Sql, n: usize, place: &Place<'_>) {
        if place.parent.is_none() {
            if self.shape.write.payload == Payload::Object {
                sql.push("pg_catalog.json_build_array(").param(Param::Body).push("::json)");
            } else {
                sql.param(Param::Body).push("::json");
            }
            return;
        }
        let member = member(n);
        sql.push("CASE pg_catalog.json_typeof(");
        column(sql, "p", &member);
        sql.push(") WHEN 'array' THEN ");
        column(sql, "p", &member);
        sql.push(" WHEN 'object' THEN pg_catalog.json_build_array(");
        column(sql, "p", &member);
        sql.push(") ELSE '[]' END");
    }

    /// `pgrst_v`: with the keys of the rows that come first.
    fn values(&self, sql: &mut Sql, n: usize, firsts: &[usize]) {
        sql.push(", ").ident(&name('v', n)).push(" AS MATERIALIZED (SELECT \"s\".*");
        for child in firsts {
            let Some((_, _, r)) = self.at(*child).and_then(|c| c.parent.as_ref()) else { continue };
            for (from, to) in &r.columns {
                sql.push(", ");
                column(sql, &name('k', *child), to);
                sql.push(" AS ").ident(from);
            }
        }
        sql.push(" FROM ").ident(&name('s', n)).push(" AS \"s\"");
        for child in firsts {
            let keys = name('k', *child);
            sql.push(" LEFT JOIN ").ident(&keys).push(" ON ");
            column(sql, &keys, "pgrst_p");
            sql.push(" = \"s\".\"pgrst_o\"");
        }
        sql.push(")");
    }

    /// Columns that `pgrst_w` gives back.
    fn returned(&self, n: usize, place: &Place<'_>) -> BTreeSet<String> {
        let mut names = place.needs.clone();
        names.extend(self.shown.get(n).into_iter().flatten().cloned());
        match &place.tie {
            Tie::By(columns) => names.extend(columns.iter().cloned()),
            Tie::Rank(column) => {
                names.insert(column.clone());
            }
            Tie::Unneeded | Tie::One => {}
        }
        names
    }

    fn insert(&self, sql: &mut Sql, n: usize, place: &Place<'_>, values: &str, inserted: bool) {
        let columns = place.written();
        let alias = if n == 0 { &self.node.alias } else { &place.relation.name };
        sql.push(", ").ident(&name('w', n)).push(" AS (INSERT INTO ");
        sql.qualified(&place.relation.schema, &place.relation.name);
        if alias != &place.relation.name {
            sql.push(" AS ").ident(alias);
        }
        if !columns.is_empty() {
            sql.push(" (");
            sql.list(&columns, |sql, c| {
                sql.ident(&c.name);
            });
            sql.push(")");
        }
        // An identity's number that we have drawn ourselves; one in the body stays refused.
        let ours = |c: &&Column| c.generated && c.default.is_some();
        if columns.iter().any(ours)
            && columns.iter().filter(|c| ours(c)).all(|c| place.evaluated.contains(&c.name))
        {
            sql.push(" OVERRIDING SYSTEM VALUE");
        }
        sql.push(" SELECT ");
        sql.list(&columns, |sql, c| column(sql, "v", &c.name));
        sql.push(" FROM ").ident(values).push(" AS \"v\" ORDER BY \"v\".\"pgrst_o\"");
        if let (Some(resolution), Some(arbiter)) = (self.shape.write.resolution, &place.arbiter) {
            let set: Vec<&Column> =
                columns.iter().filter(|c| !place.evaluated.contains(&c.name)).copied().collect();
            let asked = (n == 0).then_some((self.shape, self.node));
            conflict::on_conflict(sql, arbiter, resolution, &set, asked);
        }
        let returned = self.returned(n, place);
        if !returned.is_empty() || n == 0 {
            sql.push(" RETURNING ");
            let mut word = "";
            for name in &returned {
                sql.push(word);
                column(sql, alias, name);
                sql.push(" AS ").ident(name);
                word = ", ";
            }
            if self.whole.get(n).copied().unwrap_or_default() {
                sql.push(word);
                self.row(sql, n, alias, place);
                word = ", ";
            }
            if inserted {
                sql.push(word);
                write::push_inserted(sql, alias);
                sql.push(" AS \"pgrst_inserted\"");
            } else if word.is_empty() {
                sql.push("1 AS \"pgrst_x\"");
            }
        }
        sql.push(")");
    }

    /// Where the rows are that the elements mean: those written, and those that a conflict left as they were.
    fn rows(&self, sql: &mut Sql, n: usize, place: &Place<'_>, values: &str) -> String {
        let written = name('w', n);
        let arbiter = place.arbiter.as_ref().filter(|arbiter| arbiter.predicate.is_none());
        let keys: Option<Vec<String>> = arbiter.and_then(|arbiter| {
            arbiter.keys.iter().map(|key| key.column().map(str::to_owned)).collect()
        });
        let left = self.shape.write.resolution == Some(Resolution::IgnoreDuplicates);
        let Some(keys) = keys.filter(|_| left && place.tie != Tie::Unneeded) else {
            return written;
        };
        let columns = self.returned(n, place);
        let rows = name('r', n);
        sql.push(", ").ident(&rows).push(" AS (SELECT ");
        sql.list(&columns, |sql, name| column(sql, &written, name));
        sql.push(" FROM ").ident(&written).push(" UNION ALL SELECT ");
        sql.list(&columns, |sql, name| column(sql, "t", name));
        sql.push(" FROM ").qualified(&place.relation.schema, &place.relation.name);
        sql.push(" AS \"t\" WHERE EXISTS (SELECT FROM ").ident(values).push(" AS \"v\"");
        equal(sql, &keys, "v", "t");
        sql.push("))");
        rows
    }

    /// `pgrst_k`: what others need of the rows, by the elements' numbers.
    fn keys(&self, sql: &mut Sql, n: usize, place: &Place<'_>, values: &str, rows: &str) {
        if place.tie == Tie::Unneeded {
            return;
        }
        sql.push(", ").ident(&name('k', n)).push(" AS (SELECT \"v\".\"pgrst_o\"");
        if place.parent.is_some() {
            sql.push(", \"v\".\"pgrst_p\"");
        }
        for name in &place.needs {
            sql.push(", ");
            column(sql, "r", name);
        }
        sql.push(" FROM ").ident(values).push(" AS \"v\"");
        match &place.tie {
            Tie::Unneeded | Tie::One => {
                sql.push(" CROSS JOIN ").ident(rows).push(" AS \"r\"");
            }
            Tie::By(columns) => {
                sql.push(" INNER JOIN ").ident(rows).push(" AS \"r\" ON ");
                sql.push("(");
                sql.list(columns, |sql, name| column(sql, "r", name));
                sql.push(") = (");
                sql.list(columns, |sql, name| column(sql, "v", name));
                sql.push(")");
            }
            Tie::Rank(rising) => {
                sql.push(" INNER JOIN (SELECT row_number() OVER (ORDER BY ").ident(rising);
                sql.push(") AS \"pgrst_o\", *").push(" FROM ").ident(rows);
                sql.push(") AS \"r\" ON \"r\".\"pgrst_o\" = \"v\".\"pgrst_o\"");
            }
        }
        sql.push(")");
    }

    /// `pgrst_j`: the rows between place `n` and a child on the other side of a junction.
    fn junction(&self, sql: &mut Sql, n: usize, child: usize) {
        let Some((_, _, r)) = self.at(child).and_then(|place| place.parent.as_ref()) else {
            return;
        };
        let Some(junction) = &r.junction else { return };
        let (parents, children) = (name('k', n), name('k', child));
        let columns = junction_columns(r);
        sql.push(", ").ident(&name('j', child)).push(" AS (INSERT INTO ");
        sql.qualified(&junction.schema, &junction.name).push(" (");
        sql.list(&columns, |sql, name| {
            sql.ident(name);
        });
        sql.push(") SELECT ");
        let sides = r.columns.iter().map(|(from, _)| (&parents, from));
        sql.list(
            sides.chain(junction.columns.iter().map(|(_, to)| (&children, to))),
            |sql, (side, name)| {
                column(sql, side, name);
            },
        );
        sql.push(" FROM ").ident(&parents).push(" INNER JOIN ").ident(&children).push(" ON ");
        column(sql, &children, "pgrst_p");
        sql.push(" = ");
        column(sql, &parents, "pgrst_o");
        sql.push(if self.shape.write.resolution.is_some() {
            " ON CONFLICT DO NOTHING"
        } else {
            ""
        });
        if self.shape.returning == Returning::Representation {
            sql.push(" RETURNING ");
            sql.list(&columns, |sql, name| {
                sql.ident(name);
            });
        }
        sql.push(")");
    }

    /// The path of a place whose elements have not all found their rows, or null. A filter may have spared rows of the root.
    fn fault(&self, sql: &mut Sql) {
        let mut any = false;
        for (n, place) in self.nested.places.iter().enumerate() {
            let spared = n == 0 && place.arbiter.is_some() && !self.node.query.filters.is_empty();
            if place.tie == Tie::Unneeded || spared {
                continue;
            }
            sql.push(if any { "" } else { "CASE" });
            any = true;
            sql.push(" WHEN (SELECT count(*) FROM ").ident(&name('k', n));
            sql.push(") <> (SELECT count(*) FROM ").ident(&name('s', n)).push(") THEN ");
            sql.literal(if place.path.is_empty() { "the body" } else { &place.path });
        }
        sql.push(if any { " END" } else { "NULL::text" });
    }
}

/// The junction's columns of both sides.
fn junction_columns(r: &Relationship) -> Vec<String> {
    let near = r.columns.iter().map(|(_, to)| to.clone());
    let far = r.junction.iter().flat_map(|j| j.columns.iter().map(|(from, _)| from.clone()));
    near.chain(far).collect()
}

/// ` WHERE "a"."x" = "b"."x" AND …`
fn equal(sql: &mut Sql, names: &[String], a: &str, b: &str) {
    let mut and = And::wheres();
    for name in names {
        and.next(sql);
        column(sql, a, name);
        sql.push(" = ");
        column(sql, b, name);
    }
}
