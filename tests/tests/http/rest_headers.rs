//! Headers of requests and answers: ranges, preferences, profiles, methods, and what SQL says of the answer.

use howdah_tests::api::{Api, Call};
use howdah_tests::server::shared;
use howdah_tests::table::each;
use serde_json::{Value, json};

fn api() -> Api<'static> {
    Api::anon(shared(), "headed")
}

fn with<'h>(call: Call<'h>, headers: &[(&str, &str)]) -> Call<'h> {
    headers.iter().fold(call, |call, (name, value)| call.header(name, value))
}

/// Headers of a request.
type Sent<'h> = &'h [(&'h str, &'h str)];

#[test]
fn ranges_are_told_and_kept() {
    let api = api();
    // Fifteen rows. Path, headers, status, Content-Range.
    let exact = ("Prefer", "count=exact");
    let range = |value: &'static str| ("Range", value);
    let unit = ("Range-Unit", "items");
    let cases: [(&str, Sent<'_>, u16, &str); 20] = [
        ("", &[], 200, "0-14/*"),
        ("", &[exact], 200, "0-14/15"),
        ("?n=eq.99", &[], 200, "*/*"),
        ("?n=eq.99", &[exact], 200, "*/0"),
        ("", &[unit, range("0-1")], 200, "0-1/*"),
        ("", &[unit, range("0-1"), exact], 206, "0-1/15"),
        ("", &[range("10-")], 200, "10-14/*"),
        ("", &[range("0-100"), exact], 200, "0-14/15"),
        ("", &[range("15-"), exact], 206, "*/15"),
        ("", &[range("20-30")], 200, "*/*"),
        ("?limit=2", &[], 200, "0-1/*"),
        ("?limit=2&offset=3", &[exact], 206, "3-4/15"),
        ("?limit=0", &[], 200, "*/*"),
        ("?limit=0", &[exact], 206, "*/15"),
        ("?limit=5&offset=3", &[range("4-5")], 200, "4-5/*"),
        ("?limit=5", &[range("3-")], 200, "3-4/*"),
        ("?limit=3", &[("Prefer", "count=planned")], 206, "0-2/15"),
        ("?limit=3", &[("Prefer", "count=estimated")], 206, "0-2/15"),
        ("", &[range("bytes=0-1")], 200, "0-14/*"),
        ("", &[range("x-y")], 200, "0-14/*"),
    ];
    each(&cases, |(query, headers, status, wanted)| {
        let order = if query.is_empty() { "?order=n" } else { "&order=n" };
        let reply = with(api.rest("GET", &format!("/numbered{query}{order}")), headers).send();
        reply.is(*status).has("content-range", *wanted).has("range-unit", None);
    });
    // HEAD tells the same and has no body; Range is for GET alone.
    let head = api.rest("HEAD", "/numbered?limit=2").prefer("count=exact").send();
    head.is(206).has("content-range", "0-1/15");
    assert!(head.body.is_empty());
    api.rest("HEAD", "/numbered")
        .header("Range", "0-1")
        .send()
        .is(200)
        .has("content-range", "0-14/*");
}

#[test]
fn ranges_that_cannot_be_are_refused() {
    let api = api();
    let cases: [(&str, Sent<'_>, &str); 5] = [
        (
            "?offset=16",
            &[("Prefer", "count=exact")],
            "An offset of 16 was requested, but there are only 15 rows.",
        ),
        (
            "",
            &[("Range", "99-100"), ("Prefer", "count=exact")],
            "An offset of 99 was requested, but there are only 15 rows.",
        ),
        (
            "",
            &[("Range", "1-0")],
            "The lower boundary must be lower than or equal to the upper boundary in the Range header.",
        ),
        ("?limit=-1", &[], "Limit should be greater than or equal to zero."),
        (
            "?n=eq.99&offset=1",
            &[("Prefer", "count=exact")],
            "An offset of 1 was requested, but there are only 0 rows.",
        ),
    ];
    each(&cases, |(query, headers, details)| {
        let reply = with(api.rest("GET", &format!("/numbered{query}")), headers).send();
        let body = reply.fails(416, "PGRST103");
        assert_eq!(
            (&body["message"], &body["details"]),
            (&json!("Requested range not satisfiable"), &json!(details))
        );
    });
    let beyond = api.rest("GET", "/numbered?offset=16").prefer("count=exact").send();
    beyond.is(416).has("content-range", "*/15");
}

#[test]
fn counts_are_those_of_views_functions_and_embeds() {
    let api = api();
    let count = |path: &str, kind: &str| {
        let reply = api.rest("GET", path).prefer(&format!("count={kind}")).send();
        reply.is_success().has("preference-applied", format!("count={kind}").as_str());
        reply.header("content-range").unwrap_or_default().to_owned()
    };
    assert_eq!(count("/numbered_view?limit=1", "exact"), "0-0/15");
    assert_eq!(count("/rpc/numbered_from?start=6&limit=1", "exact"), "0-0/10");
    assert_eq!(count("/numbered?select=n,child!inner(id)&limit=1", "exact"), "0-0/2");
    assert_eq!(count("/numbered?select=n,child(id)&child.id=eq.1&limit=1", "exact"), "0-0/15");
    assert_eq!(count("/numbered?or=(n.eq.1,n.gt.13)&limit=1", "exact"), "0-0/3");
    let planned = count("/numbered_view?limit=1", "planned");
    assert_eq!(planned, "0-0/15", "statistics are fresh");
    // A count that is none is ignored.
    let none = api.rest("GET", "/numbered?limit=1").prefer("count=wrong").send();
    none.is(200).has("content-range", "0-0/*").has("preference-applied", None);
}

#[test]
fn preferences_that_were_honoured_are_told() {
    let api = api();
    type Case<'c> = (&'c str, &'c str, Option<Value>, &'c str, Option<&'c str>);
    let cases: [Case<'_>; 14] = [
        (
            "GET",
            "/numbered?limit=1",
            None,
            "handling=lenient, timezone=Asia/Tokyo, count=exact",
            Some("count=exact, handling=lenient, timezone=Asia/Tokyo"),
        ),
        (
            "GET",
            "/numbered?limit=1",
            None,
            "return=representation, resolution=merge-duplicates, missing=default",
            None,
        ),
        (
            "GET",
            "/numbered?limit=1",
            None,
            "max-affected=1, handling=strict",
            Some("handling=strict"),
        ),
        ("GET", "/numbered?limit=1", None, "unknown=1", None),
        (
            "POST",
            "/keyed",
            Some(json!({"id": 50})),
            "return=minimal, tx=rollback",
            Some("return=minimal, tx=rollback"),
        ),
        (
            "POST",
            "/keyed",
            Some(json!({"id": 50})),
            "return=headers-only, tx=rollback",
            Some("return=headers-only, tx=rollback"),
        ),
        (
            "POST",
            "/keyed",
            Some(json!({"id": 50})),
            "resolution=ignore-duplicates, tx=rollback, missing=default",
            Some("resolution=ignore-duplicates, missing=default, tx=rollback"),
        ),
        (
            "POST",
            "/keyless",
            Some(json!({"id": 50})),
            "resolution=merge-duplicates, tx=rollback",
            Some("tx=rollback"),
        ),
        (
            "PATCH",
            "/keyed?id=eq.1",
            Some(json!({"name": "x"})),
            "return=representation, count=exact, tx=rollback",
            Some("return=representation, count=exact, tx=rollback"),
        ),
        (
            "PATCH",
            "/keyed?id=eq.1",
            Some(json!({"name": "x"})),
            "max-affected=5, handling=strict, tx=rollback",
            Some("tx=rollback, handling=strict, max-affected=5"),
        ),
        (
            "PATCH",
            "/keyed?id=eq.1",
            Some(json!({"name": "x"})),
            "max-affected=5, tx=rollback",
            Some("tx=rollback"),
        ),
        (
            "PUT",
            "/keyed?id=eq.1",
            Some(json!({"id": 1, "name": "x"})),
            "return=representation, resolution=merge-duplicates, tx=rollback",
            Some("return=representation, tx=rollback"),
        ),
        (
            "DELETE",
            "/keyed?id=eq.1",
            None,
            "return=minimal, count=exact, tx=rollback",
            Some("return=minimal, count=exact, tx=rollback"),
        ),
        (
            "POST",
            "/rpc/numbered_from",
            Some(json!({"start": 1})),
            "count=exact, max-affected=50, handling=strict",
            Some("count=exact, handling=strict, max-affected=50"),
        ),
    ];
    each(&cases, |(method, path, body, prefer, applied)| {
        let call = api.rest(method, path).prefer(prefer);
        let reply = body.clone().map_or(call.clone(), |body| call.json(body)).send();
        reply.is_success().has("preference-applied", *applied);
    });
    // Several headers are one; the first of a preference counts.
    let several = api
        .rest("GET", "/numbered?limit=1")
        .prefer("count=exact")
        .prefer("count=planned, handling=lenient");
    several.send().is(206).has("preference-applied", "count=exact, handling=lenient");
}

#[test]
fn strict_handling_names_what_is_unknown() {
    let api = api();
    let cases = [
        ("handling=strict, foo, bar=x", "Invalid preferences: foo, bar=x"),
        (
            "anything=1, handling=strict, return=nothing",
            "Invalid preferences: anything=1, return=nothing",
        ),
    ];
    each(&cases, |(prefer, details)| {
        for (method, path) in [
            ("GET", "/numbered"),
            ("POST", "/keyed"),
            ("DELETE", "/keyed?id=eq.0"),
            ("GET", "/rpc/numbered_from?start=1"),
        ] {
            let call = api.rest(method, path).prefer(prefer);
            let call = if method == "POST" { call.json(json!({"id": 50})) } else { call };
            let body = call.send().fails(400, "PGRST122");
            assert_eq!(
                (&body["message"], &body["details"]),
                (&json!("Invalid preferences given with handling=strict"), &json!(details))
            );
        }
    });
    api.rest("GET", "/numbered?limit=1")
        .prefer("handling=lenient, foo, bar")
        .send()
        .is(200)
        .has("preference-applied", "handling=lenient");
    let many = api
        .rest("PATCH", "/keyed?id=lt.4")
        .prefer("handling=strict, max-affected=2")
        .json(json!({"name": "no"}));
    let body = many.send().fails(400, "PGRST124");
    assert_eq!(body["details"], "The query affects 3 rows");
    assert_eq!(shared().value("SELECT count(*) FROM headed.keyed WHERE name = 'no'"), "0");
    let single = api
        .rest("POST", "/rpc/one_number")
        .prefer("handling=strict, max-affected=2")
        .json(json!({}));
    single.send().fails(400, "PGRST128");
}

#[test]
fn a_time_zone_is_the_requests_own() {
    let api = api();
    let at = |zone: Option<&str>| {
        let call = api.rest("GET", "/moment");
        zone.map_or(call.clone(), |zone| call.prefer(&format!("timezone={zone}"))).send()
    };
    let here = at(None).is(200).json();
    for (zone, shown) in [
        ("America/Los_Angeles", "2023-10-18T05:37:59.611-07:00"),
        ("Asia/Kolkata", "2023-10-18T18:07:59.611+05:30"),
        ("UTC", "2023-10-18T12:37:59.611+00:00"),
    ] {
        at(Some(zone))
            .is(200)
            .has("preference-applied", format!("timezone={zone}").as_str())
            .equals(json!([{"t": shown}]));
    }
    let body = at(Some("Jupiter/Red_Spot")).fails(400, "22023");
    assert_eq!(body["message"], "invalid value for parameter \"TimeZone\": \"Jupiter/Red_Spot\"");
    // The next request on the connection has its own again.
    at(None).is(200).equals(here);
}

#[test]
fn schemas_are_named_by_profile() {
    let howdah = shared();
    let api = Api { schema: None, ..api() };
    let get =
        |name: &str| api.rest("GET", "/numbered?n=eq.1").header("Accept-Profile", name).send();
    get("headed").is(200).has("content-profile", "headed");
    get("%68eaded").is(200).has("content-profile", "headed");
    get("Headed").fails(406, "PGRST106");
    let body = get("pg_catalog").fails(406, "PGRST106");
    assert_eq!(body["message"], "Invalid schema: pg_catalog");
    assert!(
        body["hint"]
            .as_str()
            .is_some_and(|h| h.starts_with("Only the following schemas are exposed: public, "))
    );
    // Names beyond Latin-1, as a browser can send them.
    let persian = Api { schema: None, ..Api::anon(howdah, "تست") };
    let coded = "%D8%AA%D8%B3%D8%AA";
    let reply = persian
        .rest("GET", "/%D9%85%D9%88%D8%A7%D8%B1%D8%AF")
        .header("Accept-Profile", coded)
        .send();
    reply.is(200).has("content-profile", "تست");
    let special = "SPECIAL%20%22@%2F%5C%23~_-";
    api.rest("GET", "/nowhere").header("Accept-Profile", special).send().fails(404, "PGRST205");
    // Bodies go by Content-Profile, and DELETE too.
    let post = api.rest("POST", "/keyed").prefer("tx=rollback").json(json!({"id": 60}));
    post.clone()
        .header("Content-Profile", "headed")
        .header("Accept-Profile", "public")
        .send()
        .is(201);
    post.header("Accept-Profile", "headed").send().fails(404, "PGRST205");
    api.rest("DELETE", "/keyed?id=eq.1")
        .prefer("tx=rollback")
        .header("Content-Profile", "headed")
        .send()
        .is(204);
    let call =
        api.rest("POST", "/rpc/one_number").header("Content-Profile", "headed").json(json!({}));
    call.send().is(200).has("content-profile", "headed");
    // Nothing shown, nothing named.
    let quiet = api
        .rest("PATCH", "/keyed?id=eq.0")
        .header("Content-Profile", "headed")
        .json(json!({"name": "x"}));
    quiet.send().is(204).has("content-profile", None);
}

#[test]
fn options_say_what_is_allowed() {
    let api = api();
    let cases = [
        ("/keyed", "OPTIONS,GET,HEAD,POST,PUT,PATCH,DELETE"),
        ("/keyless", "OPTIONS,GET,HEAD,POST,PATCH,DELETE"),
        ("/numbered_view", "OPTIONS,GET,HEAD,POST,PUT,PATCH,DELETE"),
        ("/grouped_view", "OPTIONS,GET,HEAD"),
        ("/insertable_view", "OPTIONS,GET,HEAD,POST"),
        ("/deletable_view", "OPTIONS,GET,HEAD,DELETE"),
        ("/materialized", "OPTIONS,GET,HEAD"),
        ("/rpc/numbered_from", "OPTIONS,GET,HEAD,POST"),
        ("/rpc/changes", "OPTIONS,POST"),
        ("/", "OPTIONS,GET,HEAD"),
    ];
    each(&cases, |(path, allow)| {
        let reply = api.rest("OPTIONS", path).send();
        let told = reply.is(200).header("allow").unwrap_or_default().to_owned();
        assert_eq!(told, *allow);
        assert!(reply.body.is_empty());
    });
    api.rest("OPTIONS", "/nowhere").send().fails(404, "PGRST205");
    api.rest("OPTIONS", "/rpc/nowhere").send().fails(404, "PGRST202");
}

#[test]
fn sql_sets_the_status_and_headers_of_reads_and_writes() {
    let api = api();
    let dressed = api.get("/rpc/dress?status=418&headers=[{\"X-One\":\"1\"},{\"Cache-Control\":\"no-store\"},{\"Content-Type\":\"text/x-own\"}]");
    dressed
        .is(418)
        .has("x-one", "1")
        .has("cache-control", "no-store")
        .has("content-type", "text/x-own");
    let twice = api.get("/rpc/dress?headers=[{\"Set-Cookie\":\"a=1\"},{\"Set-Cookie\":\"b=2\"}]");
    assert_eq!(twice.is(200).headers.iter().filter(|(name, _)| name == "set-cookie").count(), 2);
    for bad in ["{\"X\":\"1\"}", "[{\"X\":1}]", "[{\"X\":\"1\",\"Y\":\"2\"}]", "[1]", "nonsense"] {
        let body = api.get(&format!("/rpc/dress?headers={bad}")).fails(500, "PGRST111");
        assert_eq!(
            body["message"],
            "response.headers guc must be a JSON array composed of objects with a single key and a string value"
        );
    }
    for bad in ["abc", "99", "600", "-1", "2OO"] {
        let body = api.get(&format!("/rpc/dress?status={bad}")).fails(500, "PGRST112");
        assert_eq!(body["message"], "response.status guc must be a valid status code");
    }
    // A trigger may too, and what it sets is gone with the next request.
    let made = api.rest("POST", "/triggered").prefer("tx=rollback").json(json!({"id": 1})).send();
    made.is(202).has("location", "/elsewhere").has("x-by", "trigger");
    api.get("/triggered").is(200).has("x-by", None);
}

#[test]
fn every_answer_varies_and_every_error_says_whose_it_is() {
    let api = api();
    api.get("/numbered?limit=1")
        .is(200)
        .has("vary", "Accept, Prefer, Range")
        .has("proxy-status", None);
    api.rest("POST", "/keyed")
        .prefer("tx=rollback")
        .json(json!({"id": 70}))
        .send()
        .is(201)
        .has("vary", "Accept, Prefer, Range");
    for (path, code) in [
        ("/nowhere", "PGRST205"),
        ("/numbered?n=eq.x", "22P02"),
        ("/rpc/dress?status=abc", "PGRST112"),
    ] {
        api.get(path).has("proxy-status", format!("PostgREST; error={code}").as_str());
    }
    let denied = api.get("/closed");
    denied.fails(401, "42501");
    denied.has("www-authenticate", "Bearer");
    let bad = Api { token: Some("a.b".to_owned()), ..api.clone() }.get("/numbered");
    let told = bad.is(401).header("www-authenticate").unwrap_or_default().to_owned();
    assert!(told.starts_with("Bearer error=\"invalid_token\", error_description=\""), "{told}");
    Api::user(shared(), "headed", 1).get("/closed").fails(403, "42501");
}

#[test]
fn writes_say_where_and_how_much() {
    let api = api();
    let write = |method: &str, path: &str, body: Option<Value>, prefer: &str| {
        let call = api.rest(method, path).prefer(&format!("{prefer}, tx=rollback"));
        body.map_or(call.clone(), |body| call.json(body)).send()
    };
    let new = || Some(json!({"id": 80, "name": "é &x"}));
    write("POST", "/keyed", new(), "return=headers-only")
        .is(201)
        .has("location", "/keyed?id=eq.80")
        .has("content-range", "*/*");
    write("POST", "/keyed", new(), "return=minimal, count=exact")
        .is(201)
        .has("location", None)
        .has("content-range", "*/1")
        .has("content-type", None);
    write("POST", "/pair", Some(json!({"a": 1, "b": "x y"})), "return=headers-only")
        .is(201)
        .has("location", "/pair?a=eq.1&b=eq.x%20y");
    write("POST", "/keyless", Some(json!({"id": 1})), "return=headers-only")
        .is(201)
        .has("location", None);
    write("PATCH", "/keyed?id=lt.4", Some(json!({"name": "z"})), "count=exact")
        .is(204)
        .has("content-range", "0-2/3")
        .has("content-type", None);
    write("PATCH", "/keyed?id=eq.99", Some(json!({"name": "z"})), "count=exact")
        .is(204)
        .has("content-range", "*/0");
    write("DELETE", "/keyed?id=lt.4", None, "count=exact").is(204).has("content-range", "*/3");
    write("PUT", "/keyed?id=eq.80", new(), "return=minimal").is(204).has("content-type", None);
    write("PUT", "/keyed?id=eq.80", new(), "return=representation").is(201);
    write("PUT", "/keyed?id=eq.1", Some(json!({"id": 1, "name": "p"})), "return=representation")
        .is(200);
}
