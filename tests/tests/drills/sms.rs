//! What providers tell later of text messages (`/hooks/sms/{sender}`): believed only at the address that went out with the message, and
//! of who signs, signed.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use hmac::{Hmac, KeyInit, Mac};
use howdah_tests::api::Api;
use howdah_tests::receiver::Receiver;
use howdah_tests::server::Howdah;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::time::{Duration, Instant, SystemTime};

/// How providers know the service; that the test asks it elsewhere changes no signature.
const BASE: &str = "https://api.shop.example";

fn start(receiver: &Receiver) -> Howdah {
    let howdah = Howdah::start(&[]);
    let settings = json!({"endpoint": receiver.url(""), "account_sid": "AC1", "from": "+15550199", "status_callback": true});
    howdah.sql(&format!(
        "SELECT howdah.set('courier.allowed_hosts', '127.0.0.1:*'), auth.set('api_external_url', '{BASE}');
         SELECT howdah.set_sender('tw', 'sms', 'twilio', '{settings}', 'tok', weight => 0),
                howdah.set_sender('mb', 'sms', 'messagebird', '{settings}', 'access', weight => 0, hook_secret => 'sign'),
                howdah.set_sender('mb2', 'sms', 'messagebird', '{settings}', 'access', weight => 0)"
    ));
    howdah
}

/// Sends one, and has the address that the provider was given with it.
fn send(howdah: &Howdah, receiver: &Receiver, sender: &str) -> (String, String) {
    let before = receiver.heard().len();
    let id =
        howdah.value(&format!("SELECT howdah.send_sms('+15550100', 'Ciao', sender => '{sender}')"));
    let end = Instant::now() + Duration::from_secs(20);
    while shown(howdah, &id) != "delivered  f" {
        assert!(Instant::now() < end, "never carried: {}", shown(howdah, &id));
        std::thread::sleep(Duration::from_millis(50));
    }
    let body = receiver.heard()[before].body.clone();
    let url = match serde_json::from_str::<Value>(&body) {
        Ok(json) => json["reportUrl"].as_str().expect("an address").to_owned(),
        Err(_) => {
            form(&body)
                .into_iter()
                .find(|(name, _)| name == "StatusCallback")
                .expect("an address")
                .1
        }
    };
    (id, url.strip_prefix(BASE).expect("ours").to_owned())
}

fn form(body: &str) -> Vec<(String, String)> {
    let plain = |text: &str| {
        let mut bytes = Vec::new();
        let mut rest = text.bytes();
        while let Some(byte) = rest.next() {
            bytes.push(match byte {
                b'%' => {
                    let pair = [rest.next().unwrap_or(0), rest.next().unwrap_or(0)];
                    u8::from_str_radix(std::str::from_utf8(&pair).unwrap_or(""), 16).unwrap_or(0)
                }
                b'+' => b' ',
                byte => byte,
            });
        }
        String::from_utf8_lossy(&bytes).into_owned()
    };
    let pairs = body.split('&').filter_map(|pair| pair.split_once('='));
    pairs.map(|(name, value)| (plain(name), plain(value))).collect()
}

/// As howdah.deliveries shows the attempt: state, error, whether the carrier has told.
fn shown(howdah: &Howdah, id: &str) -> String {
    howdah.value(&format!(
        "SELECT coalesce(max(state || ' ' || coalesce(error, '') || ' ' || (confirmed_at IS NOT NULL)), '') FROM howdah.deliveries
         WHERE outbox_id = {id}"
    ))
    .replace("true", "t")
    .replace("false", "f")
}

fn outbox(howdah: &Howdah, id: &str) -> String {
    howdah.value(&format!("SELECT state FROM howdah.outbox WHERE id = {id}"))
}

fn twilio(key: &str, path: &str, fields: &[(&str, &str)]) -> String {
    let mut fields = fields.to_vec();
    fields.sort_unstable();
    let signed: String = fields.iter().map(|(name, value)| format!("{name}{value}")).collect();
    let mut mac = Hmac::<sha1::Sha1>::new_from_slice(key.as_bytes()).expect("any length");
    mac.update(format!("{BASE}{path}{signed}").as_bytes());
    STANDARD.encode(mac.finalize().into_bytes())
}

#[test]
fn twilio_tells_what_became_of_a_message() {
    let receiver = Receiver::start();
    let howdah = start(&receiver);
    let tell = |path: &str, status: &str, key: &str| {
        let fields = [("MessageSid", "SM1"), ("MessageStatus", status), ("ErrorCode", "30003")];
        let body: Vec<_> = fields.iter().map(|(name, value)| format!("{name}={value}")).collect();
        Api::anon(&howdah, "public")
            .call("POST", path)
            .header("X-Twilio-Signature", &twilio(key, path, &fields))
            .header("Content-Type", "application/x-www-form-urlencoded")
            .bytes(body.join("&").into_bytes())
            .send()
    };
    let (id, path) = send(&howdah, &receiver, "tw");
    tell(&path, "failed", "other").fails(401, "HW401");
    let (other, _) = send(&howdah, &receiver, "tw");
    // Another message's, by the token of this one; another sender's.
    let moved = path.replace(&format!("outbox_id={id}"), &format!("outbox_id={other}"));
    tell(&moved, "failed", "tok").fails(401, "HW401");
    tell(&path.replace("/tw?", "/mb2?"), "failed", "tok").fails(401, "HW401");
    tell("/hooks/sms/none", "failed", "tok").fails(401, "HW401");
    assert_eq!(shown(&howdah, &id), "delivered  f");
    // On its way: nothing yet. Then the end, once.
    tell(&path, "sent", "tok").is(204);
    assert_eq!(shown(&howdah, &id), "delivered  f");
    tell(&path, "undelivered", "tok").is(204);
    assert_eq!(shown(&howdah, &id), "failed undelivered_30003 t");
    assert_eq!(outbox(&howdah, &id), "failed");
    tell(&path, "delivered", "tok").fails(404, "HW404");
    assert_eq!(
        (shown(&howdah, &other), outbox(&howdah, &other)),
        ("delivered  f".into(), "delivered".into())
    );
}

#[test]
fn messagebird_tells_by_get_and_signs_if_it_has_a_key() {
    let receiver = Receiver::start();
    let howdah = start(&receiver);
    let now =
        SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).expect("after 1970").as_secs();
    let tell = |path: &str, signed: &str, key: &str| {
        let hash = Sha256::digest(format!("{BASE}{signed}"));
        let hash: String = hash.iter().map(|byte| format!("{byte:02x}")).collect();
        let part = |value: Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let head = part(json!({"alg": "HS256", "typ": "JWT"}));
        let claims =
            part(json!({"iss": "MessageBird", "nbf": now, "exp": now + 60, "url_hash": hash}));
        let mut mac = Hmac::<Sha256>::new_from_slice(key.as_bytes()).expect("any length");
        mac.update(format!("{head}.{claims}").as_bytes());
        let mac = mac.finalize().into_bytes();
        Api::anon(&howdah, "public")
            .call("GET", path)
            .header(
                "MessageBird-Signature-JWT",
                &format!("{head}.{claims}.{}", URL_SAFE_NO_PAD.encode(mac)),
            )
            .send()
    };
    let (id, path) = send(&howdah, &receiver, "mb");
    let said = format!("{path}&id=b1&reference={id}&recipient=15550100&status=delivered");
    tell(&said, &said, "other").fails(401, "HW401");
    tell(&said, &path, "sign").fails(401, "HW401");
    assert_eq!(shown(&howdah, &id), "delivered  f");
    tell(&said, &said, "sign").is(204);
    assert_eq!(shown(&howdah, &id), "delivered  t");
    // One without a key for it is known by its address alone.
    let (id, path) = send(&howdah, &receiver, "mb2");
    let said = format!("{path}&status=delivery_failed&statusErrorCode=7");
    tell(&format!("{said}x").replace("token=", "token=0"), &said, "").fails(401, "HW401");
    tell(&said, &said, "").is(204);
    assert_eq!(shown(&howdah, &id), "failed delivery_failed_7 t");
}
