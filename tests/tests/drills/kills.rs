//! kill -9 under load (THREATS D1, D2; the promise of the outbox): what was acknowledged is delivered, what was rolled back is
//! not, what comes twice has the same id. A journal says what was acknowledged: a line each, on the disk before the next.

use crate::faults::Raise;
use howdah_tests::api::Api;
use howdah_tests::database::rows;
use howdah_tests::drill::{Dice, Drill, count, full, signal, wait};
use howdah_tests::receiver::Receiver;
use howdah_tests::server::Howdah;
use howdah_tests::smtp::SmtpSink;
use postgres::{Client, NoTls};
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::Write;
use std::path::PathBuf;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::time::{Duration, Instant};

const TABLES: &str = "
    CREATE ROLE shop; GRANT USAGE ON SCHEMA public TO shop;
    CREATE TABLE public.done (n int8 PRIMARY KEY);
    CREATE TABLE public.ran (n int8 NOT NULL); GRANT INSERT ON public.ran TO shop;
    CREATE FUNCTION public.run(n int8) RETURNS void LANGUAGE sql AS 'INSERT INTO public.ran VALUES (n)';
    CREATE TABLE public.orders (id int8 PRIMARY KEY); GRANT ALL ON public.orders TO service_role;
    CREATE EXTENSION amcheck;
    SELECT queue.create('q');
    SELECT howdah.set('courier.allowed_hosts', '127.0.0.1:*'), howdah.set('mail.from', 'Shop <shop@example.com>');
    SELECT howdah.set('mail.address_limit', '0'), auth.set('site_url', 'http://127.0.0.1:3000');
    SELECT auth.set('api_external_url', 'http://127.0.0.1:8000'), auth.set('rate_limit_email_sent', '1000000');
    DELETE FROM auth.rate_limits";
/// Rows that a courier carries at once.
const IN_FLIGHT: usize = 64;
/// Sessions that write.
const WRITERS: u64 = 3;

/// Whom the drill kills.
#[derive(Clone, Copy, PartialEq)]
enum Victim {
    Postgres,
    Backend,
    Courier,
}

/// What was acknowledged.
struct Journal {
    path: PathBuf,
    file: Mutex<File>,
    lines: AtomicU64,
}

impl Journal {
    fn new() -> Self {
        let path = std::env::temp_dir().join(format!("howdah-journal-{}", std::process::id()));
        let file = Mutex::new(File::create(&path).expect("a journal"));
        Self { path, file, lines: AtomicU64::new(0) }
    }

    fn note(&self, what: &str, n: u64) {
        let mut file = self.file.lock().expect("no panic");
        writeln!(file, "{what} {n}").and_then(|()| file.sync_data()).expect("a line");
        self.lines.fetch_add(1, Relaxed);
    }

    fn read(&self, what: &str) -> BTreeSet<u64> {
        let text = std::fs::read_to_string(&self.path).expect("the journal");
        let of = |line: &str| line.strip_prefix(what)?.trim().parse().ok();
        text.lines().filter_map(of).collect()
    }
}

impl Drop for Journal {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.path);
    }
}

/// What all threads of the load see.
struct Load<'a> {
    howdah: &'a Howdah,
    hook: String,
    journal: Journal,
    stop: AtomicBool,
    next: AtomicU64,
}

impl Load<'_> {
    fn number(&self) -> u64 {
        self.next.fetch_add(1, Relaxed)
    }

    fn stopped(&self) -> bool {
        self.stop.load(Relaxed)
    }

    fn session(&self) -> Option<Client> {
        while !self.stopped() {
            if let Ok(client) = Client::connect(&self.howdah.db_url, NoTls) {
                return Some(client);
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        None
    }

    /// One transaction after the other: a row with a mail, a webhook, a message and a job; every sixth is rolled back.
    fn write(&self) {
        while let Some(mut client) = self.session() {
            while !self.stopped() {
                let n = self.number();
                let end = if n.is_multiple_of(6) { "ROLLBACK" } else { "COMMIT" };
                let wrote = client.batch_execute(&format!(
                    "BEGIN; INSERT INTO public.done VALUES ({n});
                     SELECT howdah.send_email('u{n}@d{}.example.net', 'Number {n}', text => 'y');
                     SELECT howdah.webhook('{}', 'done', '{n}');
                     SELECT queue.send('q', '{n}');
                     SELECT jobs.enqueue('public.run', '[{n}]', run_as => 'shop', max_attempts => 20); {end}",
                    n % 20,
                    self.hook
                ));
                match wrote {
                    Ok(()) if end == "COMMIT" => self.journal.note("done", n),
                    Ok(()) => self.journal.note("undone", n),
                    Err(_) => break,
                }
                // Four things leave by each: what couriers that live for a second can keep up with for long.
                std::thread::sleep(Duration::from_millis(if full() { 80 } else { 20 }));
            }
        }
    }

    /// Rows by HTTP, whose changes are captured; sign-ins by mail.
    fn ask(&self, api: &Api) {
        while !self.stopped() {
            let n = self.number();
            let made = api.rest("POST", "/orders").json(json!({ "id": n })).try_send();
            if made.is_ok_and(|reply| reply.status == 201) {
                self.journal.note("order", n);
            }
            let n = self.number();
            let body = json!({"email": format!("otp{n}@example.org")});
            let asked = api.call("POST", "/auth/v1/otp").json(body).try_send();
            if asked.is_ok_and(|reply| reply.status == 200) {
                self.journal.note("otp", n);
            }
            std::thread::sleep(Duration::from_millis(60));
        }
    }

    /// Reads messages and deletes them, until there are none and it is told to stop. What was read, by the message's id.
    fn consume(&self) -> BTreeMap<i64, Vec<u64>> {
        let mut seen: BTreeMap<i64, Vec<u64>> = BTreeMap::new();
        loop {
            let read = "SELECT msg_id, message FROM queue.read('q', 4, 20)";
            let took = Client::connect(&self.howdah.db_url, NoTls).and_then(|mut client| {
                loop {
                    let taken = rows(&mut client, read)?;
                    if taken.is_empty() {
                        return Ok(());
                    }
                    for row in taken {
                        let text = |n: usize| row[n].clone().expect("a value");
                        let id: i64 = text(0).parse().expect("an id");
                        seen.entry(id).or_default().push(text(1).parse().expect("a number"));
                        client.batch_execute(&format!("SELECT queue.delete('q', {id})"))?;
                    }
                }
            });
            if took.is_ok() && self.stopped() && count_of(self.howdah, "queue.messages") == 0 {
                return seen;
            }
            std::thread::sleep(Duration::from_millis(200));
        }
    }
}

fn count_of(howdah: &Howdah, table: &str) -> u64 {
    howdah.value(&format!("SELECT count(*) FROM {table}")).parse().expect("a count")
}

fn numbers(howdah: &Howdah, sql: &str) -> BTreeSet<u64> {
    let found = rows(&mut howdah.dba(), sql).expect("rows");
    found.iter().map(|row| row[0].as_deref().and_then(|n| n.parse().ok()).expect("n")).collect()
}

fn courier(howdah: &Howdah) -> Option<u32> {
    let name = "SELECT name FROM howdah.couriers ORDER BY seen_at DESC LIMIT 1";
    let mut client = Client::connect(&howdah.db_url, NoTls).ok()?;
    let found = rows(&mut client, name).ok()?;
    found.first()?[0].as_deref()?.rsplit('/').next()?.parse().ok()
}

/// Kills, and waits until it is acknowledged again. How long that took.
fn kill(victim: Victim, howdah: &Howdah, journal: &Journal, dice: &mut Dice) -> Duration {
    let killed = match victim {
        Victim::Postgres => howdah.postmaster(),
        Victim::Backend => {
            let pids = numbers(
                howdah,
                "SELECT pid FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()",
            );
            let chosen = dice.below(pids.len() as u64) as usize;
            *pids.iter().nth(chosen).expect("somebody") as u32
        }
        Victim::Courier => courier(howdah).expect("a courier"),
    };
    let mut witness = howdah.dba();
    signal("KILL", killed);
    let begun = Instant::now();
    match victim {
        Victim::Postgres => wait(60, "another server", || howdah.postmaster() != killed),
        // All sessions end with it.
        Victim::Backend => wait(60, "a recovery", || witness.simple_query("").is_err()),
        Victim::Courier => {
            wait(60, "another courier", || courier(howdah).is_some_and(|now| now != killed));
        }
    }
    let before = journal.lines.load(Relaxed);
    wait(60, "an acknowledgement", || journal.lines.load(Relaxed) > before);
    begun.elapsed()
}

/// Where nobody waits for it: what a courier had that nobody knows of is not held for its whole lease.
fn hurry(howdah: &Howdah) {
    if !full() {
        howdah.sql(
            "UPDATE howdah.outbox_entries SET leased_until = now()
             WHERE state = 'leased' AND leased_at < now() - interval '7 s' AND NOT EXISTS (
                 SELECT FROM howdah.couriers WHERE seen_at > now() - interval '6 s' AND carrying > 0);
             UPDATE jobs.jobs SET run_at = now() WHERE lease IS NULL",
        );
    }
}

fn under_load(name: &str, victim: Victim, kills: usize) {
    let kind = match victim {
        Victim::Postgres => "D1",
        _ => "D2",
    };
    let title = format!(
        "kill -9 of {} ×{kills} under writes, sign-ins, mails, webhooks, queues and jobs, with a journal of what was acknowledged",
        name.trim_end_matches("-killed")
    );
    let (mut drill, mut dice) = Drill::begin(kind, title);
    let (sink, receiver) = (SmtpSink::start(), Receiver::start());
    let howdah = Howdah::start(&[]);
    howdah.sql(TABLES);
    howdah.sql(&format!(
        "SELECT howdah.set_email_transport('sink', 'smtp', '{{\"host\": \"127.0.0.1\", \"port\": {}, \"tls\": \"none\"}}');
         SELECT howdah.on_change('public.orders', '{{INSERT}}', '{}')",
        sink.port,
        receiver.url("/order")
    ));
    receiver.be_slow(Duration::from_millis(10));
    // Two at a time would not keep up with fifty kills' worth of writing.
    howdah.sql(&format!("SELECT howdah.limit_lane('webhook', '127.0.0.1:{}', 16)", receiver.port));
    wait(20, "a courier", || courier(&howdah).is_some());
    let api = Api::service(&howdah, "public");
    let load = Load {
        howdah: &howdah,
        hook: receiver.url("/done"),
        journal: Journal::new(),
        stop: AtomicBool::new(false),
        next: AtomicU64::new(1),
    };
    let mut longest = Duration::ZERO;
    let mut terminated = 0;
    let consumed = std::thread::scope(|scope| {
        let stop = Raise(&load.stop);
        (0..WRITERS).for_each(|_| drop(scope.spawn(|| load.write())));
        scope.spawn(|| load.ask(&api));
        let consumer = scope.spawn(|| load.consume());
        for _ in 0..kills {
            std::thread::sleep(Duration::from_millis(500 + dice.below(1000)));
            longest = longest.max(kill(victim, &howdah, &load.journal, &mut dice));
            if victim == Victim::Courier {
                // D2: and twice for each kill its connections alone.
                for _ in 0..2 {
                    terminated += 1;
                    howdah.sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'howdah_courier'");
                    std::thread::sleep(Duration::from_millis(100 + dice.below(200)));
                }
            }
        }
        drop(stop);
        consumer.join().expect("no panic")
    });
    let stopped = Instant::now();
    // What fifty couriers left leased runs out in half a minute, and two at a time go to one host.
    let mut left = 0;
    wait(if full() { 600 } else { 90 }, "everything delivered", || {
        hurry(&howdah);
        let now = count_of(&howdah, "howdah.outbox_entries") + count_of(&howdah, "jobs.jobs");
        if full() && now / 1000 != left / 1000 {
            println!("{now} left");
        }
        left = now;
        left == 0
    });
    let drained = stopped.elapsed();

    let done = numbers(&howdah, "SELECT n FROM public.done");
    let (acked, undone) = (load.journal.read("done "), load.journal.read("undone "));
    let lost = acked.difference(&done).count();
    assert_eq!((lost, done.intersection(&undone).count()), (0, 0), "rows lost; undone and there");
    let (mails, mails_twice) = mailed(&sink, "u");
    let (hooks, hooks_twice) = hooked(&receiver, "/done", |body| body["data"].as_u64());
    let messages: BTreeSet<u64> = consumed.values().map(|seen| seen[0]).collect();
    assert!(consumed.values().all(|seen| seen.iter().all(|n| *n == seen[0])), "one id, two bodies");
    assert_eq!(messages.len(), consumed.len(), "a message with two ids");
    let ran = numbers(&howdah, "SELECT n FROM public.ran");
    for (what, found) in
        [("mails", &mails), ("webhooks", &hooks), ("messages", &messages), ("jobs", &ran)]
    {
        let (missing, uncalled) = (done.difference(found).count(), found.difference(&done).count());
        assert_eq!((missing, uncalled), (0, 0), "{what} lost; {what} of nothing");
    }
    assert_eq!(count_of(&howdah, "public.ran") as usize, ran.len(), "a job's effects happen once");

    let orders = numbers(&howdah, "SELECT id FROM public.orders");
    let (changes, changes_twice) =
        hooked(&receiver, "/order", |body| body["record"]["id"].as_u64());
    assert_eq!(load.journal.read("order ").difference(&orders).count(), 0, "orders lost");
    assert_eq!(changes, orders, "changes captured");
    let users = numbers(&howdah, "SELECT substr(split_part(email, '@', 1), 4) FROM auth.users");
    let (codes, codes_twice) = mailed(&sink, "otp");
    assert_eq!(load.journal.read("otp ").difference(&codes).count(), 0, "codes lost");
    assert_eq!(codes.difference(&users).count(), 0, "codes for nobody");

    let failed = howdah.value("SELECT count(*) FROM howdah.outbox WHERE state <> 'delivered'");
    assert_eq!(failed, "0");
    let twice = mails_twice + hooks_twice + changes_twice + codes_twice;
    assert!(twice <= kills * IN_FLIGHT, "{twice} came twice");
    let indexes = howdah.value(
        "SELECT count(bt_index_check(c.oid, true)) FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
         JOIN pg_am a ON a.oid = c.relam WHERE a.amname = 'btree' AND c.relkind = 'i' AND i.indisvalid AND c.relpersistence = 'p'",
    );
    drill.figure(format!(
        "{kills} kills, {terminated} times its connections ended: {} acknowledged, {} rolled back; {} transactions with a mail, a webhook, \
         a message and a job each, {} orders, {} codes; 0 lost, 0 of nothing, {twice} came twice, with the same id; \
         longest until the next acknowledgement {longest:.1?}; drained {drained:.1?} after the end; {indexes} indexes checked",
        load.journal.lines.load(Relaxed),
        undone.len(),
        done.len(),
        orders.len(),
        codes.len()
    ));
    assert!(longest < Duration::from_secs(10), "{longest:?} until the next acknowledgement");
    drill.passed(kills as u64);
    drill.end();
}

/// Numbers in the addresses of mails that came, and how many came again: with the same Message-ID, or it is not the same mail.
fn mailed(sink: &SmtpSink, word: &str) -> (BTreeSet<u64>, usize) {
    let mut ids: BTreeMap<u64, String> = BTreeMap::new();
    let mut twice = 0;
    for mail in sink.taken() {
        let number = |to: &String| to.strip_prefix(word)?.split('@').next()?.parse().ok();
        let Some(n) = mail.to.first().and_then(number) else { continue };
        let id = mail.header("Message-ID").expect("one");
        if let Some(first) = ids.insert(n, id.clone()) {
            assert_eq!(first, id, "the same mail with another Message-ID");
            twice += 1;
        }
    }
    (ids.into_keys().collect(), twice)
}

/// The same of webhooks: by id, with one body.
fn hooked(
    receiver: &Receiver,
    path: &str,
    number: impl Fn(&serde_json::Value) -> Option<u64>,
) -> (BTreeSet<u64>, usize) {
    let mut seen: BTreeMap<u64, (String, String)> = BTreeMap::new();
    let mut twice = 0;
    for heard in receiver.heard().into_iter().filter(|heard| heard.path == path) {
        let body = serde_json::from_str(&heard.body).expect("JSON");
        let n = number(&body).unwrap_or_else(|| panic!("{}", heard.body));
        let this = (heard.id().to_owned(), heard.body.clone());
        if let Some(first) = seen.insert(n, this.clone()) {
            assert_eq!(first, this, "the same webhook with another id or body");
            twice += 1;
        }
    }
    (seen.into_keys().collect(), twice)
}

#[test]
fn nothing_acknowledged_is_lost_when_postgres_is_killed() {
    under_load("postgres-killed", Victim::Postgres, count(50, 3));
}

#[test]
fn nothing_acknowledged_is_lost_when_backends_are_killed() {
    under_load("backends-killed", Victim::Backend, count(50, 3));
}

#[test]
fn nothing_acknowledged_is_lost_when_couriers_are_killed_and_cut_off() {
    under_load("couriers-killed", Victim::Courier, count(50, 3));
}
