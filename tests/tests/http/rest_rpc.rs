//! `/rest/v1/rpc/{function}` by GET and POST.

use howdah_tests::api::{Api, user_id};
use howdah_tests::server::shared;
use howdah_tests::table::each;
use serde_json::{Value, json};
use std::time::Instant;

fn api() -> Api<'static> {
    Api::anon(shared(), "rpc")
}

#[test]
fn calls_by_get_and_post() {
    let api = api();
    let cases: [(&str, &str, Value, Value); 13] = [
        ("add", "a=1&b=2", json!({"a": 1, "b": 2}), json!(3)),
        ("greet", "", json!({}), json!("hello world!")),
        ("greet", "name=you", json!({"name": "you"}), json!("hello you!")),
        ("greet", "mark=%3F", json!({"mark": "?"}), json!("hello world?")),
        ("null_text", "", json!({}), Value::Null),
        ("total", "v=1&v=2&v=3", json!({"v": [1, 2, 3]}), json!(6)),
        ("total", "v=5", json!({"v": [5]}), json!(5)),
        ("labelled", "label=x&v=a&v=b", json!({"label": "x", "v": ["a", "b"]}), json!("x:a+b")),
        ("array_in", "v={1,2,3}", json!({"v": [1, 2, 3]}), json!(3)),
        ("compound", "", json!({}), json!({"x": 1, "y": 2})),
        ("outs", "a=1", json!({"a": 1}), json!({"b": 2, "c": "c"})),
        ("single_out", "a=1", json!({"a": 1}), json!({"b": 2})),
        ("given_json", "j={\"k\":1}", json!({"j": {"k": 1}}), json!({"k": 1})),
    ];
    each(&cases, |(name, query, arguments, wanted)| {
        api.get(&format!("/rpc/{name}?{query}")).is(200).equals(wanted.clone());
        api.rpc(name, arguments.clone()).is(200).equals(wanted.clone());
    });
    api.rpc("nothing", json!({})).is(204).has("content-type", None).has("content-length", None);
    api.rest("POST", "/rpc/greet").send().is(200).equals(json!("hello world!"));
}

#[test]
fn resolves_overloads() {
    let api = api();
    api.get("/rpc/pick?s=x").is(200).equals(json!("text x"));
    api.get("/rpc/pick?a=1").is(200).equals(json!("int 1"));
    api.get("/rpc/pick?a=1&b=2").is(200).equals(json!("two ints"));
    let vague = api.get("/rpc/vague?a=1").fails(300, "PGRST203");
    let message = vague["message"].as_str().unwrap_or_default();
    assert!(
        message
            .starts_with("Could not choose the best candidate function between: rpc.vague(a => "),
        "{message}"
    );
    assert!(vague["hint"].as_str().is_some_and(|h| h.starts_with("Try renaming the parameters")));
}

#[test]
fn returns_sets_as_relations() {
    let api = api();
    assert_eq!(api.ids("/rpc/notes?order=id.desc&limit=2"), [10, 9]);
    assert_eq!(api.ids("/rpc/notes?id=lt.3&order=id"), [1, 2]);
    assert_eq!(api.ids("/rpc/notes_from?start=8&id=neq.9&order=id"), [8, 10]);
    assert_eq!(api.ids("/rpc/notes?or=(id.eq.1,id.eq.5)&order=id"), [1, 5]);
    api.get("/rpc/notes?select=id,folder(name)&id=eq.1")
        .is(200)
        .equals(json!([{"id": 1, "folder": {"name": "two"}}]));
    api.get("/rpc/notes?select=key:id&id=eq.1").is(200).equals(json!([{"key": 1}]));
    api.get("/rpc/one_note?note_id=3&select=id").is(200).equals(json!({"id": 3}));
    api.get("/rpc/numbers").is(200).equals(json!([1, 2, 3, 4, 5]));
    api.get("/rpc/listed?id=gt.1&order=id")
        .is(200)
        .equals(json!([{"id": 2, "twice": 4}, {"id": 3, "twice": 6}]));
    let counted = api.rest("GET", "/rpc/notes?limit=3").prefer("count=exact").send();
    counted.is(206).has("content-range", "0-2/10");
    let posted =
        api.rest("POST", "/rpc/notes_from?order=id&select=id").json(json!({"start": 9})).send();
    assert_eq!(posted.ids(), [9, 10]);
    let single = api
        .rest("GET", "/rpc/notes?id=eq.1&select=id")
        .accept("application/vnd.pgrst.object+json")
        .send();
    single.is(200).equals(json!({"id": 1}));
}

#[test]
fn takes_raw_bodies() {
    let api = api();
    let raw = |name: &str, kind: &str, body: &[u8]| {
        api.rest("POST", &format!("/rpc/{name}"))
            .header("Content-Type", kind)
            .bytes(body.to_vec())
            .send()
    };
    raw("raw_json", "application/json", br#"{"a": [1]}"#)
        .is(200)
        .equals(json!({"got": {"a": [1]}}));
    raw("raw_text", "text/plain", "shout ü".as_bytes()).is(200).equals(json!("SHOUT Ü"));
    raw("raw_bytes", "application/octet-stream", &[0, 159, 146, 150, 255]).is(200).equals(json!(5));
}

#[test]
fn writes_by_post_and_never_by_get() {
    let api = api();
    let before: i64 = shared().value("SELECT n FROM rpc.counter").parse().expect("a number");
    api.get("/rpc/bump").fails(405, "25006");
    api.get("/rpc/stable_write").refused();
    assert_eq!(shared().value("SELECT n FROM rpc.counter"), before.to_string());
    api.rpc("bump", json!({})).is(200).equals(json!(before + 1));
    api.rest("HEAD", "/rpc/greet").send().is(200);
    api.rest("PATCH", "/rpc/greet").json(json!({})).send().fails(405, "PGRST101");
    api.rest("DELETE", "/rpc/greet").send().fails(405, "PGRST101");
    api.rest("PUT", "/rpc/greet").json(json!({})).send().fails(405, "PGRST101");
}

#[test]
fn sets_status_and_headers() {
    let api = api();
    let reply = api.rpc("dressed", json!({}));
    reply.is(202).has("x-dress", "blue").equals(json!({"dressed": true}));
    let cookies: Vec<_> =
        reply.headers.iter().filter(|(n, _)| n == "set-cookie").map(|(_, v)| v.as_str()).collect();
    assert_eq!(cookies, ["a=1", "b=2"]);
    api.rpc("bad_headers", json!({})).fails(500, "PGRST111");
    api.rpc("bad_status", json!({})).fails(500, "PGRST112");
    let split = api.rpc("split_header", json!({}));
    assert!(split.header("x-evil").is_none(), "a header may not carry a line break");
}

#[test]
fn maps_raised_states() {
    let api = api();
    let cases = [
        ("P0001", 400),
        ("P0002", 500),
        ("PT401", 401),
        ("PT404", 404),
        ("PT409", 409),
        ("PT503", 503),
        ("22023", 400),
        ("23505", 409),
        ("42501", 401),
        ("42883", 404),
        ("42P01", 404),
        ("28000", 403),
        ("0LP01", 403),
        ("53400", 500),
        ("53300", 503),
        ("54000", 500),
        ("55000", 500),
        ("XX000", 500),
        ("40000", 500),
        ("08000", 503),
        ("22012", 400),
    ];
    each(&cases, |(state, status)| {
        let reply = api.rpc("fails_with", json!({"state": state}));
        reply.is(*status);
        let body = reply.well_formed_error();
        assert_eq!(body["code"], *state);
        if *status < 500 || state.starts_with("PT") {
            assert_eq!(
                (&body["message"], &body["details"], &body["hint"]),
                (&json!("told"), &json!("d"), &json!("h"))
            );
        }
    });
    Api::user(shared(), "rpc", 1).rpc("fails_with", json!({"state": "42501"})).fails(403, "42501");
}

#[test]
fn says_what_was_not_found() {
    let api = api();
    let body = api.get("/rpc/adds?a=1&b=2").fails(404, "PGRST202");
    assert_eq!(body["message"], "Could not find the function rpc.adds(a, b) in the schema cache");
    assert_eq!(body["hint"], "Perhaps you meant to call the function rpc.add");
    api.rpc("add", json!({"a": 1})).fails(404, "PGRST202");
    api.rpc("add", json!({"a": 1, "b": 2, "c": 3})).fails(404, "PGRST202");
    api.rpc("add", json!({"a": "x", "b": 2})).fails(400, "22P02");
    api.rpc("nowhere", json!({})).fails(404, "PGRST202");
}

#[test]
fn lets_execute_grants_decide() {
    api().get("/rpc/members_only").fails(401, "42501");
    Api::user(shared(), "rpc", 1).get("/rpc/members_only").is(200).equals(json!("inside"));
}

#[test]
fn tells_functions_who_calls() {
    let howdah = shared();
    api().get("/rpc/whoami").is(200).equals(json!({"user": "anon", "uid": null, "role": "anon", "email": null, "jwt": api().get("/rpc/whoami").json()["jwt"]}));
    let who = Api::holder(
        howdah,
        "rpc",
        "authenticated",
        json!({"sub": user_id(7), "email": "a@b.example", "app_metadata": {"x": [1]}}),
    );
    let body = who.get("/rpc/whoami").is(200).json();
    assert_eq!(
        (&body["user"], &body["uid"], &body["role"], &body["email"]),
        (
            &json!("authenticated"),
            &json!(user_id(7)),
            &json!("authenticated"),
            &json!("a@b.example")
        )
    );
    assert_eq!(body["jwt"]["app_metadata"], json!({"x": [1]}));
    let claims = who.get("/rpc/setting?name=request.jwt.claims").is(200).json();
    let claims: Value =
        serde_json::from_str(claims.as_str().expect("text")).expect("claims are JSON");
    assert_eq!(claims["sub"], user_id(7));
    who.get("/rpc/setting?name=request.method").is(200).equals(json!("GET"));
    let path = who.get("/rpc/setting?name=request.path").is(200).json();
    assert!(path.as_str().is_some_and(|p| p.ends_with("/rpc/setting")), "{path}");
    let reply = who
        .rest("GET", "/rpc/setting?name=request.headers")
        .header("X-Mine", "yes")
        .header("X-Forwarded-For", "192.0.2.1")
        .send();
    let id = reply.header("x-request-id").expect("an id").to_owned();
    let headers = reply.json();
    let headers: Value =
        serde_json::from_str(headers.as_str().expect("text")).expect("headers are JSON");
    assert_eq!(headers["x-mine"], "yes");
    // The address is the one that the proxy found, not the one that a client claims.
    assert_eq!(headers["x-forwarded-for"], "127.0.0.1");
    assert_eq!(headers["x-request-id"], json!(id));
    let cookies = who
        .rest("GET", "/rpc/setting?name=request.cookies")
        .header("Cookie", "a=1; b=2")
        .send()
        .json();
    let cookies: Value =
        serde_json::from_str(cookies.as_str().expect("text")).expect("cookies are JSON");
    assert_eq!(cookies, json!({"a": "1", "b": "2"}));
}

#[test]
fn keeps_to_a_functions_own_time_limit() {
    let start = Instant::now();
    let body = api().rpc("impatient", json!({})).well_formed_error();
    assert_eq!(body["code"], "57014");
    assert!(start.elapsed().as_secs_f64() < 3.0, "{:?}", start.elapsed());
    api().rpc("sleeps", json!({"seconds": 0.3})).is(200).equals(json!("slept"));
}

#[test]
fn runs_at_a_functions_own_isolation_level() {
    api().get("/rpc/isolation").is(200).equals(json!("serializable"));
    api().get("/rpc/setting?name=transaction_isolation").is(200).equals(json!("read committed"));
}

#[test]
fn ends_endless_recursion_with_an_answer() {
    let reply = api().rpc("deep", json!({"n": 0}));
    reply.is(500);
    assert_eq!(reply.well_formed_error()["code"], "54001");
    api().get("/rpc/add?a=1&b=1").is(200);
}
