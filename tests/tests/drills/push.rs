//! One message to a topic of very many devices: no transaction holds many of them, each gets it once, what is for one user is not
//! behind it, and it can be stopped on its way. 100,000 devices with `HOWDAH_DRILLS=full` (`make drills`), else 3,000.

use howdah_tests::database::literal;
use howdah_tests::outside::Outside;
use howdah_tests::server::{Howdah, root};
use serde_json::json;
use std::time::{Duration, Instant};

fn devices() -> u32 {
    if std::env::var("HOWDAH_DRILLS").is_ok_and(|value| value == "full") { 100_000 } else { 3_000 }
}

/// A Howdah whose Firebase is on loopback, and this many users with a device each that subscribe to "all".
fn start(outside: &Outside, devices: u32, step: u32) -> Howdah {
    let howdah = Howdah::start(&[]);
    let key = std::fs::read_to_string(root().join("tests/fixtures/push/service_account.pem"));
    let account = json!({"project_id": "p", "client_email": "c@p", "private_key": key.expect("a key"),
                         "token_uri": outside.url("/token")});
    howdah.sql(&format!(
        "SELECT howdah.set('courier.allowed_hosts', '127.0.0.1:*'), howdah.set('push.fan_out_step', '{step}'),
                howdah.set('outbox.lane_concurrency', '64');
         SELECT howdah.set_sender('fcm', 'push', 'fcm', {}, {});
         SELECT howdah.set_push_topic('all'), howdah.set_push_topic('none');
         INSERT INTO auth.users (id, email) SELECT gen_random_uuid(), 'u' || n || '@x.example' FROM generate_series(1, {devices}) n;
         INSERT INTO howdah.push_devices (user_id, platform, token, token_hash, lane)
         SELECT u.id, 'fcm', 'a-token-of-' || u.id, sha256(u.id::text::bytea), 'fcm' FROM auth.users u;
         INSERT INTO howdah.push_topic_devices SELECT 'all', id FROM howdah.push_devices WHERE get_byte(token_hash, 0) < 128;
         INSERT INTO howdah.push_topic_users SELECT 'all', user_id FROM howdah.push_devices WHERE get_byte(token_hash, 0) >= 100;
         ANALYZE",
        literal(&json!({"endpoint": outside.url("")}).to_string()),
        literal(&account.to_string()),
    ));
    howdah
}

fn until(howdah: &Howdah, sql: &str, wanted: &str, patience: Duration) -> Duration {
    let begun = Instant::now();
    while howdah.value(sql) != wanted {
        let now = howdah.value("SELECT string_agg(m::text, ' ') FROM howdah.push_messages_all m");
        assert!(begun.elapsed() < patience, "{sql}: {}; {now}", howdah.value(sql));
        std::thread::sleep(Duration::from_millis(100));
    }
    begun.elapsed()
}

/// Every row that there is or was, with the time of the transaction that wrote it.
const ROWS: &str = "(SELECT payload, created_at FROM howdah.outbox_entries WHERE kind = 'push'
                     UNION ALL SELECT payload, created_at FROM howdah.outbox_history WHERE kind = 'push') AS o";

#[test]
fn a_topic_of_very_many_devices_is_walked_in_small_transactions() {
    let (outside, devices, step) = (Outside::start(), devices(), devices() / 20);
    let howdah = start(&outside, devices, step);
    let begun = Instant::now();
    let id = howdah.value("SELECT howdah.send_push('to all', topic => 'all')");
    let enqueue = begun.elapsed();
    assert!(enqueue < Duration::from_secs(1), "{enqueue:?}");
    until(
        &howdah,
        "SELECT count(*) > 0 FROM howdah.push_messages_all WHERE state = 'running'",
        "t",
        Duration::from_secs(20),
    );

    // What is for one user meanwhile does not wait behind it.
    let own = howdah.value(
        "SELECT howdah.send_push('for you', user_id => (SELECT user_id FROM howdah.push_devices ORDER BY id DESC LIMIT 1))",
    );
    let sql =
        format!("SELECT count(*) FROM howdah.outbox_history WHERE payload ->> 'message' = '{own}'");
    let waited = until(&howdah, &sql, "1", Duration::from_secs(5));

    let sql = format!("SELECT state FROM howdah.push_messages_all WHERE id = {id}");
    let walked = until(&howdah, &sql, "done", Duration::from_secs(1200));
    let of_it = format!("FROM {ROWS} WHERE payload ->> 'message' = '{id}'");
    assert_eq!(howdah.value(&format!("SELECT count(*) {of_it}")), devices.to_string());
    let each_once = howdah.value(&format!("SELECT count(DISTINCT payload ->> 'device') {of_it}"));
    assert_eq!(each_once, devices.to_string());
    let largest = howdah
        .value(&format!("SELECT max(n) FROM (SELECT count(*) AS n {of_it} GROUP BY created_at) s"));
    let largest: u32 = largest.parse().expect("a number");
    assert!(largest <= step, "{largest} devices in one transaction");
    let enqueued = howdah.value(&format!(
        "SELECT enqueued || ' in ' || steps FROM howdah.push_messages_all WHERE id = {id}"
    ));
    println!(
        "{enqueued} steps: asked for in {enqueue:?}, walked in {walked:?}, at most {largest} in one transaction; another user's message after {waited:?}"
    );
}

#[test]
fn a_broadcast_is_stopped_on_its_way() {
    let outside = Outside::start();
    let howdah = start(&outside, 600, 50);
    let id = howdah.value("SELECT howdah.send_push('oops', topic => 'all')");
    let sql = format!("SELECT enqueued > 0 FROM howdah.push_messages_all WHERE id = {id}");
    until(&howdah, &sql, "t", Duration::from_secs(20));
    assert_eq!(howdah.value(&format!("SELECT howdah.cancel_push({id})")), "t");
    let enqueued =
        howdah.value(&format!("SELECT enqueued FROM howdah.push_messages_all WHERE id = {id}"));
    until(
        &howdah,
        "SELECT count(*) FROM howdah.outbox_entries WHERE kind = 'push'",
        "0",
        Duration::from_secs(20),
    );
    std::thread::sleep(Duration::from_secs(3));
    assert_eq!(
        howdah.value(&format!("SELECT enqueued FROM howdah.push_messages_all WHERE id = {id}")),
        enqueued
    );
    assert!(enqueued.parse::<u32>().expect("a number") < 600, "{enqueued}");
}
