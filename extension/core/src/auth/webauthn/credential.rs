//! A credential as rows have it, and as the library wants it.

use super::CREDENTIAL_ID;
use crate::auth::cbor::{self, Item};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use webauthn_rs::prelude::Passkey;

/// What `auth.webauthn_credentials` holds of one: the columns of Supabase Auth, so that its rows are good here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Credential {
    pub id: Vec<u8>,
    /// The COSE key as the authenticator wrote it.
    pub public_key: Vec<u8>,
    pub sign_count: u32,
    /// Whether the user was verified when it was made; such a credential always verifies.
    pub user_verified: bool,
    pub backup_eligible: bool,
    pub backed_up: bool,
    pub aaguid: [u8; 16],
    pub transports: Vec<String>,
}

impl Credential {
    /// The credential that a verified attestation object speaks of, with the parts that the library does not keep.
    pub(super) fn from_attestation(object: &[u8], transports: Vec<String>) -> Option<Self> {
        let (object, _) = cbor::decode(object)?;
        let data = object.bytes(&Item::Text("authData"))?;
        let flags = *data.get(32)?;
        let sign_count = u32::from_be_bytes(data.get(33..37)?.try_into().ok()?);
        let aaguid = data.get(37..53)?.try_into().ok()?;
        let length = usize::from(u16::from_be_bytes(data.get(53..55)?.try_into().ok()?));
        let (id, rest) = data.get(55..)?.split_at_checked(length)?;
        let (_, after) = cbor::decode(rest)?;
        let public_key = rest.get(..rest.len() - after.len())?;
        (length <= CREDENTIAL_ID && length > 0).then(|| Self {
            id: id.to_vec(),
            public_key: public_key.to_vec(),
            sign_count,
            user_verified: flags & 0x04 != 0,
            backup_eligible: flags & 0x08 != 0,
            backed_up: flags & 0x10 != 0,
            aaguid,
            transports,
        })
    }

    /// As the library keeps it. The registration policy is the weaker one: what a ceremony requires is said at that ceremony.
    pub(super) fn library(&self) -> Option<Passkey> {
        serde_json::from_value(json!({"cred": {
            "cred_id": URL_SAFE_NO_PAD.encode(&self.id),
            "cred": cose(&self.public_key)?,
            "counter": self.sign_count,
            "transports": null,
            "user_verified": self.user_verified,
            "backup_eligible": self.backup_eligible,
            "backup_state": self.backed_up,
            "registration_policy": "preferred",
            "extensions": {},
            "attestation": {"data": "None", "metadata": "None"},
            "attestation_format": "none",
        }}))
        .ok()
    }
}

/// A COSE key (RFC 9053) in the library's JSON: ES256, ES384 and RS256.
fn cose(key: &[u8]) -> Option<Value> {
    let (key, _) = cbor::decode(key)?;
    let part =
        |label: i128| key.bytes(&Item::Int(label)).map(|bytes| URL_SAFE_NO_PAD.encode(bytes));
    match (key.int(&Item::Int(1))?, key.int(&Item::Int(3))?) {
        (2, -7) if key.int(&Item::Int(-1))? == 1 => Some(
            json!({"type_": "ES256", "key": {"EC_EC2": {"curve": "SECP256R1", "x": part(-2)?, "y": part(-3)?}}}),
        ),
        (2, -35) if key.int(&Item::Int(-1))? == 2 => Some(
            json!({"type_": "ES384", "key": {"EC_EC2": {"curve": "SECP384R1", "x": part(-2)?, "y": part(-3)?}}}),
        ),
        (3, -257) => Some(
            json!({"type_": "RS256", "key": {"RSA": {"n": part(-1)?, "e": key.bytes(&Item::Int(-2))?}}}),
        ),
        _ => None,
    }
}
