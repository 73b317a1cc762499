//! The drivers that are shipped, and what a sender's row must have for its driver.

use super::build::{self, Said};
use serde::Deserialize;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use std::sync::OnceLock;

/// How a provider is asked.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Preset {
    /// sms, chat or social.
    #[serde(default)]
    pub kind: String,
    /// Members of the settings that must be there; `secret`: the secret.
    #[serde(default)]
    pub needs: Vec<String>,
    /// The API's own address: the row may have another (`endpoint`).
    #[serde(default)]
    pub endpoint: Option<String>,
    pub request: Map<String, Value>,
    /// A request first, for a token that the request is made with: the courier keeps it.
    #[serde(default)]
    pub grant: Option<Grant>,
    /// What a success must say, where the status does not: pointers into its JSON.
    #[serde(default)]
    pub ok_when: Option<Map<String, Value>>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Grant {
    pub request: Map<String, Value>,
    /// A pointer to the token in the answer.
    pub token: String,
    /// How long it is good for, where the answer has no `expires_in`.
    #[serde(default)]
    pub seconds: Option<u32>,
}

/// All drivers but `http`.
///
/// # Panics
/// Never: a test reads the same text.
#[must_use]
pub fn presets() -> &'static BTreeMap<String, Preset> {
    static READ: OnceLock<BTreeMap<String, Preset>> = OnceLock::new();
    READ.get_or_init(|| serde_json::from_str(include_str!("presets.json")).unwrap_or_default())
}

/// The driver of this name, or what the row itself says.
pub(super) fn of(driver: &str, settings: &Value) -> Result<Preset, String> {
    if driver == "http" {
        let mut own = Map::new();
        for name in ["request", "grant", "ok_when"] {
            if let Some(value) = settings.get(name) {
                own.insert(name.to_owned(), value.clone());
            }
        }
        return Preset::deserialize(Value::Object(own))
            .map_err(|error| format!("settings: {error}"));
    }
    presets().get(driver).cloned().ok_or_else(|| format!("there is no driver \"{driver}\""))
}

/// Checks a row before it is kept: a request can be made of it.
///
/// # Errors
/// For the DBA; never a part of the secret.
pub fn check(kind: &str, driver: &str, settings: &Value, has_secret: bool) -> Result<(), String> {
    if !settings.is_object() {
        return Err("settings: an object".to_owned());
    }
    let preset = of(driver, settings)?;
    if driver != "http" && preset.kind != kind {
        return Err(format!("the driver {driver} is one of {}, not of {kind}", preset.kind));
    }
    for name in &preset.needs {
        let there = match name.as_str() {
            "secret" => has_secret,
            name => settings.get(name).is_some_and(|value| !value.is_null() && value != ""),
        };
        if !there {
            return Err(match name.as_str() {
                "secret" => format!("the driver {driver} needs a secret"),
                name => format!("the driver {driver} needs settings.{name}"),
            });
        }
    }
    if let Some(endpoint) = settings.get("endpoint") {
        check_origin(endpoint.as_str().unwrap_or_default())?;
    }
    let said = Said {
        secret: has_secret.then_some("https://secret.example/s"),
        token: Some("token"),
        about: &json!({"id": "1", "to": "+15550100", "from": "x", "body": "b", "text": "b", "link": "https://a.example/",
                       "account": "a", "title": "t", "uuid": "u", "tid": "t", "created_at": "c"}),
    };
    build::make(&preset, settings, &said).map(|_| ())
}

/// An address without path, question or user.
fn check_origin(text: &str) -> Result<(), String> {
    let wrong = "endpoint: https://host[:port]".to_owned();
    let url = url::Url::parse(text).map_err(|_| wrong.clone())?;
    let plain = url.origin().ascii_serialization() == text.trim_end_matches('/');
    if plain && matches!(url.scheme(), "https" | "http") { Ok(()) } else { Err(wrong) }
}
