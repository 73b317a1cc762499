//! Passwords under attack: a flood of sign-ins, guesses at one account, hashes at a time, and the memory that they take.
//! Short here; with `HOWDAH_DRILLS=full` (`make drills`) two minutes of flood, held to the published figures.

use howdah_tests::api::{Api, Call};
use howdah_tests::database::rows;
use howdah_tests::reply::Reply;
use howdah_tests::server::Howdah;
use serde_json::json;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::Relaxed};
use std::time::{Duration, Instant};

use super::faults::Raise;

pub fn full() -> bool {
    std::env::var("HOWDAH_DRILLS").is_ok_and(|value| value == "full")
}

/// The part of a sign-in that is about the password, at a route of its own: what else a sign-in does (limits by address,
/// sessions) is not what is measured here.
const ROUTE: &str = "
    CREATE FUNCTION public.try_password(email text DEFAULT NULL, password text DEFAULT NULL) RETURNS auth.answer
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    DECLARE v_tried record;
    BEGIN
        v_tried := howdah_private.auth_try_password(
            (SELECT u.id FROM auth.users AS u WHERE u.email = try_password.email), try_password.email, try_password.password);
        IF (v_tried.refusal).status IS NOT NULL THEN RETURN v_tried.refusal; END IF;
        IF NOT v_tried.fits THEN RETURN howdah_private.auth_refuse('invalid_credentials'); END IF;
        RETURN howdah_private.auth_reply('{}');
    END $$;
    ALTER FUNCTION public.try_password OWNER TO howdah_owner;
    GRANT EXECUTE ON FUNCTION public.try_password TO anon;
    SELECT howdah.route('POST', '/try', 'public.try_password', 'heavy');
    CREATE TABLE public.book AS SELECT n AS id, 'title ' || n AS title FROM generate_series(1, 100) AS n;
    ALTER TABLE public.book ADD PRIMARY KEY (id);
    GRANT SELECT ON public.book TO anon;";

const PASSWORD: &str = "analytical engine no. 2";

pub fn start() -> Howdah {
    let howdah = Howdah::start(&[]);
    howdah.sql(ROUTE);
    // The proxy hears of the route.
    let api = Api::anon(&howdah, "public");
    let until = Instant::now() + Duration::from_secs(30);
    while attempt(&api, "nobody@example.com", "", "-").send().status == 404
        && Instant::now() < until
    {
        std::thread::sleep(Duration::from_millis(100));
    }
    howdah
}

pub fn make_user(howdah: &Howdah, email: &str) {
    howdah.sql(&format!(
        "INSERT INTO auth.users (id, aud, role, email, encrypted_password, email_confirmed_at, created_at, updated_at)
         VALUES (gen_random_uuid(), 'authenticated', 'authenticated', '{email}',
                 howdah_private.password_hash('{PASSWORD}'), now(), now(), now())"
    ));
}

pub fn attempt<'h>(api: &Api<'h>, email: &str, password: &str, agent: &str) -> Call<'h> {
    let body = json!({"email": email, "password": password});
    api.call("POST", "/try").header("User-Agent", agent).json(body)
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times.get(times.len() / 2).copied().unwrap_or_default()
}

fn percentile(mut times: Vec<Duration>, of_hundred: usize) -> Duration {
    times.sort_unstable();
    times
        .get((times.len() * of_hundred / 100).min(times.len().saturating_sub(1)))
        .copied()
        .unwrap_or_default()
}

#[test]
fn a_hundred_wrong_passwords_at_once_are_ten_hashes() {
    let howdah = start();
    // Calls of C functions are counted by the server itself.
    howdah.sql("ALTER SYSTEM SET track_functions = 'all'");
    howdah.sql("SELECT pg_reload_conf()");
    make_user(&howdah, "ada@example.com");
    let api = Api::anon(&howdah, "public");
    for (email, native) in
        [("ada@example.com", "password_verify"), ("nobody@example.com", "password_spend")]
    {
        let statuses = Mutex::new(Vec::new());
        let turn = AtomicUsize::new(0);
        std::thread::scope(|scope| {
            for _ in 0..25 {
                scope.spawn(|| {
                    while turn.fetch_add(1, Relaxed) < 100 {
                        let status = loop {
                            // Shed, it was no attempt: once more.
                            let reply = attempt(&api, email, "wrong password", "drill").send();
                            if reply.status != 503 {
                                break reply.status;
                            }
                            std::thread::sleep(Duration::from_millis(50));
                        };
                        statuses.lock().expect("whole").push(status);
                    }
                });
            }
        });
        let statuses = statuses.into_inner().expect("whole");
        let count = |wanted| statuses.iter().filter(|status| **status == wanted).count();
        assert_eq!((count(400), count(429)), (10, 90), "{email}: {statuses:?}");
        let counted = "SELECT a.failures FROM auth.attempts AS a WHERE a.place = 'all' ORDER BY a.failed_at DESC LIMIT 1";
        assert_eq!(howdah.value(counted), "10", "{email}");
        // Backends hand their counts in when they are idle for a while.
        let hashes = format!(
            "SELECT coalesce(max(calls), 0) FROM pg_stat_user_functions WHERE funcname = '{native}'"
        );
        let until = Instant::now() + Duration::from_secs(30);
        while howdah.value(&hashes) != "10" && Instant::now() < until {
            std::thread::sleep(Duration::from_millis(250));
        }
        assert_eq!(howdah.value(&hashes), "10", "{email}: hashes computed");
    }
}

#[test]
fn a_flood_does_not_keep_the_owner_out() {
    let howdah = start();
    make_user(&howdah, "ada@example.com");
    let api = Api::anon(&howdah, "public");
    attempt(&api, "ada@example.com", PASSWORD, "home").send().is(200);
    let stop = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let _stop = Raise(&stop);
        for n in 0..4 {
            let (api, stop) = (&api, &stop);
            scope.spawn(move || {
                let mut round = 0;
                while !stop.load(Relaxed) {
                    round += 1;
                    let _ =
                        attempt(api, "ada@example.com", "a guess", &format!("made up {n} {round}"))
                            .try_send();
                }
            });
        }
        let slowed = Instant::now() + Duration::from_secs(60);
        while attempt(&api, "ada@example.com", "another guess", "made up").send().status != 429 {
            assert!(Instant::now() < slowed, "guesses are never slowed down");
        }
        // Who guesses waits, even with the right password; the owner at home does not.
        for _ in 0..if full() { 20 } else { 5 } {
            let asked = Instant::now();
            let until = asked + Duration::from_secs(2);
            let mut reply = attempt(&api, "ada@example.com", PASSWORD, "home").send();
            while reply.status == 503 && Instant::now() < until {
                reply = attempt(&api, "ada@example.com", PASSWORD, "home").send();
            }
            reply.is(200);
            assert!(asked.elapsed() < Duration::from_secs(2), "{:?}", asked.elapsed());
        }
    });
    // Beyond the budget, the device that is known still comes in, and that ends the count.
    howdah.sql("UPDATE auth.attempts SET failures = 100, failed_at = now(), expires_at = now() + interval '1 day' WHERE place = 'all'");
    howdah.sql("INSERT INTO auth.attempts SELECT id, 'all', 100, now(), now() + interval '1 day' FROM auth.users ON CONFLICT DO NOTHING");
    let refused = attempt(&api, "ada@example.com", PASSWORD, "a new phone").send();
    assert_eq!(refused.is(429).header("retry-after"), Some("900"));
    attempt(&api, "ada@example.com", PASSWORD, "home").send().is(200);
    attempt(&api, "ada@example.com", PASSWORD, "a new phone").send().is(200);
}

/// Resident memory of the server's processes that is not shared, in MiB.
fn private_memory(howdah: &Howdah) -> u64 {
    memory(howdah, "Private_Dirty:")
}

/// A line of what the kernel tells of them, in MiB.
fn memory(howdah: &Howdah, kind: &str) -> u64 {
    let pids =
        rows(&mut howdah.dba(), "SELECT pid FROM pg_stat_activity WHERE usename = 'howdah_proxy'")
            .expect("pids");
    let mut total = 0;
    for pid in pids.iter().flatten().flatten() {
        let smaps =
            std::fs::read_to_string(format!("/proc/{pid}/smaps_rollup")).unwrap_or_default();
        for line in smaps.lines().filter(|line| line.starts_with(kind)) {
            total +=
                line.split_whitespace().nth(1).and_then(|kb| kb.parse::<u64>().ok()).unwrap_or(0);
        }
    }
    total / 1024
}

#[test]
fn a_hundred_at_once_take_the_memory_of_the_slots() {
    let howdah = start();
    howdah.sql("SELECT auth.set('password_hash_slots', '2')");
    let api = Api::anon(&howdah, "public");
    // Connections are made, caches filled.
    std::thread::scope(|scope| {
        for n in 0..16 {
            let api = &api;
            scope.spawn(move || attempt(api, &format!("warm{n}@example.com"), "x", "drill").send());
        }
    });
    let before = private_memory(&howdah);
    let stop = AtomicBool::new(false);
    let (most_slots, most_memory) = std::thread::scope(|scope| {
        let watch = scope.spawn(|| {
            let mut dba = howdah.dba();
            let sql = "SELECT count(*) FILTER (WHERE objsubid = 64 AND granted) FROM pg_locks WHERE locktype = 'advisory'";
            let (mut slots, mut memory) = (0, 0);
            while !stop.load(Relaxed) {
                let found = rows(&mut dba, sql).expect("locks");
                slots = slots.max(found[0][0].as_deref().and_then(|n| n.parse::<u32>().ok()).unwrap_or(0));
                memory = memory.max(private_memory(&howdah));
            }
            (slots, memory)
        });
        {
            let _stop = Raise(&stop);
            std::thread::scope(|inner| {
                for n in 0..100 {
                    let api = &api;
                    inner.spawn(move || {
                        for round in 0..if full() { 10 } else { 2 } {
                            let email = format!("u{n}-{round}@example.com");
                            let reply = attempt(api, &email, "wrong password", "drill").send();
                            assert!(matches!(reply.status, 400 | 503), "{}", reply.status);
                        }
                    });
                }
            });
        }
        watch.join().expect("watched")
    });
    println!("most slots {most_slots}; memory {before} MiB before, {most_memory} MiB at most");
    assert_eq!(most_slots, 2);
    // Two hashes, and what else backends grow by in the meantime.
    assert!(most_memory < before + 2 * 19 + 40, "{before} → {most_memory} MiB");
    // It is given back at once: what stays with a backend is the kernel's to take.
    let after = private_memory(&howdah);
    assert!(after < before + 30, "{before} → {after} MiB");
    // And goes a minute after the last hash.
    if full() {
        std::thread::sleep(Duration::from_secs(65));
        assert_eq!(memory(&howdah, "LazyFree:"), 0);
    }
    // And nobody gave back a place that he never had.
    let log = howdah.postgres_log();
    let warned: Vec<&str> = log.lines().filter(|line| line.contains("WARNING:")).take(3).collect();
    assert!(warned.is_empty(), "{warned:?}");
}

struct Told {
    reads: Vec<Duration>,
    shed: Vec<Duration>,
    hashed: usize,
    good: Vec<(bool, Duration)>,
}

/// Bogus sign-ins at 200 a second beside 50 reads and one good sign-in a second.
fn flood(howdah: &Howdah, seconds: u64) -> Told {
    let api = Api::anon(howdah, "public");
    let stop = AtomicBool::new(false);
    let (reads, shed) = (Mutex::new(Vec::new()), Mutex::new(Vec::new()));
    let good = Mutex::new(Vec::new());
    let (hashed, number) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let begun = Instant::now();
    std::thread::scope(|scope| {
        let _stop = Raise(&stop);
        // Sent at their time, whether or not earlier ones were answered: more than can wait for two seconds.
        for _ in 0..400 {
            scope.spawn(|| {
                while !stop.load(Relaxed) {
                    let n = number.fetch_add(1, Relaxed);
                    let due = begun + Duration::from_millis(5 * n as u64);
                    std::thread::sleep(due.saturating_duration_since(Instant::now()));
                    let asked = Instant::now();
                    let reply = attempt(&api, &format!("bogus{n}@example.com"), "wrong", "flood")
                        .try_send();
                    match reply.map(|reply| reply.status) {
                        Ok(503) => shed.lock().expect("whole").push(asked.elapsed()),
                        Ok(400) => drop(hashed.fetch_add(1, Relaxed)),
                        other => panic!("{other:?}"),
                    }
                }
            });
        }
        scope.spawn(|| {
            for n in 0.. {
                let due = begun + Duration::from_millis(20 * n);
                std::thread::sleep(due.saturating_duration_since(Instant::now()));
                if stop.load(Relaxed) {
                    break;
                }
                let asked = Instant::now();
                api.get("/book?id=eq.7").is(200);
                reads.lock().expect("whole").push(asked.elapsed());
            }
        });
        for n in 0..seconds {
            let due = begun + Duration::from_secs(n + 1);
            std::thread::sleep(due.saturating_duration_since(Instant::now()));
            let asked = Instant::now();
            let mut reply: Reply = attempt(&api, "ada@example.com", PASSWORD, "home").send();
            // As a client does that is told to come again.
            while reply.status == 503 && asked.elapsed() < Duration::from_secs(3) {
                std::thread::sleep(Duration::from_millis(200));
                reply = attempt(&api, "ada@example.com", PASSWORD, "home").send();
            }
            good.lock().expect("whole").push((reply.status == 200, asked.elapsed()));
        }
    });
    Told {
        reads: reads.into_inner().expect("whole"),
        shed: shed.into_inner().expect("whole"),
        hashed: hashed.into_inner(),
        good: good.into_inner().expect("whole"),
    }
}

#[test]
fn a_login_flood_leaves_reads_and_known_devices_alone() {
    let howdah = start();
    make_user(&howdah, "ada@example.com");
    let api = Api::anon(&howdah, "public");
    attempt(&api, "ada@example.com", PASSWORD, "home").send().is(200);
    let told = flood(&howdah, if full() { 120 } else { 10 });
    let in_time =
        told.good.iter().filter(|(ok, took)| *ok && *took < Duration::from_secs(3)).count();
    let (p99, shed) = (percentile(told.reads.clone(), 99), median(told.shed.clone()));
    let [shed_p95, shed_p99] = [95, 99].map(|part| percentile(told.shed.clone(), part));
    println!(
        "reads {} p99 {p99:?}; shed {} median {shed:?} p95 {shed_p95:?} p99 {shed_p99:?}; hashed {}; good {in_time} of {}",
        told.reads.len(),
        told.shed.len(),
        told.hashed,
        told.good.len()
    );
    // How many of either depends on the machine's cores.
    assert!(told.hashed > 0 && !told.shed.is_empty());
    assert!(in_time * 100 >= told.good.len() * if full() { 95 } else { 80 }, "{:?}", told.good);
    // The short form runs on machines that do other things too.
    let slack = if full() { 1 } else { 4 };
    assert!(p99 < Duration::from_millis(250) * slack, "{p99:?}");
    assert!(shed_p95 < Duration::from_millis(50) * slack, "{shed:?}, p95 {shed_p95:?}");
}

#[test]
fn what_hashes_no_password_does_not_travel_with_what_does() {
    let howdah = Howdah::start(&[]);
    let api = Api::anon(&howdah, "public");
    let count = |lane: &str| {
        let name = format!("howdah_request_duration_seconds_count{{lane=\"{lane}\"}} ");
        let page = api.call("GET", "/metrics").send().is(200).text();
        let found = page.lines().find_map(|line| line.strip_prefix(&name).map(str::to_owned));
        found.and_then(|count| count.parse::<u64>().ok()).unwrap_or_default()
    };
    let asked = |target: &str, body: serde_json::Value| {
        let before = (count("heavy"), count("write"));
        assert_eq!(api.call("POST", target).json(body).send().status, 400);
        (count("heavy") - before.0, count("write") - before.1)
    };
    let password = json!({"email": "nobody@example.com", "password": "wrong password"});
    let refresh = json!({"refresh_token": "hw_rt_nothing"});
    // The route is known to the proxy once it has read the configuration.
    let until = Instant::now() + Duration::from_secs(30);
    while asked("/auth/v1/token?grant_type=password", password.clone()) != (1, 0) {
        assert!(Instant::now() < until, "passwords are not hashed on the heavy lane");
    }
    assert_eq!(asked("/auth/v1/token?grant_type=refresh_token", refresh.clone()), (0, 1));
    // Whatever could be read as a password's grant stays where it belongs.
    for query in [
        "grant_type=refresh_token&grant_type=password",
        "%67rant_type=password",
        "grant_type=refresh_token&grant%5Ftype=password",
        "grant_type=REFRESH_TOKEN",
        "",
    ] {
        assert_eq!(asked(&format!("/auth/v1/token?{query}"), password.clone()), (1, 0), "{query}");
    }
}
