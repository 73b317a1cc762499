//! Apple's push notification service, over HTTP/2 with a provider token.

use super::message::{Message, Priority, put};
use super::token::{self, Key};
use super::{Delivery, Device};
use serde_json::{Map, Value, json};

pub const PRODUCTION: &str = "https://api.push.apple.com";
pub const SANDBOX: &str = "https://api.sandbox.push.apple.com";

/// Who sends: of the sender's row.
pub struct Sender<'a> {
    pub key: &'a Key,
    pub key_id: &'a str,
    pub team_id: &'a str,
    /// The app's bundle id.
    pub topic: &'a str,
    pub endpoint: &'a str,
}

/// What the app gets.
#[must_use]
pub fn payload(message: &Message, delivery: Delivery<'_>) -> Value {
    let mut whole = message.data_with_id(delivery);
    let text = |text: &Option<String>| text.clone().map(Value::from);
    put(&mut whole, &[("click_url", text(&message.click_url)), ("image", text(&message.image))]);
    whole.insert("aps".to_owned(), aps(message));
    Value::Object(whole)
}

fn aps(message: &Message) -> Value {
    let text = |text: &Option<String>| text.clone().map(Value::from);
    let mut alert = Map::new();
    put(&mut alert, &[("title", text(&message.title)), ("body", text(&message.body))]);
    let background = message.is_silent() && message.badge.is_none();
    let mut aps = Map::new();
    put(
        &mut aps,
        &[
            ("alert", (!alert.is_empty()).then_some(Value::Object(alert))),
            ("badge", message.badge.map(Value::from)),
            ("sound", text(&message.sound)),
            ("content-available", background.then(|| 1.into())),
            ("mutable-content", message.image.is_some().then(|| 1.into())),
        ],
    );
    aps.extend(message.apns.clone());
    Value::Object(aps)
}

/// Apple forbids the highest for what shows nothing.
fn priority(message: &Message) -> &'static str {
    match message.priority {
        _ if message.is_silent() && message.badge.is_none() => "5",
        Priority::High => "10",
        Priority::Normal => "5",
        Priority::Low => "1",
    }
}

/// 0: now or never.
fn expiration(delivery: Delivery<'_>) -> String {
    if delivery.time_to_live() == 0 { "0".to_owned() } else { delivery.expires_at.to_string() }
}

fn push_type(message: &Message) -> &'static str {
    if message.is_silent() && message.badge.is_none() { "background" } else { "alert" }
}

/// The request; `apns_id` is the same at each attempt.
#[must_use]
pub fn request(
    message: &Message,
    device: &Device,
    delivery: Delivery<'_>,
    sender: &Sender<'_>,
    apns_id: &str,
) -> Value {
    let mut headers = Map::new();
    put(
        &mut headers,
        &[
            (
                "authorization",
                Some(token::apns(sender.key, sender.key_id, sender.team_id, delivery.now).into()),
            ),
            ("content-type", Some("application/json".into())),
            ("apns-topic", Some(sender.topic.into())),
            ("apns-id", Some(apns_id.into())),
            ("apns-push-type", Some(push_type(message).into())),
            ("apns-priority", Some(priority(message).into())),
            ("apns-expiration", Some(expiration(delivery).into())),
            ("apns-collapse-id", message.collapse_key.clone().map(Value::from)),
        ],
    );
    json!({
        "request": {"method": "POST", "url": format!("{}/3/device/{}", sender.endpoint, device.token),
                    "headers": headers, "body": payload(message, delivery).to_string()},
        "verdict": "apns",
        "http2": true,
    })
}

/// What Firebase is to tell Apple, for apps on Apple's devices that have its library.
pub(super) fn through_firebase(message: &Message, delivery: Delivery<'_>) -> Value {
    let mut headers = Map::new();
    put(
        &mut headers,
        &[
            ("apns-priority", Some(priority(message).into())),
            ("apns-expiration", Some(expiration(delivery).into())),
            ("apns-collapse-id", message.collapse_key.clone().map(Value::from)),
        ],
    );
    let mut aps = aps(message);
    // Firebase writes the alert itself, of its notification.
    if let Some(aps) = aps.as_object_mut() {
        aps.remove("alert");
    }
    json!({"headers": headers, "payload": {"aps": aps}})
}
