//! JWK sets of foreign issuers (RFC 7517): which key may verify which token.

use super::{DOCUMENT, KEYS, decode, document};
use crate::token::es256::Public;
use p384::ecdsa::signature::Verifier;
use rsa::traits::PublicKeyParts;
use rsa::{BoxedUint, Pkcs1v15Sign, Pss, RsaPublicKey};
use serde_json::{Map, Value};
use sha2::{Digest, Sha256, Sha384};

/// Bits of an RSA modulus: below, it can be factored; above, one verification costs too much.
const RSA_BITS: std::ops::RangeInclusive<u32> = 2048..=8192;
/// DER of DigestInfo for SHA-256, up to the hash (RFC 8017, 9.2).
pub(super) const SHA256_INFO: [u8; 19] = [
    0x30, 0x31, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01, 0x05,
    0x00, 0x04, 0x20,
];

/// The algorithms that foreign tokens may be signed with. `none` and HMAC are not among them: a client secret is known to
/// more than the issuer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Algorithm {
    Rs256,
    Ps256,
    Es256,
    Es384,
}

impl Algorithm {
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        match name {
            "RS256" => Some(Self::Rs256),
            "PS256" => Some(Self::Ps256),
            "ES256" => Some(Self::Es256),
            "ES384" => Some(Self::Es384),
            _ => None,
        }
    }

    /// The left half of the hash that belongs to the algorithm, as `at_hash` has it (OIDC Core, 3.1.3.6).
    #[must_use]
    pub fn half_hash(self, text: &str) -> Vec<u8> {
        let mut hash = match self {
            Self::Es384 => Sha384::digest(text).to_vec(),
            Self::Rs256 | Self::Ps256 | Self::Es256 => Sha256::digest(text).to_vec(),
        };
        hash.truncate(hash.len() / 2);
        hash
    }
}

/// A key that verifies, for one algorithm.
pub struct ForeignKey {
    pub algorithm: Algorithm,
    /// Whose tokens it is for, where the set says so per key (Microsoft).
    pub issuer: Option<String>,
    material: Material,
}

enum Material {
    Rsa(Box<RsaPublicKey>),
    P256(Box<Public>),
    P384(Box<p384::ecdsa::VerifyingKey>),
}

impl ForeignKey {
    /// Whether `signature`, in the form of RFC 7518, is this key's of `message`.
    #[must_use]
    pub fn verifies(&self, message: &[u8], signature: &[u8]) -> bool {
        match &self.material {
            Material::P256(key) => key.verifies(message, signature),
            Material::P384(key) => p384::ecdsa::Signature::from_slice(signature)
                .is_ok_and(|signature| key.verify(message, &signature).is_ok()),
            Material::Rsa(key) => {
                let hash = Sha256::digest(message);
                signature.len() == key.size()
                    && match self.algorithm {
                        Algorithm::Ps256 => key.verify(Pss::<Sha256>::new(), &hash, signature),
                        _ => key.verify(pkcs1(), &hash, signature),
                    }
                    .is_ok()
            }
        }
    }
}

/// PKCS #1 v1.5 over SHA-256.
fn pkcs1() -> Pkcs1v15Sign {
    Pkcs1v15Sign { hash_len: Some(32), prefix: Box::new(SHA256_INFO) }
}

/// Checks a JWK set as it came from an issuer, before it is kept.
///
/// # Errors
/// Says what is wrong with it: size, form, number of keys, or that none of them can be used.
pub fn read(text: &str) -> Result<Value, String> {
    let set = document(text)?;
    let keys = set.get("keys").and_then(Value::as_array).ok_or("the JWK set has no keys")?;
    if keys.len() > KEYS {
        return Err(format!("the JWK set has more than {KEYS} keys"));
    }
    if !keys.iter().filter_map(Value::as_object).any(|key| usable(key).is_some()) {
        return Err("the JWK set has no key that can be used".to_owned());
    }
    Ok(Value::Object(set))
}

/// Why no key of a set was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoKey {
    /// None of that name: the set may be old.
    Unknown,
    /// One of that name, for another algorithm, or several.
    Unfit,
}

/// The key that a token's header names. Without `kid` there must be exactly one for the algorithm (OIDC Core, 10.1).
///
/// # Errors
/// [`NoKey`].
pub fn find(set: &Value, kid: Option<&str>, algorithm: Algorithm) -> Result<ForeignKey, NoKey> {
    let keys = set.get("keys").and_then(Value::as_array).ok_or(NoKey::Unknown)?;
    let named = |key: &&Map<String, Value>| match kid {
        Some(kid) => key.get("kid").and_then(Value::as_str) == Some(kid),
        None => algorithm_of(key) == Some(algorithm),
    };
    let mut found = keys.iter().take(KEYS).filter_map(Value::as_object).filter(named);
    let (first, second) = (found.next().ok_or(NoKey::Unknown)?, found.next());
    if second.is_some() {
        return Err(NoKey::Unfit);
    }
    usable(first).filter(|key| key.algorithm == algorithm).ok_or(NoKey::Unfit)
}

/// The one algorithm of a key: what it says, or what its type is commonly for. A key type that does not go with the
/// algorithm is for nothing.
fn algorithm_of(key: &Map<String, Value>) -> Option<Algorithm> {
    let member = |name: &str| key.get(name).and_then(Value::as_str);
    if member("use").is_some_and(|u| u != "sig") || key.contains_key("d") || key.contains_key("k") {
        return None;
    }
    let operations = key.get("key_ops").and_then(Value::as_array);
    if operations.is_some_and(|list| !list.iter().any(|op| op == "verify")) {
        return None;
    }
    let named = match key.get("alg") {
        None => None,
        Some(name) => Some(Algorithm::parse(name.as_str()?)?),
    };
    let allowed: &[Algorithm] = match (member("kty"), member("crv")) {
        (Some("RSA"), None) => &[Algorithm::Rs256, Algorithm::Ps256],
        (Some("EC"), Some("P-256")) => &[Algorithm::Es256],
        (Some("EC"), Some("P-384")) => &[Algorithm::Es384],
        _ => return None,
    };
    match named {
        None => allowed.first().copied(),
        Some(named) => allowed.contains(&named).then_some(named),
    }
}

fn usable(key: &Map<String, Value>) -> Option<ForeignKey> {
    let algorithm = algorithm_of(key)?;
    let bytes = |name: &str| decode(key.get(name)?.as_str()?);
    let material = match algorithm {
        Algorithm::Rs256 | Algorithm::Ps256 => {
            Material::Rsa(Box::new(rsa_key(&bytes("n")?, &bytes("e")?)?))
        }
        Algorithm::Es256 => {
            let coordinate = |name: &str| -> Option<[u8; 32]> { bytes(name)?.try_into().ok() };
            Material::P256(Box::new(Public::from_coordinates(
                &coordinate("x")?,
                &coordinate("y")?,
            )?))
        }
        Algorithm::Es384 => {
            let (x, y) = (bytes("x")?, bytes("y")?);
            let point = [&[4], x.as_slice(), y.as_slice()].concat();
            let key = p384::ecdsa::VerifyingKey::from_sec1_bytes(&point).ok()?;
            (x.len() == 48).then(|| Material::P384(Box::new(key)))?
        }
    };
    let issuer = key.get("issuer").and_then(Value::as_str).map(str::to_owned);
    Some(ForeignKey { algorithm, issuer, material })
}

/// Only public-key operations of the `rsa` crate are used: RUSTSEC-2023-0071 is about private keys.
fn rsa_key(n: &[u8], e: &[u8]) -> Option<RsaPublicKey> {
    if n.len() > DOCUMENT || e.len() > 8 {
        return None;
    }
    let n: Vec<u8> = n.iter().copied().skip_while(|byte| *byte == 0).collect();
    let n = BoxedUint::from_be_slice_vartime(&n);
    let exponent = e.iter().fold(0_u64, |value, byte| value << 8 | u64::from(*byte));
    // 3 is weak only with bad padding checks, and even exponents are no RSA at all.
    if !RSA_BITS.contains(&n.bits()) || exponent < 3 || exponent % 2 == 0 {
        return None;
    }
    RsaPublicKey::new(n, BoxedUint::from(exponent)).ok()
}
