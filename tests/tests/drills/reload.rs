//! Nothing to reload: DDL under traffic, 10,000 tables, and a schema change that takes long.
//! Short here; with `HOWDAH_DRILLS=full` (`make drills`) a minute of DDL.

use super::faults::Raise;
use howdah_tests::api::Api;
use howdah_tests::server::Howdah;
use howdah_tests::wire::Connection;
use serde_json::{Value, json};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::{Duration, Instant};

fn full() -> bool {
    std::env::var("HOWDAH_DRILLS").is_ok_and(|value| value == "full")
}

const TABLES: &str = "CREATE TABLE public.film (id int PRIMARY KEY, title text NOT NULL);
    INSERT INTO public.film SELECT n, 'film ' || n FROM generate_series(1, 100) AS n;
    CREATE TABLE public.credit (film_id int REFERENCES public.film, name text);
    INSERT INTO public.credit SELECT n, 'name ' || n FROM generate_series(1, 100) AS n;
    CREATE TABLE public.written (id int PRIMARY KEY GENERATED ALWAYS AS IDENTITY, n int);
    CREATE VIEW public.shown AS SELECT id, title FROM public.film;
    CREATE TABLE public.guarded (id int); INSERT INTO public.guarded VALUES (1), (2);
    ALTER TABLE public.guarded ENABLE ROW LEVEL SECURITY; CREATE POLICY p ON public.guarded USING (id = 1);
    CREATE FUNCTION public.version() RETURNS int LANGUAGE sql STABLE AS 'SELECT 0';
    GRANT SELECT ON public.film, public.credit, public.shown, public.guarded TO anon;
    GRANT SELECT, INSERT, UPDATE, DELETE ON public.written TO anon;
    GRANT EXECUTE ON FUNCTION public.version() TO anon";

/// Requests that are right whatever the changes below have done so far.
const STEADY: &[(&str, &str, &str)] = &[
    ("GET", "/film?select=id,title&limit=3", ""),
    ("GET", "/film?limit=3", ""),
    ("GET", "/film?id=eq.7&select=*,credit(*)", ""),
    ("GET", "/credit?select=name,film(title)&limit=5", ""),
    ("GET", "/shown?id=lt.5", ""),
    ("GET", "/guarded?select=id", ""),
    ("GET", "/rpc/version", ""),
    ("POST", "/written", r#"{"n":1}"#),
    ("PATCH", "/written?id=lt.3", r#"{"n":2}"#),
];

/// A change, and what the next request must answer once it has committed.
struct Change {
    sql: &'static str,
    path: &'static str,
    status: u16,
    body: Option<Value>,
}

fn changes(round: i32) -> Vec<Change> {
    let change = |sql, path, status, body| Change { sql, path, status, body };
    let film = "/film?id=eq.1";
    vec![
        change(
            "ALTER TABLE public.film ADD COLUMN extra int DEFAULT 5",
            film,
            200,
            Some(json!([{"id": 1, "title": "film 1", "extra": 5}])),
        ),
        change(
            "ALTER TABLE public.film DROP COLUMN extra",
            film,
            200,
            Some(json!([{"id": 1, "title": "film 1"}])),
        ),
        change(
            "CREATE TABLE public.passing AS SELECT 1 AS id; GRANT SELECT ON public.passing TO anon",
            "/passing",
            200,
            Some(json!([{"id": 1}])),
        ),
        change("REVOKE SELECT ON public.passing FROM anon", "/passing", 401, None),
        change("GRANT SELECT ON public.passing TO anon", "/passing", 200, Some(json!([{"id": 1}]))),
        change("DROP TABLE public.passing", "/passing", 404, None),
        match round % 2 {
            0 => change(
                "CREATE OR REPLACE FUNCTION public.version() RETURNS int LANGUAGE sql STABLE AS 'SELECT 2'",
                "/rpc/version",
                200,
                Some(json!(2)),
            ),
            _ => change(
                "CREATE OR REPLACE FUNCTION public.version() RETURNS int LANGUAGE sql STABLE AS 'SELECT 3'",
                "/rpc/version",
                200,
                Some(json!(3)),
            ),
        },
        change(
            "ALTER POLICY p ON public.guarded USING (id = 2)",
            "/guarded",
            200,
            Some(json!([{"id": 2}])),
        ),
        change(
            "ALTER POLICY p ON public.guarded USING (id = 1)",
            "/guarded",
            200,
            Some(json!([{"id": 1}])),
        ),
        change(
            "CREATE OR REPLACE VIEW public.shown AS SELECT id, title, id + 1 AS next FROM public.film",
            "/shown?id=eq.1",
            200,
            Some(json!([{"id": 1, "title": "film 1", "next": 2}])),
        ),
        change(
            "BEGIN; DROP VIEW public.shown; CREATE VIEW public.shown AS SELECT id, title FROM public.film; GRANT SELECT ON public.shown TO anon; COMMIT",
            "/shown?id=eq.1",
            200,
            Some(json!([{"id": 1, "title": "film 1"}])),
        ),
        change(
            "ALTER TABLE public.credit ADD COLUMN other_id int REFERENCES public.film",
            "/credit?film_id=eq.1",
            200,
            Some(json!([{"film_id": 1, "name": "name 1", "other_id": null}])),
        ),
        change(
            "ALTER TABLE public.credit DROP COLUMN other_id",
            "/credit?film_id=eq.1&select=name,film(id)",
            200,
            Some(json!([{"name": "name 1", "film": {"id": 1}}])),
        ),
        change(
            "ALTER TABLE public.credit ALTER COLUMN name TYPE varchar(99)",
            film,
            200,
            Some(json!([{"id": 1, "title": "film 1"}])),
        ),
        change(
            "ALTER TABLE public.credit ALTER COLUMN name TYPE text",
            film,
            200,
            Some(json!([{"id": 1, "title": "film 1"}])),
        ),
    ]
}

#[test]
fn ddl_under_traffic_gives_no_error_and_no_stale_answer() {
    let howdah = Howdah::start(&[]);
    howdah.sql(TABLES);
    let api = Api::anon(&howdah, "public");
    let (stop, asked) = (AtomicBool::new(false), AtomicU32::new(0));
    let wrong = Mutex::new(Vec::new());
    let rounds = if full() { 40 } else { 4 };
    let mut changed = 0;
    std::thread::scope(|scope| {
        let _stop = Raise(&stop);
        let clients = 8;
        for client in 0..clients {
            let (api, stop, asked, wrong) = (&api, &stop, &asked, &wrong);
            scope.spawn(move || {
                let mut connection = Connection::open(api.howdah.address()).expect("a connection");
                let mut turn = client;
                // A hundred a second, all together.
                let pace = Duration::from_millis(10 * clients as u64);
                let mut next = Instant::now() + pace * client as u32 / clients as u32;
                while !stop.load(Ordering::Relaxed) {
                    let (method, path, body) = STEADY[turn % STEADY.len()];
                    turn += 1;
                    let mut call = api.rest(method, path);
                    if !body.is_empty() {
                        call = call.json(serde_json::from_str(body).expect("JSON"));
                    }
                    let reply = call.send_on(&mut connection, true).expect("an answer");
                    asked.fetch_add(1, Ordering::Relaxed);
                    // While there are two keys to it the embed is ambiguous, which is the truth.
                    let ambiguous = path.contains("credit") && reply.status == 300;
                    if !ambiguous && !(200..300).contains(&reply.status) {
                        let said = format!("{method} {path}: {} {}", reply.status, reply.text());
                        wrong.lock().expect("no panic").push(said);
                    }
                    next += pace;
                    std::thread::sleep(next.saturating_duration_since(Instant::now()));
                }
            });
        }
        let mut dba = howdah.dba();
        for round in 0..rounds {
            for change in changes(round) {
                dba.batch_execute(change.sql).unwrap_or_else(|e| panic!("{}: {e}", change.sql));
                changed += 1;
                // What is asked after the commit sees it, whichever connection answers.
                let told: Vec<_> = std::thread::scope(|ask| {
                    let asks: Vec<_> = (0..6).map(|_| ask.spawn(|| api.get(change.path))).collect();
                    asks.into_iter().map(|one| one.join().expect("no panic")).collect()
                });
                for reply in told {
                    reply.is(change.status);
                    if let Some(body) = &change.body {
                        reply.equals(body.clone());
                    }
                }
                std::thread::sleep(Duration::from_millis(100));
            }
        }
    });
    let wrong = wrong.into_inner().expect("no panic");
    println!("{} requests during {changed} changes, {} wrong", asked.into_inner(), wrong.len());
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_long_schema_change_holds_up_nobody_else() {
    let howdah = Howdah::start(&[]);
    howdah.sql(TABLES);
    howdah.sql("SELECT howdah.set('limits.timeout_ms', '1500')");
    let api = Api::anon(&howdah, "public");
    api.get("/film?limit=1").is(200);
    let mut dba = howdah.dba();
    dba.batch_execute("BEGIN; ALTER TABLE public.film ADD COLUMN slow int").expect("a change");
    let begun = Instant::now();
    let (slowest, late) = std::thread::scope(|scope| {
        // Those that need the table wait for it, no longer than their time, and are told.
        let waiting: Vec<_> = (0..12)
            .map(|n| {
                let path = [
                    "/film?select=id&limit=1",
                    "/film?id=eq.3",
                    "/shown",
                    "/credit?select=film(id)",
                ][n % 4];
                let api = &api;
                scope.spawn(move || {
                    let asked = Instant::now();
                    (api.get(path), asked.elapsed())
                })
            })
            .collect();
        std::thread::sleep(Duration::from_millis(100));
        let mut slowest = Duration::ZERO;
        let mut count = 0;
        while begun.elapsed() < Duration::from_secs(if full() { 10 } else { 3 }) {
            for path in ["/guarded?select=id", "/rpc/version", "/written?limit=1", "/nowhere"] {
                let asked = Instant::now();
                let reply = api.get(path);
                assert!(
                    matches!(reply.status, 200 | 404),
                    "{path}: {} {}",
                    reply.status,
                    reply.text()
                );
                slowest = slowest.max(asked.elapsed());
                count += 1;
            }
            api.post("/written", json!({"n": 1})).is(201);
            std::thread::sleep(Duration::from_millis(10));
        }
        assert!(count > 40, "only {count} others");
        let mut late = Duration::ZERO;
        for waited in waiting {
            let (reply, took) = waited.join().expect("no panic");
            assert!(matches!(reply.status, 503 | 504), "{} {}", reply.status, reply.text());
            reply.well_formed_error();
            late = late.max(took);
        }
        (slowest, late)
    });
    println!(
        "others took {slowest:?} at most; those that needed the table were told after {late:?}"
    );
    assert!(slowest < Duration::from_millis(1000), "another table's request took {slowest:?}");
    assert!(late < Duration::from_millis(4000), "told after {late:?}");
    dba.batch_execute("COMMIT").expect("a commit");
    api.get("/film?id=eq.1").is(200).equals(json!([{"id": 1, "title": "film 1", "slow": null}]));
}

#[test]
fn ten_thousand_tables_slow_no_first_request() {
    let howdah = Howdah::start(&[]);
    let many = if full() { 10_000 } else { 2_500 };
    // In portions: each table takes locks until its transaction ends.
    for portion in 0..many / 100 {
        howdah.sql(&format!(
            "DO $$ BEGIN FOR n IN {from}..{to} LOOP
               EXECUTE format('CREATE TABLE public.t%s (id int PRIMARY KEY, name text, parent int REFERENCES public.t%s)', n, greatest(n - 1, 0));
               EXECUTE format('GRANT SELECT ON public.t%s TO anon', n);
             END LOOP; END $$",
            from = portion * 100,
            to = portion * 100 + 99
        ));
    }
    howdah.sql("ANALYZE pg_class; ANALYZE pg_attribute; ANALYZE pg_constraint; ANALYZE pg_type");
    // In the database: the first request of a new session, loading of the library apart.
    let mut taken = Vec::new();
    for n in 0..5 {
        let mut session = howdah.dba();
        session.batch_execute("LOAD 'howdah'").expect("the library");
        for path in [
            format!("/rest/v1/t{}?select=id", 7 + n),
            format!("/rest/v1/t{}?select=id,t{}(id)", 70 + n, 69 + n),
        ] {
            let begun = Instant::now();
            let row = session
                .query_one("SELECT status FROM howdah.request('GET', $1)", &[&path])
                .expect("a row");
            taken.push(begun.elapsed());
            assert_eq!(row.get::<_, i32>(0), 200, "{path}");
        }
    }
    taken.sort();
    println!("first requests in a new session: {taken:?}");
    assert!(taken[taken.len() / 2] < Duration::from_millis(50), "{taken:?}");
    // A slip of the pen, searched among all of them.
    let api = Api::anon(&howdah, "public");
    let begun = Instant::now();
    let error = api.get("/tt2345").fails(404, "PGRST205");
    let took = begun.elapsed();
    println!("a hint among {many}: {took:?} {error}");
    assert_eq!(error["hint"], "Perhaps you meant the table 'public.t2345'");
    assert!(took < Duration::from_millis(250), "{took:?}");
    let begun = Instant::now();
    api.get("/t77?select=id,nothing(id)").fails(400, "PGRST200");
    println!("an embed that is not: {:?}", begun.elapsed());
    assert!(begun.elapsed() < Duration::from_millis(250), "{:?}", begun.elapsed());
}
