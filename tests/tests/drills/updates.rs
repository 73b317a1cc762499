//! An update of the extension under load; an extension and a database that are dropped while a proxy and a courier work on
//! them (THREATS B3, D10). The catalog that an update leaves is compared in tests/sql/upgrade.drill.

use super::couriers::Watched;
use howdah_tests::api::Api;
use howdah_tests::cluster::Cluster;
use howdah_tests::database::literal;
use howdah_tests::drill::{Drill, count, wait};
use howdah_tests::prefix::Prefix;
use howdah_tests::proxy::Proxy;
use howdah_tests::receiver::Receiver;
use howdah_tests::server::Howdah;
use serde_json::{Value, json};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::Relaxed};
use std::time::{Duration, Instant};

const RELEASE: &str = "0.1.0";
const CALLERS: usize = 10;
/// Of each caller: 50 requests a second in all.
const PACE: Duration = Duration::from_millis(200);
const TABLES: &str = "CREATE TABLE public.film (id int PRIMARY KEY, title text NOT NULL);
    INSERT INTO public.film SELECT n, 'film ' || n FROM generate_series(1, 100) AS n;
    CREATE TABLE public.written (n int PRIMARY KEY);
    GRANT SELECT ON public.film TO anon; GRANT SELECT, INSERT ON public.written TO anon";

#[derive(Default)]
struct Seen {
    asked: AtomicUsize,
    written: AtomicUsize,
    /// What was neither right nor an error that says to come again.
    wrong: Mutex<Vec<String>>,
    refused: Mutex<Vec<Instant>>,
}

impl Seen {
    /// A right answer, or one that was refused and says so.
    fn note(&self, what: &str, right: bool, status: u16, text: &str) {
        self.asked.fetch_add(1, Relaxed);
        if status == 503 {
            self.refused.lock().expect("no panic").push(Instant::now());
        } else if !right {
            self.wrong.lock().expect("no panic").push(format!("{what}: {status} {text}"));
        }
    }
}

/// Reads, writes and refreshes until told to end.
fn call(howdah: &Howdah, number: usize, seen: &Seen, end: &AtomicBool) {
    let anon = Api { howdah, schema: None, token: None };
    let mut account = howdah.account();
    let mut round = 0;
    while !end.load(Relaxed) {
        let next = Instant::now() + PACE;
        round += 1;
        match round % 3 {
            0 => {
                let id = round % 100 + 1;
                let reply = anon.get(&format!("/film?id=eq.{id}&select=title"));
                let right = reply.text() == format!(r#"[{{"title":"film {id}"}}]"#);
                seen.note("read", right, reply.status, &reply.text());
            }
            1 => {
                let n = number * 1_000_000 + round;
                let reply = anon.post("/written", json!({"n": n}));
                let done = reply.status == 201;
                seen.written.fetch_add(usize::from(done), Relaxed);
                seen.note("write", done, reply.status, &reply.text());
            }
            _ => {
                let body = json!({"refresh_token": account.refresh});
                let path = "/auth/v1/token?grant_type=refresh_token";
                let reply = anon.call("POST", path).json(body).send();
                let user = (reply.status == 200).then(|| reply.json());
                let id = |user: &Value| user["user"]["id"] == account.id;
                seen.note("refresh", user.as_ref().is_some_and(id), reply.status, &reply.text());
                if let Some(token) = user.as_ref().and_then(|user| user["refresh_token"].as_str()) {
                    account.refresh = token.to_owned();
                }
            }
        }
        std::thread::sleep(next.saturating_duration_since(Instant::now()));
    }
}

#[test]
fn an_update_under_load_answers_nothing_wrong() {
    let rounds = count(5, 1);
    let (mut drill, _) = Drill::begin(
        "D10",
        format!(
            "ALTER EXTENSION UPDATE from {RELEASE} and install() under 50 requests/s, {rounds} times"
        ),
    );
    let (mut asked, mut refused, mut longest) = (0, 0, Duration::ZERO);
    for _ in 0..rounds {
        let prefix = Prefix::make();
        prefix.set_version(RELEASE);
        let mut cluster = Cluster::make_with(&prefix.bin);
        cluster.start();
        let db = &cluster.db;
        db.sql("CREATE EXTENSION howdah; SELECT howdah.install()");
        drill.check(db.value("SELECT howdah.version()") == RELEASE, || "another version".into());
        db.sql(TABLES);
        let receiver = Receiver::start();
        db.sql("SELECT howdah.set('courier.allowed_hosts', '127.0.0.1:*')");
        let proxy = Proxy::start(&db.proxy_db_url, &[]);
        let courier = Watched::start(&db.courier_db_url);
        let howdah = proxy.over(db);
        let (seen, end) = (Seen::default(), AtomicBool::new(false));
        std::thread::scope(|scope| {
            for number in 0..CALLERS {
                let (howdah, seen, end) = (&howdah, &seen, &end);
                scope.spawn(move || call(howdah, number, seen, end));
            }
            let hook = |n: usize| {
                let url = literal(&receiver.url("/x"));
                db.sql(&format!("SELECT howdah.webhook({url}, 'a', to_jsonb({n}))"));
            };
            let pause = || std::thread::sleep(Duration::from_secs(3));
            hook(1);
            pause();
            prefix.update();
            pause();
            db.sql("BEGIN; ALTER EXTENSION howdah UPDATE; SELECT howdah.install(); COMMIT");
            hook(2);
            pause();
            end.store(true, Relaxed);
        });
        let wrong = seen.wrong.into_inner().expect("no panic");
        drill.check(wrong.is_empty(), || wrong.join("; "));
        drill.passed(seen.asked.load(Relaxed) as u64);
        let times = seen.refused.into_inner().expect("no panic");
        let span = times.first().zip(times.last()).map(|(first, last)| *last - *first);
        let span = span.unwrap_or_default();
        drill.check(span <= Duration::from_secs(2), || format!("refused for {span:?}"));
        (asked, refused) = (asked + seen.asked.load(Relaxed), refused + times.len());
        longest = longest.max(span);

        let now =
            db.value("SELECT default_version FROM pg_available_extensions WHERE name = 'howdah'");
        let health = Api { howdah: &howdah, schema: None, token: None };
        let health = health.call("GET", "/auth/v1/health").send();
        drill.check(health.is(200).json()["version"] == now, || health.text());
        drill.check(now != RELEASE, || format!("{now} is no other version"));
        let written: usize = db.value("SELECT count(*) FROM written").parse().expect("a number");
        let acknowledged = seen.written.load(Relaxed);
        drill.check(written == acknowledged, || format!("{acknowledged} written, {written} there"));
        wait(20, "both webhooks", || receiver.heard().len() == 2);
        drill.check(courier.ready().is_some_and(|(status, _)| status == 200), || "courier".into());
        let told = cluster.told();
        drill.check(!told.contains("terminated by signal"), || "a backend crashed".into());
    }
    drill.figure(format!(
        "0 wrong of {asked} answers, {refused} refused (503), within {longest:.1?} at most"
    ));
    drill.end();
}
