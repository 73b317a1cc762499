//! Sign-in by other providers: OpenID Connect and plain OAuth 2.0 (RFC 6749, 7636, 9207; OIDC Core 1.0), without the network.
//!
//! What is to be fetched is built here ([`request`]) and what came back is judged here ([`id_token`], [`jwks`],
//! [`discovery`], [`profile`]); fetching is the courier's, and the flows are SQL functions.

pub mod client_secret;
pub mod discovery;
pub mod id_token;
pub mod jwks;
pub mod kind;
pub mod pkce;
pub mod profile;
pub mod provider;
pub mod request;

#[cfg(test)]
mod hostile_tests;
#[cfg(test)]
mod profile_tests;
#[cfg(test)]
mod sample;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// Bytes of a JWK set, of a discovery document, of a userinfo document.
pub const DOCUMENT: usize = 64 * 1024;
/// Keys of a JWK set.
pub const KEYS: usize = 20;
/// Characters of a subject (OIDC Core, 2: at most 255).
pub const SUBJECT: usize = 255;

/// Base64url as RFC 7515 has it: no padding, no white space, no stray bits.
pub(crate) fn decode(part: &str) -> Option<Vec<u8>> {
    URL_SAFE_NO_PAD.decode(part).ok()
}

/// One JSON object, every name once: two readers of it see the same.
///
/// # Errors
/// Says what is wrong with it.
pub fn document(text: &str) -> Result<serde_json::Map<String, serde_json::Value>, String> {
    if text.len() > DOCUMENT {
        return Err(format!("the document has more than {DOCUMENT} bytes"));
    }
    crate::token::strict::object(text.as_bytes())
        .ok_or_else(|| "the document is no JSON object with unique names".to_owned())
}
