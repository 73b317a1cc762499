//! `PATCH` with an array: each element updates the row that has its key. Each test uses keys of its own.

use howdah_tests::api::{Api, user_id};
use howdah_tests::reply::Reply;
use howdah_tests::server::shared;
use serde_json::{Value, json};

const SHOW: &str = "return=representation";

fn api() -> Api<'static> {
    Api::anon(shared(), "writing")
}

fn patch(path: &str, prefer: &str, body: Value) -> Reply {
    api().rest("PATCH", path).prefer(prefer).json(body).send()
}

fn stands(sql: &str) -> String {
    shared().value(sql)
}

/// Rows `from..from + 3` of `stock`.
fn stock(from: i64) {
    let rows: Vec<Value> = (from..from + 3)
        .map(|id| json!({"id": id, "sku": format!("s{id}"), "qty": 1, "note": "old"}))
        .collect();
    api()
        .rest("POST", "/stock")
        .prefer("resolution=merge-duplicates")
        .json(json!(rows))
        .send()
        .is_success();
}

#[test]
fn gives_every_row_values_of_its_own() {
    stock(10);
    patch(
        "/stock?select=id,qty,note,doubled",
        SHOW,
        json!([{"id": 12, "qty": 5, "note": "c"}, {"id": 10, "qty": 3, "note": null}]),
    )
    .is(200)
    .equals(json!([{"id": 12, "qty": 5, "note": "c", "doubled": 10}, {"id": 10, "qty": 3, "note": null, "doubled": 6}]))
    .has("content-range", "0-1/2")
    .has("preference-applied", "return=representation");
    assert_eq!(stands("SELECT qty || note FROM writing.stock WHERE id = 11"), "1old");
    patch("/stock", "return=minimal", json!([{"id": 10, "qty": 8}]))
        .is(204)
        .has("content-range", "0-0/1");
    patch(
        "/stock?select=tags,meta&order=id.desc",
        SHOW,
        json!([{"id": 10, "tags": ["a", "b,c"], "meta": {"k": [1]}}, {"id": 11, "tags": null, "meta": "text"}]),
    )
    .equals(json!([{"tags": null, "meta": "text"}, {"tags": ["a", "b,c"], "meta": {"k": [1]}}]));
}

#[test]
fn finds_rows_by_other_columns() {
    stock(20);
    patch(
        "/stock?on_conflict=sku&select=id,qty",
        SHOW,
        json!([{"sku": "s21", "qty": 4}, {"sku": "s20", "qty": 2}]),
    )
    .equals(json!([{"id": 21, "qty": 4}, {"id": 20, "qty": 2}]));
    // A key need not be unique: all rows that have it get its values.
    api()
        .post(
            "/keyless",
            json!([{"batch": "b2", "n": 1}, {"batch": "b2", "n": 2}, {"batch": "b2", "n": 2}]),
        )
        .is(201);
    patch(
        "/keyless?on_conflict=batch,n&select=n,note&order=n",
        SHOW,
        json!([{"batch": "b2", "n": 2, "note": "two"}]),
    )
    .equals(json!([{"n": 2, "note": "two"}, {"n": 2, "note": "two"}]));
    patch("/stock?on_conflict=stock_sku_key&select=id", SHOW, json!([{"sku": "s22", "qty": 4}]))
        .equals(json!([{"id": 22}]));
    let csv = api()
        .rest("PATCH", "/stock?select=id,note")
        .prefer(SHOW)
        .csv("id,note\n20,\"x, y\"\n22,NULL\n")
        .send();
    csv.is(200).equals(json!([{"id": 20, "note": "x, y"}, {"id": 22, "note": null}]));
}

#[test]
fn a_body_without_the_key_never_touches_all_rows() {
    stock(30);
    for (path, body) in [
        ("/stock", json!([{"qty": 0}])),
        ("/stock", json!([{"id": 30, "qty": 0}, {"id": null, "qty": 0}])),
        ("/stock?columns=qty", json!([{"id": 30, "qty": 0}, {"qty": 0}])),
        ("/stock?qty=gte.0", json!([{"qty": 0}, {"qty": 0}])),
        ("/stock?on_conflict=sku", json!([{"id": 30, "qty": 0}])),
        ("/keyless", json!([{"n": 0}])),
    ] {
        let error = patch(path, SHOW, body).fails(400, "HW111");
        assert!(error["details"].is_string() && error["hint"].is_string(), "{error}");
    }
    let error = patch("/stock?columns=qty", SHOW, json!([{"id": 30, "qty": 0}, {"qty": 0}])).json();
    assert_eq!(error["details"], "Element 1 of the body has no 'id'");
    assert_eq!(stands("SELECT sum(qty) FROM writing.stock WHERE id BETWEEN 30 AND 32"), "3");
}

#[test]
fn refuses_two_elements_with_one_key() {
    stock(40);
    let error = patch(
        "/stock",
        "return=minimal",
        json!([{"id": 40, "qty": 2}, {"id": 41, "qty": 2}, {"id": 40, "qty": 3}]),
    );
    assert_eq!(
        error.fails(400, "HW112")["details"],
        "Elements 0 and 2 of the body have the same key"
    );
    // Written otherwise, and the same to Postgres.
    patch("/stock", "return=minimal", json!([{"id": 40, "qty": 2}, {"id": "040", "qty": 3}]))
        .fails(400, "HW112");
    patch("/stock?select=count()", SHOW, json!([{"id": 40, "qty": 2}, {"id": "040", "qty": 3}]))
        .fails(400, "HW112");
    assert_eq!(stands("SELECT qty FROM writing.stock WHERE id = 40"), "1");
}

#[test]
fn an_array_of_one_with_filters_is_what_it_was() {
    stock(50);
    patch("/stock?id=eq.50&select=id,qty", SHOW, json!([{"qty": 6}]))
        .is(200)
        .equals(json!([{"id": 50, "qty": 6}]))
        .has("content-range", "0-0/*");
    // The dialect's way to change a key.
    patch("/stock?id=eq.51&select=id,qty", SHOW, json!([{"id": 59, "qty": 7}]))
        .equals(json!([{"id": 59, "qty": 7}]));
    stands("DELETE FROM writing.stock WHERE id = 59; SELECT 1");
    patch("/stock", SHOW, json!([])).is(200).equals(json!([]));
    patch("/stock?id=eq.52", SHOW, json!([{}])).is(200).equals(json!([]));
    patch("/stock", "return=minimal", json!([{"id": 52}])).is(204);
}

#[test]
fn tells_what_has_no_row() {
    stock(60);
    let body = json!([{"id": 60, "qty": 2}, {"id": 69, "qty": 2}, {"id": 61, "qty": 2}]);
    patch("/stock?select=id", SHOW, body.clone())
        .is(200)
        .equals(json!([{"id": 60}, {"id": 61}]))
        .has("content-range", "0-1/3");
    let error = patch("/stock", "handling=strict", body.clone()).fails(400, "HW113");
    assert_eq!(error["details"], "The body has 3 elements, and 2 rows match");
    patch("/stock?id=lt.61&select=id", SHOW, body.clone())
        .equals(json!([{"id": 60}]))
        .has("content-range", "0-0/3");
    patch("/stock?id=eq.0&select=id", SHOW, body.clone())
        .is(200)
        .equals(json!([]))
        .has("content-range", "*/3");
    patch(
        "/stock",
        "handling=strict, max-affected=1",
        json!([{"id": 60, "qty": 9}, {"id": 61, "qty": 9}]),
    )
    .fails(400, "PGRST124");
    assert_eq!(stands("SELECT sum(qty) FROM writing.stock WHERE id BETWEEN 60 AND 62"), "5");
}

#[test]
fn missing_keys_are_defaults_or_nulls() {
    stock(70);
    patch("/stock", SHOW, json!([{"id": 70, "qty": 2}, {"id": 71, "note": "x"}]))
        .fails(400, "PGRST102");
    patch(
        "/stock?columns=qty,note&select=id,qty,note",
        "return=representation, missing=default",
        json!([{"id": 70, "qty": 2}, {"id": 71, "note": "x", "sku": "not written"}]),
    )
    .is(200)
    .equals(json!([{"id": 70, "qty": 2, "note": "none"}, {"id": 71, "qty": 7, "note": "x"}]))
    .has("preference-applied", "missing=default, return=representation");
    patch("/stock?columns=id,note&select=note", SHOW, json!([{"id": 70}, {"id": 71, "note": "y"}]))
        .equals(json!([{"note": null}, {"note": "y"}]));
    patch("/stock?columns=qty", SHOW, json!([{"id": 70}])).fails(400, "23502");
    patch("/stock", SHOW, json!([{"id": 70, "nothing": 1}])).fails(400, "PGRST204");
    patch("/stock?limit=1&order=id", SHOW, json!([{"id": 70, "qty": 1}])).fails(400, "PGRST127");
}

#[test]
fn policies_hold_for_each_row() {
    let howdah = shared();
    let (one, two) = (Api::user(howdah, "writing", 1), Api::user(howdah, "writing", 2));
    let upsert = |who: &Api, id: i64| {
        let body = json!({"id": id, "body": "old"});
        who.rest("POST", "/own")
            .prefer("resolution=merge-duplicates")
            .json(body)
            .send()
            .is_success();
    };
    upsert(&one, 80);
    upsert(&two, 81);
    let body = json!([{"id": 80, "body": "new"}, {"id": 81, "body": "new"}]);
    let reply = one.rest("PATCH", "/own?select=id,body").prefer(SHOW).json(body).send();
    reply.is(200).equals(json!([{"id": 80, "body": "new"}])).has("content-range", "0-0/2");
    let stolen = json!([{"id": 80, "owner": user_id(2)}]);
    one.rest("PATCH", "/own").json(stolen).send().fails(403, "42501");
    assert_eq!(
        stands("SELECT string_agg(body, ',' ORDER BY id) FROM writing.own WHERE id IN (80, 81)"),
        "new,old"
    );
}

#[test]
fn reaches_partitions_views_and_odd_names() {
    let api = api();
    api.rest("POST", "/part").prefer("resolution=merge-duplicates").json(json!([{"region": "north", "id": 90, "v": "a"}, {"region": "south", "id": 90, "v": "b"}])).send().is_success();
    patch(
        "/part?select=region,v",
        SHOW,
        json!([{"region": "south", "id": 90, "v": "B"}, {"region": "north", "id": 90, "v": "A"}]),
    )
    .equals(json!([{"region": "south", "v": "B"}, {"region": "north", "v": "A"}]));
    api.rest("POST", "/member")
        .prefer("resolution=merge-duplicates")
        .json(json!({"id": 90, "name": "b9"}))
        .send()
        .is_success();
    patch("/member_view?select=nr,name", SHOW, json!([{"nr": 90, "name": "b9 viewed"}]))
        .equals(json!([{"nr": 90, "name": "b9 viewed"}]));
    api.rest("POST", "/odd \"key\"")
        .prefer("resolution=merge-duplicates")
        .json(json!({"شناسه": 9, "a, b(c)": "x", "v.w": "1"}))
        .send()
        .is_success();
    patch(
        "/odd \"key\"?select=\"v.w\"",
        SHOW,
        json!([{"شناسه": 9, "a, b(c)": "x", "v.w": "'; --"}]),
    )
    .equals(json!([{"v.w": "'; --"}]));
}
