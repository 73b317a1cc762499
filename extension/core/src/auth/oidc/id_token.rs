//! ID tokens of foreign issuers, verified as OIDC Core 3.1.3.7 and RFC 8725 ask; nothing is skipped for a value of another type.

use super::jwks::{self, Algorithm, NoKey};
use super::{SUBJECT, decode};
use crate::limits;
use crate::token::SKEW;
use crate::token::strict;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

/// What takes the place of a tenant in the issuer of a provider that serves many (Microsoft).
pub const TENANT: &str = "{tenantid}";
/// The longest that an ID token may be valid for: a day. Longer ones are no proof that somebody has just signed in.
const LIFETIME: i64 = 86_400;

/// What the token must say.
#[derive(Debug, Clone, Copy)]
pub struct Expected<'a> {
    /// Any of these; one with [`TENANT`] stands for every tenant, which the claim `tid` must then name.
    pub issuers: &'a [String],
    /// Any of these.
    pub client_ids: &'a [String],
    pub nonce: Nonce<'a>,
    /// The access token that came with it, for `at_hash`.
    pub access_token: Option<&'a str>,
    /// Whether `azp` may be a client that is not ours when we are the only audience (Google's apps for Android).
    pub foreign_azp: bool,
}

#[derive(Debug, Clone, Copy)]
pub enum Nonce<'a> {
    Unchecked,
    /// None was sent, so none may come back.
    Absent,
    /// The one that we sent ourselves and kept.
    Plain(&'a str),
    /// The client knows the nonce, its SHA-256 in hex is in the token: whoever only has the token cannot name it.
    Hashed(&'a str),
}

/// Why an ID token is refused. The words are for logs and for the developer, never for the world.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    Malformed,
    Header,
    Type,
    Algorithm,
    /// The set has no key of that name: it may be worth fetching anew.
    UnknownKey,
    Key,
    Signature,
    Claims,
    Issuer,
    KeyIssuer,
    Subject,
    Audience,
    AuthorizedParty,
    Date(&'static str),
    Expired,
    NotYetValid,
    TooLong,
    Nonce,
    AccessToken,
}

impl Refusal {
    #[must_use]
    pub fn message(self) -> String {
        match self {
            Self::Malformed => "no compact JWS".into(),
            Self::Header => "the header has members that an ID token may not have".into(),
            Self::Type => "of another type than an ID token".into(),
            Self::Algorithm => "the algorithm is none of RS256, PS256, ES256, ES384".into(),
            Self::UnknownKey => "the issuer has no key of that name".into(),
            Self::Key => "the key of that name is not for that algorithm".into(),
            Self::Signature => "the signature is wrong".into(),
            Self::Claims => "the payload is no JSON object with unique names".into(),
            Self::Issuer => "issued by somebody else".into(),
            Self::KeyIssuer => "the key is for another issuer".into(),
            Self::Subject => "no subject".into(),
            Self::Audience => "for another client".into(),
            Self::AuthorizedParty => "authorized for another client".into(),
            Self::Date(name) => format!("{name} is no whole number of seconds"),
            Self::Expired => "expired".into(),
            Self::NotYetValid => "not yet valid".into(),
            Self::TooLong => "valid for more than a day".into(),
            Self::Nonce => "the nonce is another".into(),
            Self::AccessToken => "at_hash belongs to another access token".into(),
        }
    }
}

/// Verifies an ID token against a JWK set that [`jwks::read`] has checked. `now` is Unix seconds.
///
/// # Errors
/// [`Refusal`].
///
/// # Limits
/// [`limits::TOKEN`], [`limits::TOKEN_HEADER`]; one signature is computed.
pub fn verify(
    token: &str,
    set: &Value,
    expected: Expected<'_>,
    now: i64,
) -> Result<Map<String, Value>, Refusal> {
    let (message, signature) = split(token)?;
    let (header, payload) = message.split_once('.').ok_or(Refusal::Malformed)?;
    let (algorithm, kid) = read_header(header)?;
    let key = jwks::find(set, kid.as_deref(), algorithm).map_err(|reason| match reason {
        NoKey::Unknown => Refusal::UnknownKey,
        NoKey::Unfit => Refusal::Key,
    })?;
    let signature = decode(signature).ok_or(Refusal::Malformed)?;
    let payload = decode(payload).ok_or(Refusal::Malformed)?;
    if !key.verifies(message.as_bytes(), &signature) {
        return Err(Refusal::Signature);
    }
    let claims = strict::object(&payload).ok_or(Refusal::Claims)?;
    check_issuer(&claims, expected.issuers, key.issuer.as_deref())?;
    check_subject(&claims)?;
    check_audience(&claims, expected)?;
    check_dates(&claims, now)?;
    check_nonce(&claims, expected.nonce)?;
    check_access_token(&claims, algorithm, expected.access_token)?;
    Ok(claims)
}

/// The `iss` of a token that is not verified: only to find out whose keys to ask for.
#[must_use]
pub fn claimed_issuer(token: &str) -> Option<String> {
    let (message, _) = split(token).ok()?;
    let (_, payload) = message.split_once('.')?;
    let claims = strict::object(&decode(payload)?)?;
    claims.get("iss")?.as_str().filter(|iss| iss.len() <= 255).map(str::to_owned)
}

/// Message and signature of three parts.
fn split(token: &str) -> Result<(&str, &str), Refusal> {
    if token.len() > limits::TOKEN || token.split('.').count() != 3 {
        return Err(Refusal::Malformed);
    }
    token.rsplit_once('.').ok_or(Refusal::Malformed)
}

/// `alg` and `kid`. Members that bring a key or change what the payload means are refused; thumbprints of certificates (`x5t`,
/// which Microsoft sends) only name one and are not read.
fn read_header(part: &str) -> Result<(Algorithm, Option<String>), Refusal> {
    if part.len() > limits::TOKEN_HEADER {
        return Err(Refusal::Malformed);
    }
    let header = decode(part).and_then(|bytes| strict::object(&bytes)).ok_or(Refusal::Malformed)?;
    for name in ["jku", "jwk", "x5u", "x5c", "crit", "zip", "b64", "enc"] {
        if header.contains_key(name) {
            return Err(Refusal::Header);
        }
    }
    let jwt = |typ: &Value| typ.as_str().is_some_and(|typ| typ.eq_ignore_ascii_case("jwt"));
    if !header.get("typ").is_none_or(jwt) || header.contains_key("cty") {
        return Err(Refusal::Type);
    }
    let algorithm = header
        .get("alg")
        .and_then(Value::as_str)
        .and_then(Algorithm::parse)
        .ok_or(Refusal::Algorithm)?;
    match header.get("kid") {
        None => Ok((algorithm, None)),
        // Opaque, and of any characters: compared, never interpreted.
        Some(Value::String(kid)) if (1..=255).contains(&kid.len()) => {
            Ok((algorithm, Some(kid.clone())))
        }
        Some(_) => Err(Refusal::Key),
    }
}

fn text<'c>(claims: &'c Map<String, Value>, name: &str) -> Option<&'c str> {
    claims.get(name).and_then(Value::as_str)
}

fn check_issuer(
    claims: &Map<String, Value>,
    issuers: &[String],
    of_key: Option<&str>,
) -> Result<(), Refusal> {
    let issuer = text(claims, "iss").ok_or(Refusal::Issuer)?;
    let tenant = text(claims, "tid").filter(|tid| is_tenant(tid));
    let is = |pattern: &str| match (pattern.contains(TENANT), tenant) {
        (false, _) => pattern == issuer,
        (true, Some(tenant)) => pattern.replace(TENANT, tenant) == issuer,
        (true, None) => false,
    };
    if !issuers.iter().any(|pattern| is(pattern)) {
        return Err(Refusal::Issuer);
    }
    // Whoever rules one tenant must not be able to sign for the others (Microsoft's advice on validating key issuers).
    if of_key.is_some_and(|pattern| !is(pattern)) {
        return Err(Refusal::KeyIssuer);
    }
    Ok(())
}

/// A UUID in its common form: nothing that could be part of another path.
fn is_tenant(tid: &str) -> bool {
    tid.len() == 36 && tid.bytes().all(|b| b.is_ascii_hexdigit() || b == b'-')
}

fn check_subject(claims: &Map<String, Value>) -> Result<(), Refusal> {
    let fit = |sub: &str| {
        !sub.is_empty() && sub.chars().count() <= SUBJECT && !sub.chars().any(char::is_control)
    };
    text(claims, "sub").filter(|sub| fit(sub)).map(|_| ()).ok_or(Refusal::Subject)
}

fn check_audience(claims: &Map<String, Value>, expected: Expected<'_>) -> Result<(), Refusal> {
    let audience: Vec<&str> = match claims.get("aud") {
        Some(Value::String(one)) => vec![one],
        Some(Value::Array(many)) => {
            many.iter().map(Value::as_str).collect::<Option<_>>().ok_or(Refusal::Audience)?
        }
        _ => return Err(Refusal::Audience),
    };
    let ours = |id: &str| !id.is_empty() && expected.client_ids.iter().any(|ours| ours == id);
    if !audience.iter().any(|id| ours(id)) {
        return Err(Refusal::Audience);
    }
    match claims.get("azp") {
        // Several audiences: one of them asked for the token, and that must have been us.
        None if audience.len() > 1 => Err(Refusal::AuthorizedParty),
        None => Ok(()),
        Some(Value::String(azp)) if ours(azp) => Ok(()),
        Some(Value::String(_)) if expected.foreign_azp && audience.len() == 1 => Ok(()),
        Some(_) => Err(Refusal::AuthorizedParty),
    }
}

/// A NumericDate: a whole number of 0 to 2⁵³ seconds (see CVE-2026-25537 for why nothing else passes).
fn date(claims: &Map<String, Value>, name: &'static str) -> Result<Option<i64>, Refusal> {
    match claims.get(name) {
        None => Ok(None),
        Some(value) => value
            .as_i64()
            .filter(|seconds| (0..=1 << 53).contains(seconds))
            .map(Some)
            .ok_or(Refusal::Date(name)),
    }
}

fn check_dates(claims: &Map<String, Value>, now: i64) -> Result<(), Refusal> {
    let exp = date(claims, "exp")?.ok_or(Refusal::Date("exp"))?;
    let iat = date(claims, "iat")?.ok_or(Refusal::Date("iat"))?;
    let nbf = date(claims, "nbf")?.unwrap_or(0);
    if now > exp.saturating_add(SKEW) {
        Err(Refusal::Expired)
    } else if iat.max(nbf) > now.saturating_add(SKEW) {
        Err(Refusal::NotYetValid)
    } else if exp.saturating_sub(iat) > LIFETIME {
        Err(Refusal::TooLong)
    } else {
        Ok(())
    }
}

fn check_nonce(claims: &Map<String, Value>, expected: Nonce<'_>) -> Result<(), Refusal> {
    let given = match claims.get("nonce") {
        None => None,
        Some(Value::String(nonce)) => Some(nonce.as_str()),
        Some(_) => return Err(Refusal::Nonce),
    };
    let same = |nonce: &str| {
        given.is_some_and(|given| {
            bool::from(subtle::ConstantTimeEq::ct_eq(given.as_bytes(), nonce.as_bytes()))
        })
    };
    let right = match expected {
        Nonce::Unchecked => true,
        Nonce::Absent => given.is_none_or(str::is_empty),
        Nonce::Plain(nonce) => !nonce.is_empty() && same(nonce),
        Nonce::Hashed(nonce) => !nonce.is_empty() && same(&hex(&Sha256::digest(nonce))),
    };
    if right { Ok(()) } else { Err(Refusal::Nonce) }
}

fn check_access_token(
    claims: &Map<String, Value>,
    algorithm: Algorithm,
    access_token: Option<&str>,
) -> Result<(), Refusal> {
    match (claims.get("at_hash"), access_token) {
        (None, _) | (Some(Value::String(_)), None) => Ok(()),
        (Some(Value::String(hash)), Some(token))
            if *hash == URL_SAFE_NO_PAD.encode(algorithm.half_hash(token)) =>
        {
            Ok(())
        }
        _ => Err(Refusal::AccessToken),
    }
}

pub(super) fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}
