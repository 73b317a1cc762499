//! Clients that take their time, clients that send HTTP/2 frames for the sake of frames, and more clients than can be served.

use howdah_tests::api::Api;
use howdah_tests::drill::{Drill, count, full};
use howdah_tests::process::{serving, taken};
use howdah_tests::server::Howdah;
use howdah_tests::wire::Connection;
use std::io::{ErrorKind, Read, Write};
use std::net::TcpStream;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::Relaxed};
use std::time::{Duration, Instant};

use super::bombs::{lives, percentile};
use super::faults::Raise;

const TABLES: &str = "
    CREATE TABLE public.book (id int PRIMARY KEY, title text);
    INSERT INTO public.book SELECT n, repeat('title ', 40) || n FROM generate_series(1, 4000) AS n;
    GRANT SELECT ON public.book TO anon";

fn start() -> Howdah {
    let howdah = Howdah::start(&[]);
    howdah.sql(TABLES);
    Api::anon(&howdah, "public").get("/book?id=eq.1").is(200);
    howdah
}

fn milliseconds(time: Duration) -> String {
    format!("{:.0} ms", time.as_secs_f64() * 1e3)
}

/// Reads at so many a second until it is told to stop: how long each took.
fn reads(howdah: &Howdah, a_second: u32, stop: &AtomicBool) -> Vec<Duration> {
    let api = Api::anon(howdah, "public");
    let (begun, mut times) = (Instant::now(), Vec::new());
    for n in 0.. {
        let due = begun + Duration::from_secs(1) * n / a_second;
        std::thread::sleep(due.saturating_duration_since(Instant::now()));
        if stop.load(Relaxed) {
            break;
        }
        let asked = Instant::now();
        api.get("/book?id=eq.7").is(200);
        times.push(asked.elapsed());
    }
    times
}

/// How a client is slow.
#[derive(Clone, Copy)]
enum Slow {
    Head,
    Body,
    Reading,
}

/// One that sends, or takes, a byte now and then. Whether the server has ended it.
struct Dripping {
    stream: TcpStream,
    how: Slow,
    ended: bool,
}

impl Dripping {
    fn open(address: &str, how: Slow) -> Self {
        let mut stream = TcpStream::connect(address).expect("a connection");
        let text = match how {
            Slow::Head => "GET /rest/v1/book HTTP/1.1\r\nHost: h\r\nX-A: ",
            Slow::Body => {
                "POST /rest/v1/book HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\nContent-Length: 100000\r\n\r\n["
            }
            Slow::Reading => "GET /rest/v1/book?id=lt.200 HTTP/1.1\r\nHost: h\r\n\r\n",
        };
        stream.write_all(text.as_bytes()).expect("sent");
        stream.set_nonblocking(true).expect("not blocking");
        Self { stream, how, ended: false }
    }

    fn drip(&mut self) {
        if self.ended {
            return;
        }
        let mut byte = [0];
        if !matches!(self.how, Slow::Reading) {
            let _ = self.stream.write(b" ");
        }
        match self.stream.read(&mut byte) {
            Ok(0) => self.ended = true,
            Ok(_) => {
                // What it is told at the end is not of interest.
                let mut rest = [0; 4096];
                if !matches!(self.how, Slow::Reading) {
                    while matches!(self.stream.read(&mut rest), Ok(n) if n > 0) {}
                }
            }
            Err(error) => self.ended = error.kind() != ErrorKind::WouldBlock,
        }
    }
}

#[test]
fn slow_clients_hold_nobody_up() {
    let howdah = start();
    let clients = count(1_998, 300);
    let seconds = if full() { 75 } else { 8 };
    let (mut drill, _) = Drill::begin(
        "F7",
        format!(
            "{clients} clients that send a head, send a body or read an answer byte by byte, {seconds} s, beside 50 reads a second"
        ),
    );
    let proxy = serving(&howdah)[0];
    let stop = AtomicBool::new(false);
    let (mut times, memory, ended) = std::thread::scope(|scope| {
        let reads = scope.spawn(|| reads(&howdah, 50, &stop));
        let _stop = Raise(&stop);
        let kinds = [Slow::Head, Slow::Body, Slow::Reading];
        let mut all: Vec<_> =
            (0..clients).map(|n| Dripping::open(howdah.address(), kinds[n % 3])).collect();
        let end = Instant::now() + Duration::from_secs(seconds);
        let mut memory = 0;
        while Instant::now() < end {
            for client in &mut all {
                client.drip();
            }
            memory = memory.max(taken(proxy).expect("it runs").memory);
            std::thread::sleep(Duration::from_secs(1));
        }
        let ended = |how: fn(Slow) -> bool| {
            all.iter().filter(|client| how(client.how) && client.ended).count()
        };
        let ended =
            (ended(|how| matches!(how, Slow::Head)), ended(|how| matches!(how, Slow::Body)));
        drop(all);
        stop.store(true, Relaxed);
        (reads.join().expect("reads"), memory, ended)
    });
    let p99 = percentile(&mut times, 99);
    drill.passed(times.len() as u64);
    drill.check(p99 < Duration::from_millis(500), || format!("reads p99 {p99:?}"));
    drill.check(memory < 150 * 1024, || format!("the proxy takes {memory} kB"));
    if full() {
        let third = clients / 3;
        drill.check(ended.0 == third, || format!("{} of {third} endless heads cut off", ended.0));
        drill.check(ended.1 == third, || format!("{} of {third} endless bodies cut off", ended.1));
    }
    drill.figure(format!(
        "{} reads, p99 {}; proxy {} MiB; cut off: {} heads, {} bodies",
        times.len(),
        milliseconds(p99),
        memory / 1024,
        ended.0,
        ended.1
    ));
    drill.end();
}

/// A frame of HTTP/2.
fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let length = u32::try_from(payload.len()).expect("short").to_be_bytes();
    let mut bytes = length[1..].to_vec();
    bytes.extend([kind, flags]);
    bytes.extend(stream.to_be_bytes());
    bytes.extend(payload);
    bytes
}

/// The head of `GET /live` in HPACK's static table and literals.
fn head() -> Vec<u8> {
    let mut block = vec![0x82, 0x86, 0x04, 5];
    block.extend(b"/live");
    block.extend([0x01, 1, b'h']);
    block
}

fn floods() -> Vec<(&'static str, Vec<u8>)> {
    let opened = |stream: u32, flags: u8| frame(1, flags, stream, &head());
    let each = |n: u32, of: &dyn Fn(u32) -> Vec<u8>| (0..n).flat_map(of).collect::<Vec<_>>();
    let continued = [
        frame(1, 0, 1, &head()),
        each(50_000, &|_| frame(9, 0, 1, b"")),
        each(2_000, &|_| frame(9, 0, 1, &[0x40, 1, b'a', 1, b'b'].repeat(100))),
    ];
    vec![
        (
            "streams that are opened and reset",
            each(50_000, &|n| {
                [opened(2 * n + 1, 5), frame(3, 0, 2 * n + 1, &8_u32.to_be_bytes())].concat()
            }),
        ),
        ("empty DATA", [opened(1, 4), each(100_000, &|_| frame(0, 0, 1, b""))].concat()),
        ("CONTINUATION without end", continued.concat()),
        ("PING", each(100_000, &|_| frame(6, 0, 0, &[7; 8]))),
        ("SETTINGS", each(50_000, &|_| frame(4, 0, 0, &[0, 4, 0, 0, 0, 1]))),
        ("PRIORITY", each(100_000, &|n| frame(2, 0, 2 * n + 1, &[0, 0, 0, 0, 9]))),
        ("WINDOW_UPDATE", each(100_000, &|_| frame(8, 0, 0, &1_u32.to_be_bytes()))),
        ("streams that are never ended", each(20_000, &|n| opened(2 * n + 1, 4))),
        (
            "a table that grows and grows",
            each(5_000, &|n| {
                let mut block = head();
                block.extend([0x40, 1, b'x', 100]);
                block.extend([b'v'; 100]);
                frame(1, 5, 2 * n + 1, &block)
            }),
        ),
        (
            "resets of streams that are not",
            each(50_000, &|n| frame(3, 0, 2 * n + 1, &8_u32.to_be_bytes())),
        ),
        ("a frame that is too large", frame(0, 0, 1, &vec![0; 1 << 20])),
        ("frames of kinds that are not", each(100_000, &|_| frame(0xfe, 0, 0, b"x"))),
    ]
}

/// Sends it and reads what comes until the server closes; whether it said GOAWAY.
fn flood(address: &str, bytes: &[u8]) -> std::io::Result<bool> {
    let mut stream = TcpStream::connect(address)?;
    stream.set_read_timeout(Some(Duration::from_secs(5)))?;
    stream.set_write_timeout(Some(Duration::from_secs(5)))?;
    let mut from = stream.try_clone()?;
    let reader = std::thread::spawn(move || {
        let mut answer = Vec::new();
        let _ = from.read_to_end(&mut answer);
        answer
    });
    let preface = [&b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"[..], &frame(4, 0, 0, b"")].concat();
    let _ = stream.write_all(&preface).and_then(|()| stream.write_all(bytes));
    let _ = stream.shutdown(std::net::Shutdown::Write);
    let answer = reader.join().expect("it was read");
    let mut rest = &answer[..];
    while let [a, b, c, kind, ..] = rest {
        if *kind == 7 {
            return Ok(true);
        }
        let length = u32::from_be_bytes([0, *a, *b, *c]) as usize;
        rest = rest.get(9 + length..).unwrap_or_default();
    }
    Ok(false)
}

#[test]
fn floods_of_frames_hold_nobody_up() {
    let howdah = start();
    let floods = floods();
    let rounds = count(10, 1);
    let title = format!(
        "{} floods of HTTP/2 frames (opened and reset, empty DATA, CONTINUATION, PING, SETTINGS …), {} MB, {rounds} times, two at a time",
        floods.len(),
        floods.iter().map(|(_, bytes)| bytes.len()).sum::<usize>() >> 20
    );
    let (mut drill, _) = Drill::begin("F7", title);
    let proxy = serving(&howdah)[0];
    let (before, stop, turn) =
        (taken(proxy).expect("it runs"), AtomicBool::new(false), AtomicUsize::new(0));
    let (cut, mut times, most) = std::thread::scope(|scope| {
        let health = scope.spawn(|| lives(howdah.address(), &stop));
        let memory = scope.spawn(|| {
            let mut most = 0;
            while !stop.load(Relaxed) {
                most = most.max(taken(proxy).map_or(0, |now| now.memory));
                std::thread::sleep(Duration::from_millis(10));
            }
            most
        });
        let _stop = Raise(&stop);
        let cut = AtomicUsize::new(0);
        std::thread::scope(|inner| {
            for _ in 0..2 {
                inner.spawn(|| {
                    while let n = turn.fetch_add(1, Relaxed)
                        && n < rounds * floods.len()
                    {
                        let (_, bytes) = &floods[n % floods.len()];
                        let ended = flood(howdah.address(), bytes).expect("a connection");
                        cut.fetch_add(usize::from(ended), Relaxed);
                    }
                });
            }
        });
        stop.store(true, Relaxed);
        (cut.into_inner(), health.join().expect("asked"), memory.join().expect("watched"))
    });
    let p99 = percentile(&mut times, 99);
    drill.passed((rounds * floods.len()) as u64);
    drill.check(p99 < Duration::from_millis(100), || format!("/live p99 {p99:?}"));
    let grown = most.saturating_sub(before.memory);
    drill.check(grown < 32 * 1024, || format!("the proxy grew by {grown} kB"));
    drill.check(serving(&howdah) == [proxy], || "the proxy has restarted".to_owned());
    drill.figure(format!(
        "{cut} ended by GOAWAY; /live p99 {}; proxy +{:.1} MiB at most",
        milliseconds(p99),
        grown as f64 / 1024.0
    ));
    drill.end();
}

/// Ten times what is served: how it is told, and what comes after.
#[test]
fn ten_times_too_many_are_told_to_come_again() {
    let howdah = start();
    howdah.sql(
        "CREATE FUNCTION public.work() RETURNS int LANGUAGE sql VOLATILE AS 'SELECT pg_sleep(0.05); SELECT 1';
         GRANT EXECUTE ON FUNCTION public.work TO anon",
    );
    let seconds = count(30, 4) as u64;
    let (mut drill, _) = Drill::begin(
        "overload",
        format!(
            "ten times as many requests as are served (1,200 clients at once, each of 50 ms, 16 connections), {seconds} s"
        ),
    );
    let api = Api::anon(&howdah, "public");
    let one = api.rest("POST", "/rpc/work").wire(true);
    let stop = AtomicBool::new(false);
    let (served, told) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    let wrong = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        let _stop = Raise(&stop);
        for _ in 0..1_200 {
            std::thread::Builder::new()
                .stack_size(256 * 1024)
                .spawn_scoped(scope, || {
                    let mut connection = None;
                    while !stop.load(Relaxed) {
                        let open = connection
                            .take()
                            .map_or_else(|| Connection::open(howdah.address()), Ok);
                        let Ok(mut open) = open else { continue };
                        let asked = Instant::now();
                        match open.exchange(&one) {
                            Ok(reply) if reply.status == 200 => drop(served.fetch_add(1, Relaxed)),
                            Ok(reply)
                                if reply.status == 503 && reply.header("retry-after").is_some() =>
                            {
                                told.lock().expect("whole").push(asked.elapsed());
                                // As one that ignores most of what it is told.
                                std::thread::sleep(Duration::from_millis(200));
                            }
                            Ok(reply) => wrong.lock().expect("whole").push(format!(
                                "{} {}",
                                reply.status,
                                reply.text()
                            )),
                            Err(error) => {
                                wrong.lock().expect("whole").push(error.to_string());
                                continue;
                            }
                        }
                        connection = Some(open);
                    }
                })
                .expect("a thread");
        }
        std::thread::sleep(Duration::from_secs(seconds));
    });
    let end = Instant::now();
    let mut recovered = 0;
    while recovered < 20 {
        let asked = Instant::now();
        let fine = api.rest("POST", "/rpc/work").send().status == 200
            && asked.elapsed() < Duration::from_millis(500);
        recovered = if fine { recovered + 1 } else { 0 };
        assert!(end.elapsed() < Duration::from_secs(30), "it does not recover");
    }
    let recovery = end.elapsed();
    let (served, mut told, wrong) = (
        served.into_inner(),
        told.into_inner().expect("whole"),
        wrong.into_inner().expect("whole"),
    );
    drill.passed((served + told.len()) as u64);
    drill.check(served > 0 && told.len() > served / 4, || {
        format!("{served} served, {} told", told.len())
    });
    drill.check(wrong.is_empty(), || format!("{} otherwise: {}", wrong.len(), wrong[0]));
    drill.check(recovery < Duration::from_secs(5), || format!("recovered after {recovery:?}"));
    drill.figure(format!(
        "{} served a second, {} told 503 with Retry-After (p50 {}); well again, 20 requests later, after {}",
        served as u64 / seconds,
        told.len(),
        milliseconds(percentile(&mut told, 50)),
        milliseconds(recovery)
    ));
    drill.end();
}

#[test]
fn scans_of_a_large_table_leave_health_alone() {
    let howdah = start();
    let rows = count(1_000_000, 200_000);
    howdah.sql(&format!(
        "CREATE TABLE public.large AS SELECT n AS id, md5(n::text) AS word FROM generate_series(1, {rows}) AS n;
         ANALYZE public.large; GRANT SELECT ON public.large TO anon;
         SELECT howdah.set('limits.timeout_ms', '5000')"
    ));
    Api::anon(&howdah, "public").get("/book?id=eq.1").is(200);
    let seconds = count(30, 5) as u64;
    let (mut drill, _) = Drill::begin(
        "F4",
        format!(
            "20 clients filter {rows} rows by a column without an index, as anybody, {seconds} s"
        ),
    );
    let stop = AtomicBool::new(false);
    let times = Mutex::new(Vec::new());
    let wrong = Mutex::new(Vec::new());
    let mut health = std::thread::scope(|scope| {
        let health = scope.spawn(|| lives(howdah.address(), &stop));
        let _stop = Raise(&stop);
        for n in 0..20 {
            let (howdah, stop, times, wrong) = (&howdah, &stop, &times, &wrong);
            scope.spawn(move || {
                let api = Api { howdah, schema: Some("public".to_owned()), token: None };
                for round in 0.. {
                    if stop.load(Relaxed) {
                        break;
                    }
                    let asked = Instant::now();
                    let reply = api.get(&format!("/large?select=id&word=like.*{n}x{round}*"));
                    times.lock().expect("whole").push(asked.elapsed());
                    if !matches!(reply.status, 200 | 429 | 503 | 504) {
                        wrong.lock().expect("whole").push(reply.text());
                    }
                }
            });
        }
        std::thread::sleep(Duration::from_secs(seconds));
        stop.store(true, Relaxed);
        health.join().expect("asked")
    });
    let (mut times, wrong) =
        (times.into_inner().expect("whole"), wrong.into_inner().expect("whole"));
    let (scan, live) = (percentile(&mut times, 99), percentile(&mut health, 99));
    drill.passed(times.len() as u64);
    drill.check(wrong.is_empty(), || wrong[0].clone());
    drill.check(scan < Duration::from_millis(5_500), || format!("a scan took {scan:?}"));
    drill.check(live < Duration::from_millis(100), || format!("/live p99 {live:?}"));
    // Who has a limit of cost is refused before anything runs.
    howdah.sql("SELECT howdah.set('limits.max_cost', '1000')");
    let end = Instant::now() + Duration::from_secs(5);
    let api = Api::anon(&howdah, "public");
    let ask = || api.get("/large?select=id&word=like.*x*").status;
    while ask() != 429 && Instant::now() < end {
        std::thread::sleep(Duration::from_millis(100));
    }
    let asked = Instant::now();
    drill.check(ask() == 429, || "no limit of cost".to_owned());
    let refused = asked.elapsed();
    drill.figure(format!(
        "{} scans, p99 {}; /live p99 {}; with a limit of cost each refused within {}",
        times.len(),
        milliseconds(scan),
        milliseconds(live),
        milliseconds(refused)
    ));
    drill.end();
}
