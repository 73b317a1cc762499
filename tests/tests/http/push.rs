//! `/push/v1`: an app registers its user's devices. Nobody sees or touches another's (THREATS A), and no endpoint is taken that the server
//! should not call (H1).

use howdah_tests::account::Account;
use howdah_tests::api::Api;
use howdah_tests::database::literal;
use howdah_tests::reply::Reply;
use howdah_tests::server::shared;
use serde_json::{Value, json};

fn ask(account: &Account, method: &str, path: &str, body: Value) -> Reply {
    account.api(shared()).call(method, path).json(body).send()
}

fn register(account: &Account, body: Value) -> Reply {
    ask(account, "POST", "/push/v1/devices", body)
}

#[track_caller]
fn registered(account: &Account, body: Value) -> String {
    let reply = register(account, body);
    reply.has("cache-control", "no-store");
    reply.is(200).json()["id"].as_str().expect("an id").to_owned()
}

fn devices(account: &Account) -> Vec<Value> {
    let reply = account.api(shared()).call("GET", "/push/v1/devices").send();
    reply.is(200).json().as_array().expect("a list").clone()
}

#[track_caller]
fn refused(reply: &Reply, status: u16, slug: &str) {
    assert_eq!(reply.is(status).json()["error_code"], slug, "{}", reply.text());
}

fn fcm(account: &Account, n: u32) -> Value {
    json!({"platform": "fcm", "token": format!("{}:token-{n}", account.id)})
}

fn subscription(endpoint: &str) -> Value {
    json!({"platform": "web", "subscription": {"endpoint": endpoint, "expirationTime": null, "keys": {
        "p256dh": "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4",
        "auth": "BTBZMqHH6r4Tts7J_aSIgg"}}})
}

#[test]
fn gives_the_key_that_browsers_subscribe_with() {
    let reply = Api::anon(shared(), "public").call("GET", "/push/v1/key").send();
    let key = reply.is(200).json()["public_key"].as_str().expect("a key").to_owned();
    assert_eq!(
        key,
        shared().value("SELECT public_key FROM howdah.senders_all WHERE name = 'webpush'")
    );
    assert_eq!(key.len(), 87);
}

#[test]
fn a_device_is_registered_seen_and_forgotten() {
    let ada = shared().account();
    let mut said = fcm(&ada, 1);
    said["locale"] = "it-IT".into();
    said["timezone"] = "Europe/Rome".into();
    said["quiet_hours"] = "22:00-07:00".into();
    let id = registered(&ada, said.clone());
    let list = devices(&ada);
    assert_eq!(list.len(), 1);
    let one = &list[0];
    assert_eq!(
        (&one["id"], &one["platform"], &one["timezone"], &one["quiet_hours"], &one["retired_at"]),
        (&json!(id), &json!("fcm"), &json!("Europe/Rome"), &json!("22:00-07:00"), &Value::Null)
    );
    // An app registers at each start: the same device, brought up to date. The token is not shown.
    said["timezone"] = "Asia/Tokyo".into();
    assert_eq!(registered(&ada, said), id);
    assert_eq!(devices(&ada)[0]["timezone"], "Asia/Tokyo");
    assert!(!json!(devices(&ada)).to_string().contains("token-1"));
    // Another app's, by the same token, is another.
    let mut other = fcm(&ada, 1);
    other["app"] = "com.example.other".into();
    assert_ne!(registered(&ada, other), id);
    ask(&ada, "DELETE", &format!("/push/v1/devices/{id}"), json!({})).is(204);
    assert_eq!(devices(&ada).len(), 1);
}

#[test]
fn nobody_else_sees_or_touches_it() {
    let (ada, eve) = (shared().account(), shared().account());
    let id = registered(&ada, fcm(&ada, 1));
    assert_eq!(devices(&eve), Vec::<Value>::new());
    let path = format!("/push/v1/devices/{id}");
    refused(&ask(&eve, "DELETE", &path, json!({})), 404, "push_device_not_found");
    refused(&ask(&eve, "DELETE", "/push/v1/devices/1", json!({})), 404, "push_device_not_found");
    let topic = format!("t-{}", ada.id);
    shared().sql(&format!("SELECT howdah.set_push_topic('{topic}', true)"));
    let of_adas = json!({"device_id": id});
    let path = format!("/push/v1/topics/{topic}");
    refused(&ask(&eve, "PUT", &path, of_adas.clone()), 404, "push_device_not_found");
    refused(&ask(&eve, "DELETE", &path, of_adas), 404, "push_device_not_found");
    assert_eq!(devices(&ada).len(), 1);
    // Not signed in, no session, no API key.
    for (method, path) in [
        ("GET", "/push/v1/devices"),
        ("POST", "/push/v1/devices"),
        ("DELETE", "/push/v1/devices/x"),
        ("GET", "/push/v1/topics"),
        ("PUT", "/push/v1/topics/x"),
    ] {
        let anon = Api::anon(shared(), "public").call(method, path).send();
        assert!([401, 403].contains(&anon.status), "{method} {path}: {}", anon.status);
    }
}

/// What no flow has seen is refused as the flows refuse: apps match one word.
#[test]
fn the_gateways_errors_are_those_of_accounts_here() {
    let ada = shared().account();
    let api = ada.api(shared());
    let post = || api.call("POST", "/push/v1/devices").header("Content-Type", "application/json");
    refused(&post().bytes(b"{".to_vec()).send(), 400, "bad_json");
    refused(&api.call("PATCH", "/push/v1/devices").send(), 405, "method_not_allowed");
    refused(&api.call("GET", "/push/v1/none").send(), 404, "not_found");
    let stranger = api.with_token("x.y.z").call("GET", "/push/v1/devices").send();
    refused(&stranger, 401, "no_authorization");
    let newer = post().header("X-Supabase-Api-Version", "2024-01-01").bytes(b"{".to_vec()).send();
    assert_eq!(newer.is(400).json()["code"], "bad_json");
    // Elsewhere they are not.
    api.call("GET", "/hooks/none").send().fails(404, "HW404");
}

/// The phone is the same, whoever is signed in on it: what waits for the one must not show for the other.
#[test]
fn a_device_that_changes_hands_takes_nothing_along() {
    let (ada, eve) = (shared().account(), shared().account());
    let said = fcm(&ada, 7);
    let adas = registered(&ada, said.clone());
    let topic = format!("t-{adas}");
    shared().sql(&format!(
        "SELECT howdah.set_push_topic('{topic}', true), howdah.subscribe_push('{topic}', device_id => '{adas}')"
    ));
    let message = shared().value(&format!(
        "SELECT howdah.send_push('secret of Ada', user_id => '{}', due_at => now() + interval '1 hour')",
        ada.id
    ));
    let eves = registered(&eve, said);
    assert_ne!(adas, eves);
    assert_eq!(devices(&ada), Vec::<Value>::new());
    assert_eq!(devices(&eve)[0]["topics"], json!([]));
    let prepared = shared().value(&format!(
        "SELECT howdah_private.push_prepare((o.id, o.kind, o.tenant, o.recipient, o.lane, o.user_id, o.payload, 1, o.max_attempts,
                o.created_at, o.expires_at, o.cause)::howdah_private.outbox_entry)
         FROM howdah.outbox_entries o WHERE o.kind = 'push' AND o.payload ->> 'message' = {}",
        literal(&message)
    ));
    assert_eq!(prepared, "{\"refuse\": \"device_gone\"}");
}

#[test]
fn refuses_what_no_service_gave() {
    let ada = shared().account();
    for wrong in [
        json!({}),
        json!({"platform": "pigeon", "token": "x"}),
        json!({"platform": "fcm"}),
        json!({"platform": "fcm", "token": "has spaces in it, and commas"}),
        json!({"platform": "apns", "token": "zz".repeat(32)}),
        json!({"platform": "web", "token": "x"}),
        json!({"platform": "web", "subscription": {"endpoint": "https://fcm.googleapis.com/x"}}),
        json!({"platform": "fcm", "token": format!("{}:x", ada.id), "timezone": "Mars/Olympus"}),
        json!({"platform": "fcm", "token": format!("{}:x", ada.id), "quiet_hours": "7-9"}),
        json!({"platform": "fcm", "token": format!("{}:x", ada.id), "locale": "<b>"}),
        json!({"platform": "fcm", "token": format!("{}:x", ada.id), "app": "a b"}),
    ] {
        let reply = register(&ada, wrong.clone());
        assert_eq!(reply.is(400).json()["error_code"], "validation_failed", "{wrong}");
    }
    assert_eq!(devices(&ada), Vec::<Value>::new());
}

#[test]
fn takes_no_endpoint_that_the_server_should_not_call() {
    let ada = shared().account();
    for endpoint in [
        "http://fcm.googleapis.com/x",
        "https://127.0.0.1/",
        "https://127.1/",
        "https://0x7f.1/",
        "https://2130706433/",
        "https://017700000001/",
        "https://[::1]/",
        "https://[::ffff:7f00:1]/",
        "https://localhost/",
        "https://localhost./",
        "https://169.254.169.254/latest/meta-data/",
        "https://metadata.google.internal/",
        "https://evil.example/",
        "https://fcm.googleapis.com.evil.example/",
        "https://fcm.googleapis.com@evil.example/",
        "https://evil.example#fcm.googleapis.com",
        "https://evil.example\\@fcm.googleapis.com/",
        "https://fcm.googleapis.com:22/",
        "https://user:pass@fcm.googleapis.com/",
        "file:///etc/passwd",
        "gopher://fcm.googleapis.com/",
        "//fcm.googleapis.com/",
        "https://ⓕcm.googleapis.com/",
    ] {
        let reply = register(&ada, subscription(endpoint));
        assert_eq!(reply.is(400).json()["error_code"], "validation_failed", "{endpoint}");
    }
    registered(&ada, subscription("https://fcm.googleapis.com/fcm/send/abc:def"));
    registered(&ada, subscription("https://web.push.apple.com/abc"));
    assert_eq!(devices(&ada).len(), 2);
}

#[test]
fn a_user_has_so_many_devices_and_the_oldest_goes() {
    let ada = shared().account();
    let first = registered(&ada, fcm(&ada, 0));
    for n in 1..=20 {
        registered(&ada, fcm(&ada, n));
    }
    let list = devices(&ada);
    assert_eq!(list.len(), 20);
    assert!(list.iter().all(|device| device["id"] != first.as_str()));
}

#[test]
fn with_the_session_ends_what_it_registered() {
    let ada = shared().account();
    let id = registered(&ada, fcm(&ada, 1));
    ask(&ada, "POST", "/auth/v1/logout", json!({})).is(204);
    let reason = shared()
        .value(&format!("SELECT retired_reason FROM howdah.push_devices WHERE id = '{id}'"));
    assert_eq!(reason, "signed_out");
    // Signed in again, the app registers again: the same device.
    let session = shared().session_of(&ada.id);
    let access = session["access_token"].as_str().expect("a token").to_owned();
    let again = Account { access, ..ada };
    assert_eq!(registered(&again, fcm(&again, 1)), id);
    assert_eq!(devices(&again)[0]["retired_at"], Value::Null);
}

#[test]
fn open_topics_are_joined_and_left() {
    let ada = shared().account();
    let (open, closed) = (format!("open-{}", ada.id), format!("closed-{}", ada.id));
    shared().sql(&format!(
        "SELECT howdah.set_push_topic('{open}', true, 'For all'), howdah.set_push_topic('{closed}')"
    ));
    let device = registered(&ada, fcm(&ada, 1));
    let topics = || {
        let reply = ada.api(shared()).call("GET", "/push/v1/topics").send();
        let all = reply.is(200).json();
        let mine = |name: &str| {
            all.as_array().expect("a list").iter().find(|t| t["name"] == name).cloned()
        };
        (mine(&open), mine(&closed))
    };
    let (seen, hidden) = topics();
    let seen = seen.expect("the open one");
    assert_eq!((&seen["subscribed"], &seen["devices"], hidden), (&json!(false), &json!([]), None));
    ask(&ada, "PUT", &format!("/push/v1/topics/{open}"), json!({})).is(204);
    let of_device = json!({"device_id": device});
    ask(&ada, "PUT", &format!("/push/v1/topics/{open}"), of_device.clone()).is(204);
    let seen = topics().0.expect("the open one");
    assert_eq!((&seen["subscribed"], &seen["devices"]), (&json!(true), &json!([device])));
    refused(
        &ask(&ada, "PUT", &format!("/push/v1/topics/{closed}"), json!({})),
        404,
        "push_topic_not_found",
    );
    refused(&ask(&ada, "PUT", "/push/v1/topics/none", json!({})), 404, "push_topic_not_found");
    ask(&ada, "DELETE", &format!("/push/v1/topics/{open}"), json!({})).is(204);
    ask(&ada, "DELETE", &format!("/push/v1/topics/{open}?device_id={device}"), json!({})).is(204);
    let seen = topics().0.expect("the open one");
    assert_eq!((&seen["subscribed"], &seen["devices"]), (&json!(false), &json!([])));
    // Who was put into a closed one sees it, and may leave it.
    shared().sql(&format!("SELECT howdah.subscribe_push('{closed}', user_id => '{}')", ada.id));
    assert_eq!(topics().1.expect("his")["subscribed"], true);
    ask(&ada, "DELETE", &format!("/push/v1/topics/{closed}"), json!({})).is(204);
    assert_eq!(topics().1, None);
}

#[test]
fn all_of_it_goes_with_the_user() {
    let ada = shared().account();
    let id = registered(&ada, fcm(&ada, 1));
    shared().sql(&format!(
        "SELECT howdah.send_push('x', user_id => '{}', due_at => now() + interval '1 hour')",
        ada.id
    ));
    shared().sql(&format!("SELECT auth.forget('{}', dry_run => false)", ada.id));
    let left = shared().value(&format!(
        "SELECT (SELECT count(*) FROM howdah.push_devices WHERE id = '{id}')
              + (SELECT count(*) FROM howdah.push_messages WHERE user_id = '{0}')
              + (SELECT count(*) FROM howdah.outbox_entries WHERE user_id = '{0}')",
        ada.id
    ));
    assert_eq!(left, "0");
}
