//! Signatures of Standard Webhooks 1.0.0 over `id.timestamp.body`: `v1,` and the base64 of an HMAC-SHA-256, or `v1a,` and that of an
//! Ed25519 signature, which a receiver verifies with a key that signs nothing.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD};
use ring::signature::{ED25519, Ed25519KeyPair, KeyPair, UnparsedPublicKey};
use zeroize::Zeroizing;

use super::hmac_sha256;

const PREFIX: &str = "whsec_";
/// Of an Ed25519 key that signs, and of the one that verifies.
const PRIVATE: &str = "whsk_";
const PUBLIC: &str = "whpk_";
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

/// An Ed25519 key that signs, of 32 random bytes: `whsk_` and base64 of them with the public key.
///
/// # Errors
/// Unless there are 32.
pub fn private_key(seed: &[u8]) -> Result<String, String> {
    let pair = Ed25519KeyPair::from_seed_unchecked(seed).map_err(|_| "a seed has 32 bytes")?;
    let whole = Zeroizing::new([seed, pair.public_key().as_ref()].concat());
    Ok(format!("{PRIVATE}{}", STANDARD.encode(&*whole)))
}

/// The pair of a `whsk_` key: the seed, and mostly the public key after it.
fn pair(text: &str) -> Result<Ed25519KeyPair, String> {
    let bytes = STANDARD_NO_PAD.decode(text.trim_end_matches('=')).map(Zeroizing::new).ok();
    let pair = bytes.and_then(|bytes| match bytes.split_at_checked(32) {
        Some((seed, [])) => Ed25519KeyPair::from_seed_unchecked(seed).ok(),
        Some((seed, public)) => Ed25519KeyPair::from_seed_and_public_key(seed, public).ok(),
        None => None,
    });
    pair.ok_or_else(|| format!("a key is {PRIVATE} and base64 of an Ed25519 seed and public key"))
}

/// What a receiver verifies with: of a key that signs `whpk_` and the public one, of a secret itself.
///
/// # Errors
/// If it is neither.
pub fn receivers(secret: &str) -> Result<String, String> {
    match secret.strip_prefix(PRIVATE) {
        Some(text) => Ok(format!("{PUBLIC}{}", STANDARD.encode(pair(text)?.public_key()))),
        None => key(secret).map(|_| secret.to_owned()),
    }
}

/// Whether a receiver can verify with it: a secret that both have, or a public key.
///
/// # Errors
/// With what would be right.
pub fn check_receivers(text: &str) -> Result<(), String> {
    match text.strip_prefix(PUBLIC) {
        Some(_) if public_key(text).is_some() => Ok(()),
        Some(_) => Err(format!("a public key is {PUBLIC} and base64 of 32 bytes")),
        None => key(text).map(|_| ()),
    }
}

/// Whether it looks like a public key.
pub(super) fn is_public(text: &str) -> bool {
    text.starts_with(PUBLIC)
}

/// The bytes of a `whpk_` key.
fn public_key(text: &str) -> Option<Vec<u8>> {
    let text = text.strip_prefix(PUBLIC)?.trim_end_matches('=');
    STANDARD_NO_PAD.decode(text).ok().filter(|key| key.len() == 32)
}

/// Whether one of the signatures (the header's, `v1a,` taken off, from base64) is this public key's.
pub(super) fn is_signed_with(public: &str, signed: &[u8], given: &[Vec<u8>]) -> bool {
    public_key(public).is_some_and(|key| {
        let key = UnparsedPublicKey::new(&ED25519, key);
        given.iter().any(|signature| key.verify(signed, signature).is_ok())
    })
}

/// The header `webhook-signature`: one signature a secret, the newest first, so that a receiver which
/// knows any of them is content.
///
/// # Errors
/// If a secret is none.
pub fn sign(id: &str, timestamp: i64, body: &[u8], secrets: &[&str]) -> Result<String, String> {
    let signed = head(id, &timestamp.to_string());
    let one = |secret: &&str| {
        if let Some(text) = secret.strip_prefix(PRIVATE) {
            let signature = pair(text)?.sign(&[signed.as_bytes(), body].concat());
            return Ok(format!("v1a,{}", STANDARD.encode(signature)));
        }
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

    /// RFC 8032, 7.1, test 1: seed and public key.
    const SEED: &str = "nWGxne/9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A=";
    const PUBLIC_KEY: &str = "whpk_11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=";

    #[test]
    fn a_key_pair_signs_and_its_public_half_verifies() {
        let seed = STANDARD.decode(SEED).unwrap();
        let private = private_key(&seed).unwrap();
        assert_eq!(receivers(&private).unwrap(), PUBLIC_KEY);
        // The seed alone is a key, too.
        assert_eq!(receivers(&format!("whsk_{SEED}")).unwrap(), PUBLIC_KEY);
        let header = sign(ID, AT, BODY, &[&private, SECRET]).unwrap();
        let (first, second) = header.split_once(' ').unwrap();
        assert_eq!(second, SIGNATURE, "both sign while one is exchanged for the other");
        let signature = vec![STANDARD.decode(first.strip_prefix("v1a,").unwrap()).unwrap()];
        let signed = [head(ID, &AT.to_string()).as_bytes(), BODY].concat();
        assert!(is_signed_with(PUBLIC_KEY, &signed, &signature));
        assert!(!is_signed_with(PUBLIC_KEY, &signed[1..], &signature));
        assert!(!is_signed_with(&PUBLIC_KEY.replace("whpk_1", "whpk_2"), &signed, &signature));
        assert!(!is_signed_with(SECRET, &signed, &signature));
    }

    #[test]
    fn keys_that_are_none_are_refused() {
        assert!(private_key(&[1; 31]).is_err());
        let seed = STANDARD.decode(SEED).unwrap();
        let other = format!("whsk_{}", STANDARD.encode([&seed[..], &[1; 32]].concat()));
        for text in ["whsk_", "whsk_AAAA", "whsk_not base64", &other, PUBLIC_KEY] {
            assert!(receivers(text).is_err() && sign(ID, AT, BODY, &[text]).is_err(), "{text}");
        }
        assert!(check_receivers(PUBLIC_KEY).is_ok() && check_receivers(SECRET).is_ok());
        for text in ["", "whpk_", "whpk_AAAA", &private_key(&seed).unwrap()] {
            assert!(check_receivers(text).is_err(), "{text}");
        }
        assert_eq!(receivers(SECRET).unwrap(), SECRET);
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
