//! DKIM signatures (RFC 6376), rsa-sha256, relaxed/relaxed.

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use ring::rand::SystemRandom;
use ring::signature::{RSA_PKCS1_SHA256, RsaKeyPair};
use sha2::{Digest, Sha256};
use std::collections::HashSet;

use super::dkim_key;

/// Headers that are signed where they are there. From is signed once more than it is there, so that another cannot be added.
const SIGNED: &[&str] = &[
    "from",
    "to",
    "cc",
    "reply-to",
    "subject",
    "date",
    "message-id",
    "mime-version",
    "content-type",
    "content-transfer-encoding",
    "in-reply-to",
    "references",
    "list-unsubscribe",
    "list-unsubscribe-post",
];

/// Signs for a domain.
pub struct Signer {
    domain: String,
    selector: String,
    key: RsaKeyPair,
}

impl Signer {
    /// # Errors
    /// Unless domain and selector are names, and the key is an RSA key in PEM.
    pub fn new(domain: &str, selector: &str, key: &str) -> Result<Self, String> {
        if !is_name(domain) || !is_name(selector) {
            return Err("domain and selector must be names of DNS".to_owned());
        }
        Ok(Self { domain: domain.to_owned(), selector: selector.to_owned(), key: pair(key)? })
    }

    /// The header to put before `message`.
    ///
    /// # Errors
    /// Only if the key cannot sign.
    pub fn sign(&self, message: &[u8]) -> Result<Vec<u8>, String> {
        let (head, body) = split(message);
        let headers = headers(head);
        let mut names: Vec<&str> = Vec::new();
        for signed in SIGNED {
            let times = headers.iter().filter(|(name, _)| name == signed).count();
            let more = usize::from(*signed == "from");
            names.extend(std::iter::repeat_n(*signed, times + more));
        }
        let body_hash = BASE64.encode(Sha256::digest(relaxed_body(body)));
        let mut header = format!(
            "DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed; d={}; s={};\r\n h={};\r\n bh={body_hash};\r\n b=",
            self.domain,
            self.selector,
            folded(&names)
        );
        let mut signed: String = signed_lines(&headers, &names).concat();
        let (name, value) = header.split_once(':').unwrap_or_default();
        signed.push_str(&relaxed_header(&name.to_ascii_lowercase(), value));
        let mut signature = vec![0; self.key.public().modulus_len()];
        self.key
            .sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), signed.as_bytes(), &mut signature)
            .map_err(|_| "the key cannot sign".to_owned())?;
        let signature = BASE64.encode(signature);
        for (at, line) in signature.as_bytes().chunks(70).enumerate() {
            header.push_str(if at == 0 { "" } else { "\r\n  " });
            header.push_str(&String::from_utf8_lossy(line));
        }
        header.push_str("\r\n");
        Ok(header.into_bytes())
    }
}

/// Labels of letters, digits, hyphens and underscores.
#[must_use]
pub fn is_name(text: &str) -> bool {
    (1..=253).contains(&text.len())
        && text.split('.').all(|label| {
            (1..=63).contains(&label.len())
                && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
        })
}

fn pair(pem: &str) -> Result<RsaKeyPair, String> {
    RsaKeyPair::from_pkcs8(&dkim_key::pkcs8(pem)?).map_err(|_| "the key cannot sign".to_owned())
}

fn folded(names: &[&str]) -> String {
    let mut made = String::new();
    let mut width = 3;
    for (at, name) in names.iter().enumerate() {
        if at > 0 {
            made.push(':');
            if width + name.len() > 70 {
                made.push_str("\r\n  ");
                width = 2;
            }
        }
        made.push_str(name);
        width += name.len() + 1;
    }
    made
}

fn split(message: &[u8]) -> (&[u8], &[u8]) {
    match message.windows(4).position(|four| four == b"\r\n\r\n") {
        Some(at) => {
            (message.get(..at + 2).unwrap_or_default(), message.get(at + 4..).unwrap_or_default())
        }
        None => (message, &[]),
    }
}

/// Names in lower case, values with their folds, in order.
fn headers(head: &[u8]) -> Vec<(String, String)> {
    let text = String::from_utf8_lossy(head);
    let mut found: Vec<(String, String)> = Vec::new();
    for line in text.split_inclusive("\r\n") {
        match (line.starts_with([' ', '\t']), found.last_mut()) {
            (true, Some((_, value))) => value.push_str(line),
            _ => {
                if let Some((name, value)) = line.split_once(':') {
                    found.push((name.trim_end().to_ascii_lowercase(), value.to_owned()));
                }
            }
        }
    }
    found
}

/// Of a name that is there several times, the last is taken first; of one that is not there any more, nothing.
fn signed_lines(headers: &[(String, String)], names: &[&str]) -> Vec<String> {
    let mut taken = HashSet::new();
    let mut lines = Vec::new();
    for wanted in names {
        let found = headers
            .iter()
            .enumerate()
            .rev()
            .find(|(at, (name, _))| name == wanted && !taken.contains(at));
        if let Some((at, (name, value))) = found {
            taken.insert(at);
            lines.push(relaxed_header(name, value) + "\r\n");
        }
    }
    lines
}

/// RFC 6376, 3.4.2, without the end of the line.
fn relaxed_header(name: &str, value: &str) -> String {
    let unfolded = value.replace("\r\n", "");
    let words: Vec<&str> = unfolded.split([' ', '\t']).filter(|word| !word.is_empty()).collect();
    format!("{name}:{}", words.join(" "))
}

/// RFC 6376, 3.4.4.
fn relaxed_body(body: &[u8]) -> Vec<u8> {
    let mut made = Vec::with_capacity(body.len());
    let mut lines: Vec<&[u8]> = Vec::new();
    let mut rest = body;
    while !rest.is_empty() {
        let end = rest.windows(2).position(|two| two == b"\r\n");
        let (line, after) = match end {
            Some(at) => (rest.get(..at), rest.get(at + 2..)),
            None => (Some(rest), None),
        };
        lines.push(line.unwrap_or_default());
        rest = after.unwrap_or_default();
    }
    let mut empty = 0;
    for line in lines {
        let mut reduced = Vec::with_capacity(line.len());
        let mut space = false;
        for b in line {
            if matches!(b, b' ' | b'\t') {
                space = true;
                continue;
            }
            if std::mem::take(&mut space) {
                reduced.push(b' ');
            }
            reduced.push(*b);
        }
        if reduced.is_empty() {
            empty += 1;
            continue;
        }
        for _ in 0..std::mem::take(&mut empty) {
            made.extend_from_slice(b"\r\n");
        }
        made.extend_from_slice(&reduced);
        made.extend_from_slice(b"\r\n");
    }
    made
}

#[cfg(test)]
#[path = "dkim_tests.rs"]
mod tests;
