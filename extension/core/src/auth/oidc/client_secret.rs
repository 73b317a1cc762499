//! Apple's client secret: a JWT that the developer's key signs, valid for minutes here instead of the months that Apple allows.

use crate::token::base64url;
use crate::token::es256::Private;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

/// Seconds that a secret is valid for.
const LIFETIME: i64 = 300;

/// What a secret that is a JSON object must have: `{"team_id", "key_id", "private_key"}`, the key as Apple's .p8 file has it.
struct Key {
    team: String,
    id: String,
    key: Private,
}

/// The secret to send: itself, unless it is such an object.
///
/// # Errors
/// If the object is not complete, or its key is none; without randomness.
pub fn secret(kept: &str, client_id: &str, now: i64) -> Result<String, String> {
    match read(kept)? {
        None => Ok(kept.to_owned()),
        Some(key) => sign(&key, client_id, now),
    }
}

/// Checks a secret before it is kept.
///
/// # Errors
/// As [`secret`].
pub fn check(kept: &str) -> Result<(), String> {
    read(kept).map(|_| ())
}

fn read(kept: &str) -> Result<Option<Key>, String> {
    if !kept.trim_start().starts_with('{') {
        return Ok(None);
    }
    let wrong = || {
        "the secret: an object of team_id, key_id and private_key (the text of the .p8 file)"
            .to_owned()
    };
    let object: Value = serde_json::from_str(kept).map_err(|_| wrong())?;
    let member = |name: &str| object.get(name).and_then(Value::as_str).map(str::to_owned);
    let pem = member("private_key").ok_or_else(wrong)?;
    let base64: String = pem
        .lines()
        .filter(|line| !line.starts_with("-----"))
        .flat_map(str::chars)
        .filter(|c| !c.is_whitespace())
        .collect();
    let der = STANDARD.decode(base64).map_err(|_| wrong())?;
    let key = Private::from_pkcs8(&der).ok_or_else(wrong)?;
    Ok(Some(Key {
        team: member("team_id").ok_or_else(wrong)?,
        id: member("key_id").ok_or_else(wrong)?,
        key,
    }))
}

fn sign(key: &Key, client_id: &str, now: i64) -> Result<String, String> {
    let header = json!({"alg": "ES256", "kid": key.id});
    let claims = json!({
        "iss": key.team,
        "iat": now,
        "exp": now.saturating_add(LIFETIME),
        "aud": "https://appleid.apple.com",
        "sub": client_id,
    });
    let message = format!(
        "{}.{}",
        base64url(header.to_string().as_bytes()),
        base64url(claims.to_string().as_bytes())
    );
    let signature = key.key.sign(message.as_bytes())?;
    Ok(format!("{message}.{}", base64url(&signature)))
}

#[cfg(test)]
mod tests {
    use super::super::sample;
    use super::*;
    use p256::ecdsa::Signature;
    use p256::ecdsa::signature::Verifier;

    #[test]
    fn signs_what_apple_asks_for() {
        let (pem, public) = sample::p8();
        let kept = json!({"team_id": "TEAM", "key_id": "KEY", "private_key": pem}).to_string();
        let made = secret(&kept, "com.example.app", 1_800_000_000).unwrap();
        let (message, signature) = made.rsplit_once('.').unwrap();
        let signature = Signature::from_slice(&super::super::decode(signature).unwrap()).unwrap();
        public.verify(message.as_bytes(), &signature).unwrap();
        let part = |n| super::super::decode(made.split('.').nth(n).unwrap()).unwrap();
        let (header, claims): (Value, Value) =
            (serde_json::from_slice(&part(0)).unwrap(), serde_json::from_slice(&part(1)).unwrap());
        assert_eq!(header, json!({"alg": "ES256", "kid": "KEY"}));
        assert_eq!(claims["iss"], "TEAM");
        assert_eq!(claims["sub"], "com.example.app");
        assert_eq!(claims["aud"], "https://appleid.apple.com");
        assert_eq!(claims["exp"], 1_800_000_300);
    }

    #[test]
    fn any_other_secret_is_sent_as_it_is() {
        assert_eq!(secret("s3cret", "id", 0).unwrap(), "s3cret");
        for wrong in ["{", "{}", r#"{"team_id":"T","key_id":"K","private_key":"no key"}"#] {
            assert!(secret(wrong, "id", 0).is_err(), "{wrong}");
            assert!(check(wrong).is_err());
        }
    }
}
