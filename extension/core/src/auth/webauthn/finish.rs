//! The second half of a ceremony: is the response to this challenge, for this relying party, by this key?

use super::{ALGORITHMS, Credential, RelyingParty, Verification};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use webauthn_rs::prelude::{
    PasskeyAuthentication, PasskeyRegistration, PublicKeyCredential, RegisterPublicKeyCredential,
};

/// Most transports that are kept of a credential, and the longest name of one.
const TRANSPORTS: usize = 8;

/// Whose credential a response claims to be by, before anything of it is verified.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    pub credential_id: Vec<u8>,
    /// The user handle, as text (Supabase Auth) or as the 16 bytes of a UUID.
    pub user_id: Option<String>,
}

/// What a verified assertion says of its credential.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Assertion {
    pub sign_count: u32,
    pub user_verified: bool,
    pub backup_eligible: bool,
    pub backed_up: bool,
}

/// Verifies the response of `navigator.credentials.create`.
///
/// # Errors
/// Why not: for the audit log, never for the client.
pub fn register(
    party: &RelyingParty,
    challenge: &str,
    verification: Verification,
    response: &Value,
) -> Result<Credential, String> {
    let state: PasskeyRegistration = library(json!({"rs": {
        "policy": verification.word(),
        "exclude_credentials": [],
        "challenge": challenge,
        "credential_algorithms": ALGORITHMS.map(|(name, _)| name),
        "require_resident_key": false,
        "authenticator_attachment": null,
        "extensions": {"credProps": true},
        "allow_synchronised_authenticators": true,
    }}))?;
    let response = with_padding_removed(response);
    let parsed: RegisterPublicKeyCredential = library(response.clone())?;
    if parsed.type_ != "public-key" {
        return Err("the credential is of another type".to_owned());
    }
    party
        .verifier()
        .finish_passkey_registration(&parsed, &state)
        .map_err(|error| error.to_string())?;
    Credential::from_attestation(&parsed.response.attestation_object, transports(&response))
        .filter(|made| made.library().is_some())
        .ok_or_else(|| "the credential can't be kept".to_owned())
}

/// Who the response of `navigator.credentials.get` says that it is by.
///
/// # Errors
/// If it is no such response.
pub fn identity(response: &Value) -> Result<Identity, String> {
    let parsed: PublicKeyCredential = library(with_padding_removed(response))?;
    let user_id =
        parsed.get_user_unique_id().and_then(|handle| match <[u8; 16]>::try_from(handle) {
            Ok(bytes) => Some(uuid(&bytes)),
            Err(_) => std::str::from_utf8(handle).ok().map(str::to_owned),
        });
    Ok(Identity { credential_id: parsed.get_credential_id().to_vec(), user_id })
}

/// Verifies the response of `navigator.credentials.get` by `credential`, its signature counter included.
///
/// # Errors
/// Why not: for the audit log, never for the client.
pub fn authenticate(
    party: &RelyingParty,
    challenge: &str,
    verification: Verification,
    credential: &Credential,
    response: &Value,
) -> Result<Assertion, String> {
    let passkey = credential.library().ok_or("the kept credential has a key that can't be used")?;
    let passkey = serde_json::to_value(passkey).map_err(|error| error.to_string())?;
    let state: PasskeyAuthentication = library(json!({"ast": {
        "credentials": [passkey.get("cred")],
        "policy": verification.word(),
        "challenge": challenge,
        "appid": null,
        "allow_backup_eligible_upgrade": true,
    }}))?;
    let parsed: PublicKeyCredential = library(with_padding_removed(response))?;
    if parsed.type_ != "public-key" {
        return Err("the credential is of another type".to_owned());
    }
    same_origin(&parsed.response.client_data_json)?;
    let result = party
        .verifier()
        .finish_passkey_authentication(&parsed, &state)
        .map_err(|error| error.to_string())?;
    Ok(Assertion {
        sign_count: result.counter(),
        user_verified: result.user_verified(),
        backup_eligible: result.backup_eligible(),
        backed_up: result.backup_state(),
    })
}

/// The library checks this of registrations only: a page that frames ours must not have its user sign in there.
fn same_origin(client_data: &[u8]) -> Result<(), String> {
    let data: Value = serde_json::from_slice(client_data).map_err(|error| error.to_string())?;
    let framed = data.get("crossOrigin").and_then(Value::as_bool).unwrap_or(false)
        || data.get("topOrigin").is_some();
    if framed { Err("the ceremony ran inside another site".to_owned()) } else { Ok(()) }
}

fn library<T: DeserializeOwned>(value: Value) -> Result<T, String> {
    serde_json::from_value(value).map_err(|error| error.to_string())
}

/// base64url is written without padding; some clients pad it all the same.
fn with_padding_removed(response: &Value) -> Value {
    let mut response = response.clone();
    let strip = |value: Option<&mut Value>| {
        if let Some(Value::String(text)) = value {
            text.truncate(text.trim_end_matches('=').len());
        }
    };
    strip(response.get_mut("rawId"));
    for name in
        ["attestationObject", "clientDataJSON", "authenticatorData", "signature", "userHandle"]
    {
        strip(response.pointer_mut(&format!("/response/{name}")));
    }
    response
}

fn transports(response: &Value) -> Vec<String> {
    response
        .pointer("/response/transports")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .filter(|name| {
            ["ble", "cable", "hybrid", "internal", "nfc", "smart-card", "usb"].contains(name)
        })
        .take(TRANSPORTS)
        .map(str::to_owned)
        .collect()
}

pub(super) fn uuid(bytes: &[u8; 16]) -> String {
    let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    let part = |from: usize, to: usize| hex.get(from..to).unwrap_or_default();
    [part(0, 8), part(8, 12), part(12, 16), part(16, 20), part(20, 32)].join("-")
}
