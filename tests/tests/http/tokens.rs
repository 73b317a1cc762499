//! Tokens and API keys: who one is with what, and every token that must be refused. Rotation and revocation of the
//! signing keys are drills: they would end the tokens of the other tests.

use howdah_tests::api::{Api, user_id};
use howdah_tests::forge::{base64url, hs256, hs256_raw, now, part};
use howdah_tests::server::{Howdah, shared};
use howdah_tests::table::each;
use serde_json::{Value, json};
use std::sync::OnceLock;

const SECRET: &[u8] = b"a shared secret of more than 32 bytes, for tests";
const KID: &str = "tests-hs256";

fn anon() -> Api<'static> {
    Api::anon(shared(), "rpc")
}

/// A Howdah that accepts tokens under [`SECRET`].
fn imported() -> &'static Howdah {
    static IMPORTED: OnceLock<()> = OnceLock::new();
    let howdah = shared();
    IMPORTED.get_or_init(|| {
        howdah.sql(&format!(
            "DELETE FROM howdah.keys WHERE kid = '{KID}'; SELECT howdah.import_key('{KID}', 'HS256', '{}')",
            String::from_utf8_lossy(SECRET)
        ));
    });
    howdah
}

fn claims(more: Value) -> Value {
    let mut claims =
        json!({"role": "authenticated", "sub": user_id(1), "iat": now(), "exp": now() + 600});
    for (key, value) in more.as_object().expect("an object") {
        if value == "absent" {
            claims.as_object_mut().expect("an object").remove(key);
        } else {
            claims[key] = value.clone();
        }
    }
    claims
}

#[test]
fn signs_with_es256_and_publishes_the_key() {
    let howdah = shared();
    let token = howdah.mint("authenticated", &json!({"sub": user_id(1)}), "1 hour");
    let header = part(&token, 0);
    assert_eq!((&header["alg"], &header["typ"]), (&json!("ES256"), &json!("JWT")));
    let reply = anon().call("GET", "/auth/v1/.well-known/jwks.json").send();
    let keys = reply.is(200).json();
    let keys = keys["keys"].as_array().expect("keys").clone();
    assert!(keys.iter().any(|k| k["kid"] == header["kid"]), "the signing key is published");
    for key in keys {
        assert_eq!((&key["kty"], &key["crv"]), (&json!("EC"), &json!("P-256")));
        for secret in ["d", "k", "p", "q"] {
            assert!(key.get(secret).is_none(), "no private part: {key}");
        }
    }
    let payload = part(&token, 1);
    assert_eq!((&payload["role"], &payload["sub"]), (&json!("authenticated"), &json!(user_id(1))));
    assert!(payload["exp"].is_i64() && payload["iat"].is_i64());
}

#[test]
fn tells_who_one_is_by_token_or_key() {
    let howdah = shared();
    let who = |headers: &[(&str, &str)]| {
        let mut call = anon().rest("GET", "/rpc/whoami");
        for (name, value) in headers {
            call = call.header(name, value);
        }
        call.send().is(200).json()["user"].clone()
    };
    let token = format!("Bearer {}", howdah.mint("authenticated", &json!({}), "1 hour"));
    let lower = token.replace("Bearer", "bearer");
    let anon_key = format!("Bearer {}", howdah.anon_key);
    let service_key = format!("Bearer {}", howdah.service_key);
    assert_eq!(who(&[]), "anon");
    assert_eq!(who(&[("apikey", &howdah.anon_key)]), "anon");
    assert_eq!(who(&[("Authorization", &anon_key)]), "anon");
    assert_eq!(who(&[("apikey", &howdah.anon_key), ("Authorization", &anon_key)]), "anon");
    assert_eq!(who(&[("apikey", &howdah.anon_key), ("Authorization", &token)]), "authenticated");
    assert_eq!(who(&[("Authorization", &token)]), "authenticated");
    assert_eq!(who(&[("Authorization", &lower)]), "authenticated");
    assert_eq!(who(&[("apikey", &howdah.service_key)]), "service_role");
    assert_eq!(
        who(&[("apikey", &howdah.service_key), ("Authorization", &service_key)]),
        "service_role"
    );
    assert_eq!(who(&[("apikey", &howdah.service_key), ("Authorization", &token)]), "authenticated");
}

#[test]
fn accepts_imported_secrets() {
    let api = anon().with_token(&hs256(KID, &claims(json!({})), SECRET));
    imported();
    let body = api.get("/rpc/whoami").is(200).json();
    assert_eq!((&body["user"], &body["uid"]), (&json!("authenticated"), &json!(user_id(1))));
    let no_kid = hs256_raw(
        r#"{"alg":"HS256","typ":"JWT"}"#,
        claims(json!({})).to_string().as_bytes(),
        SECRET,
    );
    anon().with_token(&no_kid).get("/rpc/whoami").is(200);
    let mut dba = shared().dba();
    assert!(dba.batch_execute("SELECT howdah.import_key('short', 'HS256', 'too short')").is_err());
    assert!(
        dba.batch_execute("SELECT howdah.import_key('none', 'none', repeat('x', 64))").is_err()
    );
}

#[test]
fn says_why_a_token_is_refused() {
    imported();
    let signed = |more: Value| hs256(KID, &claims(more), SECRET);
    let cases: Vec<(String, &str, &str)> = vec![
        (signed(json!({"exp": now() - 40})), "PGRST303", "JWT expired"),
        (signed(json!({"nbf": now() + 40})), "PGRST303", "JWT not yet valid"),
        (signed(json!({"iat": now() + 40})), "PGRST303", "JWT issued at future"),
        (signed(json!({"exp": "9999999999"})), "PGRST303", "The JWT 'exp' claim must be a number"),
        (
            signed(json!({"exp": [9_999_999_999_i64]})),
            "PGRST303",
            "The JWT 'exp' claim must be a number",
        ),
        (signed(json!({"exp": null})), "PGRST303", "The JWT 'exp' claim must be a number"),
        (signed(json!({"nbf": "0"})), "PGRST303", "The JWT 'nbf' claim must be a number"),
        (signed(json!({"iat": true})), "PGRST303", "The JWT 'iat' claim must be a number"),
        (
            signed(json!({"aud": 5})),
            "PGRST303",
            "The JWT 'aud' claim must be a string or an array of strings",
        ),
        ("a.b".to_owned(), "PGRST301", "Expected 3 parts in JWT; got 2"),
        ("a".to_owned(), "PGRST301", "Expected 3 parts in JWT; got 1"),
        ("a.b.c.d".to_owned(), "PGRST301", "Expected 3 parts in JWT; got 4"),
        (
            hs256(KID, &claims(json!({})), b"another secret of more than 32 bytes .."),
            "PGRST301",
            "No suitable key or wrong key type",
        ),
        (
            hs256("unknown", &claims(json!({})), SECRET),
            "PGRST301",
            "No suitable key or wrong key type",
        ),
    ];
    each(&cases, |(token, code, message)| {
        let reply = anon().with_token(token).get("/rpc/whoami");
        let body = reply.fails(401, code);
        assert_eq!(body["message"], *message);
        let challenge = reply.header("www-authenticate").unwrap_or_default();
        assert_eq!(
            challenge,
            format!("Bearer error=\"invalid_token\", error_description=\"{message}\"")
        );
    });
    let empty = anon().rest("GET", "/rpc/whoami").header("Authorization", "Bearer ").send();
    assert_eq!(
        empty.fails(401, "PGRST301")["message"],
        "Empty JWT is sent in Authorization header"
    );
    // Half a minute of clock skew is allowed.
    for more in [json!({"exp": now() - 20}), json!({"nbf": now() + 20}), json!({"iat": now() + 20})]
    {
        anon().with_token(&signed(more)).get("/rpc/whoami").is(200);
    }
}

#[test]
fn refuses_hostile_tokens_alike() {
    imported();
    let howdah = shared();
    let good = howdah.mint("authenticated", &json!({"sub": user_id(1)}), "1 hour");
    let parts: Vec<&str> = good.split('.').collect();
    let payload = claims(json!({})).to_string();
    let kid = part(&good, 0)["kid"].as_str().expect("a kid").to_owned();
    let public =
        howdah.value(&format!("SELECT public_jwk::text FROM howdah.keys WHERE kid = '{kid}'"));
    let none = |alg: &str| {
        format!(
            "{}.{}.",
            base64url(format!(r#"{{"alg":"{alg}","typ":"JWT"}}"#)),
            base64url(&payload)
        )
    };
    let header = |text: &str| hs256_raw(text, payload.as_bytes(), SECRET);
    let body = |text: &str| {
        hs256_raw(&format!(r#"{{"alg":"HS256","kid":"{KID}"}}"#), text.as_bytes(), SECRET)
    };
    let mut flipped = good.clone().into_bytes();
    let last = flipped.len() - 10;
    flipped[last] = if flipped[last] == b'A' { b'B' } else { b'A' };
    let mut tokens = vec![
        String::from_utf8(flipped).expect("ASCII"),
        none("none"),
        none("None"),
        none("nOnE"),
        none("NONE"),
        format!("{}{}", none("none"), parts[2]),
        format!("{}.{}.", parts[0], parts[1]),
        format!("{}.{}.{}", parts[0], base64url(&payload), parts[2]),
        format!(
            "{}.{}.{}",
            base64url(format!(r#"{{"alg":"HS256","kid":"{kid}"}}"#)),
            parts[1],
            parts[2]
        ),
        // The public key as shared secret.
        hs256_raw(
            &format!(r#"{{"alg":"HS256","kid":"{kid}"}}"#),
            payload.as_bytes(),
            public.as_bytes(),
        ),
        hs256_raw(&format!(r#"{{"alg":"HS256","kid":"{kid}"}}"#), payload.as_bytes(), b""),
        hs256_raw(r#"{"alg":"HS256"}"#, payload.as_bytes(), b""),
        hs256_raw(&format!(r#"{{"alg":"ES256","kid":"{KID}"}}"#), payload.as_bytes(), SECRET),
        // Signatures of zeros, too short, too long.
        format!("{}.{}.{}", parts[0], parts[1], base64url([0; 64])),
        format!("{}.{}.{}", parts[0], parts[1], base64url([255; 64])),
        format!("{}.{}.{}", parts[0], parts[1], base64url([0; 63])),
        format!("{}.{}.{}AA", parts[0], parts[1], parts[2]),
        format!("{}.{}.{}", parts[0], parts[1], &parts[2][..40]),
        format!("{good}="),
        format!("{good}."),
        format!(".{good}"),
        format!("{}..{}", parts[0], parts[2]),
        format!("..{}", parts[2]),
        "..".to_owned(),
        "...".to_owned(),
        ".".to_owned(),
        good.replace('.', ":"),
        good.replace('.', ". "),
        // Headers that would change what the signature means.
        header(&format!(r#"{{"alg":"HS384","kid":"{KID}"}}"#)),
        header(&format!(r#"{{"alg":"hs256","kid":"{KID}"}}"#)),
        header(&format!(r#"{{"kid":"{KID}"}}"#)),
        header(&format!(r#"{{"alg":"HS256","kid":"{KID}","crit":["exp"]}}"#)),
        header(&format!(r#"{{"alg":"HS256","kid":"{KID}","b64":false}}"#)),
        header(&format!(r#"{{"alg":"HS256","kid":"{KID}","zip":"DEF"}}"#)),
        header(&format!(r#"{{"alg":"HS256","kid":"{KID}","jku":"http://127.0.0.1:9/jwks"}}"#)),
        header(&format!(r#"{{"alg":"HS256","kid":"{KID}","jwk":{{"kty":"oct","k":"AA"}}}}"#)),
        header(&format!(r#"{{"alg":"HS256","kid":"{KID}","x5u":"http://127.0.0.1:9/"}}"#)),
        header(&format!(r#"{{"alg":"HS256","alg":"none","kid":"{KID}"}}"#)),
        header(r#"{"alg":"HS256","kid":"' OR 1=1 --"}"#),
        header(r#"{"alg":"HS256","kid":"../../etc/passwd"}"#),
        header(r#"{"alg":"HS256","kid":""}"#),
        header(r#"{"alg":"HS256","kid":5}"#),
        header(&format!(r#"{{"alg":"HS256","kid":"{}"}}"#, "k".repeat(10_000))),
        header("[]"),
        header("{"),
        header("null"),
        header(""),
        // Payloads that are no claims.
        body("[]"),
        body("null"),
        body("5"),
        body("{"),
        body(""),
        body("\"text\""),
        body(&payload.replace("authenticated", "\\ud800")),
        body(&format!("{}{}", "{\"a\":".repeat(5_000), "1")),
        body(&format!(r#"{{"role":"authenticated","role":"service_role","exp":{}}}"#, now() + 60)),
        body(&format!(r#"{{"role":["service_role"],"exp":{}}}"#, now() + 60)),
        body(&format!(r#"{{"role":5,"exp":{}}}"#, now() + 60)),
        body(r#"{"role":"authenticated","exp":1e400}"#),
        body(r#"{"role":"authenticated","exp":-1}"#),
        body(r#"{"role":"authenticated","exp":0}"#),
    ];
    tokens.push(good.to_uppercase());
    tokens.push("x".repeat(20_000));
    each(&tokens, |token| {
        let reply = anon().with_token(token).get("/rpc/whoami");
        reply.is(401);
        let body = reply.well_formed_error();
        assert!(matches!(body["code"].as_str(), Some("PGRST301" | "PGRST303")), "{body}");
        // As API key the same.
        let key = anon().rest("GET", "/rpc/whoami").header("apikey", token.trim()).send();
        assert!(matches!(key.status, 401 | 400), "as apikey: {} {}", key.status, key.text());
    });
    for scheme in ["Basic dXNlcjpwYXNz", "Bearer", "Token x", "Bearerx", "Bearer  two  words"] {
        let reply = anon().rest("GET", "/rpc/whoami").header("Authorization", scheme).send();
        let passed_as_anon = reply.status == 200 && reply.json()["user"] == "anon";
        assert!(
            passed_as_anon || reply.status == 401,
            "{scheme}: {} {}",
            reply.status,
            reply.text()
        );
    }
}

#[test]
fn enters_only_listed_roles() {
    let howdah = imported();
    howdah.sql("DO $$ BEGIN CREATE ROLE tests_unlisted NOLOGIN; EXCEPTION WHEN duplicate_object THEN NULL; END $$;
                DO $$ BEGIN CREATE ROLE tests_listed NOLOGIN; EXCEPTION WHEN duplicate_object THEN NULL; END $$;
                DO $$ BEGIN CREATE ROLE tests_super NOLOGIN SUPERUSER; EXCEPTION WHEN duplicate_object THEN NULL; END $$;
                DO $$ BEGIN CREATE ROLE tests_bypass NOLOGIN BYPASSRLS; EXCEPTION WHEN duplicate_object THEN NULL; END $$;
                DO $$ BEGIN CREATE ROLE tests_creator NOLOGIN CREATEROLE; EXCEPTION WHEN duplicate_object THEN NULL; END $$;
                GRANT USAGE ON SCHEMA rpc TO tests_listed; GRANT EXECUTE ON FUNCTION rpc.whoami() TO tests_listed;
                SELECT howdah.allow_role('tests_listed')");
    let roles = [
        "tests_unlisted",
        "tests_super",
        "tests_bypass",
        "postgres",
        "howdah_owner",
        "howdah_proxy",
        "howdah_courier",
        "pg_read_all_data",
        "pg_monitor",
        "no_such_role",
        "none",
        "public",
        "",
        "ANON",
        "authenticated ",
        "anon\u{0}",
    ];
    each(&roles, |role| {
        let reply = anon()
            .with_token(&hs256(KID, &claims(json!({"role": role})), SECRET))
            .get("/rpc/whoami");
        reply.refused();
    });
    let listed = anon()
        .with_token(&hs256(KID, &claims(json!({"role": "tests_listed"})), SECRET))
        .get("/rpc/whoami");
    assert_eq!(listed.is(200).json()["user"], "tests_listed");
    let no_role = anon()
        .with_token(&hs256(KID, &claims(json!({"role": "absent"})), SECRET))
        .get("/rpc/whoami");
    assert_eq!(no_role.is(200).json()["user"], "anon", "a token without a role is rest.anon_role");
    let mut dba = howdah.dba();
    for role in ["tests_super", "tests_bypass", "tests_creator", "howdah_owner", "no_such_role"] {
        assert!(
            dba.batch_execute(&format!("SELECT howdah.allow_role('{role}')")).is_err(),
            "{role} was allowed"
        );
    }
    // Made a superuser after it was listed: refused from then on.
    howdah.sql("ALTER ROLE tests_listed SUPERUSER");
    let reply = anon()
        .with_token(&hs256(KID, &claims(json!({"role": "tests_listed"})), SECRET))
        .get("/rpc/whoami");
    howdah.sql("ALTER ROLE tests_listed NOSUPERUSER");
    assert!(reply.status >= 400, "a role that became superuser was entered");
    howdah.sql("SELECT howdah.disallow_role('tests_listed')");
    anon()
        .with_token(&hs256(KID, &claims(json!({"role": "tests_listed"})), SECRET))
        .get("/rpc/whoami")
        .refused();
}

#[test]
fn refuses_a_revoked_key_at_the_next_request() {
    let howdah = shared();
    let secret = "another shared secret, to be revoked soon";
    howdah.sql(&format!("DELETE FROM howdah.keys WHERE kid = 'tests-revoke'; SELECT howdah.import_key('tests-revoke', 'HS256', '{secret}')"));
    let api = anon().with_token(&hs256("tests-revoke", &claims(json!({})), secret.as_bytes()));
    for _ in 0..20 {
        api.get("/rpc/whoami").is(200);
    }
    howdah.sql("SELECT howdah.revoke_key('tests-revoke')");
    for _ in 0..20 {
        api.get("/rpc/whoami").fails(401, "PGRST301");
    }
}

#[test]
fn refuses_a_revoked_api_key_at_the_next_request() {
    let howdah = shared();
    let key = howdah.value("SELECT howdah.issue_api_key('publishable', NULL, 'to be revoked')");
    let id = part(&key, 1)["jti"].as_str().expect("an id").to_owned();
    let api = anon().with_token(&key);
    for _ in 0..20 {
        api.get("/rpc/whoami").is(200);
    }
    howdah.sql(&format!("SELECT howdah.revoke_api_key('{id}')"));
    for _ in 0..20 {
        api.get("/rpc/whoami").is(401);
    }
    anon().rest("GET", "/rpc/whoami").header("apikey", &key).send().is(401);
    // The others live.
    anon().with_token(&howdah.anon_key).get("/rpc/whoami").is(200);
    assert_eq!(
        howdah.value(&format!(
            "SELECT count(*) FROM howdah.api_keys WHERE to_jsonb(api_keys)::text LIKE '%{}%'",
            key.rsplit('.').next().unwrap_or("x")
        )),
        "0",
        "keys are not stored"
    );
}

#[test]
fn checks_expiry_each_time_however_often_a_token_was_seen() {
    imported();
    // Expires, by the 30 s of skew, two seconds from now.
    let token = hs256(KID, &claims(json!({"iat": now() - 100, "exp": now() - 28})), SECRET);
    let api = anon().with_token(&token);
    for _ in 0..5 {
        api.get("/rpc/whoami").is(200);
    }
    std::thread::sleep(std::time::Duration::from_millis(3500));
    for _ in 0..5 {
        assert_eq!(api.get("/rpc/whoami").fails(401, "PGRST303")["message"], "JWT expired");
    }
}
