//! What the browser is asked, as JSON (`PublicKeyCredentialCreationOptionsJSON`, `…RequestOptionsJSON`).

use super::{ALGORITHMS, RelyingParty, Verification};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

/// A credential as the browser is told of it.
#[derive(Debug, Clone)]
pub struct Descriptor {
    pub id: Vec<u8>,
    pub transports: Vec<String>,
}

impl Descriptor {
    fn json(&self) -> Value {
        let mut told = json!({"type": "public-key", "id": URL_SAFE_NO_PAD.encode(&self.id)});
        if let (Some(object), false) = (told.as_object_mut(), self.transports.is_empty()) {
            object.insert("transports".to_owned(), json!(self.transports));
        }
        told
    }
}

/// Whom a credential is made for.
#[derive(Debug, Clone)]
pub struct User {
    /// The user's id. Its text is the user handle, as in Supabase Auth, so that a credential made there is replaced, not doubled.
    pub id: String,
    pub name: String,
    pub display_name: String,
}

/// The options of `navigator.credentials.create`. `discoverable`: the authenticator must be able to offer it without being asked for it.
#[must_use]
pub fn creation(
    party: &RelyingParty,
    user: &User,
    exclude: &[Descriptor],
    challenge: &str,
    discoverable: bool,
    verification: Verification,
    timeout_ms: i64,
) -> Value {
    json!({
        "rp": {"id": party.id, "name": party.name},
        "user": {"id": URL_SAFE_NO_PAD.encode(&user.id), "name": user.name, "displayName": user.display_name},
        "challenge": challenge,
        "pubKeyCredParams": ALGORITHMS.map(|(_, alg)| json!({"type": "public-key", "alg": alg})),
        "timeout": timeout_ms,
        "excludeCredentials": exclude.iter().map(Descriptor::json).collect::<Vec<_>>(),
        "authenticatorSelection": {
            "residentKey": if discoverable { "required" } else { "discouraged" },
            "requireResidentKey": discoverable,
            "userVerification": verification.word(),
        },
        "attestation": "none",
        "extensions": {"credProps": true},
    })
}

/// The options of `navigator.credentials.get`. Nothing in `allow`: whichever credential the user picks, so that the answer tells nothing.
#[must_use]
pub fn request(
    party: &RelyingParty,
    allow: &[Descriptor],
    challenge: &str,
    verification: Verification,
    timeout_ms: i64,
) -> Value {
    json!({
        "rpId": party.id,
        "challenge": challenge,
        "timeout": timeout_ms,
        "allowCredentials": allow.iter().map(Descriptor::json).collect::<Vec<_>>(),
        "userVerification": verification.word(),
    })
}
