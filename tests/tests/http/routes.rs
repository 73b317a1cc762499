//! The DBA's own routes (`howdah.route`, `howdah.routes`): arguments, answers, changes, closing by REVOKE.

use howdah_tests::api::{Api, user_id};
use howdah_tests::reply::Reply;
use howdah_tests::server::{Howdah, shared};
use serde_json::json;
use std::time::{Duration, Instant};

fn api(howdah: &Howdah) -> Api<'_> {
    Api::anon(howdah, "rpc")
}

/// Asks until the answer has `status` or a second has passed: what the proxy promises for a changed route.
#[track_caller]
fn within_a_second(ask: impl Fn() -> Reply, status: u16) -> Reply {
    let end = Instant::now() + Duration::from_millis(1500);
    loop {
        let reply = ask();
        if reply.status == status || Instant::now() > end {
            reply.is(status);
            return reply;
        }
        std::thread::sleep(Duration::from_millis(50));
    }
}

#[test]
fn maps_path_query_and_body_to_named_arguments() {
    let howdah = shared();
    howdah.sql("SELECT howdah.route('GET', '/hello/{name}', 'rpc.serve_hello'); SELECT howdah.route('POST', '/hello', 'rpc.serve_hello')");
    let api = api(howdah);
    within_a_second(|| api.call("GET", "/hello/you").send(), 200).equals(json!({"hello": "you"}));
    api.call("GET", "/hello/you?times=2").send().is(200).equals(json!({"hello": "youyou"}));
    api.call("GET", "/hello/a%20b%2Fc").send().is(200).equals(json!({"hello": "a b/c"}));
    api.call("GET", "/hello/%D8%AA").send().is(200).equals(json!({"hello": "ت"}));
    within_a_second(
        || api.call("POST", "/hello").json(json!({"name": "x", "times": 3})).send(),
        200,
    )
    .equals(json!({"hello": "xxx"}));
    api.call("POST", "/hello").json(json!({"times": 3})).send().refused();
    api.call("GET", "/hello/you?times=many").send().refused();
    api.call("GET", "/hello/%FF").send().refused();
    api.call("GET", "/hello").send().refused();
    api.call("GET", "/hello/you/too").send().is(404);
}

#[test]
fn serves_status_and_headers_of_the_function() {
    let howdah = shared();
    howdah.sql("SELECT howdah.route('POST', '/dressed', 'rpc.dressed')");
    let reply = within_a_second(|| api(howdah).call("POST", "/dressed").send(), 202);
    reply.has("x-dress", "blue").equals(json!({"dressed": true}));
}

#[test]
fn follows_changes_within_a_second() {
    let howdah = shared();
    let api = api(howdah);
    api.call("GET", "/changing").send().is(404);
    howdah.sql("SELECT howdah.route('GET', '/changing', 'rpc.greet')");
    within_a_second(|| api.call("GET", "/changing").send(), 200);
    howdah.sql("DELETE FROM howdah.routes WHERE pattern = '/changing'");
    within_a_second(|| api.call("GET", "/changing").send(), 404).well_formed_error();
}

#[test]
fn closes_by_revoke_without_a_trace() {
    let howdah = shared();
    howdah.sql("SELECT howdah.route('GET', '/secret', 'rpc.serve_secret')");
    let user = Api::user(howdah, "rpc", 1);
    within_a_second(|| user.call("GET", "/secret").send(), 200).equals(json!({"secret": 1}));
    let closed = api(howdah).call("GET", "/secret").send();
    let nowhere = api(howdah).call("GET", "/nowhere_at_all").send();
    assert_eq!(closed.status, nowhere.status, "{}\n{}", closed.text(), nowhere.text());
    assert_eq!(closed.json()["code"], nowhere.json()["code"]);
    assert!(!closed.text().contains("serve_secret"), "{}", closed.text());
    howdah.sql("REVOKE EXECUTE ON FUNCTION rpc.serve_secret() FROM authenticated");
    let after = user.call("GET", "/secret").send();
    assert!(matches!(after.status, 403 | 404), "{} {}", after.status, after.text());
    assert!(!after.text().contains("serve_secret"), "{}", after.text());
    howdah.sql("GRANT EXECUTE ON FUNCTION rpc.serve_secret() TO authenticated");
    user.call("GET", "/secret").send().is(200);
}

#[test]
fn closes_built_in_routes_alike() {
    // Every built-in route is a row; psql and the proxy see the same.
    let howdah = shared();
    let count: i64 =
        howdah.value("SELECT count(*) FROM howdah.routes WHERE builtin").parse().expect("a number");
    assert!(count > 0);
}

#[test]
fn refuses_routes_that_make_no_sense() {
    let howdah = shared();
    let mut dba = howdah.dba();
    for (method, pattern, function) in [
        ("GET", "no-slash", "rpc.greet"),
        ("GET", "/a/{}", "rpc.greet"),
        ("GET", "/a/{x", "rpc.greet"),
        ("GET", "/a/{x}/{x}", "rpc.greet"),
        ("BREW", "/tea", "rpc.greet"),
        ("GET", "/b", "rpc.no_such_function"),
        ("GET", "/rest/v1/{table}", "rpc.greet"),
    ] {
        let made = dba.execute(
            "SELECT howdah.route($1::text, $2::text, $3::text)",
            &[&method, &pattern, &function],
        );
        assert!(made.is_err(), "{method} {pattern} {function} was accepted");
    }
}

#[test]
fn is_not_for_api_roles_to_change() {
    let howdah = shared();
    let user = Api::user(howdah, "howdah", 1);
    for path in ["/routes", "/settings", "/keys", "/api_keys", "/roles"] {
        user.get(path).fails(406, "PGRST106");
    }
    for role in ["anon", "authenticated"] {
        for table in ["routes", "settings", "keys", "api_keys", "roles"] {
            let open = howdah.value(&format!(
                "SELECT has_table_privilege('{role}', 'howdah.{table}', 'SELECT, INSERT, UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER')"
            ));
            assert_eq!(open, "f", "{role} on howdah.{table}");
        }
    }
}

#[test]
fn knows_the_caller_in_a_route() {
    let howdah = shared();
    howdah.sql("SELECT howdah.route('GET', '/me', 'rpc.whoami')");
    let me = within_a_second(|| Api::user(howdah, "rpc", 4).call("GET", "/me").send(), 200).json();
    assert_eq!((&me["user"], &me["uid"]), (&json!("authenticated"), &json!(user_id(4))));
}
