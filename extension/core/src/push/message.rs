//! What an app says in a push message, checked once, when it is sent.

use super::encrypt;
use super::{Delivery, Platform, apns, fcm, web};
use serde::Deserialize;
use serde_json::{Map, Value};

/// Bytes of what Apple and Firebase take.
pub const LONGEST: usize = 4096;
/// Seconds: four weeks, the most that the services keep anything.
pub const LONGEST_TTL: i64 = 28 * 86_400;
/// Bytes of a collapse key, which is Apple's bound.
const COLLAPSE_KEY: usize = 64;
const URL: usize = 2048;
/// Names in data: Firebase has its own for itself, and `howdah_id` is ours.
const RESERVED: [&str; 5] = ["from", "notification", "message_type", "aps", "howdah_id"];
const RESERVED_PREFIXES: [&str; 2] = ["google", "gcm"];

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Priority {
    Low,
    #[default]
    Normal,
    High,
}

/// A message. Without title and body it is silent: it wakes the app, and shows nothing.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Message {
    pub title: Option<String>,
    pub body: Option<String>,
    pub data: Map<String, Value>,
    pub image: Option<String>,
    pub click_url: Option<String>,
    pub sound: Option<String>,
    pub badge: Option<u32>,
    /// A later message of the same key replaces one that is not delivered or seen yet.
    pub collapse_key: Option<String>,
    pub priority: Priority,
    /// Merged into what is made for one platform: `web` into the notification, `apns` into `aps`, `android` into Firebase's
    /// `android`.
    pub web: Map<String, Value>,
    pub apns: Map<String, Value>,
    pub android: Map<String, Value>,
}

impl Message {
    /// # Errors
    /// For the app's developer: which member is wrong, and what would be right.
    pub fn read(value: &Value) -> Result<Self, String> {
        let message = Self::deserialize(value).map_err(|error| error.to_string())?;
        message.check()?;
        Ok(message)
    }

    /// What was checked when it was sent, read back.
    ///
    /// # Errors
    /// If it is no such message.
    pub fn read_back(value: &Value) -> Result<Self, String> {
        Self::deserialize(value).map_err(|error| error.to_string())
    }

    #[must_use]
    pub fn is_silent(&self) -> bool {
        self.title.is_none() && self.body.is_none()
    }

    fn check(&self) -> Result<(), String> {
        if self.is_silent() && self.data.is_empty() && self.badge.is_none() {
            return Err("a message has a title, a body, data or a badge".to_owned());
        }
        for (name, text) in [("title", &self.title), ("body", &self.body), ("sound", &self.sound)] {
            if text.as_ref().is_some_and(|text| text.contains('\0')) {
                return Err(format!("{name}: has a NUL character"));
            }
        }
        for (name, url) in [("image", &self.image), ("click_url", &self.click_url)] {
            check_url(name, url.as_deref())?;
        }
        let key = self.collapse_key.as_deref();
        if key.is_some_and(|key| {
            key.is_empty() || key.len() > COLLAPSE_KEY || !key.bytes().all(|b| b.is_ascii_graphic())
        }) {
            return Err(format!("collapse_key: 1 to {COLLAPSE_KEY} visible ASCII characters"));
        }
        let reserved = |name: &&String| {
            RESERVED.contains(&name.as_str())
                || RESERVED_PREFIXES.iter().any(|p| name.starts_with(p))
        };
        match self.data.keys().find(reserved) {
            Some(name) => Err(format!("data: the name {name} is reserved")),
            None => Ok(()),
        }
    }

    /// Whether each of these platforms takes it.
    ///
    /// # Errors
    /// Says which does not, how large it may be and is.
    pub fn check_size(&self, platforms: &[Platform]) -> Result<(), String> {
        // The longest id that a row can have.
        let delivery = Delivery { id: "9223372036854775807", now: 0, expires_at: LONGEST_TTL };
        for platform in platforms {
            let (size, most) = match platform {
                Platform::Web => (web::plain(self, delivery).len(), encrypt::LONGEST),
                Platform::Fcm => (fcm::size(self, delivery), LONGEST),
                Platform::Apns => (apns::payload(self, delivery).to_string().len(), LONGEST),
            };
            if size > most {
                return Err(format!(
                    "the message has {size} bytes for {}, which takes {most}: let data name what the app fetches",
                    platform.name()
                ));
            }
        }
        Ok(())
    }

    /// The data, with the id that is the same however often it comes.
    pub(super) fn data_with_id(&self, delivery: Delivery<'_>) -> Map<String, Value> {
        let mut data = self.data.clone();
        data.insert("howdah_id".to_owned(), delivery.id.into());
        data
    }
}

/// What a device opens or fetches: a web address, or an app's own scheme where it is clicked.
fn check_url(name: &str, url: Option<&str>) -> Result<(), String> {
    let Some(text) = url else { return Ok(()) };
    let fits = text.len() <= URL && text.bytes().all(|b| b.is_ascii_graphic());
    let parsed = url::Url::parse(text).ok().filter(|_| fits);
    let scheme = parsed.as_ref().map(url::Url::scheme);
    let fine = match name {
        "image" => scheme == Some("https"),
        // What a notification must never run.
        _ => {
            scheme.is_some_and(|s| !["javascript", "data", "blob", "file", "vbscript"].contains(&s))
        }
    };
    if fine {
        return Ok(());
    }
    Err(match name {
        "image" => "image: an https URL of at most 2048 ASCII characters".to_owned(),
        _ => format!("{name}: an absolute URL of at most 2048 ASCII characters"),
    })
}

/// Adds members, none of them null.
pub(super) fn put(object: &mut Map<String, Value>, members: &[(&str, Option<Value>)]) {
    for (name, value) in members {
        if let Some(value) = value {
            object.insert((*name).to_owned(), value.clone());
        }
    }
}
