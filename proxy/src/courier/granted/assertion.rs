//! The assertion of a service account, for an access token: RFC 7523, signed with RS256.
//!
//! Signed here and not in the database, by the RSA of our TLS library, which does so in constant time.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use ring::rand::SystemRandom;
use ring::signature::{RSA_PKCS1_SHA256, RsaKeyPair};
use serde_json::{Value, json};

/// Seconds; the most that Google takes.
const LIFETIME: u64 = 3600;

/// The request for a token.
///
/// # Errors
/// `bad_credentials` if the account is none.
pub fn request(account: &Value, now: u64) -> Result<Value, &'static str> {
    let text = |name: &str| account[name].as_str().ok_or("bad_credentials");
    let mut header = json!({"alg": "RS256", "typ": "JWT"});
    if account["key_id"].is_string() {
        header["kid"] = account["key_id"].clone();
    }
    let claims = json!({
        "iss": text("issuer")?, "scope": text("scope")?, "aud": text("url")?, "iat": now, "exp": now + LIFETIME,
    });
    let part = |part: &Value| URL_SAFE_NO_PAD.encode(part.to_string());
    let message = format!("{}.{}", part(&header), part(&claims));
    let key = read(text("key")?).ok_or("bad_credentials")?;
    let mut signature = vec![0; key.public().modulus_len()];
    key.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), message.as_bytes(), &mut signature)
        .map_err(|_| "bad_credentials")?;
    Ok(json!({"method": "POST", "url": text("url")?, "form": {
        "grant_type": "urn:ietf:params:oauth:grant-type:jwt-bearer",
        "assertion": format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature)),
    }}))
}

fn read(pem: &str) -> Option<RsaKeyPair> {
    let lines = pem.lines().map(str::trim).filter(|line| !line.starts_with("-----"));
    RsaKeyPair::from_pkcs8(&STANDARD.decode(lines.collect::<String>()).ok()?).ok()
}
