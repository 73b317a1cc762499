//! Requests from providers: whose signature a request must bear, over the bytes of its body as they came.
//!
//! A secret may be in change: each known one is tried. Signatures are compared in constant time. Where
//! the provider signs a time, it may be five minutes off.

mod scheme;
#[cfg(test)]
mod tests;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;
use subtle::ConstantTimeEq;

use super::{hmac_sha256, hmac_sha512, standard};
pub use scheme::{Algorithm, Encoding, Hmac, Scheme};

/// Seconds that a signed time may be off, either way.
pub const TOLERANCE: i64 = 300;
/// Bytes of what names a delivery.
const ID: usize = 200;

/// A request as it came.
pub struct Received<'a> {
    /// By names in lower case.
    pub header: &'a dyn Fn(&str) -> Option<&'a str>,
    pub body: &'a [u8],
    /// Seconds since 1970.
    pub now: i64,
}

/// Of a request that is the provider's.
#[derive(Debug, PartialEq, Eq)]
pub struct Verified {
    /// Names the delivery: the same one again is a repetition. Part of what is signed, or the signature itself.
    pub id: String,
    /// What it is about, as the provider calls it; not signed where a header has it.
    pub event: Option<String>,
}

/// Why a request is not taken. The provider is told no more than that it was not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// A header is missing or malformed.
    Unsigned,
    Forged,
    /// The signed time is too far off.
    Stale,
}

impl Refusal {
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Unsigned => "unsigned",
            Self::Forged => "forged",
            Self::Stale => "stale",
        }
    }
}

/// Checks the signature, then the time.
///
/// # Errors
/// A [`Refusal`]; with no secret that is fit for the scheme, everything is [`Refusal::Forged`].
pub fn verify(
    scheme: &Scheme,
    secrets: &[&str],
    received: &Received<'_>,
) -> Result<Verified, Refusal> {
    match scheme {
        Scheme::Standard => standard_webhooks(secrets, received),
        Scheme::Stripe => stripe(secrets, received),
        Scheme::GitHub => github(secrets, received),
        Scheme::Slack => slack(secrets, received),
        Scheme::Hmac(hmac) => generic(hmac, secrets, received),
    }
}

fn standard_webhooks(secrets: &[&str], received: &Received<'_>) -> Result<Verified, Refusal> {
    // The second name is that of the company which the scheme came from.
    let header = |name: &str| {
        let one = |prefix: &str| (received.header)(&format!("{prefix}-{name}"));
        one("webhook").or_else(|| one("svix")).ok_or(Refusal::Unsigned)
    };
    let (id, time, signatures) = (header("id")?, header("timestamp")?, header("signature")?);
    if id.is_empty() || id.len() > ID || id.contains('.') {
        return Err(Refusal::Unsigned);
    }
    let head = standard::head(id, time);
    let of = |version: &str| -> Vec<_> {
        let given = signatures.split(' ').filter_map(|one| one.strip_prefix(version));
        given.filter_map(|one| STANDARD.decode(one).ok()).collect()
    };
    let (macs_given, keys_given) = (of("v1,"), of("v1a,"));
    let signed = [head.as_bytes(), received.body].concat();
    if !secrets.iter().any(|secret| standard::is_signed_with(secret, &signed, &keys_given)) {
        let keys = secrets.iter().filter_map(|secret| standard::key(secret).ok());
        let macs = keys.map(|key| hmac_sha256(&key, &[&signed]));
        one_is(macs, &macs_given).map_err(|refusal| match refusal {
            Refusal::Unsigned
                if !keys_given.is_empty() && secrets.iter().any(|s| standard::is_public(s)) =>
            {
                Refusal::Forged
            }
            other => other,
        })?;
    }
    in_time(time, received.now)?;
    Ok(Verified { id: id.to_owned(), event: text_at(&document(received.body), "/type") })
}

/// `t=1492774577,v1=…,v1=…,v0=…`
fn stripe(secrets: &[&str], received: &Received<'_>) -> Result<Verified, Refusal> {
    let header = (received.header)("stripe-signature").ok_or(Refusal::Unsigned)?;
    let fields = |name: &'static str| {
        header.split(',').filter_map(move |field| {
            field.trim().split_once('=').filter(|(key, _)| *key == name).map(|(_, value)| value)
        })
    };
    let time = fields("t").next().ok_or(Refusal::Unsigned)?;
    let given: Vec<_> = fields("v1").filter_map(from_hex).collect();
    let parts = [time.as_bytes(), b".", received.body];
    let mac = one_is(secrets.iter().map(|key| hmac_sha256(key.as_bytes(), &parts)), &given)?;
    in_time(time, received.now)?;
    let event = document(received.body);
    Ok(Verified { id: named(&event, "/id", &mac), event: text_at(&event, "/type") })
}

fn github(secrets: &[&str], received: &Received<'_>) -> Result<Verified, Refusal> {
    let header = (received.header)("x-hub-signature-256").ok_or(Refusal::Unsigned)?;
    let given = header.strip_prefix("sha256=").and_then(from_hex).ok_or(Refusal::Unsigned)?;
    let macs = secrets.iter().map(|key| hmac_sha256(key.as_bytes(), &[received.body]));
    let mac = one_is(macs, &[given])?;
    // X-GitHub-Delivery is not signed: who repeats a request could give it another.
    Ok(Verified { id: hex(&mac), event: (received.header)("x-github-event").map(str::to_owned) })
}

fn slack(secrets: &[&str], received: &Received<'_>) -> Result<Verified, Refusal> {
    let time = (received.header)("x-slack-request-timestamp").ok_or(Refusal::Unsigned)?;
    let header = (received.header)("x-slack-signature").ok_or(Refusal::Unsigned)?;
    let given = header.strip_prefix("v0=").and_then(from_hex).ok_or(Refusal::Unsigned)?;
    let parts = [b"v0:", time.as_bytes(), b":", received.body];
    let mac = one_is(secrets.iter().map(|key| hmac_sha256(key.as_bytes(), &parts)), &[given])?;
    in_time(time, received.now)?;
    let event = document(received.body);
    let of = text_at(&event, "/event/type").or_else(|| text_at(&event, "/type"));
    Ok(Verified { id: named(&event, "/event_id", &mac), event: of })
}

fn generic(hmac: &Hmac, secrets: &[&str], received: &Received<'_>) -> Result<Verified, Refusal> {
    let header = (received.header)(&hmac.header).ok_or(Refusal::Unsigned)?;
    let text = header.strip_prefix(hmac.prefix.as_str()).ok_or(Refusal::Unsigned)?;
    let given = match hmac.encoding {
        Encoding::Hex => from_hex(text),
        Encoding::Base64 => STANDARD.decode(text).ok(),
    };
    let given = given.ok_or(Refusal::Unsigned)?;
    let time = match &hmac.timestamp_header {
        Some(name) => Some((received.header)(name).ok_or(Refusal::Unsigned)?),
        None => None,
    };
    let parts = hmac.signed(time.unwrap_or_default(), received.body);
    let macs = secrets.iter().map(|key| match hmac.algorithm {
        Algorithm::Sha256 => hmac_sha256(key.as_bytes(), &parts),
        Algorithm::Sha512 => hmac_sha512(key.as_bytes(), &parts),
    });
    let mac = one_is(macs, &[given])?;
    if let Some(time) = time {
        in_time(time, received.now)?;
    }
    let body = document(received.body);
    let id = hmac.id.as_ref().map_or_else(|| hex(&mac), |pointer| named(&body, pointer, &mac));
    Ok(Verified { id, event: hmac.event.as_ref().and_then(|pointer| text_at(&body, pointer)) })
}

/// The MAC that is one of those given.
fn one_is(macs: impl Iterator<Item = Vec<u8>>, given: &[Vec<u8>]) -> Result<Vec<u8>, Refusal> {
    if given.is_empty() {
        return Err(Refusal::Unsigned);
    }
    let mut found = None;
    for mac in macs {
        if given.iter().any(|one| !mac.is_empty() && bool::from(mac.ct_eq(one))) {
            found = Some(mac);
        }
    }
    found.ok_or(Refusal::Forged)
}

fn in_time(text: &str, now: i64) -> Result<(), Refusal> {
    let time: i64 = text.parse().map_err(|_| Refusal::Unsigned)?;
    // Seconds; some send milliseconds.
    let time = if time > 100_000_000_000 { time / 1000 } else { time };
    if time.abs_diff(now) > TOLERANCE.unsigned_abs() { Err(Refusal::Stale) } else { Ok(()) }
}

fn document(body: &[u8]) -> Value {
    serde_json::from_slice(body).unwrap_or(Value::Null)
}

fn text_at(document: &Value, pointer: &str) -> Option<String> {
    document.pointer(pointer)?.as_str().map(str::to_owned)
}

/// What the body says, else the signature.
fn named(document: &Value, pointer: &str, mac: &[u8]) -> String {
    let said = document.pointer(pointer).and_then(|value| match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    });
    said.filter(|id| !id.is_empty() && id.len() <= ID).unwrap_or_else(|| hex(mac))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |text, byte| text + &format!("{byte:02x}"))
}

fn from_hex(text: &str) -> Option<Vec<u8>> {
    if !text.len().is_multiple_of(2) || !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    text.as_bytes()
        .chunks(2)
        .map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok())
        .collect()
}
