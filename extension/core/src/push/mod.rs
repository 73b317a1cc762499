//! Push messages: what can be decided of them without Postgres.
//!
//! `message` is what an app says, checked once; `device` is where it goes; `web`, `fcm` and `apns` make the request of it
//! that each service wants; `encrypt` and `token` are the cryptography of RFC 8291, RFC 8292 and Apple's tokens.

pub mod apns;
pub mod deliver;
pub mod device;
pub mod encrypt;
pub mod fcm;
pub mod message;
pub mod token;
pub mod verdict;
pub mod web;

#[cfg(test)]
mod tests;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

pub use device::{Device, Platform};
pub use message::Message;

/// What one delivery knows beside its message and device.
#[derive(Debug, Clone, Copy)]
pub struct Delivery<'a> {
    /// Of the row: the same at each attempt, so that an app can drop what comes twice.
    pub id: &'a str,
    /// Seconds since 1970.
    pub now: i64,
    /// Nobody wants it after that.
    pub expires_at: i64,
}

impl Delivery<'_> {
    /// Seconds that the service may keep it.
    fn time_to_live(&self) -> i64 {
        self.expires_at.saturating_sub(self.now).max(0)
    }
}

fn base64url(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// Base64url, padded or not; and what browsers' older libraries give, plain base64.
fn decode(text: &str) -> Option<Vec<u8>> {
    let text: String = text
        .trim_end_matches('=')
        .chars()
        .map(|c| match c {
            '+' => '-',
            '/' => '_',
            c => c,
        })
        .collect();
    URL_SAFE_NO_PAD.decode(text).ok()
}
