//! Tokens that say who sends: VAPID (RFC 8292) to push services, Apple's provider tokens. Both are ES256.
//!
//! Signatures are deterministic (RFC 6979) and times are rounded to slots: every backend and courier makes the same token
//! within a slot, with nothing to share. Apple refuses tokens that change more often than every 20 minutes.

use super::{base64url, decode};
use p256::SecretKey;
use p256::ecdsa::signature::Signer;
use p256::ecdsa::{Signature, SigningKey};
use p256::elliptic_curve::sec1::ToSec1Point;
use p256::pkcs8::DecodePrivateKey;
use serde_json::{Value, json};

/// Seconds of a slot of Apple's token: between 20 and 60 minutes.
pub const APNS_SLOT: i64 = 40 * 60;
/// Clocks differ: a token that is made in the future is refused.
const SKEW: i64 = 60;
/// Seconds of a slot of VAPID; a token is good for one to two of them. The standard allows 24 hours.
pub const VAPID_SLOT: i64 = 6 * 3600;

/// A private key of P-256, of a sender's secret.
pub struct Key(SecretKey);

impl Key {
    /// From PEM (PKCS#8, as Apple's .p8), or the 32 bytes in base64url, as VAPID keys are passed around.
    ///
    /// # Errors
    /// Says what would be right; never the text.
    pub fn read(text: &str) -> Result<Self, String> {
        let text = text.trim();
        let key = if text.starts_with("-----") {
            SecretKey::from_pkcs8_pem(text).ok()
        } else {
            decode(text).and_then(|bytes| SecretKey::from_slice(&bytes).ok())
        };
        key.map(Self).ok_or_else(|| {
            "the secret: a private key of P-256, as PEM (PKCS#8) or 32 bytes in base64url"
                .to_owned()
        })
    }

    /// Of 32 bytes of randomness; none if they are no scalar.
    #[must_use]
    pub fn of(scalar: &[u8; 32]) -> Option<Self> {
        SecretKey::from_slice(scalar).ok().map(Self)
    }

    /// What browsers subscribe with: the point, in base64url.
    #[must_use]
    pub fn public(&self) -> String {
        base64url(self.0.public_key().to_sec1_point(false).as_bytes())
    }

    /// As [`Key::read`] takes it.
    #[must_use]
    pub fn secret(&self) -> String {
        base64url(&self.0.to_bytes())
    }

    fn sign(&self, header: &Value, claims: &Value) -> String {
        let message = format!(
            "{}.{}",
            base64url(header.to_string().as_bytes()),
            base64url(claims.to_string().as_bytes())
        );
        let signature: Signature = SigningKey::from(&self.0).sign(message.as_bytes());
        format!("{message}.{}", base64url(&signature.to_bytes()))
    }
}

/// The `Authorization` of a request to a push service at this origin.
#[must_use]
pub fn vapid(key: &Key, origin: &str, subject: Option<&str>, now: i64) -> String {
    let exp = (now.div_euclid(VAPID_SLOT) + 2) * VAPID_SLOT;
    let mut claims = json!({"aud": origin, "exp": exp});
    if let (Some(subject), Some(claims)) = (subject, claims.as_object_mut()) {
        claims.insert("sub".to_owned(), subject.into());
    }
    let token = key.sign(&json!({"typ": "JWT", "alg": "ES256"}), &claims);
    format!("vapid t={token}, k={}", key.public())
}

/// The `Authorization` of a request to Apple.
#[must_use]
pub fn apns(key: &Key, key_id: &str, team_id: &str, now: i64) -> String {
    let iat = now.div_euclid(APNS_SLOT) * APNS_SLOT - SKEW;
    let token =
        key.sign(&json!({"alg": "ES256", "kid": key_id}), &json!({"iss": team_id, "iat": iat}));
    format!("bearer {token}")
}
