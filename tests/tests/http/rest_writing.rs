//! Limited writes, relations and columns of every kind, and JSON at its edges. Each test uses keys of its own.

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

fn insert(path: &str, body: &str) -> Reply {
    let call = api().rest("POST", path).prefer(SHOW).header("Content-Type", "application/json");
    call.bytes(body.as_bytes().to_vec()).send()
}

#[test]
fn writes_columns_of_every_kind() {
    let row = json!({
        "num": 1.50, "big": 9_223_372_036_854_775_807_i64, "dbl": 1.5, "pos": 3, "lab": ["a", "b,c", null],
        "mon": {"currency": "EUR", "amount": 2.5}, "mons": [{"currency": "A", "amount": 1}, null], "grid": [[1, 2], [3, 4]],
        "feel": "ok", "feels": ["sad", "happy"], "span": "[1,5)", "raw": "\\x00ff", "stamp": "2024-02-29T12:00:00+00:00",
        "js": {"a": [1]}, "jb": [1, {"b": null}], "jbs": [{"a": 1}, 2], "b": true, "x": "<a>1</a>"
    });
    let select = "select=num,big,dbl,pos,lab,mon,mons,grid,feel,feels,span,raw,stamp,js,jb,jbs,b,x";
    // One row goes in as parameters, several as JSON: the same must come of it.
    for several in [false, true] {
        let body = if several { json!([row, row]) } else { row.clone() };
        let reply = api().rest("POST", &format!("/kinds?{select}")).prefer(SHOW).json(body).send();
        let rows = reply.is(201).json();
        for (name, value) in row.as_object().expect("an object") {
            assert_eq!(&rows[0][name], value, "{name}, several: {several}");
        }
        let patched = api()
            .rest("PATCH", &format!("/kinds?num=eq.1.5&{select}&limit=1&order=id"))
            .prefer(SHOW)
            .json(row.clone())
            .send();
        assert_eq!(patched.is(200).json()[0], rows[0]);
    }
    let nulls: serde_json::Map<String, Value> = row
        .as_object()
        .expect("an object")
        .keys()
        .map(|name| (name.clone(), Value::Null))
        .collect();
    insert(&format!("/kinds?{select}"), &Value::Object(nulls.clone()).to_string())
        .is(201)
        .equals(json!([nulls]));
    let refused: [(Value, &str); 8] = [
        (json!({"pos": -1}), "23514"),
        (json!({"lab": ["a", "b", "c", "d"]}), "23514"),
        (json!({"feel": "angry"}), "22P02"),
        (json!({"fixed": 5}), "428C9"),
        (json!({"twice": 5}), "428C9"),
        (json!({"span": "[5,1)"}), "22000"),
        (json!({"grid": [[1], [2, 3]]}), "22P02"),
        (json!({"big": 1.5}), "22P02"),
    ];
    for (body, code) in refused {
        insert("/kinds", &body.to_string()).fails(400, code);
    }
}

#[test]
fn reads_json_to_its_edges() {
    // Of equal keys the last wins, in one row as in several.
    insert("/keyless?select=batch,n", r#"{"batch":"j1","n":1,"n":2}"#)
        .is(201)
        .equals(json!([{"batch": "j1", "n": 2}]));
    insert("/keyless?select=n", r#"[{"batch":"j1","n":1,"n":2},{"n":5,"batch":"j1","n":6}]"#)
        .is(201)
        .equals(json!([{"n": 2}, {"n": 6}]));
    insert("/keyless?select=n", r#"[{"batch":"j1","n":7},{"n":8,"batch":"j1"}]"#)
        .is(201)
        .equals(json!([{"n": 7}, {"n": 8}]));
    insert("/keyless", r#"[{"batch":"j1"},{"n":1}]"#).fails(400, "PGRST102");
    insert("/keyless", r#"[{"batch":"j1"},3]"#).fails(400, "PGRST102");
    insert("/keyless", r#"{"batch":"a\u0000b"}"#).fails(400, "22P05");
    insert("/keyless", r#"[{"batch":"a"},{"batch":"a\u0000b"}]"#).fails(400, "22P05");
    insert("/keyless", r#"{"batch":"\ud800"}"#).fails(400, "PGRST102");
    insert("/keyless?select=batch", r#"{"batch":"\ud83c\udf39 \u00e9 \/ \\"}"#)
        .is(201)
        .equals(json!([{"batch": "🌹 é / \\"}]));
    insert("/kinds?select=num", "{\"num\":123456789012345678901234567890.123456789}").is(201);
    assert_eq!(
        stands("SELECT max(num) FROM writing.kinds"),
        "123456789012345678901234567890.123456789"
    );
    insert("/kinds", "{\"big\":9223372036854775808}").fails(400, "22003");
    insert("/kinds?select=dbl", "{\"dbl\":1e3}").equals(json!([{"dbl": 1000}]));
    insert("/keyless", "").fails(400, "PGRST102");
    insert("/keyless", "{}{}").fails(400, "PGRST102");
    insert("/keyless", "null").fails(400, "PGRST102");
    insert("/keyless", "[]").is(201).equals(json!([]));
    insert("/keyless?select=batch,n", "[{}]").is(201).equals(json!([{"batch": null, "n": null}]));
    insert("/keyless?select=n", " \n[ { \"n\" : 1 } ]\t").is(201).equals(json!([{"n": 1}]));
}

#[test]
fn writes_through_triggers_rules_and_heirs() {
    insert("/kept", r#"{"id":1,"v":"x"}"#).is(201).equals(json!([{"id": 1, "v": "via x"}]));
    insert("/kept?select=v", r#"[{"id":2,"v":"a"},{"id":3,"v":"b"}]"#)
        .is(201)
        .equals(json!([{"v": "via a"}, {"v": "via b"}]));
    patch("/kept?id=eq.2&select=id,v", SHOW, json!({"v": "new"}))
        .is(200)
        .equals(json!([{"id": 2, "v": "new"}]));
    patch(
        "/kept?on_conflict=id&select=id,v",
        SHOW,
        json!([{"id": 3, "v": "c"}, {"id": 2, "v": "d"}]),
    )
    .equals(json!([{"id": 3, "v": "c"}, {"id": 2, "v": "d"}]));
    delete("/kept?id=eq.2&select=id", SHOW).is(200).equals(json!([{"id": 2}]));
    assert_eq!(
        stands("SELECT string_agg(v, ',' ORDER BY id) FROM writing.base WHERE id BETWEEN 1 AND 3"),
        "via x,c"
    );
    insert("/ruled", r#"{"id":11,"v":"x"}"#).is(201).equals(json!([{"id": 11, "v": "rule x"}]));
    patch("/ruled?id=eq.11", SHOW, json!({"v": "y"})).refused();
    insert("/checked", r#"{"id":21,"v":"x"}"#).is(201);
    insert("/checked", r#"{"id":100001,"v":"x"}"#).fails(400, "44000");
    insert("/heir", r#"{"id":31,"v":"h","extra":"e"}"#).is(201);
    // A parent's rows are its heirs' too.
    patch("/base?id=eq.31&select=id,v", SHOW, json!({"v": "by the parent"}))
        .is(200)
        .equals(json!([{"id": 31, "v": "by the parent"}]));
    assert_eq!(stands("SELECT v || extra FROM writing.heir WHERE id = 31"), "by the parente");
    delete("/base?id=eq.31&select=v", SHOW).equals(json!([{"v": "by the parent"}]));
    insert("/part?select=region,id", r#"[{"region":"north","id":41},{"region":"south","id":41}]"#)
        .is(201)
        .equals(json!([{"region": "north", "id": 41}, {"region": "south", "id": 41}]));
    patch(
        "/part?id=eq.41&region=eq.north&select=region",
        SHOW,
        json!({"region": "south", "id": 42}),
    )
    .is(200)
    .equals(json!([{"region": "south"}]));
    insert("/part", r#"{"region":"west","id":1}"#).fails(400, "23514");
    delete("/part?id=in.(41,42)", "count=exact").is(204).has("content-range", "*/2");
}
