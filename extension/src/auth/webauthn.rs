//! Natives of WebAuthn: options for the browser, and whether its response is good. Bytes are hex in SQL's JSON, base64url in the
//! browser's.
//!
//! `party` is what [`webauthn_relying_party`] made of the settings. A response that is no good is told as `{"refused": why}`, not raised:
//! that it was tried must be remembered.

use super::invalid;
use howdah_core::auth::webauthn::{self, Credential, Descriptor, RelyingParty, User, Verification};
use pgrx::JsonB;
use pgrx::prelude::*;
use serde_json::{Value, json};

/// The relying party that the settings describe: `{"id", "name", "origins"}`, or `{"refused": what is missing}`.
#[pg_extern(schema = "howdah_private", immutable, strict, parallel_safe)]
fn webauthn_relying_party(site_url: &str, id: &str, origins: &str, name: &str) -> JsonB {
    JsonB(match RelyingParty::from_settings(site_url, id, origins, name) {
        Ok(party) => {
            json!({"id": party.id, "name": party.name, "origins": party.origins.join(",")})
        }
        Err(why) => json!({"refused": why}),
    })
}

/// What `navigator.credentials.create` is given. `user`: `{"id", "name", "display_name"}`; `exclude`: credentials that there are.
#[pg_extern(schema = "howdah_private", immutable, strict, parallel_safe)]
fn webauthn_creation_options(
    party: JsonB,
    user: JsonB,
    exclude: JsonB,
    challenge: &str,
    discoverable: bool,
    verification_required: bool,
    timeout_ms: i64,
) -> JsonB {
    let user = User {
        id: text(&user.0, "id").to_owned(),
        name: text(&user.0, "name").to_owned(),
        display_name: text(&user.0, "display_name").to_owned(),
    };
    JsonB(webauthn::creation(
        &relying_party(&party.0),
        &user,
        &descriptors(&exclude.0),
        challenge,
        discoverable,
        verification(verification_required),
        timeout_ms,
    ))
}

/// What `navigator.credentials.get` is given. `allow`: the credentials to choose from; empty: any that the authenticator offers.
#[pg_extern(schema = "howdah_private", immutable, strict, parallel_safe)]
fn webauthn_request_options(
    party: JsonB,
    allow: JsonB,
    challenge: &str,
    verification_required: bool,
    timeout_ms: i64,
) -> JsonB {
    JsonB(webauthn::request(
        &relying_party(&party.0),
        &descriptors(&allow.0),
        challenge,
        verification(verification_required),
        timeout_ms,
    ))
}

/// Verifies a new credential; returns what is kept of it, or why it is refused.
#[pg_extern(schema = "howdah_private", immutable, strict, parallel_safe)]
fn webauthn_register(
    party: JsonB,
    challenge: &str,
    verification_required: bool,
    response: JsonB,
) -> JsonB {
    let made = webauthn::register(
        &relying_party(&party.0),
        challenge,
        verification(verification_required),
        &response.0,
    );
    JsonB(match made {
        Ok(made) => json!({
            "credential_id": hex(&made.id),
            "public_key": hex(&made.public_key),
            "sign_count": made.sign_count,
            "user_verified": made.user_verified,
            "backup_eligible": made.backup_eligible,
            "backed_up": made.backed_up,
            "aaguid": hex(&made.aaguid),
            "transports": made.transports,
        }),
        Err(why) => json!({"refused": why}),
    })
}

/// Whose credential an assertion claims to be by: `{"credential_id", "user_id"}`; nothing of it is verified. NULL if it is none.
#[pg_extern(schema = "howdah_private", immutable, strict, parallel_safe)]
fn webauthn_identity(response: JsonB) -> Option<JsonB> {
    let told = webauthn::identity(&response.0).ok()?;
    Some(JsonB(json!({"credential_id": hex(&told.credential_id), "user_id": told.user_id})))
}

/// Verifies an assertion by the credential that is kept; returns its counter and flags, or why it is refused.
#[pg_extern(schema = "howdah_private", immutable, strict, parallel_safe)]
fn webauthn_authenticate(
    party: JsonB,
    challenge: &str,
    verification_required: bool,
    credential: JsonB,
    response: JsonB,
) -> JsonB {
    let told = webauthn::authenticate(
        &relying_party(&party.0),
        challenge,
        verification(verification_required),
        &kept(&credential.0),
        &response.0,
    );
    JsonB(match told {
        Ok(told) => json!({
            "sign_count": told.sign_count,
            "user_verified": told.user_verified,
            "backup_eligible": told.backup_eligible,
            "backed_up": told.backed_up,
        }),
        Err(why) => json!({"refused": why}),
    })
}

fn verification(required: bool) -> Verification {
    if required { Verification::Required } else { Verification::Preferred }
}

fn relying_party(party: &Value) -> RelyingParty {
    RelyingParty::from_settings("", text(party, "id"), text(party, "origins"), text(party, "name"))
        .unwrap_or_else(|error| invalid(&error))
}

fn descriptors(list: &Value) -> Vec<Descriptor> {
    list.as_array()
        .into_iter()
        .flatten()
        .map(|one| Descriptor {
            id: bytes(one, "credential_id"),
            transports: texts(one, "transports"),
        })
        .collect()
}

fn kept(credential: &Value) -> Credential {
    let flag = |name| credential.get(name).and_then(Value::as_bool).unwrap_or(false);
    Credential {
        id: bytes(credential, "credential_id"),
        public_key: bytes(credential, "public_key"),
        sign_count: credential
            .get("sign_count")
            .and_then(Value::as_u64)
            .and_then(|count| u32::try_from(count).ok())
            .unwrap_or_else(|| invalid("sign_count must be a number of 32 bits")),
        user_verified: flag("user_verified"),
        backup_eligible: flag("backup_eligible"),
        backed_up: flag("backed_up"),
        aaguid: [0; 16],
        transports: Vec::new(),
    }
}

fn text<'a>(object: &'a Value, name: &str) -> &'a str {
    object.get(name).and_then(Value::as_str).unwrap_or_default()
}

fn texts(object: &Value, name: &str) -> Vec<String> {
    let list = object.get(name).and_then(Value::as_array);
    list.into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
}

fn bytes(object: &Value, name: &str) -> Vec<u8> {
    let hex = text(object, name).as_bytes();
    hex.chunks(2)
        .map(|pair| {
            std::str::from_utf8(pair).ok().and_then(|pair| u8::from_str_radix(pair, 16).ok())
        })
        .collect::<Option<Vec<u8>>>()
        .filter(|bytes| 2 * bytes.len() == hex.len())
        .unwrap_or_else(|| invalid(&format!("{name} must be hex")))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
