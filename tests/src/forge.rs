//! Tokens of any content, signed with a shared secret that the DBA has imported; and tokens that no key made.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use serde_json::Value;
use sha2::{Digest, Sha256};

pub fn base64url(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// The bytes of one part of a token.
///
/// # Panics
/// If it is not base64url.
pub fn part(token: &str, index: usize) -> Value {
    let part = token.split('.').nth(index).expect("a part");
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).expect("base64url")).expect("JSON")
}

/// A compact JWS over header and payload as they are written here.
pub fn hs256_raw(header: &str, payload: &[u8], secret: &[u8]) -> String {
    let message = format!("{}.{}", base64url(header), base64url(payload));
    let mut mac = Hmac::<Sha256>::new_from_slice(secret).expect("any length will do");
    mac.update(message.as_bytes());
    format!("{message}.{}", base64url(mac.finalize().into_bytes()))
}

/// A token with these claims under the key `kid`.
pub fn hs256(kid: &str, claims: &Value, secret: &[u8]) -> String {
    hs256_raw(
        &format!(r#"{{"alg":"HS256","typ":"JWT","kid":"{kid}"}}"#),
        claims.to_string().as_bytes(),
        secret,
    )
}

/// Seconds since 1970.
pub fn now() -> i64 {
    std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)
        .expect("after 1970")
        .as_secs() as i64
}

/// Standard base64 with padding, as HTTP Basic has it.
pub fn base64(bytes: impl AsRef<[u8]>) -> String {
    let text = base64url(bytes.as_ref()).replace('-', "+").replace('_', "/");
    let padding = (4 - text.len() % 4) % 4;
    text + &"=".repeat(padding)
}

/// A refresh token in the newer form of Supabase Auth: session (32 hex digits), number (below 128), signed with the key in base64url.
#[must_use]
pub fn supabase_refresh_token(session: &str, key: &str, number: u8) -> String {
    let session = u128::from_str_radix(session, 16).expect("32 hex digits");
    let key = URL_SAFE_NO_PAD.decode(key).expect("base64url");
    let mut token = [&[0], session.to_be_bytes().as_slice(), &[number]].concat();
    let mut mac = Hmac::<Sha256>::new_from_slice(&key).expect("any length will do");
    mac.update(&token);
    token.extend_from_slice(&mac.finalize().into_bytes()[..16]);
    let check = Sha256::digest(&token);
    token.extend_from_slice(&check[..4]);
    URL_SAFE_NO_PAD.encode(token)
}
