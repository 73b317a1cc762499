//! Limited writes. Each test uses keys of its own.

use howdah_tests::api::Api;
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

fn delete(path: &str, prefer: &str) -> Reply {
    api().rest("DELETE", path).prefer(prefer).send()
}

fn stands(sql: &str) -> String {
    shared().value(sql)
}

/// Rows `from..from + 5` of the queue, placed the other way round.
fn queue(batch: &str, from: i64) {
    stands(&format!("DELETE FROM writing.queue WHERE batch = '{batch}'; SELECT 1"));
    let rows: Vec<Value> =
        (0..5).map(|n| json!({"id": from + n, "batch": batch, "place": 5 - n})).collect();
    api().post("/queue", json!(rows)).is(201);
}

#[test]
fn a_limit_limits_what_is_updated() {
    queue("w1", 10);
    patch("/queue?batch=eq.w1&order=id&limit=2&select=id,done", SHOW, json!({"done": true}))
        .is(200)
        .equals(json!([{"id": 10, "done": true}, {"id": 11, "done": true}]))
        .has("content-range", "0-1/*");
    let done = || {
        stands(
            "SELECT string_agg(id::text, ',' ORDER BY id) FROM writing.queue WHERE batch = 'w1' AND done",
        )
    };
    assert_eq!(done(), "10,11");
    patch(
        "/queue?batch=eq.w1&done=is.false&order=id.desc&limit=1&offset=1",
        "return=minimal",
        json!({"done": true}),
    )
    .is(204);
    assert_eq!(done(), "10,11,13");
    patch("/queue?batch=eq.w1&order=place,batch&limit=1", "return=minimal", json!({"done": true}))
        .is(204);
    assert_eq!(done(), "10,11,13,14");
    patch("/queue?batch=eq.w1&order=id&limit=0&select=id", SHOW, json!({"done": false}))
        .is(200)
        .equals(json!([]));
}

#[test]
fn a_limit_limits_what_is_deleted() {
    queue("w2", 20);
    delete("/queue?batch=eq.w2&order=place.desc,id&limit=2&select=id", SHOW)
        .is(200)
        .equals(json!([{"id": 20}, {"id": 21}]));
    delete("/queue?batch=eq.w2&order=id&limit=1", "handling=strict, max-affected=1").is(204);
    assert_eq!(
        stands(
            "SELECT string_agg(id::text, ',' ORDER BY id) FROM writing.queue WHERE batch = 'w2'"
        ),
        "23,24"
    );
}

#[test]
fn which_rows_are_the_first_must_be_clear() {
    queue("w3", 30);
    for path in [
        "/queue?batch=eq.w3&limit=1",
        "/queue?batch=eq.w3&limit=1&order=batch,done",
        "/queue?batch=eq.w3&offset=1",
        "/keyless?limit=1&order=n",
    ] {
        let error = delete(path, SHOW).fails(400, "PGRST109");
        assert_eq!(error["message"], "A 'limit' was applied without an explicit 'order'");
        assert_eq!(error["hint"], "Apply an 'order' using unique column(s)");
        let column = if path.contains("keyless") { "n" } else { "place" };
        patch(path, SHOW, json!({column: 1})).fails(400, "PGRST109");
    }
    // One row at most needs no order.
    patch("/queue?id=eq.30&limit=1&select=id", SHOW, json!({"done": true}))
        .is(200)
        .equals(json!([{"id": 30}]));
    patch("/queue?batch=eq.w3&place=eq.4&limit=1&select=id", SHOW, json!({"done": true}))
        .equals(json!([{"id": 31}]));
    assert_eq!(stands("SELECT count(*) FROM writing.queue WHERE batch = 'w3'"), "5");
}

#[test]
fn the_search_path_is_the_request_s_on_a_cold_cache_too() {
    // The first look at a relation reads the catalog under a path of its own. A new column makes every backend look anew.
    for n in 0..3 {
        stands(&format!(
            "ALTER TABLE writing.keyless ADD COLUMN cold{n} int; ALTER TABLE writing.keyless DROP COLUMN cold{n}; SELECT 1"
        ));
        api().get("/keyless?select=cold_field&limit=0").is(200);
    }
}
