//! QUERY: a GET whose query string is its content, and the same by POST with X-HTTP-Method-Override.

use howdah_tests::api::{Api, Call, component};
use howdah_tests::server::shared;
use serde_json::json;
use std::fmt::Write as _;

const FORM: &str = "application/x-www-form-urlencoded";

fn api() -> Api<'static> {
    Api::anon(shared(), "requests")
}

fn query<'h>(api: &Api<'h>, path: &str, content: &str) -> Call<'h> {
    api.rest("QUERY", path).header("Content-Type", FORM).bytes(content.as_bytes().to_vec())
}

/// By POST, with the read's own profile header.
fn posted<'h>(api: &Api<'h>, path: &str, content: &str) -> Call<'h> {
    api.call("POST", &format!("/rest/v1{path}"))
        .header("Accept-Profile", "requests")
        .header("Content-Type", FORM)
        .bytes(content.as_bytes().to_vec())
}

#[test]
fn answers_as_get_does() {
    let api = api();
    for (path, content) in [
        ("/long_read", "select=id&id=lt.4&order=id.desc"),
        ("/long_read?select=id", "id=in.(1,2,3)&limit=2"),
        ("/long_read?select=id&id=lt.4&order=id", ""),
        ("/rpc/above", "bottom=1997&select=id"),
        ("/rpc/above?bottom=1997", "id=eq.1999"),
        ("/long_read", "nothing=eq.1"),
        ("/long_read", "id=foo.1"),
        ("/long_rea", "id=eq.1"),
    ] {
        let joined = match path.contains('?') {
            true => format!("{path}&{content}"),
            false => format!("{path}?{content}"),
        };
        let by_get = api.rest("GET", &joined).prefer("count=exact").send();
        let by_query = query(&api, path, content).prefer("count=exact").send();
        let by_post = posted(&api, path, content)
            .header("X-HTTP-Method-Override", "QUERY")
            .prefer("count=exact")
            .send();
        for reply in [&by_query, &by_post] {
            reply.is(by_get.status);
            assert_eq!(reply.text(), by_get.text(), "{path} {content}");
            for name in ["content-type", "content-range", "content-profile", "vary", "etag"] {
                reply.has(name, by_get.header(name));
            }
        }
    }
}

#[test]
fn takes_more_than_a_url_holds() {
    let api = api();
    let quoted = component(r#""näme, \"q\" &""#);
    let mut list = String::new();
    for n in (1..=2000).step_by(2) {
        let _ = write!(
            list,
            "{}\"{}\"",
            if n > 1 { "," } else { "" },
            component(&format!("row & {n}"))
        );
    }
    let padding = " ".repeat(60_000).replace(' ', "%20");
    let content = format!("select=id&order=id&{quoted}=in.({list},\"{padding}\")");
    assert!(content.len() > 150_000, "{}", content.len());
    let ids = query(&api, "/long_read", &content).send().ids();
    assert_eq!(ids, (1..=2000).step_by(2).collect::<Vec<i64>>());
    let too_long = api.rest("GET", &format!("/long_read?{content}")).try_send();
    assert!(
        too_long.map_or(true, |reply| matches!(reply.status, 414 | 431)),
        "a URL of this length is refused"
    );
}

#[test]
fn a_body_above_the_limit_is_refused() {
    let content = format!("id=eq.1&select=id&{}", "x".repeat(2 << 20));
    let reply = query(&api(), "/long_read", &content).try_send();
    assert!(reply.map_or(true, |reply| reply.status == 413), "limits.max_body holds");
    let many = vec!["id=gt.0"; 1001].join("&");
    query(&api(), "/long_read", &many).send().fails(400, "PGRST100");
}

#[test]
fn is_never_taken_for_an_insert() {
    let api = api();
    for method in ["QUERY", "GET", "query"] {
        let reply = posted(&api, "/long_read", "id=eq.9999&select=id")
            .header("X-HTTP-Method-Override", method)
            .send();
        reply.is(200).equals(json!([]));
    }
    // A method that the override does not do is refused, rather than done as a POST.
    for method in ["DELETE", "PATCH", "PUT", "HEAD", "x"] {
        posted(&api, "/long_read", "id=9999&n=x")
            .header("X-HTTP-Method-Override", method)
            .send()
            .fails(400, "HW400");
    }
    assert_eq!(shared().value("SELECT count(*) FROM requests.long_read WHERE id = 9999"), "0");
}

#[test]
fn cannot_write() {
    let api = api();
    query(&api, "/rpc/add_row", "id=7777").send().fails(405, "25006");
    posted(&api, "/rpc/add_row", "id=7777")
        .header("X-HTTP-Method-Override", "GET")
        .send()
        .fails(405, "25006");
    assert_eq!(shared().value("SELECT count(*) FROM requests.long_read WHERE id = 7777"), "0");
}

#[test]
fn refuses_other_content() {
    let api = api();
    let error = api.rest("QUERY", "/long_read").json(json!({"id": 1})).send();
    error.fails(415, "HW416");
    error.has("accept-query", FORM);
    let untyped = api.rest("QUERY", "/long_read").bytes(b"id=eq.1".to_vec()).send();
    untyped.fails(400, "HW400");
    untyped.has("accept-query", FORM);
    let json = api.rest("POST", "/long_read").header("X-HTTP-Method-Override", "QUERY");
    json.json(json!({"id": 8888})).send().fails(415, "HW416");
    query(&api, "/long_read", "id=eq.%FF").send().fails(400, "HW400");
    query(&api, "/", "").send().refused();
}

#[test]
fn is_named_by_accept_query() {
    let api = api();
    for path in ["/long_read", "/rpc/above"] {
        api.rest("OPTIONS", path).send().is(200).has("accept-query", FORM);
    }
    // A function that writes is no read.
    let reply = api.rest("OPTIONS", "/rpc/add_row").send();
    reply.is(200).has("accept-query", None);
    let preflight = api
        .call("OPTIONS", "/rest/v1/long_read")
        .header("Origin", "https://app.example")
        .header("Access-Control-Request-Method", "QUERY")
        .send();
    let methods = preflight.header("access-control-allow-methods").unwrap_or_default().to_owned();
    assert!(methods.contains("QUERY"), "{methods}");
}

#[test]
fn the_method_seen_by_sql_is_the_one_sent() {
    query(&api(), "/rpc/method_seen", "").send().is(200).equals(json!("QUERY"));
}

#[test]
fn answers_the_same_in_psql() {
    let headers = json!({"Accept-Profile": "requests", "Content-Type": FORM});
    let content = "select=id&id=lt.3&order=id";
    let reply =
        shared().request_in_sql("QUERY", "/rest/v1/long_read", &headers, Some(content), None);
    reply.is(200).equals(json!([{"id": 1}, {"id": 2}]));
    let reply =
        shared().request_in_sql("QUERY", "/rest/v1/rpc/add_row", &headers, Some("id=1"), None);
    assert_eq!(reply.status, 405, "{}", reply.text());
}

#[test]
fn elsewhere_is_no_method_of_ours() {
    let reply = api().call("QUERY", "/auth/v1/health").send();
    assert!(matches!(reply.status, 404 | 405), "{}", reply.text());
    // Routes are not overridden: a limit or lane by method would be walked around.
    let reply = api()
        .call("POST", "/auth/v1/health")
        .header("X-HTTP-Method-Override", "GET")
        .header("Content-Type", FORM)
        .bytes(b"a=b".to_vec())
        .send();
    assert!(matches!(reply.status, 404 | 405), "{}", reply.text());
}
