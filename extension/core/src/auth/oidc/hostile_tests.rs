//! ID tokens that must be refused, each for the one reason that it is about (THREATS C1 to C3, E5), and JWK sets that must.

use super::id_token::{Expected, Nonce, Refusal, claimed_issuer, verify};
use super::sample::*;
use super::{jwks as sets, *};
use crate::limits;
use crate::token::base64url;
use serde_json::{Value, json};
use std::sync::LazyLock;
use std::time::Instant;

fn check(token: &str) -> Result<serde_json::Map<String, Value>, Refusal> {
    let (issuers, clients) = (issuers(), clients());
    verify(token, &jwks(), expected(&issuers, &clients), NOW)
}

fn check_with<'a>(token: &str, change: impl FnOnce(&mut Expected<'a>)) -> Result<(), Refusal> {
    static ISSUERS: LazyLock<Vec<String>> = LazyLock::new(issuers);
    static CLIENTS: LazyLock<Vec<String>> = LazyLock::new(clients);
    let mut expected: Expected<'a> = expected(&ISSUERS, &CLIENTS);
    change(&mut expected);
    verify(token, &jwks(), expected, NOW).map(|_| ())
}

fn es(claims: &str) -> String {
    signed("es", &header("ES256", "es"), claims)
}

fn es_header(member: &str) -> String {
    signed("es", &format!(r#"{{"alg":"ES256","kid":"es",{member}}}"#), &claims().to_string())
}

fn resigned(token: &str, signature: &[u8]) -> String {
    format!("{}.{}", token.rsplit_once('.').unwrap().0, base64url(signature))
}

#[test]
fn accepts_what_it_should() {
    for (alg, kid) in [("RS256", "rs"), ("ES256", "es"), ("ES384", "es384")] {
        let claims = check(&signed(kid, &header(alg, kid), &claims().to_string())).unwrap();
        assert_eq!(claims["sub"], "248289761001", "{alg}");
    }
    assert_eq!(check(PS256).unwrap()["sub"], "248289761001");
    // Microsoft names the certificate beside the kid.
    assert!(check(&es_header(r#""typ":"JWT","x5t":"AAAA","x5t#S256":"AAAA""#)).is_ok());
    assert!(check(&es_header(r#""x":1"#)).is_ok());
    assert!(check(&es(&but("aud", json!([CLIENT])))).is_ok());
    assert!(check(&es(&but("aud", json!("client-2")))).is_ok());
    let mut two = claims();
    (two["aud"], two["azp"]) = (json!([CLIENT, "api"]), json!(CLIENT));
    assert!(check(&es(&two.to_string())).is_ok());
    // The only key of its type needs no name.
    assert!(check(&signed("rs", r#"{"alg":"RS256"}"#, &claims().to_string())).is_ok());
    // Clocks differ.
    assert!(check(&es(&but("exp", json!(NOW - 30)))).is_ok());
    assert!(check(&es(&but("iat", json!(NOW + 30)))).is_ok());
}

/// No token at all, or not in its one form.
fn malformed() -> Vec<(String, Refusal)> {
    let good = es(&claims().to_string());
    let parts: Vec<&str> = good.split('.').collect();
    let mut list: Vec<String> = vec![
        String::new(),
        "abc".into(),
        parts[..2].join("."),
        format!("{good}."),
        format!("{good}.x.y"),
        "..".into(),
        format!(".{}.{}", parts[1], parts[2]),
        format!("{good}="),
        format!("{good} "),
        format!("{good}\n"),
        format!(" {good}"),
        format!("{}=.{}.{}", parts[0], parts[1], parts[2]),
        format!("{}.{} .{}", parts[0], parts[1], parts[2]),
        format!("{}.\u{e9}.{}", parts[0], parts[2]),
        signed("es", "not json", "{}"),
        signed("es", "[]", "{}"),
        signed("es", r#""ES256""#, "{}"),
        signed("es", &"[".repeat(700), "{}"),
        es_header(&format!(r#""a":"{}""#, "x".repeat(2000))),
        es(&format!(r#"{{"a":"{}"}}"#, "x".repeat(limits::TOKEN))),
    ];
    // Equal names, of which one reader takes the first and another the last.
    for member in [r#""alg":"none""#, r#""alg":"ES256""#, r#""kid":"rs""#, r#""\u0061lg":"none""#] {
        list.push(es_header(member));
    }
    list.push(signed("es", "{\"alg\":\"ES256\",\"kid\":\"es\\u0000\"}", "{}"));
    list.into_iter().map(|token| (token, Refusal::Malformed)).collect()
}

/// Other algorithms, other keys, headers that point elsewhere.
fn headers() -> Vec<(String, Refusal)> {
    let claims = claims().to_string();
    let mut list = Vec::new();
    for alg in [
        "none", "None", "nOnE", "NONE", "", "HS256", "HS384", "HS512", "RS512", "PS512", "ES512",
        "ES256K", "EdDSA", "es256", " ES256", "dir", "A256KW", "RS1",
    ] {
        list.push((signed("es", &header(alg, "es"), &claims), Refusal::Algorithm));
    }
    for header in
        [r#"{"kid":"es"}"#, r#"{"alg":null,"kid":"es"}"#, r#"{"alg":["ES256"],"kid":"es"}"#]
    {
        list.push((signed("es", header, &claims), Refusal::Algorithm));
    }
    list.push((
        format!("{}.{}.", base64url(header("none", "es").as_bytes()), base64url(claims.as_bytes())),
        Refusal::Algorithm,
    ));
    // The public key as the secret of a MAC.
    list.push((hmac_with_public_key(&claims), Refusal::Algorithm));
    // A key's name with an algorithm that it is not for.
    for (alg, kid) in [
        ("RS256", "es"),
        ("PS256", "rs"),
        ("RS256", "ps"),
        ("ES256", "rs"),
        ("ES384", "es"),
        ("ES256", "es384"),
        ("ES256", "enc"),
        ("RS256", "es384"),
    ] {
        list.push((signed("es", &header(alg, kid), &claims), Refusal::Key));
    }
    // Two that a token without a name could be from.
    list.push((signed("es", r#"{"alg":"ES256"}"#, &claims), Refusal::Key));
    for kid in ["unknown", "' OR 1=1 --", "../../../../dev/null", " es", "ES", "es\\t", "e\u{455}"]
    {
        let header = format!(r#"{{"alg":"ES256","kid":"{kid}"}}"#);
        list.push((signed("es", &header, &claims), Refusal::UnknownKey));
    }
    for kid in ["\"\"", "null", "0", r#"["es"]"#, r#"{"$ne":null}"#] {
        let header = format!(r#"{{"alg":"ES256","kid":{kid}}}"#);
        list.push((signed("es", &header, &claims), Refusal::Key));
    }
    let jwk = p256_jwk("es", 9);
    for member in [
        r#""jku":"http://127.0.0.1:9/jwks.json""#,
        r#""x5u":"http://127.0.0.1:9/cert""#,
        &format!(r#""jwk":{jwk}"#),
        r#""x5c":["MIIB"]"#,
        r#""crit":["exp"],"exp":1"#,
        r#""crit":[]"#,
        r#""b64":false"#,
        r#""zip":"DEF""#,
        r#""enc":"A128GCM""#,
    ] {
        list.push((es_header(member), Refusal::Header));
    }
    for member in [
        r#""typ":"at+jwt""#,
        r#""typ":"logout+jwt""#,
        r#""typ":"dpop+jwt""#,
        r#""typ":"JWE""#,
        r#""typ":"secevent+jwt""#,
        r#""typ":null"#,
        r#""typ":["JWT"]"#,
        r#""cty":"JWT""#,
    ] {
        list.push((es_header(member), Refusal::Type));
    }
    list
}

fn hmac_with_public_key(claims: &str) -> String {
    use hmac::{Hmac, KeyInit, Mac};
    let message =
        format!("{}.{}", base64url(header("HS256", "es").as_bytes()), base64url(claims.as_bytes()));
    let secret = p256_jwk("es", 1).to_string();
    let mut mac = Hmac::<sha2::Sha256>::new_from_slice(secret.as_bytes()).unwrap();
    mac.update(message.as_bytes());
    format!("{message}.{}", base64url(&mac.finalize().into_bytes()))
}

/// Right header and claims, wrong signature.
fn forged() -> Vec<(String, Refusal)> {
    let token = es(&claims().to_string());
    let (message, _) = token.rsplit_once('.').unwrap();
    let right = signature("es", message.as_bytes());
    let (r, s) = right.split_at(32);
    let der = p256::ecdsa::Signature::from_slice(&right).unwrap().to_der();
    let mut flipped = right.clone();
    flipped[63] ^= 1;
    let mut list: Vec<String> = [
        vec![0; 64],
        [vec![0; 32], s.to_vec()].concat(),
        [r.to_vec(), vec![0; 32]].concat(),
        vec![0xff; 64],
        der.as_bytes().to_vec(),
        right[..63].to_vec(),
        [right.as_slice(), &[0]].concat(),
        [&[0], right.as_slice()].concat(),
        vec![],
        flipped,
        [s, r].concat(),
        signature("other", message.as_bytes()),
    ]
    .iter()
    .map(|signature| resigned(&token, signature))
    .collect();
    let rs = signed("rs", &header("RS256", "rs"), &claims().to_string());
    let (message, _) = rs.rsplit_once('.').unwrap();
    let right = signature("rs", message.as_bytes());
    for wrong in [
        vec![],
        vec![0; 256],
        vec![1; 256],
        vec![0xff; 256],
        right[1..].to_vec(),
        [&[0], right.as_slice()].concat(),
        [right.as_slice(), &[0]].concat(),
        padded_without_hash(),
    ] {
        list.push(resigned(&rs, &wrong));
    }
    let parts: Vec<&str> = rs.split('.').collect();
    let other = base64url(but("sub", json!("1")).as_bytes());
    list.push(format!("{}.{other}.{}", parts[0], parts[2]));
    list.push(resigned(PS256, &right));
    list.push(PS256_UNSALTED.to_owned());
    // PKCS #1 v1.5 under the name of the key that is for PSS.
    list.push(signed("rs", &header("PS256", "ps"), &claims().to_string()));
    list.into_iter().map(|token| (token, Refusal::Signature)).collect()
}

/// A signature over nothing with right padding: what readers that skip the rest would take (Bleichenbacher 2006).
fn padded_without_hash() -> Vec<u8> {
    RSA.sign(rsa::Pkcs1v15Sign::new_unprefixed(), &[0; 20]).unwrap()
}

/// Rightly signed, but of wrong claims.
fn claiming() -> Vec<(String, Refusal)> {
    let mut list: Vec<(String, Refusal)> = Vec::new();
    let mut push = |name: &str, values: Vec<Value>, refusal: Refusal| {
        for value in values {
            list.push((es(&but(name, value)), refusal));
        }
    };
    push(
        "iss",
        vec![
            json!(null),
            json!(""),
            json!("https://id.example/"),
            json!("https://ID.example"),
            json!("http://id.example"),
            json!("https://id.example.evil.example"),
            json!([ISSUER]),
            json!(1),
        ],
        Refusal::Issuer,
    );
    push(
        "sub",
        vec![
            json!(null),
            json!(""),
            json!(1),
            json!(["a"]),
            json!("a\u{7}"),
            json!("x".repeat(256)),
        ],
        Refusal::Subject,
    );
    push(
        "aud",
        vec![
            json!(null),
            json!(""),
            json!([]),
            json!("other"),
            json!(["other"]),
            json!(1),
            json!({"a": 1}),
            json!([CLIENT, 1]),
            json!("client-1 "),
            json!("CLIENT-1"),
        ],
        Refusal::Audience,
    );
    push("aud", vec![json!([CLIENT, "other"])], Refusal::AuthorizedParty);
    push(
        "azp",
        vec![json!("other"), json!([CLIENT]), json!(1), json!("")],
        Refusal::AuthorizedParty,
    );
    push(
        "nonce",
        vec![
            json!(null),
            json!(""),
            json!("n-0S6_WzA2Mj "),
            json!("N-0S6_WzA2Mj"),
            json!(1),
            json!(["n-0S6_WzA2Mj"]),
        ],
        Refusal::Nonce,
    );
    for name in ["exp", "iat"] {
        push(name, vec![json!(null)], Refusal::Date(name));
    }
    for name in ["exp", "iat", "nbf"] {
        let wrong = vec![
            json!((NOW + 300).to_string()),
            json!(true),
            json!([]),
            json!({}),
            json!(1.8e9),
            json!(-1),
            json!(9_007_199_254_740_993_i64),
            json!(18_446_744_073_709_551_615_u64),
        ];
        push(name, wrong, Refusal::Date(name));
    }
    push("exp", vec![json!(NOW - 31), json!(0)], Refusal::Expired);
    push("iat", vec![json!(NOW + 31)], Refusal::NotYetValid);
    push("nbf", vec![json!(NOW + 31)], Refusal::NotYetValid);
    push("exp", vec![json!(NOW + 86_401)], Refusal::TooLong);
    push("iat", vec![json!(0)], Refusal::TooLong);
    push("at_hash", vec![json!(1), json!([])], Refusal::AccessToken);
    for payload in [
        "",
        "[]",
        "null",
        "{\"iss\":1",
        "{\"iss\":\"a\",\"iss\":\"b\"}",
        "{\"a\":{\"b\":1,\"b\":2}}",
        "{\"a\":\"\\u0000\"}",
    ] {
        list.push((es(payload), Refusal::Claims));
    }
    list.push((
        signed("foreign", &header("ES256", "foreign"), &claims().to_string()),
        Refusal::KeyIssuer,
    ));
    list
}

#[test]
fn every_hostile_token_is_refused_for_its_reason_and_soon() {
    let list = [malformed(), headers(), forged(), claiming()].concat();
    assert!(list.len() >= 80, "{}", list.len());
    for (token, refusal) in &list {
        let start = Instant::now();
        assert_eq!(check(token), Err(*refusal), "{}", &token[..token.len().min(300)]);
        // One signature at most, also in a build for debugging.
        assert!(start.elapsed().as_millis() < 1_000);
    }
}

#[test]
fn the_nonce_proves_who_asked() {
    let nonce = "a nonce that only the client knows";
    let hashed = super::id_token::hex(&<sha2::Sha256 as sha2::Digest>::digest(nonce));
    let token = es(&but("nonce", json!(hashed)));
    assert_eq!(check_with(&token, |e| e.nonce = Nonce::Hashed(nonce)), Ok(()));
    for wrong in [Nonce::Hashed(&hashed), Nonce::Hashed(""), Nonce::Absent, Nonce::Plain("")] {
        assert_eq!(check_with(&token, |e| e.nonce = wrong), Err(Refusal::Nonce), "{wrong:?}");
    }
    assert_eq!(check_with(&token, |e| e.nonce = Nonce::Unchecked), Ok(()));
    let without = es(&but("nonce", json!(null)));
    assert_eq!(check_with(&without, |e| e.nonce = Nonce::Absent), Ok(()));
    assert_eq!(check_with(&without, |e| e.nonce = Nonce::Hashed(nonce)), Err(Refusal::Nonce));
}

#[test]
fn the_access_token_is_the_one_that_came_with_it() {
    // OIDC Core has no example; this is SHA-256 by hand: half of 32 bytes.
    for (alg, kid) in [("RS256", "rs"), ("ES256", "es"), ("ES384", "es384")] {
        let half = sets::Algorithm::parse(alg).unwrap().half_hash("token-1");
        assert_eq!(half.len(), if alg == "ES384" { 24 } else { 16 });
        let token = signed(kid, &header(alg, kid), &but("at_hash", json!(base64url(&half))));
        assert_eq!(check_with(&token, |e| e.access_token = Some("token-1")), Ok(()), "{alg}");
        assert_eq!(
            check_with(&token, |e| e.access_token = Some("token-2")),
            Err(Refusal::AccessToken)
        );
        assert_eq!(check_with(&token, |e| e.access_token = None), Ok(()));
    }
}

#[test]
fn google_may_name_another_client_of_the_same_project() {
    let token = es(&but("azp", json!("android-client")));
    assert_eq!(check_with(&token, |e| e.foreign_azp = true), Ok(()));
    let mut two = claims();
    (two["aud"], two["azp"]) = (json!([CLIENT, "api"]), json!("android-client"));
    let token = es(&two.to_string());
    assert_eq!(check_with(&token, |e| e.foreign_azp = true), Err(Refusal::AuthorizedParty));
}

#[test]
fn a_tenant_is_named_twice_and_alike() {
    const TID: &str = "9188040d-6c67-4c5b-b112-36a304b66dad";
    let many = vec!["https://login.example/{tenantid}/v2.0".to_owned()];
    let clients = clients();
    let run = |iss: &str, tid: Value| {
        let mut all = claims();
        (all["iss"], all["tid"]) = (json!(iss), tid);
        verify(&es(&all.to_string()), &jwks(), expected(&many, &clients), NOW).map(|_| ())
    };
    let issuer = format!("https://login.example/{TID}/v2.0");
    assert_eq!(run(&issuer, json!(TID)), Ok(()));
    for (iss, tid) in [
        (issuer.as_str(), json!("72f988bf-86f1-41af-91ab-2d7cd011db47")),
        (&issuer, json!(null)),
        (&issuer, json!("../x")),
        ("https://login.example/{tenantid}/v2.0", json!(TID)),
        ("https://login.example/{tenantid}/v2.0", json!("{tenantid}")),
        ("https://login.example/common/v2.0", json!("common")),
        ("https://login.example//v2.0", json!("")),
        ("https://evil.example/9188040d-6c67-4c5b-b112-36a304b66dad/v2.0", json!(TID)),
    ] {
        assert_eq!(run(iss, tid.clone()), Err(Refusal::Issuer), "{iss} {tid}");
    }
}

#[test]
fn the_claimed_issuer_is_read_for_looking_up_alone() {
    assert_eq!(claimed_issuer(&es(&claims().to_string())).as_deref(), Some(ISSUER));
    for wrong in
        ["", "a.b.c", &es("[]"), &es("{\"iss\":1}"), &es(&but("iss", json!("x".repeat(300))))]
    {
        assert_eq!(claimed_issuer(wrong), None);
    }
}

#[test]
fn a_set_is_small_and_has_a_key_that_can_be_used() {
    assert!(sets::read(&jwks().to_string()).is_ok());
    let many: Vec<Value> = (0..21).map(|n| p256_jwk(&format!("k{n}"), 1)).collect();
    let mut weak = rsa_jwk("weak");
    weak["n"] = json!(base64url(&[0xff; 127]));
    let (mut even, mut one) = (rsa_jwk("even"), rsa_jwk("one"));
    (even["e"], one["e"]) = (json!("AQAC"), json!("AQ"));
    let mut huge = rsa_jwk("huge");
    huge["n"] = json!(base64url(&[0xff; 1100]));
    let mut slow = rsa_jwk("slow");
    slow["e"] = json!(base64url(&[0xff; 256]));
    let mut off = p256_jwk("off", 1);
    off["y"] = off["x"].clone();
    let mut private = p256_jwk("private", 1);
    private["d"] = json!("AAAA");
    let mut confused = p256_jwk("confused", 1);
    confused["alg"] = json!("RS256");
    let mut ops = p256_jwk("ops", 1);
    ops["key_ops"] = json!(["sign"]);
    for set in [
        json!({"keys": many}),
        json!({"keys": []}),
        json!({"keys": {}}),
        json!({}),
        json!([]),
        json!({"keys": [{"kty": "oct", "k": "AAAA", "kid": "k"}]}),
        json!({"keys": [weak]}),
        json!({"keys": [even, one]}),
        json!({"keys": [huge]}),
        json!({"keys": [slow]}),
        json!({"keys": [off]}),
        json!({"keys": [private]}),
        json!({"keys": [confused]}),
        json!({"keys": [ops]}),
        json!({"keys": [1, null, "x", []]}),
    ] {
        assert!(sets::read(&set.to_string()).is_err(), "{set}");
    }
    assert!(sets::read(&format!("{{\"keys\":[],{}", &jwks().to_string()[1..])).is_err());
    assert!(sets::read(&"x".repeat(DOCUMENT + 1)).is_err());
}
