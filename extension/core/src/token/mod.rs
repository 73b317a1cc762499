//! Tokens: compact JWS (RFC 7515) with JWT claims (RFC 7519), verified as RFC 8725 asks.
//!
//! Signature mathematics comes from the `ring`, `hmac` and `sha2` crates (docs/adr/0006-ring-for-es256.md). `jsonwebtoken` was measured and not taken: over
//! the same crates it adds `rsa` (open advisory RUSTSEC-2023-0071), `p384`, `ed25519-dalek` and a per-process random
//! generator, 53 instead of 15 seconds of compile time, for a parser that accepts what we must refuse (equal names twice).

mod error;
pub(crate) mod es256;
mod keys;
mod level;
pub(crate) mod strict;

#[cfg(test)]
mod hostile_tests;
#[cfg(test)]
mod tests;

pub use error::TokenError;
pub use keys::{
    Algorithm, Generated, HS256_MIN, HS256_TRIED, KeySet, Purpose, SigningKey, VerifyKey,
    check_kid, generate_es256, sign,
};
pub use level::lowered;

use crate::claim_path::ClaimPath;
use crate::json::parse_uuid;
use crate::limits;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

/// Seconds by which clocks may differ.
pub const SKEW: i64 = 30;

/// What a token is checked against, beside its signature.
#[derive(Debug, Clone, Copy)]
pub struct Rules<'a> {
    /// `jwt.audience`. A token without `aud` passes.
    pub audience: Option<&'a str>,
    /// `jwt.role_claim`.
    pub role_claim: &'a ClaimPath,
}

/// A token that was verified. Kept by the shell under [`fingerprint`]; [`recheck`] before each use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verified {
    /// The payload, as received: a JSON object whose names are unique, valid as jsonb.
    pub claims_json: String,
    /// At `jwt.role_claim`; `None` if missing or null.
    pub role: Option<String>,
    pub sub: Option<String>,
    /// `sub`, if it is a UUID.
    pub sub_uuid: Option<[u8; 16]>,
    pub email: Option<String>,
    pub jti: Option<String>,
    /// `session_id`, if it is a UUID.
    pub session_id: Option<[u8; 16]>,
    /// `aal`: how surely the user was known when the token was signed.
    pub aal: Option<String>,
    /// Unix seconds.
    pub exp: Option<i64>,
    /// Unix seconds.
    pub nbf: Option<i64>,
    /// Unix seconds.
    pub iat: Option<i64>,
    /// As the token's header has it.
    pub kid: Option<String>,
    /// Index into [`KeySet::keys`] of the key that verified it.
    pub key: usize,
    pub purpose: Purpose,
    /// When that key stops to verify, Unix seconds.
    pub key_retires_at: Option<i64>,
}

/// SHA-256 of a token: the name under which its verification is kept, so that no token is.
#[must_use]
pub fn fingerprint(token: &str) -> [u8; 32] {
    Sha256::digest(token).into()
}

/// Bytes as lower-case hexadecimal digits.
#[must_use]
pub fn hex(bytes: &[u8]) -> String {
    let digit = |nibble: u8| char::from_digit(u32::from(nibble), 16).unwrap_or_default();
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}

/// Bytes as base64url without padding.
#[must_use]
pub fn base64url(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// Verifies a token: form, key, signature, then claims, in this order. `now` is Unix seconds.
///
/// # Errors
/// [`TokenError`], 401 always.
///
/// # Limits
/// [`limits::TOKEN`], [`limits::TOKEN_HEADER`] and [`limits::KID`]; at most [`HS256_TRIED`] signatures are computed.
pub fn verify(
    token: &str,
    keys: &KeySet,
    now: i64,
    rules: Rules<'_>,
) -> Result<Verified, TokenError> {
    if token.is_empty() {
        return Err(TokenError::Empty);
    }
    if token.len() > limits::TOKEN {
        return Err(TokenError::Malformed);
    }
    let parts = token.split('.').count();
    let (message, signature) = token.rsplit_once('.').ok_or(TokenError::Parts(parts))?;
    let (header, payload) = message.split_once('.').ok_or(TokenError::Parts(parts))?;
    if parts != 3 {
        return Err(TokenError::Parts(parts));
    }
    let (algorithm, kid) = read_header(header)?;
    let payload = decode(payload)?;
    let signature = decode(signature)?;
    let (index, (purpose, retires_at)) = keys
        .candidates(kid.as_deref(), algorithm, now)
        .find(|(_, key)| key.verifies(message.as_bytes(), &signature))
        .map(|(index, key)| (index, (key.purpose, key.retires_at)))
        .ok_or(TokenError::Key)?;
    let claims = strict::object(&payload).ok_or(TokenError::Claims)?;
    let mut verified = read_claims(claims, rules)?;
    verified.claims_json = String::from_utf8(payload).map_err(|_| TokenError::Claims)?;
    verified.kid = kid;
    verified.key = index;
    verified.purpose = purpose;
    verified.key_retires_at = retires_at;
    // What we sign ourselves always ends; an imported secret's issuer may have chosen otherwise.
    if verified.exp.is_none() && algorithm == Algorithm::Es256 {
        return Err(TokenError::NotNumber("exp"));
    }
    recheck(&verified, now)?;
    Ok(verified)
}

/// Checks anew what time alone can change. A change of keys, sessions or API keys is the shell's to notice.
///
/// # Errors
/// [`TokenError::Key`], `Expired`, `NotYetValid` or `IssuedInFuture`.
pub fn recheck(verified: &Verified, now: i64) -> Result<(), TokenError> {
    if verified.key_retires_at.is_some_and(|at| now >= at) {
        return Err(TokenError::Key);
    }
    if verified.exp.is_some_and(|exp| now > exp.saturating_add(SKEW)) {
        return Err(TokenError::Expired);
    }
    if verified.nbf.is_some_and(|nbf| now.saturating_add(SKEW) < nbf) {
        return Err(TokenError::NotYetValid);
    }
    if verified.iat.is_some_and(|iat| now.saturating_add(SKEW) < iat) {
        return Err(TokenError::IssuedInFuture);
    }
    Ok(())
}

/// Base64url without padding, white space or stray bits (RFC 7515, 2).
fn decode(part: &str) -> Result<Vec<u8>, TokenError> {
    URL_SAFE_NO_PAD.decode(part).map_err(|_| TokenError::Malformed)
}

/// The header's `alg` and `kid`. Parameters that name keys, change the payload's form or must be understood are refused, not
/// skipped: a token with them was made for another reader or against us.
fn read_header(part: &str) -> Result<(Algorithm, Option<String>), TokenError> {
    if part.len() > limits::TOKEN_HEADER {
        return Err(TokenError::Malformed);
    }
    let header = strict::object(&decode(part)?).ok_or(TokenError::Malformed)?;
    for name in ["jku", "jwk", "x5u", "x5c", "x5t", "x5t#S256", "crit", "zip", "b64", "enc"] {
        if header.contains_key(name) {
            return Err(TokenError::Header);
        }
    }
    let typ = header.get("typ").is_none_or(|typ| {
        typ.as_str().is_some_and(|typ| {
            typ.eq_ignore_ascii_case("jwt") || typ.eq_ignore_ascii_case("at+jwt")
        })
    });
    if !typ || header.contains_key("cty") {
        return Err(TokenError::Type);
    }
    let algorithm = match header.get("alg").and_then(Value::as_str) {
        Some("ES256") => Algorithm::Es256,
        Some("HS256") => Algorithm::Hs256,
        Some(none) if none.eq_ignore_ascii_case("none") => return Err(TokenError::Unsecured),
        Some(_) => return Err(TokenError::Key),
        None => return Err(TokenError::Malformed),
    };
    let kid = match header.get("kid") {
        None => None,
        Some(Value::String(kid)) if check_kid(kid).is_ok() => Some(kid.clone()),
        Some(_) => return Err(TokenError::Key),
    };
    Ok((algorithm, kid))
}

fn read_claims(claims: Map<String, Value>, rules: Rules<'_>) -> Result<Verified, TokenError> {
    let [exp, nbf, iat] = ["exp", "nbf", "iat"].map(|name| date(&claims, name));
    let (exp, nbf, iat) = (exp?, nbf?, iat?);
    check_audience(claims.get("aud"), rules.audience)?;
    // An ID token tells a client who its user is; it opens nothing here (RFC 8725, 3.11).
    if claims.get("token_use").is_some_and(|value| value == "id") {
        return Err(TokenError::Type);
    }
    let string = |name: &str| claims.get(name).and_then(Value::as_str).map(str::to_owned);
    let (sub, email, jti) = (string("sub"), string("email"), string("jti"));
    let aal = string("aal");
    let session_id = claims.get("session_id").and_then(Value::as_str).and_then(parse_uuid);
    let role = match rules.role_claim.find(&Value::Object(claims)) {
        None | Some(Value::Null) => None,
        Some(Value::String(role)) => Some(role.clone()),
        Some(_) => return Err(TokenError::RoleType),
    };
    Ok(Verified {
        claims_json: String::new(),
        role,
        sub_uuid: sub.as_deref().and_then(parse_uuid),
        sub,
        email,
        jti,
        session_id,
        aal,
        exp,
        nbf,
        iat,
        kid: None,
        key: 0,
        purpose: Purpose::Session,
        key_retires_at: None,
    })
}

/// A NumericDate: a whole number of 0 to 2⁵³ seconds. A check that is skipped for a value of another type is how CVE-2026-25537
/// came about, so null and fractions are refused, too.
fn date(claims: &Map<String, Value>, name: &'static str) -> Result<Option<i64>, TokenError> {
    match claims.get(name) {
        None => Ok(None),
        Some(value) => value
            .as_i64()
            .filter(|seconds| (0..=1 << 53).contains(seconds))
            .map(Some)
            .ok_or(TokenError::NotNumber(name)),
    }
}

/// As PostgREST: missing, null and `[]` pass whatever is expected.
fn check_audience(claim: Option<&Value>, expected: Option<&str>) -> Result<(), TokenError> {
    let given: Vec<&str> = match claim {
        None | Some(Value::Null) => return Ok(()),
        Some(Value::String(one)) => vec![one],
        Some(Value::Array(many)) => {
            many.iter().map(Value::as_str).collect::<Option<_>>().ok_or(TokenError::AudienceType)?
        }
        Some(_) => return Err(TokenError::AudienceType),
    };
    match expected {
        Some(expected) if !given.is_empty() && !given.contains(&expected) => {
            Err(TokenError::Audience)
        }
        _ => Ok(()),
    }
}
