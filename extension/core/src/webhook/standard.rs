//! Signatures of Standard Webhooks 1.0.0: `v1,` and the base64 of HMAC-SHA-256 over `id.timestamp.body`.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD};
use zeroize::Zeroizing;

use super::hmac_sha256;

const PREFIX: &str = "whsec_";
/// Bytes of a key, by the specification.
const LEAST: usize = 24;
const MOST: usize = 64;

/// A key as its text has it: `whsec_` and base64 of 24 to 64 bytes; the prefix may be missing.
///
/// # Errors
/// With what would be right.
pub fn key(secret: &str) -> Result<Zeroizing<Vec<u8>>, String> {
    let text = secret.strip_prefix(PREFIX).unwrap_or(secret).trim_end_matches('=');
    STANDARD_NO_PAD
        .decode(text)
        .map(Zeroizing::new)
        .ok()
        .filter(|key| (LEAST..=MOST).contains(&key.len()))
        .ok_or_else(|| format!("a secret is {PREFIX} and base64 of {LEAST} to {MOST} bytes"))
}

/// A secret of these bytes, which are random.
#[must_use]
pub fn secret(bytes: &[u8]) -> String {
    format!("{PREFIX}{}", STANDARD.encode(bytes))
}

/// The header `webhook-signature`: one signature a secret, the newest first, so that a receiver which
/// knows any of them is content.
///
/// # Errors
/// If a secret is none.
pub fn sign(id: &str, timestamp: i64, body: &[u8], secrets: &[&str]) -> Result<String, String> {
    let signed = head(id, &timestamp.to_string());
    let one = |secret: &&str| {
        let mac = hmac_sha256(&key(secret)?, &[signed.as_bytes(), body]);
        Ok(format!("v1,{}", STANDARD.encode(mac)))
    };
    Ok(secrets.iter().map(one).collect::<Result<Vec<_>, String>>()?.join(" "))
}

/// What stands before the body in what is signed.
pub(super) fn head(id: &str, timestamp: &str) -> String {
    format!("{id}.{timestamp}.")
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// The example of the specification's reference libraries.
    pub const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    pub const ID: &str = "msg_p5jXN8AQM9LWM0D4loKWxJek";
    pub const BODY: &[u8] = br#"{"test": 2432232314}"#;
    pub const AT: i64 = 1_614_265_330;
    pub const SIGNATURE: &str = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";

    #[test]
    fn signs_as_the_reference_does() {
        assert_eq!(sign(ID, AT, BODY, &[SECRET]).unwrap(), SIGNATURE);
        let bare = SECRET.trim_start_matches("whsec_");
        assert_eq!(sign(ID, AT, BODY, &[bare]).unwrap(), SIGNATURE);
    }

    #[test]
    fn while_secrets_change_both_sign() {
        let newer = secret(&[7; 32]);
        let both = sign(ID, AT, BODY, &[&newer, SECRET]).unwrap();
        let (first, second) = both.split_once(' ').unwrap();
        assert_eq!(first, sign(ID, AT, BODY, &[&newer]).unwrap());
        assert_eq!(second, SIGNATURE);
    }

    #[test]
    fn a_secret_has_24_to_64_bytes() {
        for bytes in [24, 32, 64] {
            assert_eq!(key(&secret(&vec![1; bytes])).unwrap().len(), bytes);
        }
        for text in ["", "whsec_", "whsec_not base64", &secret(&[1; 23]), &secret(&[1; 65])] {
            assert!(key(text).is_err() && sign(ID, AT, BODY, &[text]).is_err(), "{text}");
        }
        // With or without the padding.
        assert_eq!(key(secret(&[1; 32]).trim_end_matches('=')).unwrap().len(), 32);
    }
}
