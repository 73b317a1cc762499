//! Webhooks: `howdah_core::webhook` and `howdah_core::outside` for the functions of `sql/webhooks/`.

use crate::pg::claims;
use howdah_core::http::Headers;
use howdah_core::outside;
use howdah_core::webhook::inbound::{self, Received, Scheme};
use howdah_core::webhook::standard;
use pgrx::JsonB;
use pgrx::prelude::*;
use serde_json::{Value, json};

fn invalid(message: &str) -> ! {
    ereport!(ERROR, PgSqlErrorCode::ERRCODE_INVALID_PARAMETER_VALUE, message.to_owned());
}

/// The header webhook-signature: one signature a secret. Raises 22023 for a secret that is none.
#[pg_extern(schema = "howdah_private", immutable, strict, parallel_safe)]
fn webhook_sign(id: &str, timestamp: i64, body: &str, secrets: Vec<String>) -> String {
    let secrets: Vec<&str> = secrets.iter().map(String::as_str).collect();
    standard::sign(id, timestamp, body.as_bytes(), &secrets).unwrap_or_else(|error| invalid(&error))
}

/// An Ed25519 key that signs webhooks (`v1a`), made of random bytes: `whsk_…`.
#[pg_extern(schema = "howdah_private", volatile)]
fn webhook_make_key() -> String {
    let mut seed = zeroize::Zeroizing::new([0; 32]);
    if getrandom::fill(&mut *seed).is_err() {
        invalid("there are no random bytes");
    }
    standard::private_key(&*seed).unwrap_or_else(|error| invalid(&error))
}

/// What a receiver verifies with: the secret itself, or the public half (`whpk_…`) of a key. Raises 22023 for what is neither.
#[pg_extern(schema = "howdah_private", immutable, strict, parallel_safe)]
fn webhook_receivers(secret: &str) -> String {
    standard::receivers(secret).unwrap_or_else(|error| invalid(&error))
}

/// Raises 22023, with what would be right, unless what comes in can be verified with it: a secret or a public key.
#[pg_extern(schema = "howdah_private", immutable, strict, parallel_safe)]
fn webhook_check_receivers(secret: &str) {
    standard::check_receivers(secret).unwrap_or_else(|error| invalid(&error));
}

/// host:port of an address that the courier may be sent to, as far as its text tells; null if it may not.
#[pg_extern(schema = "howdah_private", immutable, strict, parallel_safe)]
fn outside_place(url: &str, allowed_hosts: Vec<String>) -> Option<String> {
    outside::check(url, &allowed_hosts).ok().map(|(url, _)| outside::place(&url))
}

fn scheme(kind: &str, options: &Value) -> Scheme {
    let Some(options) = options.as_object() else { invalid("options are an object") };
    Scheme::read(kind, options).unwrap_or_else(|error| invalid(&error))
}

/// Raises 22023, with what would be right, for a kind of signature that there is not.
#[pg_extern(schema = "howdah_private", immutable, strict, parallel_safe)]
fn webhook_check_scheme(kind: &str, options: JsonB) {
    scheme(kind, &options.0);
}

/// Judges the request that is being served: `{"id", "event"}`, or `{"refused": word}`.
#[pg_extern(schema = "howdah_private", stable, strict, parallel_restricted)]
fn webhook_verify(
    kind: &str,
    options: JsonB,
    secrets: Vec<String>,
    body: &[u8],
    now: i64,
) -> JsonB {
    let scheme = scheme(kind, &options.0);
    let secrets: Vec<&str> = secrets.iter().map(String::as_str).collect();
    let headers = claims::with_context(|context| context.headers.clone()).unwrap_or_default();
    let headers = Headers(&headers);
    let received = Received { header: &|name| headers.get(name), body, now };
    JsonB(match inbound::verify(&scheme, &secrets, &received) {
        Ok(verified) => json!({"id": verified.id, "event": verified.event}),
        Err(refusal) => json!({"refused": refusal.word()}),
    })
}

/// The fields of a form as an object; those given several times as arrays. Null for what is none.
#[pg_extern(schema = "howdah_private", immutable, strict, parallel_safe)]
fn form_fields(body: &[u8]) -> Option<JsonB> {
    let fields =
        howdah_core::route::merge(Vec::new(), "", Some("application/x-www-form-urlencoded"), body);
    let mut object = serde_json::Map::new();
    for field in fields.ok()? {
        let value = match field.value {
            howdah_core::route::Value::Text(text) => Value::String(text),
            howdah_core::route::Value::Many(texts) => texts.into(),
            _ => continue,
        };
        object.insert(field.name, value);
    }
    Some(JsonB(object.into()))
}
