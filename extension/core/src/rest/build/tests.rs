//! Requests and the SQL that they become. Every statement here has been run on PostgreSQL 15 with the fixture's tables.
//! One file because they are tables of such pairs, read and compared together in one place.

use crate::rest::fixture::{self, Fixture, SPECIAL, TEST_IN_PERSIAN, settings, shape};
use crate::rest::shape::*;

const READS: &[(&str, &str)] = &[
    (
        r#"film?select=title,year&year=gt.1930&order=year.desc&limit=2"#,
        r#"SELECT "film"."title" AS "title", "film"."year" AS "year" FROM "public"."film" WHERE "film"."year" > $1 ORDER BY "film"."year" DESC LIMIT 2"#,
    ),
    (
        r#"film?select=id,t:title,meta->a->b->>1,meta->>k,y:year::text,budget,budget->>currency,tags->0&meta->>k=eq.v"#,
        r#"SELECT "film"."id" AS "id", "film"."title" AS "t", ("film"."meta"->'a'->'b'->>1) AS "b", ("film"."meta"->>'k') AS "k", "film"."year"::text AS "y", pg_catalog.to_json("film"."budget") AS "budget", (pg_catalog.to_jsonb("film"."budget")->>'currency') AS "currency", (pg_catalog.to_jsonb("film"."tags")->0) AS "tags" FROM "public"."film" WHERE ("film"."meta"->>'k') = $1"#,
    ),
    (
        r#"film?select=title,director(name)&limit=2&order=id"#,
        r#"SELECT "film"."title" AS "title", (SELECT howdah.to_json_row("x".*) FROM (SELECT "director_1"."name" AS "name" FROM "public"."director" AS "director_1" WHERE "director_1"."id" = "film"."director_id") AS "x") AS "director" FROM "public"."film" ORDER BY "film"."id" LIMIT 2"#,
    ),
    (
        r#"film?select=title,director(name)&order=id"#,
        r#"SELECT "film"."title" AS "title", howdah.to_json_row("film_director".*) AS "director" FROM "public"."film" LEFT JOIN LATERAL (SELECT "director_1"."name" AS "name" FROM "public"."director" AS "director_1" WHERE "director_1"."id" = "film"."director_id") AS "film_director" ON TRUE ORDER BY "film"."id""#,
    ),
    (
        r#"film?select=title,director!inner(name)&director.name=eq.Lang"#,
        r#"SELECT "film"."title" AS "title", howdah.to_json_row("film_director".*) AS "director" FROM "public"."film" INNER JOIN LATERAL (SELECT "director_1"."name" AS "name" FROM "public"."director" AS "director_1" WHERE "director_1"."id" = "film"."director_id" AND "director_1"."name" = $1) AS "film_director" ON TRUE"#,
    ),
    (
        r#"director?select=name,film(title,year)&film.order=year.desc&film.limit=1"#,
        r#"SELECT "director"."name" AS "name", (SELECT howdah.to_json_rows("x".*) FROM (SELECT "film_1"."title" AS "title", "film_1"."year" AS "year" FROM "public"."film" AS "film_1" WHERE "film_1"."director_id" = "director"."id" ORDER BY "film_1"."year" DESC LIMIT 1) AS "x") AS "film" FROM "public"."director""#,
    ),
    (
        r#"director?select=name,film!inner(title)&film.year=lt.1930"#,
        r#"SELECT "director"."name" AS "name", (SELECT howdah.to_json_rows("x".*) FROM (SELECT "film_1"."title" AS "title" FROM "public"."film" AS "film_1" WHERE "film_1"."director_id" = "director"."id" AND "film_1"."year" < $1) AS "x") AS "film" FROM "public"."director" WHERE EXISTS (SELECT 1 FROM "public"."film" AS "film_1" WHERE "film_1"."director_id" = "director"."id" AND "film_1"."year" < $1)"#,
    ),
    (
        r#"film?select=title,actor(name)&actor.name=like.*e*"#,
        r#"SELECT "film"."title" AS "title", (SELECT howdah.to_json_rows("x".*) FROM (SELECT "actor_1"."name" AS "name" FROM "public"."actor" AS "actor_1" INNER JOIN "public"."film_actor" AS "film_actor_1" ON "actor_1"."id" = "film_actor_1"."actor_id" WHERE "film_actor_1"."film_id" = "film"."id" AND "actor_1"."name" LIKE $1) AS "x") AS "actor" FROM "public"."film""#,
    ),
    (
        r#"film?select=title,film_actor(part,actor(name))"#,
        r#"SELECT "film"."title" AS "title", (SELECT howdah.to_json_rows("x".*) FROM (SELECT "film_actor_1"."part" AS "part", howdah.to_json_row("film_actor_1_actor".*) AS "actor" FROM "public"."film_actor" AS "film_actor_1" LEFT JOIN LATERAL (SELECT "actor_1"."name" AS "name" FROM "public"."actor" AS "actor_1" WHERE "actor_1"."id" = "film_actor_1"."actor_id") AS "film_actor_1_actor" ON TRUE WHERE "film_actor_1"."film_id" = "film"."id") AS "x") AS "film_actor" FROM "public"."film""#,
    ),
    (
        r#"film?select=title,...director(director:name,born)&order=director(name).desc.nullslast,id"#,
        r#"SELECT "film"."title" AS "title", "film_director"."c1" AS "director", "film_director"."c2" AS "born" FROM "public"."film" LEFT JOIN LATERAL (SELECT "director_1"."name" AS "c1", "director_1"."born" AS "c2" FROM "public"."director" AS "director_1" WHERE "director_1"."id" = "film"."director_id") AS "film_director" ON TRUE LEFT JOIN "public"."director" AS "director_order" ON "director_order"."id" = "film"."director_id" ORDER BY "director_order"."name" DESC NULLS LAST, "film"."id""#,
    ),
    (
        r#"director?select=name,...film(titles:title,year)"#,
        r#"SELECT "director"."name" AS "name", "director_film"."c1" AS "titles", "director_film"."c2" AS "year" FROM "public"."director" LEFT JOIN LATERAL (SELECT coalesce(pg_catalog.json_agg("x"."c1"), '[]') AS "c1", coalesce(pg_catalog.json_agg("x"."c2"), '[]') AS "c2" FROM (SELECT "film_1"."title" AS "c1", "film_1"."year" AS "c2" FROM "public"."film" AS "film_1" WHERE "film_1"."director_id" = "director"."id") AS "x") AS "director_film" ON TRUE"#,
    ),
    (
        r#"film?select=title,actor()&actor=not.is.null"#,
        r#"SELECT "film"."title" AS "title" FROM "public"."film" WHERE EXISTS (SELECT 1 FROM "public"."actor" AS "actor_1" INNER JOIN "public"."film_actor" AS "film_actor_1" ON "actor_1"."id" = "film_actor_1"."actor_id" WHERE "film_actor_1"."film_id" = "film"."id")"#,
    ),
    (
        r#"film?select=title,director(name)&or=(director.is.null,year.eq.1)"#,
        r#"SELECT "film"."title" AS "title", howdah.to_json_row("film_director".*) AS "director" FROM "public"."film" LEFT JOIN LATERAL (SELECT "director_1"."name" AS "name" FROM "public"."director" AS "director_1" WHERE "director_1"."id" = "film"."director_id") AS "film_director" ON TRUE WHERE (NOT EXISTS (SELECT 1 FROM "public"."director" AS "director_1" WHERE "director_1"."id" = "film"."director_id") OR "film"."year" = $1)"#,
    ),
    (
        r#"person?select=name,person(name),boss:boss_id(name),badge(code)"#,
        r#"SELECT "person"."name" AS "name", (SELECT howdah.to_json_rows("x".*) FROM (SELECT "person_1"."name" AS "name" FROM "public"."person" AS "person_1" WHERE "person_1"."boss_id" = "person"."id") AS "x") AS "person", howdah.to_json_row("person_boss_id".*) AS "boss", howdah.to_json_row("person_badge".*) AS "badge" FROM "public"."person" LEFT JOIN LATERAL (SELECT "person_1_2"."name" AS "name" FROM "public"."person" AS "person_1_2" WHERE "person_1_2"."id" = "person"."boss_id") AS "person_boss_id" ON TRUE LEFT JOIN LATERAL (SELECT "badge_1"."code" AS "code" FROM "public"."badge" AS "badge_1" WHERE "badge_1"."person_id" = "person"."id") AS "person_badge" ON TRUE"#,
    ),
    (
        r#"purchase?select=amount,billing:address!purchase_billing_fkey(street),shipping:shipping_id(street)"#,
        r#"SELECT "purchase"."amount" AS "amount", howdah.to_json_row("purchase_address".*) AS "billing", howdah.to_json_row("purchase_shipping_id".*) AS "shipping" FROM "public"."purchase" LEFT JOIN LATERAL (SELECT "address_1"."street" AS "street" FROM "public"."address" AS "address_1" WHERE "address_1"."id" = "purchase"."billing_id") AS "purchase_address" ON TRUE LEFT JOIN LATERAL (SELECT "address_1_2"."street" AS "street" FROM "public"."address" AS "address_1_2" WHERE "address_1_2"."id" = "purchase"."shipping_id") AS "purchase_shipping_id" ON TRUE"#,
    ),
    (
        r#"film?select=rating,count(),year.max(),s:year.sum()::text&order=rating"#,
        r#"SELECT "film"."rating" AS "rating", count(*) AS "count", pg_catalog.to_json(max("film"."year")) AS "max", (sum("film"."year"))::text AS "s" FROM "public"."film" GROUP BY "film"."rating" ORDER BY "film"."rating""#,
    ),
    (
        r#"film?select=director(name),count()"#,
        r#"SELECT pg_catalog.row_to_json("film_director".*) AS "director", count(*) AS "count" FROM "public"."film" LEFT JOIN LATERAL (SELECT "director_1"."name" AS "name" FROM "public"."director" AS "director_1" WHERE "director_1"."id" = "film"."director_id") AS "film_director" ON TRUE GROUP BY ("film_director".*)"#,
    ),
    (
        r#"film?select=year.sum(),...director(name)"#,
        r#"SELECT pg_catalog.to_json(sum("film"."year")) AS "sum", "film_director"."c1" AS "name" FROM "public"."film" LEFT JOIN LATERAL (SELECT "director_1"."name" AS "c1" FROM "public"."director" AS "director_1" WHERE "director_1"."id" = "film"."director_id") AS "film_director" ON TRUE GROUP BY "film_director"."c1""#,
    ),
    (
        r#"director?select=name,film(year.sum(),n:count())"#,
        r#"SELECT "director"."name" AS "name", (SELECT howdah.to_json_rows("x".*) FROM (SELECT pg_catalog.to_json(sum("film_1"."year")) AS "sum", count(*) AS "n" FROM "public"."film" AS "film_1" WHERE "film_1"."director_id" = "director"."id") AS "x") AS "film" FROM "public"."director""#,
    ),
    (
        r#"film?select=actor(name),count()"#,
        r#"SELECT (SELECT howdah.to_json_rows("x".*) FROM (SELECT "actor_1"."name" AS "name" FROM "public"."actor" AS "actor_1" INNER JOIN "public"."film_actor" AS "film_actor_1" ON "actor_1"."id" = "film_actor_1"."actor_id" WHERE "film_actor_1"."film_id" = "film"."id") AS "x") AS "actor", count(*) AS "count" FROM "public"."film" GROUP BY "film"."id""#,
    ),
    (
        r#"film?select=id&shown=ov.[1927-02-01,1927-03-01)&tags=cs.{a}&words=fts.city&title=wfts(english).x"#,
        r#"SELECT "film"."id" AS "id" FROM "public"."film" WHERE "film"."shown" && $1 AND "film"."tags" @> $2 AND "film"."words" @@ pg_catalog.to_tsquery($3) AND pg_catalog.to_tsvector($4::regconfig, "film"."title") @@ pg_catalog.websearch_to_tsquery($4::regconfig, $5)"#,
    ),
    (
        r#"film?select=id&title=like(any).{M*}&title=not.ilike.x*&title=match.^M&year=isdistinct.1"#,
        r#"SELECT "film"."id" AS "id" FROM "public"."film" WHERE "film"."title" LIKE ANY ($1) AND NOT ("film"."title" ILIKE $2) AND "film"."title" ~ $3 AND "film"."year" IS DISTINCT FROM $4"#,
    ),
    (
        r#"film?select=id&id=in.(1,2)&title=not.in.(a)&rating=is.null&rating=not.is.null&rating=is.not_null"#,
        r#"SELECT "film"."id" AS "id" FROM "public"."film" WHERE "film"."id" = ANY ($1) AND NOT ("film"."title" = ANY ($2)) AND "film"."rating" IS NULL AND "film"."rating" IS NOT NULL AND "film"."rating" IS NOT NULL"#,
    ),
    (
        r#"film?select=id&or=(year.eq.1,and(rating.eq.R,id.gt.2),not.and(id.gt.2,id.lt.4))&not.or=(id.eq.4)"#,
        r#"SELECT "film"."id" AS "id" FROM "public"."film" WHERE ("film"."year" = $1 OR ("film"."rating" = $2 AND "film"."id" > $3) OR NOT ("film"."id" > $4 AND "film"."id" < $5)) AND NOT ("film"."id" = $6)"#,
    ),
    (
        r#"film?select=id&offset=1&limit=1"#,
        r#"SELECT "film"."id" AS "id" FROM "public"."film" LIMIT 1 OFFSET $1::bigint"#,
    ),
    (
        r#"film?select=id,nope&meta->-1->>it's=eq.1"#,
        r#"SELECT "film"."id" AS "id", pg_catalog.to_json("film"."nope") AS "nope" FROM "public"."film" WHERE ("film"."meta"->(-1)->>'it''s') = $1"#,
    ),
    (
        r#"recent_film?select=id"#,
        r#"SELECT "recent_film"."id" AS "id" FROM "public"."recent_film""#,
    ),
];

/// Splits `target?query`.
fn asked(verb: Verb, url: &str) -> Shape {
    let (target, query) = url.split_once('?').unwrap_or((url, ""));
    shape(verb, target, query).unwrap().0
}

fn main_sql(shape: &Shape) -> String {
    fixture::compile(shape).unwrap().main.sql
}

fn written(
    verb: Verb,
    url: &str,
    payload: Payload,
    columns: &[&str],
    returning: Returning,
) -> Shape {
    let mut shape = asked(verb, url);
    shape.write.payload = payload;
    shape.write.columns = columns.iter().map(|c| (*c).to_owned()).collect();
    shape.returning = returning;
    shape
}

fn called(url: &str, kind: CallKind, arguments: &[&str]) -> Shape {
    let mut shape = asked(Verb::Call, url);
    shape.call = Call { kind, arguments: arguments.iter().map(|a| (*a).to_owned()).collect() };
    shape
}

#[test]
fn writes_reads() {
    for (url, sql) in READS {
        assert_eq!(main_sql(&asked(Verb::Read, url)), *sql, "{url}");
    }
}

#[test]
fn lifts_every_value() {
    let (shape, values) =
        shape(Verb::Read, "film", "id=in.(1,2)&title=eq.x'); drop table film; --&limit=1&offset=7")
            .unwrap();
    let compiled = fixture::compile(&shape).unwrap();
    assert_eq!(
        compiled.main.params,
        [Param::Value(Value(0)), Param::Value(Value(1)), Param::Value(Value(2))]
    );
    assert_eq!(values, [r#"{"1","2"}"#, "x'); drop table film; --", "7"]);
    assert!(!compiled.main.sql.contains("drop"));
}

#[test]
fn uses_one_parameter_for_one_value() {
    let shape = asked(Verb::Read, "director?select=name,film!inner(id)&film.year=eq.1");
    let compiled = fixture::compile(&shape).unwrap();
    assert_eq!(compiled.main.sql.matches("$1").count(), 2);
    assert_eq!(compiled.main.params, [Param::Value(Value(0))]);
}

#[test]
fn asks_for_generic_plans_where_values_do_not_matter() {
    let generic = |url| fixture::compile(&asked(Verb::Read, url)).unwrap().main.generic;
    for url in [
        "film",
        "film?id=eq.1",
        "film?id=in.(1,2)&rating=is.null&title=not.eq.x&year=neq.2",
        "film?select=id,director(name)&director.name=eq.x&offset=3",
    ] {
        assert!(generic(url), "{url}");
    }
    for url in [
        "film?year=gt.1",
        "film?title=like.a*",
        "film?or=(id.eq.1,year.lt.3)",
        "film?words=fts.x",
        "film?tags=cs.{a}",
        "film?select=id,director(name)&director.name=ilike.x",
    ] {
        assert!(!generic(url), "{url}");
    }
}

#[test]
fn returns_of_a_write_with_no_column_are_only_what_is_hidden() {
    let mut shape = written(
        Verb::Insert,
        "director?select=film()",
        Payload::Object,
        &["born"],
        Returning::Representation,
    );
    shape.write.resolution = Some(Resolution::MergeDuplicates);
    let sql = main_sql(&shape);
    assert!(sql.contains(r#") SELECT "pgrst_inserted" FROM "pgrst_source""#), "{sql}");
}

#[test]
fn leaves_csv_and_raw_columns_as_they_are() {
    let mut shape = asked(Verb::Read, "film?select=budget,meta->a");
    for form in [Form::Csv, Form::Raw] {
        shape.form = form;
        let sql = main_sql(&shape);
        assert_eq!(
            sql,
            r#"SELECT "film"."budget" AS "budget", ("film"."meta"->'a') AS "a" FROM "public"."film""#
        );
    }
}

#[test]
fn quotes_the_ugliest_names() {
    let mut shape = asked(Verb::Read, "na\"me\\?select=\"i\\\"d\",p:parent(col umn)&col umn=eq.x");
    shape.schema = SPECIAL.to_owned();
    assert_eq!(
        main_sql(&shape),
        r#"SELECT "na""me\"."i""d" AS "i""d", howdah.to_json_row("na""me\_parent".*) AS "p" FROM "SPECIAL ""@/\#~_-"."na""me\" LEFT JOIN LATERAL (SELECT "na""me\_1"."col umn" AS "col umn" FROM "SPECIAL ""@/\#~_-"."na""me\" AS "na""me\_1" WHERE "na""me\_1"."i""d" = "na""me\"."parent") AS "na""me\_parent" ON TRUE WHERE "na""me\"."col umn" = $1"#
    );
    let mut shape = asked(Verb::Read, "موارد?select=نام&شناسه=eq.1");
    shape.schema = TEST_IN_PERSIAN.to_owned();
    assert_eq!(
        main_sql(&shape),
        r#"SELECT "موارد"."نام" AS "نام" FROM "تست"."موارد" WHERE "موارد"."شناسه" = $1"#
    );
}

#[test]
fn keeps_aliases_apart_and_short() {
    // An embed below another of the same table must not shadow it, however deep.
    let sql = main_sql(&asked(Verb::Read, "person?select=person(person(person(id)))&limit=1"));
    for alias in ["person_1", "person_1_2", "person_1_3"] {
        assert_eq!(sql.matches(&format!("AS \"{alias}\"")).count(), 1, "{alias} in {sql}");
    }
    let long = "x".repeat(200);
    let sql = main_sql(&asked(Verb::Read, &format!("film?select=id,{long}:director!inner(name)")));
    let aliases = sql.split(" AS \"").skip(1).map(|rest| rest.split('"').next().unwrap());
    // The client's own name is kept whole; all of ours fit an identifier.
    assert!(aliases.filter(|alias| *alias != long).all(|alias| alias.len() <= 63));
}

#[test]
fn bounds_the_joins_that_the_planner_must_order() {
    let embeds: Vec<_> = (0..20).map(|i| format!("a{i}:director!inner(id)")).collect();
    let sql = main_sql(&asked(Verb::Read, &format!("film?select={}", embeds.join(","))));
    assert_eq!(sql.matches("INNER JOIN LATERAL").count(), 8);
    assert_eq!(sql.matches("EXISTS (").count(), 12);
    assert_eq!(sql.matches(" OFFSET 0)").count(), 4);
    let spread: Vec<_> = (0..20).map(|i| format!("...director!inner(i{i}:id)")).collect();
    let sql = main_sql(&asked(Verb::Read, &format!("film?select={}", spread.join(","))));
    assert_eq!(sql.matches("INNER JOIN LATERAL").count(), 8);
    assert_eq!(sql.matches("LEFT JOIN LATERAL").count(), 12);
}

#[test]
fn counts_the_same_rows_without_limit() {
    let mut shape = asked(
        Verb::Read,
        "film?select=id,director!inner(id)&director.name=eq.x&id=gt.1&limit=1&offset=3",
    );
    let exists = r#"EXISTS (SELECT 1 FROM "public"."director" AS "director_1" WHERE "director_1"."id" = "film"."director_id" AND "director_1"."name" = $2)"#;
    let rows = format!(r#"FROM "public"."film" WHERE "film"."id" > $1 AND {exists}"#);
    let of = |shape: &Shape| {
        let mut settings = settings();
        settings.max_rows = Some(1000);
        let compiled = crate::rest::compile(shape, &Fixture::new(), &settings).unwrap();
        (compiled.count.map(|c| c.sql), compiled.estimate.map(|c| c.sql))
    };
    shape.count = Some(Count::Exact);
    assert_eq!(of(&shape), (Some(format!("SELECT count(*) {rows}")), None));
    shape.count = Some(Count::Planned);
    assert_eq!(of(&shape), (None, Some(format!("SELECT 1 {rows}"))));
    shape.count = Some(Count::Estimated);
    let capped = format!("SELECT count(*) FROM (SELECT 1 {rows} LIMIT 1001) AS \"x\"");
    assert_eq!(of(&shape), (Some(capped), Some(format!("SELECT 1 {rows}"))));
}

#[test]
fn caps_rows_of_reads_only() {
    let mut settings = settings();
    settings.max_rows = Some(10);
    let sql =
        |shape: &Shape| crate::rest::compile(shape, &Fixture::new(), &settings).unwrap().main.sql;
    let read = sql(&asked(Verb::Read, "director?select=id,film(id)&limit=50"));
    assert_eq!(read.matches("LIMIT 10").count(), 2);
    assert!(sql(&asked(Verb::Read, "director?select=id&limit=5")).ends_with("LIMIT 5"));
    let write = written(Verb::Insert, "note", Payload::Array, &["body"], Returning::Representation);
    assert!(!sql(&write).contains("LIMIT"));
}

#[test]
fn inserts_one_row_by_plain_parameters() {
    let shape = written(
        Verb::Insert,
        "film?select=id,title",
        Payload::Object,
        &["budget", "meta", "tags", "title"],
        Returning::Representation,
    );
    let compiled = fixture::compile(&shape).unwrap();
    assert_eq!(
        compiled.main.sql,
        r#"INSERT INTO "public"."film" ("budget", "meta", "tags", "title") VALUES ((SELECT "_"."v" FROM pg_catalog.json_to_record(pg_catalog.json_build_object('v', $1::json)) AS "_"("v" public.money_amount)), $2, $3, $4) RETURNING "film"."id" AS "id", "film"."title" AS "title""#
    );
    assert_eq!(
        compiled.main.params,
        [Param::FieldJson(0), Param::FieldJson(1), Param::FieldArray(2), Param::Field(3)]
    );
    assert!(compiled.main.writes && compiled.main.generic);
}

#[test]
fn inserts_many_rows_from_the_body() {
    let mut shape =
        written(Verb::Insert, "film", Payload::Array, &["id", "title", "meta"], Returning::Minimal);
    assert_eq!(
        main_sql(&shape),
        r#"INSERT INTO "public"."film" ("id", "title", "meta") SELECT "_"."id", "_"."title", "_"."meta" FROM pg_catalog.json_to_recordset($1::json) AS "_"("id" integer, "title" character varying(160), "meta" jsonb)"#
    );
    shape.write.missing_default = true;
    assert_eq!(
        main_sql(&shape),
        r#"INSERT INTO "public"."film" ("id", "title", "meta") SELECT CASE WHEN ("j".value->'id') IS NULL THEN nextval('film_id_seq'::regclass) ELSE "_"."id" END, "_"."title", "_"."meta" FROM pg_catalog.json_array_elements($1::json) AS "j", pg_catalog.json_to_record("j".value) AS "_"("id" integer, "title" character varying(160), "meta" jsonb)"#
    );
}

#[test]
fn writes_defaults() {
    let mut shape = written(Verb::Insert, "note", Payload::Empty, &[], Returning::Minimal);
    assert_eq!(main_sql(&shape), r#"INSERT INTO "public"."note" DEFAULT VALUES"#);
    shape.write.defaults = vec!["body".to_owned()];
    assert_eq!(main_sql(&shape), r#"INSERT INTO "public"."note" ("body") VALUES (DEFAULT)"#);
    let mut shape =
        written(Verb::Update, "note?at=is.null", Payload::Object, &["at"], Returning::Minimal);
    shape.write.defaults = vec!["body".to_owned()];
    assert_eq!(
        main_sql(&shape),
        r#"UPDATE "public"."note" SET "at" = $1, "body" = DEFAULT WHERE "note"."at" IS NULL"#
    );
}

#[test]
fn upserts() {
    let mut shape =
        written(Verb::Insert, "film", Payload::Object, &["id", "title"], Returning::Minimal);
    shape.write.resolution = Some(Resolution::MergeDuplicates);
    let compiled = fixture::compile(&shape).unwrap();
    assert_eq!(
        compiled.main.sql,
        r#"INSERT INTO "public"."film" ("id", "title") VALUES ($1, $2) ON CONFLICT ("id") DO UPDATE SET "id" = EXCLUDED."id", "title" = EXCLUDED."title" RETURNING ("film".xmax = 0)"#
    );
    assert_eq!(compiled.main.hidden, [Hidden::Inserted]);

    shape.query.on_conflict = vec!["title".to_owned(), "year".to_owned()];
    shape.write.resolution = Some(Resolution::IgnoreDuplicates);
    let compiled = fixture::compile(&shape).unwrap();
    assert!(compiled.main.sql.ends_with(r#" ON CONFLICT ("title", "year") DO NOTHING"#));
    assert_eq!(compiled.main.hidden, []);

    // Without any key, there is nothing to conflict with.
    let mut shape = written(Verb::Insert, "note", Payload::Object, &["body"], Returning::Minimal);
    shape.write.resolution = Some(Resolution::MergeDuplicates);
    assert_eq!(main_sql(&shape), r#"INSERT INTO "public"."note" ("body") VALUES ($1)"#);
}

#[test]
fn puts_the_row_that_the_url_names() {
    let shape =
        written(Verb::Put, "film?id=eq.1", Payload::Object, &["id", "title"], Returning::Minimal);
    let compiled = fixture::compile(&shape).unwrap();
    assert_eq!(
        compiled.main.sql,
        r#"INSERT INTO "public"."film" ("id", "title") SELECT "_"."id", "_"."title" FROM pg_catalog.json_to_record(pg_catalog.json_build_object('id', $1::json, 'title', $2::json)) AS "_"("id" integer, "title" character varying(160)) WHERE "_"."id" = $3 ON CONFLICT ("id") DO UPDATE SET "id" = EXCLUDED."id", "title" = EXCLUDED."title" RETURNING ("film".xmax = 0)"#
    );
    assert_eq!(compiled.main.hidden, [Hidden::Inserted]);
}

#[test]
fn updates_and_deletes() {
    let patch =
        written(Verb::Update, "film?id=eq.1", Payload::Object, &["title"], Returning::Minimal);
    assert_eq!(
        main_sql(&patch),
        r#"UPDATE "public"."film" SET "title" = $1 WHERE "film"."id" = $2"#
    );
    let mut delete = asked(Verb::Delete, "film_actor?film_id=eq.1&select=part");
    assert_eq!(
        main_sql(&delete),
        r#"DELETE FROM "public"."film_actor" WHERE "film_actor"."film_id" = $1"#
    );
    delete.returning = Returning::Representation;
    assert_eq!(
        main_sql(&delete),
        r#"DELETE FROM "public"."film_actor" WHERE "film_actor"."film_id" = $1 RETURNING "film_actor"."part" AS "part""#
    );
}

#[test]
fn returns_embeds_of_written_rows() {
    let shape = written(
        Verb::Insert,
        "film?select=title,director(name)&order=year.desc&limit=3",
        Payload::Object,
        &["title"],
        Returning::Representation,
    );
    assert_eq!(
        main_sql(&shape),
        r#"WITH "pgrst_source" AS (INSERT INTO "public"."film" ("title") VALUES ($1) RETURNING "film"."director_id", "film"."title", "film"."year") SELECT "film"."title" AS "title", (SELECT howdah.to_json_row("x".*) FROM (SELECT "director_1"."name" AS "name" FROM "public"."director" AS "director_1" WHERE "director_1"."id" = "film"."director_id") AS "x") AS "director" FROM "pgrst_source" AS "film" ORDER BY "film"."year" DESC LIMIT 3"#
    );
}

#[test]
fn returns_the_key_for_headers_only() {
    let shape =
        written(Verb::Insert, "film_actor", Payload::Object, &["film_id"], Returning::HeadersOnly);
    let compiled = fixture::compile(&shape).unwrap();
    assert!(compiled.main.sql.ends_with(
        r#" RETURNING "film_actor"."film_id"::text AS "film_id", "film_actor"."actor_id"::text AS "actor_id""#
    ));
    assert_eq!(compiled.main.hidden, [Hidden::Key, Hidden::Key]);
}

#[test]
fn calls_functions() {
    let query = |url: &str| {
        let compiled = fixture::compile(&asked(Verb::Call, url)).unwrap();
        (compiled.main.sql, compiled.result)
    };
    for (url, sql, result) in [
        (
            "add?a=1",
            r#"SELECT "public"."add"("a" => $1::integer) AS "pgrst_scalar""#,
            ResultKind::Scalar,
        ),
        (
            "years?limit=2&offset=1",
            r#"SELECT "years"."pgrst_scalar" AS "pgrst_scalar" FROM "public"."years"() AS "years"("pgrst_scalar") LIMIT 2 OFFSET $1::bigint"#,
            ResultKind::Scalars,
        ),
        (
            "films_of?director=1&select=title,director(name)&year=gt.1900&order=year&limit=5",
            r#"SELECT "films_of"."title" AS "title", (SELECT howdah.to_json_row("x".*) FROM (SELECT "director_1"."name" AS "name" FROM "public"."director" AS "director_1" WHERE "director_1"."id" = "films_of"."director_id") AS "x") AS "director" FROM "public"."films_of"("director" => $1::integer) AS "films_of" WHERE "films_of"."year" > $2 ORDER BY "films_of"."year" LIMIT 5"#,
            ResultKind::Rows,
        ),
        (
            "newest_film?select=title",
            r#"SELECT "newest_film"."title" AS "title" FROM "public"."newest_film"() AS "newest_film""#,
            ResultKind::SingleRow,
        ),
        (
            "pairs?n=2&a=eq.2",
            r#"SELECT "pairs"."a" AS "a", pg_catalog.to_json("pairs"."b") AS "b" FROM "public"."pairs"("n" => $1::integer) AS "pairs" WHERE "pairs"."a" = $2"#,
            ResultKind::Rows,
        ),
        (
            "total?v=1&v=2",
            r#"SELECT "public"."total"(VARIADIC "v" => ARRAY[$1, $2]::integer[]) AS "pgrst_scalar""#,
            ResultKind::Scalar,
        ),
        ("touch", r#"SELECT "public"."touch"() AS "pgrst_scalar""#, ResultKind::Void),
        (
            "span",
            r#"SELECT pg_catalog.to_json("public"."span"()) AS "pgrst_scalar""#,
            ResultKind::Scalar,
        ),
        (
            "row_of",
            r#"SELECT pg_catalog.to_json("public"."row_of"()) AS "pgrst_scalar""#,
            ResultKind::Scalar,
        ),
    ] {
        assert_eq!(query(url), (sql.to_owned(), result), "{url}");
    }
}

#[test]
fn calls_functions_with_json() {
    let shape = called("kept", CallKind::Json, &["ids", "j", "m", "t"]);
    let compiled = fixture::compile(&shape).unwrap();
    assert_eq!(
        compiled.main.sql,
        r#"SELECT pg_catalog.to_json("public"."kept"("ids" => $1::integer[], "m" => (SELECT "_"."v" FROM pg_catalog.json_to_record(pg_catalog.json_build_object('v', $2::json)) AS "_"("v" public.money_amount)), "j" => $3::jsonb, "t" => $4::text)) AS "pgrst_scalar""#
    );
    assert_eq!(
        compiled.main.params,
        [
            Param::ArgumentArray(0),
            Param::ArgumentJson(2),
            Param::ArgumentJson(1),
            Param::Argument(3)
        ]
    );
    for shape in
        [called("take", CallKind::Json, &["x"]), called("take", CallKind::Raw(RawKind::Json), &[])]
    {
        let compiled = fixture::compile(&shape).unwrap();
        assert_eq!(compiled.main.sql, r#"SELECT "public"."take"($1::json) AS "pgrst_scalar""#);
        assert_eq!(compiled.main.params, [Param::Body]);
    }
    let compiled = fixture::compile(&called("store", CallKind::Raw(RawKind::Bytea), &[])).unwrap();
    assert_eq!(compiled.main.sql, r#"SELECT "public"."store"($1::bytea) AS "pgrst_scalar""#);
}

#[test]
fn finds_the_index_of_an_upsert() {
    let merged = |url| {
        let mut shape = written(Verb::Insert, url, Payload::Object, &["name"], Returning::Minimal);
        shape.write.resolution = Some(Resolution::MergeDuplicates);
        fixture::compile(&shape).map(|compiled| {
            let sql = compiled.main.sql;
            sql[sql.find(" ON CONFLICT").unwrap_or(sql.len())..].to_owned()
        })
    };
    let set = r#" DO UPDATE SET "name" = EXCLUDED."name""#;
    for (url, target, rest) in [
        ("actor", r#"("id")"#, ""),
        ("actor?on_conflict=name", r#"("name")"#, ""),
        ("actor?on_conflict=email", r#"((lower((email)::text)))"#, ""),
        ("actor?on_conflict=actor_email_key", r#"((lower((email)::text)))"#, ""),
        ("director?on_conflict=born,name", r#"("name", "born") WHERE (born IS NOT NULL)"#, ""),
        ("director?on_conflict=director_b", r#"("name") WHERE (id > 5)"#, ""),
        ("director?on_conflict=nothing", r#"("nothing")"#, ""),
        (
            "director?id=lt.3&or=(name.eq.a,name.eq.b)",
            r#"("id")"#,
            r#" WHERE "director"."id" < $2 AND ("director"."name" = $3 OR "director"."name" = $4)"#,
        ),
    ] {
        let returning = merged(url).unwrap();
        let (conflict, _) = returning.split_once(" RETURNING ").unwrap();
        assert_eq!(conflict, format!(" ON CONFLICT {target}{set}{rest}"), "{url}");
    }
    let error = merged("director?on_conflict=name").unwrap_err();
    assert_eq!((error.status, error.code.as_str()), (400, "HW110"));
}

#[test]
fn limits_what_is_written_by_a_key() {
    assert_eq!(
        main_sql(&asked(Verb::Delete, "film?year=gt.1&order=year,id.desc&limit=2&offset=1")),
        r#"WITH "pgrst_limited" AS MATERIALIZED (SELECT "film"."id" FROM "public"."film" WHERE "film"."year" > $1 ORDER BY "film"."year", "film"."id" DESC LIMIT 2 OFFSET $2::bigint) DELETE FROM "public"."film" WHERE "film"."year" > $1 AND ("film"."id") IN (SELECT "pgrst_limited"."id" FROM "pgrst_limited")"#
    );
    assert_eq!(
        main_sql(&asked(Verb::Delete, "film?id=eq.1&limit=2")),
        r#"DELETE FROM "public"."film" WHERE "film"."id" = $1"#
    );
    for url in [
        "film?limit=1",
        "film?order=year&limit=1",
        "film?id=eq.1&offset=1",
        "film?id=gt.1&limit=1",
        "actor?order=name&limit=1",
        "note?order=at&limit=1",
    ] {
        let error = fixture::compile(&asked(Verb::Delete, url)).unwrap_err();
        assert_eq!((error.status, error.code.as_str()), (400, "PGRST109"), "{url}");
    }
}

#[test]
fn updates_every_row_by_its_key() {
    let mut shape = written(
        Verb::Update,
        "film?year=gt.1",
        Payload::Array,
        &["id", "title"],
        Returning::Minimal,
    );
    shape.write.keys = vec!["id".to_owned()];
    assert_eq!(
        main_sql(&shape),
        r#"WITH "pgrst_body" AS MATERIALIZED (SELECT "r".*, CASE WHEN count(*) OVER (PARTITION BY "r"."id") > 1 THEN 'twice' END AS "pgrst_fault" FROM (SELECT "_".*, row_number() OVER () FROM ( SELECT "_"."id", "_"."title" FROM pg_catalog.json_to_recordset($1::json) AS "_"("id" integer, "title" character varying(160))) AS "_") AS "r"("id", "title", "pgrst_n")) UPDATE "public"."film" SET "title" = "pgrst_body"."title" FROM "pgrst_body" WHERE "film"."id" = "pgrst_body"."id" AND "film"."year" > $2 RETURNING "pgrst_body"."pgrst_fault""#
    );
    assert_eq!(fixture::compile(&shape).unwrap().main.hidden, [Hidden::Fault]);
    shape.range.limit = Some(1);
    assert_eq!(fixture::compile(&shape).unwrap_err().code, "PGRST127");
}

#[test]
fn a_nested_insert_is_one_statement() {
    let level = |columns: &[&str], one, children| Level {
        columns: columns.iter().map(|c| ((*c).to_owned(), false)).collect(),
        one,
        on_conflict: Vec::new(),
        children,
    };
    let child =
        |key: &str, level| Child { key: key.to_owned(), target: key.to_owned(), hint: None, level };
    let nested = |target: &str, root: Level| {
        let columns: Vec<String> = root.columns.iter().map(|(name, _)| name.clone()).collect();
        let columns: Vec<&str> = columns.iter().map(String::as_str).collect();
        let mut shape = written(Verb::Insert, target, Payload::Array, &columns, Returning::Minimal);
        shape.write.nested = Some(Box::new(root));
        shape
    };
    let cast = child("film_actor", level(&["actor_id", "part"], false, vec![]));
    let shape = nested("film", level(&["title"], false, vec![cast.clone()]));
    assert_eq!(
        main_sql(&shape),
        r#"WITH "pgrst_s0" AS MATERIALIZED (SELECT "_"."pgrst_o", "_"."title", "_"."pgrst_m1" FROM ROWS FROM (pg_catalog.json_to_recordset($1::json) AS ("title" character varying(160), "film_actor" json, "pgrst_x" json)) WITH ORDINALITY AS "_"("title", "pgrst_m1", "pgrst_x", "pgrst_o")), "pgrst_w0" AS (INSERT INTO "public"."film" ("title") SELECT "v"."title" FROM "pgrst_s0" AS "v" ORDER BY "v"."pgrst_o" RETURNING "film"."id" AS "id"), "pgrst_k0" AS (SELECT "v"."pgrst_o", "r"."id" FROM "pgrst_s0" AS "v" INNER JOIN (SELECT row_number() OVER (ORDER BY "id") AS "pgrst_o", * FROM "pgrst_w0") AS "r" ON "r"."pgrst_o" = "v"."pgrst_o"), "pgrst_s1" AS MATERIALIZED (SELECT row_number() OVER (ORDER BY "p"."pgrst_o", "_"."pgrst_o") AS "pgrst_o", "p"."pgrst_o" AS "pgrst_p", "_"."actor_id", "_"."part", "k"."id" AS "film_id" FROM "pgrst_s0" AS "p" INNER JOIN "pgrst_k0" AS "k" ON "k"."pgrst_o" = "p"."pgrst_o" CROSS JOIN LATERAL ROWS FROM (pg_catalog.json_to_recordset(CASE pg_catalog.json_typeof("p"."pgrst_m1") WHEN 'array' THEN "p"."pgrst_m1" WHEN 'object' THEN pg_catalog.json_build_array("p"."pgrst_m1") ELSE '[]' END) AS ("actor_id" integer, "part" text, "pgrst_x" json)) WITH ORDINALITY AS "_"("actor_id", "part", "pgrst_x", "pgrst_o")), "pgrst_w1" AS (INSERT INTO "public"."film_actor" ("actor_id", "part", "film_id") SELECT "v"."actor_id", "v"."part", "v"."film_id" FROM "pgrst_s1" AS "v" ORDER BY "v"."pgrst_o"), "pgrst_source" AS (SELECT "w".*, CASE WHEN (SELECT count(*) FROM "pgrst_k0") <> (SELECT count(*) FROM "pgrst_s0") THEN 'the body' END AS "pgrst_fault" FROM "pgrst_w0" AS "w") SELECT "pgrst_fault" FROM "pgrst_source""#
    );
    let params = fixture::compile(&shape).unwrap().main.params;
    assert_eq!(params, [Param::Body]);
    // A key that neither the body nor a sequence gives; and of one row alone, which needs none.
    let several = |one| {
        nested("person", level(&["name"], one, vec![child("badge", level(&["code"], one, vec![]))]))
    };
    let error = fixture::compile(&several(false)).unwrap_err();
    assert_eq!((error.status, error.code.as_str()), (400, "HW121"));
    assert!(
        main_sql(&several(true)).contains(r#"FROM "pgrst_s0" AS "v" CROSS JOIN "pgrst_w0" AS "r""#)
    );
    // What the nesting gives cannot be given.
    let given = child("film_actor", level(&["actor_id", "film_id"], false, vec![]));
    let error =
        fixture::compile(&nested("film", level(&["title"], true, vec![given]))).unwrap_err();
    assert_eq!(error.message, "'film_actor.film_id' has its value from the nesting");
    // Known before: the key is in the body, or what a conflict is found by.
    let sql = main_sql(&nested("film", level(&["id", "title"], false, vec![cast.clone()])));
    assert!(sql.contains(r#"AS "r" ON ("r"."id") = ("v"."id"))"#), "{sql}");
    let mut merged = nested("film", level(&["id", "title"], false, vec![cast]));
    merged.write.resolution = Some(Resolution::MergeDuplicates);
    assert!(main_sql(&merged).contains(
        r#"ON CONFLICT ("film_id", "actor_id") DO UPDATE SET "actor_id" = EXCLUDED."actor_id""#
    ));
}
