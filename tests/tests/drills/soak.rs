//! Ordinary use for an hour: what grows that should not. `HOWDAH_SOAK_MINUTES` makes the full length another.

use howdah_tests::account::Account;
use howdah_tests::api::{Api, Call};
use howdah_tests::drill::{Dice, Drill, full};
use howdah_tests::process::{Taken, backends, carrying, serving, taken};
use howdah_tests::server::Howdah;
use howdah_tests::wire::Connection;
use serde_json::json;
use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::time::{Duration, Instant};

use super::bombs::percentile;
use super::faults::Raise;

const TABLES: &str = "
    CREATE TABLE public.note (id int PRIMARY KEY, body text, n int NOT NULL DEFAULT 0);
    INSERT INTO public.note (id, body) SELECT n, 'note ' || n FROM generate_series(1, 1000) AS n;
    GRANT SELECT ON public.note TO anon, authenticated;
    GRANT INSERT, UPDATE, DELETE ON public.note TO authenticated;
    SELECT queue.create('soak');
    CREATE FUNCTION public.work(n int DEFAULT 0) RETURNS int LANGUAGE sql AS 'SELECT n';
    CREATE FUNCTION public.ask_for_work(n int) RETURNS int8 LANGUAGE sql AS $$ SELECT jobs.enqueue('public.work', jsonb_build_object('n', n)) $$;
    CREATE FUNCTION public.mail(n int) RETURNS int8 LANGUAGE sql AS
        $$ SELECT howdah.send_email('soak' || n || '@example.com', 'note ' || n, 'a text') $$;
    CREATE FUNCTION public.pass(n int) RETURNS int8 LANGUAGE sql AS
        $$ SELECT queue.send('soak', to_jsonb(n)); SELECT count(queue.delete('soak', m.msg_id)) FROM queue.read('soak', 30, 5) AS m $$;
    GRANT EXECUTE ON FUNCTION public.work, public.ask_for_work, public.mail, public.pass TO service_role;
    DELETE FROM auth.rate_limits;
    SELECT auth.set(s.name, '0') FROM auth.settings_all AS s WHERE s.name LIKE 'rate\\_limit\\_%'";

const PASSWORD: &str = "analytical engine no. 2";
/// Clients, each with a connection of its own; together a hundred requests a second.
const CLIENTS: u32 = 4;
const RATE: u32 = 25;

fn user(howdah: &Howdah) -> Account {
    let account = howdah.account();
    howdah.sql(&format!(
        "UPDATE auth.users SET encrypted_password = howdah_private.password_hash('{PASSWORD}') WHERE id = '{}'",
        account.id
    ));
    account
}

/// One client of the mix: of a hundred requests 60 read, 20 write, 8 refresh, 5 pass a message, 3 send a mail, 3 ask for a job, 1 signs in.
struct User<'h> {
    anon: Api<'h>,
    own: Api<'h>,
    service: Api<'h>,
    account: Account,
}

impl<'h> User<'h> {
    fn call(&self, lot: u64, n: u64) -> (&'static str, Call<'h>) {
        let id = n * 7919 % 1000 + 1;
        let auth =
            |grant: &str| self.anon.call("POST", &format!("/auth/v1/token?grant_type={grant}"));
        let service = |name: &str| {
            self.service.rest("POST", &format!("/rpc/{name}")).json(json!({ "n": n % 100_000 }))
        };
        match lot {
            0..60 => ("read", self.anon.rest("GET", &format!("/note?id=eq.{id}"))),
            60..80 => {
                let write = self.own.rest("PATCH", &format!("/note?id=eq.{id}"));
                ("write", write.json(json!({ "n": n % 1000, "body": format!("note {n}") })))
            }
            80..88 => (
                "refresh",
                auth("refresh_token").json(json!({ "refresh_token": self.account.refresh })),
            ),
            88..93 => ("queue", service("pass")),
            93..96 => ("mail", service("mail")),
            96..99 => ("job", service("ask_for_work")),
            _ => (
                "sign-in",
                auth("password").json(json!({ "email": self.account.email, "password": PASSWORD })),
            ),
        }
    }

    fn run(
        &mut self,
        mut dice: Dice,
        stop: &AtomicBool,
        wrong: &Mutex<Vec<String>>,
    ) -> Vec<Duration> {
        let (begun, mut times) = (Instant::now(), Vec::new());
        let mut connection = Connection::open(self.anon.howdah.address()).expect("a connection");
        for n in 0_u32.. {
            let due = begun + Duration::from_secs(1) * n / RATE;
            std::thread::sleep(due.saturating_duration_since(Instant::now()));
            if stop.load(Relaxed) {
                break;
            }
            let (kind, call) = self.call(dice.below(100), dice.below(1 << 40));
            let asked = Instant::now();
            let reply = call.send_on(&mut connection, true);
            times.push(asked.elapsed());
            match reply {
                Ok(reply) if (200..300).contains(&reply.status) => {
                    if matches!(kind, "refresh" | "sign-in") {
                        self.account.refresh =
                            reply.json()["refresh_token"].as_str().unwrap_or_default().to_owned();
                    }
                }
                other => {
                    wrong.lock().expect("whole").push(match other {
                        Ok(reply) => format!("{kind}: {} {}", reply.status, reply.text()),
                        Err(error) => format!("{kind}: {error}"),
                    });
                    connection =
                        Connection::open(self.anon.howdah.address()).expect("a connection");
                }
            }
        }
        times
    }
}

/// What processes took, one line a sample: seconds, and by pid.
type Samples = Vec<(f64, BTreeMap<u32, Taken>)>;

/// kB a second, by least squares.
fn slope(points: &[(f64, f64)]) -> f64 {
    let n = points.len().max(1) as f64;
    let mean = |of: fn(&(f64, f64)) -> f64| points.iter().map(of).sum::<f64>() / n;
    let (x, y) = (mean(|p| p.0), mean(|p| p.1));
    let both: f64 = points.iter().map(|p| (p.0 - x) * (p.1 - y)).sum();
    let square: f64 = points.iter().map(|p| (p.0 - x).powi(2)).sum();
    both / square.max(f64::EPSILON)
}

#[test]
fn ordinary_use_leaves_nothing_behind() {
    let minutes =
        std::env::var("HOWDAH_SOAK_MINUTES").ok().and_then(|m| m.parse().ok()).unwrap_or(60_u64);
    let length = Duration::from_secs(if full() { minutes * 60 } else { 30 });
    let warm = length / 4;
    let howdah = Howdah::start(&[]);
    howdah.sql(TABLES);
    Api::anon(&howdah, "public").get("/note?id=eq.1").is(200);
    let (mut drill, mut dice) = Drill::begin(
        "D22",
        format!(
            "{:.1} minutes of use at 100 requests a second: reads, writes, refreshes, sign-ins, mails, jobs, queue; the first quarter to warm up",
            length.as_secs_f64() / 60.0
        ),
    );
    let (proxy, courier) = (serving(&howdah)[0], carrying(&howdah)[0]);
    let (stop, wrong, answered) =
        (AtomicBool::new(false), Mutex::new(Vec::new()), AtomicU64::new(0));
    let times = Mutex::new(Vec::new());
    let mut samples: Samples = Vec::new();
    std::thread::scope(|scope| {
        let _stop = Raise(&stop);
        for _ in 0..CLIENTS {
            let anon = Api { howdah: &howdah, schema: Some("public".to_owned()), token: None };
            let account = user(&howdah);
            let own = anon.with_token(&account.access);
            let mut user = User { own, service: Api::service(&howdah, "public"), anon, account };
            // Tokens that outlast the hour.
            user.own.token =
                Some(howdah.mint("authenticated", &json!({ "sub": user.account.id }), "3 hours"));
            user.service.token = Some(howdah.mint("service_role", &json!({}), "3 hours"));
            let (dice, stop, wrong) = (Dice::of(dice.below(u64::MAX)), &stop, &wrong);
            let (times, answered) = (&times, &answered);
            scope.spawn(move || {
                let own = user.run(dice, stop, wrong);
                answered.fetch_add(own.len() as u64, Relaxed);
                times.lock().expect("whole").extend(own);
            });
        }
        let begun = Instant::now();
        while begun.elapsed() < length {
            std::thread::sleep(length / 120);
            let pids = backends(&howdah).into_iter().chain([proxy, courier]);
            let all = pids.filter_map(|pid| Some((pid, taken(pid)?))).collect();
            samples.push((begun.elapsed().as_secs_f64(), all));
        }
    });
    judge(&mut drill, &howdah, &samples, warm, [proxy, courier]);
    let (wrong, mut times) =
        (wrong.into_inner().expect("whole"), times.into_inner().expect("whole"));
    drill.check(wrong.is_empty(), || format!("{} failed: {}", wrong.len(), wrong[0]));
    drill.passed(answered.load(Relaxed) - wrong.len() as u64);
    drill.figure(format!(
        "{} requests, {} failed, p99 {:.0} ms",
        answered.load(Relaxed),
        wrong.len(),
        percentile(&mut times, 99).as_secs_f64() * 1e3
    ));
    drill.end();
}

fn judge(
    drill: &mut Drill,
    howdah: &Howdah,
    samples: &Samples,
    warm: Duration,
    [proxy, courier]: [u32; 2],
) {
    let warmed: Vec<_> = samples.iter().filter(|(at, _)| *at >= warm.as_secs_f64()).collect();
    let mut steepest = [(f64::MIN, 0_u64); 3];
    let pids: Vec<u32> = warmed.last().expect("samples").1.keys().copied().collect();
    for pid in pids {
        let of: Vec<_> =
            warmed.iter().filter_map(|(at, all)| Some((*at, *all.get(&pid)?))).collect();
        // One that came late has warmed up too little.
        if of.len() * 4 < warmed.len() * 3 {
            continue;
        }
        let points: Vec<_> = of.iter().map(|(at, taken)| (*at, taken.memory as f64)).collect();
        let kind = if pid == proxy {
            0
        } else if pid == courier {
            1
        } else {
            2
        };
        let name = ["the proxy", "the courier", "a backend"][kind];
        let in_ten_minutes = slope(&points) * 600.0 / 1024.0;
        let last = of.last().map_or(0, |(_, taken)| taken.memory / 1024);
        if in_ten_minutes > steepest[kind].0 {
            steepest[kind] = (in_ten_minutes, last);
        }
        // Half a minute shows no slope: there the growth itself is bounded.
        let grown = points.last().map_or(0.0, |p| p.1) - points.first().map_or(0.0, |p| p.1);
        let flat = if full() { in_ten_minutes < 1.0 } else { grown < 6.0 * 1024.0 };
        drill.check(flat, || format!("{name} ({pid}) grows by {in_ten_minutes:.2} MiB in ten minutes, by {grown:.0} kB in all"));
        let (early, late) = of.split_at(of.len() / 2);
        for (what, count) in
            [("files", (|t| t.files) as fn(&Taken) -> u64), ("threads", |t| t.threads)]
        {
            let most = |part: &[(f64, Taken)]| {
                part.iter().map(|(_, taken)| count(taken)).max().unwrap_or(0)
            };
            let (early, late) = (most(early), most(late));
            drill.check(late <= early + 3, || {
                format!("{name} ({pid}): {what} {early}, then {late}")
            });
        }
    }
    let told: Vec<_> = ["proxy", "courier", "steepest backend"]
        .iter()
        .zip(steepest)
        .map(|(name, (slope, last))| {
            format!("{name} {slope:+.2} MiB in ten minutes, {last} MiB at the end")
        })
        .collect();
    drill.figure(told.join("; "));
    let dead = "SELECT coalesce(max(n_dead_tup), 0) || ' ' || coalesce(sum(n_dead_tup), 0) FROM pg_stat_user_tables";
    let dead = howdah.value(dead);
    let most: u64 = dead.split(' ').next().and_then(|n| n.parse().ok()).unwrap_or(u64::MAX);
    drill.check(most < 50_000, || format!("dead rows: {dead}"));
    drill.figure(format!("dead rows of a table {most} at the end"));
}
