//! The descriptions of the API: PostgREST's document at the root of REST, and the one of the whole service.

use howdah_tests::api::{Api, component};
use howdah_tests::reply::Reply;
use howdah_tests::server::{Howdah, shared};
use serde_json::{Value, json};
use std::sync::RwLock;

const ODD: &str = "Open {API} 100%";
const OPENAPI: &str = "application/openapi+json; charset=utf-8";
const V31: &str = "application/vnd.oai.openapi+json;version=3.1";

/// Held by whoever changes a setting that the documents depend on.
static SETTINGS: RwLock<()> = RwLock::new(());

/// A setting for the time of a test, given back even if it fails.
struct Set<'h>(&'h Howdah, &'static str);

impl<'h> Set<'h> {
    fn to(howdah: &'h Howdah, key: &'static str, value: &str) -> Self {
        howdah.sql(&format!("SELECT howdah.set('{key}', '{value}')"));
        Self(howdah, key)
    }
}

impl Drop for Set<'_> {
    fn drop(&mut self) {
        self.0.sql(&format!("SELECT howdah.reset('{}')", self.1));
    }
}

fn service(api: &Api<'_>) -> Reply {
    api.call("GET", &format!("/openapi.json?schema={}", component(ODD))).send()
}

fn paths(document: &Value) -> Vec<&str> {
    document["paths"].as_object().expect("paths").keys().map(String::as_str).collect()
}

#[test]
fn the_root_is_a_document_of_the_dialect() {
    let _settings = SETTINGS.read();
    let api = Api::anon(shared(), ODD);
    for accept in ["*/*", "application/json", "application/openapi+json", "text/html, */*;q=0.8"] {
        let reply = api.rest("GET", "/").accept(accept).send();
        reply.is(200).has("content-type", OPENAPI).has("content-profile", ODD);
        let document = reply.json();
        assert_eq!(document["swagger"], "2.0");
        assert_eq!(document["info"]["title"], "An odd API");
        assert_eq!(document["basePath"], "/rest/v1");
    }
    let bare = api.call("GET", "/rest/v1").send();
    assert_eq!(bare.is(200).json()["swagger"], "2.0");
    api.rest("GET", "/").accept("text/csv").send().fails(406, "PGRST107");
    api.rest("POST", "/").json(json!({})).send().fails(405, "PGRST117");
    api.rest("OPTIONS", "/").send().is(200).has("allow", "OPTIONS,GET,HEAD");
    Api::anon(shared(), "nowhere").get("/").fails(406, "PGRST106");
}

#[test]
fn head_has_the_headers_alone() {
    let _settings = SETTINGS.read();
    let api = Api::anon(shared(), ODD);
    let reply = api.rest("HEAD", "/").send();
    reply.is(200).has("content-type", OPENAPI);
    assert!(reply.body.is_empty());
    let reply = api.call("HEAD", "/openapi.json").send();
    reply.is(200).has("content-type", "application/json; charset=utf-8");
    assert!(reply.body.is_empty());
}

#[test]
fn the_newer_document_is_at_the_root_and_at_a_path_of_its_own() {
    let _settings = SETTINGS.read();
    let api = Api::anon(shared(), ODD);
    let root = api.rest("GET", "/").accept(V31).send();
    root.is(200).has("content-type", V31);
    let own = service(&api);
    own.is(200).has("content-type", "application/json; charset=utf-8").has("content-profile", ODD);
    assert_eq!(root.json(), own.json());
    assert_eq!(own.json()["openapi"], "3.1.0");
    let by_header = api.call("GET", "/openapi.json").header("Accept-Profile", ODD).send();
    assert_eq!(by_header.is(200).json(), own.json());
    let default = api.call("GET", "/openapi.json").send();
    assert!(paths(&default.is(200).json()).contains(&"/rest/v1/book"));
    api.call("GET", "/openapi.json?schema=nowhere").send().fails(406, "PGRST106");
    api.call("GET", "/openapi.json").accept("text/csv").send().fails(406, "PGRST107");
    api.call("POST", "/openapi.json").json(json!({})).send().fails(405, "HW405");
}

#[test]
fn is_the_same_in_psql() {
    let _settings = SETTINGS.read();
    let howdah = shared();
    let api = Api::user(howdah, ODD, 1);
    let headers = json!({"accept-profile": ODD});
    for target in ["/rest/v1/", "/openapi.json"] {
        let there = api.call("GET", target).header("Accept-Profile", ODD).send();
        let here = howdah.request_in_sql("GET", target, &headers, None, api.token.as_deref());
        assert_eq!((here.status, here.text()), (200, there.text()), "{target}");
    }
}

#[test]
fn shows_what_the_caller_may_use_and_nothing_else() {
    let _settings = SETTINGS.read();
    let howdah = shared();
    let (anon, user) = (Api::anon(howdah, ODD), Api::user(howdah, ODD, 1));
    for api in [&anon, &user] {
        for text in [api.get("/").text(), service(api).text()] {
            for hidden in ["closed\"", "staff_only", "serve_closed", "openapi_private.hidden"] {
                assert!(!text.contains(hidden), "{hidden}");
            }
        }
    }
    let methods = |api: &Api<'_>| -> Vec<String> {
        let document = service(api).json();
        document["paths"]["/rest/v1/types"].as_object().unwrap().keys().cloned().collect()
    };
    assert_eq!(methods(&anon), ["get"]);
    assert_eq!(
        methods(&user),
        ["get", "post", "patch", "put", "delete"].map(String::from).to_vec().tap_sorted()
    );
    // By column, too.
    let document = service(&user).json();
    let columns = |component: &str| -> Vec<String> {
        let properties = &document["components"]["schemas"][component]["properties"];
        properties.as_object().unwrap().keys().cloned().collect()
    };
    assert_eq!(columns("secret"), ["for", "id"]);
    assert_eq!(columns("secret-Insert"), ["for", "id"]);
    let document = anon.get("/").json();
    assert!(document["paths"]["/secret"]["get"].is_object());
    assert!(document["paths"].get("/closed").is_none());
}

trait Sorted {
    fn tap_sorted(self) -> Self;
}

impl Sorted for Vec<String> {
    fn tap_sorted(mut self) -> Self {
        self.sort();
        self
    }
}

#[test]
fn follows_grants_tables_types_and_comments_with_the_next_request() {
    let _settings = SETTINGS.read();
    let howdah = shared();
    let api = Api::anon(howdah, ODD);
    howdah.sql(&format!(
        "SET search_path = \"{ODD}\"; DROP TABLE IF EXISTS late_one; DROP TYPE IF EXISTS late_mood"
    ));
    let there = || service(&api).json();
    let column = |document: &Value, name: &str| {
        document["components"]["schemas"]["late_one"]["properties"][name].clone()
    };
    let sql = |text: &str| howdah.sql(&format!("SET search_path = \"{ODD}\"; {text}"));
    assert!(!paths(&there()).contains(&"/rest/v1/late_one"));
    sql(
        "CREATE TYPE late_mood AS ENUM ('a'); CREATE TABLE late_one (id int PRIMARY KEY, m late_mood)",
    );
    assert!(!paths(&there()).contains(&"/rest/v1/late_one"), "not granted yet");
    sql("GRANT SELECT (id) ON late_one TO anon");
    let document = there();
    assert!(paths(&document).contains(&"/rest/v1/late_one"));
    assert!(column(&document, "m").is_null());
    sql("GRANT SELECT ON late_one TO anon; COMMENT ON COLUMN late_one.m IS 'first'");
    assert_eq!(column(&there(), "m")["description"], "first");
    sql("COMMENT ON COLUMN late_one.m IS 'second'");
    assert_eq!(column(&there(), "m")["description"], "second");
    assert_eq!(there()["components"]["schemas"]["late_mood"]["enum"], json!(["a"]));
    sql("ALTER TYPE late_mood ADD VALUE 'b'");
    assert_eq!(there()["components"]["schemas"]["late_mood"]["enum"], json!(["a", "b"]));
    sql("ALTER TABLE late_one ADD extra date DEFAULT '2020-02-02'");
    assert_eq!(column(&there(), "extra")["format"], "date");
    sql(
        "CREATE OR REPLACE FUNCTION late_function() RETURNS int LANGUAGE sql AS 'SELECT 1'; REVOKE EXECUTE ON FUNCTION late_function() FROM PUBLIC",
    );
    assert!(!paths(&there()).contains(&"/rest/v1/rpc/late_function"));
    sql("GRANT EXECUTE ON FUNCTION late_function() TO anon");
    assert!(paths(&there()).contains(&"/rest/v1/rpc/late_function"));
    sql("DROP TABLE late_one; DROP TYPE late_mood; DROP FUNCTION late_function()");
    let document = there();
    assert!(!paths(&document).iter().any(|path| path.contains("late_")));
}

#[test]
fn routes_of_the_dba_are_described_for_those_who_may_call_them() {
    let _settings = SETTINGS.read();
    let howdah = shared();
    let document = service(&Api::anon(howdah, ODD)).json();
    let route = &document["paths"]["/openapi-test/things/{want}"];
    assert_eq!(route["get"]["summary"], "A thing by its number.");
    assert!(route["post"].is_object());
    assert!(document["paths"]["/auth/v1/health"]["get"].is_object());
    assert!(document["paths"].get("/openapi-test/closed").is_none());
    let reserved =
        howdah.dba().batch_execute("SELECT howdah.route('GET', '/openapi.json', 'auth.health')");
    assert!(reserved.is_err());
}

#[test]
fn the_demo_is_what_the_kept_documents_describe() {
    let _settings = SETTINGS.read();
    let document = Api::user(shared(), "public", 1).call("GET", "/openapi.json").send().json();
    let kept: Value = serde_json::from_str(include_str!(
        "../../../extension/core/tests/openapi/library.v31.json"
    ))
    .expect("JSON");
    for (name, schema) in kept["components"]["schemas"].as_object().expect("schemas") {
        assert_eq!(document["components"]["schemas"][name], *schema, "{name}");
    }
    for path in paths(&kept) {
        assert!(document["paths"][path].is_object(), "{path}");
    }
    let document = Api::user(shared(), "public", 1).get("/").json();
    let kept: Value = serde_json::from_str(include_str!(
        "../../../extension/core/tests/openapi/library.swagger.json"
    ))
    .expect("JSON");
    for (name, definition) in kept["definitions"].as_object().expect("definitions") {
        assert_eq!(document["definitions"][name], *definition, "{name}");
        assert_eq!(document["paths"][format!("/{name}")], kept["paths"][format!("/{name}")]);
    }
}

#[test]
fn settings_decide_what_is_shown() {
    let _settings = SETTINGS.write();
    let howdah = shared();
    let api = Api::anon(howdah, ODD);
    {
        let _mode = Set::to(howdah, "rest.openapi_mode", "disabled");
        let error = api.get("/").fails(404, "PGRST126");
        assert_eq!(error["message"], "Root endpoint metadata is disabled");
        service(&api).fails(404, "PGRST126");
    }
    {
        let _mode = Set::to(howdah, "rest.openapi_mode", "ignore-privileges");
        let document = api.get("/").is(200).json();
        assert!(document["paths"]["/closed"]["get"].is_object());
        assert!(document["paths"]["/rpc/staff_only"]["post"].is_object());
        assert!(document["definitions"]["secret"]["properties"]["pay"].is_object());
        assert!(service(&api).json()["paths"]["/rest/v1/closed"]["delete"].is_object());
    }
    {
        let _address =
            Set::to(howdah, "rest.openapi_server_proxy_uri", "https://api.example.com/rest/v1");
        let _security = Set::to(howdah, "rest.openapi_security_active", "on");
        let document = api.get("/").json();
        assert_eq!(document["host"], "api.example.com:443");
        assert_eq!(document["schemes"], json!(["https"]));
        assert_eq!(document["security"], json!([{"JWT": []}]));
        assert_eq!(service(&api).json()["servers"], json!([{"url": "https://api.example.com/"}]));
    }
    assert!(api.get("/").json().get("host").is_none());
}

#[test]
fn a_function_of_the_dba_answers_the_root() {
    let _settings = SETTINGS.write();
    let howdah = shared();
    let api = Api::anon(howdah, ODD);
    let _root = Set::to(howdah, "rest.root_spec", "rows_of");
    api.get("/?n=gte.2&select=n").is(200).equals(json!([{"n": 2}, {"n": 3}]));
    api.rest("GET", "/").accept("text/csv").send().is(200);
    let named = howdah.dba().batch_execute("SELECT howdah.set('rest.root_spec', 'a.b')");
    assert!(named.is_err());
    // The newer document stays where it is.
    assert_eq!(service(&api).json()["openapi"], "3.1.0");
}

#[test]
fn a_browser_may_read_it() {
    let _settings = SETTINGS.read();
    let api = Api::anon(shared(), ODD);
    for path in ["/openapi.json", "/rest/v1/"] {
        let reply = api.call("GET", path).header("Origin", "https://docs.example").send();
        reply.is(200);
        assert!(reply.header("access-control-allow-origin").is_some(), "{path}");
    }
}
