//! What the proxy adds: CORS, compression, request ids, operators' endpoints, connections, protocols.

use howdah_tests::api::Api;
use howdah_tests::server::shared;
use howdah_tests::table::each;
use howdah_tests::wire::Connection;
use std::io::Write;
use std::process::{Command, Stdio};

fn api() -> Api<'static> {
    Api::anon(shared(), "read")
}

#[test]
fn answers_preflights() {
    let reply = api()
        .call("OPTIONS", "/rest/v1/item")
        .header("Origin", "https://app.example")
        .header("Access-Control-Request-Method", "PATCH")
        .header("Access-Control-Request-Headers", "authorization, apikey, x-client-info, prefer")
        .send();
    assert!(matches!(reply.status, 200 | 204), "{}", reply.status);
    let methods = reply.header("access-control-allow-methods").unwrap_or_default().to_owned();
    for method in ["GET", "POST", "PATCH", "PUT", "DELETE", "OPTIONS", "HEAD"] {
        assert!(methods.contains(method), "{methods}");
    }
    let allowed =
        reply.header("access-control-allow-headers").unwrap_or_default().to_ascii_lowercase();
    for name in ["authorization", "apikey", "x-client-info", "prefer"] {
        assert!(allowed.contains(name), "{allowed}");
    }
    assert!(reply.header("access-control-allow-origin").is_some());
    reply.has("access-control-max-age", "86400");
}

#[test]
fn exposes_what_clients_read() {
    let reply = api().rest("GET", "/item?limit=1").header("Origin", "https://app.example").send();
    assert!(reply.is(200).header("access-control-allow-origin").is_some());
    let exposed =
        reply.header("access-control-expose-headers").unwrap_or_default().to_ascii_lowercase();
    for name in ["content-range", "location", "content-location"] {
        assert!(exposed.contains(name), "{exposed}");
    }
    let failed = api().rest("GET", "/itm").header("Origin", "https://app.example").send();
    assert!(
        failed.is(404).header("access-control-allow-origin").is_some(),
        "errors are readable across origins"
    );
}

#[test]
fn names_the_methods_of_a_relation() {
    let allow = |path: &str| {
        let reply = Api::anon(shared(), "write").rest("OPTIONS", path).send();
        let mut allow: Vec<_> = reply
            .is(200)
            .header("allow")
            .unwrap_or_default()
            .split(',')
            .map(|m| m.trim().to_owned())
            .collect();
        allow.sort();
        allow.join(",")
    };
    assert_eq!(allow("/thing"), "DELETE,GET,HEAD,OPTIONS,PATCH,POST,PUT");
    assert_eq!(allow("/heap"), "DELETE,GET,HEAD,OPTIONS,PATCH,POST");
    assert_eq!(allow("/thing_count"), "GET,HEAD,OPTIONS");
}

#[test]
fn compresses_when_it_pays_and_the_client_can() {
    let get = |coding: &str| api().rest("GET", "/many").header("Accept-Encoding", coding).send();
    let plain = api().get("/many").is(200).text();
    let packed = get("gzip");
    packed.is(200).has("content-encoding", "gzip");
    let varies = packed
        .headers
        .iter()
        .any(|(n, v)| n == "vary" && v.to_ascii_lowercase().contains("accept-encoding"));
    assert!(varies, "{:?}", packed.headers);
    assert!(packed.body.len() < plain.len());
    let mut unzip = Command::new("gzip")
        .arg("-dc")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("gzip runs");
    unzip.stdin.take().expect("a pipe").write_all(&packed.body).expect("written");
    let out = unzip.wait_with_output().expect("gzip ends").stdout;
    assert_eq!(String::from_utf8_lossy(&out), plain);
    get("identity").is(200).has("content-encoding", None);
    get("gzip;q=0").is(200).has("content-encoding", None);
    let small =
        api().rest("GET", "/item?select=id&id=eq.1").header("Accept-Encoding", "gzip").send();
    small.is(200).has("content-encoding", None);
}

#[test]
fn refuses_packed_bodies() {
    let mut zip = Command::new("gzip")
        .arg("-c")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("gzip runs");
    zip.stdin.take().expect("a pipe").write_all(&vec![b' '; 4 << 20]).expect("written");
    let bomb = zip.wait_with_output().expect("gzip ends").stdout;
    each(&["gzip", "deflate", "br", "zstd", "gzip, gzip"], |coding| {
        let reply = Api::anon(shared(), "write")
            .rest("POST", "/heap")
            .header("Content-Type", "application/json")
            .header("Content-Encoding", coding)
            .bytes(bomb.clone())
            .send();
        reply.refused();
    });
}

#[test]
fn gives_every_answer_a_request_id() {
    let one = api().get("/item?limit=1").header("x-request-id").expect("an id").to_owned();
    let two = api().get("/item?limit=1").header("x-request-id").expect("an id").to_owned();
    assert_ne!(one, two);
    for target in ["/rest/v1/itm", "/nowhere", "/live", "/rest/v1/item?id=x"] {
        assert!(api().call("GET", target).send().header("x-request-id").is_some(), "{target}");
    }
    // A client's own id is taken over only if it is harmless.
    let given = api().rest("GET", "/item?limit=1").header("X-Request-Id", "abc-123").send();
    assert!(given.header("x-request-id").is_some());
    for hostile in ["a b\"c", "<script>", &"x".repeat(5000)] {
        let reply = api().rest("GET", "/item?limit=1").header("X-Request-Id", hostile).send();
        assert_ne!(reply.header("x-request-id"), Some(hostile));
    }
}

#[test]
fn tells_operators_how_it_is() {
    let api = api();
    api.call("GET", "/live").send().is(200);
    api.call("GET", "/ready").send().is(200);
    let metrics = api.call("GET", "/metrics").send();
    let text = metrics.is(200).text();
    assert!(metrics.header("content-type").is_some_and(|t| t.starts_with("text/plain")));
    assert!(text.lines().any(|l| l.starts_with("# TYPE howdah_")), "{text}");
    for line in text.lines().filter(|l| !l.starts_with('#') && !l.is_empty()) {
        assert!(line.rsplit_once(' ').is_some_and(|(_, v)| v.parse::<f64>().is_ok()), "{line}");
    }
    let named = howdah_tests::alerts::metrics(&["howdah_pg", "howdah_re"]);
    assert!(named.len() >= 4, "{named:?}");
    for name in named {
        assert!(text.contains(&format!("\n{name}")), "alerts.yml looks at {name}");
    }
    let forwarded = api.call("GET", "/metrics").header("X-Forwarded-For", "203.0.113.9").send();
    assert_ne!(forwarded.status, 200, "metrics are not for the world");
}

#[test]
fn keeps_connections_open() {
    let api = api();
    let mut connection = Connection::open(shared().address()).expect("a connection");
    for n in 1..=50 {
        let reply = api
            .rest("GET", &format!("/many?id=eq.{n}&select=id"))
            .send_on(&mut connection, true)
            .expect("an answer");
        assert_eq!(reply.ids(), [n]);
        // An error in between does not close it.
        api.rest("GET", "/itm").send_on(&mut connection, true).expect("an answer").is(404);
    }
}

#[test]
fn answers_pipelined_requests_in_order() {
    let api = api();
    let mut bytes = Vec::new();
    for n in 1..=10 {
        bytes.extend(api.rest("GET", &format!("/many?id=eq.{n}&select=id")).wire(n < 10));
    }
    let got =
        howdah_tests::wire::raw(shared().address(), &bytes, std::time::Duration::from_secs(5))
            .expect("answers");
    let text = String::from_utf8_lossy(&got);
    let ids: Vec<i64> =
        text.split("{\"id\":").skip(1).filter_map(|t| t.split('}').next()?.parse().ok()).collect();
    assert_eq!(ids, (1..=10).collect::<Vec<_>>());
}

#[test]
fn speaks_http2_without_tls() {
    let howdah = shared();
    let out = Command::new("curl")
        .args([
            "-sS",
            "--http2-prior-knowledge",
            "-w",
            "\n%{http_version} %{http_code}",
            "-H",
            "Accept-Profile: read",
        ])
        .arg(format!("{}/rest/v1/item?select=id&id=eq.1", howdah.url))
        .output();
    let Ok(out) = out else {
        println!("skipped: no curl");
        return;
    };
    let text = String::from_utf8_lossy(&out.stdout).into_owned();
    assert_eq!(text, "[{\"id\":1}]\n2 200", "{}", String::from_utf8_lossy(&out.stderr));
}

#[test]
fn serves_many_at_once() {
    let api = api();
    std::thread::scope(|scope| {
        for worker in 0..32_i64 {
            let api = api.clone();
            scope.spawn(move || {
                let mut connection = Connection::open(shared().address()).expect("a connection");
                for round in 0..20 {
                    let n = (worker * 3 + round) % 100 + 1;
                    let reply = api
                        .rest("GET", &format!("/many?id=eq.{n}&select=id"))
                        .send_on(&mut connection, true)
                        .expect("an answer");
                    assert_eq!(reply.ids(), [n]);
                }
            });
        }
    });
}

#[test]
fn lets_quick_requests_past_slow_ones() {
    let slow = Api::anon(shared(), "rpc");
    let quick = api();
    std::thread::scope(|scope| {
        for _ in 0..4 {
            let slow = slow.clone();
            scope.spawn(move || {
                slow.rpc("sleeps", serde_json::json!({"seconds": 2})).is(200).status
            });
        }
        std::thread::sleep(std::time::Duration::from_millis(300));
        let start = std::time::Instant::now();
        for n in 1..=10 {
            quick.ids(&format!("/many?id=eq.{n}&select=id"));
        }
        let took = start.elapsed();
        assert!(took.as_millis() < 1500, "ten quick requests took {took:?} behind slow ones");
    });
}
