//! Requests that are made to cost more than they are worth, on a Howdah that others use meanwhile.

use howdah_tests::bombs::{self, Bomb};
use howdah_tests::drill::{Drill, full};
use howdah_tests::process::{backends, serving, taken};
use howdah_tests::reply::Reply;
use howdah_tests::server::Howdah;
use howdah_tests::wire::Connection;
use std::collections::HashMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::Relaxed};
use std::time::{Duration, Instant};

use super::faults::Raise;

const TABLES: &str = "
    CREATE TABLE public.book (id int PRIMARY KEY, title text, meta jsonb, parent int REFERENCES public.book);
    INSERT INTO public.book SELECT n, 'title ' || n, '{\"a\": 1}', nullif(n - 1, 0) FROM generate_series(1, 20) AS n;
    CREATE TABLE public.long (id int PRIMARY KEY, value text);
    INSERT INTO public.long SELECT n, repeat('a', 100000) FROM generate_series(1, 5) AS n;
    GRANT SELECT, INSERT ON public.book, public.long TO anon;
    CREATE FUNCTION public.echo(n json DEFAULT NULL, title text DEFAULT NULL) RETURNS json LANGUAGE sql AS 'SELECT n';
    GRANT EXECUTE ON FUNCTION public.echo TO anon;
    SELECT howdah.set('limits.timeout_ms', '5000')";

/// Within which each is answered.
const LIMIT: Duration = Duration::from_millis(5_500);

fn send(address: &str, bomb: &Bomb) -> std::io::Result<Reply> {
    let mut reply = Connection::open(address)?.exchange(&bomb.bytes)?;
    reply.request.clone_from(&bomb.name);
    Ok(reply)
}

/// What an answer must be: a success, or a 4xx with a code in the dialect of its path.
fn fit(bomb: &Bomb, reply: &Reply) -> Result<(), String> {
    let status = reply.status;
    let limited = status == 503 && reply.header("retry-after").is_some();
    if !(200..500).contains(&status) && !limited {
        return Err(format!("{status} {}", reply.text()));
    }
    if reply.header("x-request-id").is_none() {
        return Err(format!("{status} without an id"));
    }
    if status < 400 {
        return Ok(());
    }
    let body: serde_json::Value = serde_json::from_slice(&reply.body).unwrap_or_default();
    let code = &body["code"];
    let fine = match bomb.auth {
        true => body["error_code"].is_string() || code.is_string() || body["error"].is_string(),
        false => code.is_string() && body["message"].is_string(),
    };
    let told = reply.text();
    if fine {
        Ok(())
    } else {
        Err(format!("{status} {}", told.chars().take(300).collect::<String>()))
    }
}

/// Looks at memory until it is told to stop: how much more the proxy, and any backend, took at most.
fn watch(howdah: &Howdah, proxy: u32, stop: &AtomicBool) -> (u64, u64) {
    let rest = taken(proxy).expect("it runs").memory;
    let mut first: HashMap<u32, u64> = HashMap::new();
    let (mut most, mut most_of_backends) = (0, 0);
    let mut pids = backends(howdah);
    for round in 1_u64.. {
        if stop.load(Relaxed) {
            break;
        }
        most = most.max(taken(proxy).map_or(0, |now| now.memory).saturating_sub(rest));
        for pid in &pids {
            let now = taken(*pid).map_or(0, |now| now.memory);
            let before = *first.entry(*pid).or_insert(now);
            most_of_backends = most_of_backends.max(now.saturating_sub(before));
        }
        if round.is_multiple_of(100) {
            pids = backends(howdah);
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    (most, most_of_backends)
}

/// Asks `/live` again and again; how long each answer took.
pub fn lives(address: &str, stop: &AtomicBool) -> Vec<Duration> {
    let request = format!("GET /live HTTP/1.1\r\nHost: {address}\r\n\r\n");
    let mut connection = Connection::open(address).expect("a connection");
    let mut times = Vec::new();
    while !stop.load(Relaxed) {
        let asked = Instant::now();
        let reply = connection.exchange(request.as_bytes()).expect("an answer");
        assert_eq!(reply.status, 200);
        times.push(asked.elapsed());
        std::thread::sleep(Duration::from_millis(5));
    }
    times
}

pub fn percentile(times: &mut [Duration], of_hundred: usize) -> Duration {
    times.sort_unstable();
    times
        .get((times.len() * of_hundred / 100).min(times.len().saturating_sub(1)))
        .copied()
        .unwrap_or_default()
}

#[test]
fn bombs_are_refused_and_nobody_else_notices() {
    let howdah = Howdah::start(&[]);
    howdah.sql(TABLES);
    let all = bombs::all();
    let title = format!(
        "{} bombs (nested, repeated, endless and packed bodies, queries, patterns, headers, paths, forms, parts, CSV; no GraphQL, which does not exist) over HTTP, {} times, two at a time",
        all.len(),
        if full() { 5 } else { 1 }
    );
    let (mut drill, _) = Drill::begin("D16", title);
    drill.check(all.len() >= 400, || format!("only {}", all.len()));
    let address = howdah.address();
    // What the first of each kind loads stays, and is no growth.
    for bomb in all.iter().filter(|bomb| bomb.bytes.len() < 4_000).take(120) {
        let _ = send(address, bomb);
    }
    let proxy = serving(&howdah)[0];
    let (postmaster, turn, stop) =
        (howdah.postmaster(), AtomicUsize::new(0), AtomicBool::new(false));
    let found = Mutex::new(Vec::new());
    let (grown, mut times) = std::thread::scope(|scope| {
        let memory = scope.spawn(|| watch(&howdah, proxy, &stop));
        let health = scope.spawn(|| lives(address, &stop));
        {
            let _stop = Raise(&stop);
            let total = all.len() * if full() { 5 } else { 1 };
            std::thread::scope(|inner| {
                for _ in 0..2 {
                    inner.spawn(|| {
                        while let n = turn.fetch_add(1, Relaxed)
                            && n < total
                        {
                            let bomb = &all[n % all.len()];
                            let sent = Instant::now();
                            let reply = send(address, bomb);
                            let told = match &reply {
                                Ok(reply) => fit(bomb, reply),
                                Err(error) => Err(error.to_string()),
                            };
                            found.lock().expect("whole").push((
                                n % all.len(),
                                told,
                                sent.elapsed(),
                                reply.map_or(0, |r| r.status),
                            ));
                        }
                    });
                }
            });
        }
        (memory.join().expect("watched"), health.join().expect("asked"))
    });
    let found = found.into_inner().expect("whole");
    let mut slowest = (Duration::ZERO, 0);
    let mut statuses: HashMap<u16, usize> = HashMap::new();
    for (n, told, took, status) in found {
        *statuses.entry(status).or_default() += 1;
        slowest = slowest.max((took, n));
        let name = &all[n].name;
        drill.check(told.is_ok(), || format!("{name}: {}", told.unwrap_err()));
        drill.check(took < LIMIT, || format!("{name}: {took:?}"));
    }
    let mut statuses: Vec<_> = statuses.into_iter().collect();
    statuses.sort_unstable();
    let live = percentile(&mut times, 99);
    drill.check(grown.0 < 16 * 1024, || format!("the proxy grew by {} kB", grown.0));
    drill.check(grown.1 < 64 * 1024, || format!("a backend grew by {} kB", grown.1));
    drill.check(live < Duration::from_millis(100), || format!("/live p99 {live:?}"));
    drill.check(howdah.postmaster() == postmaster, || "Postgres has restarted".to_owned());
    let log = howdah.postgres_log();
    drill.check(!log.contains("was terminated by signal"), || "a backend was killed".to_owned());
    drill.check(!log.contains("TRAP:") && !log.contains("PANIC"), || {
        "a panic in the log".to_owned()
    });
    let statuses: Vec<_> = statuses.iter().map(|(status, n)| format!("{n} × {status}")).collect();
    drill.figure(format!(
        "answers {}; slowest {:.0} ms ({}); proxy +{:.1} MiB, a backend +{:.1} MiB at most; /live p99 {:.0} ms",
        statuses.join(", "),
        slowest.0.as_secs_f64() * 1e3,
        all[slowest.1].name,
        grown.0 as f64 / 1024.0,
        grown.1 as f64 / 1024.0,
        live.as_secs_f64() * 1e3
    ));
    drill.end();
}
