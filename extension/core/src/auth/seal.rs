//! Sealing of secrets that rows must hold: XChaCha20-Poly1305 under a key that no dump carries.
//!
//! A sealed text is `s1.` and the base64url of nonce (24 bytes) and ciphertext. The context (which column of which row) is
//! authenticated with it: a sealed text moved to another place does not open.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use hmac::{Hmac, Mac};
use sha2::Sha256;
use zeroize::Zeroizing;

/// Bytes of the cluster's key.
pub const KEY: usize = 32;
/// Bytes of a nonce.
pub const NONCE: usize = 24;

const PREFIX: &str = "s1.";

/// The cluster's key.
pub struct Key(Zeroizing<[u8; KEY]>);

impl Key {
    /// # Errors
    /// Unless there are [`KEY`] bytes.
    pub fn new(bytes: &[u8]) -> Result<Self, String> {
        <[u8; KEY]>::try_from(bytes)
            .map(|key| Self(Zeroizing::new(key)))
            .map_err(|_| format!("the key must have {KEY} bytes"))
    }

    /// HMAC-SHA-256 of `data` under a key of this purpose.
    #[must_use]
    pub fn hmac(&self, purpose: &str, data: &[u8]) -> [u8; 32] {
        let derived = Zeroizing::new(mac(self.0.as_slice(), purpose.as_bytes()));
        mac(derived.as_slice(), data)
    }

    fn cipher(&self) -> XChaCha20Poly1305 {
        let derived = Zeroizing::new(mac(self.0.as_slice(), b"seal"));
        XChaCha20Poly1305::new((&*derived).into())
    }

    /// Seals `plain` for `context`, with a nonce of fresh randomness.
    ///
    /// # Errors
    /// Only for texts beyond what the cipher takes.
    pub fn seal(&self, plain: &[u8], context: &str, nonce: [u8; NONCE]) -> Result<String, String> {
        let sealed = self
            .cipher()
            .encrypt(&XNonce::from(nonce), Payload { msg: plain, aad: context.as_bytes() })
            .map_err(|_| "the secret can't be sealed".to_owned())?;
        let mut bytes = nonce.to_vec();
        bytes.extend_from_slice(&sealed);
        Ok(format!("{PREFIX}{}", URL_SAFE_NO_PAD.encode(bytes)))
    }

    /// Opens what [`Key::seal`] made for the same context.
    ///
    /// # Errors
    /// If it is no sealed text, of another key or context, or changed.
    pub fn open(&self, sealed: &str, context: &str) -> Result<Zeroizing<Vec<u8>>, String> {
        let bytes = sealed
            .strip_prefix(PREFIX)
            .and_then(|text| URL_SAFE_NO_PAD.decode(text).ok())
            .ok_or_else(|| "not a sealed text".to_owned())?;
        let (nonce, body) =
            bytes.split_first_chunk::<NONCE>().ok_or_else(|| "not a sealed text".to_owned())?;
        self.cipher()
            .decrypt(&XNonce::from(*nonce), Payload { msg: body, aad: context.as_bytes() })
            .map(Zeroizing::new)
            .map_err(|_| "the secret was sealed with another key, or for another place".to_owned())
    }
}

/// HMAC-SHA-256.
#[must_use]
pub fn mac(key: &[u8], data: &[u8]) -> [u8; 32] {
    // HMAC takes keys of any length.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key) else { return [0; 32] };
    mac.update(data);
    mac.finalize().into_bytes().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn opens_only_with_key_and_context() {
        let key = Key::new(&[7; KEY]).unwrap();
        let sealed = key.seal(b"secret", "providers/google", [1; NONCE]).unwrap();
        assert_eq!(&**key.open(&sealed, "providers/google").unwrap(), b"secret");
        assert!(key.open(&sealed, "providers/apple").is_err());
        assert!(Key::new(&[8; KEY]).unwrap().open(&sealed, "providers/google").is_err());
        let mut changed = sealed.clone().into_bytes();
        let last = changed.len() - 1;
        changed[last] ^= 1;
        assert!(key.open(std::str::from_utf8(&changed).unwrap(), "providers/google").is_err());
        for broken in ["", "s1.", "s1.AAAA", "plain", "s2.AAAA"] {
            assert!(key.open(broken, "").is_err(), "{broken}");
        }
    }

    #[test]
    fn purposes_have_keys_of_their_own() {
        let key = Key::new(&[7; KEY]).unwrap();
        assert_ne!(key.hmac("otp", b"1"), key.hmac("refresh", b"1"));
        assert_eq!(key.hmac("otp", b"1"), key.hmac("otp", b"1"));
        assert!(Key::new(b"short").is_err());
    }
}
