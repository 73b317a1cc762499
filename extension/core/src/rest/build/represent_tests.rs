//! Statements whose rows are made something else of: by handlers, by EXPLAIN, by casts of domains. Each has been run on
//! PostgreSQL 15 over HTTP, with tables of its like.

use crate::rest::accept::{Explain, Offer};
use crate::rest::fixture::{self, shape};
use crate::rest::media::Media;
use crate::rest::shape::*;

fn asked(verb: Verb, url: &str) -> Shape {
    let (target, query) = url.split_once('?').unwrap_or((url, ""));
    shape(verb, target, query).unwrap().0
}

fn wants(mut shape: Shape, name: &str, builtin: Option<Media>) -> Statement {
    shape.wanted.offers = vec![Offer { name: name.to_owned(), builtin, open: true }];
    fixture::compile(&shape).unwrap().main
}

fn sql(shape: &Shape) -> String {
    fixture::compile(shape).unwrap().main.sql
}

#[test]
fn a_handler_takes_rows_of_its_relation_in_their_order() {
    let made = wants(asked(Verb::Read, "note?at=gt.x&order=at&limit=2"), "text/x", None);
    assert_eq!(
        made.sql,
        r#"SELECT "public"."note_any"(("pgrst_rows".*)::"public"."note"), pg_catalog.count(*) FROM (SELECT "note"."body" AS "body", "note"."at" AS "at" FROM "public"."note" WHERE "note"."at" > $1 ORDER BY "note"."at" LIMIT 2) AS "pgrst_rows""#
    );
    assert_eq!((made.form, made.hidden.as_slice()), (Form::Raw, [Hidden::Rows].as_slice()));
    let any =
        wants(asked(Verb::Read, "person?select=id,boss:boss_id(name)&limit=1"), "text/csv", None);
    assert_eq!(
        any.sql,
        r#"SELECT "public"."any_csv"("pgrst_rows".*), pg_catalog.count(*) FROM (SELECT "person"."id" AS "id", (SELECT howdah.to_json_row("x".*) FROM (SELECT "person_1"."name" AS "name" FROM "public"."person" AS "person_1" WHERE "person_1"."id" = "person"."boss_id") AS "x") AS "boss" FROM "public"."person" LIMIT 1) AS "pgrst_rows""#
    );
    let geo =
        wants(asked(Verb::Read, "address?select=id"), "application/geo+json", Some(Media::GeoJson));
    assert_eq!(
        geo.sql,
        r#"SELECT pg_catalog.json_build_object('type', 'FeatureCollection', 'features', coalesce(pg_catalog.json_agg(ST_AsGeoJSON("pgrst_rows".*)::json), '[]')), pg_catalog.count(*) FROM (SELECT "address"."id" AS "id" FROM "public"."address") AS "pgrst_rows""#
    );
    let call = wants(asked(Verb::Call, "years?limit=2"), "text/csv", None);
    assert_eq!(
        call.sql,
        r#"SELECT "public"."any_csv"("pgrst_rows"."pgrst_scalar"), pg_catalog.count(*) FROM (SELECT "years"."pgrst_scalar" AS "pgrst_scalar" FROM "public"."years"() AS "years"("pgrst_scalar") LIMIT 2) AS "pgrst_rows""#
    );
}

#[test]
fn a_handler_takes_rows_that_were_written() {
    let mut put = asked(Verb::Insert, "note");
    put.returning = Returning::Representation;
    put.write.payload = Payload::Object;
    put.write.columns = vec!["body".to_owned()];
    let made = wants(put.clone(), "text/x", None);
    assert_eq!(
        made.sql,
        r#"WITH "pgrst_source" AS (INSERT INTO "public"."note" ("body") VALUES ($1) RETURNING "note"."at", "note"."body") SELECT "public"."note_any"(("pgrst_rows".*)::"public"."note"), pg_catalog.count(*) FROM (SELECT "note"."body" AS "body", "note"."at" AS "at" FROM "pgrst_source" AS "note") AS "pgrst_rows""#
    );
    put.form = Form::None;
    put.returning = Returning::Minimal;
    let nothing = wants(put, "text/x", None);
    assert_eq!(nothing.sql, r#"INSERT INTO "public"."note" ("body") VALUES ($1)"#);
    let mut merge = asked(Verb::Insert, "film?on_conflict=id");
    merge.returning = Returning::Representation;
    merge.write.payload = Payload::Object;
    merge.write.columns = vec!["id".to_owned()];
    merge.write.resolution = Some(Resolution::MergeDuplicates);
    let made = wants(merge, "text/html", None);
    assert_eq!(made.hidden, [Hidden::InsertedRows, Hidden::Rows]);
    let outer = r#"SELECT "public"."film_html"(("pgrst_rows".*)::"public"."film"), (SELECT pg_catalog.count(*) FROM "pgrst_source" WHERE "pgrst_inserted"), pg_catalog.count(*) FROM (SELECT "film"."id""#;
    assert!(made.sql.contains(outer), "{}", made.sql);
    assert_eq!(made.sql.matches("pgrst_inserted").count(), 2, "{}", made.sql);
}

#[test]
fn explains_the_very_statement() {
    let mut shape = asked(Verb::Read, "film?select=id&id=eq.1");
    let plain = sql(&shape);
    let explain = Explain { json: true, analyze: true, wal: true, ..Explain::default() };
    shape.wanted.explain = Some(explain);
    let main = fixture::compile(&shape).unwrap().main;
    assert_eq!(main.sql, format!("EXPLAIN (FORMAT JSON, analyze, wal) {plain}"));
    assert_eq!((main.form, main.params.len(), main.hidden.len()), (Form::Lines, 1, 0));
    shape.wanted.explain = Some(Explain::default());
    assert!(sql(&shape).starts_with("EXPLAIN (FORMAT TEXT) SELECT"));
}

#[test]
fn shows_a_domain_by_its_cast() {
    for (url, expected) in [
        (
            "parcel",
            r#"SELECT "public"."json"("parcel"."id") AS "id", "parcel"."weight" AS "weight" FROM "public"."parcel""#,
        ),
        (
            "parcel?select=i:id,t:id::text,weight&order=id",
            r#"SELECT "public"."json"("parcel"."id") AS "i", "public"."json"("parcel"."id")::text AS "t", "parcel"."weight" AS "weight" FROM "public"."parcel" ORDER BY "parcel"."id""#,
        ),
        (
            "parcel?select=id,weight.sum()",
            r#"SELECT "public"."json"("parcel"."id") AS "id", pg_catalog.to_json(sum("parcel"."weight")) AS "sum" FROM "public"."parcel" GROUP BY "parcel"."id""#,
        ),
        (
            "parcel?select=id.max()",
            r#"SELECT pg_catalog.to_json(max("parcel"."id")) AS "max" FROM "public"."parcel""#,
        ),
        (
            "stamp?select=nr,parcel(id)&limit=1",
            r#"SELECT "stamp"."nr" AS "nr", (SELECT howdah.to_json_row("x".*) FROM (SELECT "public"."json"("parcel_1"."id") AS "id" FROM "public"."parcel" AS "parcel_1" WHERE "parcel_1"."id" = "stamp"."parcel_id") AS "x") AS "parcel" FROM "public"."stamp" LIMIT 1"#,
        ),
        (
            "stamp?select=nr,...parcel(id)",
            r#"SELECT "stamp"."nr" AS "nr", "public"."json"("stamp_parcel"."c1") AS "id" FROM "public"."stamp" LEFT JOIN LATERAL (SELECT "parcel_1"."id" AS "c1" FROM "public"."parcel" AS "parcel_1" WHERE "parcel_1"."id" = "stamp"."parcel_id") AS "stamp_parcel" ON TRUE"#,
        ),
    ] {
        assert_eq!(sql(&asked(Verb::Read, url)), expected, "{url}");
    }
    let mut csv = asked(Verb::Read, "parcel?select=id");
    csv.form = Form::Csv;
    assert_eq!(sql(&csv), r#"SELECT "parcel"."id" AS "id" FROM "public"."parcel""#);
}

#[test]
fn filters_a_domain_by_its_cast() {
    for (filter, expected) in [
        ("id=eq.x", r#""parcel"."id" = "public"."code"($1::text)"#),
        ("id=not.gte.x", r#"NOT ("parcel"."id" >= "public"."code"($1::text))"#),
        (
            "id=in.(x,y)",
            r#""parcel"."id" = ANY (ARRAY(SELECT "public"."code"("_"."v") FROM pg_catalog.unnest($1::text[]) AS "_"("v")))"#,
        ),
        (
            "id=gt(all).{x}",
            r#""parcel"."id" > ALL (ARRAY(SELECT "public"."code"("_"."v") FROM pg_catalog.unnest($1::text[]) AS "_"("v")))"#,
        ),
        (
            "or=(id.eq.x,weight.eq.1)",
            r#"("parcel"."id" = "public"."code"($1::text) OR "parcel"."weight" = $2)"#,
        ),
        ("id=like.x*", r#""parcel"."id" LIKE $1"#),
        ("id=is.null", r#""parcel"."id" IS NULL"#),
    ] {
        let sql = sql(&asked(Verb::Read, &format!("parcel?select=weight&{filter}")));
        assert_eq!(
            sql,
            format!(
                r#"SELECT "parcel"."weight" AS "weight" FROM "public"."parcel" WHERE {expected}"#
            )
        );
    }
}

#[test]
fn reads_a_domain_by_its_cast() {
    let written = |verb, url: &str, payload| {
        let mut shape = asked(verb, url);
        shape.write.payload = payload;
        shape.write.columns = vec!["id".to_owned(), "weight".to_owned()];
        sql(&shape)
    };
    assert_eq!(
        written(Verb::Insert, "parcel", Payload::Object),
        r#"INSERT INTO "public"."parcel" ("id", "weight") VALUES ("public"."code""j"($1::json), $2)"#
    );
    assert_eq!(
        written(Verb::Insert, "parcel", Payload::Array),
        r#"INSERT INTO "public"."parcel" ("id", "weight") SELECT "public"."code""j"("_"."id"), "_"."weight" FROM pg_catalog.json_to_recordset($1::json) AS "_"("id" json, "weight" integer)"#
    );
    assert_eq!(
        written(Verb::Update, "parcel?id=eq.x", Payload::Object),
        r#"UPDATE "public"."parcel" SET "id" = "public"."code""j"($1::json), "weight" = $2 WHERE "parcel"."id" = "public"."code"($3::text)"#
    );
    let put = written(Verb::Put, "parcel?id=eq.x", Payload::Object);
    let from = r#"SELECT "_"."id", "_"."weight" FROM (SELECT "public"."code""j"("_"."id") AS "id", "_"."weight" AS "weight" FROM pg_catalog.json_to_record(pg_catalog.json_build_object('id', $1::json, 'weight', $2::json)) AS "_"("id" json, "weight" integer)) AS "_" WHERE "_"."id" = "public"."code"($3::text) ON CONFLICT"#;
    assert!(put.contains(from), "{put}");
}

#[test]
fn counts_what_a_volatile_function_gives_without_a_second_call() {
    let counted = |url: &str, count: Count| {
        let mut shape = asked(Verb::Call, url);
        shape.count = Some(count);
        fixture::compile(&shape).unwrap()
    };
    let films =
        counted("renewed?director=1&select=title&year=gt.1900&order=id&limit=2", Count::Exact);
    assert_eq!(
        films.main.sql,
        r#"WITH "pgrst_source" AS MATERIALIZED (SELECT "renewed"."id", "renewed"."title" FROM "public"."renewed"("director" => $1::integer) AS "renewed" WHERE "renewed"."year" > $2) SELECT "renewed"."title" AS "title", (SELECT pg_catalog.count(*) FROM "pgrst_source") FROM "pgrst_source" AS "renewed" ORDER BY "renewed"."id" LIMIT 2"#
    );
    assert_eq!(films.main.hidden, [Hidden::Total]);
    assert!(films.count.is_none() && films.estimate.is_none() && films.main.writes);
    let drawn = counted("drawn?limit=1", Count::Estimated);
    assert_eq!(
        drawn.main.sql,
        r#"WITH "pgrst_source" AS MATERIALIZED (SELECT "drawn"."pgrst_scalar" FROM "public"."drawn"() AS "drawn"("pgrst_scalar")) SELECT pg_catalog.to_json("drawn"."pgrst_scalar") AS "pgrst_scalar", (SELECT pg_catalog.count(*) FROM "pgrst_source") FROM "pgrst_source" AS "drawn" LIMIT 1"#
    );
    let planned = counted("renewed?director=1&limit=2", Count::Planned);
    assert!(planned.estimate.is_some() && planned.main.hidden.is_empty());
    let stable = counted("films_of?director=1&limit=2", Count::Exact);
    assert!(stable.count.is_some() && stable.main.hidden.is_empty());
}
