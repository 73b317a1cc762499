//! Webhooks as they leave (THREATS H1, H4, H5, I1 to I4): what is rolled back, slow, broken, gone or killed. The signatures are
//! verified with another library in tests/sdk/py/suite/test_webhooks.py.

use howdah_tests::api::Api;
use howdah_tests::drill::{Courier, full, signal, wait};
use howdah_tests::receiver::{Heard, Receiver};
use howdah_tests::server::Howdah;
use serde_json::json;
use std::collections::{HashMap, HashSet};
use std::time::{Duration, Instant};

fn start() -> Howdah {
    let howdah = Howdah::start(&[]);
    howdah.sql("SELECT howdah.set('courier.allowed_hosts', '127.0.0.1:*')");
    wait(20, "a courier", || howdah.value("SELECT count(*) FROM howdah.couriers") != "0");
    howdah
}

fn webhook(howdah: &Howdah, url: &str) -> String {
    howdah.value(&format!("SELECT howdah.webhook('{url}', 'a.b', '{{\"n\": 1}}')"))
}

fn state(howdah: &Howdah, id: &str) -> String {
    howdah.value(&format!("SELECT state || ' ' || attempts FROM howdah.outbox WHERE id = {id}"))
}

/// The courier that `howdah up` keeps.
fn kept_courier(howdah: &Howdah) -> u32 {
    let name = howdah.value("SELECT name FROM howdah.couriers ORDER BY seen_at DESC LIMIT 1");
    name.rsplit('/').next().and_then(|pid| pid.parse().ok()).expect("host/pid")
}

fn by_id(heard: &[Heard]) -> HashMap<&str, Vec<&Heard>> {
    let mut by_id: HashMap<&str, Vec<&Heard>> = HashMap::new();
    heard.iter().for_each(|one| by_id.entry(one.id()).or_default().push(one));
    by_id
}

#[test]
fn what_commits_is_sent_and_what_rolls_back_is_not() {
    let howdah = start();
    let receiver = Receiver::start();
    let url = receiver.url("/ok");
    howdah.sql(&format!("BEGIN; SELECT howdah.webhook('{url}', 'a', '{{}}'); ROLLBACK"));
    howdah.sql("CREATE TABLE public.orders (id int PRIMARY KEY); GRANT ALL ON public.orders TO service_role");
    howdah.sql(&format!(
        "SELECT howdah.on_change('public.orders', '{{INSERT}}', '{url}', 'NEW.id > 0')"
    ));
    // A request that fails leaves nothing; one that succeeds, one webhook a row, with the request's id.
    let api = Api::service(&howdah, "public");
    assert_eq!(
        api.call("POST", "/rest/v1/orders").json(json!([{"id": 1}, {"id": 1}])).send().status,
        409
    );
    let made =
        api.call("POST", "/rest/v1/orders").json(json!([{"id": 1}, {"id": 2}, {"id": -1}])).send();
    made.is(201);
    wait(10, "two webhooks", || receiver.heard().len() >= 2);
    std::thread::sleep(Duration::from_millis(500));
    let heard = receiver.heard();
    let mut ids: Vec<String> = heard
        .iter()
        .map(|one| {
            let body: serde_json::Value = serde_json::from_str(&one.body).expect("JSON");
            assert_eq!(
                (&body["type"], &body["table"], &body["old_record"]),
                (&json!("INSERT"), &json!("orders"), &json!(null))
            );
            body["record"]["id"].to_string()
        })
        .collect();
    ids.sort();
    assert_eq!(ids, ["1", "2"]);
    let traced = howdah.value("SELECT count(DISTINCT cause) || ' ' || count(*) FROM howdah.outbox WHERE cause IS NOT NULL");
    assert_eq!(traced, "1 2");
}

#[test]
fn a_receiver_that_is_slow_broken_or_sly_holds_up_nobody_else() {
    let howdah = start();
    let (bad, inside) = (Receiver::start(), Receiver::start());
    howdah.sql("SELECT howdah.set('webhook.timeout_ms', '2000')");
    let good: Vec<Receiver> = (0..20).map(|_| Receiver::start()).collect();
    // Before the good ones, and many of them: the same place.
    for _ in 0..40 {
        webhook(&howdah, &bad.url("/silent"));
    }
    let drip = webhook(&howdah, &bad.url("/drip"));
    let bomb = webhook(&howdah, &bad.url("/bomb"));
    let reset = webhook(&howdah, &bad.url("/reset"));
    let sly = webhook(&howdah, &bad.url(&format!("/to/{}", inside.port)));
    let begun = Instant::now();
    for receiver in &good {
        for _ in 0..5 {
            webhook(&howdah, &receiver.url("/ok"));
        }
    }
    wait(10, "the good ones", || good.iter().all(|one| one.heard().len() == 5));
    let mut took: Vec<Duration> =
        good.iter().flat_map(Receiver::heard).map(|one| one.at - begun).collect();
    took.sort();
    println!("100 good ones beside a tarpit: median {:?}, slowest {:?}", took[50], took[99]);
    assert!(took[95] < Duration::from_secs(5), "{took:?}");

    // Each of the others ends as it should, when its turn comes.
    howdah.sql("UPDATE howdah.outbox_entries SET due_at = now() + interval '1 hour' WHERE recipient LIKE '%/silent' AND state = 'due'");
    wait(30, "bomb and drip", || {
        // The breaker is another test's.
        howdah.sql("DELETE FROM howdah.lanes");
        howdah.sql("UPDATE howdah.outbox_entries SET due_at = now() WHERE state = 'due' AND attempts = 0 AND due_at < now() + interval '30 minutes'");
        [&drip, &bomb].iter().all(|id| state(&howdah, id) == "delivered 1")
            && [&reset, &sly].iter().all(|id| state(&howdah, id).ends_with(" 1"))
    });
    let kept = howdah.value(&format!(
        "SELECT max(octet_length(response)) FROM howdah.deliveries WHERE outbox_id = {bomb}"
    ));
    assert_eq!(kept, "4096");
    wait(10, "outcomes", || {
        howdah.value(&format!(
            "SELECT count(*) FROM howdah.deliveries WHERE outbox_id IN ({reset}, {sly})"
        )) == "2"
    });
    let outcome = |id: &str| {
        howdah.value(&format!(
            "SELECT error || ' ' || state FROM howdah.deliveries WHERE outbox_id = {id}"
        ))
    };
    assert_eq!(outcome(&sly), "status_307 deferred");
    assert!(outcome(&reset).ends_with(" deferred"));
    assert_eq!(inside.connections(), 0);
}

#[test]
fn goes_nowhere_near_whatever_is_written_down() {
    let howdah = start();
    let inside = Receiver::start();
    howdah.sql("SELECT howdah.reset('courier.allowed_hosts')");
    let port = inside.port;
    // At enqueue: what the text tells.
    for url in [
        format!("http://127.0.0.1:{port}/"),
        format!("https://127.1:{port}/"),
        format!("https://[::ffff:7f00:1]:{port}/"),
        format!("https://2130706433:{port}/"),
        format!("https://localhost:{port}/"),
        format!("https://a.example@127.0.0.1:{port}/"),
        "https://169.254.169.254/latest/meta-data/".to_owned(),
        "https://[fd00:ec2::254]/".to_owned(),
    ] {
        let refused =
            howdah.dba().batch_execute(&format!("SELECT howdah.webhook('{url}', 'a', '{{}}')"));
        assert!(refused.is_err(), "{url}");
    }
    // At the connection: what got in all the same.
    let id = howdah.value(&format!(
        "SELECT howdah_private.webhook_add('https://127.0.0.1:{port}/', NULL, 'x', 'a', '{{}}')"
    ));
    wait(10, "its end", || state(&howdah, &id) == "failed 1");
    let error =
        howdah.value(&format!("SELECT error FROM howdah.deliveries WHERE outbox_id = {id}"));
    assert_eq!((error.as_str(), inside.connections()), ("address_not_allowed", 0));
}

#[test]
fn a_place_that_is_down_is_left_alone_and_tried_again() {
    let howdah = start();
    let receiver = Receiver::start();
    receiver.answer("/x", 503);
    howdah.sql("SELECT howdah.set('webhook.schedule', '0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0')");
    for _ in 0..10 {
        webhook(&howdah, &receiver.url("/x"));
    }
    let lane = format!(
        "SELECT failures >= 5 AND open_until > now() FROM howdah.lanes WHERE lane = '127.0.0.1:{}'",
        receiver.port
    );
    wait(20, "an open breaker", || howdah.value(&lane) == "t");
    std::thread::sleep(Duration::from_secs(2));
    let before = receiver.heard().len();
    std::thread::sleep(Duration::from_secs(3));
    assert_eq!(receiver.heard().len(), before, "it is left alone");
    receiver.answer("/x", 200);
    howdah.sql("UPDATE howdah.lanes SET open_until = now()");
    wait(20, "all of them", || {
        howdah.value("SELECT count(*) FROM howdah.outbox WHERE state = 'delivered'") == "10"
    });
    assert_eq!(howdah.value("SELECT count(*) FROM howdah.lanes"), "0");
    assert_eq!(by_id(&receiver.heard()).len(), 10);
}

#[test]
fn gone_is_the_end_and_a_dead_letter_can_be_sent_again() {
    let howdah = start();
    let receiver = Receiver::start();
    receiver.answer("/gone", 410);
    howdah.sql(&format!("SELECT howdah.set_webhook_endpoint('ep', '{}')", receiver.url("/gone")));
    let id = webhook(&howdah, "ep");
    wait(10, "its end", || state(&howdah, &id) == "failed 1");
    assert_eq!(howdah.value("SELECT disabled_reason FROM howdah.webhook_endpoints"), "gone");
    assert_eq!(webhook(&howdah, "ep"), "");
    howdah.sql(&format!("SELECT howdah.set_webhook_endpoint('ep', '{}')", receiver.url("/here")));
    assert_eq!(howdah.value("SELECT howdah.redeliver('ep', now() - interval '1 hour')"), "1");
    wait(10, "its delivery", || state(&howdah, &id) == "delivered 1");
    let heard = receiver.heard();
    assert_eq!(heard.iter().map(|one| one.path.as_str()).collect::<Vec<_>>(), ["/gone", "/here"]);
    assert!(heard[0].id() == heard[1].id() && heard[0].body == heard[1].body);
}

/// Webhooks that are enqueued while couriers are killed: none is lost, none has two ids or bodies.
#[test]
fn none_is_lost_when_couriers_are_killed() {
    let howdah = start();
    let receiver = Receiver::start();
    receiver.be_slow(Duration::from_millis(30));
    let (kills, each) = if full() { (50, 100) } else { (4, 100) };
    for _ in 0..kills {
        howdah.sql(&format!(
            "SELECT count(howdah.webhook('{}' || n % 7, 'a', to_jsonb(n))) FROM generate_series(1, {each}) n",
            receiver.url("/x")
        ));
        std::thread::sleep(Duration::from_millis(400));
        let killed = kept_courier(&howdah);
        signal("KILL", killed);
        // Who died is taken to be dead at once: its leases end now and not in 30 s.
        howdah.sql("UPDATE howdah.outbox_entries SET leased_until = now() WHERE state = 'leased'");
        wait(30, "another courier", || kept_courier(&howdah) != killed);
    }
    wait(120, "all of them", || {
        howdah.sql("UPDATE howdah.outbox_entries SET due_at = now() WHERE state = 'due' AND due_at > now()");
        howdah.value("SELECT count(*) FROM howdah.outbox_entries WHERE kind = 'webhook'") == "0"
    });
    let heard = receiver.heard();
    let by_id = by_id(&heard);
    println!("{} kills: {} webhooks, {} attempts", kills, by_id.len(), heard.len());
    assert_eq!(by_id.len(), kills * each);
    assert_eq!(howdah.value("SELECT count(*) FROM howdah.outbox WHERE state <> 'delivered'"), "0");
    for attempts in by_id.values() {
        assert!(attempts.iter().all(|one| one.body == attempts[0].body));
    }
    // At most what was in flight at each kill.
    assert!(heard.len() - by_id.len() <= kills * 64, "{} attempts", heard.len());
}

#[test]
fn two_couriers_never_carry_one_message_at_once() {
    let howdah = start();
    let receiver = Receiver::start();
    receiver.be_slow(Duration::from_millis(20));
    let mut others: Vec<Courier> =
        (0..2).map(|_| Courier::start(&howdah.courier_db_url, &[])).collect();
    wait(10, "three couriers", || howdah.value("SELECT count(*) FROM howdah.couriers") == "3");
    howdah.sql(&format!("SELECT howdah.limit_lane('webhook', '127.0.0.1:{}', 64)", receiver.port));
    howdah.sql(&format!(
        "SELECT count(howdah.webhook('{}', 'a', to_jsonb(n))) FROM generate_series(1, 1500) n",
        receiver.url("/x")
    ));
    wait(60, "all of them", || {
        howdah.value("SELECT count(*) FROM howdah.outbox_entries WHERE kind = 'webhook'") == "0"
    });
    let heard = receiver.heard();
    let ids: HashSet<&str> = heard.iter().map(Heard::id).collect();
    assert_eq!((ids.len(), heard.len(), receiver.twice_at_once()), (1500, 1500, 0));
    for other in &mut others {
        assert!(other.stop().success());
    }
}

/// THREATS H5: of a host that keeps connections open there are two at a time, unless the DBA says otherwise; others go on.
#[test]
fn a_host_gets_no_more_at_once_than_its_limit() {
    let howdah = start();
    let (slow, raised, tarpit, good) =
        (Receiver::start(), Receiver::start(), Receiver::start(), Receiver::start());
    howdah.sql(&format!("SELECT howdah.limit_lane('webhook', '127.0.0.1:{}', 5)", raised.port));
    slow.be_slow(Duration::from_millis(700));
    raised.be_slow(Duration::from_millis(700));
    let many = |receiver: &Receiver, path: &str, n: u32| {
        howdah.sql(&format!(
            "SELECT count(howdah.webhook('{}', 'a', to_jsonb(n))) FROM generate_series(1, {n}) n",
            receiver.url(path)
        ));
    };
    many(&tarpit, "/silent", 50);
    many(&slow, "/ok", 12);
    many(&raised, "/ok", 30);
    let begun = Instant::now();
    many(&good, "/ok", 20);
    wait(5, "the good one's", || good.heard().len() == 20);
    println!("20 to a good host beside three slow ones: {:?}", begun.elapsed());
    wait(20, "the slow ones'", || slow.heard().len() == 12 && raised.heard().len() == 30);
    assert_eq!((slow.most_at_once(), raised.most_at_once()), (2, 5));
    // What it never answers is let go after 15 s; by then it had no more than two.
    assert!((1..=2).contains(&tarpit.connections()), "{}", tarpit.connections());
    howdah.sql(&format!("SELECT howdah.limit_lane('webhook', '127.0.0.1:{}')", raised.port));
    assert_eq!(howdah.value("SELECT count(*) FROM howdah.lane_limits"), "0");
}
