//! What is made for each service, and what its answers mean.

use super::encrypt::Fresh;
use super::token::Key;
use super::verdict::{Verdict, read};
use super::*;
use p256::ecdsa::signature::Verifier;
use p256::ecdsa::{Signature, VerifyingKey};
use serde_json::{Value, json};
use zeroize::Zeroizing;

const NOW: i64 = 1_800_000_000;

fn delivery() -> Delivery<'static> {
    Delivery { id: "42", now: NOW, expires_at: NOW + 3600 }
}

fn message(value: Value) -> Message {
    Message::read(&value).unwrap()
}

fn full() -> Message {
    message(json!({
        "title": "Élan", "body": "line\nline", "data": {"order": 7, "kind": "x"}, "image": "https://a.example/i.png",
        "click_url": "https://a.example/o/7", "sound": "ding", "badge": 3, "collapse_key": "order-7", "priority": "high",
    }))
}

fn key() -> Key {
    Key::of(&[7; 32]).unwrap()
}

fn no_services() -> device::Services<'static> {
    device::Services { hosts: device::SERVICES, allowed: &[] }
}

fn browser() -> (Device, Value) {
    let subscription = json!({
        "endpoint": "https://updates.push.services.mozilla.com/wpush/v2/abc",
        "expirationTime": null,
        "keys": {
            "p256dh": "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4",
            "auth": "BTBZMqHH6r4Tts7J_aSIgg",
        },
    });
    (Device::read("web", None, Some(&subscription), no_services()).unwrap(), subscription)
}

/// The document that is posted.
fn body(made: &Value) -> Value {
    serde_json::from_str(made["request"]["body"].as_str().unwrap()).unwrap()
}

/// Header and claims of a token that the key has signed.
fn verified(token: &str) -> (Value, Value) {
    let (message, signature) = token.rsplit_once('.').unwrap();
    let point = decode(&key().public()).unwrap();
    let signature = Signature::from_slice(&decode(signature).unwrap()).unwrap();
    VerifyingKey::from_sec1_bytes(&point).unwrap().verify(message.as_bytes(), &signature).unwrap();
    let (header, claims) = message.split_once('.').unwrap();
    let part = |part| serde_json::from_slice(&decode(part).unwrap()).unwrap();
    (part(header), part(claims))
}

#[test]
fn asks_a_push_service_as_the_standards_say() {
    let fresh = Fresh { salt: [1; 16], scalar: Zeroizing::new([2; 32]) };
    let made =
        web::request(&full(), &browser().0, delivery(), &key(), Some("mailto:a@b.example"), &fresh)
            .unwrap();
    let headers = &made["request"]["headers"];
    assert_eq!(made["request"]["url"], "https://updates.push.services.mozilla.com/wpush/v2/abc");
    assert_eq!(
        (&headers["ttl"], &headers["urgency"], &headers["topic"], &headers["content-encoding"]),
        (&json!("3600"), &json!("high"), &json!("order-7"), &json!("aes128gcm"))
    );
    let (token, public) = headers["authorization"].as_str().unwrap().split_once(", k=").unwrap();
    assert_eq!(public, key().public());
    let (header, claims) = verified(token.strip_prefix("vapid t=").unwrap());
    assert_eq!(header, json!({"typ": "JWT", "alg": "ES256"}));
    assert_eq!(claims["aud"], "https://updates.push.services.mozilla.com");
    assert_eq!(claims["sub"], "mailto:a@b.example");
    let left = claims["exp"].as_i64().unwrap() - NOW;
    assert!((6 * 3600..=12 * 3600).contains(&left), "{left}");
}

#[test]
fn a_browser_reads_the_message_with_its_id() {
    let plain: Value = serde_json::from_slice(&web::plain(&full(), delivery())).unwrap();
    assert_eq!(
        plain,
        json!({"web_push": 8030, "app_badge": 3, "notification": {
            "title": "Élan", "body": "line\nline", "image": "https://a.example/i.png",
            "navigate": "https://a.example/o/7", "tag": "order-7",
            "data": {"order": 7, "kind": "x", "howdah_id": "42"}}})
    );
    let silent = web::plain(&message(json!({"data": {"a": 1}})), delivery());
    let silent: Value = serde_json::from_slice(&silent).unwrap();
    assert_eq!(silent, json!({"notification": {"data": {"a": 1, "howdah_id": "42"}}}));
}

#[test]
fn a_topic_is_the_collapse_key_or_stands_for_it() {
    assert_eq!(web::topic("a-B_9"), "a-B_9");
    for key in ["with.dots", &"x".repeat(33)] {
        let topic = web::topic(key);
        assert_eq!(topic.len(), 32);
        assert_eq!(topic, web::topic(key));
        assert!(topic.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_'));
    }
}

#[test]
fn asks_firebase() {
    let account = json!({"type": "service_account", "project_id": "p-1", "private_key_id": "k",
        "client_email": "a@p-1.iam.gserviceaccount.com",
        "private_key": "-----BEGIN PRIVATE KEY-----\nx\n-----END PRIVATE KEY-----\n"});
    let account = fcm::Account::read(&account.to_string()).unwrap();
    let device =
        Device::read("fcm", Some("cZx:APA91b_0-1aaaaaaaaaaaaaa"), None, no_services()).unwrap();
    let made = fcm::request(&full(), &device, delivery(), &account, None);
    assert_eq!(made["request"]["url"], "https://fcm.googleapis.com/v1/projects/p-1/messages:send");
    assert_eq!(made["grant"]["assertion"]["url"], "https://oauth2.googleapis.com/token");
    assert_eq!(
        body(&made)["message"],
        json!({
            "token": device.token,
            "notification": {"title": "Élan", "body": "line\nline", "image": "https://a.example/i.png"},
            "data": {"order": "7", "kind": "x", "howdah_id": "42", "click_url": "https://a.example/o/7"},
            "android": {"priority": "HIGH", "ttl": "3600s", "collapse_key": "order-7",
                "notification": {"sound": "ding", "notification_count": 3, "tag": "order-7"}},
            "apns": {
                "headers": {"apns-priority": "10", "apns-expiration": (NOW + 3600).to_string(),
                            "apns-collapse-id": "order-7"},
                "payload": {"aps": {"badge": 3, "sound": "ding", "mutable-content": 1}}},
            "webpush": {"headers": {"TTL": "3600", "Urgency": "high", "Topic": "order-7"},
                        "fcm_options": {"link": "https://a.example/o/7"}},
        })
    );
    for wrong in [
        json!({}),
        json!({"project_id": "p/../q", "client_email": "a", "private_key":
        "-----BEGIN PRIVATE KEY-----"}),
        json!("x"),
    ] {
        assert!(fcm::Account::read(&wrong.to_string()).is_err(), "{wrong}");
    }
}

#[test]
fn asks_apple_with_a_token_that_lasts_a_slot() {
    let (key, hex) = (key(), "AB".repeat(32));
    let device = Device::read("apns", Some(&hex), None, no_services()).unwrap();
    let sender = apns::Sender {
        key: &key,
        key_id: "KEY",
        team_id: "TEAM",
        topic: "com.example.app",
        endpoint: apns::PRODUCTION,
    };
    let made = |at: i64| {
        let delivery = Delivery { now: at, ..delivery() };
        apns::request(&full(), &device, delivery, &sender, "6b9e3b0e-0000-4000-8000-000000000000")
    };
    let one = made(NOW);
    assert_eq!(
        one["request"]["url"],
        format!("https://api.push.apple.com/3/device/{}", hex.to_lowercase())
    );
    let headers = one["request"]["headers"].as_object().unwrap();
    let (header, claims) =
        verified(headers["authorization"].as_str().unwrap().strip_prefix("bearer ").unwrap());
    assert_eq!(header, json!({"alg": "ES256", "kid": "KEY"}));
    let age = NOW - claims["iat"].as_i64().unwrap();
    assert!((60..=41 * 60).contains(&age), "{age}");
    for (name, value) in [
        ("apns-topic", "com.example.app"),
        ("apns-push-type", "alert"),
        ("apns-priority", "10"),
        ("apns-collapse-id", "order-7"),
        ("apns-expiration", "1800003600"),
    ] {
        assert_eq!(headers[name], value, "{name}");
    }
    assert_eq!(
        body(&one),
        json!({"aps": {"alert": {"title": "Élan", "body": "line\nline"}, "badge": 3, "sound": "ding",
                       "mutable-content": 1}, "order": 7, "kind": "x", "howdah_id": "42",
               "click_url": "https://a.example/o/7", "image": "https://a.example/i.png"})
    );
    // Over an hour, Apple sees two or three tokens, each for forty minutes.
    let tokens: std::collections::BTreeSet<String> = (0..3600)
        .step_by(60)
        .map(|s| made(NOW + s)["request"]["headers"]["authorization"].to_string())
        .collect();
    assert!((2..=3).contains(&tokens.len()), "{}", tokens.len());

    let silent = message(json!({"data": {"a": 1}, "priority": "high"}));
    let silent = apns::request(&silent, &device, delivery(), &sender, "x");
    assert_eq!(silent["request"]["headers"]["apns-push-type"], "background");
    assert_eq!(silent["request"]["headers"]["apns-priority"], "5");
    assert_eq!(body(&silent)["aps"], json!({"content-available": 1}));
    let now_or_never = Delivery { expires_at: NOW, ..delivery() };
    let never = apns::request(&full(), &device, now_or_never, &sender, "x");
    assert_eq!(never["request"]["headers"]["apns-expiration"], "0");
}

#[test]
fn overrides_go_to_their_platform_alone() {
    let message =
        message(json!({"title": "a", "apns": {"thread-id": "t"}, "web": {"silent": true},
        "android": {"restricted_package_name": "p"}}));
    let plain: Value = serde_json::from_slice(&web::plain(&message, delivery())).unwrap();
    assert_eq!(plain["notification"]["silent"], true);
    let apns = apns::payload(&message, delivery());
    assert_eq!(apns["aps"]["thread-id"], "t");
    let fcm = fcm::document(&message, "t", delivery());
    assert_eq!(fcm["message"]["android"]["restricted_package_name"], "p");
    assert_eq!(fcm["message"]["apns"]["payload"]["aps"]["thread-id"], "t");
}

#[test]
fn says_what_is_too_large_for_whom() {
    let of = |bytes: usize| message(json!({"title": "a", "body": "x".repeat(bytes)}));
    let problem = |bytes, platform| of(bytes).check_size(&[platform]).err();
    let frame = web::plain(&of(0), Delivery { id: "9223372036854775807", ..delivery() }).len();
    assert_eq!(problem(3993 - frame, Platform::Web), None);
    let text = problem(3994 - frame, Platform::Web).unwrap();
    assert!(text.contains("3994 bytes for web, which takes 3993"), "{text}");
    assert!(problem(4200, Platform::Fcm).unwrap().contains("for fcm, which takes 4096"));
    assert!(problem(4200, Platform::Apns).unwrap().contains("for apns, which takes 4096"));
    // What a browser does not take, the others may.
    assert_eq!(problem(3994, Platform::Fcm), None);
}

#[test]
fn refuses_messages_that_some_service_would() {
    for (wrong, word) in [
        (json!({}), "a title"),
        (json!({"title": "a", "colour": "red"}), "colour"),
        (json!({"title": 1}), "string"),
        (json!({"title": "a\0"}), "NUL"),
        (json!({"title": "a", "badge": -1}), "-1"),
        (json!({"title": "a", "priority": "urgent"}), "urgent"),
        (json!({"title": "a", "image": "http://a.example/x"}), "image"),
        (json!({"title": "a", "click_url": "javascript:alert(1)"}), "click_url"),
        (json!({"title": "a", "click_url": "/path"}), "click_url"),
        (json!({"title": "a", "collapse_key": "x".repeat(65)}), "collapse_key"),
        (json!({"title": "a", "collapse_key": "a b"}), "collapse_key"),
        (json!({"data": {"google.x": 1}}), "google.x"),
        (json!({"data": {"aps": 1}}), "aps"),
        (json!({"data": {"howdah_id": 1}}), "howdah_id"),
    ] {
        let problem = Message::read(&wrong).unwrap_err();
        assert!(problem.contains(word), "{wrong}: {problem}");
    }
    message(json!({"title": "a", "click_url": "myapp://orders/7"}));
}

#[test]
fn takes_subscriptions_of_listed_services_alone() {
    let (device, good) = browser();
    assert_eq!(device.token, good["endpoint"].as_str().unwrap());
    let with = |pointer: &str, value: Value| {
        let mut changed = good.clone();
        *changed.pointer_mut(pointer).unwrap() = value;
        Device::read("web", None, Some(&changed), no_services())
    };
    for endpoint in [
        "https://fcm.googleapis.com/fcm/send/x:y",
        "https://web.push.apple.com/QM1",
        "https://wns2-am3p.notify.windows.com/w/?token=x%3d",
    ] {
        with("/endpoint", endpoint.into()).unwrap();
    }
    for endpoint in [
        "http://fcm.googleapis.com/x",
        "https://fcm.googleapis.com:8443/x",
        "https://evil.example/x",
        "https://push.apple.com.evil.example/",
        "https://.push.apple.com/",
        "https://fcm.googleapis.com@evil.example/",
        "https://127.0.0.1/",
        "https://2130706433/",
        "https://[::1]/",
        "https://fcm.googleapis.com./x",
        "https:/\\evil.example",
        "https://fcm.googleapis.com/a b",
        "https://fcm.googleapis.com/#f",
        "ftp://fcm.googleapis.com/",
        "x",
        "",
    ] {
        assert!(with("/endpoint", endpoint.into()).is_err(), "{endpoint}");
    }
    for (pointer, value) in [
        ("/keys/p256dh", json!("AAAA")),
        ("/keys/p256dh", json!(null)),
        ("/keys/auth", json!("AAAA")),
        ("/keys/auth", json!("?")),
        ("/endpoint", json!(1)),
    ] {
        assert!(with(pointer, value).is_err(), "{pointer}");
    }
    let any = device::Services { hosts: "*", allowed: &[] };
    let mut ntfy = good.clone();
    ntfy["endpoint"] = json!("https://ntfy.example/up");
    assert!(Device::read("web", None, Some(&ntfy), any).is_ok());
    ntfy["endpoint"] = json!("http://127.0.0.1:9000/x");
    assert!(Device::read("web", None, Some(&ntfy), any).is_err());
    let allowed = ["127.0.0.1:9000".to_owned()];
    let near = device::Services { hosts: device::SERVICES, allowed: &allowed };
    assert!(Device::read("web", None, Some(&ntfy), near).is_ok());
}

#[test]
fn takes_tokens_that_may_be_some() {
    let apns = |token: &str| Device::read("apns", Some(token), None, no_services());
    assert_eq!(apns(&"0F".repeat(32)).unwrap().token, "0f".repeat(32));
    for token in ["", &"g".repeat(64), &"0".repeat(63), &"0".repeat(201), &"0/".repeat(40)] {
        assert!(apns(token).is_err(), "{token}");
    }
    let fcm = |token: &str| Device::read("fcm", Some(token), None, no_services());
    assert!(fcm("dK3:APA91bH_x-0123456789").is_ok());
    for token in ["short", "with space 0123456789", "slash/0123456789012345", &"x".repeat(4097)] {
        assert!(fcm(token).is_err(), "{token}");
    }
    assert!(Device::read("wns", Some("x"), None, no_services()).is_err());
    assert!(Device::read("apns", None, None, no_services()).is_err());
    assert!(Device::read("web", Some("x"), None, no_services()).is_err());
}

#[test]
fn keys_are_read_as_people_have_them() {
    let one = key();
    assert_eq!(Key::read(&one.secret()).unwrap().public(), one.public());
    assert_eq!(decode(&one.public()).unwrap().len(), 65);
    let pem = "-----BEGIN PRIVATE KEY-----\nMIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgBwcHBwcHBwcHBwcH\n\
               BwcHBwcHBwcHBwcHBwcHBwcHBwehRANCAAQ";
    // A torn key is none, and the error does not show it.
    let problem = Key::read(pem).err().unwrap();
    assert!(problem.contains("private key of P-256") && !problem.contains("MIGH"));
    for text in ["", "AAAA", "-----BEGIN PRIVATE KEY-----"] {
        assert!(Key::read(text).is_err());
    }
}

#[test]
fn answers_retire_tokens_end_rows_or_are_tried_again() {
    let fcm_error = |status: &str, code: &str| {
        json!({"error": {"code": 0, "status": status, "message": "m", "details": [
            {"@type": "type.googleapis.com/google.firebase.fcm.v1.FcmError", "errorCode": code}]}})
        .to_string()
    };
    let on = |field: &str| {
        json!({"error": {"status": "INVALID_ARGUMENT", "message": "m", "details": [
            {"errorCode": "INVALID_ARGUMENT"}, {"fieldViolations": [{"field": field}]}]}})
        .to_string()
    };
    let reason = |reason: &str| json!({"reason": reason}).to_string();
    #[rustfmt::skip]
    let cases: Vec<(&str, u16, String, &str, bool, bool)> = vec![
        // service, status, body, word, permanent, gone
        ("web", 404, String::new(), "unregistered", true, true),
        ("web", 410, String::new(), "unregistered", true, true),
        ("web", 413, String::new(), "too_large", true, false),
        ("web", 401, String::new(), "status_401", true, false),
        ("web", 429, String::new(), "status_429", false, false),
        ("web", 503, String::new(), "status_503", false, false),
        ("web", 302, String::new(), "status_302", true, false),
        ("fcm", 404, fcm_error("NOT_FOUND", "UNREGISTERED"), "unregistered", true, true),
        ("fcm", 404, json!({"error": {"status": "NOT_FOUND"}}).to_string(), "unregistered", true, true),
        ("fcm", 404, "<html>".into(), "status_404", true, false),
        ("fcm", 400, on("message.token"), "bad_token", true, true),
        ("fcm", 400, on("message.android.ttl"), "invalid_argument", true, false),
        ("fcm", 403, fcm_error("PERMISSION_DENIED", "SENDER_ID_MISMATCH"), "sender_id_mismatch", true, false),
        ("fcm", 401, fcm_error("UNAUTHENTICATED", "THIRD_PARTY_AUTH_ERROR"), "third_party_auth_error", false, false),
        ("fcm", 401, "{}".into(), "credentials_refused", false, false),
        ("fcm", 429, fcm_error("RESOURCE_EXHAUSTED", "QUOTA_EXCEEDED"), "status_429", false, false),
        ("fcm", 503, fcm_error("UNAVAILABLE", "UNAVAILABLE"), "status_503", false, false),
        ("apns", 410, json!({"reason": "Unregistered", "timestamp": 7}).to_string(), "unregistered", true, true),
        ("apns", 400, reason("BadDeviceToken"), "bad_token", true, true),
        ("apns", 400, reason("DeviceTokenNotForTopic"), "device_token_not_for_topic", true, false),
        ("apns", 400, reason("BadTopic"), "bad_topic", true, false),
        ("apns", 403, reason("ExpiredProviderToken"), "credentials_refused", false, false),
        ("apns", 413, reason("PayloadTooLarge"), "too_large", true, false),
        ("apns", 429, reason("TooManyRequests"), "status_429", false, false),
        ("apns", 500, reason("InternalServerError"), "status_500", false, false),
    ];
    for (service, status, body, word, permanent, gone) in cases {
        let verdict = read(service, status, &body).unwrap();
        let since = (service == "apns" && status == 410).then_some(7);
        let wanted = Verdict { word: word.to_owned(), permanent, gone, since };
        assert_eq!(verdict, wanted, "{service} {status} {body}");
    }
    for service in ["web", "fcm", "apns"] {
        assert_eq!(read(service, 201, ""), None);
    }
}
