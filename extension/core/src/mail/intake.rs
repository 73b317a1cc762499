//! Notices of providers: whose they are, and which addresses they say to send nothing to.

use super::bounce;
use crate::auth::{email, seal::mac};
use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use p256::ecdsa::signature::Verifier;
use p256::pkcs8::DecodePublicKey;
use rsa::{Pkcs1v15Sign, RsaPublicKey};
use serde_json::Value;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

/// Seconds that a signed time may be off, where each attempt is signed anew.
const TOLERANCE: i64 = 300;
/// Where the time is that of the event: what is told twice suppresses once.
const DAY: i64 = 86_400;
/// Events of one notice.
const MOST: usize = 1000;

/// An address that is not to be sent to any more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// In normal form.
    pub address: String,
    /// bounce, complaint or unsubscribe
    pub reason: &'static str,
    pub detail: String,
}

/// A notice as it came.
pub struct Notice<'a> {
    /// By names in lower case.
    pub header: &'a dyn Fn(&str) -> Option<String>,
    pub body: &'a [u8],
    /// Seconds since 1970.
    pub now: i64,
}

impl Notice<'_> {
    fn header(&self, name: &str) -> Option<String> {
        (self.header)(name)
    }

    fn is_recent(&self, time: &str, tolerance: i64) -> bool {
        time.parse::<i64>().is_ok_and(|at| at.abs_diff(self.now) <= tolerance.unsigned_abs())
    }

    fn json(&self) -> Option<Value> {
        serde_json::from_slice(self.body).ok()
    }
}

/// Whether the notice is the provider's. `secret`: what it signs with, or what it is known by.
#[must_use]
pub fn is_genuine(kind: &str, secret: &str, notice: &Notice<'_>) -> bool {
    if secret.is_empty() {
        return false;
    }
    let genuine = match kind {
        "resend" => is_svix(secret, notice),
        "postmark" => is_basic(secret, notice),
        "sendgrid" => is_sendgrid(secret, notice),
        "mailgun" => is_mailgun(secret, notice),
        _ => None,
    };
    genuine.unwrap_or(false)
}

fn same(a: &[u8], b: &[u8]) -> bool {
    bool::from(a.ct_eq(b))
}

/// The scheme of Svix, which Standard Webhooks has become.
fn is_svix(secret: &str, notice: &Notice<'_>) -> Option<bool> {
    let of = |name: &str| {
        notice.header(&format!("svix-{name}")).or_else(|| notice.header(&format!("webhook-{name}")))
    };
    let (id, time, signatures) = (of("id")?, of("timestamp")?, of("signature")?);
    let key = BASE64.decode(secret.strip_prefix("whsec_").unwrap_or(secret)).ok()?;
    let signed = [id.as_bytes(), b".", time.as_bytes(), b".", notice.body].concat();
    let expected = BASE64.encode(mac(&key, &signed));
    let fits = signatures
        .split(' ')
        .filter_map(|one| one.strip_prefix("v1,"))
        .any(|one| same(one.as_bytes(), expected.as_bytes()));
    Some(fits && notice.is_recent(&time, TOLERANCE))
}

/// Postmark signs nothing: the URL that it is given has a user and a password, `user:password`.
fn is_basic(secret: &str, notice: &Notice<'_>) -> Option<bool> {
    let given = notice.header("authorization")?;
    let (scheme, credentials) = given.split_once(' ')?;
    let expected = BASE64.encode(secret);
    Some(
        scheme.eq_ignore_ascii_case("basic")
            && same(credentials.trim().as_bytes(), expected.as_bytes()),
    )
}

/// ECDSA over P-256; the secret is SendGrid's public key in base64.
fn is_sendgrid(secret: &str, notice: &Notice<'_>) -> Option<bool> {
    let time = notice.header("x-twilio-email-event-webhook-timestamp")?;
    let signature = BASE64.decode(notice.header("x-twilio-email-event-webhook-signature")?).ok()?;
    let signature = p256::ecdsa::Signature::from_der(&signature).ok()?;
    let key = p256::ecdsa::VerifyingKey::from_public_key_der(&BASE64.decode(secret).ok()?).ok()?;
    let signed = [time.as_bytes(), notice.body].concat();
    Some(key.verify(&signed, &signature).is_ok() && notice.is_recent(&time, DAY))
}

fn is_mailgun(secret: &str, notice: &Notice<'_>) -> Option<bool> {
    let json = notice.json()?;
    let of = |member: &str| json.get("signature")?.get(member)?.as_str().map(str::to_owned);
    let (time, token, signature) = (of("timestamp")?, of("token")?, of("signature")?);
    let expected = super::sigv4::hex(&mac(secret.as_bytes(), format!("{time}{token}").as_bytes()));
    Some(same(signature.as_bytes(), expected.as_bytes()) && notice.is_recent(&time, DAY))
}

/// What the notice says; nothing of what it tells for information only (delivered, opened, a full mailbox).
#[must_use]
pub fn events(kind: &str, body: &[u8]) -> Vec<Event> {
    let Ok(json) = serde_json::from_slice::<Value>(body) else { return Vec::new() };
    let mut found = Vec::new();
    match kind {
        "resend" => resend(&json, &mut found),
        "postmark" => postmark(&json, &mut found),
        "sendgrid" => json
            .as_array()
            .into_iter()
            .flatten()
            .take(MOST)
            .for_each(|one| sendgrid(one, &mut found)),
        "mailgun" => mailgun(&json, &mut found),
        "ses" => ses(&json, &mut found),
        _ => {}
    }
    found
}

fn text<'a>(value: &'a Value, pointer: &str) -> &'a str {
    value.pointer(pointer).and_then(Value::as_str).unwrap_or_default()
}

fn push(found: &mut Vec<Event>, address: &str, reason: &'static str, detail: &str) {
    // Some write `Ada <ada@example.com>`.
    let address = address.rsplit_once('<').map_or(address, |(_, rest)| rest.trim_end_matches('>'));
    if let Some(address) = email::normalize(address.trim()) {
        let detail = detail.chars().filter(|c| !c.is_control()).take(500).collect();
        found.push(Event { address, reason, detail });
    }
}

fn resend(json: &Value, found: &mut Vec<Event>) {
    let reason = match text(json, "/type") {
        "email.bounced" if text(json, "/data/bounce/type").eq_ignore_ascii_case("transient") => {
            return;
        }
        "email.bounced" => "bounce",
        "email.complained" => "complaint",
        _ => return,
    };
    for to in json.pointer("/data/to").and_then(Value::as_array).into_iter().flatten().take(MOST) {
        push(found, to.as_str().unwrap_or_default(), reason, text(json, "/data/bounce/message"));
    }
}

fn postmark(json: &Value, found: &mut Vec<Event>) {
    let address = text(json, "/Email");
    match text(json, "/RecordType") {
        "Bounce"
            if matches!(
                text(json, "/Type"),
                "HardBounce" | "BadEmailAddress" | "ManuallyDeactivated"
            ) =>
        {
            push(found, address, "bounce", text(json, "/Description"));
        }
        "Bounce" if text(json, "/Type") == "SpamComplaint" => push(found, address, "complaint", ""),
        "SpamComplaint" => push(found, address, "complaint", ""),
        "SubscriptionChange" if json["SuppressSending"] == true => {
            push(found, text(json, "/Recipient"), "unsubscribe", text(json, "/SuppressionReason"));
        }
        _ => {}
    }
}

fn sendgrid(one: &Value, found: &mut Vec<Event>) {
    let address = text(one, "/email");
    match text(one, "/event") {
        // A block passes, a bounce does not.
        "bounce" if text(one, "/type") != "blocked" => {
            push(found, address, "bounce", text(one, "/reason"))
        }
        "spamreport" => push(found, address, "complaint", ""),
        "unsubscribe" | "group_unsubscribe" => push(found, address, "unsubscribe", ""),
        _ => {}
    }
}

fn mailgun(json: &Value, found: &mut Vec<Event>) {
    let of = |pointer: &str| text(json, &format!("/event-data{pointer}"));
    match of("/event") {
        "failed" if of("/severity") == "permanent" => {
            let status = format!(
                "{} {}",
                of("/delivery-status/enhanced-code"),
                of("/delivery-status/message")
            );
            let code = json
                .pointer("/event-data/delivery-status/code")
                .and_then(Value::as_u64)
                .unwrap_or(0);
            let known = matches!(of("/reason"), "bounce" | "suppress-bounce");
            if known || bounce::is_hard(u16::try_from(code).unwrap_or(0), &status) {
                push(found, of("/recipient"), "bounce", &status);
            }
        }
        "complained" => push(found, of("/recipient"), "complaint", ""),
        "unsubscribed" => push(found, of("/recipient"), "unsubscribe", ""),
        _ => {}
    }
}

/// The message within a notification of SNS.
fn ses(json: &Value, found: &mut Vec<Event>) {
    let Ok(message) = serde_json::from_str::<Value>(text(json, "/Message")) else { return };
    let kind = match text(&message, "/notificationType") {
        "" => text(&message, "/eventType"),
        kind => kind,
    };
    let (list, reason) = match kind {
        "Bounce" if text(&message, "/bounce/bounceType") == "Permanent" => {
            ("/bounce/bouncedRecipients", "bounce")
        }
        "Complaint" => ("/complaint/complainedRecipients", "complaint"),
        _ => return,
    };
    for one in message.pointer(list).and_then(Value::as_array).into_iter().flatten().take(MOST) {
        push(found, text(one, "/emailAddress"), reason, text(one, "/diagnosticCode"));
    }
}

/// Where the certificate of a notification of SNS is, if it says a place of Amazon's.
#[must_use]
pub fn sns_certificate_url(body: &[u8]) -> Option<String> {
    let json: Value = serde_json::from_slice(body).ok()?;
    let url = text(&json, "/SigningCertURL");
    is_sns(url).then(|| url.to_owned()).filter(|url| url.ends_with(".pem"))
}

/// `https://sns.<region>.amazonaws.com/…`, and nothing that could be read as another host.
#[must_use]
pub fn is_sns(url: &str) -> bool {
    let Some((host, path)) = url.strip_prefix("https://").and_then(|rest| rest.split_once('/'))
    else {
        return false;
    };
    let region = host.strip_prefix("sns.").and_then(|rest| {
        rest.strip_suffix(".amazonaws.com").or_else(|| rest.strip_suffix(".amazonaws.com.cn"))
    });
    region.is_some_and(|region| {
        !region.is_empty()
            && region.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
    }) && path.bytes().all(|b| b.is_ascii_graphic() && !b"\\<>\"#@".contains(&b))
}

/// Whether a notification of SNS is signed with the certificate's key.
#[must_use]
pub fn is_sns_genuine(body: &[u8], certificate: &str) -> bool {
    sns_verified(body, certificate).unwrap_or(false)
}

fn sns_verified(body: &[u8], certificate: &str) -> Option<bool> {
    let json: Value = serde_json::from_slice(body).ok()?;
    let members: &[&str] = match text(&json, "/Type") {
        "Notification" => &["Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type"],
        "SubscriptionConfirmation" | "UnsubscribeConfirmation" => {
            &["Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type"]
        }
        _ => return None,
    };
    let mut signed = String::new();
    for member in members {
        if let Some(value) = json.get(member).and_then(Value::as_str) {
            signed.push_str(&format!("{member}\n{value}\n"));
        }
    }
    let signature = BASE64.decode(text(&json, "/Signature")).ok()?;
    let key = certificate_key(certificate)?;
    let verified = match text(&json, "/SignatureVersion") {
        "1" => {
            key.verify(Pkcs1v15Sign::new::<sha1::Sha1>(), &sha1::Sha1::digest(&signed), &signature)
        }
        "2" => key.verify(Pkcs1v15Sign::new::<Sha256>(), &Sha256::digest(&signed), &signature),
        _ => return None,
    };
    Some(verified.is_ok())
}

/// The RSA key of a certificate in PEM. The certificate itself came over HTTPS from Amazon's host: that is what vouches for it.
fn certificate_key(pem: &str) -> Option<RsaPublicKey> {
    let inner =
        pem.split_once("-----BEGIN CERTIFICATE-----")?.1.split_once("-----END CERTIFICATE-----")?.0;
    let der = BASE64.decode(inner.split_ascii_whitespace().collect::<String>()).ok()?;
    // Certificate → tbsCertificate → [version] serial signature issuer validity subject subjectPublicKeyInfo.
    let (_, certificate, _) = element(&der)?;
    let (_, mut rest, _) = element(certificate)?;
    let mut skip = 5;
    loop {
        let (tag, _, after) = element(rest)?;
        if skip == 0 {
            let whole = rest.get(..rest.len() - after.len())?;
            return RsaPublicKey::from_public_key_der(whole).ok();
        }
        // The version is there or not.
        skip -= usize::from(tag != 0xa0);
        rest = after;
    }
}

/// Tag, content, and what is after it.
fn element(der: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let (tag, rest) = der.split_first()?;
    let (first, rest) = rest.split_first()?;
    let (length, rest) = match first {
        short @ 0..=0x7f => (usize::from(*short), rest),
        0x81..=0x83 => {
            let (bytes, rest) = rest.split_at_checked(usize::from(first & 0x7f))?;
            (bytes.iter().fold(0, |length, b| length << 8 | usize::from(*b)), rest)
        }
        _ => return None,
    };
    let (content, after) = rest.split_at_checked(length)?;
    Some((*tag, content, after))
}

#[cfg(test)]
#[path = "intake_tests.rs"]
mod tests;
