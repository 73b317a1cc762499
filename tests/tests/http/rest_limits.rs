//! What a role may cost: planner's cost, rows answered, rows written.

use howdah_tests::api::Api;
use howdah_tests::server::shared;
use serde_json::{Value, json};
use std::time::{Duration, Instant};

fn api(role: &str) -> Api<'static> {
    Api::holder(shared(), "requests", role, json!({}))
}

#[track_caller]
fn names(error: &Value, texts: &[&str]) {
    let details = error["details"].as_str().unwrap_or_default();
    assert!(texts.iter().all(|text| details.contains(text)), "{error}");
    assert!(error["hint"].is_string(), "{error}");
}

/// Rows of `light` of a test's own.
fn lay(base: i32, count: i32) {
    shared().sql(&format!(
        "DELETE FROM requests.light WHERE id / 1000 = {base} / 1000;
         INSERT INTO requests.light (id) SELECT {base} + i FROM generate_series(0, {count} - 1) AS i"
    ));
}

fn count(base: i32) -> String {
    shared().value(&format!("SELECT count(*) || ':' || coalesce(sum(n), 0) FROM requests.light WHERE id / 1000 = {base} / 1000"))
}

#[test]
fn refuses_what_the_planner_thinks_too_costly() {
    let api = api("limited cost");
    api.get("/heavy?id=eq.5&select=id").is(200).equals(json!([{"id": 5}]));
    api.get("/heavy?select=id&limit=5").is(200);
    for path in ["/heavy?n=eq.3", "/heavy?select=id&order=filler&limit=1", "/heavy?filler=like.*y*"]
    {
        let error = api.get(path).fails(429, "HWL01");
        names(&error, &["100.5", "max_cost"]);
    }
    // With the statement that counts, which costs more than the page.
    api.rest("GET", "/heavy?select=id&limit=5").prefer("count=exact").send().fails(429, "HWL01");
    api.rest("HEAD", "/heavy?n=eq.3").send().is(429);
    // Writes too, before they write.
    api.rest("PATCH", "/heavy?n=eq.3").json(json!({"filler": "y"})).send().fails(429, "HWL01");
    api.rest("DELETE", "/heavy").send().fails(429, "HWL01");
    assert_eq!(shared().value("SELECT count(*) FROM requests.heavy WHERE filler <> 'y'"), "20000");
    api.rest("PATCH", "/heavy?id=eq.3").json(json!({"n": 3})).send().is(204);
    // Another role has no limit.
    assert_eq!(
        self::api("limited rows").get("/heavy?n=eq.3&limit=1&select=n").is(200).column("n"),
        [3]
    );
}

#[test]
fn a_cost_depends_on_the_values_where_the_plan_does() {
    let api = api("limited cost");
    // One shape, two plans: a short range and a long one.
    api.get("/heavy?id=lt.5&select=id").is(200);
    api.get("/heavy?id=lt.19000&select=id").fails(429, "HWL01");
    api.get("/heavy?id=lt.5&select=id").is(200);
}

#[test]
fn refuses_more_rows_than_allowed_and_stops_at_once() {
    let api = api("limited rows");
    assert_eq!(api.get("/heavy?select=id&order=id&limit=10").ids().len(), 10);
    assert_eq!(api.get("/heavy?select=id&id=lte.10").ids().len(), 10);
    for path in ["/heavy", "/heavy?limit=11&select=id", "/heavy?id=lte.11&select=id"] {
        let error = api.get(path).fails(413, "HWL02");
        names(&error, &["is 10", "max_rows", "planner expects"]);
    }
    api.rest("HEAD", "/heavy").send().is(413);
    api.rest("GET", "/heavy").accept("text/csv").send().fails(413, "HWL02");
    // 8 * 10^12 rows: only by stopping can it answer.
    let begun = Instant::now();
    api.get("/endless").fails(413, "HWL02");
    assert!(begun.elapsed() < Duration::from_secs(10), "{:?}", begun.elapsed());
    // Counting is not answering.
    let counted = api.rest("GET", "/heavy?select=id&limit=1").prefer("count=exact").send();
    counted.is(206).has("content-range", "0-0/20000");
    // Writes are another limit's.
    lay(1000, 20);
    api.rest("PATCH", "/light?id=gte.1000&id=lt.2000").json(json!({"n": 1})).send().is(204);
    assert_eq!(count(1000), "20:20");
}

#[test]
fn refuses_more_writes_than_allowed_and_undoes_them() {
    let api = api("limited touch");
    lay(2000, 4);
    let path = "/light?id=gte.2000&id=lt.3000";
    for returning in ["return=minimal", "return=headers-only", "return=representation"] {
        for select in ["", "&select=id&order=id", "&select=id,light(id)"] {
            let path = format!("{path}{select}");
            let path = path.replace("light(id)", "parent");
            let update = api.rest("PATCH", &path).json(json!({"n": 1})).prefer(returning).send();
            let error = update.fails(413, "HWL03");
            names(&error, &["is 3", "max_touched"]);
            api.rest("DELETE", &path).prefer(returning).send().fails(413, "HWL03");
        }
        let rows: Vec<_> = (0..4).map(|i| json!({"id": 2100 + i})).collect();
        api.rest("POST", "/light").json(json!(rows)).prefer(returning).send().fails(413, "HWL03");
        let merge = format!("resolution=merge-duplicates,{returning}");
        let rows: Vec<_> = (0..4).map(|i| json!({"id": 2000 + i, "n": 9})).collect();
        api.rest("POST", "/light").json(json!(rows)).prefer(&merge).send().fails(413, "HWL03");
    }
    assert_eq!(count(2000), "4:0");
    let within = format!("{path}&id=neq.2003");
    api.rest("PATCH", &within).json(json!({"n": 1})).send().is(204);
    assert_eq!(count(2000), "4:3");
    // Reads have no such limit.
    assert_eq!(api.get("/heavy?select=id&limit=100").ids().len(), 100);
}

#[test]
fn a_write_of_very_many_rows_stops_early() {
    let api = api("limited touch");
    for (returning, select) in [
        ("return=minimal", "id"),
        ("return=representation", "id"),
        ("return=representation", "id,light(id)"),
    ] {
        let begun = Instant::now();
        let update = api.rest("PATCH", &format!("/slow?id=gt.0&select={select}"));
        update.json(json!({"n": 1})).prefer(returning).send().fails(413, "HWL03");
        // All of them would take eight seconds.
        assert!(begun.elapsed() < Duration::from_secs(4), "{returning} {:?}", begun.elapsed());
    }
    assert_eq!(shared().value("SELECT sum(n) FROM requests.slow"), "0");
}

#[test]
fn functions_triggers_and_cascades_count() {
    let api = api("limited touch");
    shared().sql("DELETE FROM requests.light WHERE id < 0");
    api.rpc("write_many", json!({"count": 4})).fails(413, "HWL03");
    api.rpc("write_many", json!({"count": 3})).is(204);
    shared().sql("DELETE FROM requests.light WHERE id < 0");
    // One at a time, each refusal caught: three are written, and no more.
    api.rpc("write_in_bits", json!({"count": 50})).is(200).equals(json!(3));
    assert_eq!(shared().value("SELECT count(*) FROM requests.light WHERE id < 0"), "3");
    shared().sql("DELETE FROM requests.light WHERE id < 0");
    lay(3000, 5);
    shared().sql("UPDATE requests.light SET parent = 3000 WHERE id BETWEEN 3001 AND 3004");
    api.rest("DELETE", "/light?id=eq.3000").send().fails(413, "HWL03");
    assert_eq!(count(3000), "5:0");
}

#[test]
fn nothing_inside_a_request_lifts_them() {
    api("limited rows").rpc("lift", json!({})).fails(413, "HWL02");
    api("limited rows").get("/heavy").fails(413, "HWL02");
    // Nor does the session of the request before.
    let (limited, other) = (api("limited touch"), api("limited by default"));
    lay(4000, 5);
    for _ in 0..20 {
        other.rest("PATCH", "/light?id=gte.4000&id=lt.5000").json(json!({"n": 1})).send().is(204);
        let refused = limited.rest("PATCH", "/light?id=gte.4000&id=lt.5000").json(json!({"n": 1}));
        refused.send().fails(413, "HWL03");
    }
}

#[test]
fn a_limit_that_cannot_be_read_is_not_no_limit() {
    let error = api("limited badly").get("/light?limit=1").fails(503, "HW503");
    assert!(error["hint"].as_str().unwrap_or_default().contains("howdah.max_rows"), "{error}");
}

#[test]
fn a_change_of_the_role_holds_within_two_seconds_and_the_setting_for_those_without() {
    let api = api("limited by default");
    api.get("/heavy?select=id&limit=50").is(200);
    let follows = |statement: &str, status: u16| {
        shared().sql(statement);
        let end = Instant::now() + Duration::from_secs(5);
        while api.get("/heavy?select=id&limit=50").status != status {
            assert!(Instant::now() < end, "{statement}");
            std::thread::sleep(Duration::from_millis(50));
        }
    };
    follows("ALTER ROLE \"limited by default\" SET howdah.max_rows = 49", 413);
    follows("ALTER ROLE \"limited by default\" SET howdah.max_rows = 'none'", 200);
    follows("ALTER ROLE \"limited by default\" RESET howdah.max_rows", 200);
}

#[test]
fn holds_in_psql_for_the_request_alone() {
    let howdah = shared();
    let token = howdah.mint("limited touch", &json!({}), "1 hour");
    lay(5000, 5);
    let headers = json!({"Content-Profile": "requests"});
    let body = json!({"n": 1}).to_string();
    let target = "/rest/v1/light?id=gte.5000&id=lt.6000";
    let reply = howdah.request_in_sql("PATCH", target, &headers, Some(&body), Some(&token));
    assert_eq!(reply.status, 413, "{}", reply.text());
    // The same session writes on, as the DBA.
    let literal = |text: &str| format!("'{text}'");
    howdah.sql(&format!(
        "SELECT howdah.request('PATCH', {}, {}, {}, {}); UPDATE requests.light SET n = 2 WHERE id / 1000 = 5",
        literal(target), literal(&headers.to_string()), literal(&body), literal(&token)
    ));
    assert_eq!(count(5000), "5:10");
}
