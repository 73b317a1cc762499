//! Keys: what verifies, what signs, and what of them is public.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use p256::SecretKey;
use p256::pkcs8::EncodePrivateKey;
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

use super::es256::{Private, Public};
use crate::limits;

/// Bytes that an HS256 secret has at least (RFC 7518, 3.2).
pub const HS256_MIN: usize = 32;
/// HS256 keys that a token without `kid` is tried against.
pub const HS256_TRIED: usize = 4;

/// One key, one algorithm: the key decides, never the token (RFC 8725, 3.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Algorithm {
    Es256,
    Hs256,
}

impl Algorithm {
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Es256 => "ES256",
            Self::Hs256 => "HS256",
        }
    }
}

/// What a key's tokens are for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    Session,
    /// API keys: long-lived, revoked one by one by their `jti`.
    Api,
}

/// A key that verifies.
#[derive(Clone)]
pub struct VerifyKey {
    pub kid: String,
    pub purpose: Purpose,
    /// Unix seconds from which on it no longer verifies.
    pub retires_at: Option<i64>,
    material: Material,
}

#[derive(Clone)]
enum Material {
    Es256(Box<Public>),
    Hs256(Box<Hmac<Sha256>>),
}

impl std::fmt::Debug for VerifyKey {
    /// Without the key itself.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("VerifyKey")
            .field("kid", &self.kid)
            .field("alg", &self.algorithm())
            .field("purpose", &self.purpose)
            .field("retires_at", &self.retires_at)
            .finish_non_exhaustive()
    }
}

impl VerifyKey {
    /// An ES256 key from its public JWK (RFC 7517); `kid` is the one given, not the document's.
    ///
    /// # Errors
    /// Names what is wrong with the document or the `kid`.
    pub fn es256(kid: &str, jwk: &str, purpose: Purpose) -> Result<Self, String> {
        let jwk: Value = serde_json::from_str(jwk)
            .map_err(|_| "the public key is no JSON document".to_owned())?;
        let member = |name| jwk.get(name).and_then(Value::as_str).unwrap_or_default();
        if member("kty") != "EC" || member("crv") != "P-256" {
            return Err("the public key must have kty EC and crv P-256".to_owned());
        }
        let coordinate = |name| -> Result<[u8; 32], String> {
            let bytes = URL_SAFE_NO_PAD.decode(member(name)).unwrap_or_default();
            bytes
                .try_into()
                .map_err(|_| format!("{name} of the public key must be 32 bytes in base64url"))
        };
        let key = Public::from_coordinates(&coordinate("x")?, &coordinate("y")?)
            .ok_or("the public key is no point of P-256")?;
        Self::new(kid, purpose, Material::Es256(Box::new(key)))
    }

    /// An imported HS256 secret, as raw bytes.
    ///
    /// # Errors
    /// If it is shorter than [`HS256_MIN`] (RFC 7518, 3.2), or the `kid` is not fit.
    pub fn hs256(kid: &str, secret: &[u8], purpose: Purpose) -> Result<Self, String> {
        if secret.len() < HS256_MIN {
            return Err(format!(
                "an HS256 secret needs at least {HS256_MIN} bytes, this one has {}: make a longer one where the tokens are issued",
                secret.len()
            ));
        }
        let key = Hmac::new_from_slice(secret).map_err(|e| e.to_string())?;
        Self::new(kid, purpose, Material::Hs256(Box::new(key)))
    }

    fn new(kid: &str, purpose: Purpose, material: Material) -> Result<Self, String> {
        check_kid(kid)?;
        Ok(Self { kid: kid.to_owned(), purpose, retires_at: None, material })
    }

    /// The same key, which stops to verify at `at` (Unix seconds).
    #[must_use]
    pub fn retiring(mut self, at: Option<i64>) -> Self {
        self.retires_at = at;
        self
    }

    #[must_use]
    pub fn algorithm(&self) -> Algorithm {
        match self.material {
            Material::Es256(_) => Algorithm::Es256,
            Material::Hs256(_) => Algorithm::Hs256,
        }
    }

    /// Whether `signature` (raw: 64 bytes of r and s, or 32 of MAC) is this key's of `message`.
    pub(super) fn verifies(&self, message: &[u8], signature: &[u8]) -> bool {
        match &self.material {
            Material::Es256(key) => key.verifies(message, signature),
            Material::Hs256(key) => {
                let mut mac = (**key).clone();
                mac.update(message);
                mac.verify_slice(signature).is_ok()
            }
        }
    }

    fn public_jwk(&self) -> Option<Value> {
        match &self.material {
            Material::Es256(key) => Some(jwk(&self.kid, key)),
            Material::Hs256(_) => None,
        }
    }
}

/// Every key that may verify a token now.
#[derive(Debug, Clone, Default)]
pub struct KeySet(Vec<VerifyKey>);

impl KeySet {
    #[must_use]
    pub fn new(keys: Vec<VerifyKey>) -> Self {
        Self(keys)
    }

    #[must_use]
    pub fn keys(&self) -> &[VerifyKey] {
        &self.0
    }

    /// Keys that a token may be tried with: the one its `kid` names; without a `kid`, the first
    /// [`HS256_TRIED`] imported HS256 ones (their issuers set none, ours always do).
    pub(super) fn candidates<'k>(
        &'k self,
        kid: Option<&'k str>,
        algorithm: Algorithm,
        now: i64,
    ) -> impl Iterator<Item = (usize, &'k VerifyKey)> {
        let most = if kid.is_some() { 1 } else { HS256_TRIED };
        self.0
            .iter()
            .enumerate()
            .filter(move |(_, key)| match kid {
                Some(kid) => key.kid == kid,
                None => key.algorithm() == Algorithm::Hs256,
            })
            .filter(move |(_, key)| key.algorithm() == algorithm)
            .filter(move |(_, key)| key.retires_at.is_none_or(|at| now < at))
            .take(most)
    }

    /// The JWK set (RFC 7517, 5) of the public keys that verify at `now`; secrets are never in it.
    #[must_use]
    pub fn jwks(&self, now: i64) -> String {
        let keys: Vec<Value> = self
            .0
            .iter()
            .filter(|key| key.retires_at.is_none_or(|at| now < at))
            .filter_map(VerifyKey::public_jwk)
            .collect();
        json!({ "keys": keys }).to_string()
    }
}

/// A key that signs. HS256 is never signed with: such secrets are imported, shared with others.
pub struct SigningKey {
    kid: String,
    key: Private,
}

impl SigningKey {
    /// From PKCS#8 DER, as [`generate_es256`] makes it.
    ///
    /// # Errors
    /// If it is no such key, or the `kid` is not fit.
    pub fn from_pkcs8(kid: &str, der: &[u8]) -> Result<Self, String> {
        check_kid(kid)?;
        let key = Private::from_pkcs8(der).ok_or("the secret is no PKCS#8 private key of P-256")?;
        Ok(Self { kid: kid.to_owned(), key })
    }

    /// The name that tokens carry.
    #[must_use]
    pub fn kid(&self) -> &str {
        &self.kid
    }
}

/// A new key pair.
pub struct Generated {
    /// The RFC 7638 thumbprint of the public key.
    pub kid: String,
    pub public_jwk: String,
    /// PKCS#8 DER.
    pub secret: Vec<u8>,
}

/// Makes an ES256 key pair. `fill` fills a buffer from the operating system's randomness; it is called again in the rare
/// case (1 in 2³²) that the bytes are no scalar of the curve.
///
/// # Errors
/// What `fill` says, or that it gave unusable bytes eight times.
pub fn generate_es256(
    fill: &mut dyn FnMut(&mut [u8]) -> Result<(), String>,
) -> Result<Generated, String> {
    for _ in 0..8 {
        let mut scalar = [0; 32];
        fill(&mut scalar)?;
        let Ok(secret) = SecretKey::from_slice(&scalar) else {
            continue;
        };
        let Some(public) = Public::of(&secret) else {
            continue;
        };
        let kid = thumbprint(&public);
        let der = secret.to_pkcs8_der().map_err(|e| e.to_string())?;
        return Ok(Generated {
            public_jwk: jwk(&kid, &public).to_string(),
            kid,
            secret: der.as_bytes().to_vec(),
        });
    }
    Err("the source of randomness gives unusable bytes".to_owned())
}

/// Signs claims as a compact JWS with header `{"alg":"ES256","kid":…,"typ":"JWT"}`.
///
/// # Errors
/// If `claims` is no JSON object with unique names, the token would be longer than [`limits::TOKEN`], or there is no randomness.
pub fn sign(claims: &str, key: &SigningKey) -> Result<String, String> {
    if super::strict::object(claims.as_bytes()).is_none() {
        return Err(
            "claims must be one JSON object with unique names and without \\u0000".to_owned()
        );
    }
    let header = json!({"alg": "ES256", "kid": key.kid, "typ": "JWT"}).to_string();
    let mut token = URL_SAFE_NO_PAD.encode(header);
    token.push('.');
    URL_SAFE_NO_PAD.encode_string(claims, &mut token);
    let signature = key.key.sign(token.as_bytes())?;
    token.push('.');
    URL_SAFE_NO_PAD.encode_string(signature, &mut token);
    if token.len() > limits::TOKEN {
        return Err(format!(
            "the token would have {} bytes, more than the {} that are accepted: put less into its claims",
            token.len(),
            limits::TOKEN
        ));
    }
    Ok(token)
}

/// A key id: opaque, 1 to 64 visible ASCII characters.
///
/// # Errors
/// Says so.
pub fn check_kid(kid: &str) -> Result<(), String> {
    if (1..=limits::KID).contains(&kid.len()) && kid.bytes().all(|b| b.is_ascii_graphic()) {
        Ok(())
    } else {
        Err(format!("a kid is 1 to {} visible ASCII characters", limits::KID))
    }
}

fn coordinates(key: &Public) -> (String, String) {
    (URL_SAFE_NO_PAD.encode(key.x()), URL_SAFE_NO_PAD.encode(key.y()))
}

fn jwk(kid: &str, key: &Public) -> Value {
    let (x, y) = coordinates(key);
    let mut jwk = Map::new();
    for (name, value) in [
        ("kty", "EC"),
        ("crv", "P-256"),
        ("x", &x),
        ("y", &y),
        ("kid", kid),
        ("alg", "ES256"),
        ("use", "sig"),
    ] {
        jwk.insert(name.to_owned(), Value::String(value.to_owned()));
    }
    jwk.insert("key_ops".to_owned(), json!(["verify"]));
    Value::Object(jwk)
}

/// RFC 7638: the hash of the required members in lexicographic order, without white space.
fn thumbprint(key: &Public) -> String {
    let (x, y) = coordinates(key);
    let canonical = format!(r#"{{"crv":"P-256","kty":"EC","x":"{x}","y":"{y}"}}"#);
    URL_SAFE_NO_PAD.encode(Sha256::digest(canonical))
}
