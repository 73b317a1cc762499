//! Passwords over HTTP: imported hashes, weak ones, wrong ones, and the lane that hashing travels on.

use howdah_tests::api::Api;
use howdah_tests::database::literal;
use howdah_tests::reply::Reply;
use howdah_tests::server::shared;
use serde_json::{Value, json};

const TOKEN: &str = "/auth/v1/token?grant_type=password";
const STAPLE: &str = "correct horse battery staple";

fn anon() -> Api<'static> {
    Api::anon(shared(), "public")
}

/// A confirmed user with this hash; his address.
fn user_with(hash: &str) -> String {
    let email = format!("pw{}@example.com", shared().value("SELECT gen_random_uuid()"));
    shared().sql(&format!(
        "INSERT INTO auth.users (id, aud, role, email, encrypted_password, email_confirmed_at, created_at, updated_at)
         VALUES (gen_random_uuid(), 'authenticated', 'authenticated', '{email}', {}, now(), now(), now())",
        literal(hash)
    ));
    email
}

fn hash_of(email: &str) -> String {
    shared().value(&format!("SELECT encrypted_password FROM auth.users WHERE email = '{email}'"))
}

#[track_caller]
fn sign_in(email: &str, password: &str) -> Reply {
    anon().call("POST", TOKEN).json(json!({"email": email, "password": password})).send()
}

#[test]
fn imported_hashes_sign_in_and_are_made_anew() {
    for (password, hash) in [
        (STAPLE, "$2a$04$abcdefghijklmnopqrstuu7EJV7kdjBBQxyb0HjTh9KS7.Lah/6CG"),
        (STAPLE, "pbkdf2_sha256$1000$NaClNaClNaCl$Yjgv2ldhpZaD1nWilO6B2wcqdx/pg2kewTaiJVKptNs="),
        (
            "mytestpassword",
            "$fbscrypt$v=1,n=14,r=8,p=1,ss=Bw==,sk=ou9tdYTGyYm8kuR6Dt0Bp0kDuAYoXrK16mbZO4yGwAn3oLspjnN0/c41v8xZnO1n14J3MjKj1b2g6AUCAlFwMw==$C0sHCg9ek77hsg==$zKVTMvnWVw5BBOZNUdnsalx4c4c7y/w7IS5p6Ut2+CfEFFlz37J9huyQfov4iizN8dbjvEJlM5tQaJP84+hfTw==",
        ),
    ] {
        let email = user_with(hash);
        sign_in(&email, "something else").is(400);
        assert_eq!(hash_of(&email), hash, "a wrong password changes nothing");
        assert!(sign_in(&email, password).is(200).json()["access_token"].is_string());
        let made = hash_of(&email);
        assert!(made.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{made}");
        sign_in(&email, password).is(200);
        assert_eq!(hash_of(&email), made, "once is enough");
    }
}

#[test]
fn a_corrupt_hash_fits_no_password_and_is_no_fault() {
    for hash in [
        "$argon2id$v=19$m=4294967295,t=2,p=1$c29tZXNhbHRzb21lc2FsdA$XLeLg+p+JNgiFrQNsye8eofeXr30s6P3j/ke/9xgk/0",
        "plain",
        "$2b$31$éé",
    ] {
        let email = user_with(hash);
        for password in [STAPLE, "plain"] {
            assert_eq!(
                sign_in(&email, password).is(400).json()["error_code"],
                "invalid_credentials"
            );
        }
    }
}

#[test]
fn says_why_a_password_is_weak_in_both_shapes() {
    let email = format!("weak{}@example.com", shared().value("SELECT gen_random_uuid()"));
    let sign_up = |password: &str| {
        anon().call("POST", "/auth/v1/signup").json(json!({"email": email, "password": password}))
    };
    let old = sign_up("kT7#").send().is(422).json();
    assert_eq!(old["error_code"], "weak_password");
    assert_eq!(old["weak_password"], json!({"reasons": ["length"]}));
    assert_eq!(old["msg"], "Password should be at least 8 characters.");
    let new = sign_up("Password1").header("X-Supabase-Api-Version", "2024-01-01").send();
    new.is(422).has("x-sb-error-code", "weak_password").has("x-supabase-api-version", "2024-01-01");
    assert_eq!(new.json()["code"], "weak_password");
    assert_eq!(new.json()["weak_password"], json!({"reasons": ["pwned"]}));
    // His own address is the first that is tried.
    assert_eq!(
        sign_up(&email).send().is(422).json()["weak_password"],
        json!({"reasons": ["pwned"]})
    );
    assert_eq!(sign_up(&"x".repeat(300)).send().is(400).json()["error_code"], "validation_failed");
}

#[test]
fn wrong_passwords_are_slowed_down_alike_for_everybody_and_nobody() {
    let email = user_with("$2a$04$abcdefghijklmnopqrstuu7EJV7kdjBBQxyb0HjTh9KS7.Lah/6CG");
    let nobody = email.replace("pw", "no");
    let answers = |email: &str| -> Vec<(u16, Value)> {
        (0..11)
            .map(|_| {
                let reply = sign_in(email, "wrong password");
                if reply.status == 429 {
                    let wait = reply.header("retry-after").and_then(|s| s.parse::<u32>().ok());
                    assert!(wait.is_some_and(|seconds| (1..=10).contains(&seconds)), "{wait:?}");
                }
                (reply.status, reply.json())
            })
            .collect()
    };
    let theirs = answers(&email);
    assert_eq!(theirs.iter().filter(|(status, _)| *status == 400).count(), 10);
    assert_eq!(theirs[10].1["error_code"], "over_request_rate_limit");
    assert_eq!(theirs, answers(&nobody));
}
