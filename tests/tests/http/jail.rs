//! The role jail: THREATS A1–A5. Each attempt runs over HTTP, on a session of the proxy's role whose state is then
//! looked at, and from the DBA's psql, where `SET ROLE` to anybody would succeed if the jail were open.
//!
//! One file because every attempt is made in the same few ways and judged by the same look at what the session keeps.

use howdah_tests::api::{Api, user_id};
use howdah_tests::database::{literal, rows};
use howdah_tests::drill::{Drill, count};
use howdah_tests::server::{Howdah, shared};
use howdah_tests::table::each;
use howdah_tests::wire::Connection;
use postgres::Client;
use serde_json::{Value, json};

/// Statements that would leave the role, change what it may do, or end the transaction.
const ESCAPES: [&str; 62] = [
    "RESET ROLE",
    "SET ROLE NONE",
    "SET ROLE DEFAULT",
    "SET ROLE authenticated",
    "SET ROLE service_role",
    "SET ROLE postgres",
    "SET ROLE howdah_owner",
    "SET ROLE howdah_proxy",
    "SET LOCAL ROLE NONE",
    "SET LOCAL ROLE service_role",
    "SET SESSION ROLE service_role",
    "SELECT set_config('role', 'none', true)",
    "SELECT set_config('role', 'none', false)",
    "SELECT set_config('role', 'service_role', true)",
    "SELECT set_config('ROLE', 'none', true)",
    "SELECT set_config('role', session_user, true)",
    "SELECT pg_catalog.set_config('role', 'howdah_owner', false)",
    "SET SESSION AUTHORIZATION DEFAULT",
    "RESET SESSION AUTHORIZATION",
    "SET SESSION AUTHORIZATION service_role",
    "SET LOCAL SESSION AUTHORIZATION DEFAULT",
    "SELECT set_config('session_authorization', session_user, true)",
    "SELECT set_config('session_authorization', 'service_role', false)",
    "SELECT set_config('is_superuser', 'on', true)",
    "RESET ALL",
    "DISCARD ALL",
    "DISCARD PLANS",
    "UPDATE pg_settings SET setting = 'none' WHERE name = 'role'",
    "DO $x$ BEGIN RESET ROLE; END $x$",
    "DO $x$ BEGIN PERFORM set_config('role', 'none', false); END $x$",
    "DO $x$ BEGIN BEGIN RESET ROLE; EXCEPTION WHEN OTHERS THEN NULL; END; EXECUTE 'RESET ROLE'; END $x$",
    "DO $x$ BEGIN EXECUTE 'DO $y$ BEGIN EXECUTE ''RESET ROLE''; END $y$'; END $x$",
    "PREPARE p1 AS SELECT set_config('role', 'none', false); EXECUTE p1",
    "DECLARE c1 CURSOR FOR SELECT set_config('role', 'none', false); FETCH ALL FROM c1",
    "EXPLAIN ANALYZE SELECT set_config('role', 'none', false)",
    "SELECT query_to_xml('SELECT set_config(''role'', ''none'', false)', true, true, '')",
    "SELECT query_to_xml('RESET ROLE', true, true, '')",
    "CREATE TEMP TABLE t1 (v text DEFAULT set_config('role', 'none', false)); INSERT INTO t1 DEFAULT VALUES",
    "CREATE TEMP VIEW v1 AS SELECT set_config('role', 'none', false) AS v",
    "CREATE FUNCTION pg_temp.f1() RETURNS text LANGUAGE sql AS 'RESET ROLE; SELECT current_user::text'; SELECT pg_temp.f1()",
    "CREATE FUNCTION pg_temp.f2() RETURNS text LANGUAGE sql SECURITY DEFINER AS 'SELECT current_user::text'; SELECT pg_temp.f2()",
    "ALTER ROLE anon SUPERUSER",
    "ALTER ROLE anon SET role = 'service_role'",
    "GRANT service_role TO anon",
    "GRANT ALL ON ALL TABLES IN SCHEMA read TO anon",
    "CREATE ROLE mine SUPERUSER LOGIN",
    "ALTER FUNCTION jail.definer_inner() OWNER TO anon",
    "BEGIN",
    "COMMIT",
    "ROLLBACK",
    "SAVEPOINT s",
    "COMMIT AND CHAIN",
    "PREPARE TRANSACTION 'x'",
    "COPY (SELECT 1) TO PROGRAM 'id'",
    "COPY jail.log TO '/tmp/howdah-escape'",
    "SELECT pg_read_file('postgresql.conf')",
    "SELECT lo_import('/etc/passwd')",
    "LOAD 'howdah'",
    "ALTER SYSTEM SET log_statement = 'all'",
    "SELECT howdah.enter_role('service_role')",
    "SELECT howdah.impersonate('00000000-0000-4000-8000-000000000001')",
    "SELECT howdah.mint_token('service_role', '{}', interval '1 hour')",
];

/// Functions of every kind that try, without an argument.
const STATIC: [&str; 15] = [
    "static_sql_reset",
    "static_sql_set",
    "static_sql_config",
    "static_plpgsql_reset",
    "static_plpgsql_session",
    "static_plpgsql_none",
    "static_cursor",
    "static_loop",
    "static_query",
    "clause_role",
    "clause_none",
    "definer_nested",
    "definer_caught",
    "definer_resets_outside",
    "in_aggregate",
];

fn anon(howdah: &Howdah) -> Api<'_> {
    Api::anon(howdah, "jail")
}

/// An answer of a call that must have failed or say that it ran as anon.
fn is_jailed(status: u16, body: &str) -> bool {
    if status < 300 {
        body == "\"anon\"" || body == "[]" || body.trim_end().ends_with("\"anon\"]")
    } else {
        (400..600).contains(&status) && status != 503
    }
}

/// A session like the proxy's: one connection of its role, calling the gateway.
struct Session {
    client: Client,
}

impl Session {
    fn open(howdah: &Howdah) -> Self {
        Self { client: howdah.proxy_session() }
    }

    /// One request; the status and the body, or 0 and the server's error for what is raised.
    fn serve(&mut self, name: &str, arguments: &Value, token: Option<&str>) -> (i32, String) {
        let mut headers = "content-profile: jail\ncontent-type: application/json\n".to_owned();
        if let Some(token) = token {
            headers.push_str(&format!("authorization: Bearer {token}\n"));
        }
        let found = self.client.query_one(
            "SELECT status, headers, body FROM howdah.serve($1, $2, $3, $4, $5, $6)",
            &[
                &"POST",
                &format!("/rest/v1/rpc/{name}"),
                &headers.as_bytes(),
                &arguments.to_string().as_bytes(),
                &"127.0.0.1",
                &"test",
            ],
        );
        match found {
            Ok(row) => (row.get(0), String::from_utf8_lossy(row.get::<_, &[u8]>(2)).into_owned()),
            Err(e) => match e.as_db_error() {
                Some(error) if error.code().code().starts_with("HW") => {
                    let answer: Value = serde_json::from_str(error.detail().unwrap_or("{}"))
                        .expect("DETAIL is the answer");
                    (
                        answer["status"].as_i64().unwrap_or(0) as i32,
                        answer["body"].as_str().unwrap_or_default().to_owned(),
                    )
                }
                _ => panic!("{name} {arguments}: {}", howdah_tests::database::describe(&e)),
            },
        }
    }

    /// Everything the session would keep: settings, role, locks, cursors, temporary objects.
    fn remains(&mut self) -> Vec<Vec<Option<String>>> {
        rows(
            &mut self.client,
            "SELECT name, setting FROM pg_catalog.pg_settings WHERE name NOT IN ('transaction_isolation', 'transaction_read_only')
             UNION ALL SELECT 'user', current_user || '/' || session_user
             UNION ALL SELECT 'prepared', (SELECT count(*)::text FROM pg_catalog.pg_prepared_statements WHERE from_sql)
             UNION ALL SELECT 'cursors', (SELECT count(*)::text FROM pg_catalog.pg_cursors WHERE is_holdable)
             UNION ALL SELECT 'listening', (SELECT count(*)::text FROM pg_catalog.pg_listening_channels())
             UNION ALL SELECT 'advisory', (SELECT count(*)::text FROM pg_catalog.pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid())
             UNION ALL SELECT 'temporary', (SELECT count(*)::text FROM pg_catalog.pg_class WHERE relnamespace = pg_my_temp_schema())
             UNION ALL SELECT 'transaction', (SELECT count(*)::text FROM pg_catalog.pg_locks WHERE pid = pg_backend_pid() AND locktype = 'transactionid')
             UNION ALL SELECT 'custom', coalesce(current_setting('leak.value', true), '')
             UNION ALL SELECT 'claims', coalesce(current_setting('request.jwt.claims', true), '')
             ORDER BY 1",
        )
        .expect("the session still works")
    }
}

#[test]
fn holds_against_statements_over_http() {
    let howdah = shared();
    let api = anon(howdah);
    each(&ESCAPES, |statement| {
        for way in ["attempt", "attempt_caught", "attempt_undone"] {
            let reply = api.rpc(way, json!({"statement": statement}));
            assert!(
                is_jailed(reply.status, &reply.text()),
                "{way}: {} {}",
                reply.status,
                reply.text()
            );
        }
        api.rpc("whoami", json!({})).is(200).equals(json!({"user": "anon", "role": api.rpc("whoami", json!({})).json()["role"], "uid": null}));
    });
    assert_eq!(howdah.value("SELECT rolsuper::text FROM pg_roles WHERE rolname = 'anon'"), "false");
    assert_eq!(howdah.value("SELECT count(*) FROM pg_roles WHERE rolname = 'mine'"), "0");
    assert_eq!(
        howdah.value("SELECT count(*) FROM pg_auth_members WHERE member = 'anon'::regrole"),
        "0"
    );
}

#[test]
fn holds_against_functions_of_every_kind_over_http() {
    let api = anon(shared());
    each(&STATIC, |name| {
        let reply = api.rpc(name, json!({}));
        assert!(is_jailed(reply.status, &reply.text()), "{} {}", reply.status, reply.text());
        assert_eq!(api.rpc("whoami", json!({})).json()["user"], "anon");
    });
    let rows = api.rpc("clause_row_security", json!({}));
    assert!(rows.status >= 400 || rows.text() == "0", "{}", rows.text());
}

#[test]
fn leaves_a_clean_session_after_each_attempt() {
    let howdah = shared();
    let mut session = Session::open(howdah);
    session.serve("whoami", &json!({}), None);
    let before = session.remains();
    let mut changed = Vec::new();
    for statement in ESCAPES {
        for way in ["attempt", "attempt_caught"] {
            let (status, body) = session.serve(way, &json!({"statement": statement}), None);
            if !is_jailed(status as u16, &body) {
                changed.push(format!("{way} {statement}: {status} {body}"));
            }
            let after = session.remains();
            if after != before {
                let differ: Vec<_> = after.iter().filter(|row| !before.contains(row)).collect();
                changed.push(format!("{way} {statement}: {differ:?}"));
                session = Session::open(howdah);
                session.serve("whoami", &json!({}), None);
            }
        }
    }
    for name in STATIC {
        let (status, body) = session.serve(name, &json!({}), None);
        let after = session.remains();
        if !is_jailed(status as u16, &body) || after != before {
            changed.push(format!("{name}: {status} {body}"));
        }
    }
    let tried = (2 * ESCAPES.len() + STATIC.len()) as u64;
    let (mut drill, _) = Drill::begin(
        "A1",
        format!(
            "{} statements and {} functions that would leave the role, each as anon on the proxy's own session, and what the session keeps of it",
            ESCAPES.len(),
            STATIC.len()
        ),
    );
    drill.check(changed.is_empty(), || changed.join("\n"));
    drill.passed(tried.saturating_sub(changed.len() as u64 + 1));
    drill.end();
}

#[test]
fn holds_in_psql_of_a_superuser() {
    let howdah = shared();
    let mut dba = howdah.dba();
    let identity = "SELECT current_user, session_user, current_setting('role')";
    let before = rows(&mut dba, identity).expect("an identity");
    let mut broken = Vec::new();
    let calls = ESCAPES.iter().flat_map(|s| {
        ["attempt", "attempt_caught", "attempt_undone"].map(|w| (w, json!({"statement": s})))
    });
    for (name, arguments) in calls.chain(STATIC.iter().map(|n| (*n, json!({})))) {
        let sql = format!(
            "SELECT status, body FROM howdah.request('POST', '/rest/v1/rpc/{name}', '{{\"content-profile\":\"jail\",\"content-type\":\"application/json\"}}', {})",
            literal(&arguments.to_string())
        );
        match rows(&mut dba, &sql) {
            Ok(found) => {
                let status = found[0][0].as_deref().and_then(|s| s.parse().ok()).unwrap_or(0);
                let body = found[0][1].clone().unwrap_or_default();
                if !is_jailed(status, &body) {
                    broken.push(format!("{name} {arguments}: {status} {body}"));
                }
            }
            Err(e) => broken.push(format!(
                "{name} {arguments}: raised {}",
                howdah_tests::database::describe(&e)
            )),
        }
        let after = rows(&mut dba, identity).expect("an identity");
        if after != before {
            broken.push(format!("{name} {arguments}: the session became {after:?}"));
            dba = howdah.dba();
        }
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
    assert_eq!(howdah.value("SELECT rolsuper::text FROM pg_roles WHERE rolname = 'anon'"), "false");
}

#[test]
fn holds_where_no_call_is_visible() {
    let howdah = shared();
    let api = anon(howdah);
    howdah.sql("DELETE FROM jail.log WHERE kind NOT LIKE 'deferred%' AND kind <> 'hold cursor'");
    let asks: [(&str, &str, Option<Value>); 13] = [
        ("GET", "/in_policy", None),
        ("GET", "/in_policy_hard", None),
        ("POST", "/in_policy", Some(json!({"id": 2}))),
        ("POST", "/in_trigger", Some(json!({"id": 1}))),
        ("POST", "/in_default", Some(json!({}))),
        ("POST", "/in_check", Some(json!({"id": 1}))),
        ("POST", "/in_generated", Some(json!({"id": 1}))),
        ("POST", "/in_index", Some(json!({"id": 1}))),
        ("POST", "/in_domain", Some(json!({"id": 1}))),
        ("POST", "/rpc/in_aggregate", Some(json!({}))),
        ("POST", "/rpc/in_operator", Some(json!({}))),
        ("POST", "/in_rule", Some(json!({"id": 1}))),
        ("GET", "/in_view", None),
    ];
    for _ in 0..3 {
        for (method, path, body) in &asks {
            let mut call = api.rest(method, path);
            if let Some(body) = body {
                call = call.json(body.clone());
            }
            let reply = call.send();
            assert!(reply.status != 503 && reply.status != 0, "{method} {path}: {}", reply.text());
            assert_eq!(
                api.rpc("whoami", json!({})).json()["user"],
                "anon",
                "after {method} {path}"
            );
        }
    }
    assert_eq!(
        howdah.value("SELECT count(*) > 5 FROM jail.log WHERE \"user\" = 'anon'"),
        "t",
        "the traps did run"
    );
    let others = howdah.value("SELECT coalesce(string_agg(DISTINCT kind || ' as ' || \"user\", ', '), '') FROM jail.log WHERE \"user\" NOT IN ('anon', 'authenticated')");
    assert_eq!(others, "", "code ran as somebody else");
}

#[test]
fn runs_deferred_triggers_as_the_caller() {
    let howdah = shared();
    let (api, user) = (anon(howdah), Api::user(howdah, "jail", 3));
    for n in 0..100 {
        api.post("/deferred", json!({"id": n})).is(201);
        user.post("/deferred", json!({"id": n})).is(201);
    }
    api.post("/deferred_slips", json!({"id": 1})).is_success();
    let found =
        howdah.value("SELECT count(*) FROM jail.log WHERE kind = 'deferred' AND \"user\" = 'anon'");
    assert!(found.parse::<i64>().is_ok_and(|n| n >= 100), "{found}");
    assert_eq!(howdah.value("SELECT count(DISTINCT uid) || '/' || count(*) FROM jail.log WHERE kind = 'deferred' AND \"user\" = 'authenticated'"), "1/100");
    assert_eq!(ran_as_others("deferred"), "");
    assert_eq!(ran_as_others("deferred slip"), "");
    api.post("/deferred_raises", json!({"id": 1})).fails(400, "P0001");
    assert_eq!(howdah.value("SELECT count(*) FROM jail.deferred_raises"), "0");
    api.post("/deferred_child", json!({"id": 1, "parent_id": 99})).fails(409, "23503");
    assert_eq!(howdah.value("SELECT count(*) FROM jail.deferred_child"), "0");
    // The same from psql, where the base role is a superuser.
    howdah.request_in_sql(
        "POST",
        "/rest/v1/deferred",
        &json!({"content-profile": "jail", "content-type": "application/json"}),
        Some("{\"id\": 5}"),
        None,
    );
    assert_eq!(ran_as_others("deferred"), "");
}

/// Who else than the caller ran the code that leaves `kind` in the log.
fn ran_as_others(kind: &str) -> String {
    shared().value(&format!("SELECT coalesce(string_agg(DISTINCT \"user\", ', '), '') FROM jail.log WHERE kind = '{kind}' AND \"user\" NOT IN ('anon', 'authenticated')"))
}

#[test]
fn runs_triggers_that_a_deferred_trigger_defers_again_as_the_caller() {
    let howdah = shared();
    // One that says SET CONSTRAINTS ALL DEFERRED and queues another: that one must not wait for COMMIT.
    for _ in 0..3 {
        anon(howdah).post("/deferred_again", json!({"id": 1}));
    }
    assert_eq!(ran_as_others("deferred from deferred"), "");
    howdah.request_in_sql(
        "POST",
        "/rest/v1/deferred_again",
        &json!({"content-profile": "jail", "content-type": "application/json"}),
        Some("{\"id\": 5}"),
        None,
    );
    assert_eq!(ran_as_others("deferred from deferred"), "", "from psql");
}

#[test]
fn runs_held_cursors_inside_or_not_at_all() {
    let howdah = shared();
    let mut session = Session::open(howdah);
    for _ in 0..3 {
        session.serve("hold", &json!({}), None);
    }
    anon(howdah).rpc("hold", json!({}));
    howdah.request_in_sql(
        "POST",
        "/rest/v1/rpc/hold",
        &json!({"content-profile": "jail", "content-type": "application/json"}),
        Some("{}"),
        None,
    );
    let others = howdah.value("SELECT coalesce(string_agg(DISTINCT \"user\", ', '), '') FROM jail.log WHERE kind = 'hold cursor' AND \"user\" <> 'anon'");
    assert_eq!(others, "", "a cursor WITH HOLD was run at COMMIT as somebody else");
    assert_eq!(
        rows(&mut session.client, "SELECT count(*)::text FROM pg_cursors WHERE is_holdable")
            .expect("rows")[0][0]
            .as_deref(),
        Some("0")
    );
}

/// What a request might leave to the next on its connection.
const LEAKS: [&str; 30] = [
    "SELECT set_config('leak.value', 'planted', false)",
    "SET leak.value = 'planted'",
    "SELECT set_config('search_path', 'jail, pg_temp', false)",
    "SET search_path = pg_temp",
    "SET row_security = off",
    "SET statement_timeout = 1",
    "SET lock_timeout = 1",
    "SET idle_in_transaction_session_timeout = 1",
    "SET TimeZone = 'Asia/Tehran'",
    "SET DateStyle = 'SQL, DMY'",
    "SET IntervalStyle = 'iso_8601'",
    "SET bytea_output = 'escape'",
    "SET extra_float_digits = -15",
    "SET client_encoding = 'LATIN1'",
    "SET standard_conforming_strings = off",
    "SET default_transaction_read_only = on",
    "SET default_transaction_isolation = 'serializable'",
    "SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY",
    "SET work_mem = '64kB'",
    "SET enable_seqscan = off",
    "SET xmlbinary = 'hex'",
    "SELECT set_config('request.jwt.claims', '{\"sub\":\"00000000-0000-4000-8000-000000000002\"}', false)",
    "SELECT set_config('response.headers', '[{\"X-Leak\":\"1\"}]', false)",
    "SELECT set_config('response.status', '299', false)",
    "CREATE TEMP TABLE owned (id int, owner uuid, body text)",
    "PREPARE leaked AS SELECT 'planted'",
    "LISTEN leaked",
    "SELECT pg_advisory_lock(815)",
    "DECLARE leaked CURSOR WITH HOLD FOR SELECT 'planted'",
    "SELECT lo_open(lo_create(0), 131072)",
];

#[test]
fn leaves_nothing_to_the_next_request() {
    let howdah = shared();
    let user = howdah.mint("authenticated", &json!({"sub": user_id(2)}), "1 hour");
    let mut session = Session::open(howdah);
    session.serve("whoami", &json!({}), None);
    let clean = session.serve("state", &json!({}), Some(&user));
    let before = session.remains();
    let mut leaks = Vec::new();
    for statement in LEAKS {
        session.serve("attempt", &json!({"statement": statement}), None);
        let (after, remains) = (session.serve("state", &json!({}), Some(&user)), session.remains());
        let differ: Vec<_> = remains.iter().filter(|row| !before.contains(row)).collect();
        if after != clean || !differ.is_empty() {
            leaks.push(format!("{statement}: {differ:?}\n  {}\n  {}", clean.1, after.1));
            session = Session::open(howdah);
            session.serve("whoami", &json!({}), None);
            session.serve("state", &json!({}), Some(&user));
        }
    }
    let (mut drill, _) = Drill::begin(
        "A3",
        format!(
            "{} things that a request might leave to the next one on its connection",
            LEAKS.len()
        ),
    );
    drill.check(leaks.is_empty(), || leaks.join("\n"));
    drill.passed((LEAKS.len() - leaks.len()).saturating_sub(1) as u64);
    drill.end();
}

#[test]
fn leaves_nothing_over_http_either() {
    let howdah = shared();
    let (api, user) = (anon(howdah), Api::user(howdah, "jail", 2));
    for statement in LEAKS {
        api.rpc("attempt", json!({"statement": statement}));
        for _ in 0..3 {
            let reply = user.get("/owned?select=id&order=id");
            reply.has("x-leak", None);
            assert_eq!(
                reply.is(200).ids(),
                [1, 51, 101, 151, 201, 251, 301, 351, 401, 451],
                "after {statement}"
            );
        }
    }
}

#[test]
fn does_not_let_claims_be_forged() {
    let howdah = shared();
    let victim = user_id(2);
    let forged =
        json!({"sub": victim, "role": "service_role", "email": "victim@example.org"}).to_string();
    let cases: Vec<(&str, &str)> = vec![
        ("request.jwt.claims", &forged),
        ("request.jwt.claim.sub", &victim),
        ("request.jwt.claim.role", "service_role"),
        ("request.jwt", &forged),
        ("request.headers", "{\"authorization\":\"Bearer x\"}"),
        ("howdah.claims", &forged),
        ("howdah.jwt", &forged),
        ("howdah.uid", &victim),
        ("howdah.user", &victim),
        ("howdah.role", "service_role"),
        ("jwt.claims", &forged),
        ("jwt.claims.sub", &victim),
        ("pgrst.jwt.claims", &forged),
        ("auth.uid", &victim),
    ];
    let (anon, one) = (anon(howdah), Api::user(howdah, "jail", 1));
    for local in [true, false] {
        each(&cases, |(name, value)| {
            let arguments = json!({"name": name, "value": value, "local": local});
            let body = anon.rpc("forge", arguments.clone()).is(200).json();
            assert_eq!(
                (&body["uid"], &body["rows"], &body["user"], &body["role"]),
                (&Value::Null, &json!(0), &json!("anon"), &json!("anon"))
            );
            let body = one.rpc("forge", arguments.clone()).is(200).json();
            assert_eq!(
                (&body["uid"], &body["rows"], &body["role"]),
                (&json!(user_id(1)), &json!(10), &json!("authenticated"))
            );
            assert_ne!(body["email"], "victim@example.org");
            let after = one.rpc("uid_text", json!({})).is(200).json();
            assert_eq!(after, json!({"null": false, "text": user_id(1), "rows": 10}));
        });
    }
}

#[test]
fn says_null_and_never_empty_for_nobody() {
    let howdah = shared();
    let mut session = Session::open(howdah);
    let token = howdah.mint("authenticated", &json!({"sub": user_id(2)}), "1 hour");
    for _ in 0..3 {
        assert_eq!(session.serve("uid_text", &json!({}), Some(&token)).0, 200);
        let (status, body) = session.serve("uid_text", &json!({}), None);
        let body: Value = serde_json::from_str(&body).expect("JSON");
        assert_eq!((status, body), (200, json!({"null": true, "text": null, "rows": 0})));
    }
}

#[test]
fn keeps_users_apart_on_shared_connections() {
    let howdah = shared();
    let users: Vec<_> = (1..=50).map(|n| Api::user(howdah, "jail", n)).collect();
    let rounds = count(2_500, 500);
    let (mut drill, _) = Drill::begin(
        "A3",
        format!(
            "{} interleaved reads of 50 users on 4 connections, each of his own rows",
            4 * rounds
        ),
    );
    std::thread::scope(|scope| {
        for worker in 0..4_usize {
            let users = &users;
            scope.spawn(move || {
                let mut connection = Connection::open(howdah.address()).expect("a connection");
                for round in 0..rounds {
                    let n = (round * 7 + worker * 13) % 50;
                    let reply = users[n]
                        .rest("GET", "/owned?select=id&order=id")
                        .send_on(&mut connection, true)
                        .expect("an answer");
                    // Row i belongs to user i % 50 + 1.
                    let wanted: Vec<i64> = (1..=500).filter(|i| (i % 50) as usize == n).collect();
                    assert_eq!(reply.ids(), wanted, "user {}", n + 1);
                }
            });
        }
    });
    drill.passed(4 * rounds as u64);
    drill.end();
}

#[test]
fn changes_role_in_a_pre_request_only_through_enter_role() {
    let howdah = shared();
    let mut dba = howdah.dba();
    // Outside a request it is refused, for API roles and for the proxy's role alike.
    assert!(dba.batch_execute("SET ROLE anon; SELECT howdah.enter_role('service_role')").is_err());
    assert!(
        howdah.proxy_session().batch_execute("SELECT howdah.enter_role('service_role')").is_err()
    );
}

#[test]
fn gives_the_proxys_role_nothing_but_the_gateway() {
    let howdah = shared();
    let mut proxy = howdah.proxy_session();
    for sql in [
        "SET ROLE anon",
        "SET ROLE service_role",
        "SET ROLE howdah_owner",
        "SELECT * FROM howdah.keys",
        "SELECT * FROM howdah.settings",
        "SELECT * FROM howdah.routes",
        "SELECT * FROM read.item",
        "SELECT howdah.mint_token('service_role', '{}', interval '1 hour')",
        "SELECT howdah.rotate_key()",
        "SELECT howdah.set('rest.schemas', 'pg_catalog')",
        "SELECT howdah.request('GET', '/rest/v1/', '{}', NULL, NULL)",
        "SELECT howdah.impersonate('00000000-0000-4000-8000-000000000001')",
        "CREATE TABLE public.mine (id int)",
        "CREATE SCHEMA mine",
        "CREATE TEMP TABLE mine (id int)",
    ] {
        assert!(proxy.batch_execute(sql).is_err(), "the proxy's role may: {sql}");
    }
    assert_eq!(howdah.value("SELECT count(*) FROM pg_auth_members WHERE member IN ('howdah_proxy'::regrole, 'howdah_courier'::regrole)"), "0");
    let may = howdah.value(
        "SELECT string_agg(p.oid::regprocedure::text, ', ' ORDER BY 1) FROM pg_proc p JOIN pg_namespace n ON n.oid = pronamespace
         WHERE nspname IN ('howdah', 'howdah_private', 'auth') AND EXISTS (SELECT FROM aclexplode(proacl) WHERE grantee = 'howdah_proxy'::regrole)",
    );
    assert_eq!(may.matches("howdah.").count(), 3, "{may}");
    for door in ["howdah.serve(", "howdah.serve_frame(", "howdah.proxy_config("] {
        assert!(may.contains(door), "{may}");
    }
}
