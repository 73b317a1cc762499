//! `POST`, `PATCH`, `PUT`, `DELETE /rest/v1/{relation}`. Each test uses keys of its own.

use howdah_tests::api::Api;
use howdah_tests::server::shared;
use howdah_tests::table::each;
use serde_json::{Value, json};

fn api() -> Api<'static> {
    Api::anon(shared(), "write")
}

/// What stands in the database, asked as the DBA.
fn stands(sql: &str) -> String {
    shared().value(sql)
}

#[test]
fn inserts_and_says_little_by_default() {
    let api = api();
    let reply = api.post("/thing", json!({"id": 1, "name": "first"}));
    reply
        .is(201)
        .has("content-length", "0")
        .has("content-type", None)
        .has("location", None)
        .has("content-range", "*/*");
    assert!(reply.body.is_empty());
    assert_eq!(stands("SELECT name || qty || doubled FROM write.thing WHERE id = 1"), "first12");
    let minimal = api.rest("POST", "/thing").prefer("return=minimal").json(json!({"id": 2})).send();
    minimal.is(201).has("preference-applied", "return=minimal");
    let headers =
        api.rest("POST", "/thing").prefer("return=headers-only").json(json!({"id": 3})).send();
    headers
        .is(201)
        .has("location", "/thing?id=eq.3")
        .has("preference-applied", "return=headers-only");
    assert!(headers.body.is_empty());
    let pair = api
        .rest("POST", "/pair")
        .prefer("return=headers-only")
        .json(json!({"a": 1, "b": "x y"}))
        .send();
    let location = pair.is(201).header("location").expect("a location").to_owned();
    assert!(location.starts_with("/pair?a=eq.1&b=eq.x"), "{location}");
}

#[test]
fn returns_what_was_written() {
    let api = api();
    let insert = |path: &str, body: Value| {
        api.rest("POST", path).prefer("return=representation").json(body).send()
    };
    insert("/thing?select=id,name,doubled", json!({"id": 10, "name": "ten", "qty": 4}))
        .is(201)
        .equals(json!([{"id": 10, "name": "ten", "doubled": 8}]))
        .has("preference-applied", "return=representation")
        .has("content-type", "application/json; charset=utf-8");
    insert(
        "/thing?select=key:id,name::text",
        json!([{"id": 11, "name": "a"}, {"id": 12, "name": "b"}]),
    )
    .is(201)
    .equals(json!([{"key": 11, "name": "a"}, {"key": 12, "name": "b"}]));
    let object = api
        .rest("POST", "/thing?select=id")
        .prefer("return=representation")
        .accept("application/vnd.pgrst.object+json")
        .json(json!({"id": 13}))
        .send();
    object.is(201).equals(json!({"id": 13}));
    let counted = api
        .rest("POST", "/thing?select=id")
        .prefer("return=representation, count=exact")
        .json(json!([{"id": 14}, {"id": 15}]))
        .send();
    counted
        .is(201)
        .has("content-range", "*/2")
        .has("preference-applied", "return=representation, count=exact");
    let child = insert("/child?select=id,thing(id,name)", json!({"id": 1, "thing_id": 10}));
    child.is(201).equals(json!([{"id": 1, "thing": {"id": 10, "name": "ten"}}]));
    let generated = insert("/thing", json!({"name": "by sequence"}));
    assert!(generated.is(201).json()[0]["id"].as_i64().is_some_and(|id| id >= 100_000));
}

#[test]
fn inserts_many_and_types_of_all_kinds() {
    let api = api();
    let reply = api
        .rest("POST", "/thing?select=id,tags,meta,day&order=id")
        .prefer("return=representation")
        .json(json!([
            {"id": 20, "tags": ["a", "b,c", "d\"e", null], "meta": {"k": [1, {"x": null}]}, "day": "2020-02-29"},
            {"id": 21, "tags": [], "meta": "text", "day": null},
            {"id": 22, "tags": null, "meta": null, "day": null}
        ]))
        .send();
    let rows = reply.is(201).json();
    assert_eq!(
        rows[0],
        json!({"id": 20, "tags": ["a", "b,c", "d\"e", null], "meta": {"k": [1, {"x": null}]}, "day": "2020-02-29"})
    );
    assert_eq!(rows[1], json!({"id": 21, "tags": [], "meta": "text", "day": null}));
    assert_eq!(rows[2]["tags"], Value::Null);
    let empty = api.rest("POST", "/thing").prefer("return=representation").json(json!([])).send();
    empty.is(201).equals(json!([]));
    let defaults = api.rest("POST", "/heap").prefer("return=representation").json(json!({})).send();
    defaults.is(201).equals(json!([{"batch": null, "n": null, "note": "heaped"}]));
}

#[test]
fn wants_the_same_keys_in_every_row_unless_columns_are_named() {
    let api = api();
    let body =
        api.post("/thing", json!([{"id": 30}, {"id": 31, "name": "x"}])).fails(400, "PGRST102");
    assert_eq!(body["message"], "All object keys must match");
    assert_eq!(stands("SELECT count(*) FROM write.thing WHERE id IN (30, 31)"), "0");
    let named = api
        .rest("POST", "/heap?columns=batch,n,note")
        .prefer("return=representation")
        .json(json!([{"batch": "c", "n": 1}, {"batch": "c", "note": "own", "zzz": 1}]))
        .send();
    named.is(201).equals(
        json!([{"batch": "c", "n": 1, "note": null}, {"batch": "c", "n": null, "note": "own"}]),
    );
    let missing = api
        .rest("POST", "/heap?columns=batch,n,note")
        .prefer("return=representation, missing=default")
        .json(json!([{"batch": "d", "n": 1}, {"batch": "d", "note": "own"}]))
        .send();
    missing
        .is(201)
        .equals(json!([{"batch": "d", "n": 1, "note": "heaped"}, {"batch": "d", "n": null, "note": "own"}]))
        .has("preference-applied", "missing=default, return=representation");
    api.rest("POST", "/heap?columns=nothing").json(json!({"n": 1})).send().fails(400, "PGRST204");
}

#[test]
fn inserts_csv_and_forms() {
    let api = api();
    let csv = api
        .rest("POST", "/heap?select=batch,n,note&order=n")
        .prefer("return=representation")
        .csv("batch,n,note\ncsv,1,plain\ncsv,2,\"quo\"\"ted, and\nbroken\"\ncsv,3,NULL\n")
        .send();
    csv.is(201).equals(json!([
        {"batch": "csv", "n": 1, "note": "plain"},
        {"batch": "csv", "n": 2, "note": "quo\"ted, and\nbroken"},
        {"batch": "csv", "n": 3, "note": null}
    ]));
    let form = api
        .rest("POST", "/heap?select=batch,n,note")
        .prefer("return=representation")
        .header("Content-Type", "application/x-www-form-urlencoded")
        .bytes(b"batch=form&n=7&note=a+b%26c".to_vec())
        .send();
    form.is(201).equals(json!([{"batch": "form", "n": 7, "note": "a b&c"}]));
    api.rest("POST", "/heap").csv("batch,n\ncsv,1,2\n").send().refused();
    api.rest("POST", "/heap")
        .header("Content-Type", "image/png")
        .bytes(b"x".to_vec())
        .send()
        .fails(400, "PGRST102");
}

#[test]
fn merges_or_ignores_duplicates() {
    let api = api();
    let upsert = |path: &str, prefer: &str, body: Value| {
        api.rest("POST", path).prefer(prefer).json(body).send()
    };
    let merge = "resolution=merge-duplicates,return=representation";
    let ignore = "resolution=ignore-duplicates,return=representation";
    let rows = json!([{"a": 50, "b": "x", "v": "one"}, {"a": 50, "b": "y", "v": "two"}]);
    upsert("/pair", merge, rows.clone())
        .is(201)
        .equals(rows)
        .has("preference-applied", "resolution=merge-duplicates, return=representation");
    upsert("/pair", merge, json!([{"a": 50, "b": "x", "v": "changed"}]))
        .is(200)
        .equals(json!([{"a": 50, "b": "x", "v": "changed"}]));
    upsert(
        "/pair",
        merge,
        json!([{"a": 50, "b": "x", "v": "again"}, {"a": 50, "b": "z", "v": "new"}]),
    )
    .is(201);
    upsert(
        "/pair",
        ignore,
        json!([{"a": 50, "b": "x", "v": "lost"}, {"a": 50, "b": "w", "v": "kept"}]),
    )
    .is(201)
    .equals(json!([{"a": 50, "b": "w", "v": "kept"}]));
    assert_eq!(
        stands("SELECT string_agg(v, ',' ORDER BY b) FROM write.pair WHERE a = 50"),
        "kept,again,two,new"
    );
    let on_code = upsert(
        "/thing?on_conflict=code&select=id,name",
        merge,
        json!({"id": 51, "code": "c51", "name": "one"}),
    );
    on_code.is(201).equals(json!([{"id": 51, "name": "one"}]));
    upsert("/thing?on_conflict=code&select=name", merge, json!({"code": "c51", "name": "two"}))
        .is(200)
        .equals(json!([{"name": "two"}]));
    upsert("/thing?on_conflict=code&select=name", ignore, json!({"code": "c51", "name": "three"}))
        .equals(json!([]));
    upsert("/keyonly", merge, json!([{"id": 1}, {"id": 1}, {"id": 2}])).refused_or_ok();
    upsert("/thing?on_conflict=name", merge, json!({"name": "x"})).fails(400, "42P10");
    api.post("/pair", json!({"a": 50, "b": "x"})).fails(409, "23505");
}

/// Two rows with the same key in one merge: Postgres refuses (21000, a 500 in the dialect); never half of it.
trait RefusedOrOk {
    fn refused_or_ok(&self);
}
impl RefusedOrOk for howdah_tests::reply::Reply {
    fn refused_or_ok(&self) {
        assert!(
            self.status == 201 || self.well_formed_error()["code"] == "21000",
            "{} {}",
            self.status,
            self.text()
        );
    }
}

#[test]
fn puts_one_row_by_its_key() {
    let api = api();
    let put = |path: &str, body: Value| {
        api.rest("PUT", path).prefer("return=representation").json(body).send()
    };
    put("/pair?a=eq.60&b=eq.x", json!({"a": 60, "b": "x", "v": "made"}))
        .is(201)
        .equals(json!([{"a": 60, "b": "x", "v": "made"}]));
    put("/pair?a=eq.60&b=eq.x", json!({"a": 60, "b": "x", "v": "replaced"}))
        .is(200)
        .equals(json!([{"a": 60, "b": "x", "v": "replaced"}]));
    let quiet = api.rest("PUT", "/pair?a=eq.60&b=eq.x").json(json!({"a": 60, "b": "x"})).send();
    quiet.is(204).has("content-length", None);
    assert_eq!(
        stands("SELECT v FROM write.pair WHERE a = 60"),
        "replaced",
        "only the columns of the body are set"
    );
    put("/pair?a=eq.60", json!({"a": 60, "b": "x"})).fails(405, "PGRST105");
    put("/pair?a=gt.60&b=eq.x", json!({"a": 60, "b": "x"})).fails(405, "PGRST105");
    put("/pair?a=eq.60&b=eq.x", json!({"a": 61, "b": "x"})).fails(400, "PGRST115");
    put("/pair?a=eq.60&b=eq.x&limit=1", json!({"a": 60, "b": "x"})).fails(400, "PGRST114");
    put("/heap?n=eq.1", json!({"n": 1})).refused();
}

#[test]
fn updates() {
    let api = api();
    api.post(
        "/heap",
        json!([{"batch": "up", "n": 1}, {"batch": "up", "n": 2}, {"batch": "up", "n": 3}]),
    )
    .is(201);
    let patch = |path: &str, prefer: &str, body: Value| {
        api.rest("PATCH", path).prefer(prefer).json(body).send()
    };
    patch("/heap?batch=eq.up&n=gt.1&order=n", "return=representation", json!({"note": "changed"}))
        .is(200)
        .equals(json!([{"batch": "up", "n": 2, "note": "changed"}, {"batch": "up", "n": 3, "note": "changed"}]))
        .has("content-range", "0-1/*");
    patch("/heap?batch=eq.up", "return=minimal", json!({"note": "all"}))
        .is(204)
        .has("content-range", "0-2/*")
        .has("content-type", None);
    patch("/heap?batch=eq.up", "count=exact", json!({"note": "counted"}))
        .is(204)
        .has("content-range", "0-2/3");
    patch("/heap?batch=eq.nobody", "return=representation", json!({"note": "x"}))
        .is(200)
        .equals(json!([]))
        .has("content-range", "*/*");
    patch("/heap?batch=eq.nobody", "return=minimal", json!({"note": "x"})).is(204);
    patch("/heap?batch=eq.up", "return=minimal", json!({})).is(204);
    assert_eq!(
        stands("SELECT string_agg(DISTINCT note, ',') FROM write.heap WHERE batch = 'up'"),
        "counted"
    );
    patch("/heap?batch=eq.up", "return=minimal", json!({"nothing": 1})).fails(400, "PGRST204");
    patch("/heap?nothing=eq.up", "return=minimal", json!({"n": 1})).fails(400, "42703");
    patch(
        "/heap?batch=eq.up&columns=n",
        "return=representation",
        json!({"n": 9, "note": "ignored"}),
    )
    .is(200);
    assert_eq!(
        stands("SELECT string_agg(DISTINCT n || note, ',') FROM write.heap WHERE batch = 'up'"),
        "9counted"
    );
    patch("/heap?batch=eq.up", "return=minimal", json!([])).is_success();
}

#[test]
fn deletes() {
    let api = api();
    api.post(
        "/heap",
        json!([{"batch": "del", "n": 1}, {"batch": "del", "n": 2}, {"batch": "del", "n": 3}]),
    )
    .is(201);
    let delete = |path: &str, prefer: &str| api.rest("DELETE", path).prefer(prefer).send();
    delete("/heap?batch=eq.del&n=eq.1", "return=representation")
        .is(200)
        .equals(json!([{"batch": "del", "n": 1, "note": "heaped"}]))
        .has("content-range", "*/*");
    delete("/heap?batch=eq.del&n=eq.2", "return=minimal")
        .is(204)
        .has("content-type", None)
        .has("content-length", None);
    delete("/heap?batch=eq.del", "count=exact").is(204).has("content-range", "*/1");
    delete("/heap?batch=eq.del", "return=representation").is(200).equals(json!([]));
    assert_eq!(stands("SELECT count(*) FROM write.heap WHERE batch = 'del'"), "0");
}

#[test]
fn keeps_to_the_most_rows_that_may_be_affected() {
    let api = api();
    api.post("/heap", json!([{"batch": "max", "n": 1}, {"batch": "max", "n": 2}])).is(201);
    let delete = |prefer: &str| api.rest("DELETE", "/heap?batch=eq.max").prefer(prefer).send();
    let body = delete("handling=strict, max-affected=1").fails(400, "PGRST124");
    assert_eq!(body["details"], "The query affects 2 rows");
    assert_eq!(stands("SELECT count(*) FROM write.heap WHERE batch = 'max'"), "2", "undone");
    let patched = api
        .rest("PATCH", "/heap?batch=eq.max")
        .prefer("handling=strict, max-affected=1")
        .json(json!({"note": "x"}))
        .send();
    patched.fails(400, "PGRST124");
    delete("handling=strict, max-affected=2")
        .is(204)
        .has("preference-applied", "handling=strict, max-affected=2");
    api.post("/heap", json!([{"batch": "max", "n": 1}, {"batch": "max", "n": 2}])).is(201);
    delete("max-affected=1").is(204);
}

#[test]
fn rolls_back_when_asked() {
    let api = api();
    let reply = api
        .rest("POST", "/thing?select=id")
        .prefer("tx=rollback, return=representation")
        .json(json!({"id": 70}))
        .send();
    reply
        .is(201)
        .equals(json!([{"id": 70}]))
        .has("preference-applied", "return=representation, tx=rollback");
    assert_eq!(stands("SELECT count(*) FROM write.thing WHERE id = 70"), "0");
    api.rest("POST", "/thing")
        .prefer("tx=commit")
        .json(json!({"id": 71}))
        .send()
        .is(201)
        .has("preference-applied", "tx=commit");
    assert_eq!(stands("SELECT count(*) FROM write.thing WHERE id = 71"), "1");
}

#[test]
fn refuses_unknown_preferences_only_when_strict() {
    let api = api();
    api.rest("GET", "/thing?limit=0").prefer("anything=goes").send().is(200);
    let body = api
        .rest("GET", "/thing?limit=0")
        .prefer("handling=strict, anything=goes")
        .send()
        .fails(400, "PGRST122");
    assert_eq!(body["message"], "Invalid preferences given with handling=strict");
    api.rest("GET", "/thing?limit=0").prefer("handling=lenient, anything=goes").send().is(200);
}

#[test]
fn maps_violations() {
    let api = api();
    api.post("/strict", json!({"id": 1, "must": "x"})).is(201);
    api.post("/thing", json!({"id": 80, "code": "taken"})).is(201);
    let cases: [(&str, &str, Value, u16, &str); 13] = [
        ("POST", "/strict", json!({"id": 1, "must": "x"}), 409, "23505"),
        ("POST", "/thing", json!({"code": "taken"}), 409, "23505"),
        ("POST", "/child", json!({"id": 81, "thing_id": -1}), 409, "23503"),
        ("POST", "/strict", json!({"id": 82}), 400, "23502"),
        ("POST", "/thing", json!({"qty": -1}), 400, "23514"),
        ("POST", "/strict", json!({"id": 83, "must": "x", "short": "too long"}), 400, "22001"),
        ("POST", "/thing", json!({"qty": "many"}), 400, "22P02"),
        ("POST", "/thing", json!({"qty": 99_999_999_999_i64}), 400, "22003"),
        ("POST", "/thing", json!({"day": "2020-13-40"}), 400, "22008"),
        ("POST", "/thing", json!({"doubled": 3}), 400, "428C9"),
        ("POST", "/thing", json!({"nothing": 3}), 400, "PGRST204"),
        ("POST", "/thing_count", json!({"count": 3}), 405, "55000"),
        ("PATCH", "/thing?id=eq.80", json!({"name": null}), 400, "23502"),
    ];
    each(&cases, |(method, path, body, status, code)| {
        let reply = api.rest(method, path).json(body.clone()).send();
        reply.fails(*status, code);
    });
    let unique = api.post("/strict", json!({"id": 1, "must": "x"})).fails(409, "23505");
    assert_eq!(unique["message"], "duplicate key value violates unique constraint \"strict_pkey\"");
    assert_eq!(unique["details"], "Key (id)=(1) already exists.");
    assert_eq!(unique["hint"], Value::Null);
}

#[test]
fn undoes_the_whole_of_a_failed_request() {
    let api = api();
    let body = json!([{"id": 90, "must": "a"}, {"id": 91, "must": "b"}, {"id": 92, "must": null}]);
    api.post("/strict", body).fails(400, "23502");
    assert_eq!(stands("SELECT count(*) FROM write.strict WHERE id BETWEEN 90 AND 92"), "0");
    let late = api.post("/late_unique", json!([{"id": 1, "place": 1}, {"id": 2, "place": 1}]));
    late.fails(409, "23505");
    assert_eq!(stands("SELECT count(*) FROM write.late_unique WHERE id IN (1, 2)"), "0");
    api.post("/late_unique", json!([{"id": 3, "place": 3}, {"id": 4, "place": 4}])).is(201);
}

#[test]
fn lets_triggers_speak() {
    let api = api();
    let say = |v: &str| api.post("/pair", json!({"a": 95, "b": v, "v": v}));
    let teapot = say("status").fails(418, "PT418");
    assert_eq!(
        teapot,
        json!({"code": "PT418", "message": "I am a teapot", "details": "short", "hint": "and stout"})
    );
    assert_eq!(
        say("plain").fails(400, "P0001"),
        json!({"code": "P0001", "message": "refused", "details": "d", "hint": "h"})
    );
    let whole = say("whole");
    whole.has("x-powered-by", "Nerd Rage");
    assert_eq!(
        whole.fails(402, "123"),
        json!({"code": "123", "message": "Payment Required", "details": "Quota exceeded", "hint": "Upgrade your plan"})
    );
    assert_eq!(stands("SELECT count(*) FROM write.pair WHERE a = 95"), "0");
}

#[test]
fn writes_through_an_updatable_view() {
    let api = api();
    api.post("/thing_view", json!({"id": 85, "name": "viewed"})).is(201);
    api.rest("PATCH", "/thing_view?id=eq.85").json(json!({"name": "renamed"})).send().is(204);
    api.rest("DELETE", "/thing_view?id=eq.85")
        .prefer("return=representation")
        .send()
        .is(200)
        .equals(json!([{"id": 85, "code": null, "name": "renamed"}]));
    // It has the table's key.
    let put = |name: &str| {
        let body = json!({"id": 85, "code": null, "name": name});
        api.rest("PUT", "/thing_view?id=eq.85").json(body).send().is(204);
    };
    put("put");
    put("put again");
    let reply = api
        .rest("POST", "/thing_view")
        .prefer("resolution=merge-duplicates, return=headers-only")
        .json(json!({"id": 85, "name": "merged"}))
        .send();
    reply.has("location", "/thing_view?id=eq.85");
    assert_eq!(stands("SELECT name FROM write.thing WHERE id = 85"), "merged");
    api.rest("DELETE", "/thing_view?id=eq.85").send().is(204);
}

#[test]
fn lets_policies_decide_who_writes_what() {
    let howdah = shared();
    let (one, two) = (Api::user(howdah, "write", 1), Api::user(howdah, "write", 2));
    one.post("/mine", json!({"id": 1, "body": "of one"})).is(201);
    assert_eq!(stands("SELECT owner FROM write.mine WHERE id = 1"), howdah_tests::api::user_id(1));
    two.post("/mine", json!({"id": 2, "owner": howdah_tests::api::user_id(1)})).fails(403, "42501");
    api()
        .post("/mine", json!({"id": 3, "owner": howdah_tests::api::user_id(1)}))
        .fails(401, "42501");
    let patch = |who: &Api, body: Value| {
        who.rest("PATCH", "/mine?id=eq.1").prefer("return=representation").json(body).send()
    };
    patch(&two, json!({"body": "stolen"})).is(200).equals(json!([]));
    patch(&one, json!({"owner": howdah_tests::api::user_id(2)})).fails(403, "42501");
    patch(&one, json!({"body": "kept"})).is(200);
    two.rest("DELETE", "/mine?id=eq.1")
        .prefer("return=representation")
        .send()
        .is(200)
        .equals(json!([]));
    assert_eq!(stands("SELECT body FROM write.mine WHERE id = 1"), "kept");
    // A collision with a hidden row: refused, and the row stays hidden.
    let hidden = two.post("/mine", json!({"id": 1, "body": "mine"})).fails(409, "23505");
    assert!(!hidden.to_string().contains("kept"));
    one.rest("DELETE", "/mine?id=eq.1").send().is(204);
}

#[test]
fn lets_column_grants_decide_who_writes_what() {
    let api = api();
    api.post("/guarded", json!({"id": 1, "public": "p"})).is(201);
    api.post("/guarded", json!({"id": 2, "public": "p", "private": "forged"})).fails(401, "42501");
    api.rest("PATCH", "/guarded?id=eq.1")
        .json(json!({"private": "forged"}))
        .send()
        .fails(401, "42501");
    api.rest("PATCH", "/guarded?id=eq.1").json(json!({"public": "q"})).send().is(204);
    api.rest("DELETE", "/guarded?id=eq.1").send().fails(401, "42501");
    assert_eq!(stands("SELECT private || public FROM write.guarded WHERE id = 1"), "serverq");
    api.post("/dropbox", json!({"id": 1, "body": "posted"})).is(201);
    api.rest("POST", "/dropbox")
        .prefer("return=representation")
        .json(json!({"id": 2}))
        .send()
        .fails(401, "42501");
    api.get("/dropbox").fails(401, "42501");
    assert_eq!(stands("SELECT count(*) FROM write.dropbox"), "1");
}

#[test]
fn writes_to_hostile_names() {
    let api = Api::anon(shared(), r#"SPECIAL "@/\#~_-"#);
    let row = json!({"شناسه": 50, "with space": "'; --", "comma,paren(dot.)": "\"", "quote\"d": "\\", ":colon::cast": "گل", "*": "🌹", "a->b": "x"});
    let reply = api
        .rest("POST", "/تست")
        .prefer("return=representation")
        .json(row.clone())
        .send()
        .is(201)
        .json();
    for (key, value) in row.as_object().expect("an object") {
        assert_eq!(&reply[0][key], value, "{key}");
    }
    api.rest("PATCH", "/تست?شناسه=eq.50").json(json!({"quote\"d": "changed"})).send().is(204);
    api.rest("DELETE", "/تست?شناسه=eq.50").prefer("return=representation").send().is(200);
}
