//! A provider that signs ID tokens, of a test's own: its row and its key set are in the database, nothing of it is on the network.

use crate::database::literal;
use crate::forge::{base64url, now};
use crate::server::Howdah;
use p256::ecdsa::signature::Signer;
use p256::ecdsa::{Signature, SigningKey};
use serde_json::{Value, json};

pub struct Issuer {
    /// Of the row in `auth.providers`, and in the issuer's URL.
    pub name: String,
    key: SigningKey,
}

impl Issuer {
    /// A generic OIDC provider. `seed` makes its key.
    #[track_caller]
    pub fn new(howdah: &Howdah, seed: u8) -> Self {
        let id = howdah.value("SELECT replace(gen_random_uuid()::text, '-', '')");
        let key = SigningKey::from_slice(&[seed; 32]).expect("a scalar");
        let issuer = Self { name: format!("t{id}"), key };
        let options = json!({
            "authorization_endpoint": format!("{}/auth", issuer.url()),
            "token_endpoint": format!("{}/token", issuer.url()),
            "jwks_uri": format!("{}/jwks", issuer.url()),
        });
        howdah.sql(&format!(
            "SELECT auth.set_provider({}, 'client', 'secret', kind => 'oidc', issuer => {}, options => {}::jsonb); \
             INSERT INTO auth.provider_documents (url, document, fetched_at, expires_at) \
             VALUES ({}, {}::jsonb, now(), now() + interval '1 day')",
            literal(&issuer.name),
            literal(&issuer.url()),
            literal(&options.to_string()),
            literal(&format!("{}/jwks", issuer.url())),
            literal(&issuer.jwks().to_string()),
        ));
        issuer
    }

    pub fn url(&self) -> String {
        format!("https://{}.example.com", self.name)
    }

    fn jwks(&self) -> Value {
        let point = self.key.verifying_key().to_sec1_point(false);
        json!({"keys": [{
            "kty": "EC", "crv": "P-256", "alg": "ES256", "kid": "k",
            "x": base64url(point.x().expect("x")), "y": base64url(point.y().expect("y")),
        }]})
    }

    /// An ID token of now for our client, with more or other claims.
    pub fn token(&self, more: Value) -> String {
        let mut claims = json!({
            "iss": self.url(), "aud": "client", "iat": now(), "exp": now() + 300,
        });
        for (name, value) in more.as_object().expect("an object") {
            claims[name] = value.clone();
        }
        let header = json!({"alg": "ES256", "kid": "k", "typ": "JWT"});
        let message =
            format!("{}.{}", base64url(header.to_string()), base64url(claims.to_string()));
        let signature: Signature = self.key.sign(message.as_bytes());
        format!("{message}.{}", base64url(signature.to_bytes()))
    }
}
