use super::*;
use hmac::{Hmac, KeyInit, Mac};
use std::sync::LazyLock;

pub(super) const NOW: i64 = 1_800_000_000;
pub(super) const SECRET: &[u8] = b"an imported secret of 40 bytes, or so...";

/// A key pair from a counter: other bytes for each `seed`, the same in each run.
pub(super) fn pair(seed: u8) -> Generated {
    generate_es256(&mut |bytes| {
        bytes.fill(seed);
        Ok(())
    })
    .unwrap()
}

pub(super) fn signing(pair: &Generated) -> SigningKey {
    SigningKey::from_pkcs8(&pair.kid, &pair.secret).unwrap()
}

/// One session key, one API key, one imported secret named `legacy`.
pub(super) fn keys() -> KeySet {
    let key = |seed, purpose| {
        let pair = pair(seed);
        VerifyKey::es256(&pair.kid, &pair.public_jwk, purpose).unwrap()
    };
    KeySet::new(vec![
        key(1, Purpose::Session),
        key(2, Purpose::Api),
        VerifyKey::hs256("legacy", SECRET, Purpose::Session).unwrap(),
    ])
}

pub(super) fn mac(header: &str, claims: &str, secret: &[u8]) -> String {
    let message = format!("{}.{}", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(claims));
    let mut mac = Hmac::<Sha256>::new_from_slice(secret).unwrap();
    mac.update(message.as_bytes());
    format!("{message}.{}", URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes()))
}

pub(super) fn check(token: &str) -> Result<Verified, TokenError> {
    static KEYS: LazyLock<KeySet> = LazyLock::new(keys);
    check_with(token, &KEYS, NOW, None)
}

fn check_with(
    token: &str,
    keys: &KeySet,
    now: i64,
    audience: Option<&str>,
) -> Result<Verified, TokenError> {
    verify(token, keys, now, Rules { audience, role_claim: &ClaimPath::default() })
}

fn ours(claims: &str) -> String {
    sign(claims, &signing(&pair(1))).unwrap()
}

const HS: &str = r#"{"alg":"HS256","typ":"JWT"}"#;

#[test]
fn reads_what_it_signs() {
    let claims = format!(
        r#"{{"iss":"x","role":"authenticated","sub":"0190a5b6-0000-7000-8000-00000000000A","email":"a@b.c","exp":{},"iat":{NOW},"session_id":"00000000-0000-0000-0000-000000000001","jti":"j","app_metadata":{{"role":"editor"}}}}"#,
        NOW + 60
    );
    let verified = check(&ours(&claims)).unwrap();
    assert_eq!(verified.claims_json, claims);
    assert_eq!(verified.role.as_deref(), Some("authenticated"));
    assert_eq!(verified.email.as_deref(), Some("a@b.c"));
    assert_eq!(verified.jti.as_deref(), Some("j"));
    assert_eq!(verified.sub.as_deref(), Some("0190a5b6-0000-7000-8000-00000000000A"));
    assert_eq!(verified.sub_uuid.unwrap()[..4], [0x01, 0x90, 0xa5, 0xb6]);
    assert_eq!(verified.sub_uuid.unwrap()[15], 0x0a);
    assert_eq!(verified.session_id.unwrap()[15], 1);
    assert_eq!((verified.exp, verified.nbf, verified.iat), (Some(NOW + 60), None, Some(NOW)));
    assert_eq!(verified.kid, Some(pair(1).kid));
    assert_eq!((verified.key, verified.purpose), (0, Purpose::Session));
    let path = ClaimPath::parse("$.app_metadata.role").unwrap();
    let rules = Rules { audience: None, role_claim: &path };
    let role = verify(&ours(&claims), &keys(), NOW, rules).unwrap().role;
    assert_eq!(role.as_deref(), Some("editor"));
}

#[test]
fn tells_api_keys_from_sessions() {
    let token = sign(&format!(r#"{{"exp":{}}}"#, NOW + 9), &signing(&pair(2))).unwrap();
    let verified = check(&token).unwrap();
    assert_eq!((verified.key, verified.purpose), (1, Purpose::Api));
}

#[test]
fn takes_imported_tokens_with_and_without_kid_and_exp() {
    for header in [HS, r#"{"alg":"HS256","kid":"legacy"}"#] {
        let verified = check(&mac(header, r#"{"role":"anon"}"#, SECRET)).unwrap();
        assert_eq!((verified.key, verified.role.as_deref()), (2, Some("anon")));
    }
    let no_exp = ours(r#"{"role":"anon"}"#);
    assert_eq!(check(&no_exp), Err(TokenError::NotNumber("exp")));
}

#[test]
fn tries_a_bounded_number_of_secrets() {
    let secret = |n: usize| vec![n as u8; 32];
    let set = KeySet::new(
        (0..6)
            .map(|n| VerifyKey::hs256(&format!("k{n}"), &secret(n), Purpose::Session).unwrap())
            .collect(),
    );
    let verdict = |n| check_with(&mac(HS, "{}", &secret(n)), &set, NOW, None);
    assert_eq!(verdict(HS256_TRIED - 1).unwrap().key, HS256_TRIED - 1);
    assert_eq!(verdict(HS256_TRIED), Err(TokenError::Key));
    let named = mac(r#"{"alg":"HS256","kid":"k5"}"#, "{}", &secret(5));
    assert_eq!(check_with(&named, &set, NOW, None).unwrap().key, 5);
}

#[test]
fn allows_thirty_seconds_of_skew_and_no_more() {
    let verdict = |claims: String| check(&mac(HS, &claims, SECRET)).map(|_| ());
    for (claim, at, want) in [
        ("exp", NOW - 30, Ok(())),
        ("exp", NOW - 31, Err(TokenError::Expired)),
        ("nbf", NOW + 30, Ok(())),
        ("nbf", NOW + 31, Err(TokenError::NotYetValid)),
        ("iat", NOW + 30, Ok(())),
        ("iat", NOW + 31, Err(TokenError::IssuedInFuture)),
    ] {
        assert_eq!(verdict(format!(r#"{{"{claim}":{at}}}"#)), want, "{claim} {at}");
    }
}

#[test]
fn rechecks_time_and_the_retirement_of_the_key() {
    let verified = check(&ours(&format!(r#"{{"exp":{}}}"#, NOW + 60))).unwrap();
    assert_eq!(recheck(&verified, NOW + 90), Ok(()));
    assert_eq!(recheck(&verified, NOW + 91), Err(TokenError::Expired));

    let pair = pair(1);
    let key = VerifyKey::es256(&pair.kid, &pair.public_jwk, Purpose::Session).unwrap();
    let set = KeySet::new(vec![key.retiring(Some(NOW + 5))]);
    let token = ours(&format!(r#"{{"exp":{}}}"#, NOW + 60));
    let verified = check_with(&token, &set, NOW, None).unwrap();
    assert_eq!(recheck(&verified, NOW + 4), Ok(()));
    assert_eq!(recheck(&verified, NOW + 5), Err(TokenError::Key));
    assert_eq!(check_with(&token, &set, NOW + 5, None), Err(TokenError::Key));
    assert!(set.jwks(NOW).contains(&pair.kid));
    assert_eq!(set.jwks(NOW + 5), r#"{"keys":[]}"#);
}

#[test]
fn checks_the_audience_as_postgrest_does() {
    let verdict = |aud: &str, expected| {
        check_with(&mac(HS, &format!(r#"{{"aud":{aud}}}"#), SECRET), &keys(), NOW, expected).err()
    };
    for aud in ["null", "[]", r#""us""#, r#"["them","us"]"#] {
        assert_eq!(verdict(aud, Some("us")), None, "{aud}");
    }
    for aud in [r#""""#, r#""them""#, r#"["them"]"#, r#"[""]"#] {
        assert_eq!(verdict(aud, Some("us")), Some(TokenError::Audience), "{aud}");
        assert_eq!(verdict(aud, None), None, "{aud}");
    }
    for aud in ["1", "true", "{}", r#"["us",1]"#, "[null]"] {
        for expected in [None, Some("us")] {
            assert_eq!(verdict(aud, expected), Some(TokenError::AudienceType), "{aud}");
        }
    }
}

#[test]
fn publishes_public_keys_only() {
    let jwks: Value = serde_json::from_str(&keys().jwks(NOW)).unwrap();
    let published = jwks["keys"].as_array().unwrap();
    assert_eq!(published.len(), 2);
    for key in published {
        assert_eq!(key["kty"], "EC");
        assert_eq!(key["alg"], "ES256");
        assert!(key.get("d").is_none() && key.get("k").is_none());
        VerifyKey::es256("x", &key.to_string(), Purpose::Session).unwrap();
    }
    assert!(!format!("{:?}", keys()).contains("imported"));
}

/// The example of RFC 7638, 3.1 is RSA; this one was computed from its rules over the key of RFC 7517, A.1.
#[test]
fn names_a_key_by_its_thumbprint() {
    let jwk = r#"{"kty":"EC","crv":"P-256","x":"MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4","y":"4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM"}"#;
    let key = VerifyKey::es256("k", jwk, Purpose::Session).unwrap();
    let public: Value = serde_json::from_str(&KeySet::new(vec![key]).jwks(0)).unwrap();
    assert_eq!(public["keys"][0]["x"], "MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4");
    let made = pair(7);
    let jwk: Value = serde_json::from_str(&made.public_jwk).unwrap();
    let canonical = format!(
        r#"{{"crv":"P-256","kty":"EC","x":"{}","y":"{}"}}"#,
        jwk["x"].as_str().unwrap(),
        jwk["y"].as_str().unwrap()
    );
    assert_eq!(made.kid, URL_SAFE_NO_PAD.encode(Sha256::digest(canonical)));
    assert_eq!(made.kid.len(), 43);
}

/// RFC 7515, A.1 and A.3: messages and signatures that others made.
#[test]
fn agrees_with_the_examples_of_rfc_7515() {
    let payload = "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ";
    let secret = URL_SAFE_NO_PAD
        .decode("AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow")
        .unwrap();
    let hs = VerifyKey::hs256("hs", &secret, Purpose::Session).unwrap();
    let jwk = r#"{"kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU","y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}"#;
    let es = VerifyKey::es256("es", jwk, Purpose::Session).unwrap();
    let hs_token = format!(
        "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9.{payload}.dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
    );
    let set = KeySet::new(vec![hs]);
    let verified = check_with(&hs_token, &set, 1_300_819_380, None).unwrap();
    assert_eq!(verified.exp, Some(1_300_819_380));
    assert_eq!(check_with(&hs_token, &set, NOW, None), Err(TokenError::Expired));
    // A.3's header has no kid, so the gateway refuses it; the signature itself is right.
    let message = format!("eyJhbGciOiJFUzI1NiJ9.{payload}");
    let signature =
        "DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q";
    assert!(es.verifies(message.as_bytes(), &URL_SAFE_NO_PAD.decode(signature).unwrap()));
    assert!(!es.verifies(b"other", &URL_SAFE_NO_PAD.decode(signature).unwrap()));
    let token = format!("{message}.{signature}");
    assert_eq!(check_with(&token, &KeySet::new(vec![es]), NOW, None), Err(TokenError::Key));
}

#[test]
fn refuses_bad_keys_and_says_why() {
    let short = VerifyKey::hs256("k", &[7; 31], Purpose::Session).unwrap_err();
    assert!(short.contains("at least 32 bytes, this one has 31"), "{short}");
    for kid in ["", &"k".repeat(65), "a b", "a\0", "é"] {
        assert!(VerifyKey::hs256(kid, SECRET, Purpose::Session).is_err(), "{kid:?}");
    }
    let good = pair(1).public_jwk;
    for jwk in [
        "",
        "{}",
        "[]",
        &good.replace("P-256", "P-384"),
        &good.replace("EC", "RSA"),
        &good.replace("\"x\":\"", "\"x\":\"AA"),
        // The point at infinity's stand-in: (0, 0) is not on the curve.
        r#"{"kty":"EC","crv":"P-256","x":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA","y":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"}"#,
    ] {
        assert!(VerifyKey::es256("k", jwk, Purpose::Session).is_err(), "{jwk}");
    }
    assert!(SigningKey::from_pkcs8("k", b"no key").is_err());
    assert!(generate_es256(&mut |_| Ok(())).is_err(), "zero is no scalar");
    assert_eq!(generate_es256(&mut |_| Err("dry".into())).err().as_deref(), Some("dry"));
}

#[test]
fn signs_only_claims_that_it_would_accept() {
    let key = signing(&pair(1));
    for claims in ["", "[]", "1", r#"{"a":1,"a":2}"#, r#"{"a":"\u0000"}"#, "{} x"] {
        assert!(sign(claims, &key).is_err(), "{claims}");
    }
    let long = format!(r#"{{"a":"{}"}}"#, "x".repeat(limits::TOKEN));
    assert!(sign(&long, &key).unwrap_err().contains("put less into its claims"));
}

#[test]
fn answers_in_the_dialects_words() {
    let error = crate::error::ApiError::from(TokenError::Expired);
    assert_eq!((error.status, error.code.as_str()), (401, "PGRST303"));
    assert_eq!(error.message, "JWT expired");
    assert_eq!(
        error.headers,
        "WWW-Authenticate: Bearer error=\"invalid_token\", error_description=\"JWT expired\"\n"
    );
    assert_eq!(TokenError::Parts(2).message(), "Expected 3 parts in JWT; got 2");
}
