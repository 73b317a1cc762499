//! The request for one message to one device, whoever carries it.

use super::encrypt::Fresh;
use super::message::Message;
use super::token::Key;
use super::{Delivery, Device, Platform, apns, fcm, web};
use serde_json::Value;

/// A sender's row.
#[derive(Debug, Clone, Copy)]
pub struct Sender<'a> {
    pub settings: &'a Value,
    pub secret: &'a str,
}

impl<'a> Sender<'a> {
    fn text(&self, name: &str) -> Option<&'a str> {
        self.settings.get(name).and_then(Value::as_str).filter(|text| !text.is_empty())
    }

    fn endpoint(&self) -> Option<&'a str> {
        self.text("endpoint").map(|endpoint| endpoint.trim_end_matches('/'))
    }

    fn apple(&self) -> Result<(&'a str, &'a str, &'a str, &'a str), String> {
        let needed = |name| self.text(name).ok_or_else(|| format!("settings.{name} is required"));
        let endpoint = match (self.endpoint(), self.text("environment").unwrap_or("production")) {
            (Some(endpoint), _) => endpoint,
            (None, "production") => apns::PRODUCTION,
            (None, "sandbox") => apns::SANDBOX,
            _ => return Err("settings.environment: production or sandbox".to_owned()),
        };
        Ok((needed("key_id")?, needed("team_id")?, needed("topic")?, endpoint))
    }

    /// Checks a row before it is kept.
    ///
    /// # Errors
    /// For the DBA; nothing of the secret.
    pub fn check(&self, platform: Platform) -> Result<(), String> {
        if let Some(endpoint) = self.endpoint() {
            let url =
                url::Url::parse(endpoint).map_err(|_| "settings.endpoint: https://host[:port]")?;
            if url.origin().ascii_serialization() != endpoint {
                return Err("settings.endpoint: https://host[:port]".to_owned());
            }
        }
        match platform {
            Platform::Web => {
                let subject = self.text("subject").unwrap_or("mailto:");
                if !subject.starts_with("mailto:") && !subject.starts_with("https://") {
                    return Err(
                        "settings.subject: mailto: or https:, where the push service finds you"
                            .to_owned(),
                    );
                }
                Key::read(self.secret).map(|_| ())
            }
            Platform::Fcm => fcm::Account::read(self.secret).map(|_| ()),
            Platform::Apns => {
                self.apple()?;
                Key::read(self.secret).map(|_| ())
            }
        }
    }
}

/// The request, as the courier takes it.
///
/// # Errors
/// What is wrong with the sender's row, or the device's.
pub fn request(
    message: &Message,
    device: &Device,
    delivery: Delivery<'_>,
    apns_id: &str,
    sender: Sender<'_>,
    fresh: &Fresh,
) -> Result<Value, String> {
    match device.platform {
        Platform::Web => {
            let key = Key::read(sender.secret)?;
            web::request(message, device, delivery, &key, sender.text("subject"), fresh)
        }
        Platform::Fcm => {
            let account = fcm::Account::read(sender.secret)?;
            Ok(fcm::request(message, device, delivery, &account, sender.endpoint()))
        }
        Platform::Apns => {
            let (key_id, team_id, topic, endpoint) = sender.apple()?;
            let key = Key::read(sender.secret)?;
            let sender = apns::Sender { key: &key, key_id, team_id, topic, endpoint };
            Ok(apns::request(message, device, delivery, &sender, apns_id))
        }
    }
}
