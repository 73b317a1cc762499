//! Second factors and passkeys under races, limits, hooks and other settings. Here few tokens; with `HOWDAH_DRILLS=full` (`make drills`)
//! 500 of each kind, 64 clients at once. THREATS D4, D5, F6; the item 3.

use howdah_tests::account::Account;
use howdah_tests::api::Api;
use howdah_tests::authenticator::Authenticator;
use howdah_tests::forge::part;
use howdah_tests::reply::Reply;
use howdah_tests::server::Howdah;
use howdah_tests::totp::{code, wrong_code};
use serde_json::{Value, json};
use std::sync::Barrier;

const CLIENTS: usize = 64;
const ORIGIN: &str = "https://app.drill.example";

fn tokens() -> usize {
    if std::env::var("HOWDAH_DRILLS").is_ok_and(|value| value == "full") { 500 } else { 2 }
}

fn start() -> Howdah {
    let howdah = Howdah::start(&[]);
    howdah.sql("SELECT auth.set('mfa_rate_limit_challenge_and_verify', '0'), auth.set('site_url', 'https://app.drill.example')");
    howdah.sql("UPDATE auth.rate_limits SET count = 0 WHERE name = 'passkey_address'");
    howdah
}

fn post(howdah: &Howdah, token: Option<&str>, path: &str, body: Value) -> Reply {
    let api = Api { howdah, schema: None, token: token.map(str::to_owned) };
    api.call("POST", &format!("/auth/v1{path}")).json(body).send()
}

fn slug(reply: &Reply) -> String {
    reply.json()["error_code"].as_str().unwrap_or_default().to_owned()
}

fn text(value: &Value, key: &str) -> String {
    value[key].as_str().unwrap_or_else(|| panic!("{key} in {value}")).to_owned()
}

/// 64 at once; how many got in. None may meet an error of ours.
fn rush(send: impl Fn(usize) -> Reply + Sync) -> usize {
    let gate = Barrier::new(CLIENTS);
    std::thread::scope(|scope| {
        let all: Vec<_> = (0..CLIENTS)
            .map(|n| {
                let (gate, send) = (&gate, &send);
                scope.spawn(move || {
                    gate.wait();
                    let reply = send(n);
                    assert!(reply.status < 500, "{}", reply.text());
                    reply.status
                })
            })
            .collect();
        all.into_iter()
            .map(|thread| thread.join().expect("an answer"))
            .filter(|status| *status == 200)
            .count()
    })
}

fn enrol(howdah: &Howdah, account: &Account) -> (String, String) {
    let made = post(howdah, Some(&account.access), "/factors", json!({"factor_type": "totp"}))
        .is(200)
        .json();
    (text(&made, "id"), text(&made["totp"], "secret"))
}

fn step_up(howdah: &Howdah) -> (Account, String) {
    let account = howdah.account();
    let (factor, secret) = enrol(howdah, &account);
    let token = Some(account.access.as_str());
    let asked =
        post(howdah, token, &format!("/factors/{factor}/challenge"), json!({})).is(200).json();
    let body = json!({"challenge_id": asked["id"], "code": code(&secret, 0)});
    let session = post(howdah, token, &format!("/factors/{factor}/verify"), body).is(200).json();
    let raised = text(&session, "access_token");
    (account, raised)
}

#[test]
fn a_totp_code_works_once_of_64_clients_with_challenges_of_their_own() {
    let howdah = start();
    for _ in 0..tokens() {
        let account = howdah.account();
        let (factor, secret) = enrol(&howdah, &account);
        howdah.sql(&format!(
            "INSERT INTO auth.mfa_challenges (id, factor_id, created_at, ip_address) \
             SELECT md5('{factor}' || n)::uuid, '{factor}', now(), '127.0.0.1' FROM generate_series(0, 63) AS n"
        ));
        let good = code(&secret, 0);
        let challenges: Vec<String> = howdah
            .value(&format!("SELECT string_agg(id::text, ',') FROM auth.mfa_challenges WHERE factor_id = '{factor}'"))
            .split(',')
            .map(str::to_owned)
            .collect();
        let let_in = rush(|n| {
            let body = json!({"challenge_id": challenges[n], "code": good});
            post(&howdah, Some(&account.access), &format!("/factors/{factor}/verify"), body)
        });
        assert_eq!(let_in, 1);
    }
}

#[test]
fn a_recovery_code_works_once_of_64_clients() {
    let howdah = start();
    for _ in 0..tokens().div_ceil(10) {
        let (account, raised) = step_up(&howdah);
        let made =
            post(&howdah, Some(&raised), "/factors/recovery-codes", json!({})).is(200).json();
        for code in made["codes"].as_array().expect("codes") {
            // What a lost race has counted must not lock the next code out.
            howdah.sql("UPDATE auth.mfa_recovery_code_sets SET failed_verification_count = 0, verification_locked_until = NULL");
            let sessions = howdah.value(&format!(
                "SELECT string_agg(howdah_private.auth_issue_session('{}', 'password') ->> 'access_token', ' ')
                 FROM generate_series(1, {CLIENTS})",
                account.id
            ));
            let sessions: Vec<&str> = sessions.split(' ').collect();
            let let_in = rush(|n| {
                post(
                    &howdah,
                    Some(sessions[n]),
                    "/factors/recovery-codes/verify",
                    json!({"code": code}),
                )
            });
            assert_eq!(let_in, 1);
        }
    }
}

#[test]
fn a_passkeys_response_works_once_of_64_clients() {
    let howdah = start();
    let account = howdah.account();
    let begun = post(&howdah, Some(&account.access), "/passkeys/registration/options", json!({}))
        .is(200)
        .json();
    let mut device = Authenticator::new(ORIGIN, "drill");
    // One that does not count, as those that are kept in a cloud do not: the challenge alone decides.
    device.counter = 0;
    let body = json!({"challenge_id": begun["challenge_id"], "credential": device.create(&begun["options"])});
    post(&howdah, Some(&account.access), "/passkeys/registration/verify", body).is(200);
    for _ in 0..tokens() {
        let asked =
            post(&howdah, None, "/passkeys/authentication/options", json!({})).is(200).json();
        let body = json!({"challenge_id": asked["challenge_id"], "credential": device.get(&asked["options"])});
        assert_eq!(
            rush(|_| post(&howdah, None, "/passkeys/authentication/verify", body.clone())),
            1
        );
    }
}

#[test]
fn guesses_are_slowed_down_by_factor_and_by_address() {
    let howdah = start();
    let account = howdah.account();
    let (factor, secret) = enrol(&howdah, &account);
    let token = Some(account.access.as_str());
    let asked =
        post(&howdah, token, &format!("/factors/{factor}/challenge"), json!({})).is(200).json();
    let wrong = json!({"challenge_id": asked["id"], "code": wrong_code(&secret)});
    // Five are looked at, of however many at once.
    let gate = Barrier::new(CLIENTS);
    let looked_at = std::thread::scope(|scope| {
        let all: Vec<_> = (0..CLIENTS)
            .map(|_| {
                let (gate, wrong, factor, howdah) = (&gate, &wrong, &factor, &howdah);
                scope.spawn(move || {
                    gate.wait();
                    post(howdah, token, &format!("/factors/{factor}/verify"), wrong.clone()).status
                })
            })
            .collect();
        all.into_iter()
            .map(|thread| thread.join().expect("an answer"))
            .filter(|status| *status == 422)
            .count()
    });
    assert_eq!(looked_at, 5);

    howdah.sql("SELECT auth.reset('mfa_rate_limit_challenge_and_verify')");
    howdah.sql("TRUNCATE auth.rate_counters");
    let other = howdah.account();
    let (factor, _) = enrol(&howdah, &other);
    let statuses: Vec<u16> = (0..17)
        .map(|_| {
            post(&howdah, Some(&other.access), &format!("/factors/{factor}/challenge"), json!({}))
                .status
        })
        .collect();
    assert_eq!(statuses.iter().filter(|status| **status == 200).count(), 15, "{statuses:?}");
    let reply =
        post(&howdah, Some(&other.access), &format!("/factors/{factor}/challenge"), json!({}));
    assert_eq!((reply.status, slug(&reply).as_str()), (429, "over_request_rate_limit"));
    assert!(reply.header("retry-after").is_some());
    // Addresses that a client makes up are none.
    let api = Api { howdah: &howdah, schema: None, token: Some(other.access.clone()) };
    let forged = api
        .call("POST", &format!("/auth/v1/factors/{factor}/challenge"))
        .header("X-Forwarded-For", "198.51.100.7")
        .json(json!({}))
        .send();
    assert_eq!(forged.status, 429);
}

#[test]
fn a_phone_is_a_factor_where_the_settings_say_so() {
    let howdah = start();
    howdah.sql("SELECT auth.set('mfa_phone_enroll_enabled', 'true'), auth.set('mfa_phone_verify_enabled', 'true'), auth.set('mfa_phone_max_frequency', '0')");
    howdah.sql("UPDATE auth.rate_limits SET count = 0 WHERE rule = 'sms_send'");
    howdah.sql("SELECT auth.set('sms_max_frequency', '0')");
    let account = howdah.account();
    let token = Some(account.access.as_str());
    for (phone, wanted) in
        [(json!(null), 400), (json!("nonsense"), 400), (json!("+1 555 123 4567"), 200)]
    {
        let reply =
            post(&howdah, token, "/factors", json!({"factor_type": "phone", "phone": phone}));
        assert_eq!(reply.status, wanted, "{}", reply.text());
    }
    // Begun anew, the first is gone.
    let made =
        post(&howdah, token, "/factors", json!({"factor_type": "phone", "phone": "+15551234567"}))
            .is(200)
            .json();
    assert_eq!(text(&made, "type"), "phone");
    let factor = text(&made, "id");
    let sent = || howdah.value("SELECT code FROM howdah.outbox_peek(kind => 'sms', max => 1)");
    let ask = || {
        post(&howdah, token, &format!("/factors/{factor}/challenge"), json!({"channel": "sms"}))
            .is(200)
            .json()
    };
    let verify = |asked: &Value, code: &str| {
        let body = json!({"challenge_id": asked["id"], "code": code});
        post(&howdah, token, &format!("/factors/{factor}/verify"), body)
    };
    let first = ask();
    let stale = sent();
    assert_eq!(stale.len(), 6);
    let kept = howdah
        .value(&format!("SELECT otp_code FROM auth.mfa_challenges WHERE factor_id = '{factor}'"));
    assert!(!kept.contains(&stale), "{kept}");
    let second = ask();
    // A new code ends the one of before.
    assert_eq!(slug(&verify(&first, &stale)), "mfa_factor_not_found");
    // Five wrong tries burn it, whatever waiting forgives.
    let right = sent();
    for _ in 0..5 {
        howdah.sql("UPDATE auth.mfa_factors SET locked_until = NULL");
        assert_eq!(slug(&verify(&second, "12345x")), "mfa_verification_failed");
    }
    howdah.sql("UPDATE auth.mfa_factors SET locked_until = NULL");
    assert_eq!(slug(&verify(&second, &right)), "mfa_verification_failed");
    howdah.sql("UPDATE auth.mfa_factors SET locked_until = NULL");
    let third = ask();
    let session = verify(&third, &sent()).is(200).json();
    let claims = part(&text(&session, "access_token"), 1);
    assert_eq!(
        (&claims["aal"], &claims["amr"][0]["method"]),
        (&json!("aal2"), &json!("mfa/phone"))
    );
    let raised = text(&session, "access_token");
    let again = post(
        &howdah,
        Some(&raised),
        "/factors",
        json!({"factor_type": "phone", "phone": "+15551234567"}),
    );
    assert_eq!(slug(&again), "mfa_verified_factor_exists");
    howdah.sql("SELECT auth.set('mfa_phone_max_frequency', '60')");
    let early = post(&howdah, Some(&raised), &format!("/factors/{factor}/challenge"), json!({}));
    assert_eq!((early.status, slug(&early).as_str()), (429, "over_sms_send_rate_limit"));
}

#[test]
fn what_is_switched_off_is_refused() {
    let howdah = start();
    let account = howdah.account();
    let (factor, _) = enrol(&howdah, &account);
    let token = Some(account.access.as_str());
    for (setting, path, body, wanted) in [
        (
            "mfa_totp_enroll_enabled",
            "/factors".to_owned(),
            json!({"factor_type": "totp"}),
            "mfa_totp_enroll_not_enabled",
        ),
        (
            "mfa_web_authn_enroll_enabled",
            "/factors".to_owned(),
            json!({"factor_type": "webauthn"}),
            "mfa_webauthn_enroll_not_enabled",
        ),
        (
            "mfa_totp_verify_enabled",
            format!("/factors/{factor}/challenge"),
            json!({}),
            "mfa_totp_verify_not_enabled",
        ),
        (
            "mfa_totp_verify_enabled",
            format!("/factors/{factor}/verify"),
            json!({"code": "1", "challenge_id": factor}),
            "mfa_totp_verify_not_enabled",
        ),
        (
            "mfa_recovery_codes_enroll_enabled",
            "/factors/recovery-codes".to_owned(),
            json!({}),
            "mfa_recovery_codes_enroll_not_enabled",
        ),
        (
            "mfa_recovery_codes_verify_enabled",
            "/factors/recovery-codes/verify".to_owned(),
            json!({"code": "x"}),
            "mfa_recovery_codes_verify_not_enabled",
        ),
        (
            "passkey_enabled",
            "/passkeys/registration/options".to_owned(),
            json!({}),
            "passkey_disabled",
        ),
        (
            "passkey_enabled",
            "/passkeys/authentication/options".to_owned(),
            json!({}),
            "passkey_disabled",
        ),
        (
            "passkey_enabled",
            "/passkeys/authentication/verify".to_owned(),
            json!({}),
            "passkey_disabled",
        ),
    ] {
        howdah.sql(&format!("SELECT auth.set('{setting}', 'false')"));
        assert_eq!(slug(&post(&howdah, token, &path, body)), wanted);
        howdah.sql(&format!("SELECT auth.reset('{setting}')"));
    }
    // Without a site there is no relying party, and the answer says what is missing.
    howdah.sql("SELECT auth.reset('site_url')");
    let reply = post(&howdah, token, "/passkeys/registration/options", json!({}));
    assert_eq!((reply.status, slug(&reply).as_str()), (404, "passkey_disabled"));
    assert!(reply.text().contains("webauthn_rp_id"), "{}", reply.text());
}

#[test]
fn a_passkey_is_worth_aal2_where_the_setting_says_so() {
    let howdah = start();
    howdah.sql("SELECT auth.set('passkey_aal', 'aal2')");
    let account = howdah.account();
    let token = Some(account.access.as_str());
    let begun = post(&howdah, token, "/passkeys/registration/options", json!({})).is(200).json();
    let mut device = Authenticator::new(ORIGIN, "aal2");
    let body = json!({"challenge_id": begun["challenge_id"], "credential": device.create(&begun["options"])});
    post(&howdah, token, "/passkeys/registration/verify", body).is(200);
    let asked = post(&howdah, None, "/passkeys/authentication/options", json!({})).is(200).json();
    let body =
        json!({"challenge_id": asked["challenge_id"], "credential": device.get(&asked["options"])});
    let session = post(&howdah, None, "/passkeys/authentication/verify", body).is(200).json();
    assert_eq!(part(&text(&session, "access_token"), 1)["aal"], "aal2");
}

#[test]
fn a_hook_may_refuse_a_proof_and_ends_all_sessions_then() {
    let howdah = start();
    howdah.sql(
        "CREATE SCHEMA guard; CREATE TABLE guard.tries (event jsonb);
         CREATE FUNCTION guard.judge(event jsonb) RETURNS jsonb LANGUAGE plpgsql SECURITY DEFINER AS $$
         BEGIN INSERT INTO guard.tries VALUES (event);
               RETURN CASE WHEN (event ->> 'valid')::bool THEN '{\"decision\": \"continue\"}'
                           ELSE '{\"decision\": \"reject\", \"message\": \"Not again\"}' END::jsonb; END $$;
         CREATE ROLE hooks; GRANT USAGE ON SCHEMA guard TO hooks;
         SELECT auth.set_hook('mfa_verification_attempt', 'guard.judge', 'hooks')",
    );
    let (account, raised) = step_up(&howdah);
    let event: Value =
        serde_json::from_str(&howdah.value("SELECT event FROM guard.tries")).expect("an event");
    assert_eq!(
        (&event["user_id"], &event["factor_type"], &event["valid"]),
        (&json!(account.id), &json!("totp"), &json!(true))
    );
    let factor = text(&event, "factor_id");
    let asked = post(&howdah, Some(&raised), &format!("/factors/{factor}/challenge"), json!({}))
        .is(200)
        .json();
    let body = json!({"challenge_id": asked["id"], "code": "000000"});
    let reply = post(&howdah, Some(&raised), &format!("/factors/{factor}/verify"), body);
    assert_eq!((reply.status, slug(&reply).as_str()), (403, "mfa_verification_rejected"));
    assert_eq!(reply.json()["msg"], "Not again");
    assert_eq!(
        howdah
            .value(&format!("SELECT count(*) FROM auth.sessions WHERE user_id = '{}'", account.id)),
        "0"
    );
}
