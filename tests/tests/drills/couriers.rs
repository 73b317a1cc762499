//! Couriers that are stopped, cut off, told to end, kept busy; Postgres that goes away (THREATS D4, D5, D12, I2, I4; the issue's
//! bounds). Their metrics tell of it.

use howdah_tests::chaos::{Chaos, Target};
use howdah_tests::cluster::Cluster;
use howdah_tests::drill::{Courier, Dice, Drill, closing, count, full, wait};
use howdah_tests::receiver::Receiver;
use howdah_tests::server::{Howdah, free_port};
use howdah_tests::wire::Connection;
use std::collections::HashMap;
use std::time::{Duration, Instant};

/// A courier whose metrics can be read.
pub struct Watched {
    pub courier: Courier,
    address: String,
}

impl Watched {
    pub fn start(db_url: &str) -> Self {
        let address = format!("127.0.0.1:{}", free_port());
        let courier = Courier::start(db_url, &["--admin-listen", &address]);
        let watched = Self { courier, address };
        wait(10, "a listener", || watched.get("/live").is_some_and(|(status, _)| status == 200));
        watched
    }

    fn get(&self, path: &str) -> Option<(u16, String)> {
        let request = format!("GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
        let reply =
            Connection::open(&self.address).and_then(|mut c| c.exchange(request.as_bytes()));
        reply.ok().map(|reply| (reply.status, reply.text().to_owned()))
    }

    /// The sample of that name and labels; 0 if there is none.
    pub fn metric(&self, name: &str) -> f64 {
        let (_, text) = self.get("/metrics").expect("an answer");
        let value = text.lines().find_map(|line| line.strip_prefix(name)?.trim().parse().ok());
        value.unwrap_or(0.0)
    }

    pub fn ready(&self) -> Option<(u16, String)> {
        self.get("/ready")
    }
}

fn webhooks(howdah: &Howdah, url: &str, count: usize) {
    howdah.sql(&format!(
        "SELECT count(howdah.webhook('{url}', 'a', to_jsonb(n))) FROM generate_series(1, {count}) n"
    ));
}

fn states(howdah: &Howdah) -> String {
    howdah.value(
        "SELECT coalesce(string_agg(state || ' ' || n, ', ' ORDER BY state), '')
         FROM (SELECT state, count(*) AS n FROM howdah.outbox GROUP BY state) AS s",
    )
}

fn distinct(receiver: &Receiver) -> (usize, usize) {
    let heard = receiver.heard();
    let mut ids: HashMap<&str, &str> = HashMap::new();
    for one in &heard {
        let first = ids.entry(one.id()).or_insert(&one.body);
        assert_eq!(*first, one.body, "one id, one body");
    }
    (ids.len(), heard.len())
}

/// D4: two carry it, one of them settles.
#[test]
fn a_courier_that_was_stopped_beyond_its_lease_settles_nothing() {
    let begun = Instant::now();
    let cluster = Cluster::start_with_howdah(false);
    let db = &cluster.db;
    db.sql("SELECT howdah.set('webhook.concurrency', '16')");
    let rounds = count(5, 1);
    for round in 0..rounds {
        let receiver = Receiver::start();
        receiver.be_slow(Duration::from_millis(1500));
        let stopped = Watched::start(&db.courier_db_url);
        wait(10, "it is ready", || stopped.ready().is_some_and(|(status, _)| status == 200));
        webhooks(db, &receiver.url("/x"), 10);
        wait(10, "it carries them", || receiver.heard().len() == 10);
        stopped.courier.signal("STOP");
        receiver.be_slow(Duration::ZERO);
        if !full() {
            db.sql("UPDATE howdah.outbox_entries SET leased_until = now() WHERE state = 'leased'");
        }
        let other = Watched::start(&db.courier_db_url);
        let delivered = format!("delivered {}", 10 * (round + 1));
        wait(45, "another carries them", || states(db) == delivered);
        assert_eq!(distinct(&receiver), (10, 20));
        assert_eq!(
            other.metric(r#"howdah_courier_outcomes_total{kind="webhook",result="delivered"}"#),
            10.0
        );
        stopped.courier.signal("CONT");
        wait(20, "its outcomes are refused", || {
            stopped.metric("howdah_courier_late_outcomes_total") == 10.0
        });
        assert_eq!(states(db), delivered, "one final state each");
        let attempts = db.value(
            "SELECT string_agg(DISTINCT concat_ws(' ', state, error, n), ', ')
             FROM (SELECT state, error, count(*) AS n FROM howdah.deliveries GROUP BY state, error, outbox_id) AS d",
        );
        assert_eq!(attempts, "deferred courier_lost 1, delivered 1");
    }
    let title = "a courier stopped beyond its lease while it carries ten, and woken when another has carried them";
    closing(
        "D4",
        title,
        begun,
        rounds,
        "one final state each; all outcomes that came late were refused",
    );
}

/// D12: the server is killed while a delivery sits in a tarpit.
#[test]
fn a_delivery_in_a_tarpit_outlives_the_server() {
    let mut cluster = Cluster::start_with_howdah(false);
    let receiver = Receiver::start();
    let tarpit = Duration::from_secs(count(15, 4) as u64);
    receiver.be_slow(tarpit);
    cluster.db.sql("SELECT howdah.set('webhook.timeout_ms', '25000')");
    let mut watched = Watched::start(&cluster.db.courier_db_url);
    wait(10, "it is ready", || watched.ready().is_some_and(|(status, _)| status == 200));
    webhooks(&cluster.db, &receiver.url("/x"), 1);
    wait(10, "it is in there", || receiver.heard().len() == 1);
    let killed = Instant::now();
    cluster.stop("KILL");
    cluster.start();
    let back = killed.elapsed();
    wait(60, "its delivery", || states(&cluster.db) == "delivered 1");
    let (ids, attempts) = distinct(&receiver);
    let found = format!(
        "the server is back after {back:.1?}; {attempts} attempts of {ids} webhook, with one id"
    );
    closing(
        "D12",
        &format!("kill -9 of Postgres while a delivery sits in a tarpit of {tarpit:?}"),
        killed,
        1,
        &found,
    );
    assert!(back < Duration::from_secs(10) && ids == 1 && attempts <= 2);
    assert!(watched.courier.runs());
}

/// I2: it comes back, for ever; it says so meanwhile.
#[test]
fn comes_back_when_postgres_was_away() {
    let mut cluster = Cluster::start_with_howdah(false);
    let (begun, receiver) = (Instant::now(), Receiver::start());
    let watched = Watched::start(&cluster.db.courier_db_url);
    wait(10, "it is ready", || watched.ready().is_some_and(|(status, _)| status == 200));
    let away = Duration::from_secs(count(20, 4) as u64);
    for signal in ["INT", "QUIT"] {
        cluster.stop(signal);
        wait(5, "it says so", || watched.ready().is_some_and(|(status, _)| status == 503));
        assert_eq!(watched.metric("howdah_courier_connections"), 0.0);
        std::thread::sleep(away);
        cluster.start();
        let back = Instant::now();
        let before = receiver.heard().len();
        webhooks(&cluster.db, &receiver.url("/x"), 1);
        wait(10, "a delivery", || receiver.heard().len() > before);
        let took = back.elapsed();
        println!("away for {away:?} ({signal}): delivers {took:.1?} after it is back");
        assert!(took < Duration::from_secs(6));
        wait(6, "all its connections", || watched.metric("howdah_courier_connections") >= 4.0);
    }
    assert!(watched.metric("howdah_courier_connect_failures_total") > 0.0);
    assert!(watched.metric("howdah_courier_disconnects_total") >= 8.0);
    let found = "delivers within 6 s, with all its connections again";
    closing(
        "I2",
        &format!("Postgres away for {away:?}, stopped and killed, under a courier"),
        begun,
        2,
        found,
    );
}

/// Far more rows than it can carry: it takes what it has room for, and gives nothing away when it is told to stop.
#[test]
fn many_rows_and_a_slow_receiver_cost_it_no_memory_and_stopping_loses_nothing() {
    let rows = count(100_000, 4_000);
    let cluster = Cluster::start_with_howdah(false);
    let db = &cluster.db;
    let receiver = Receiver::start();
    receiver.be_slow(Duration::from_millis(200));
    db.sql("SELECT howdah.set('webhook.concurrency', '64'), howdah.pause('webhook')");
    let url = receiver.url("/x");
    let begun = Instant::now();
    db.sql(&format!(
        "SELECT count(howdah.webhook('{url}', 'a', jsonb_build_object('n', n, 'filler', repeat('x', 2000)))) FROM generate_series(1, {rows}) n"
    ));
    println!("{rows} webhooks of 2 KB asked for in {:.1?}", begun.elapsed());
    let mut watched = Watched::start(&db.courier_db_url);
    wait(10, "it is ready", || watched.ready().is_some_and(|(status, _)| status == 200));
    std::thread::sleep(Duration::from_secs(1));
    let (idle, _) = watched.courier.memory();
    db.sql("SELECT howdah.resume('webhook')");
    let (mut busiest, mut most_in_flight) = (0, 0.0_f64);
    wait(60, "a thousand of them", || {
        busiest = busiest.max(watched.courier.memory().0);
        let in_flight = watched.metric(r#"howdah_courier_in_flight{kind="webhook"}"#);
        most_in_flight = most_in_flight.max(in_flight);
        receiver.heard().len() >= 1000
    });
    assert!(watched.metric(r#"howdah_outbox_due{kind="webhook"}"#) > 0.0);
    assert!((1.0..=64.0).contains(&most_in_flight), "{most_in_flight} in flight");

    let told = Instant::now();
    assert!(watched.courier.stop().success());
    let drained = told.elapsed();
    let heard = receiver.heard().len();
    let left = db.value("SELECT count(*) FROM howdah.outbox_entries WHERE state = 'leased'");
    let delivered: usize = db
        .value("SELECT count(*) FROM howdah.outbox WHERE state = 'delivered'")
        .parse()
        .expect("a count");
    assert_eq!((left.as_str(), delivered), ("0", heard), "what was begun is finished and settled");
    assert!(drained < Duration::from_secs(12), "{drained:?}");

    receiver.be_slow(Duration::ZERO);
    let begun = Instant::now();
    let watched = Watched::start(&db.courier_db_url);
    wait(900, "all of them", || {
        busiest = busiest.max(watched.courier.memory().0);
        std::thread::sleep(Duration::from_millis(100));
        db.value("SELECT count(*) FROM howdah.outbox_entries") == "0"
    });
    let rate = (rows - heard) as f64 / begun.elapsed().as_secs_f64();
    assert_eq!((distinct(&receiver), states(db)), ((rows, rows), format!("delivered {rows}")));
    let found = format!(
        "{idle} kB idle, {busiest} kB with {rows} due and {most_in_flight} in flight; drained in {drained:.1?} with {heard} sent and all \
         settled; the rest at {rate:.0} a second"
    );
    closing(
        "courier-memory",
        &format!("{rows} webhooks due and a slow receiver; SIGTERM in the midst"),
        begun,
        rows,
        &found,
    );
    assert!(busiest < 60_000, "{busiest} kB");
}

fn socket(db: &Howdah) -> Target {
    let folder = db.courier_db_url.split(' ').next().and_then(|host| host.strip_prefix("host="));
    Target::Socket(std::path::Path::new(folder.expect("a folder")).join(".s.PGSQL.5432"))
}

fn through(network: &Chaos) -> String {
    format!(
        "host=127.0.0.1 port={} user=howdah_courier dbname=postgres sslmode=disable",
        network.port
    )
}

/// D5: Postgres has committed a lease, the courier never hears of it.
#[test]
fn what_a_lost_answer_leased_is_carried_as_soon_as_there_is_a_connection() {
    let rounds = count(50, 4);
    let (mut drill, _) = Drill::begin(
        "D5",
        format!(
            "the answer of a courier's lease cut off after its commit, {rounds} times, two rows each of a host that takes two"
        ),
    );
    let cluster = Cluster::start_with_howdah(false);
    let db = &cluster.db;
    let receiver = Receiver::start();
    let network = Chaos::calm(socket(db));
    let watched = Watched::start(&through(&network));
    wait(10, "it is ready", || watched.ready().is_some_and(|(status, _)| status == 200));
    let mut longest = Duration::ZERO;
    for round in 1..=rounds {
        let path = format!("/lost-{round}");
        network.lose_answer(&path);
        webhooks(db, &receiver.url(&path), 2);
        wait(10, "a lost answer", || network.answer_lost());
        let lost = Instant::now();
        let delivered = format!("delivered {}", 2 * round);
        wait(40, "its rows", || states(db) == delivered);
        longest = longest.max(lost.elapsed());
        // What held for a while comes back after its first pause.
        std::thread::sleep(Duration::from_millis(2200));
    }
    drill.passed(2 * rounds as u64);
    drill.check(longest < Duration::from_secs(3), || format!("a row waited for {longest:?}"));
    let sent = distinct(&receiver);
    drill.check(sent == (2 * rounds, 2 * rounds), || format!("ids, requests: {sent:?}"));
    let attempts = db.value(
        "SELECT string_agg(DISTINCT concat_ws(' ', d.attempt, d.state, o.attempts), ', ')
         FROM howdah.deliveries AS d JOIN howdah.outbox AS o ON o.id = d.outbox_id",
    );
    drill.check(attempts == "1 delivered 1", || format!("attempts: {attempts}"));
    let late = watched.metric("howdah_courier_late_outcomes_total");
    drill.check(late == 0.0, || format!("{late} outcomes were refused"));
    drill.figure(format!("delivered at most {longest:.1?} after the cut, each once"));
    drill.end();
}

/// D5: a network that is slow, silent, or cut before the answer, on both sides of the courier.
#[test]
fn a_bad_network_loses_nothing() {
    let wanted = count(2_000, 100);
    let cluster = Cluster::start_with_howdah(false);
    let db = &cluster.db;
    db.sql("SELECT howdah.set('webhook.timeout_ms', '2000'), howdah.set('webhook.concurrency', '1000'), howdah.set('webhook.schedule', '0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0')");
    let receiver = Receiver::start();
    let below = Chaos::start(socket(db), Dice::new("chaos to Postgres"), [8_000, 60_000]);
    let above =
        Chaos::start(Target::Port(receiver.port), Dice::new("chaos to receivers"), [8_000, 500]);
    let url = through(&below);
    let mut couriers: Vec<Watched> = (0..count(6, 3)).map(|_| Watched::start(&url)).collect();
    let mut asked = 0;
    let begun = Instant::now();
    while below.faults() < count(250, 30) || below.faults() + above.faults() < wanted {
        let faults = (below.faults(), above.faults());
        assert!(begun.elapsed() < Duration::from_secs(count(1800, 90) as u64), "{faults:?}");
        webhooks(db, &format!("http://127.0.0.1:{}/x", above.port), 20);
        asked += 20;
        // The breaker is another test's.
        db.sql("DELETE FROM howdah.lanes");
        std::thread::sleep(Duration::from_millis(250));
    }
    let (under, over) = (below.faults(), above.faults());
    below.calm_down();
    above.calm_down();
    wait(120, "all of them", || {
        db.sql("DELETE FROM howdah.lanes");
        if !full() {
            db.sql("UPDATE howdah.outbox_entries SET leased_until = now() WHERE state = 'leased' AND leased_at < now() - interval '12 s'");
        }
        db.value("SELECT count(*) FROM howdah.outbox_entries") == "0"
    });
    assert_eq!(states(db), format!("delivered {asked}"), "each has one end");
    let (ids, attempts) = distinct(&receiver);
    assert_eq!(ids, asked);
    assert!(attempts > ids, "no answer was lost: the drill shows nothing");
    let late: f64 =
        couriers.iter().map(|one| one.metric("howdah_courier_late_outcomes_total")).sum();
    let found = format!(
        "{under} bad connections to Postgres, {over} to the receiver: {asked} webhooks, {attempts} attempts heard, 0 lost; {late} outcomes came late"
    );
    assert!(couriers.iter_mut().all(|one| one.courier.runs()));
    closing(
        "D5",
        "couriers on a network that is late, silent, dripping, or cut before the answer",
        begun,
        under + over,
        &found,
    );
}

/// Names and numbers of the metrics, beside what the database says.
#[test]
fn its_metrics_say_what_happens() {
    let cluster = Cluster::start_with_howdah(false);
    let db = &cluster.db;
    let (receiver, down) = (Receiver::start(), Receiver::start());
    receiver.answer("/gone", 410);
    down.answer("/down", 503);
    let watched = Watched::start(&db.courier_db_url);
    wait(10, "it is ready", || watched.ready() == Some((200, r#"{"status":"ready"}"#.to_owned())));
    webhooks(db, &receiver.url("/ok"), 3);
    webhooks(db, &receiver.url("/gone"), 2);
    webhooks(db, &down.url("/down"), 6);
    let outcome = |result: &str| {
        watched.metric(&format!(
            r#"howdah_courier_outcomes_total{{kind="webhook",result="{result}"}}"#
        ))
    };
    wait(20, "outcomes", || {
        (outcome("delivered"), outcome("failed")) == (3.0, 2.0) && outcome("deferred") >= 5.0
    });
    assert!(watched.metric(r#"howdah_courier_leases_total{kind="webhook"}"#) >= 10.0);
    wait(30, "an open lane", || {
        // It opens for a few seconds by itself, and is counted every ten.
        db.sql(
            "UPDATE howdah.lanes SET open_until = now() + interval '1 hour' WHERE failures >= 5",
        );
        watched.metric(r#"howdah_outbox_open_lanes{kind="webhook"}"#) == 1.0
    });
    db.sql("SELECT howdah.pause('webhook'); DELETE FROM howdah.lanes; UPDATE howdah.outbox_entries SET due_at = now() - interval '5 minutes' WHERE state = 'due'");
    wait(15, "lag", || watched.metric(r#"howdah_outbox_lag_seconds{kind="webhook"}"#) >= 300.0);
    assert_eq!(watched.metric(r#"howdah_outbox_due{kind="webhook"}"#), 6.0);
    db.sql("CREATE ROLE app; CREATE FUNCTION public.well() RETURNS void LANGUAGE sql AS ''; CREATE FUNCTION public.ill() RETURNS int LANGUAGE sql AS 'SELECT 1 / 0';
            SELECT jobs.enqueue('public.well', run_as => 'app'), jobs.enqueue('public.ill', run_as => 'app', max_attempts => 1)");
    wait(10, "jobs", || {
        watched.metric(r#"howdah_courier_jobs_total{result="succeeded"}"#) == 1.0
            && watched.metric(r#"howdah_courier_jobs_total{result="failed"}"#) == 1.0
    });
    wait(5, "ticks", || watched.metric("howdah_courier_ticks_total") >= 3.0);
    assert_eq!(watched.metric("howdah_courier_standby"), 0.0);
    assert_eq!(watched.get("/other").map(|(status, _)| status), Some(404));
    let (_, told) = watched.get("/metrics").expect("metrics");
    let named = howdah_tests::alerts::metrics(&["howdah_courier_", "howdah_outbox_"]);
    assert!(named.len() >= 5, "{named:?}");
    for name in named {
        assert!(told.contains(&format!("\n{name}")), "alerts.yml looks at {name}");
    }
}
