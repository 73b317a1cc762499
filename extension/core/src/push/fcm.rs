//! Firebase Cloud Messaging, HTTP v1.

use super::message::{Message, Priority, put};
use super::{Delivery, Device, web};
use serde::Deserialize;
use serde_json::{Map, Value, json};

pub const ENDPOINT: &str = "https://fcm.googleapis.com";
pub const TOKEN_URI: &str = "https://oauth2.googleapis.com/token";
const SCOPE: &str = "https://www.googleapis.com/auth/firebase.messaging";

/// What Google gives as a service account's file.
#[derive(Deserialize)]
pub struct Account {
    pub project_id: String,
    pub client_email: String,
    pub private_key: String,
    #[serde(default)]
    pub private_key_id: Option<String>,
    #[serde(default)]
    pub token_uri: Option<String>,
}

impl Account {
    /// # Errors
    /// Says what would be right, and nothing of the text.
    pub fn read(text: &str) -> Result<Self, String> {
        let wrong = || {
            "the secret: the service account's JSON, with project_id, client_email and private_key"
                .to_owned()
        };
        let account: Self = serde_json::from_str(text).map_err(|_| wrong())?;
        let pem = account.private_key.contains("-----BEGIN PRIVATE KEY-----");
        let project =
            account.project_id.bytes().all(|b| b.is_ascii_alphanumeric() || b"-.:_".contains(&b));
        if !pem || !project || account.project_id.is_empty() || account.client_email.is_empty() {
            return Err(wrong());
        }
        Ok(account)
    }
}

/// Values of data are texts: others are sent as their JSON.
fn data(message: &Message, delivery: Delivery<'_>) -> Map<String, Value> {
    let mut data = message.data_with_id(delivery);
    if let Some(url) = &message.click_url {
        data.entry("click_url").or_insert_with(|| url.clone().into());
    }
    for value in data.values_mut() {
        if !value.is_string() {
            *value = value.to_string().into();
        }
    }
    data
}

fn notification(message: &Message) -> Option<Value> {
    if message.is_silent() {
        return None;
    }
    let text = |text: &Option<String>| text.clone().map(Value::from);
    let mut shown = Map::new();
    put(
        &mut shown,
        &[
            ("title", text(&message.title)),
            ("body", text(&message.body)),
            ("image", text(&message.image)),
        ],
    );
    Some(Value::Object(shown))
}

/// Bytes that count against the limit: what is shown, and the data.
pub(super) fn size(message: &Message, delivery: Delivery<'_>) -> usize {
    let text = |value: &Value| value.as_str().map_or(0, str::len);
    let of = |object: &Map<String, Value>| -> usize {
        object.iter().map(|(name, value)| name.len() + text(value)).sum()
    };
    let shown = notification(message);
    of(&data(message, delivery)) + shown.as_ref().and_then(Value::as_object).map_or(0, of)
}

/// The document that is posted.
#[must_use]
pub fn document(message: &Message, token: &str, delivery: Delivery<'_>) -> Value {
    let high = message.priority == Priority::High;
    let ttl = delivery.time_to_live();
    let collapse = message.collapse_key.as_deref();
    let text = |text: &Option<String>| text.clone().map(Value::from);

    let mut on_android = Map::new();
    put(
        &mut on_android,
        &[
            ("sound", text(&message.sound)),
            ("notification_count", message.badge.map(Value::from)),
            ("tag", collapse.map(Value::from)),
        ],
    );
    let mut android = Map::new();
    put(
        &mut android,
        &[
            ("priority", Some(if high { "HIGH" } else { "NORMAL" }.into())),
            ("ttl", Some(format!("{ttl}s").into())),
            ("collapse_key", collapse.map(Value::from)),
            (
                "notification",
                (!message.is_silent() && !on_android.is_empty())
                    .then_some(Value::Object(on_android)),
            ),
        ],
    );
    android.extend(message.android.clone());

    let mut whole = Map::new();
    put(
        &mut whole,
        &[
            ("token", Some(token.into())),
            ("notification", notification(message)),
            ("data", Some(Value::Object(data(message, delivery)))),
            ("android", Some(Value::Object(android))),
            ("apns", Some(super::apns::through_firebase(message, delivery))),
            ("webpush", Some(through_browsers(message, ttl))),
        ],
    );
    json!({"message": whole})
}

fn through_browsers(message: &Message, ttl: i64) -> Value {
    let mut headers = Map::new();
    put(
        &mut headers,
        &[
            ("TTL", Some(ttl.to_string().into())),
            ("Urgency", Some(web::urgency(message.priority).into())),
            ("Topic", message.collapse_key.as_deref().map(|key| web::topic(key).into())),
        ],
    );
    let link = message.click_url.as_deref().filter(|url| url.starts_with("https://"));
    let mut whole = Map::new();
    put(
        &mut whole,
        &[
            ("headers", Some(Value::Object(headers))),
            ("fcm_options", link.map(|link| json!({"link": link}))),
        ],
    );
    Value::Object(whole)
}

/// The request, with the account that the courier gets an access token of.
#[must_use]
pub fn request(
    message: &Message,
    device: &Device,
    delivery: Delivery<'_>,
    account: &Account,
    endpoint: Option<&str>,
) -> Value {
    let url = format!(
        "{}/v1/projects/{}/messages:send",
        endpoint.unwrap_or(ENDPOINT),
        account.project_id
    );
    // As a text: what an app says is not to be taken for a part of ours (a sealed field) on its way.
    json!({
        "request": {"method": "POST", "url": url,
                    "headers": {"authorization": {"granted": "Bearer"}, "content-type": "application/json"},
                    "body": document(message, &device.token, delivery).to_string()},
        "verdict": "fcm",
        "grant": {"assertion": {
            "key": account.private_key, "key_id": account.private_key_id, "issuer": account.client_email,
            "url": account.token_uri.as_deref().unwrap_or(TOKEN_URI), "scope": SCOPE,
        }},
    })
}
