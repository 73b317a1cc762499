//! Calls of aggregates, conditions on groups, and what rows are distinct in.

use super::filter::{self, Compared, field};
use super::output::{self, Output};
use super::read::direction;
use super::sql::Sql;
use crate::rest::plan::{Node, Resolved};
use crate::rest::shape::{AggregateCall, Distinct, Field, Having, Order, Param, SelectColumn};

/// Where an aggregate's rows come from: the relation's own columns, or those of a relation spread into it.
pub(super) struct Source<'a> {
    /// `None` for `*`.
    pub argument: Option<&'a dyn Fn(&mut Sql)>,
    /// The n-th term of its order.
    pub order: &'a dyn Fn(&mut Sql, usize, &Order),
    pub filter: &'a dyn Fn(&mut Sql),
}

/// `sum("a"."b") FILTER (WHERE …)`
pub(super) fn call(
    sql: &mut Sql,
    call: &AggregateCall,
    resolved: Option<&Resolved>,
    source: &Source<'_>,
) {
    sql.push(if call.cast.is_some() { "(" } else { "" });
    match resolved {
        Some(resolved) => sql.qualified(&resolved.schema, &resolved.name),
        None => sql.push(plain_name(&call.name)),
    };
    sql.push("(");
    if resolved.is_some_and(|resolved| resolved.ordered_set) {
        arguments(sql, call, resolved, "");
        sql.push(") WITHIN GROUP (ORDER BY ");
        argument(sql, source);
    } else {
        sql.push(if call.distinct { "DISTINCT " } else { "" });
        argument(sql, source);
        arguments(sql, call, resolved, ", ");
        if !call.order.is_empty() {
            sql.push(" ORDER BY ");
            sql.list(call.order.iter().enumerate(), |sql, (n, order)| {
                (source.order)(sql, n, order);
                direction(sql, order);
            });
        }
    }
    sql.push(")");
    if !call.filter.is_empty() {
        sql.push(" FILTER (WHERE ");
        (source.filter)(sql);
        sql.push(")");
    }
    if let Some(cast) = &call.cast {
        sql.push(")::").push(cast);
    }
}

fn argument(sql: &mut Sql, source: &Source<'_>) {
    match source.argument {
        Some(argument) => argument(sql),
        None => {
            sql.push("*");
        }
    }
}

fn arguments(sql: &mut Sql, call: &AggregateCall, resolved: Option<&Resolved>, before: &str) {
    for (n, argument) in call.arguments.iter().enumerate() {
        sql.push(if n == 0 { before } else { ", " });
        sql.param(Param::Value(argument.value));
        if let Some(Some(ty)) = resolved.and_then(|resolved| resolved.arguments.get(n)) {
            sql.push("::").push(ty);
        }
    }
}

/// The dialect's own, looked up by the search path as types of extensions need.
fn plain_name(name: &str) -> &'static str {
    match name {
        "sum" => "sum",
        "avg" => "avg",
        "min" => "min",
        "max" => "max",
        _ => "count",
    }
}

/// All of an aggregate's own conditions.
pub(super) fn conditions(sql: &mut Sql, node: &Node<'_>, alias: &str, call: &AggregateCall) {
    let generic = sql.generic;
    for (n, condition) in call.filter.iter().enumerate() {
        sql.push(if n > 0 { " AND " } else { "" });
        filter::filter(sql, node, alias, condition);
    }
    // No value here decides which rows are read.
    sql.generic = generic;
}

/// An aggregate on the node's own columns, as order and having name it; a column, if it is none.
pub(super) fn subject(sql: &mut Sql, node: &Node<'_>, alias: &str, subject: &SelectColumn) {
    let argument = |sql: &mut Sql| {
        if let Some(of) = &subject.field {
            field(sql, node, alias, of);
        }
        if let Some(cast) = &subject.cast {
            sql.push("::").push(cast);
        }
    };
    let Some(called) = subject.aggregate.as_deref() else {
        return argument(sql);
    };
    let source = Source {
        argument: subject.field.as_ref().map(|_| &argument as &dyn Fn(&mut Sql)),
        order: &|sql, _, order| field(sql, node, alias, &order.field),
        filter: &|sql| conditions(sql, node, alias, called),
    };
    call(sql, called, node.resolved(called), &source);
}

/// ` HAVING …`
pub(super) fn having(sql: &mut Sql, node: &Node<'_>, alias: &str, outputs: &[Output<'_>]) {
    let generic = sql.generic;
    for (n, condition) in node.query.having.iter().enumerate() {
        sql.push(if n == 0 { " HAVING " } else { " AND " });
        part(sql, node, alias, outputs, condition);
    }
    sql.generic = generic;
}

fn part(sql: &mut Sql, node: &Node<'_>, alias: &str, outputs: &[Output<'_>], having: &Having) {
    match having {
        Having::Tree { negated, or, parts } => {
            sql.push(if *negated { "NOT (" } else { "(" });
            for (n, condition) in parts.iter().enumerate() {
                if n > 0 {
                    sql.push(if *or { " OR " } else { " AND " });
                }
                part(sql, node, alias, outputs, condition);
            }
            sql.push(")");
        }
        Having::Test { subject: of, negated, test } => {
            let named = of.field.as_ref().filter(|_| of.aggregate.is_none());
            let output = named.and_then(|field| output::named(node, outputs, field));
            let column = named.filter(|_| output.is_none() && of.cast.is_none());
            let compared = Compared { vector: false, column: column.map(|field| (node, field)) };
            filter::test(sql, *negated, test, compared, &|sql| match output {
                Some(output) => output::value(sql, node, alias, output),
                None => subject(sql, node, alias, of),
            });
        }
    }
}

/// `DISTINCT ON (…) `
pub(super) fn distinct(sql: &mut Sql, node: &Node<'_>, alias: &str) {
    if let Some(Distinct::On(fields)) = &node.query.distinct {
        sql.push("DISTINCT ON (");
        sql.list(fields, |sql, of| field(sql, node, alias, of));
        sql.push(") ");
    }
}

/// The terms of order, numbered, with those first that rows are distinct in: Postgres takes the first of each.
pub(super) fn order<'n>(node: &'n Node<'_>) -> Vec<Term<'n>> {
    let terms = node.query.order.iter().enumerate().map(|(n, order)| Term::Order(n, order));
    let Some(Distinct::On(fields)) = &node.query.distinct else {
        return terms.collect();
    };
    let of_distinct = |order: &Order| {
        order.relation.is_none() && order.aggregate.is_none() && fields.contains(&order.field)
    };
    let (mut first, rest): (Vec<_>, Vec<_>) =
        terms.partition(|term| matches!(term, Term::Order(_, order) if of_distinct(order)));
    let ordered =
        |field: &Field| node.query.order.iter().any(|o| of_distinct(o) && o.field == *field);
    first.extend(fields.iter().filter(|field| !ordered(field)).map(Term::Distinct));
    first.extend(rest);
    first
}

pub(super) enum Term<'n> {
    Order(usize, &'n Order),
    Distinct(&'n Field),
}

#[cfg(test)]
mod tests {
    use crate::rest::fixture::{self, shape};
    use crate::rest::shape::{Param, Verb};

    fn sql(url: &str) -> String {
        let (target, query) = url.split_once('?').unwrap();
        fixture::compile(&shape(Verb::Read, target, query).unwrap().0).unwrap().main.sql
    }

    fn failure(url: &str) -> crate::error::ApiError {
        let (target, query) = url.split_once('?').unwrap();
        fixture::compile(&shape(Verb::Read, target, query).unwrap().0).unwrap_err()
    }

    /// Requests and the SQL that they become, run on PostgreSQL 15.
    const CALLS: &[(&str, &str)] = &[
        (
            r#"film?select=rating.count(distinct),title.string_agg(distinct,-),year.percentile_cont(0.5),m:rating.mode()"#,
            r#"SELECT count(DISTINCT "film"."rating") AS "count", pg_catalog.to_json("pg_catalog"."string_agg"(DISTINCT "film"."title", $1)) AS "string_agg", pg_catalog.to_json("pg_catalog"."percentile_cont"($2::double precision) WITHIN GROUP (ORDER BY "film"."year")) AS "percentile_cont", pg_catalog.to_json("pg_catalog"."mode"() WITHIN GROUP (ORDER BY "film"."rating")) AS "m" FROM "public"."film""#,
        ),
        (
            r#"film?select=year.percentile_cont({0.1,0.9}),year.median()::int,title."Odd \"one"(3)"#,
            r#"SELECT pg_catalog.to_json("pg_catalog"."percentile_cont"($1::double precision[]) WITHIN GROUP (ORDER BY "film"."year")) AS "percentile_cont", ("public"."median"("film"."year"))::int AS "median", pg_catalog.to_json("public"."Odd ""one"("film"."title", $2::integer)) AS "Odd ""one" FROM "public"."film""#,
        ),
        (
            r#"film?select=title.array_agg().order(year.desc.nullslast,id).filter(year.gt.1900,or(id.eq.1,rating.is.null)),count().filter(id.gt.5)"#,
            r#"SELECT pg_catalog.to_json("pg_catalog"."array_agg"("film"."title" ORDER BY "film"."year" DESC NULLS LAST, "film"."id") FILTER (WHERE "film"."year" > $1 AND ("film"."id" = $2 OR "film"."rating" IS NULL))) AS "array_agg", count(*) FILTER (WHERE "film"."id" > $3) AS "count" FROM "public"."film""#,
        ),
        (
            r#"film?select=rating,n:count()&having=(n.gt.2,or(year.max().lt.5,not.and(rating.eq.R,id.sum().is.null)))&order=n.desc,year.min()"#,
            r#"SELECT "film"."rating" AS "rating", count(*) AS "n" FROM "public"."film" GROUP BY "film"."rating" HAVING count(*) > $1 AND (max("film"."year") < $2 OR NOT ("film"."rating" = $3 AND sum("film"."id") IS NULL)) ORDER BY count(*) DESC, min("film"."year")"#,
        ),
        (
            r#"film?select=rating&having=(count().eq.1)"#,
            r#"SELECT "film"."rating" AS "rating" FROM "public"."film" GROUP BY "film"."rating" HAVING count(*) = $1"#,
        ),
        (
            r#"film?select=rating,year&distinct=*"#,
            r#"SELECT "film"."rating" AS "rating", "film"."year" AS "year" FROM "public"."film" GROUP BY "film"."rating", "film"."year""#,
        ),
        (
            r#"film?select=title&distinct=(rating,year)&order=id,year.desc&limit=3"#,
            r#"SELECT DISTINCT ON ("film"."rating", "film"."year") "film"."title" AS "title" FROM "public"."film" ORDER BY "film"."year" DESC, "film"."rating", "film"."id" LIMIT 3"#,
        ),
        (
            r#"film?select=rating,...director(n:name.string_agg(-).order(born).filter(id.gt.1),name)&order=director(name)"#,
            r#"SELECT "film"."rating" AS "rating", pg_catalog.to_json("pg_catalog"."string_agg"("film_director"."c1", $1 ORDER BY "film_director"."o1_0") FILTER (WHERE "film_director"."f1")) AS "n", "film_director"."c2" AS "name" FROM "public"."film" LEFT JOIN LATERAL (SELECT "director_1"."name" AS "c1", ("director_1"."id" > $2) AS "f1", "director_1"."born" AS "o1_0", "director_1"."name" AS "c2" FROM "public"."director" AS "director_1" WHERE "director_1"."id" = "film"."director_id") AS "film_director" ON TRUE LEFT JOIN "public"."director" AS "director_order" ON "director_order"."id" = "film"."director_id" GROUP BY "film"."rating", "film_director"."c2" ORDER BY "film_director"."c2""#,
        ),
    ];

    #[test]
    fn writes_aggregates() {
        for (url, wanted) in CALLS {
            assert_eq!(sql(url), *wanted, "{url}");
        }
    }

    #[test]
    fn values_are_parameters() {
        let url =
            "select=title.string_agg(\"'); drop table film; --\")&having=(count().gt.\"' or 1\")";
        let (shape, values) = shape(Verb::Read, "film", url).unwrap();
        let compiled = fixture::compile(&shape).unwrap();
        assert_eq!(values, ["'); drop table film; --", "' or 1"]);
        assert!(!compiled.main.sql.contains("drop") && !compiled.main.sql.contains(" or 1"));
        assert!(compiled.main.params.iter().all(|param| matches!(param, Param::Value(_))));
        // No value of a condition on groups decides the plan.
        assert!(compiled.main.generic);
    }

    #[test]
    fn reaches_what_is_listed_or_granted_only() {
        let error = failure("film?select=year.pg_stat_secret()");
        assert_eq!((error.status, error.code.as_str()), (400, "PGRST100"));
        let error = failure("film?select=year.medain()");
        assert_eq!(error.message, "Could not find the aggregate function 'medain'");
        assert_eq!(error.hint.unwrap(), "Perhaps you meant 'median()'");
        let error = failure("film?select=year.sum(1)");
        assert_eq!(error.hint.unwrap(), "Call it as 'sum()'");
        assert_eq!(failure("film?select=year.mode(1)").hint.unwrap(), "Call it as 'mode()'");
        assert_eq!(failure("film?select=year.mode(distinct)").code, "PGRST100");
        assert_eq!(failure("film?select=id&having=(year.nothing().eq.1)").code, "PGRST100");
        assert_eq!(failure("film?select=id&order=year.nothing()").code, "PGRST100");
    }

    #[test]
    fn spreads_take_no_groups_of_their_own() {
        for url in [
            "director?select=name,...film(year.sum())",
            "director?select=name,...film(year)&film.having=(count().gt.1)",
            "director?select=name,...film(year)&film.distinct=*",
            "film?select=id,...director(name)&director.having=(count().gt.1)",
            "film?select=id,...director(name)&director.order=count()",
            "film?select=id,...director(name)&director.distinct=(name)",
            "film?select=actor()&distinct=(year)",
            "film?select=...actor()&distinct=*",
        ] {
            assert_eq!(failure(url).code, "PGRST127", "{url}");
        }
    }

    #[test]
    fn all_ways_are_off_with_the_setting() {
        let mut settings = fixture::settings();
        settings.aggregates_enabled = false;
        for query in [
            "select=id&having=(count().gt.1)",
            "select=id&order=count()",
            "select=title.string_agg(-)",
            "select=id,actor(id)&actor.having=(count().gt.1)",
        ] {
            let (shape, _) = shape(Verb::Read, "film", query).unwrap();
            let error =
                crate::rest::compile(&shape, &fixture::Fixture::new(), &settings).unwrap_err();
            assert_eq!(error.code, "PGRST123", "{query}");
        }
    }
}
