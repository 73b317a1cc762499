//! Where a message goes: the token of a device, checked when it is registered.

use super::encrypt::{AUTH, public_key};
use super::{base64url, decode};
use crate::outside;
use serde_json::Value;
use url::Url;

/// Bytes of an endpoint and of a token.
const LONGEST: usize = 4096;

/// Who carries the message to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Platform {
    Web,
    Fcm,
    Apns,
}

impl Platform {
    pub const ALL: [Self; 3] = [Self::Web, Self::Fcm, Self::Apns];

    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|platform| platform.name() == name)
    }

    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Web => "web",
            Self::Fcm => "fcm",
            Self::Apns => "apns",
        }
    }
}

/// A device, as its row has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Device {
    pub platform: Platform,
    /// The endpoint of a browser's subscription; the token of the others.
    pub token: String,
    /// Of a browser, in base64url.
    pub p256dh: Option<String>,
    pub auth: Option<String>,
}

/// Hosts of the push services of the browsers, unless the setting `push.web_services` says otherwise.
pub const SERVICES: &str = "fcm.googleapis.com, android.googleapis.com, *.push.services.mozilla.com, *.push.apple.com, *.notify.windows.com";

/// Who may be an endpoint.
#[derive(Debug, Clone, Copy)]
pub struct Services<'a> {
    /// `host` or `*.domain`, or `*`: any. By commas or spaces.
    pub hosts: &'a str,
    /// `host:port` that the DBA allows the courier although they are near by; http too.
    pub allowed: &'a [String],
}

impl Device {
    /// Checks what an app registers: a token, or a browser's subscription as `PushSubscription.toJSON()` gives it.
    ///
    /// # Errors
    /// For the app's developer.
    pub fn read(
        platform: &str,
        token: Option<&str>,
        subscription: Option<&Value>,
        services: Services<'_>,
    ) -> Result<Self, String> {
        let platform = Platform::parse(platform)
            .ok_or_else(|| "platform must be web, fcm or apns".to_owned())?;
        if platform == Platform::Web {
            let subscription = subscription.ok_or("subscription is required")?;
            return Self::read_subscription(subscription, services);
        }
        let token = token.ok_or("token is required")?;
        let fits = match platform {
            Platform::Apns => {
                (64..=200).contains(&token.len()) && token.bytes().all(|b| b.is_ascii_hexdigit())
            }
            _ => {
                (20..=LONGEST).contains(&token.len())
                    && token.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_:.".contains(&b))
            }
        };
        if !fits {
            return Err(format!("token is no {} token", platform.name()));
        }
        let token =
            if platform == Platform::Apns { token.to_ascii_lowercase() } else { token.to_owned() };
        Ok(Self { platform, token, p256dh: None, auth: None })
    }

    /// What limits and the circuit breaker count by: the service's host.
    #[must_use]
    pub fn lane(&self) -> String {
        match self.platform {
            Platform::Web => {
                Url::parse(&self.token).map(|url| outside::place(&url)).unwrap_or_default()
            }
            platform => platform.name().to_owned(),
        }
    }

    fn read_subscription(subscription: &Value, services: Services<'_>) -> Result<Self, String> {
        let text = |pointer: &str| subscription.pointer(pointer).and_then(Value::as_str);
        let endpoint = text("/endpoint").ok_or("subscription.endpoint is required")?;
        let endpoint = endpoint_of(endpoint, services)?;
        let key = |name: &str| {
            text(&format!("/keys/{name}"))
                .and_then(decode)
                .ok_or_else(|| format!("subscription.keys.{name} is required, in base64url"))
        };
        let (p256dh, auth) = (key("p256dh")?, key("auth")?);
        public_key(&p256dh).map_err(|problem| format!("subscription.keys.{problem}"))?;
        if auth.len() != AUTH {
            return Err(format!("subscription.keys.auth: {AUTH} bytes"));
        }
        Ok(Self {
            platform: Platform::Web,
            token: endpoint,
            p256dh: Some(base64url(&p256dh)),
            auth: Some(base64url(&auth)),
        })
    }
}

/// The endpoint, as it is kept. The courier asks it: what may be asked is decided again, address and all, at each delivery.
fn endpoint_of(text: &str, services: Services<'_>) -> Result<String, String> {
    let wrong = |why: &str| format!("subscription.endpoint {why}");
    let (url, allowed) = outside::check(text, services.allowed)
        .map_err(|_| wrong("is no https URL of a push service"))?;
    if text.len() > LONGEST || text.contains('#') {
        return Err(wrong("is no https URL of a push service"));
    }
    let name = url.domain().unwrap_or_default();
    if !allowed && (url.port().is_some() || !serves(services.hosts, name)) {
        return Err(wrong("is of a push service that is not listed (push.web_services)"));
    }
    Ok(url.into())
}

/// Whether a list of hosts has this one.
fn serves(hosts: &str, name: &str) -> bool {
    hosts.split([',', ' ', '\n', '\t']).filter(|entry| !entry.is_empty()).any(|entry| {
        match entry.strip_prefix('*') {
            Some("") => !name.is_empty(),
            Some(domain) => name.strip_suffix(domain).is_some_and(|rest| !rest.is_empty()),
            None => entry == name,
        }
    })
}
