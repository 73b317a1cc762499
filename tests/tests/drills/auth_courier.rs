//! Requests that wait for the courier (docs/adr/0005-waiting.md): what they hold, when they end, and what is left when the
//! courier, the proxy or Postgres goes away in the middle. THREATS H1, E8, I4.

use crate::faults::Raise;
use howdah_tests::api::Api;
use howdah_tests::outside::Outside;
use howdah_tests::reply::Reply;
use howdah_tests::server::{Howdah, free_port};
use howdah_tests::wire::Connection;
use serde_json::{Value, json};
use std::process::Command;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::{Duration, Instant};

/// A flow of two fetches as sign-in by a provider is one; what it came to is written once, at the end. Another that never ends.
const FLOWS: &str = "
    CREATE SCHEMA flow; GRANT USAGE ON SCHEMA flow TO anon, howdah_owner;
    CREATE TABLE flow.done (name text PRIMARY KEY, answers jsonb); GRANT ALL ON flow.done TO howdah_owner;
    CREATE FUNCTION flow.ask(name text, first text, second text DEFAULT NULL) RETURNS auth.answer
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    DECLARE v_first jsonb; v_second jsonb;
    BEGIN
      v_first := howdah_private.fetch('flow/' || name, 'first', jsonb_build_object('url', first, 'method', 'POST',
          'form', jsonb_build_object('secret', howdah_private.seal_field('s3cret-' || name, 'flow'))));
      IF v_first IS NULL THEN RETURN howdah_private.auth_wait('flow/' || name); END IF;
      IF second IS NOT NULL AND v_first ->> 'error' IS NULL THEN
        v_second := howdah_private.fetch('flow/' || name, 'second', jsonb_build_object('url', second));
        IF v_second IS NULL THEN RETURN howdah_private.auth_wait('flow/' || name); END IF;
      END IF;
      IF v_first ->> 'error' IS NULL AND v_second ->> 'error' IS NULL THEN
        INSERT INTO flow.done VALUES (name, jsonb_build_array(v_first, v_second));
      END IF;
      PERFORM howdah_private.fetch_forget('flow/' || name);
      RETURN ROW(200, jsonb_build_array(v_first, v_second), NULL)::auth.answer;
    END $$;
    CREATE FUNCTION flow.never() RETURNS auth.answer LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
      AS $$ SELECT howdah_private.auth_wait('never') $$;
    CREATE FUNCTION flow.sly() RETURNS auth.answer LANGUAGE sql
      AS $$ SELECT ROW(200, '{}'::jsonb, '{\"Howdah-Wait\": \"x\"}'::jsonb)::auth.answer $$;
    ALTER FUNCTION flow.ask OWNER TO howdah_owner; ALTER FUNCTION flow.never OWNER TO howdah_owner;
    GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA flow TO anon;
    SELECT howdah.route('POST', '/flow/ask', 'flow.ask'), howdah.route('POST', '/flow/never', 'flow.never'),
           howdah.route('POST', '/flow/sly', 'flow.sly');";

fn start() -> Howdah {
    let howdah = Howdah::start(&[]);
    howdah.sql(FLOWS);
    howdah.sql("SELECT howdah.set('courier.allowed_hosts', '127.0.0.1:*')");
    let end = Instant::now() + Duration::from_secs(20);
    while howdah.value("SELECT count(*) FROM howdah.couriers") == "0" {
        assert!(Instant::now() < end, "no courier");
        std::thread::sleep(Duration::from_millis(50));
    }
    howdah
}

fn ask(api: &Api, name: &str, first: &str, second: Option<&str>) -> std::io::Result<Reply> {
    let body = json!({"name": name, "first": first, "second": second});
    api.call("POST", "/flow/ask").json(body).try_send()
}

fn metric(howdah: &Howdah, name: &str) -> u64 {
    let request = b"GET /metrics HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
    let reply = Connection::open(howdah.address()).and_then(|mut c| c.exchange(request));
    let text = reply.expect("metrics").text().to_owned();
    let line = text.lines().find(|line| line.starts_with(&format!("{name} "))).expect("a metric");
    line.rsplit(' ').next().and_then(|n| n.parse().ok()).expect("a number")
}

fn signal(name: &str, pid: u32) {
    let sent = Command::new("kill").args([&format!("-{name}"), &pid.to_string()]).status();
    assert!(sent.is_ok_and(|s| s.success()), "kill -{name} {pid}");
}

/// The process id of the courier that was heard of last.
fn courier(howdah: &Howdah) -> u32 {
    let name = howdah.value("SELECT name FROM howdah.couriers ORDER BY seen_at DESC LIMIT 1");
    name.rsplit('/').next().and_then(|pid| pid.parse().ok()).expect("host/pid")
}

#[test]
fn a_request_waits_for_the_outside_and_holds_nothing() {
    let howdah = start();
    let outside = Outside::start();
    let api = Api::anon(&howdah, "public");
    let quick =
        ask(&api, "a", &outside.url("/echo"), Some(&outside.url("/ok"))).expect("an answer");
    quick.is(200);
    let answers: Value = quick.json();
    assert_eq!(answers[1]["body"], "{\"ok\":true}");
    let echo = answers[0]["body"].as_str().expect("a body").to_ascii_lowercase();
    assert!(echo.starts_with("post /echo http/1.1") && echo.ends_with("secret=s3cret-a"), "{echo}");
    assert!(quick.header("howdah-wait").is_none());
    assert_eq!(howdah.value("SELECT count(*) FROM howdah.outbox_entries"), "0");

    // What it costs when the outside is near: two fetches.
    let mut took: Vec<Duration> = (0..20)
        .map(|n| {
            let begun = Instant::now();
            let name = format!("near-{n}");
            ask(&api, &name, &outside.url("/ok"), Some(&outside.url("/ok")))
                .expect("an answer")
                .is(200);
            begun.elapsed()
        })
        .collect();
    took.sort();
    println!("two fetches on loopback: median {:?}, slowest {:?}", took[10], took[19]);
    // A lost word costs a second: most are heard.
    assert!(took[10] < Duration::from_millis(700), "{took:?}");

    // Twenty wait for a second: no statement runs, no transaction is open, and others are answered.
    std::thread::scope(|scope| {
        let waiting: Vec<_> = (0..20)
            .map(|n| {
                let (api, url) = (&api, outside.url("/slow/1500"));
                scope.spawn(move || ask(api, &format!("slow-{n}"), &url, None).expect("an answer"))
            })
            .collect();
        std::thread::sleep(Duration::from_millis(700));
        assert!(metric(&howdah, "howdah_requests_waiting") > 10);
        for _ in 0..5 {
            let busy = howdah.value(
                "SELECT count(*) FROM pg_stat_activity WHERE usename IN ('howdah_proxy', 'howdah_courier')
                 AND state <> 'idle' AND now() - xact_start > interval '100 ms'",
            );
            assert_eq!(busy, "0");
            std::thread::sleep(Duration::from_millis(50));
        }
        let dump = howdah.value("SELECT string_agg(o::text, ' ') FROM howdah.outbox_entries o");
        assert!(dump.contains("/slow/1500") && !dump.contains("s3cret"), "{dump}");
        for one in waiting {
            one.join().expect("no panic").is(200);
        }
    });
    assert_eq!(howdah.value("SELECT count(*) FROM flow.done"), "41");
    assert_eq!(outside.asked("/slow/1500"), 20, "each is sent once");
    assert_eq!(metric(&howdah, "howdah_requests_waiting"), 0);

    // In psql it is seen as it is.
    let body = json!({"name": "psql", "first": outside.url("/ok")}).to_string();
    let headers = json!({"content-type": "application/json"});
    let first = howdah.request_in_sql("POST", "/flow/ask", &headers, Some(&body), None);
    assert_eq!((first.status, first.header("howdah-wait")), (202, Some("flow/psql")));
    std::thread::sleep(Duration::from_millis(1500));
    howdah.request_in_sql("POST", "/flow/ask", &headers, Some(&body), None).is(200);

    // Who says it without meaning it is not waited for, and the header goes nowhere.
    let sly = api.call("POST", "/flow/sly").json(json!({})).send();
    assert_eq!((sly.status, sly.header("howdah-wait")), (200, None));
}

#[test]
fn a_wait_ends_by_itself_and_with_its_client() {
    let howdah = start();
    let outside = Outside::start();
    let api = Api::anon(&howdah, "public");
    std::thread::scope(|scope| {
        // Nothing comes, or it comes a byte at a time: the flow says so within ten seconds.
        for path in ["/silent", "/drip"] {
            let (api, url) = (&api, outside.url(path));
            scope.spawn(move || {
                let begun = Instant::now();
                let reply = ask(api, path, &url, None).expect("an answer");
                assert_eq!(reply.is(200).json()[0], json!({"error": "timeout"}), "{path}");
                let took = begun.elapsed();
                assert!(
                    took > Duration::from_secs(8) && took < Duration::from_secs(11),
                    "{took:?}"
                );
            });
        }
        // A flow that waits for ever is given up.
        scope.spawn(|| {
            let begun = Instant::now();
            let reply = api.call("POST", "/flow/never").json(json!({})).send();
            assert_eq!(reply.status, 504, "{}", reply.text());
            assert!(reply.header("howdah-wait").is_none());
            let took = begun.elapsed();
            assert!(took > Duration::from_secs(9) && took < Duration::from_secs(11), "{took:?}");
        });
        // A bomb, a redirect to loopback, a place that is not on the list.
        scope.spawn(|| {
            let reply = ask(&api, "bomb", &outside.url("/bomb"), None).expect("an answer");
            assert_eq!(reply.is(200).json()[0], json!({"error": "too_large"}));
            let inside = Outside::start();
            let url = outside.url(&format!("/to/{}", inside.port));
            let reply = ask(&api, "redirect", &url, None).expect("an answer");
            assert_eq!(reply.is(200).json()[0]["status"], 302);
            for host in ["localhost", "localhost.", "[::1]", "[::ffff:7f00:1]", "127.2", "0"] {
                let url = format!("https://{host}:{}/ok", inside.port);
                let reply = ask(&api, host, &url, None).expect("an answer");
                let error = reply.is(200).json()[0]["error"].clone();
                assert!(error.is_string(), "{host}: {error}");
            }
            assert_eq!(inside.connections(), 0);
        });
    });
    // A client that leaves.
    let before = metric(&howdah, "howdah_requests_waiting");
    let call = api.call("POST", "/flow/never").json(json!({}));
    let mut left = std::net::TcpStream::connect(howdah.address()).expect("a connection");
    std::io::Write::write_all(&mut left, &call.wire(true)).expect("sent");
    let end = Instant::now() + Duration::from_secs(5);
    while metric(&howdah, "howdah_requests_waiting") == before {
        assert!(Instant::now() < end, "it never waited");
        std::thread::sleep(Duration::from_millis(20));
    }
    drop(left);
    let gone = Instant::now();
    while metric(&howdah, "howdah_requests_waiting") > before {
        assert!(gone.elapsed() < Duration::from_secs(3), "it waits although nobody is there");
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn no_more_than_a_quarter_of_the_places_wait() {
    let howdah = start();
    let port = free_port();
    let mut serve = Command::new(howdah_tests::server::binary())
        .args(["serve", "--port", &port.to_string(), "--db-url", &howdah.proxy_db_url])
        .args(["--max-in-flight", "16"])
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
    let request = api.call("POST", "/flow/never").json(json!({})).wire(false);
    let statuses: Vec<u16> = std::thread::scope(|scope| {
        let asked: Vec<_> = (0..10)
            .map(|_| {
                scope.spawn(|| {
                    let reply = Connection::open(&address).and_then(|mut c| c.exchange(&request));
                    reply.expect("an answer").status
                })
            })
            .collect();
        asked.into_iter().map(|one| one.join().expect("no panic")).collect()
    });
    let count = |status| statuses.iter().filter(|got| **got == status).count();
    assert_eq!((count(504), count(503)), (4, 6), "{statuses:?}");
    let _ = serve.kill();
    let _ = serve.wait();
}

/// Clients that make flows of their own, one after the other, until told to stop; those that succeeded.
fn sign_in_for_ever(api: &Api, outside: &Outside, next: &AtomicU32, stop: &AtomicBool) -> Vec<u32> {
    let mut succeeded = Vec::new();
    while !stop.load(Ordering::Relaxed) {
        let n = next.fetch_add(1, Ordering::Relaxed);
        let (first, second) = (outside.url("/slow/150"), outside.url("/slow/50"));
        match ask(api, &format!("n-{n}"), &first, Some(&second)) {
            Ok(reply) if reply.status == 200 && reply.json()[1]["status"] == 200 => {
                succeeded.push(n)
            }
            _ => std::thread::sleep(Duration::from_millis(50)),
        }
    }
    succeeded
}

/// Kills what `victim` names, over and over while clients wait, and checks that no flow is half done.
fn kill_while_they_wait(times: usize, victim: impl Fn(&Howdah) -> u32) {
    let howdah = start();
    let outside = Outside::start();
    let api = Api::anon(&howdah, "public");
    let (stop, next) = (AtomicBool::new(false), AtomicU32::new(0));
    let succeeded = std::thread::scope(|scope| {
        let clients: Vec<_> = (0..6)
            .map(|_| scope.spawn(|| sign_in_for_ever(&api, &outside, &next, &stop)))
            .collect();
        let raise = Raise(&stop);
        for _ in 0..times {
            std::thread::sleep(Duration::from_millis(1200));
            signal("KILL", victim(&howdah));
            // A later try works.
            let killed = Instant::now();
            let mut n = 0;
            loop {
                n += 1;
                let name = format!("later-{}-{n}", next.fetch_add(1, Ordering::Relaxed));
                let reply = ask(&api, &name, &outside.url("/ok"), None);
                if reply.is_ok_and(|r| r.status == 200 && r.json()[0]["status"] == 200) {
                    break;
                }
                assert!(killed.elapsed() < Duration::from_secs(60), "no later try works");
                std::thread::sleep(Duration::from_millis(100));
            }
            println!("works again {:?} after the kill", killed.elapsed());
        }
        drop(raise);
        clients.into_iter().flat_map(|c| c.join().expect("no panic")).collect::<Vec<u32>>()
    });
    assert!(succeeded.len() > 10, "only {}", succeeded.len());
    // Every one that was told so is there, whole; none is there by half.
    let list = succeeded.iter().map(|n| format!("'n-{n}'")).collect::<Vec<_>>().join(",");
    let there = howdah.value(&format!("SELECT count(*) FROM flow.done WHERE name IN ({list})"));
    assert_eq!(there, succeeded.len().to_string());
    let half = howdah.value(
        "SELECT count(*) FROM flow.done
         WHERE answers #>> '{0,status}' <> '200' OR (name LIKE 'n-%' AND answers #>> '{1,status}' IS DISTINCT FROM '200')",
    );
    assert_eq!(half, "0");
    let asked = next.into_inner();
    println!("{} of {asked} flows succeeded", succeeded.len());
    assert!(outside.asked("/slow/150") as u32 <= asked, "no fetch is sent twice");
}

#[test]
fn no_sign_in_is_half_done_when_the_courier_is_killed() {
    kill_while_they_wait(if full() { 50 } else { 3 }, courier);
}

#[test]
fn no_sign_in_is_half_done_when_postgres_is_killed() {
    kill_while_they_wait(if full() { 20 } else { 2 }, Howdah::postmaster);
}

#[test]
fn a_stopped_courier_settles_nothing_that_was_taken_over() {
    let howdah = start();
    let outside = Outside::start();
    let stopped = courier(&howdah);
    let state = |id: &str| {
        howdah.value(&format!(
            "SELECT state || ' ' || attempts FROM howdah.outbox_entries WHERE id = {id}"
        ))
    };
    let reaches = |id: &str, wanted: &str| {
        let end = Instant::now() + Duration::from_secs(15);
        while state(id) != wanted {
            assert!(Instant::now() < end, "{} and not {wanted}", state(id));
            std::thread::sleep(Duration::from_millis(20));
        }
    };
    let id = howdah.value(&format!(
        "INSERT INTO howdah.outbox_entries (kind, recipient, lane, payload, max_attempts, scope, step, fingerprint)
         VALUES ('fetch', 'x', 'x', jsonb_build_object('request', jsonb_build_object('url', '{}')), 2, 'taken', 'a', '')
         RETURNING id",
        outside.url("/slow/600")
    ));
    reaches(&id, "leased 1");
    signal("STOP", stopped);
    // Its lease runs out, and another courier takes the row over.
    howdah.sql(&format!("UPDATE howdah.outbox_entries SET leased_until = now() WHERE id = {id}"));
    let mut second = Command::new(howdah_tests::server::binary())
        .args(["courier", "--db-url", &howdah.courier_db_url])
        .stderr(std::process::Stdio::null())
        .spawn()
        .expect("howdah courier runs");
    reaches(&id, "leased 2");
    signal("CONT", stopped);
    reaches(&id, "done 2");
    // The first one's outcome was refused, and it goes on working.
    signal("TERM", second.id());
    assert!(second.wait().expect("it ends").success());
    let api = Api::anon(&howdah, "public");
    ask(&api, "after", &outside.url("/ok"), None).expect("an answer").is(200);
    let end = Instant::now() + Duration::from_secs(15);
    while courier(&howdah) != stopped {
        assert!(Instant::now() < end, "the first courier is not heard of again");
        std::thread::sleep(Duration::from_millis(100));
    }
}

#[test]
fn a_courier_finishes_what_it_carries_when_told_to_stop() {
    let howdah = start();
    let outside = Outside::start();
    let api = Api::anon(&howdah, "public");
    std::thread::scope(|scope| {
        let url = outside.url("/slow/2000");
        let api = &api;
        let asking = scope.spawn(move || ask(api, "drain", &url, None).expect("an answer"));
        let end = Instant::now() + Duration::from_secs(5);
        while outside.asked("/slow/2000") == 0 {
            assert!(Instant::now() < end, "it was never sent");
            std::thread::sleep(Duration::from_millis(10));
        }
        signal("TERM", courier(&howdah));
        assert_eq!(asking.join().expect("no panic").is(200).json()[0]["body"], "late");
    });
    assert_eq!(outside.asked("/slow/2000"), 1);
}

fn full() -> bool {
    std::env::var("HOWDAH_DRILLS").is_ok_and(|v| v == "full")
}
