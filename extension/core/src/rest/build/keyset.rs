//! Keyset pages: the rows on one side of a row, in order.

use super::filter::{And, field, row_type};
use super::output::{self, List, Output};
use super::read::{self, Conditions, direction};
use super::sql::Sql;
use crate::rest::plan::{KeysetNode, KeysetTerm, Node};
use crate::rest::shape::{Hidden, Order, Param, Position, Value};

/// The page of a relation's rows that borders on the cursor's.
pub(super) fn select(sql: &mut Sql, node: &Node<'_>, keyset: &KeysetNode<'_>, list: List) {
    sql.page = Some(keyset.page);
    let outputs = output::outputs(node);
    sql.push("SELECT ");
    if keyset.page.backwards {
        return backwards(sql, node, keyset, list, &outputs);
    }
    output::write(sql, node, &node.alias, list, &outputs);
    let mut separator = if outputs.is_empty() { "" } else { ", " };
    for term in &keyset.terms {
        sql.push(separator);
        told(sql, term, |sql| value(sql, node, term));
        sql.hidden.push(Hidden::Cursor);
        separator = ", ";
    }
    page(sql, node, keyset);
}

/// The rows before the cursor's are found from the nearest on, and put into the order of the request after that.
///
/// `SELECT "x"."c1" AS "title", "x"."k1", "x"."all" > 20 FROM (SELECT …, row_number() …) AS "x" WHERE … ORDER BY …`
fn backwards(
    sql: &mut Sql,
    node: &Node<'_>,
    keyset: &KeysetNode<'_>,
    list: List,
    outputs: &[Output<'_>],
) {
    let mut separator = "";
    for (n, output) in outputs.iter().enumerate() {
        sql.push(separator).push("\"x\".").ident(&format!("c{}", n + 1));
        sql.push(" AS ").ident(&output.name);
        separator = ", ";
    }
    for (n, term) in keyset.terms.iter().enumerate() {
        sql.push(separator);
        told(sql, term, |sql| {
            sql.push("\"x\".").ident(&format!("k{}", n + 1));
        });
        sql.hidden.push(Hidden::Cursor);
        separator = ", ";
    }
    sql.push(", \"x\".\"all\" > ").number(keyset.page.most.unwrap_or(u64::MAX >> 1));
    sql.hidden.push(Hidden::More);
    sql.push(" FROM (SELECT \"x\".*, pg_catalog.row_number() OVER () AS \"nth\", pg_catalog.count(*) OVER () AS \"all\" FROM (SELECT ");
    output::write_numbered(sql, node, &node.alias, list, outputs);
    separator = if outputs.is_empty() { "" } else { ", " };
    for (n, term) in keyset.terms.iter().enumerate() {
        sql.push(separator);
        value(sql, node, term);
        sql.push(" AS ").ident(&format!("k{}", n + 1));
        separator = ", ";
    }
    page(sql, node, keyset);
    sql.push(") AS \"x\") AS \"x\"");
    if let Some(most) = keyset.page.most {
        sql.push(" WHERE \"x\".\"nth\" <= ").number(most);
    }
    sql.push(" ORDER BY \"x\".\"nth\" DESC");
}

/// ` FROM … WHERE … ORDER BY … LIMIT n + 1`
fn page(sql: &mut Sql, node: &Node<'_>, keyset: &KeysetNode<'_>) {
    sql.push(" FROM ");
    read::table(sql, node);
    read::joins(sql, node);
    let mut and = And::wheres();
    read::wheres(sql, node, &node.alias, Conditions::Filters, &mut and);
    if let Some(from) = keyset.from {
        and.next(sql);
        beyond(sql, node, keyset, from);
    }
    sql.push(" ORDER BY ");
    sql.list(&keyset.terms, |sql, term| {
        value(sql, node, term);
        direction(sql, &term.order);
    });
    if let Some(most) = keyset.page.most {
        sql.push(" LIMIT ").number(if most == 0 { 0 } else { most.saturating_add(1) });
    }
    if let Some(offset) = node.range.offset {
        sql.push(" OFFSET ").param(Param::Value(offset)).push("::bigint");
    }
}

/// A value for the shell to make text of, which the type reads again under any settings.
fn told(sql: &mut Sql, term: &KeysetTerm, value: impl FnOnce(&mut Sql)) {
    sql.push(if term.moment { "(pg_catalog.to_json(" } else { "" });
    value(sql);
    sql.push(if term.moment { ") #>> '{}')" } else { "" });
}

fn value(sql: &mut Sql, node: &Node<'_>, term: &KeysetTerm) {
    let Order { field: of, .. } = &term.order;
    let join = term.join.as_ref();
    match join.and_then(|(index, alias)| Some((node.embeds.get(*index)?, alias))) {
        Some((embed, alias)) => field(sql, &embed.node, alias, of),
        None => field(sql, node, &node.alias, of),
    }
}

/// Whether a row comes after the cursor's.
fn beyond(sql: &mut Sql, node: &Node<'_>, keyset: &KeysetNode<'_>, from: &Position) {
    let terms: Vec<(&KeysetTerm, Option<Value>)> =
        keyset.terms.iter().zip(from.values.iter().copied()).collect();
    let descending = keyset.terms.first().is_some_and(|term| term.order.descending);
    // A null neither fulfils a row comparison nor ends it, which is right where nulls lie before the cursor's row.
    let plain = terms.iter().all(|(term, value)| {
        value.is_some()
            && term.order.descending == descending
            && (term.not_null || term.nulls_first())
    });
    if plain {
        // One range of an index.
        sql.push("(");
        sql.list(&terms, |sql, (term, _)| self::value(sql, node, term));
        sql.push(if descending { ") < (" } else { ") > (" });
        sql.list(&terms, |sql, (term, value)| {
            if let Some(value) = value {
                bound(sql, node, term, *value);
            }
        });
        sql.push(")");
        return;
    }
    // A bound that an index on the first term can begin at.
    if let Some((term, Some(value))) = terms.first()
        && (term.not_null || term.nulls_first())
    {
        self::value(sql, node, term);
        sql.push(if term.order.descending { " <= " } else { " >= " });
        bound(sql, node, term, *value);
        sql.push(" AND ");
    }
    nested(sql, node, &terms);
}

/// `(a > $1 OR (a = $1 AND (…)))`
fn nested(sql: &mut Sql, node: &Node<'_>, terms: &[(&KeysetTerm, Option<Value>)]) {
    let Some(((term, value), rest)) = terms.split_first() else {
        sql.push("FALSE");
        return;
    };
    sql.push("(");
    after(sql, node, term, *value);
    if !rest.is_empty() {
        sql.push(" OR (");
        same(sql, node, term, *value);
        sql.push(" AND ");
        nested(sql, node, rest);
        sql.push(")");
    }
    sql.push(")");
}

fn after(sql: &mut Sql, node: &Node<'_>, term: &KeysetTerm, value: Option<Value>) {
    let Some(value) = value else {
        if term.nulls_first() {
            self::value(sql, node, term);
            sql.push(" IS NOT NULL");
        } else {
            sql.push("FALSE");
        }
        return;
    };
    self::value(sql, node, term);
    sql.push(if term.order.descending { " < " } else { " > " });
    bound(sql, node, term, value);
    if !term.not_null && !term.nulls_first() {
        sql.push(" OR ");
        self::value(sql, node, term);
        sql.push(" IS NULL");
    }
}

fn same(sql: &mut Sql, node: &Node<'_>, term: &KeysetTerm, value: Option<Value>) {
    self::value(sql, node, term);
    match value {
        Some(value) => {
            sql.push(" = ");
            bound(sql, node, term, value);
        }
        None => {
            sql.push(" IS NULL");
        }
    }
}

/// A value of the cursor: of the type that it is compared with, which must be said of a row.
fn bound(sql: &mut Sql, node: &Node<'_>, term: &KeysetTerm, value: Value) {
    sql.param(Param::Value(value));
    let of = match &term.join {
        Some((index, _)) => node.embeds.get(*index).map(|embed| &embed.node),
        None => Some(node),
    };
    if let Some(ty) = of.and_then(|of| row_type(of, &term.order.field)) {
        sql.push("::").push(ty);
    }
}

#[cfg(test)]
mod tests {
    use crate::rest::cursor::Cursor;
    use crate::rest::fixture::{self, shape};
    use crate::rest::shape::{Compiled, Hidden, Keyset, Verb};

    fn first(url: &str) -> Compiled {
        let (target, query) = url.split_once('?').unwrap();
        let (mut shape, _) = shape(Verb::Read, target, query).unwrap();
        shape.query.keyset = Some(Keyset::default());
        fixture::compile(&shape).unwrap()
    }

    fn after(url: &str, backwards: bool, values: &[Option<&str>]) -> Compiled {
        let fingerprint = first(url).main.page.unwrap().fingerprint;
        let values = values.iter().map(|value| value.map(str::to_owned)).collect();
        let cursor = Cursor { backwards, fingerprint, values }.encode().unwrap();
        let (target, query) = url.split_once('?').unwrap();
        let query = format!("{query}&cursor={cursor}");
        fixture::compile(&shape(Verb::Read, target, &query).unwrap().0).unwrap()
    }

    #[test]
    fn orders_by_the_key_after_all() {
        let page = first("film?select=title&order=year.desc&limit=2");
        assert_eq!(
            page.main.sql,
            r#"SELECT "film"."title" AS "title", "film"."year", "film"."id" FROM "public"."film" ORDER BY "film"."year" DESC, "film"."id" DESC LIMIT 3"#
        );
        assert_eq!(page.main.hidden, [Hidden::Cursor, Hidden::Cursor]);
        assert_eq!(page.main.page.unwrap().most, Some(2));
        let both = first("film_actor?select=part&order=actor_id&limit=5").main.sql;
        assert!(
            both.ends_with(r#"ORDER BY "film_actor"."actor_id", "film_actor"."film_id" LIMIT 6"#)
        );
    }

    #[test]
    fn compares_rows_where_one_range_of_an_index_will_do() {
        let page = |url, values: &[Option<&str>]| {
            let sql = after(url, false, values).main.sql;
            sql.split_once(" WHERE ").unwrap().1.split_once(" ORDER BY ").unwrap().0.to_owned()
        };
        for (url, values, wanted) in [
            ("film?order=id", &[Some("1")][..], r#"("film"."id") > ($1)"#),
            (
                "film?order=year.desc",
                &[Some("1"), Some("2")],
                r#"("film"."year", "film"."id") < ($1, $2)"#,
            ),
            (
                "film?order=year.nullsfirst",
                &[Some("1"), Some("2")],
                r#"("film"."year", "film"."id") > ($1, $2)"#,
            ),
            // Nulls come last: they are after the row too.
            (
                "film?order=year",
                &[Some("1"), Some("2")],
                r#"("film"."year" > $1 OR "film"."year" IS NULL OR ("film"."year" = $1 AND ("film"."id" > $2)))"#,
            ),
            (
                "film?order=year",
                &[None, Some("2")],
                r#"(FALSE OR ("film"."year" IS NULL AND ("film"."id" > $1)))"#,
            ),
            (
                "film?order=year.desc",
                &[None, Some("2")],
                r#"("film"."year" IS NOT NULL OR ("film"."year" IS NULL AND ("film"."id" < $1)))"#,
            ),
            // Mixed directions: a bound for the index, then term by term.
            (
                "film?order=year.desc,id",
                &[Some("1"), Some("2")],
                r#""film"."year" <= $1 AND ("film"."year" < $1 OR ("film"."year" = $1 AND ("film"."id" > $2)))"#,
            ),
            (
                "film?order=budget.nullsfirst",
                &[Some("(1,EUR)"), Some("2")],
                r#"("film"."budget", "film"."id") > ($1::public.money_amount, $2)"#,
            ),
            (
                "film?order=meta->>k.desc&id=gt.3",
                &[Some("a"), Some("2")],
                r#""film"."id" > $1 AND (("film"."meta"->>'k'), "film"."id") < ($2, $3)"#,
            ),
        ] {
            assert_eq!(page(url, values), wanted, "{url}");
        }
    }

    #[test]
    fn goes_back_from_the_nearest_row() {
        let page = after("film?select=title&order=year&limit=2", true, &[Some("1"), Some("2")]);
        assert_eq!(
            page.main.sql,
            r#"SELECT "x"."c1" AS "title", "x"."k1", "x"."k2", "x"."all" > 2 FROM (SELECT "x".*, pg_catalog.row_number() OVER () AS "nth", pg_catalog.count(*) OVER () AS "all" FROM (SELECT "film"."title" AS "c1", "film"."year" AS "k1", "film"."id" AS "k2" FROM "public"."film" WHERE ("film"."year", "film"."id") < ($1, $2) ORDER BY "film"."year" DESC, "film"."id" DESC LIMIT 3) AS "x") AS "x" WHERE "x"."nth" <= 2 ORDER BY "x"."nth" DESC"#
        );
        assert_eq!(page.main.hidden, [Hidden::Cursor, Hidden::Cursor, Hidden::More]);
    }

    #[test]
    fn the_fingerprint_tells_orders_apart() {
        let of = |url| first(url).main.page.unwrap().fingerprint;
        let urls = [
            "film?order=year",
            "film?order=year.desc",
            "film?order=year.nullsfirst",
            "film?order=title",
            "film?order=year,title",
            "film?order=title,year",
            "film?order=meta->year",
            "film?order=meta->>year",
            "film?order=meta->y->ear",
            "film?select=id,director()&order=director(name)",
            "film?order=id",
            "director?order=id",
        ];
        let all: std::collections::BTreeSet<u64> = urls.into_iter().map(of).collect();
        assert_eq!(all.len(), urls.len());
        // What the order says without words, and with them.
        assert_eq!(
            of("film?order=year"),
            of("film?order=year.asc.nullslast,id&select=title&id=gt.3")
        );
        assert_eq!(of("film?"), of("film?order=id.asc"));
    }

    #[test]
    fn needs_rows_of_its_own_and_a_key() {
        let refused = |url: &str| {
            let (target, query) = url.split_once('?').unwrap();
            let (mut shape, _) = shape(Verb::Read, target, query).unwrap();
            shape.query.keyset = Some(Keyset::default());
            fixture::compile(&shape).unwrap_err().code
        };
        for url in [
            "note?select=body",
            "recent_film?",
            "film?select=count()",
            "film?select=title&distinct=*",
            "film?distinct=(title)",
        ] {
            assert_eq!(refused(url), "HW450", "{url}");
        }
        first("card?order=maker");
    }
}
