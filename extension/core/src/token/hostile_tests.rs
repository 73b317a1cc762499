//! Tokens that must be refused, each with the words that it must be refused with (THREATS C1 to C3). All are made here, with real
//! keys, so that each fails for the one reason that it is about.

use super::tests::{NOW, SECRET, check, keys, mac, pair, signing};
use super::*;
use hmac::{KeyInit, Mac};
use p256::ecdsa::signature::Signer;
use std::time::Instant;

const BAD: &str = "JWT cryptographic operation failed";
const NO_KEY: &str = "No suitable key or wrong key type";
const UNSECURED: &str = "Wrong or unsupported encoding algorithm";
const TYPE: &str = "Unsupported token type";
const CLAIMS: &str = "Parsing claims failed";

fn b64(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// Claims that would pass.
fn good() -> String {
    format!(r#"{{"role":"authenticated","exp":{},"iat":{NOW}}}"#, NOW + 600)
}

/// Signed by our session key over any header and payload.
fn es(header: &str, claims: &str) -> String {
    let message = format!("{}.{}", b64(header), b64(claims));
    format!("{message}.{}", b64(raw_signature(message.as_bytes())))
}

fn raw_signature(message: &[u8]) -> Vec<u8> {
    use p256::pkcs8::DecodePrivateKey;
    let key = p256::ecdsa::SigningKey::from_pkcs8_der(&pair(1).secret).unwrap();
    let signature: p256::ecdsa::Signature = key.sign(message);
    signature.to_bytes().to_vec()
}

/// Our header with another member put in.
fn header_with(member: &str) -> String {
    format!(r#"{{"alg":"ES256","kid":"{}",{member}}}"#, pair(1).kid)
}

fn hs(claims: &str) -> String {
    mac(r#"{"alg":"HS256","typ":"JWT"}"#, claims, SECRET)
}

/// `token` with its signature replaced.
fn resigned(token: &str, signature: impl AsRef<[u8]>) -> String {
    format!("{}.{}", token.rsplit_once('.').unwrap().0, b64(signature))
}

fn unsigned(alg: &str) -> String {
    format!("{}.{}.", b64(format!(r#"{{"alg":"{alg}"}}"#)), b64(good()))
}

/// What is no token at all.
fn malformed() -> Vec<(String, String)> {
    let good = es(&header_with(r#""typ":"JWT""#), &good());
    let parts: Vec<&str> = good.split('.').collect();
    let got = |n: usize| format!("Expected 3 parts in JWT; got {n}");
    vec![
        (String::new(), "Empty JWT is sent in Authorization header".into()),
        ("abc".into(), got(1)),
        (parts[..2].join("."), got(2)),
        (format!("{good}."), got(4)),
        (format!("{good}.x.y"), got(5)),
        ("....".into(), got(5)),
        ("..".into(), BAD.into()),
        (format!(".{}.{}", parts[1], parts[2]), BAD.into()),
        (format!("{good}="), BAD.into()),
        (format!("{good}=="), BAD.into()),
        (format!("{good} "), BAD.into()),
        (format!("{good}\n"), BAD.into()),
        (format!(" {good}"), BAD.into()),
        (format!("{}=.{}.{}", parts[0], parts[1], parts[2]), BAD.into()),
        (format!("{}.{} .{}", parts[0], parts[1], parts[2]), BAD.into()),
        (format!("{}.\u{e9}.{}", parts[0], parts[2]), BAD.into()),
        (good.replace(['-', '_'], "+"), BAD.into()),
        (format!("{}A.{}.{}", parts[0], parts[1], parts[2]), BAD.into()),
        // JWE has five parts; the same with an encrypting header in three.
        (es(r#"{"alg":"dir","enc":"A256GCM"}"#, "{}"), BAD.into()),
        (es("not json", &self::good()), BAD.into()),
        (es("[]", &self::good()), BAD.into()),
        (es("\"ES256\"", &self::good()), BAD.into()),
        (es("{}", &self::good()), BAD.into()),
        (es(r#"{"alg":null}"#, &self::good()), BAD.into()),
        (es(r#"{"alg":["ES256"]}"#, &self::good()), BAD.into()),
        (es(&format!("{} x", header_with(r#""a":1"#)), &self::good()), BAD.into()),
        (es(&"[".repeat(600), &self::good()), BAD.into()),
        (es(&header_with(&format!(r#""a":"{}""#, "x".repeat(2000))), &self::good()), BAD.into()),
        (es(&header_with(&format!(r#""a":"{}""#, "x".repeat(1 << 20))), &self::good()), BAD.into()),
        (hs(&format!(r#"{{"a":"{}"}}"#, "x".repeat(limits::TOKEN))), BAD.into()),
    ]
}

/// Confused algorithms and foreign keys.
fn confused() -> Vec<(String, &'static str)> {
    let kid = pair(1).kid;
    let jwk = pair(1).public_jwk;
    let jwk: Value = serde_json::from_str(&jwk).unwrap();
    let x = URL_SAFE_NO_PAD.decode(jwk["x"].as_str().unwrap()).unwrap();
    let y = URL_SAFE_NO_PAD.decode(jwk["y"].as_str().unwrap()).unwrap();
    let point = [&[4], x.as_slice(), y.as_slice()].concat();
    let hs_kid = |kid: &str| format!(r#"{{"alg":"HS256","kid":"{kid}"}}"#);
    let es_kid = |kid: &str| format!(r#"{{"alg":"ES256","kid":"{kid}"}}"#);
    let other = sign(&good(), &signing(&pair(9))).unwrap();
    let posing = sign(&good(), &SigningKey::from_pkcs8(&kid, &pair(9).secret).unwrap()).unwrap();
    let mut list: Vec<(String, &'static str)> = vec![
        // The public key as an HMAC secret, in each form in which it can be had.
        (mac(&hs_kid(&kid), &good(), jwk.to_string().as_bytes()), NO_KEY),
        (mac(&hs_kid(&kid), &good(), &point), NO_KEY),
        (mac(&hs_kid(&kid), &good(), &x), NO_KEY),
        (mac(r#"{"alg":"HS256"}"#, &good(), &point), NO_KEY),
        (mac(r#"{"alg":"HS256"}"#, &good(), b""), NO_KEY),
        (mac(r#"{"alg":"HS256"}"#, &good(), &SECRET[1..]), NO_KEY),
        // A key's own name with the other algorithm.
        (mac(&es_kid(&kid), &good(), SECRET), NO_KEY),
        (es(&hs_kid(&kid), &good()), NO_KEY),
        (es(&es_kid("legacy"), &good()), NO_KEY),
        (mac(&es_kid("legacy"), &good(), SECRET), NO_KEY),
        // Ours without kid, another pair, another pair under our kid.
        (es(r#"{"alg":"ES256"}"#, &good()), NO_KEY),
        (other, NO_KEY),
        (posing, NO_KEY),
        // The API key's kid over the session key's signature.
        (es(&es_kid(&pair(2).kid), &good()), NO_KEY),
    ];
    for alg in ["none", "None", "nOnE", "NONE"] {
        list.push((unsigned(alg), UNSECURED));
    }
    let foreign = [
        "HS384", "HS512", "RS256", "RS512", "PS256", "ES384", "ES512", "ES256K", "EdDSA", "hs256",
        "es256", "Es256", " ES256", "", "dir", "A256KW", "nonee",
    ];
    for alg in foreign {
        list.push((es(&format!(r#"{{"alg":"{alg}","kid":"{kid}"}}"#), &good()), NO_KEY));
    }
    list.push((format!("{}.{}.", b64(es_kid(&kid)), b64(good())), NO_KEY));
    list.push((format!("{}.{}.", b64(r#"{"alg":"HS256"}"#), b64(good())), NO_KEY));
    list
}

/// Right header and claims, wrong signature.
fn forged() -> Vec<(String, &'static str)> {
    let token = sign(&good(), &signing(&pair(1))).unwrap();
    let (message, _) = token.rsplit_once('.').unwrap();
    let right = raw_signature(message.as_bytes());
    let order = hex(b"ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551");
    let (r, s) = right.split_at(32);
    let der = p256::ecdsa::Signature::from_slice(&right).unwrap().to_der();
    let mut flipped = right.clone();
    flipped[63] ^= 1;
    let swapped = [s, r].concat();
    let mac_token = hs(&good());
    let mac_right = URL_SAFE_NO_PAD.decode(mac_token.rsplit_once('.').unwrap().1).unwrap();
    let signatures: Vec<Vec<u8>> = vec![
        vec![0; 64],
        [vec![0; 32], s.to_vec()].concat(),
        [r.to_vec(), vec![0; 32]].concat(),
        [order.clone(), s.to_vec()].concat(),
        [r.to_vec(), order.clone()].concat(),
        [order.clone(), order].concat(),
        vec![0xff; 64],
        [vec![0; 31], vec![1], vec![0; 31], vec![1]].concat(),
        der.as_bytes().to_vec(),
        right[..63].to_vec(),
        [right.as_slice(), &[0]].concat(),
        [&[0], right.as_slice()].concat(),
        [right.as_slice(), right.as_slice()].concat(),
        vec![],
        flipped,
        swapped,
    ];
    let mut list: Vec<_> = signatures.iter().map(|s| (resigned(&token, s), NO_KEY)).collect();
    for signature in
        [&mac_right[..31], &mac_right[..1], &[], &[0; 32], &[&mac_right[..], &[0]].concat()]
    {
        list.push((resigned(&mac_token, signature), NO_KEY));
    }
    // Signed parts exchanged: another payload, another header under the same signature.
    let parts: Vec<&str> = token.split('.').collect();
    let admin = b64(good().replace("authenticated", "service_role"));
    list.push((format!("{}.{admin}.{}", parts[0], parts[2]), NO_KEY));
    let header = b64(format!(r#"{{"kid":"{}","alg":"ES256"}}"#, pair(1).kid));
    list.push((format!("{header}.{}.{}", parts[1], parts[2]), NO_KEY));
    list
}

/// Headers that point elsewhere or change what the payload means; all with a right signature.
fn pointing() -> Vec<(String, &'static str)> {
    let jwk = pair(9).public_jwk;
    let mut list: Vec<(String, &'static str)> = [
        r#""jku":"http://127.0.0.1:9/jwks.json""#,
        r#""x5u":"http://127.0.0.1:9/cert""#,
        &format!(r#""jwk":{jwk}"#),
        r#""x5c":["MIIB"]"#,
        r#""x5t":"AAAA""#,
        r#""x5t#S256":"AAAA""#,
        r#""crit":["exp"],"exp":1"#,
        r#""crit":[]"#,
        r#""b64":false,"crit":["b64"]"#,
        r#""b64":false"#,
        r#""b64":true"#,
        r#""zip":"DEF""#,
        r#""enc":"A128GCM""#,
        // Equal names, of which one reader takes the first and another the last.
        r#""alg":"none""#,
        r#""alg":"ES256""#,
        r#""kid":"legacy""#,
        r#""\u0061lg":"none""#,
        r#""a":{"b":1,"b":2}"#,
    ]
    .iter()
    .map(|member| (es(&header_with(member), &good()), BAD))
    .collect();
    for member in [
        r#""cty":"JWT""#,
        r#""typ":"JWE""#,
        r#""typ":"logout+jwt""#,
        r#""typ":"dpop+jwt""#,
        r#""typ":null"#,
        r#""typ":["JWT"]"#,
    ] {
        list.push((es(&header_with(member), &good()), TYPE));
    }
    let kids = [
        r#""""#.to_owned(),
        r#""unknown""#.to_owned(),
        r#""' OR 1=1 --""#.to_owned(),
        r#""../../../../dev/null""#.to_owned(),
        r#""/proc/self/environ""#.to_owned(),
        r#"" legacy""#.to_owned(),
        r#""LEGACY""#.to_owned(),
        "\"l\u{435}gacy\"".to_owned(),
        "null".to_owned(),
        "0".to_owned(),
        r#"["legacy"]"#.to_owned(),
        r#"{"$ne":null}"#.to_owned(),
        format!("\"{}\"", "k".repeat(65)),
    ];
    for kid in kids {
        let header = format!(r#"{{"alg":"HS256","kid":{kid}}}"#);
        list.push((mac(&header, &good(), SECRET), NO_KEY));
    }
    // Not readable at all, rather than unknown: no header of ours has U+0000.
    for header in [r#"{"alg":"ES256\u0000"}"#, r#"{"alg":"HS256","kid":"legacy\u0000"}"#] {
        list.push((mac(header, &good(), SECRET), BAD));
    }
    let long = format!(r#"{{"alg":"HS256","kid":"{}"}}"#, "k".repeat(1 << 20));
    list.push((mac(&long, &good(), SECRET), BAD));
    list
}

/// Claims of wrong type, form or time; all rightly signed.
fn claiming() -> Vec<(String, String)> {
    let exp = NOW + 600;
    let mut list: Vec<(String, String)> = Vec::new();
    for claim in ["exp", "nbf", "iat"] {
        let numbers = [
            format!("\"{exp}\""),
            "null".into(),
            "true".into(),
            "[]".into(),
            format!("[{exp}]"),
            "{}".into(),
            format!("{exp}.5"),
            format!("{exp}.0"),
            "1.8e9".into(),
            "9007199254740993".into(),
            "9223372036854775807".into(),
            "18446744073709551615".into(),
            "1e19".into(),
            "-1".into(),
        ];
        for number in numbers {
            let token = hs(&format!(r#"{{"{claim}":{number}}}"#));
            list.push((token, format!("The JWT '{claim}' claim must be a number")));
        }
        list.push((hs(&format!(r#"{{"{claim}":1e400}}"#)), CLAIMS.into()));
        list.push((hs(&format!(r#"{{"{claim}":NaN}}"#)), CLAIMS.into()));
    }
    let kid = header_with(r#""typ":"JWT""#);
    list.extend([
        (es(&kid, r#"{"role":"anon"}"#), "The JWT 'exp' claim must be a number".into()),
        (es(&kid, &format!(r#"{{"exp":{}}}"#, NOW - 31)), "JWT expired".into()),
        (hs(r#"{"exp":0}"#), "JWT expired".into()),
        (hs(&format!(r#"{{"nbf":{}}}"#, NOW + 31)), "JWT not yet valid".into()),
        (hs(&format!(r#"{{"iat":{}}}"#, NOW + 31)), "JWT issued at future".into()),
        (hs(r#"{"aud":1}"#), "The JWT 'aud' claim must be a string or an array of strings".into()),
        (
            hs(r#"{"aud":["a",1]}"#),
            "The JWT 'aud' claim must be a string or an array of strings".into(),
        ),
    ]);
    for payload in [
        "",
        "null",
        "[]",
        "\"x\"",
        "{",
        "{}{}",
        "{} trailing",
        r#"{"role":"anon","role":"service_role"}"#,
        r#"{"exp":1,"exp":99999999999}"#,
        r#"{"role":"anon","r\u006fle":"service_role"}"#,
        r#"{"a":{"b":1,"b":2}}"#,
        r#"{"a":[{"b":1,"b":2}]}"#,
        r#"{"sub":"a\u0000b"}"#,
        r#"{"a\u0000":1}"#,
        r#"{"sub":"\ud800"}"#,
        "{\"a\":\"\u{1}\"}",
        r#"{"a":01}"#,
        r#"{"role":["anon"]}"#,
        r#"{"role":1}"#,
        r#"{"role":{"a":"anon"}}"#,
    ] {
        list.push((hs(payload), CLAIMS.into()));
    }
    let deep = format!(r#"{{"a":{}{}}}"#, "[".repeat(1000), "]".repeat(1000));
    list.push((hs(&deep), CLAIMS.into()));
    // A nested token: its payload is a token, not claims.
    list.push((hs(&hs(&good())), CLAIMS.into()));
    list
}

fn hex(text: &[u8]) -> Vec<u8> {
    text.chunks(2)
        .map(|pair| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap())
        .collect()
}

fn owned(list: Vec<(String, &'static str)>) -> Vec<(String, String)> {
    list.into_iter().map(|(token, message)| (token, message.to_owned())).collect()
}

#[test]
fn refuses_every_hostile_token_in_the_right_words() {
    // Else a broken helper would have everything refused.
    assert!(check(&es(&header_with(r#""typ":"JWT""#), &good())).is_ok());
    assert!(check(&es(&header_with(r#""typ":"at+jwt""#), &good())).is_ok());
    assert!(check(&hs(&good())).is_ok());
    let all: Vec<_> =
        [malformed(), owned(confused()), owned(forged()), owned(pointing()), claiming()].concat();
    assert!(all.len() >= 80, "{}", all.len());
    let mut seen = std::collections::HashSet::new();
    let mut wrong = Vec::new();
    for (token, message) in &all {
        assert!(seen.insert(token), "twice in the list: {token:.200}");
        let found = check(token).map(|verified| verified.claims_json);
        if found.as_ref().map_err(|error| error.message()) != Err(message.clone()) {
            wrong.push(format!("{token:.120}: wanted {message:?}, found {found:?}"));
        }
        if let Err(error) = found {
            assert_eq!(crate::error::ApiError::from(error).status, 401);
        }
    }
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), all.len(), wrong.join("\n"));
}

#[test]
fn refuses_bytes_that_are_no_text() {
    let message = format!("{}.{}", b64(r#"{"alg":"HS256"}"#), b64(b"{\"a\":\"\xff\"}"));
    let mut mac = hmac::Hmac::<Sha256>::new_from_slice(SECRET).unwrap();
    mac.update(message.as_bytes());
    let token = format!("{message}.{}", b64(mac.finalize().into_bytes()));
    assert_eq!(check(&token), Err(TokenError::Claims));
}

/// Every byte of a good token changed, one at a time: none passes with other claims.
#[test]
fn no_single_change_survives() {
    for token in [hs(&good()), es(&header_with(r#""typ":"JWT""#), &good())] {
        for at in 0..token.len() {
            for bit in [1, 4, 32] {
                let mut bytes = token.clone().into_bytes();
                bytes[at] ^= bit;
                let Ok(changed) = String::from_utf8(bytes) else {
                    continue;
                };
                assert!(check(&changed).is_err(), "byte {at} bit {bit}");
            }
        }
        for end in 0..token.len() {
            assert!(check(&token[..end]).is_err(), "cut at {end}");
        }
    }
}

/// Bytes from a counter through SHA-256: no panic, no acceptance.
#[test]
fn refuses_noise() {
    let alphabet = b"ABCXYZabcxyz0189-_.=+/{}\"\\ \n\0\xc3\xa9";
    for seed in 0u32..2_000 {
        let noise: Vec<u8> = (0u32..8)
            .flat_map(|block| Sha256::digest([seed.to_be_bytes(), block.to_be_bytes()].concat()))
            .map(|byte| alphabet[byte as usize % alphabet.len()])
            .collect();
        let noise = String::from_utf8_lossy(&noise);
        assert!(check(&noise).is_err());
        assert!(check(&format!("{}.{}.{}", b64(&*noise), b64(&*noise), b64(&*noise))).is_err());
        let _ = strict::object(noise.as_bytes());
    }
}

/// A megabyte is refused by its length, before anything is decoded or computed.
#[test]
fn refuses_the_oversized_at_once() {
    let set = keys();
    let rules = Rules { audience: None, role_claim: &ClaimPath::default() };
    let tokens = [
        "a".repeat(1 << 20),
        ".".repeat(1 << 20),
        format!("{}.{}.x", b64("[".repeat(500_000)), b64("{}")),
    ];
    for token in tokens {
        let start = Instant::now();
        assert_eq!(verify(&token, &set, NOW, rules), Err(TokenError::Malformed));
        assert!(start.elapsed().as_millis() < 5);
    }
}
