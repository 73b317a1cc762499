//! Keys and tokens of an issuer that the tests play: the same in each run.

use super::id_token::{Expected, Nonce};
use crate::token::base64url;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use p256::pkcs8::EncodePrivateKey;
use rsa::signature::Signer;
use rsa::traits::PublicKeyParts;
use rsa::{BoxedUint, Pkcs1v15Sign, RsaPrivateKey};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::sync::LazyLock;

pub(super) const NOW: i64 = 1_800_000_000;
pub(super) const ISSUER: &str = "https://id.example";
pub(super) const CLIENT: &str = "client-1";

/// Two primes of 1024 bits, made for these tests.
const P: &str = "C14B39656D23EF826853997EC812239D28E7C61236D7457C794E6393BEBDAD5989CBC2154D2DFC8DB427FCC772EF6DC26A41B65C2FB5D6D27BA2E81A219FD3A47F16A3C3827E432D992403F6E6366A5C02221D128CEF6ACF2C39D5FF273164F251086C9E9FD6DD0FBD6722D0E0FDF8E30071F1FCDA0FB2BAA84C9945DB2B3E6F";
const Q: &str = "F8554702B6F6BC80E976A1EA99B07578AC9BB98E05E2063BD2CE74CDE78B8E3C46D0775467ABAD30C9AD1FB12EA4EC6A82064FBD79D2EEFCC8DD72AC29049BC9FD4FA47EDF0D83F19C8873175865DA304E767BECF07EB41CE1183262C78B6960C2CA52D73ECEA5CE8E544106794FD81BC4DE3B22644B7E13A6156CE20DE2CBA7";

/// Signed under [`RSA`] by another implementation (OpenSSL): PS256 with a salt as long as the hash (RFC 7518, 3.5).
pub(super) const PS256: &str = "eyJhbGciOiJQUzI1NiIsImtpZCI6InBzIiwidHlwIjoiSldUIn0.eyJpc3MiOiJodHRwczovL2lkLmV4YW1wbGUiLCJhdWQiOiJjbGllbnQtMS\
    IsInN1YiI6IjI0ODI4OTc2MTAwMSIsImV4cCI6MTgwMDAwMDMwMCwiaWF0IjoxODAwMDAwMDAwLCJub25jZSI6Im4tMFM2X1d6QTJNaiIsImVt\
    YWlsIjoiamFuZUBleGFtcGxlLmNvbSIsImVtYWlsX3ZlcmlmaWVkIjp0cnVlfQ.nGlDu3I8l8rsd42vpBHfJBUyns5-oR65lhbQpcv6ma7SLin\
    cafnVpw7-VvczaO7F0V5s2gL_txy-LD4oCuoICcclRqST5xe9lMgyTCZ5zwzV4uUljJsXxxjp-jhybtpOq7KEU2bhX8Mto7DvxYT9EMFOU5KFV\
    xX6L9Iy8LsOL0ADR4o-Ukb0_-asDDdd_F_UamL3hadWoeFGR3WvKHvJNHzRbBeWJG9c6nenXAVs_DXdx2tT0TdHvxJt7k2gJ93msQXptAxJ_eO\
    -86UKGoXFd6t1M3wgKT6H47Y78Mubz8s-zu_fECPWeUV8gxGbV7km_m5Y36qbqUEGyvP4zCmMxw";
/// The same with an empty salt, which the RFC does not allow.
pub(super) const PS256_UNSALTED: &str = "eyJhbGciOiJQUzI1NiIsImtpZCI6InBzIiwidHlwIjoiSldUIn0.eyJpc3MiOiJodHRwczovL2lkLmV4YW1wbGUiLCJhdWQiOiJjbGllbnQtMS\
    IsInN1YiI6IjI0ODI4OTc2MTAwMSIsImV4cCI6MTgwMDAwMDMwMCwiaWF0IjoxODAwMDAwMDAwLCJub25jZSI6Im4tMFM2X1d6QTJNaiIsImVt\
    YWlsIjoiamFuZUBleGFtcGxlLmNvbSIsImVtYWlsX3ZlcmlmaWVkIjp0cnVlfQ.LO9ltL2tAJJjuI0-gM5wPUELmSxrDEkjcXI1lIjTxKuhJFR\
    vh_zgzv2usDUkV0ezfdtRvzzPfo5rp9Pu_NsiGno1XtSR-G0jIEd3OEgMuPZ5aHL2BCVFFnpSfpSOuOFg7lfGEvtwMqgR4PlvnAcBw-r5F1GzG\
    UWAOpyrsBzpPwvaBQpud75GSuRudhZCBdW8D2zhzlXtF9qLjMZ9Qfdb-Zpl93Y6u5NAbJ-U5i06ynW6Vzrw2Di3Nqfgl-Ydejaq0rHDQbqTqWo\
    xAl-TpiEBqWwG0Gxes9KC1oLjsu74l_wLMLC6jv3WxUEy04oTkYoUeDIGdIXuDWxE89D2Ife4Yg";

fn unhex(text: &str) -> Vec<u8> {
    text.as_bytes()
        .chunks(2)
        .map(|pair| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap())
        .collect()
}

pub(super) static RSA: LazyLock<RsaPrivateKey> = LazyLock::new(|| {
    let prime = |text| BoxedUint::from_be_slice_vartime(&unhex(text));
    RsaPrivateKey::from_p_q(prime(P), prime(Q), BoxedUint::from(65_537_u32)).unwrap()
});

pub(super) fn p256(seed: u8) -> p256::ecdsa::SigningKey {
    p256::ecdsa::SigningKey::from_slice(&[seed; 32]).unwrap()
}

pub(super) fn p384(seed: u8) -> p384::ecdsa::SigningKey {
    p384::ecdsa::SigningKey::from_slice(&[seed; 48]).unwrap()
}

/// An Apple developer's key: the text of the file, and its public part.
pub(super) fn p8() -> (String, p256::ecdsa::VerifyingKey) {
    let der = p256::SecretKey::from_slice(&[7; 32]).unwrap().to_pkcs8_der().unwrap();
    let base64 = STANDARD.encode(der.as_bytes());
    let (a, b) = base64.split_at(64);
    let pem = format!("-----BEGIN PRIVATE KEY-----\n{a}\n{b}\n-----END PRIVATE KEY-----\n");
    (pem, *p256(7).verifying_key())
}

pub(super) fn rsa_jwk(kid: &str) -> Value {
    let n = base64url(&RSA.n().to_be_bytes());
    json!({"kty": "RSA", "kid": kid, "use": "sig", "n": n, "e": "AQAB"})
}

pub(super) fn p256_jwk(kid: &str, seed: u8) -> Value {
    let point = p256(seed).verifying_key().to_sec1_point(false);
    json!({"kty": "EC", "crv": "P-256", "kid": kid, "alg": "ES256",
           "x": base64url(point.x().unwrap()), "y": base64url(point.y().unwrap())})
}

pub(super) fn p384_jwk(kid: &str, seed: u8) -> Value {
    let point = p384(seed).verifying_key().to_sec1_point(false);
    json!({"kty": "EC", "crv": "P-384", "kid": kid,
           "x": base64url(point.x().unwrap()), "y": base64url(point.y().unwrap())})
}

/// The keys of [`ISSUER`]: `rs` and `ps` of one modulus, `es`, `es384`, one for encryption, one that is for another issuer.
pub(super) fn jwks() -> Value {
    let mut ps = rsa_jwk("ps");
    ps["alg"] = json!("PS256");
    let mut enc = p256_jwk("enc", 3);
    enc["use"] = json!("enc");
    let mut foreign = p256_jwk("foreign", 4);
    foreign["issuer"] = json!("https://other.example");
    json!({"keys": [rsa_jwk("rs"), ps, p256_jwk("es", 1), p384_jwk("es384", 2), enc, foreign]})
}

/// Signed with the key of `kid`, whatever header and claims say.
pub(super) fn signed(kid: &str, header: &str, claims: &str) -> String {
    let message = format!("{}.{}", base64url(header.as_bytes()), base64url(claims.as_bytes()));
    let signature = signature(kid, message.as_bytes());
    format!("{message}.{}", base64url(&signature))
}

pub(super) fn signature(kid: &str, message: &[u8]) -> Vec<u8> {
    match kid {
        "rs" => {
            let mut info = super::jwks::SHA256_INFO.to_vec();
            info.truncate(19);
            let scheme = Pkcs1v15Sign { hash_len: Some(32), prefix: info.into_boxed_slice() };
            RSA.sign(scheme, &Sha256::digest(message)).unwrap()
        }
        "es384" => {
            let signature: p384::ecdsa::Signature = p384(2).sign(message);
            signature.to_bytes().to_vec()
        }
        other => {
            let seed = match other {
                "es" => 1,
                "enc" => 3,
                "foreign" => 4,
                _ => 9,
            };
            let signature: p256::ecdsa::Signature = p256(seed).sign(message);
            signature.to_bytes().to_vec()
        }
    }
}

pub(super) fn header(alg: &str, kid: &str) -> String {
    json!({"alg": alg, "kid": kid, "typ": "JWT"}).to_string()
}

/// Claims that pass.
pub(super) fn claims() -> Value {
    json!({"iss": ISSUER, "aud": CLIENT, "sub": "248289761001", "exp": NOW + 300, "iat": NOW,
           "nonce": "n-0S6_WzA2Mj", "email": "jane@example.com", "email_verified": true})
}

/// The same with one changed; null takes it away.
pub(super) fn but(name: &str, value: Value) -> String {
    let mut all = claims();
    all[name] = value;
    if all[name].is_null() {
        all.as_object_mut().unwrap().remove(name);
    }
    all.to_string()
}

pub(super) fn issuers() -> Vec<String> {
    vec![ISSUER.to_owned()]
}

pub(super) fn clients() -> Vec<String> {
    vec![CLIENT.to_owned(), "client-2".to_owned()]
}

pub(super) fn expected<'a>(issuers: &'a [String], client_ids: &'a [String]) -> Expected<'a> {
    Expected {
        issuers,
        client_ids,
        nonce: Nonce::Plain("n-0S6_WzA2Mj"),
        access_token: None,
        foreign_azp: false,
    }
}
