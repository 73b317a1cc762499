//! Web Push: RFC 8030 with RFC 8291 and 8292. The browser's push service carries what only the browser can read.

use super::encrypt::{Fresh, encrypt};
use super::message::{Message, Priority, put};
use super::token::{Key, vapid};
use super::{Delivery, Device, base64url, decode};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

/// Characters of a topic (RFC 8030, section 5.4).
const TOPIC: usize = 32;

/// What the service worker reads. With a `click_url` it is also a declarative message, which Safari shows by itself.
#[must_use]
pub fn plain(message: &Message, delivery: Delivery<'_>) -> Vec<u8> {
    let text = |text: &Option<String>| text.clone().map(Value::from);
    let mut notification = Map::new();
    put(
        &mut notification,
        &[
            ("title", text(&message.title)),
            ("body", text(&message.body)),
            ("image", text(&message.image)),
            ("navigate", text(&message.click_url)),
            ("tag", text(&message.collapse_key)),
        ],
    );
    notification.insert("data".to_owned(), Value::Object(message.data_with_id(delivery)));
    notification.extend(message.web.clone());
    let mut whole = Map::new();
    let declarative = message.title.is_some() && message.click_url.is_some();
    put(
        &mut whole,
        &[
            ("web_push", declarative.then(|| 8030.into())),
            ("notification", Some(Value::Object(notification))),
            ("app_badge", message.badge.map(Value::from)),
        ],
    );
    Value::Object(whole).to_string().into_bytes()
}

/// The request to the push service.
///
/// # Errors
/// If the device's keys or endpoint are none; as [`encrypt`].
pub fn request(
    message: &Message,
    device: &Device,
    delivery: Delivery<'_>,
    key: &Key,
    subject: Option<&str>,
    fresh: &Fresh,
) -> Result<Value, String> {
    let part = |part: &Option<String>| part.as_deref().and_then(decode).unwrap_or_default();
    let body =
        encrypt(&plain(message, delivery), &part(&device.p256dh), &part(&device.auth), fresh)?;
    let endpoint =
        url::Url::parse(&device.token).map_err(|_| "the endpoint is no URL".to_owned())?;
    let origin = endpoint.origin().ascii_serialization();
    let mut headers = Map::new();
    put(
        &mut headers,
        &[
            ("authorization", Some(vapid(key, &origin, subject, delivery.now).into())),
            ("content-encoding", Some("aes128gcm".into())),
            ("content-type", Some("application/octet-stream".into())),
            ("ttl", Some(delivery.time_to_live().to_string().into())),
            ("urgency", Some(urgency(message.priority).into())),
            ("topic", message.collapse_key.as_deref().map(|key| topic(key).into())),
        ],
    );
    Ok(json!({
        "request": {"method": "POST", "url": device.token, "headers": headers,
                    "body_base64": STANDARD.encode(body)},
        "verdict": "web",
    }))
}

/// As Firebase passes it on too.
#[must_use]
pub(super) fn urgency(priority: Priority) -> &'static str {
    match priority {
        Priority::Low => "low",
        Priority::Normal => "normal",
        Priority::High => "high",
    }
}

/// The collapse key where it may be a topic, else what stands for it.
pub(super) fn topic(key: &str) -> String {
    let fits = key.len() <= TOPIC
        && key.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_');
    if fits {
        return key.to_owned();
    }
    base64url(&Sha256::digest(key.as_bytes())).chars().take(TOPIC).collect()
}
