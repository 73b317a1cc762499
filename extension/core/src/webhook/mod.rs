//! Webhooks: signatures of those that leave ([`standard`]) and of those that come in ([`inbound`]).

pub mod inbound;
pub mod standard;

use hmac::{Hmac, KeyInit, Mac};
use sha2::{Sha256, Sha512};

/// HMAC-SHA-256 over the parts, one after the other.
fn hmac_sha256(key: &[u8], parts: &[&[u8]]) -> Vec<u8> {
    // Any length is a key.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key) else { return Vec::new() };
    parts.iter().for_each(|part| mac.update(part));
    mac.finalize().into_bytes().to_vec()
}

fn hmac_sha512(key: &[u8], parts: &[&[u8]]) -> Vec<u8> {
    let Ok(mut mac) = Hmac::<Sha512>::new_from_slice(key) else { return Vec::new() };
    parts.iter().for_each(|part| mac.update(part));
    mac.finalize().into_bytes().to_vec()
}
