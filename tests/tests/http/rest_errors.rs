//! Bad input of every kind: a 4xx in the dialect's form, at once, and a server that goes on.

use howdah_tests::api::{Api, component};
use howdah_tests::reply::Reply;
use howdah_tests::server::shared;
use howdah_tests::table::each;
use howdah_tests::wire;
use serde_json::{Value, json};
use std::time::{Duration, Instant};

fn api() -> Api<'static> {
    Api::anon(shared(), "read")
}

/// The answer's status line out of raw bytes; 0 if the server closed without one.
fn status(bytes: &[u8]) -> u16 {
    let text = String::from_utf8_lossy(bytes);
    text.split(' ').nth(1).and_then(|s| s.parse().ok()).unwrap_or(0)
}

fn body_of(bytes: &[u8]) -> &[u8] {
    bytes.windows(4).position(|w| w == b"\r\n\r\n").map_or(&[], |at| &bytes[at + 4..])
}

#[test]
fn refuses_what_does_not_parse() {
    let api = api();
    let queries = [
        "select=(",
        "select=id,",
        "select=id)",
        "select=id(",
        "select=a:b:c",
        "select=id::",
        "select=->x",
        "select=meta->",
        "select=\"id",
        "id=1",
        "id=",
        "id=foo.1",
        "id=eq",
        "id=in.1",
        "id=in.(1",
        "id=is.maybe",
        "id=eq(some).{1}",
        "id=cs(any).{1}",
        "id=not.1",
        "or=()",
        "or=(id.eq.1",
        "or=id.eq.1",
        "or=(id)",
        "or=(id.eq.1,)",
        "or=(and(id.eq.1)",
        "and=(or=(id.eq.1))",
        "not=(id.eq.1)",
        "order=id.up",
        "order=id.asc.desc",
        "order=id,",
        "order=id.asc.nullsmiddle",
        "words=fts(.x",
        "columns=id,,name",
    ];
    each(&queries, |query| {
        let body = api.get(&format!("/item?{query}")).refused();
        assert!(
            body["code"].as_str().is_some_and(|c| c.starts_with("PGRST")
                || c.starts_with("42")
                || c.starts_with("22")),
            "{body}"
        );
    });
    let body = api.get("/item?id=foo.1").fails(400, "PGRST100");
    assert_eq!(body["message"], "\"failed to parse filter (foo.1)\" (line 1, column 1)");
}

#[test]
fn names_what_is_missing() {
    let api = api();
    let table = api.get("/itm").fails(404, "PGRST205");
    assert_eq!(table["message"], "Could not find the table 'read.itm' in the schema cache");
    assert_eq!(table["hint"], "Perhaps you meant the table 'read.item'");
    let column = api.get("/item?select=nam").fails(400, "42703");
    assert_eq!(column["message"], "column item.nam does not exist");
    api.get("/item?nothing=eq.1").fails(400, "42703");
    api.get("/item?order=nothing").fails(400, "42703");
    api.get("/item?id=eq.x").fails(400, "22P02");
    api.get("/item?select=id::nonsense").refused();
    api.get("/item?made=eq.never").fails(400, "22007");
    api.get("/item?active=eq.perhaps").fails(400, "22P02");
    api.get("/item?tags=cs.x").fails(400, "22P02");
    api.get("/item?words=fts(klingon).x").refused();
    api.get("/item?name=gt(any).x").fails(400, "22P02");
    api.get("/item/1").fails(404, "PGRST125");
    api.get("/rpc/add/1").fails(404, "PGRST125");
    api.get("/item?id=like.1*").fails(404, "42883");
    assert!(
        !api.get("/howdah_private").text().contains("Perhaps"),
        "no hint at what is not exposed"
    );
}

#[test]
fn refuses_unsafe_regular_expressions() {
    let api = api();
    let long = "a".repeat(200);
    let patterns = [
        "(a{0,100}){0,100}b",
        "^(.{1,50}){1,50}b$",
        "(((a{0,20}){0,20}){0,20})b",
        "(a+)+",
        "(",
        "[",
        "a{9999}",
        long.as_str(),
    ];
    each(&patterns, |pattern| {
        let start = Instant::now();
        let reply = api.get(&format!("/item?name=match.{}", component(pattern)));
        assert!(start.elapsed() < Duration::from_secs(6), "{:?}", start.elapsed());
        assert!(reply.status < 500, "{} {}", reply.status, reply.text());
    });
    api.get(&format!("/item?name=match.{}", component(&long))).refused();
    api.get(&format!("/item?name=match.{}", component("(a{0,100}){0,100}b"))).refused();
}

#[test]
fn refuses_methods_that_do_not_fit() {
    let api = api();
    each(&["TRACE", "CONNECT", "FOO", "get", "PROPFIND", "LINK", "M-SEARCH"], |method| {
        let reply = api.rest(method, "/item").send();
        assert!(
            (400..500).contains(&reply.status) || reply.status == 501,
            "{method} {}",
            reply.status
        );
    });
    api.rest("POST", "/few").json(json!({"id": 1})).send().refused();
}

#[test]
fn refuses_bodies_that_do_not_parse() {
    let api = Api::anon(shared(), "write");
    let bodies: [&[u8]; 16] = [
        b"",
        b"{",
        b"[",
        b"nonsense",
        b"{\"id\":}",
        b"{\"id\":1,}",
        b"[{\"id\":1},]",
        b"{'id':1}",
        b"{\"id\":01}",
        b"\"text\"",
        b"1",
        b"null",
        b"[1,2]",
        b"[[]]",
        b"{\"id\":1} trailing",
        b"\xff\xfe{\"id\":1}",
    ];
    each(&bodies, |body| {
        let reply = api
            .rest("POST", "/heap")
            .header("Content-Type", "application/json")
            .bytes(body.to_vec())
            .send();
        reply.refused();
    });
    let bad = api
        .rest("POST", "/heap")
        .header("Content-Type", "application/json")
        .bytes(b"{".to_vec())
        .send()
        .fails(400, "PGRST102");
    assert_eq!(bad["message"], "Empty or invalid json");
}

#[test]
fn refuses_invalid_utf8_and_nul_everywhere() {
    let api = api();
    let targets = [
        "/item?name=eq.%FF",
        "/item?name=eq.%C3%28",
        "/item?name=eq.%ED%A0%80",
        "/item?name=eq.a%00b",
        "/item?%FF=eq.1",
        "/item?select=%FF",
        "/item?select=%00",
        "/item?order=%80",
        "/it%FFem",
        "/it%00em",
        "/item?or=(name.eq.%FF)",
        "/item?name=in.(%FF)",
        "/rpc/%FF",
        "/rpc/add?a=%00&b=1",
    ];
    each(&targets, |target| {
        api.get(target).refused();
    });
    let write = Api::anon(shared(), "write");
    let bodies: [&[u8]; 5] = [
        b"{\"note\":\"\xff\"}",
        b"{\"note\":\"a\\u0000b\"}",
        b"{\"no\\u0000te\":1}",
        b"{\"note\":\"\\ud800\"}",
        b"{\"note\":\"a\0b\"}",
    ];
    each(&bodies, |body| {
        write
            .rest("POST", "/heap")
            .header("Content-Type", "application/json")
            .bytes(body.to_vec())
            .send()
            .refused();
    });
    let csv = write
        .rest("POST", "/heap")
        .header("Content-Type", "text/csv")
        .bytes(b"note\n\xff\xfe\n".to_vec())
        .send();
    csv.refused();
    let address = shared().address();
    let raw = |bytes: &[u8]| {
        status(&wire::raw(address, bytes, Duration::from_secs(10)).unwrap_or_default())
    };
    let nul =
        raw(b"GET /rest/v1/item HTTP/1.1\r\nHost: x\r\nPrefer: a\0b\r\nConnection: close\r\n\r\n");
    assert!((400..500).contains(&nul) || nul == 0, "{nul}");
    let header = raw(b"GET /rest/v1/item HTTP/1.1\r\nHost: x\r\nAccept-Profile: \xff\xfe\r\nConnection: close\r\n\r\n");
    assert!((400..500).contains(&header), "{header}");
    let target =
        raw(b"GET /rest/v1/item?name=eq.\xff HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    assert!((400..500).contains(&target), "{target}");
}

#[test]
fn refuses_a_body_over_the_limit_without_reading_it_all() {
    let write = Api::anon(shared(), "write");
    let mut body = b"{\"note\":\"".to_vec();
    body.resize(10 << 20, b'a');
    body.extend_from_slice(b"\"}");
    let reply =
        write.rest("POST", "/heap").header("Content-Type", "application/json").bytes(body).send();
    reply.is(413).well_formed_error();
    // Nothing declared: the limit counts what comes.
    let address = shared().address();
    let mut chunked = b"POST /rest/v1/heap HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n".to_vec();
    for _ in 0..160 {
        chunked.extend_from_slice(b"10000\r\n");
        chunked.resize(chunked.len() + 65536, b'[');
        chunked.extend_from_slice(b"\r\n");
    }
    chunked.extend_from_slice(b"0\r\n\r\n");
    let got = wire::raw(address, &chunked, Duration::from_secs(20)).expect("an answer");
    assert_eq!(status(&got), 413, "{}", String::from_utf8_lossy(&got));
}

#[test]
fn bounds_filters_nesting_and_length() {
    let api = api();
    let long_target = format!("/item?{}", vec!["id=eq.1"; 10_000].join("&"));
    let within = |what: &str, reply: &Reply, start: Instant| {
        assert!(start.elapsed() < Duration::from_secs(5), "{what}: {:?}", start.elapsed());
        assert!((400..500).contains(&reply.status), "{what}: {} {}", reply.status, reply.text());
        reply.well_formed_error();
    };
    let nested =
        |open: &str, close: &str, n: usize| format!("{}id.eq.1{}", open.repeat(n), close.repeat(n));
    let cases: [(&str, String); 7] = [
        ("10,000 filters", long_target),
        ("logic 10,000 deep", format!("/item?or=({})", nested("and(", ")", 10_000))),
        ("logic 1,000 deep", format!("/item?or=({})", nested("and(", ")", 1_000))),
        (
            "embeds 5,000 deep",
            format!("/item?select={}id{}", "item(".repeat(5_000), ")".repeat(5_000)),
        ),
        ("parentheses", format!("/item?or={}", "(".repeat(20_000))),
        ("10,000 columns", format!("/item?select={}", vec!["id"; 10_000].join(","))),
        ("a path of 30 kB", format!("/{}", "a".repeat(30_000))),
    ];
    each(&cases, |(what, target)| {
        let start = Instant::now();
        within(what, &api.get(target), start);
    });
    let write = Api::anon(shared(), "write");
    let bodies: [(&str, String); 4] = [
        (
            "arrays 10,000 deep",
            format!("{{\"note\":{}{}}}", "[".repeat(10_000), "]".repeat(10_000)),
        ),
        ("objects 10,000 deep", format!("{}1{}", "{\"a\":".repeat(10_000), "}".repeat(10_000))),
        ("open brackets", "[".repeat(900_000)),
        (
            "100,000 keys",
            format!(
                "{{{}}}",
                (0..50_000).map(|n| format!("\"k{n}\":1")).collect::<Vec<_>>().join(",")
            ),
        ),
    ];
    each(&bodies, |(what, body)| {
        let start = Instant::now();
        within(
            what,
            &write
                .rest("POST", "/thing")
                .header("Content-Type", "application/json")
                .bytes(body.clone().into_bytes())
                .send(),
            start,
        );
    });
    let numbers = ["1e999999", "-1e999999", &"9".repeat(1_000_000)[..900_000], "1e-999999999"];
    each(&numbers, |number| {
        let body = format!("{{\"qty\":{number}}}");
        let reply = write
            .rest("POST", "/thing?select=id")
            .header("Content-Type", "application/json")
            .bytes(body.into_bytes())
            .send();
        assert!(
            (400..500).contains(&reply.status) || reply.status == 201,
            "{} {}",
            reply.status,
            reply.text()
        );
    });
}

#[test]
fn refuses_headers_of_a_megabyte() {
    let address = shared().address();
    let one = format!(
        "GET /rest/v1/item HTTP/1.1\r\nHost: x\r\nX-Long: {}\r\nConnection: close\r\n\r\n",
        "a".repeat(1 << 20)
    );
    let many = format!(
        "GET /rest/v1/item HTTP/1.1\r\nHost: x\r\n{}Connection: close\r\n\r\n",
        (0..20_000).map(|n| format!("X-{n}: {}\r\n", "a".repeat(40))).collect::<String>()
    );
    let line = format!(
        "GET /rest/v1/item?{} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
        "a".repeat(1 << 20)
    );
    let token = format!(
        "GET /rest/v1/item HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {}\r\nConnection: close\r\n\r\n",
        "a.".repeat(1 << 19)
    );
    each(&[one, many, line, token], |request| {
        let got =
            wire::raw(address, request.as_bytes(), Duration::from_secs(10)).unwrap_or_default();
        assert!(matches!(status(&got), 400 | 401 | 413 | 414 | 431 | 0), "{}", status(&got));
    });
    api().get("/item?id=eq.1").is(200);
}

#[test]
fn answers_malformed_http_and_goes_on() {
    let address = shared().address();
    let requests: [&[u8]; 12] = [
        b"\r\n\r\n",
        b"GET\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
        b"GET /rest/v1/item HTTP/1.1\r\n\r\n",
        b"POST /rest/v1/heap HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
        b"POST /rest/v1/heap HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nabcdef",
        b"POST /rest/v1/heap HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"POST /rest/v1/heap HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"GET /rest/v1/item HTTP/1.1\r\nHost: x\r\nBad Header: 1\r\n\r\n",
        b"GET /rest/v1/item HTTP/1.1\r\nHost: x\r\n: no name\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"GET /rest/v1/../../etc/passwd HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
    ];
    each(&requests, |request| {
        let mut bytes = request.to_vec();
        bytes.extend_from_slice(b"");
        let got = wire::raw(address, &bytes, Duration::from_secs(3)).unwrap_or_default();
        let code = status(&got);
        assert!(code == 0 || code < 500, "{}", String::from_utf8_lossy(&got));
        assert!(!String::from_utf8_lossy(body_of(&got)).contains("root:"));
    });
    api().get("/item?id=eq.1").is(200);
}

#[test]
fn answers_unknown_paths_in_the_same_form() {
    let api = api();
    each(
        &[
            "/",
            "/rest",
            "/rest/v2/item",
            "/nothing",
            "/rest/v1x",
            "/%2e%2e/rest/v1/item",
            "//rest/v1/item",
        ],
        |target| {
            let reply = api.call("GET", target).send();
            reply.is(404).well_formed_error();
        },
    );
}

#[test]
fn never_shows_planted_secrets_in_errors() {
    let howdah = shared();
    let api = Api::anon(howdah, "read");
    let bodies = [
        api.get("/secretive?select=hidden").text(),
        api.get("/closed").text(),
        api.get("/secretive?hidden=eq.x").text(),
        api.get("/item?select=id::nonsense").text(),
        Api::anon(howdah, "write").post("/mine", json!({"id": 1})).text(),
    ];
    for body in bodies {
        for canary in ["'x'", "SELECT", "WITH ", "pgrst_", "/home/", "/tmp/", "/var/"] {
            assert!(!body.contains(canary), "{canary}: {body}");
        }
    }
}

#[test]
fn sets_dialect_headers_on_errors() {
    let reply = api().get("/itm");
    reply.fails(404, "PGRST205");
    let length = reply.header("content-length").and_then(|l| l.parse::<usize>().ok());
    assert_eq!(length, Some(reply.body.len()));
    let csv = api().rest("GET", "/itm").accept("text/csv").send();
    csv.fails(404, "PGRST205");
    let head = api().rest("HEAD", "/itm").send();
    head.is(404);
    assert!(head.body.is_empty());
    assert_eq!(api().get("/itm").json()["details"], Value::Null);
}
