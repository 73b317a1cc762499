//! Second factors: enrolment, step-up, codes that work once, tries that slow down, recovery codes; who has a factor and has not
//! proven it changes nothing about his credentials. One file because all of it is told by the same few steps, written once.

use crate::auth_passkeys::{ORIGIN, relying_party};
use howdah_tests::account::Account;
use howdah_tests::api::Api;
use howdah_tests::authenticator::Authenticator;
use howdah_tests::forge::part;
use howdah_tests::reply::Reply;
use howdah_tests::server::{Howdah, shared};
use howdah_tests::totp::{code, wrong_code};
use serde_json::{Value, json};

/// The tests of a run come from one address; how many tries one gets is tests/drills/auth_mfa.rs.
fn unlimited(howdah: &Howdah) {
    static ONCE: std::sync::Once = std::sync::Once::new();
    ONCE.call_once(|| howdah.sql("SELECT auth.set('mfa_rate_limit_challenge_and_verify', '0')"));
}

/// A call below `/auth/v1` by whoever has this token.
pub fn call(howdah: &Howdah, token: &str, method: &str, path: &str, body: Value) -> Reply {
    unlimited(howdah);
    let api = Api { howdah, schema: None, token: Some(token.to_owned()) };
    let call = api.call(method, &format!("/auth/v1{path}"));
    if body.is_null() { call.send() } else { call.json(body).send() }
}

/// The reply's refusal: status and slug.
pub fn refused(reply: &Reply) -> (u16, String) {
    (reply.status, reply.json()["error_code"].as_str().unwrap_or_default().to_owned())
}

fn refuses(reply: &Reply, status: u16, slug: &str) {
    assert_eq!(refused(reply), (status, slug.to_owned()), "{}", reply.text());
}

fn text(value: &Value, key: &str) -> String {
    value[key].as_str().unwrap_or_else(|| panic!("{key} in {value}")).to_owned()
}

fn enrol(howdah: &Howdah, token: &str) -> (String, String) {
    let made =
        call(howdah, token, "POST", "/factors", json!({"factor_type": "totp"})).is(200).json();
    (text(&made, "id"), text(&made["totp"], "secret"))
}

fn challenge(howdah: &Howdah, token: &str, factor: &str) -> String {
    text(
        &call(howdah, token, "POST", &format!("/factors/{factor}/challenge"), json!({}))
            .is(200)
            .json(),
        "id",
    )
}

fn verify(howdah: &Howdah, token: &str, factor: &str, code: &str) -> Reply {
    let challenge = challenge(howdah, token, factor);
    answer(howdah, token, factor, &challenge, code)
}

fn answer(howdah: &Howdah, token: &str, factor: &str, challenge: &str, code: &str) -> Reply {
    let body = json!({"challenge_id": challenge, "code": code});
    call(howdah, token, "POST", &format!("/factors/{factor}/verify"), body)
}

fn aal(session: &Value) -> String {
    text(&part(&text(session, "access_token"), 1), "aal")
}

fn methods(session: &Value) -> Vec<String> {
    let claims = part(&text(session, "access_token"), 1);
    let mut found: Vec<_> =
        claims["amr"].as_array().expect("amr").iter().map(|m| text(m, "method")).collect();
    found.sort();
    found
}

fn refresh(howdah: &Howdah, token: &str) -> Reply {
    let api = Api { howdah, schema: None, token: None };
    api.call("POST", "/auth/v1/token?grant_type=refresh_token")
        .json(json!({"refresh_token": token}))
        .send()
}

/// A user with a verified TOTP factor: his account (at aal1 before), factor, secret, and the session at aal2. The steps up to the present
/// one are used up.
struct Stepped {
    account: Account,
    factor: String,
    secret: String,
    session: Value,
}

impl Stepped {
    fn token(&self) -> String {
        text(&self.session, "access_token")
    }
}

fn stepped(howdah: &Howdah) -> Stepped {
    let account = howdah.account();
    let (factor, secret) = enrol(howdah, &account.access);
    let session = verify(howdah, &account.access, &factor, &code(&secret, 0)).is(200).json();
    Stepped { account, factor, secret, session }
}

#[test]
fn steps_up_with_an_authenticator_app() {
    let howdah = shared();
    let account = howdah.account();
    let other = text(&howdah.session_of(&account.id), "access_token");
    let body = json!({"factor_type": "totp", "friendly_name": "Phone", "issuer": "My App"});
    let made = call(howdah, &account.access, "POST", "/factors", body).is(200).json();
    assert_eq!(
        (text(&made, "type"), text(&made, "friendly_name")),
        ("totp".into(), "Phone".into())
    );
    let secret = text(&made["totp"], "secret");
    assert_eq!(
        text(&made["totp"], "uri"),
        format!(
            "otpauth://totp/My%20App:{}?algorithm=SHA1&digits=6&issuer=My%20App&period=30&secret={secret}",
            account.email
        )
    );
    assert!(text(&made["totp"], "qr_code").starts_with("<svg "), "{made}");
    let factor = text(&made, "id");
    let asked =
        call(howdah, &account.access, "POST", &format!("/factors/{factor}/challenge"), json!({}))
            .is(200)
            .json();
    assert_eq!(text(&asked, "type"), "totp");
    assert!(asked["expires_at"].is_i64(), "{asked}");

    let session = answer(howdah, &account.access, &factor, &text(&asked, "id"), &code(&secret, 0))
        .is(200)
        .json();
    assert_eq!(aal(&session), "aal2");
    assert_eq!(methods(&session), ["password", "totp"]);
    assert_eq!(session["user"]["factors"][0]["status"], "verified");
    assert_eq!(session["user"]["factors"][0]["id"], factor.as_str());
    assert!(session["user"]["factors"][0]["secret"].is_null());

    // A new session: nothing of before is good, nor any other session that has not proven the factor.
    let (before, after) = (part(&account.access, 1), part(&text(&session, "access_token"), 1));
    assert_ne!(before["session_id"], after["session_id"]);
    for old in [&account.access, &other] {
        assert_eq!(call(howdah, old, "GET", "/factors/recovery-codes", Value::Null).status, 403);
    }
    refuses(&refresh(howdah, &account.refresh), 400, "refresh_token_not_found");
    // A refresh keeps the level.
    let renewed = refresh(howdah, &text(&session, "refresh_token")).is(200).json();
    assert_eq!((aal(&renewed), methods(&renewed)), (aal(&session), methods(&session)));
}

#[test]
fn a_code_works_once_and_none_of_before_it_does() {
    let howdah = shared();
    let user = stepped(howdah);
    refuses(
        &verify(howdah, &user.token(), &user.factor, &code(&user.secret, 0)),
        422,
        "mfa_verification_failed",
    );
    refuses(
        &verify(howdah, &user.token(), &user.factor, &code(&user.secret, -1)),
        422,
        "mfa_verification_failed",
    );
    let session =
        verify(howdah, &user.token(), &user.factor, &code(&user.secret, 1)).is(200).json();
    let token = text(&session, "access_token");
    refuses(
        &verify(howdah, &token, &user.factor, &code(&user.secret, 0)),
        422,
        "mfa_verification_failed",
    );
}

#[test]
fn a_challenge_is_its_factors_once_and_for_a_time() {
    let howdah = shared();
    let account = howdah.account();
    let (factor, secret) = enrol(howdah, &account.access);
    let (another, _) = enrol(howdah, &account.access);
    let open = challenge(howdah, &account.access, &factor);
    let good = code(&secret, 0);
    refuses(&answer(howdah, &account.access, &another, &open, &good), 422, "mfa_factor_not_found");
    let nowhere = "00000000-0000-4000-8000-000000000000";
    refuses(&answer(howdah, &account.access, &factor, nowhere, &good), 422, "mfa_factor_not_found");
    refuses(&answer(howdah, &account.access, &factor, "x", &good), 422, "mfa_factor_not_found");
    refuses(&answer(howdah, &account.access, nowhere, &open, &good), 404, "mfa_factor_not_found");
    refuses(&answer(howdah, &account.access, "x", &open, &good), 404, "validation_failed");
    refuses(&answer(howdah, &account.access, &factor, &open, ""), 400, "validation_failed");
    howdah.sql(&format!(
        "UPDATE auth.mfa_challenges SET ip_address = '192.0.2.1' WHERE id = '{open}'"
    ));
    refuses(
        &answer(howdah, &account.access, &factor, &open, &good),
        422,
        "mfa_ip_address_mismatch",
    );
    let late = challenge(howdah, &account.access, &factor);
    howdah.sql(&format!(
        "UPDATE auth.mfa_challenges SET created_at = now() - interval '301 s' WHERE id = '{late}'"
    ));
    refuses(&answer(howdah, &account.access, &factor, &late, &good), 422, "mfa_challenge_expired");
    let open = challenge(howdah, &account.access, &factor);
    let session = answer(howdah, &account.access, &factor, &open, &good).is(200).json();
    let token = text(&session, "access_token");
    refuses(
        &answer(howdah, &token, &factor, &open, &code(&secret, 1)),
        422,
        "mfa_ip_address_mismatch",
    );
    // The factor that was begun beside it is gone.
    assert_eq!(session["user"]["factors"].as_array().expect("factors").len(), 1);
}

#[test]
fn another_users_factor_is_not_there() {
    let howdah = shared();
    let user = stepped(howdah);
    let stranger = stepped(howdah);
    for (method, path, body) in [
        ("POST", format!("/factors/{}/challenge", user.factor), json!({})),
        (
            "POST",
            format!("/factors/{}/verify", user.factor),
            json!({"code": "123456", "challenge_id": user.factor}),
        ),
        ("DELETE", format!("/factors/{}", user.factor), Value::Null),
    ] {
        refuses(&call(howdah, &stranger.token(), method, &path, body), 404, "mfa_factor_not_found");
    }
}

#[test]
fn wrong_tries_slow_down_and_success_forgives() {
    let howdah = shared();
    let account = howdah.account();
    let (factor, secret) = enrol(howdah, &account.access);
    let open = challenge(howdah, &account.access, &factor);
    for _ in 0..5 {
        let reply = answer(howdah, &account.access, &factor, &open, &wrong_code(&secret));
        refuses(&reply, 422, "mfa_verification_failed");
    }
    let reply = answer(howdah, &account.access, &factor, &open, &code(&secret, 0));
    refuses(&reply, 429, "over_request_rate_limit");
    let wait: i64 = reply.header("retry-after").expect("Retry-After").parse().expect("seconds");
    assert!((1..=30).contains(&wait), "{wait}");
    let pass = || {
        howdah.sql(&format!(
            "UPDATE auth.mfa_factors SET locked_until = now() WHERE id = '{factor}'"
        ));
    };
    pass();
    refuses(
        &answer(howdah, &account.access, &factor, &open, &wrong_code(&secret)),
        422,
        "mfa_verification_failed",
    );
    let reply = answer(howdah, &account.access, &factor, &open, &code(&secret, 0));
    let longer: i64 = reply.header("retry-after").expect("Retry-After").parse().expect("seconds");
    assert!((31..=60).contains(&longer), "{longer}");
    pass();
    answer(howdah, &account.access, &factor, &open, &code(&secret, 0)).is(200);
    let kept = howdah
        .value(&format!("SELECT failed_attempts FROM auth.mfa_factors WHERE id = '{factor}'"));
    assert_eq!(kept, "0");
    // However often: never for good.
    howdah
        .sql(&format!("UPDATE auth.mfa_factors SET failed_attempts = 1000 WHERE id = '{factor}'"));
    howdah.sql(&format!(
        "DO $$ DECLARE a auth.answer := howdah_private.auth_charge_factor('{factor}'); BEGIN ASSERT a.status IS NULL; END $$"
    ));
    let wait = howdah.value(&format!(
        "SELECT locked_until < now() + interval '901 s' FROM auth.mfa_factors WHERE id = '{factor}'"
    ));
    assert_eq!(wait, "t");
}

#[test]
fn one_code_at_once_by_many_gives_one_session() {
    let howdah = shared();
    let account = howdah.account();
    let (factor, secret) = enrol(howdah, &account.access);
    let open = challenge(howdah, &account.access, &factor);
    let good = code(&secret, 0);
    let statuses: Vec<u16> = std::thread::scope(|scope| {
        let asked: Vec<_> = (0..12)
            .map(|_| scope.spawn(|| answer(howdah, &account.access, &factor, &open, &good).status))
            .collect();
        asked.into_iter().map(|thread| thread.join().expect("an answer")).collect()
    });
    assert_eq!(statuses.iter().filter(|status| **status == 200).count(), 1, "{statuses:?}");
    assert!(statuses.iter().all(|status| *status < 500), "{statuses:?}");
}

#[test]
fn names_are_unique_and_factors_counted() {
    let howdah = shared();
    let account = howdah.account();
    let named = json!({"factor_type": "totp", "friendly_name": "One"});
    call(howdah, &account.access, "POST", "/factors", named.clone()).is(200);
    refuses(
        &call(howdah, &account.access, "POST", "/factors", named),
        422,
        "mfa_factor_name_conflict",
    );
    for _ in 0..9 {
        enrol(howdah, &account.access);
    }
    let one_more =
        call(howdah, &account.access, "POST", "/factors", json!({"factor_type": "totp"}));
    refuses(&one_more, 422, "too_many_enrolled_mfa_factors");
    // What was never verified does not stand in the way for long.
    howdah.sql(&format!(
        "UPDATE auth.mfa_factors SET created_at = now() - interval '1 hour' WHERE user_id = '{}'",
        account.id
    ));
    enrol(howdah, &account.access);
    for (body, slug) in [
        (json!({}), "validation_failed"),
        (json!({"factor_type": "retina"}), "validation_failed"),
        (json!({"factor_type": "recovery_code"}), "validation_failed"),
        (json!({"factor_type": "totp", "friendly_name": "x".repeat(121)}), "validation_failed"),
    ] {
        refuses(&call(howdah, &account.access, "POST", "/factors", body), 400, slug);
    }
    refuses(
        &call(
            howdah,
            &account.access,
            "POST",
            "/factors",
            json!({"factor_type": "phone", "phone": "+15551234567"}),
        ),
        422,
        "mfa_phone_enroll_not_enabled",
    );
}

#[test]
fn only_a_signed_in_user_with_a_session_has_factors() {
    let howdah = shared();
    let nobody = Api { howdah, schema: None, token: None };
    let reply = nobody.call("POST", "/auth/v1/factors").json(json!({"factor_type": "totp"})).send();
    refuses(&reply, 401, "no_authorization");
    let account = howdah.account();
    let sessionless = howdah.mint("authenticated", &json!({"sub": account.id}), "1 hour");
    refuses(
        &call(howdah, &sessionless, "POST", "/factors", json!({"factor_type": "totp"})),
        403,
        "session_not_found",
    );
    howdah.sql(&format!("UPDATE auth.users SET is_anonymous = true WHERE id = '{}'", account.id));
    let reply = call(howdah, &account.access, "POST", "/factors", json!({"factor_type": "totp"}));
    refuses(&reply, 403, "no_authorization");
}

#[test]
fn secrets_are_kept_sealed_and_codes_hashed() {
    let howdah = shared();
    let user = stepped(howdah);
    let kept =
        howdah.value(&format!("SELECT secret FROM auth.mfa_factors WHERE id = '{}'", user.factor));
    assert!(kept.starts_with("s1.") && !kept.contains(&user.secret), "{kept}");
    let made =
        call(howdah, &user.token(), "POST", "/factors/recovery-codes", Value::Null).is(200).json();
    let rows = howdah.value(&format!(
        "SELECT string_agg(code_hash, ' ') FROM auth.mfa_recovery_codes c JOIN auth.mfa_recovery_code_sets s \
         ON s.id = c.mfa_recovery_code_set_id WHERE s.user_id = '{}'",
        user.account.id
    ));
    for code in made["codes"].as_array().expect("codes") {
        assert!(!rows.contains(code.as_str().expect("a code")));
    }
    let audit = howdah.value(&format!(
        "SELECT string_agg(payload::text, ' ') FROM auth.audit_log_entries WHERE payload->>'actor_id' = '{}'",
        user.account.id
    ));
    assert!(audit.contains("verification_attempted") && !audit.contains(&user.secret), "{audit}");
    // A secret that was brought here in the clear works, and is sealed by its first use.
    howdah.sql(&format!(
        "UPDATE auth.mfa_factors SET secret = '{}', last_step = 0 WHERE id = '{}'",
        user.secret, user.factor
    ));
    verify(howdah, &user.token(), &user.factor, &code(&user.secret, 0)).is(200);
    let kept =
        howdah.value(&format!("SELECT secret FROM auth.mfa_factors WHERE id = '{}'", user.factor));
    assert!(kept.starts_with("s1."), "{kept}");
}

#[test]
fn a_removed_factor_takes_its_level_with_it() {
    let howdah = shared();
    let user = stepped(howdah);
    let lower = text(&howdah.session_of(&user.account.id), "access_token");
    refuses(
        &call(howdah, &lower, "DELETE", &format!("/factors/{}", user.factor), Value::Null),
        422,
        "insufficient_aal",
    );
    let gone =
        call(howdah, &user.token(), "DELETE", &format!("/factors/{}", user.factor), Value::Null)
            .is(200)
            .json();
    assert_eq!(gone, json!({"id": user.factor}));
    let renewed = refresh(howdah, &text(&user.session, "refresh_token")).is(200).json();
    assert_eq!((aal(&renewed), methods(&renewed)), ("aal1".into(), vec!["password".to_owned()]));
    assert!(renewed["user"]["factors"].is_null());
    // The session has a level again, but the token of before is of one that a proof has ended.
    let (factor, secret) = enrol(howdah, &text(&renewed, "access_token"));
    verify(howdah, &text(&renewed, "access_token"), &factor, &code(&secret, 0)).is(200);
    refuses(
        &call(howdah, &user.token(), "DELETE", &format!("/factors/{factor}"), Value::Null),
        403,
        "session_not_found",
    );
}

#[test]
fn recovery_codes_stand_in_for_a_lost_factor_once_each() {
    let howdah = shared();
    let user = stepped(howdah);
    let token = user.token();
    refuses(
        &call(howdah, &token, "GET", "/factors/recovery-codes", Value::Null),
        404,
        "mfa_factor_not_found",
    );
    let made =
        call(howdah, &token, "POST", "/factors/recovery-codes", json!({"friendly_name": "Backup"}))
            .is(200)
            .json();
    assert_eq!(
        (text(&made, "type"), text(&made, "friendly_name"), &made["total"]),
        ("recovery_code".into(), "Backup".into(), &json!(10))
    );
    let codes: Vec<String> = made["codes"]
        .as_array()
        .expect("codes")
        .iter()
        .map(|c| c.as_str().expect("text").to_owned())
        .collect();
    assert!(codes.iter().all(|code| code.len() == 16), "{codes:?}");
    refuses(
        &call(howdah, &token, "POST", "/factors/recovery-codes", Value::Null),
        422,
        "mfa_verified_factor_exists",
    );

    let lower = text(&howdah.session_of(&user.account.id), "access_token");
    let typed = format!("{}-{} {}", codes[0][..4].to_uppercase(), &codes[0][4..8], &codes[0][8..]);
    let session =
        call(howdah, &lower, "POST", "/factors/recovery-codes/verify", json!({"code": typed}))
            .is(200)
            .json();
    assert_eq!(
        (aal(&session), methods(&session)),
        ("aal2".into(), vec!["mfa/recovery_code".into(), "password".into()])
    );
    let kinds: Vec<String> = session["user"]["factors"]
        .as_array()
        .expect("factors")
        .iter()
        .map(|f| text(f, "factor_type"))
        .collect();
    assert_eq!(kinds, ["totp", "recovery_code"]);
    let token = text(&session, "access_token");
    let told = call(howdah, &token, "GET", "/factors/recovery-codes", Value::Null).is(200).json();
    assert_eq!(
        (&told["total"], &told["remaining"], &told["codes"]),
        (&json!(10), &json!(9), &Value::Null)
    );

    let again =
        call(howdah, &token, "POST", "/factors/recovery-codes/verify", json!({"code": codes[0]}));
    refuses(&again, 422, "mfa_verification_failed");
    let fresh = call(howdah, &token, "POST", "/factors/recovery-codes/regenerate", Value::Null)
        .is(200)
        .json();
    assert_eq!(fresh["id"], made["id"]);
    let old =
        call(howdah, &token, "POST", "/factors/recovery-codes/verify", json!({"code": codes[1]}));
    refuses(&old, 422, "mfa_verification_failed");

    // They are never all that is left.
    refuses(
        &call(howdah, &token, "DELETE", &format!("/factors/{}", user.factor), Value::Null),
        422,
        "mfa_recovery_codes_sole_factor",
    );
    let id = text(&made, "id");
    refuses(
        &call(howdah, &token, "DELETE", &format!("/factors/{id}"), Value::Null),
        422,
        "validation_failed",
    );
    refuses(
        &call(howdah, &token, "POST", &format!("/factors/{id}/challenge"), json!({})),
        404,
        "mfa_factor_not_found",
    );
    call(howdah, &token, "DELETE", "/factors/recovery-codes", Value::Null)
        .is(200)
        .equals(json!({"id": id}));
    refuses(
        &call(howdah, &token, "GET", "/factors/recovery-codes", Value::Null),
        404,
        "mfa_factor_not_found",
    );
}

#[test]
fn recovery_codes_lock_after_wrong_tries() {
    let howdah = shared();
    let user = stepped(howdah);
    let made =
        call(howdah, &user.token(), "POST", "/factors/recovery-codes", Value::Null).is(200).json();
    let attempt = |code: &str| {
        call(howdah, &user.token(), "POST", "/factors/recovery-codes/verify", json!({"code": code}))
    };
    refuses(&attempt(" - "), 400, "validation_failed");
    for n in 0..5 {
        refuses(&attempt(&format!("wrong{n}")), 422, "mfa_verification_failed");
    }
    let good = made["codes"][0].as_str().expect("a code").to_owned();
    let reply = attempt(&good);
    refuses(&reply, 429, "mfa_recovery_codes_locked");
    assert!(reply.header("retry-after").is_some());
    howdah.sql(&format!(
        "UPDATE auth.mfa_recovery_code_sets SET verification_locked_until = now() WHERE user_id = '{}'",
        user.account.id
    ));
    attempt(&good).is(200);
}

#[test]
fn one_recovery_code_at_once_by_many_gives_one_session() {
    let howdah = shared();
    let user = stepped(howdah);
    let made =
        call(howdah, &user.token(), "POST", "/factors/recovery-codes", Value::Null).is(200).json();
    let token = user.token();
    let statuses: Vec<u16> = std::thread::scope(|scope| {
        let asked: Vec<_> = (0..12)
            .map(|_| {
                let body = json!({"code": made["codes"][3]});
                scope.spawn(|| {
                    call(howdah, &token, "POST", "/factors/recovery-codes/verify", body).status
                })
            })
            .collect();
        asked.into_iter().map(|thread| thread.join().expect("an answer")).collect()
    });
    assert_eq!(statuses.iter().filter(|status| **status == 200).count(), 1, "{statuses:?}");
}

#[test]
fn a_security_key_is_a_factor() {
    let howdah = shared();
    relying_party(howdah);
    let account = howdah.account();
    let made = call(
        howdah,
        &account.access,
        "POST",
        "/factors",
        json!({"factor_type": "webauthn", "friendly_name": "Key"}),
    )
    .is(200)
    .json();
    assert_eq!(text(&made, "type"), "webauthn");
    let factor = text(&made, "id");
    let mut key = Authenticator::new(ORIGIN, &factor);
    // A key with a button and no more.
    key.flags = 0x01;
    let ask = |token: &str| {
        call(howdah, token, "POST", &format!("/factors/{factor}/challenge"), json!({}))
            .is(200)
            .json()
    };
    let send = |token: &str, asked: &Value, kind: &str, response: &Value| {
        let body = json!({"challenge_id": asked["id"], "webauthn": {"type": kind, "credential_response": response}});
        call(howdah, token, "POST", &format!("/factors/{factor}/verify"), body)
    };
    let asked = ask(&account.access);
    assert_eq!(
        (text(&asked, "type"), text(&asked["webauthn"], "type")),
        ("webauthn".into(), "create".into())
    );
    let options = &asked["webauthn"]["credential_options"]["publicKey"];
    let mut elsewhere = Authenticator { origin: "https://evil.example.org".into(), ..key.clone() };
    refuses(
        &send(&account.access, &asked, "create", &elsewhere.create(options)),
        422,
        "mfa_verification_failed",
    );
    refuses(&send(&account.access, &asked, "other", &json!({})), 400, "validation_failed");
    let session = send(&account.access, &asked, "create", &key.create(options)).is(200).json();
    assert_eq!(
        (aal(&session), methods(&session)),
        ("aal2".into(), vec!["mfa/webauthn".into(), "password".into()])
    );

    let lower = text(&howdah.session_of(&account.id), "access_token");
    let asked = ask(&lower);
    assert_eq!(text(&asked["webauthn"], "type"), "request");
    let options = &asked["webauthn"]["credential_options"]["publicKey"];
    assert_eq!(options["allowCredentials"].as_array().expect("credentials").len(), 1);
    let mut clone = Authenticator { counter: 1, ..key.clone() };
    refuses(&send(&lower, &asked, "request", &clone.get(options)), 422, "mfa_verification_failed");
    let mut thief = Authenticator { key: Authenticator::new(ORIGIN, "thief").key, ..key.clone() };
    refuses(&send(&lower, &asked, "request", &thief.get(options)), 422, "mfa_verification_failed");
    // The registration of another key must not pass for the proof of this one.
    refuses(&send(&lower, &asked, "create", &thief.create(&json!({"rp": {"id": options["rpId"]}, "user": {"id": ""}, "challenge": options["challenge"]}))), 422, "mfa_verification_failed");
    let session = send(&lower, &asked, "request", &key.get(options)).is(200).json();
    assert_eq!(aal(&session), "aal2");
}

/// How a session may have begun, or been renewed, without a proof of the second factor.
const PATHS: [&str; 10] = [
    "password",
    "otp",
    "magiclink",
    "recovery",
    "invite",
    "oauth",
    "sso/saml",
    "email/signup",
    "email_change",
    "web3",
];

#[test]
fn no_other_path_changes_the_credentials_of_who_has_a_factor() {
    let howdah = shared();
    relying_party(howdah);
    let user = stepped(howdah);
    let codes =
        call(howdah, &user.token(), "POST", "/factors/recovery-codes", Value::Null).is(200).json();
    let (pending, pending_secret) = enrol(howdah, &user.token());
    let mut device = Authenticator::new(ORIGIN, &user.account.id);
    let begun = call(howdah, &user.token(), "POST", "/passkeys/registration/options", json!({}))
        .is(200)
        .json();
    let made = device.create(&begun["options"]);
    let passkey = call(
        howdah,
        &user.token(),
        "POST",
        "/passkeys/registration/verify",
        json!({"challenge_id": begun["challenge_id"], "credential": made}),
    )
    .is(200)
    .json();

    let mut paths: Vec<(String, Value)> = PATHS
        .iter()
        .map(|method| {
            let session = howdah.value(&format!(
                "SELECT howdah_private.auth_issue_session('{}', '{method}')",
                user.account.id
            ));
            ((*method).to_owned(), serde_json::from_str(&session).expect("a session"))
        })
        .collect();
    let first = refresh(howdah, &text(&paths[0].1, "refresh_token")).is(200).json();
    paths.push(("refresh".to_owned(), first));
    paths.push((
        "passkey".to_owned(),
        crate::auth_passkeys::sign_in(howdah, &mut device).is(200).json(),
    ));

    for (path, session) in &paths {
        let token = text(session, "access_token");
        assert_eq!(aal(session), "aal1", "{path}");
        let refused_by = |reply: &Reply| {
            assert_eq!(refused(reply).1, "insufficient_aal", "{path}: {}", reply.text());
        };
        refused_by(&call(howdah, &token, "POST", "/factors", json!({"factor_type": "totp"})));
        refused_by(&call(howdah, &token, "POST", "/factors", json!({"factor_type": "webauthn"})));
        refused_by(&answer(howdah, &token, &pending, &pending, &code(&pending_secret, 0)));
        refused_by(&call(
            howdah,
            &token,
            "DELETE",
            &format!("/factors/{}", user.factor),
            Value::Null,
        ));
        refused_by(&call(howdah, &token, "POST", "/factors/recovery-codes", Value::Null));
        refused_by(&call(
            howdah,
            &token,
            "POST",
            "/factors/recovery-codes/regenerate",
            Value::Null,
        ));
        refused_by(&call(howdah, &token, "DELETE", "/factors/recovery-codes", Value::Null));
        refused_by(&call(howdah, &token, "POST", "/passkeys/registration/options", json!({})));
        refused_by(&call(
            howdah,
            &token,
            "POST",
            "/passkeys/registration/verify",
            json!({"challenge_id": pending, "credential": {}}),
        ));
        refused_by(&call(
            howdah,
            &token,
            "DELETE",
            &format!("/passkeys/{}", text(&passkey, "id")),
            Value::Null,
        ));
    }
    // The same calls at aal2 are let in.
    let token = user.token();
    enrol(howdah, &token);
    call(howdah, &token, "POST", "/passkeys/registration/options", json!({})).is(200);
    call(howdah, &token, "POST", "/factors/recovery-codes/regenerate", Value::Null).is(200);
    call(howdah, &token, "DELETE", &format!("/passkeys/{}", text(&passkey, "id")), Value::Null)
        .is(204);
    assert_eq!(codes["total"], 10);
}

#[test]
fn a_policy_can_ask_for_the_second_factor() {
    let howdah = shared();
    let user = stepped(howdah);
    let table = format!("aal_{}", user.account.id.replace('-', ""));
    howdah.sql(&format!(
        "CREATE TABLE public.{table} (n int); INSERT INTO public.{table} VALUES (1);
         ALTER TABLE public.{table} ENABLE ROW LEVEL SECURITY; GRANT SELECT ON public.{table} TO authenticated;
         CREATE POLICY strong_select ON public.{table} FOR SELECT TO authenticated USING ((auth.jwt() ->> 'aal') = 'aal2');
         CREATE FUNCTION public.{table}_claims() RETURNS jsonb LANGUAGE sql STABLE AS 'SELECT auth.jwt()';
         GRANT EXECUTE ON FUNCTION public.{table}_claims() TO authenticated"
    ));
    let lower = howdah.session_of(&user.account.id);
    let read = |token: &str, path: &str| {
        let api = Api { howdah, schema: Some("public".to_owned()), token: Some(token.to_owned()) };
        api.get(path).is(200).json()
    };
    let rows = |token: &str| read(token, &format!("/{table}?select=n"));
    let claims = |token: &str| read(token, &format!("/rpc/{table}_claims"));
    assert_eq!(rows(&text(&lower, "access_token")), json!([]));
    assert_eq!(rows(&user.token()), json!([{"n": 1}]));
    // Once the factor is gone the very same token is good for no more than its session: at once, and without a 401.
    let before = claims(&user.token());
    call(howdah, &user.token(), "DELETE", &format!("/factors/{}", user.factor), Value::Null)
        .is(200);
    for _ in 0..8 {
        assert_eq!(rows(&user.token()), json!([]));
    }
    let after = claims(&user.token());
    assert_eq!((&before["aal"], &after["aal"]), (&json!("aal2"), &json!("aal1")));
    let methods = after["amr"].as_array().unwrap().iter().map(|m| &m["method"]);
    assert_eq!(methods.collect::<Vec<_>>(), [&json!("password")]);
    for claim in ["sub", "session_id", "exp", "iat", "role", "email", "app_metadata"] {
        assert_eq!(before[claim], after[claim], "{claim}");
    }
    // Another proof makes another session, and its token is at aal2 again.
    let (factor, secret) = enrol(howdah, &user.token());
    let raised = verify(howdah, &user.token(), &factor, &code(&secret, 0)).is(200).json();
    assert_eq!(rows(&text(&raised, "access_token")), json!([{"n": 1}]));
    // A DBA who takes a level away is heard as well.
    howdah.sql(&format!(
        "UPDATE auth.sessions SET aal = 'aal1' WHERE user_id = '{}'",
        user.account.id
    ));
    assert_eq!(rows(&text(&raised, "access_token")), json!([]));
    howdah.sql(&format!("DROP TABLE public.{table}; DROP FUNCTION public.{table}_claims()"));
}
