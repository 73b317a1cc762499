//! `howdah.request` in psql answers what the proxy answers: status, body, headers that the gateway sets.

use howdah_tests::api::{Api, encode, user_id};
use howdah_tests::server::shared;
use howdah_tests::table::each;
use serde_json::json;

#[test]
fn answers_reads_and_errors_alike() {
    let howdah = shared();
    let token = howdah.mint("authenticated", &json!({"sub": user_id(1)}), "1 hour");
    let targets = [
        "/rest/v1/item",
        "/rest/v1/item?select=id,name&order=id.desc&limit=3",
        "/rest/v1/item?id=eq.1",
        "/rest/v1/item?id=in.(1,2)&select=id,meta->size",
        "/rest/v1/item?or=(id.eq.1,id.eq.2)",
        "/rest/v1/item?name=eq.گل سرخ",
        "/rest/v1/every?order=id",
        "/rest/v1/many?limit=5&offset=10",
        "/rest/v1/owned",
        "/rest/v1/secretive?select=id,open",
        "/rest/v1/secretive",
        "/rest/v1/closed",
        "/rest/v1/itm",
        "/rest/v1/item?id=foo.1",
        "/rest/v1/item?nothing=eq.1",
        "/rest/v1/item?id=eq.x",
        "/rest/v1/item?name=eq.%FF",
        "/rest/v1/rpc/nowhere",
        "/rest/v1/item?limit=-1",
        "/rest/v1/",
        "/nowhere",
        "/auth/v1/.well-known/jwks.json",
    ];
    each(&targets, |target| {
        for token in [None, Some(token.as_str())] {
            let mut api = Api::anon(howdah, "read");
            api.token = token.map(str::to_owned);
            let over_http = api.call("GET", target).header("Accept-Profile", "read").send();
            let in_psql = howdah.request_in_sql(
                "GET",
                &encode(target),
                &json!({"Accept-Profile": "read"}),
                None,
                token,
            );
            assert_eq!(
                over_http.status,
                in_psql.status,
                "{}\n{}",
                over_http.text(),
                in_psql.text()
            );
            assert_eq!(over_http.text(), in_psql.text());
            for name in [
                "content-type",
                "content-range",
                "content-location",
                "content-profile",
                "www-authenticate",
            ] {
                assert_eq!(over_http.header(name), in_psql.header(name), "{name}");
            }
        }
    });
}

#[test]
fn answers_writes_and_calls_alike() {
    let howdah = shared();
    let headers = |prefer: &str| json!({"Content-Profile": "write", "Content-Type": "application/json", "Prefer": prefer});
    let asks = [
        (
            "POST",
            "/rest/v1/thing?select=id,name",
            "tx=rollback, return=representation",
            r#"{"id": 900, "name": "x"}"#,
        ),
        ("POST", "/rest/v1/thing?select=id", "tx=rollback, return=headers-only", r#"{"id": 900}"#),
        ("POST", "/rest/v1/thing", "tx=rollback", r#"{"id": 900}"#),
        ("POST", "/rest/v1/strict", "tx=rollback", r#"{"id": 900}"#),
        (
            "PATCH",
            "/rest/v1/thing?id=eq.900",
            "tx=rollback, return=representation",
            r#"{"name": "y"}"#,
        ),
        ("DELETE", "/rest/v1/thing?id=eq.900", "tx=rollback, return=representation", ""),
        ("POST", "/rest/v1/thing", "tx=rollback", "{"),
    ];
    each(&asks, |(method, target, prefer, body)| {
        let mut call = Api::anon(howdah, "write")
            .rest(method, target.trim_start_matches("/rest/v1"))
            .header("Content-Type", "application/json")
            .prefer(prefer);
        if !body.is_empty() {
            call = call.bytes(body.as_bytes().to_vec());
        }
        let over_http = call.send();
        let in_psql = howdah.request_in_sql(
            method,
            target,
            &headers(prefer),
            (!body.is_empty()).then_some(*body),
            None,
        );
        assert_eq!((over_http.status, over_http.text()), (in_psql.status, in_psql.text()));
        for name in ["location", "preference-applied", "content-range"] {
            assert_eq!(over_http.header(name), in_psql.header(name), "{name}");
        }
    });
    assert_eq!(howdah.value("SELECT count(*) FROM write.thing WHERE id = 900"), "0");
}

#[test]
fn commits_in_psql_what_it_commits_over_http() {
    let howdah = shared();
    let reply = howdah.request_in_sql(
        "POST",
        "/rest/v1/heap",
        &json!({"Content-Profile": "write", "Content-Type": "application/json"}),
        Some(r#"{"batch": "psql", "n": 1}"#),
        None,
    );
    reply.is(201);
    assert_eq!(howdah.value("SELECT count(*) FROM write.heap WHERE batch = 'psql'"), "1");
    // An answer that says no leaves nothing of its own, and the session's transaction goes on.
    let mut dba = howdah.dba();
    dba.batch_execute(
        "BEGIN;
         SELECT status FROM howdah.request('POST', '/rest/v1/strict', '{\"Content-Profile\":\"write\",\"Content-Type\":\"application/json\"}', '[{\"id\":910,\"must\":\"x\"},{\"id\":910,\"must\":\"x\"}]');
         INSERT INTO write.heap (batch) VALUES ('after');
         COMMIT",
    )
    .expect("the transaction goes on");
    assert_eq!(howdah.value("SELECT count(*) FROM write.strict WHERE id = 910"), "0");
    assert_eq!(howdah.value("SELECT count(*) FROM write.heap WHERE batch = 'after'"), "1");
}

#[test]
fn impersonates_in_psql() {
    let howdah = shared();
    let mut dba = howdah.dba();
    let count = |dba: &mut postgres::Client| -> i64 {
        dba.query_one("SELECT count(*) FROM read.owned", &[]).expect("a count").get(0)
    };
    assert_eq!(count(&mut dba), 9);
    dba.batch_execute(&format!("SELECT howdah.impersonate('{}'::uuid)", user_id(1)))
        .expect("impersonate");
    assert_eq!(count(&mut dba), 3);
    dba.batch_execute("RESET ROLE; SELECT howdah.stop_impersonating()").expect("stop");
    assert_eq!(count(&mut dba), 9);
    let nobody =
        howdah.value("SELECT coalesce(auth.uid()::text, 'null') || coalesce(auth.role(), 'null')");
    assert!(nobody.starts_with("null"), "{nobody}");
    let outside = howdah.value("SELECT auth.uid() FROM set_config('request.jwt.claims', '{\"sub\":\"00000000-0000-4000-8000-000000000007\"}', false)");
    assert!(outside.is_empty() || outside == user_id(7));
    assert_eq!(howdah.value("SET request.jwt.claims = '{\"sub\":\"00000000-0000-4000-8000-000000000007\"}'; SELECT auth.uid()"), user_id(7));
}
