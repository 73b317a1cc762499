//! A software authenticator (WebAuthn, ES256, attestation "none") in an honest browser; a test may change what it likes.

use crate::forge::base64url;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use p256::ecdsa::signature::Signer;
use p256::ecdsa::{Signature, SigningKey};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

/// One credential on one device.
#[derive(Clone)]
pub struct Authenticator {
    pub key: SigningKey,
    pub id: Vec<u8>,
    pub origin: String,
    /// User present 1, user verified 4, may be backed up 8, is backed up 16.
    pub flags: u8,
    /// Signature counter: what the next response says; 0 stays 0.
    pub counter: u32,
    pub user_handle: Option<Vec<u8>>,
}

impl Authenticator {
    /// A new device at this origin, which verifies its user and counts.
    pub fn new(origin: &str, seed: &str) -> Self {
        let digest = Sha256::digest(seed);
        let key = SigningKey::from_slice(&digest).unwrap_or_else(|e| panic!("{e}"));
        let id = Sha256::digest(digest).to_vec();
        Self { key, id, origin: origin.to_owned(), flags: 0x05, counter: 1, user_handle: None }
    }

    /// `navigator.credentials.create(options)`, as JSON.
    pub fn create(&mut self, options: &Value) -> Value {
        let handle =
            options["user"]["id"].as_str().unwrap_or_else(|| panic!("no user in {options}"));
        self.user_handle = Some(URL_SAFE_NO_PAD.decode(handle).unwrap_or_else(|e| panic!("{e}")));
        let client_data = self.client_data("webauthn.create", options);
        let mut data = self.data(&options["rp"]["id"], 0x40);
        let point = self.key.verifying_key().to_sec1_point(false);
        data.extend([0; 16]);
        data.extend((self.id.len() as u16).to_be_bytes());
        data.extend(&self.id);
        data.extend([0xa5, 1, 2, 3, 0x26, 0x20, 1, 0x21, 0x58, 32]);
        data.extend(point.x().into_iter().flatten());
        data.extend([0x22, 0x58, 32]);
        data.extend(point.y().into_iter().flatten());
        let mut object = b"\xa3\x63fmt\x64none\x67attStmt\xa0\x68authData\x58".to_vec();
        object.push(data.len() as u8);
        object.extend(data);
        self.count();
        self.credential(json!({
            "clientDataJSON": base64url(client_data),
            "attestationObject": base64url(object),
            "transports": ["internal"],
        }))
    }

    /// `navigator.credentials.get(options)`, as JSON.
    pub fn get(&mut self, options: &Value) -> Value {
        let client_data = self.client_data("webauthn.get", options);
        let data = self.data(&options["rpId"], 0);
        let mut signed = data.clone();
        signed.extend(Sha256::digest(&client_data));
        let signature: Signature = self.key.sign(&signed);
        self.count();
        self.credential(json!({
            "clientDataJSON": base64url(client_data),
            "authenticatorData": base64url(data),
            "signature": base64url(signature.to_der().as_bytes()),
            "userHandle": self.user_handle.as_ref().map(base64url),
        }))
    }

    fn client_data(&self, kind: &str, options: &Value) -> Vec<u8> {
        json!({"type": kind, "challenge": options["challenge"], "origin": self.origin, "crossOrigin": false})
            .to_string()
            .into_bytes()
    }

    fn data(&self, relying_party: &Value, more: u8) -> Vec<u8> {
        let mut data = Sha256::digest(relying_party.as_str().unwrap_or_default()).to_vec();
        data.push(self.flags | more);
        data.extend(self.counter.to_be_bytes());
        data
    }

    fn count(&mut self) {
        if self.counter > 0 {
            self.counter += 1;
        }
    }

    fn credential(&self, response: Value) -> Value {
        let id = base64url(&self.id);
        json!({
            "id": id, "rawId": id, "type": "public-key", "authenticatorAttachment": "platform",
            "clientExtensionResults": {}, "response": response,
        })
    }
}
