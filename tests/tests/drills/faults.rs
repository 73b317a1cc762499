//! What goes down and comes back: Postgres stopped and killed, one backend killed, the proxy killed or told to stop.

use howdah_tests::api::Api;
use howdah_tests::drill::signal;
use howdah_tests::process::serving;
use howdah_tests::server::{Howdah, free_port};
use howdah_tests::wire::Connection;
use serde_json::json;
use std::process::Command;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::{Duration, Instant};

const TABLES: &str = "CREATE TABLE public.kept (id int PRIMARY KEY, body text); GRANT SELECT, INSERT, DELETE ON public.kept TO anon;
    CREATE FUNCTION public.slow_insert(id int) RETURNS void LANGUAGE plpgsql AS $$
      BEGIN INSERT INTO public.kept VALUES (slow_insert.id, 'half'); PERFORM pg_sleep(3); INSERT INTO public.kept VALUES (-slow_insert.id, 'done'); END $$;
    GRANT EXECUTE ON FUNCTION public.slow_insert TO anon";

fn start() -> Howdah {
    let howdah = Howdah::start(&[]);
    howdah.sql(TABLES);
    howdah
}

/// Sets a flag when it goes, also when the drill fails: threads of a scope would be waited for forever.
pub struct Raise<'a>(pub &'a AtomicBool);

impl Drop for Raise<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// Asks until a read answers 200; fails after `patience`.
fn recovers(api: &Api, patience: Duration) -> Duration {
    let start = Instant::now();
    loop {
        if api.rest("GET", "/kept?limit=1").try_send().is_ok_and(|r| r.status == 200) {
            return start.elapsed();
        }
        assert!(start.elapsed() < patience, "not back after {patience:?}");
        std::thread::sleep(Duration::from_millis(100));
    }
}

#[test]
fn answers_503_while_postgres_is_down_and_recovers_alone() {
    let howdah = start();
    let api = Api::anon(&howdah, "public");
    api.post("/kept", json!({"id": 1, "body": "before"})).is(201);
    let before = serving(&howdah);
    let postmaster = howdah.postmaster();
    let back = AtomicBool::new(false);
    let refused = AtomicU32::new(0);
    let down = std::thread::scope(|scope| {
        let _back = Raise(&back);
        scope.spawn(|| {
            while !back.load(Ordering::Relaxed) {
                let asked = Instant::now();
                let Ok(reply) = api.rest("GET", "/kept").try_send() else { continue };
                assert!(asked.elapsed() < Duration::from_secs(35), "{:?}", asked.elapsed());
                if reply.status != 200 {
                    reply.is(503).well_formed_error();
                    assert!(reply.header("retry-after").is_some(), "503 says when to come again");
                    refused.fetch_add(1, Ordering::Relaxed);
                }
            }
        });
        signal("KILL", postmaster);
        let down = Instant::now();
        while howdah.postmaster() == postmaster {
            assert!(down.elapsed() < Duration::from_secs(60), "no new Postgres");
            std::thread::sleep(Duration::from_millis(20));
        }
        down
    });
    recovers(&api, Duration::from_secs(60));
    assert_eq!(api.get("/kept?select=id").ids(), [1], "what was acknowledged is there");
    // A write is not repeated by the proxy: one on a connection that just broke is refused.
    // (One whose answer was lost may have been kept: 409.)
    while api.post("/kept", json!({"id": 2, "body": "after"})).status == 503 {
        assert!(down.elapsed() < Duration::from_secs(60), "no write after {:?}", down.elapsed());
        std::thread::sleep(Duration::from_millis(100));
    }
    let refused = refused.into_inner();
    println!("{refused} refused; reads and writes again {:?} after the kill", down.elapsed());
    assert_eq!(api.get("/kept?select=id&order=id").ids(), [1, 2]);
    assert_eq!(serving(&howdah), before, "the proxy itself did not restart");
}

#[test]
fn survives_a_killed_backend() {
    let howdah = start();
    let api = Api::anon(&howdah, "public");
    api.post("/kept", json!({"id": 1})).is(201);
    for _ in 0..3 {
        let terminated = howdah.value("SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE usename = 'howdah_proxy'");
        assert_ne!(terminated, "0");
        // An idempotent request is answered or told to come again; the next one is answered.
        let reply = api.rest("GET", "/kept?select=id").send();
        assert!(matches!(reply.status, 200 | 503), "{}", reply.text());
        recovers(&api, Duration::from_secs(5));
    }
}

#[test]
fn leaves_nothing_half_done_when_the_proxy_is_killed() {
    let howdah = start();
    let api = Api::anon(&howdah, "public");
    let proxies = serving(&howdah);
    assert_eq!(proxies.len(), 1, "one howdah serve");
    std::thread::scope(|scope| {
        let asking =
            scope.spawn(|| api.rest("POST", "/rpc/slow_insert").json(json!({"id": 7})).try_send());
        std::thread::sleep(Duration::from_millis(800));
        signal("KILL", proxies[0]);
        assert!(asking.join().expect("no panic").is_err(), "the connection breaks");
    });
    // Postgres notices by the write of its answer at the latest; nobody is left inside a transaction.
    let end = Instant::now() + Duration::from_secs(15);
    loop {
        let busy = howdah.value("SELECT count(*) FROM pg_stat_activity WHERE usename = 'howdah_proxy' AND state <> 'idle'");
        if busy == "0" {
            break;
        }
        assert!(Instant::now() < end, "{busy} sessions of the killed proxy are left");
        std::thread::sleep(Duration::from_millis(200));
    }
    let rows = howdah.value("SELECT count(*) FROM public.kept");
    assert!(rows == "0" || rows == "2", "all or nothing, not {rows} of 2 rows");
    recovers(&api, Duration::from_secs(15));
}

#[test]
fn drains_on_sigterm_without_losing_a_request() {
    let howdah = start();
    let port = free_port();
    let mut serve = Command::new(howdah_tests::server::binary())
        .args(["serve", "--port", &port.to_string(), "--db-url", &howdah.proxy_db_url])
        .stdout(std::process::Stdio::null())
        .stderr(std::process::Stdio::null())
        .spawn()
        .expect("howdah serve runs");
    let address = format!("127.0.0.1:{port}");
    let end = Instant::now() + Duration::from_secs(10);
    while !howdah_tests::server::ready(&address) {
        assert!(Instant::now() < end, "howdah serve was not ready in 10 s");
        std::thread::sleep(Duration::from_millis(20));
    }
    let api = Api::anon(&howdah, "public");
    let request = api.rest("POST", "/rpc/slow_insert").json(json!({"id": 9}));
    std::thread::scope(|scope| {
        let asking = scope.spawn(|| {
            Connection::open(&address).and_then(|mut c| c.exchange(&request.wire(false)))
        });
        std::thread::sleep(Duration::from_millis(500));
        signal("TERM", serve.id());
        let reply = asking.join().expect("no panic").expect("the running request is answered");
        assert_eq!(reply.status, 204, "{}", reply.text());
    });
    let end = Instant::now() + Duration::from_secs(10);
    while serve.try_wait().expect("a child").is_none() {
        assert!(Instant::now() < end, "still there 10 s after its last request");
        std::thread::sleep(Duration::from_millis(50));
    }
    assert!(Connection::open(&address).is_err(), "nobody listens any more");
    assert_eq!(howdah.value("SELECT count(*) FROM public.kept"), "2");
}

#[test]
fn loses_no_acknowledged_write_when_postgres_is_killed_under_load() {
    let howdah = start();
    let api = Api::anon(&howdah, "public");
    let (stop, next) = (AtomicBool::new(false), AtomicU32::new(1000));
    let acknowledged = std::thread::scope(|scope| {
        let writers: Vec<_> = (0..4)
            .map(|_| {
                scope.spawn(|| {
                    let mut acknowledged = Vec::new();
                    while !stop.load(Ordering::Relaxed) {
                        let id = next.fetch_add(1, Ordering::Relaxed);
                        if api
                            .rest("POST", "/kept")
                            .json(json!({"id": id}))
                            .try_send()
                            .is_ok_and(|r| r.status == 201)
                        {
                            acknowledged.push(id);
                        } else {
                            std::thread::sleep(Duration::from_millis(20));
                        }
                    }
                    acknowledged
                })
            })
            .collect();
        let raise = Raise(&stop);
        for _ in 0..3 {
            std::thread::sleep(Duration::from_millis(700));
            let killed = howdah.postmaster();
            signal("KILL", killed);
            // A backend may outlive its postmaster for a moment: back is who answers under a new one.
            while howdah.postmaster() == killed {
                std::thread::sleep(Duration::from_millis(50));
            }
            recovers(&api, Duration::from_secs(60));
        }
        drop(raise);
        writers.into_iter().flat_map(|w| w.join().expect("no panic")).collect::<Vec<u32>>()
    });
    assert!(acknowledged.len() > 20, "only {} writes", acknowledged.len());
    let list = acknowledged.iter().map(u32::to_string).collect::<Vec<_>>().join(",");
    let lost = howdah.value(&format!("SELECT count(*) FROM unnest(ARRAY[{list}]) AS a (id) WHERE NOT EXISTS (SELECT FROM public.kept k WHERE k.id = a.id)"));
    assert_eq!(lost, "0", "of {} acknowledged writes", acknowledged.len());
}

#[test]
fn starts_again_on_kept_data() {
    let mut howdah = start();
    let api = Api::anon(&howdah, "public");
    api.post("/kept", json!({"id": 1})).is(201);
    let (url, db_url, key) = (howdah.url.clone(), howdah.db_url.clone(), howdah.anon_key.clone());
    let port = url.rsplit(':').next().expect("a port").to_owned();
    let token = howdah.mint("authenticated", &json!({}), "1 hour");
    let own = howdah.own.as_mut().expect("our own");
    let data = own.data.clone();
    signal("TERM", own.child.id());
    own.child.wait().expect("it ends");
    assert!(Connection::open(howdah.address()).is_err(), "the proxy is gone");
    let start = Instant::now();
    let pg_port = free_port().to_string();
    let again = Howdah::launch(&data, &port, &pg_port, &[]);
    let took = start.elapsed();
    println!("a second start took {took:?}");
    assert!(took < Duration::from_secs(10), "{took:?}");
    assert_eq!((&again.url, &again.anon_key), (&url, &key));
    let _ = db_url;
    let api = Api::anon(&again, "public");
    assert_eq!(api.ids("/kept?select=id"), [1]);
    api.with_token(&token).get("/kept").refused();
    api.with_token(&key).get("/kept").is(200);
    drop(again);
    howdah.own = None;
}
