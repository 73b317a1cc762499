//! Computed fields and relationships as SQL.

use crate::rest::fixture::{self, shape};
use crate::rest::shape::{Payload, Returning, Verb};

fn sql(target: &str, query: &str) -> String {
    let (shape, _) = shape(Verb::Read, target, query).unwrap();
    fixture::compile(&shape).unwrap().main.sql
}

fn refused(query: &str) -> String {
    let (shape, _) = shape(Verb::Read, "film", query).unwrap();
    fixture::compile(&shape).unwrap_err().code
}

#[test]
fn fields_are_read_as_their_types_need() {
    for (query, expected) in [
        ("select=label", r#"SELECT "film"."label" AS "label" FROM "public"."film""#),
        (
            "select=nobody",
            r#"SELECT pg_catalog.to_json("film"."nobody") AS "nobody" FROM "public"."film""#,
        ),
        ("select=x:extra->a", r#"SELECT ("film"."extra"->'a') AS "x" FROM "public"."film""#),
        (
            "select=x:shouts->>0",
            r#"SELECT (pg_catalog.to_jsonb("film"."shouts")->>0) AS "x" FROM "public"."film""#,
        ),
        (
            "select=x:shouts->>\"0\"",
            r#"SELECT (pg_catalog.to_jsonb("film"."shouts")->>'0') AS "x" FROM "public"."film""#,
        ),
        (
            "select=id&label=fts.a&lexemes=fts.a",
            r#"SELECT "film"."id" AS "id" FROM "public"."film" WHERE pg_catalog.to_tsvector("film"."label") @@ pg_catalog.to_tsquery($1) AND "film"."lexemes" @@ pg_catalog.to_tsquery($2)"#,
        ),
        (
            "select=id&order=label",
            r#"SELECT "film"."id" AS "id" FROM "public"."film" ORDER BY "film"."label""#,
        ),
    ] {
        assert_eq!(sql("film", query), expected, "{query}");
    }
}

#[test]
fn functions_of_the_row_take_the_place_of_joins() {
    for (query, expected) in [
        (
            "select=id,made_by(name)&made_by.born=gt.1900",
            r#"SELECT "film"."id" AS "id", howdah.to_json_row("film_made_by".*) AS "made_by" FROM "public"."film" LEFT JOIN LATERAL (SELECT "director_1"."name" AS "name" FROM "public"."made_by"("film".*) AS "director_1" WHERE "director_1"."born" > $1 LIMIT 1) AS "film_made_by" ON TRUE"#,
        ),
        (
            "select=id,sequel!inner(id)",
            r#"SELECT "film"."id" AS "id", howdah.to_json_row("film_sequel".*) AS "sequel" FROM "public"."film" INNER JOIN LATERAL (SELECT "film_1"."id" AS "id" FROM "public"."sequel"("film".*) AS "film_1") AS "film_sequel" ON TRUE"#,
        ),
        (
            "select=id,r:remakes(id)&r.order=id&r.limit=2",
            r#"SELECT "film"."id" AS "id", (SELECT howdah.to_json_rows("x".*) FROM (SELECT "film_1"."id" AS "id" FROM "public"."remakes"("film".*) AS "film_1" ORDER BY "film_1"."id" LIMIT 2) AS "x") AS "r" FROM "public"."film""#,
        ),
        (
            "select=id,remakes()&remakes=is.null",
            r#"SELECT "film"."id" AS "id" FROM "public"."film" WHERE NOT EXISTS (SELECT 1 FROM "public"."remakes"("film".*) AS "film_1")"#,
        ),
        (
            "select=id,made_by()&made_by.name=eq.x&order=made_by(name)",
            r#"SELECT "film"."id" AS "id" FROM "public"."film" LEFT JOIN LATERAL "public"."made_by"("film".*) AS "made_by_order" ON TRUE AND "made_by_order"."name" = $1 ORDER BY "made_by_order"."name""#,
        ),
        (
            "select=remakes(id),count()",
            r#"SELECT (SELECT howdah.to_json_rows("x".*) FROM (SELECT "film_1"."id" AS "id" FROM "public"."remakes"("film".*) AS "film_1") AS "x") AS "remakes", count(*) AS "count" FROM "public"."film" GROUP BY ("film".*)"#,
        ),
        // From the function's rows on, keys lead as from its relation.
        (
            "select=remakes(director!film_director_id_fkey(name))&limit=1",
            r#"SELECT (SELECT howdah.to_json_rows("x".*) FROM (SELECT howdah.to_json_row("film_1_director".*) AS "director" FROM "public"."remakes"("film".*) AS "film_1" LEFT JOIN LATERAL (SELECT "director_1"."name" AS "name" FROM "public"."director" AS "director_1" WHERE "director_1"."id" = "film_1"."director_id") AS "film_1_director" ON TRUE) AS "x") AS "remakes" FROM "public"."film" LIMIT 1"#,
        ),
    ] {
        assert_eq!(sql("film", query), expected, "{query}");
    }
}

#[test]
fn functions_of_other_schemas_are_no_relationships() {
    assert_eq!(refused("select=away(id)"), "PGRST200");
    assert_eq!(refused("select=veiled(id)"), "PGRST200");
    assert_eq!(refused("select=label(id)"), "PGRST200");
}

#[test]
fn written_rows_are_handed_to_functions_as_rows_of_the_table() {
    let (mut shape, _) = shape(Verb::Insert, "film", "select=label,made_by(name)").unwrap();
    shape.write.payload = Payload::Object;
    shape.write.columns = vec!["title".to_owned()];
    shape.returning = Returning::Representation;
    let sql = fixture::compile(&shape).unwrap().main.sql;
    assert!(sql.contains(r#"ROW("film".*)::"public"."film" AS "pgrst_row""#), "{sql}");
    assert!(sql.contains(r#"RETURNING "film"."label""#), "{sql}");
    assert!(
        sql.contains(r#"FROM "public"."made_by"("film"."pgrst_row") AS "director_1""#),
        "{sql}"
    );
}

#[test]
fn scalars_in_sets_are_filtered_and_ordered_by_a_name_of_theirs() {
    let (mut shape, _) =
        shape(Verb::Call, "years", "pgrst_scalar=gt.1&order=pgrst_scalar.desc&limit=2").unwrap();
    shape.count = Some(crate::rest::shape::Count::Exact);
    let compiled = fixture::compile(&shape).unwrap();
    assert_eq!(
        compiled.main.sql,
        r#"SELECT "years"."pgrst_scalar" AS "pgrst_scalar" FROM "public"."years"() AS "years"("pgrst_scalar") WHERE "years"."pgrst_scalar" > $1 ORDER BY "years"."pgrst_scalar" DESC LIMIT 2"#
    );
    assert_eq!(
        compiled.count.unwrap().sql,
        r#"SELECT count(*) FROM "public"."years"() AS "years"("pgrst_scalar") WHERE "years"."pgrst_scalar" > $1"#
    );
}
