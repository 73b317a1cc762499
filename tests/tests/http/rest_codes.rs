//! Every code that a caller can provoke: status, form and headers of the error, and what its hint may say.

use howdah_tests::api::{Api, Call};
use howdah_tests::forge::{hs256, now};
use howdah_tests::reply::Reply;
use howdah_tests::server::shared;
use howdah_tests::table::each;
use serde_json::{Value, json};

fn anon() -> Api<'static> {
    Api::anon(shared(), "proof")
}

fn user() -> Api<'static> {
    Api::user(shared(), "proof", 1)
}

/// Status, code, and all that goes with any error of the dialect.
#[track_caller]
fn told(reply: &Reply, status: u16, code: &str) -> Value {
    let body = reply.fails(status, code);
    let proxy_status = format!("PostgREST; error={code}");
    reply.has("proxy-status", proxy_status.as_str());
    let length = reply.header("content-length").and_then(|n| n.parse().ok());
    assert_eq!(length, Some(reply.body.len()), "{}", reply.text());
    let keys = ["code", "details", "hint", "message"];
    let places = keys.map(|key| reply.text().find(&format!("\"{key}\":")).expect("the key"));
    assert!(places.is_sorted(), "keys in another order: {}", reply.text());
    let challenge = reply.header("www-authenticate");
    assert_eq!(challenge.is_some_and(|c| c.starts_with("Bearer")), status == 401, "{challenge:?}");
    body
}

/// `METHOD path`, with a body of JSON if there is one.
#[track_caller]
fn asked(api: &Api<'static>, line: &str, body: &str) -> Call<'static> {
    let (method, path) = line.split_once(' ').expect("METHOD path");
    let call = api.rest(method, path);
    if body.is_empty() {
        return call;
    }
    call.header("Content-Type", "application/json").bytes(body.as_bytes().to_vec())
}

/// A request line, its headers (`name: value`, apart by `|`), its body; the answer.
type Case = (&'static str, &'static str, &'static str, u16, &'static str);

#[track_caller]
fn provoke(api: &Api<'static>, cases: &[Case]) {
    each(cases, |(line, headers, body, status, code)| {
        let mut call = asked(api, line, body);
        for header in headers.split('|').filter(|h| !h.is_empty()) {
            let (name, value) = header.split_once(": ").expect("name: value");
            call.headers.retain(|(n, _)| !n.eq_ignore_ascii_case(name));
            call = call.header(name, value);
        }
        told(&call.send(), *status, code);
    });
}

#[test]
fn tells_what_is_wrong_with_a_request() {
    let strict = "Prefer: handling=strict, max-affected=1";
    provoke(
        &user(),
        &[
            ("GET /ship?id=foo.1", "", "", 400, "PGRST100"),
            ("GET /ship?select=(", "", "", 400, "PGRST100"),
            ("PATCH /rpc/ring", "", "{}", 405, "PGRST101"),
            ("PUT /rpc/ring", "", "{}", 405, "PGRST101"),
            ("DELETE /rpc/ring", "", "", 405, "PGRST101"),
            ("POST /ship", "", "{", 400, "PGRST102"),
            ("POST /ship", "", "[{\"name\":\"a\"},{\"built\":1900}]", 400, "PGRST102"),
            ("GET /ship?limit=-1", "", "", 416, "PGRST103"),
            ("GET /ship?offset=-1", "", "", 416, "PGRST103"),
            ("GET /ship", "Range: 5-1", "", 416, "PGRST103"),
            ("GET /ship?offset=100000", "Prefer: count=exact", "", 416, "PGRST103"),
            ("PUT /port?name=eq.x", "", "{\"id\":1,\"name\":\"x\"}", 405, "PGRST105"),
            ("PUT /port?id=gt.1", "", "{\"id\":1,\"name\":\"x\"}", 405, "PGRST105"),
            ("GET /ship", "Accept-Profile: nowhere", "", 406, "PGRST106"),
            ("POST /ship", "Content-Profile: nowhere", "{}", 406, "PGRST106"),
            ("GET /ship", "Accept: unknown/unknown", "", 406, "PGRST107"),
            ("GET /ship?port.name=eq.x", "", "", 400, "PGRST108"),
            ("POST /rpc/bad_headers", "", "{}", 500, "PGRST111"),
            ("POST /rpc/bad_status", "", "{}", 500, "PGRST112"),
            ("PUT /port?id=eq.1&limit=1", "", "{\"id\":1,\"name\":\"x\"}", 400, "PGRST114"),
            ("PUT /port?id=eq.1", "", "{\"id\":2,\"name\":\"x\"}", 400, "PGRST115"),
            ("GET /ship", "Accept: application/vnd.pgrst.object+json", "", 406, "PGRST116"),
            ("GET /ship?id=eq.0", "Accept: application/vnd.pgrst.object+json", "", 406, "PGRST116"),
            ("GET /port?select=id,visit(day)&order=visit(day)", "", "", 400, "PGRST118"),
            ("GET /ship?select=id,port(name)&port=eq.1", "", "", 400, "PGRST120"),
            ("POST /rpc/bad_raise", "", "{}", 500, "PGRST121"),
            ("GET /ship", "Prefer: handling=strict, nonsense", "", 400, "PGRST122"),
            ("DELETE /visit?id=gt.0", strict, "", 400, "PGRST124"),
            ("PATCH /visit?id=gt.0", strict, "{\"fee\":1}", 400, "PGRST124"),
            ("POST /rpc/scuttle", strict, "{\"ship_name\":\"%\"}", 400, "PGRST124"),
            ("GET /ship/1", "", "", 404, "PGRST125"),
            ("GET /rpc/ring/1", "", "", 404, "PGRST125"),
            (
                "PATCH /visit?limit=1&order=id",
                "",
                "[{\"id\":1,\"fee\":1},{\"id\":2,\"fee\":1}]",
                400,
                "PGRST127",
            ),
            ("POST /rpc/one_value", strict, "{}", 400, "PGRST128"),
        ],
    );
}

#[test]
fn tells_what_is_not_there() {
    provoke(
        &user(),
        &[
            ("GET /ship?select=id,hold(id)", "", "", 400, "PGRST200"),
            ("GET /voyage?select=id,port(name)", "", "", 300, "PGRST201"),
            ("POST /rpc/nowhere", "", "{}", 404, "PGRST202"),
            ("GET /rpc/add_up?more=1", "", "", 404, "PGRST202"),
            ("GET /rpc/vague?a=1", "", "", 300, "PGRST203"),
            ("POST /ship", "", "{\"nowhere\":1}", 400, "PGRST204"),
            ("PATCH /ship?id=eq.0", "", "{\"nowhere\":1}", 400, "PGRST204"),
            ("GET /nowhere", "", "", 404, "PGRST205"),
            ("GET /ship?select=nowhere", "", "", 400, "42703"),
            ("GET /ship?nowhere=eq.1", "", "", 400, "42703"),
        ],
    );
}

#[test]
fn tells_what_is_wrong_with_a_token() {
    let api = anon();
    let fresh = shared().mint("authenticated", &json!({}), "1 hour");
    let mut broken = fresh.clone();
    broken.truncate(fresh.len() - 4);
    let secret = "codes are proven with a key of their own";
    shared().sql(&format!("DELETE FROM howdah.keys WHERE kid = 'tests-codes'; SELECT howdah.import_key('tests-codes', 'HS256', '{secret}')"));
    let expired = hs256(
        "tests-codes",
        &json!({"role": "authenticated", "exp": now() - 60}),
        secret.as_bytes(),
    );
    for (token, code) in [
        ("nonsense".to_owned(), "PGRST301"),
        ("a.b".to_owned(), "PGRST301"),
        (broken, "PGRST301"),
        (expired, "PGRST303"),
    ] {
        let reply = api.with_token(&token).get("/port");
        let body = told(&reply, 401, code);
        let challenge = reply.header("www-authenticate").unwrap_or_default();
        assert!(challenge.contains("error=\"invalid_token\""), "{challenge}");
        assert!(challenge.contains(body["message"].as_str().unwrap_or("?")), "{challenge}");
        assert!(!reply.text().contains(&token), "the token is shown");
    }
}

#[test]
fn tells_what_postgres_refuses() {
    let gets = "GET /rpc/writes_in_stable";
    provoke(
        &user(),
        &[
            ("POST /port", "", "{\"id\":1,\"name\":\"again\"}", 409, "23505"),
            ("POST /visit", "", "{\"id\":900,\"ship_id\":0}", 409, "23503"),
            ("DELETE /port?id=eq.1", "", "", 409, "23503"),
            ("POST /ship", "", "{\"name\":null}", 400, "23502"),
            ("POST /ship", "", "{\"name\":\"codes\",\"built\":1}", 400, "23514"),
            ("GET /ship?id=eq.x", "", "", 400, "22P02"),
            ("GET /visit?day=eq.never", "", "", 400, "22007"),
            ("GET /visit?fee=eq.1e999999", "", "", 400, "22003"),
            ("POST /port", "", "{\"id\":99999999999,\"name\":\"x\"}", 400, "22003"),
            ("GET /ship?draught=cs.[3,1)", "", "", 400, "22000"),
            ("GET /ship?cargo=cs.x", "", "", 400, "22P02"),
            ("GET /ship?id=like.1*", "", "", 404, "42883"),
            ("GET /port?select=name::nonsense", "", "", 400, "42704"),
            ("GET /hold", "", "", 403, "42501"),
            ("GET /looped", "", "", 500, "42P17"),
            (gets, "", "", 405, "25006"),
            ("GET /ship", "Prefer: timezone=Nowhere/Nowhere", "", 400, "22023"),
        ],
    );
    // Without a token a refusal asks for one.
    told(&anon().get("/hold"), 401, "42501");
    told(&anon().post("/port", json!({"id": 901, "name": "x"})), 401, "42501");
}

#[test]
fn gives_each_sqlstate_its_status() {
    let api = user();
    let cases: &[(&str, u16)] = &[
        ("08006", 503),
        ("09000", 500),
        ("0L000", 403),
        ("0P000", 403),
        ("21000", 500),
        ("22012", 400),
        ("22023", 400),
        ("23000", 400),
        ("23502", 400),
        ("23503", 409),
        ("23505", 409),
        ("23514", 400),
        ("23P01", 400),
        ("24000", 400),
        ("25000", 500),
        ("25006", 405),
        ("26000", 400),
        ("28000", 403),
        ("28P01", 403),
        ("2D000", 500),
        ("34000", 400),
        ("38000", 500),
        ("39000", 500),
        ("3B000", 500),
        ("3D000", 400),
        ("3F000", 400),
        ("42501", 403),
        ("42601", 400),
        ("42703", 400),
        ("42883", 404),
        ("42P01", 404),
        ("42P17", 500),
        ("44000", 400),
        ("53000", 503),
        ("53100", 503),
        ("53400", 500),
        ("54000", 500),
        ("54001", 500),
        ("55000", 500),
        ("55P03", 500),
        ("57000", 500),
        ("57014", 500),
        ("58000", 500),
        ("58030", 500),
        ("F0000", 500),
        ("HV000", 500),
        ("P0001", 400),
        ("P0002", 500),
        ("P0003", 500),
        ("XX000", 500),
        ("XX001", 500),
        ("PT200", 200),
        ("PT402", 402),
        ("PT418", 418),
        ("PT503", 503),
        ("ZZ999", 400),
    ];
    each(cases, |(state, status)| {
        let reply = api.rpc("raises", json!({"state": state, "message": "canary"}));
        let body = reply.fails(*status, state);
        let chosen = state.starts_with("PT");
        let open = *status < 500 || chosen;
        assert_eq!(body["details"] == json!("the detail"), open, "{body}");
        assert_eq!(body["hint"] == json!("the hint"), open, "{body}");
        // What Postgres says of a fault of its own is for the log.
        assert_eq!(body["message"] == json!("canary"), open || state.starts_with("P0"), "{body}");
        if chosen {
            assert_eq!(reply.reason, "canary");
        }
    });
    // A connection is no worse for what was raised on it.
    api.get("/port?id=eq.1").is(200);
}

#[test]
fn lets_sql_say_the_whole_answer() {
    let reply = user().rpc("whole_answer", json!({}));
    let body = reply.fails(425, "TIDE");
    assert_eq!(
        body,
        json!({"code": "TIDE", "details": "wait", "hint": "six hours", "message": "the tide is out"})
    );
    reply.has("retry-after", "21600");
    assert_eq!(reply.reason, "Too Early");
    let bad = user().rpc("bad_raise", json!({}));
    assert!(bad.fails(500, "PGRST121")["hint"].as_str().is_some_and(|h| h.starts_with("MESSAGE")));
}

#[test]
fn hints_at_what_the_caller_may_see_only() {
    let (anon, user) = (anon(), user());
    // Near a table that is granted; near one that is not.
    let hint = |api: &Api<'static>, path: &str, status: u16, code: &str| {
        told(&api.get(path), status, code)["hint"].clone()
    };
    assert_eq!(
        hint(&anon, "/shipp", 404, "PGRST205"),
        json!("Perhaps you meant the table 'proof.ship'")
    );
    for path in ["/hol", "/holds"] {
        assert_eq!(hint(&user, path, 404, "PGRST205"), Value::Null, "{path}");
    }
    // Near a function.
    assert_eq!(
        hint(&anon, "/rpc/fleets", 404, "PGRST202"),
        json!("Perhaps you meant to call the function proof.fleet")
    );
    assert_eq!(
        hint(&user, "/rpc/secret_pth", 404, "PGRST202"),
        json!("Perhaps you meant to call the function proof.secret_path")
    );
    let other = hint(&anon, "/rpc/secret_pth", 404, "PGRST202");
    assert!(!other.to_string().contains("secret_path"), "{other}");
    // Near a relationship.
    assert_eq!(
        hint(&anon, "/ship?select=id,vist(id)", 400, "PGRST200"),
        json!("Perhaps you meant 'visit' instead of 'vist'.")
    );
    // Candidates of an ambiguous embed, with their hints.
    let reply = anon.get("/voyage?select=id,port(name)");
    let body = told(&reply, 300, "PGRST201");
    assert_eq!(
        body["details"],
        json!([
            {"cardinality": "many-to-one", "embedding": "voyage with port", "relationship": "voyage_from using voyage(from_port) and port(id)"},
            {"cardinality": "many-to-one", "embedding": "voyage with port", "relationship": "voyage_to using voyage(to_port) and port(id)"},
        ])
    );
    assert_eq!(
        body["hint"],
        json!(
            "Try changing 'port' to one of the following: 'port!voyage_from', 'port!voyage_to'. Find the desired relationship in the 'details' key."
        )
    );
    // The schemas that are exposed are no secret; those that are not stay one.
    let nowhere = Api::anon(shared(), "nowhere").get("/x");
    let schemas = told(&nowhere, 406, "PGRST106");
    assert!(!schemas.to_string().contains("howdah"), "{schemas}");
}

#[test]
fn answers_errors_of_head_without_a_body() {
    for (path, status) in [("/nowhere", 404), ("/ship?id=eq.x", 400), ("/ship?limit=-1", 416)] {
        let reply = user().rest("HEAD", path).send();
        reply.is(status);
        assert!(reply.body.is_empty(), "{path}");
    }
}

#[test]
fn answers_errors_as_json_whatever_was_accepted() {
    for accept in
        ["text/csv", "application/vnd.pgrst.object+json", "application/octet-stream", "*/*"]
    {
        told(&user().rest("GET", "/nowhere").accept(accept).send(), 404, "PGRST205");
    }
}
