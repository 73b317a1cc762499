//! Upserts: by every kind of unique index, by name, under filters. Each test uses keys of its own.

use howdah_tests::api::Api;
use howdah_tests::reply::Reply;
use howdah_tests::server::shared;
use serde_json::{Value, json};

const MERGE: &str = "resolution=merge-duplicates, return=representation";
const IGNORE: &str = "resolution=ignore-duplicates, return=representation";

fn api() -> Api<'static> {
    Api::anon(shared(), "writing")
}

fn upsert(path: &str, prefer: &str, body: Value) -> Reply {
    api().rest("POST", path).prefer(prefer).json(body).send()
}

fn stands(sql: &str) -> String {
    shared().value(sql)
}

#[test]
fn finds_a_partial_index_by_its_columns() {
    let path = "/member?on_conflict=email&select=id,name,gone";
    upsert(path, MERGE, json!({"id": 1, "email": "a@1", "name": "u1 one"}))
        .is(201)
        .equals(json!([{"id": 1, "name": "u1 one", "gone": false}]))
        .has("preference-applied", "resolution=merge-duplicates, return=representation");
    upsert(path, MERGE, json!({"id": 1, "email": "a@1", "name": "u1 two"}))
        .is(200)
        .equals(json!([{"id": 1, "name": "u1 two", "gone": false}]));
    // Outside the index's predicate there is nothing to conflict with.
    stands("UPDATE writing.member SET gone = true WHERE id = 1 RETURNING id");
    upsert(path, MERGE, json!({"id": 2, "email": "a@1", "name": "u1 three"})).is(201);
    upsert(path, IGNORE, json!({"id": 3, "email": "a@1", "name": "u1 four"}))
        .is(201)
        .equals(json!([]));
    assert_eq!(stands("SELECT count(*) FROM writing.member WHERE email = 'a@1'"), "2");
}

#[test]
fn finds_an_index_that_computes_its_keys() {
    let path = "/member?on_conflict=name&select=id,name,team";
    upsert(path, MERGE, json!({"id": 10, "name": "U2 Ann", "team": "x"})).is(201);
    upsert(path, MERGE, json!({"id": 10, "name": "u2 aNN", "team": "y"}))
        .is(200)
        .equals(json!([{"id": 10, "name": "u2 aNN", "team": "y"}]));
    upsert(path, IGNORE, json!([{"id": 11, "name": "u2 ann", "team": "z"}, {"id": 12, "name": "u2 bob", "team": "z"}]))
        .is(201)
        .equals(json!([{"id": 12, "name": "u2 bob", "team": "z"}]));
}

#[test]
fn takes_the_name_of_a_constraint_or_index() {
    let member = "/member?on_conflict=\"one present, by e-mail\"&select=id,email";
    upsert(member, MERGE, json!({"id": 20, "team": "t3", "email": "X@3"})).is(201);
    upsert(member, MERGE, json!({"id": 20, "team": "t3", "email": "x@3"}))
        .is(200)
        .equals(json!([{"id": 20, "email": "x@3"}]));
    let slot = "/slot?on_conflict=one a day&select=who";
    upsert(slot, MERGE, json!({"room": "r3", "day": "2024-01-01", "who": "a"})).is(201);
    upsert(slot, MERGE, json!({"room": "r3", "day": "2024-01-01", "who": "b"}))
        .is(200)
        .equals(json!([{"who": "b"}]));
    // One that is deferrable can't resolve conflicts, and what is no name at all is Postgres's to refuse.
    upsert("/slot?on_conflict=slot_late", MERGE, json!({"room": "r3"})).fails(400, "42703");
    upsert("/slot?on_conflict=who", MERGE, json!({"room": "r3"})).fails(400, "42P10");
}

#[test]
fn asks_which_index_when_several_are_meant() {
    let body = json!({"room": "r4", "day": "2024-04-04", "shift": "s4", "who": "a"});
    let error = upsert("/slot?on_conflict=shift", MERGE, body.clone()).fails(400, "HW110");
    assert_eq!(
        error["details"],
        "These unique indexes are over the columns: 'slot_early', 'slot_modern'"
    );
    upsert("/slot?on_conflict=slot_modern", MERGE, body.clone()).is(201);
    upsert(
        "/slot?on_conflict=slot_modern&select=who",
        MERGE,
        json!({"room": "r4", "day": "2024-04-04", "shift": "s4", "who": "b"}),
    )
    .is(200)
    .equals(json!([{"who": "b"}]));
}

#[test]
fn a_filter_spares_the_rows_that_it_does_not_match() {
    let rows = json!([
        {"id": 30, "name": "u5 a", "version": 1}, {"id": 31, "name": "u5 b", "version": 5}
    ]);
    upsert("/member", MERGE, rows).is(201);
    let newer = json!([
        {"id": 30, "name": "u5 A", "version": 3}, {"id": 31, "name": "u5 B", "version": 3}, {"id": 32, "name": "u5 C", "version": 3}
    ]);
    upsert("/member?version=lt.3&select=id,name&order=id", MERGE, newer)
        .is(201)
        .equals(json!([{"id": 30, "name": "u5 A"}, {"id": 32, "name": "u5 C"}]));
    assert_eq!(
        stands(
            "SELECT string_agg(name, ',' ORDER BY id) FROM writing.member WHERE id BETWEEN 30 AND 32"
        ),
        "u5 A,u5 b,u5 C"
    );
    upsert(
        "/member?or=(version.gt.4,name.eq.nobody)",
        "resolution=merge-duplicates, count=exact",
        json!({"id": 30, "name": "lost"}),
    )
    .is(200)
    .has("content-range", "*/0");
    // Only a merge asks them; an insert has no row to ask.
    upsert("/member?version=eq.99&select=id", "return=representation", json!({"id": 33}))
        .is(201)
        .equals(json!([{"id": 33}]));
    upsert("/member?nothing=eq.1", MERGE, json!({"id": 30})).fails(400, "42703");
}

#[test]
fn merges_into_partitions_and_through_views() {
    let rows =
        json!([{"region": "north", "id": 1, "v": "a"}, {"region": "south", "id": 1, "v": "b"}]);
    upsert("/part", MERGE, rows).is(201);
    upsert(
        "/part?select=region,v&order=region",
        MERGE,
        json!([{"region": "north", "id": 1, "v": "c"}, {"region": "south", "id": 2, "v": "d"}]),
    )
    .is(201)
    .equals(json!([{"region": "north", "v": "c"}, {"region": "south", "v": "d"}]));
    upsert(
        "/part?on_conflict=part_pkey&v=eq.c&select=v",
        MERGE,
        json!({"region": "north", "id": 1, "v": "e"}),
    )
    .equals(json!([{"v": "e"}]));
    upsert("/member_view?select=nr,name", MERGE, json!({"nr": 40, "name": "u6 one"})).is(201);
    upsert("/member_view?select=nr,name", MERGE, json!({"nr": 40, "name": "u6 two"}))
        .equals(json!([{"nr": 40, "name": "u6 two"}]));
    upsert(
        "/member_view?on_conflict=member_pkey&select=name",
        MERGE,
        json!({"nr": 40, "name": "u6 three"}),
    )
    .equals(json!([{"name": "u6 three"}]));
}

#[test]
fn keeps_to_odd_names() {
    let path = "/odd \"key\"?on_conflict=شناسه,\"a, b(c)\"&select=\"v.w\"";
    upsert(path, MERGE, json!({"شناسه": 1, "a, b(c)": "x", "v.w": "one"})).is(201);
    upsert(path, MERGE, json!({"شناسه": 1, "a, b(c)": "x", "v.w": "two"}))
        .is(200)
        .equals(json!([{"v.w": "two"}]));
    // A table that is called as SQL calls the row that comes.
    upsert("/excluded", MERGE, json!({"id": 1, "v": 1})).is(201);
    upsert("/excluded?v=lt.5&select=id,v", MERGE, json!({"id": 1, "v": 9}))
        .is(200)
        .equals(json!([{"id": 1, "v": 9}]));
    upsert("/excluded?v=lt.5&select=v", MERGE, json!({"id": 1, "v": 3})).is(200).equals(json!([]));
}

#[test]
fn a_new_index_is_known_to_the_next_request() {
    stands("DROP INDEX IF EXISTS writing.keyless_batch; SELECT 1");
    upsert("/keyless?on_conflict=batch", MERGE, json!({"batch": "u8", "n": 1})).fails(400, "42P10");
    stands(
        "CREATE UNIQUE INDEX keyless_batch ON writing.keyless (batch) WHERE batch LIKE 'u8%'; SELECT 1",
    );
    upsert("/keyless?on_conflict=batch", MERGE, json!({"batch": "u8", "n": 1})).is_success();
    upsert("/keyless?on_conflict=batch&select=n", MERGE, json!({"batch": "u8", "n": 2}))
        .is(200)
        .equals(json!([{"n": 2}]));
    stands("DROP INDEX writing.keyless_batch; SELECT 1");
}
