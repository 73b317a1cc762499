//! Passkeys: registration, sign-in without a name or a password, their list; nothing that is off by a byte gets in.

use crate::auth_mfa::{call, refused};
use howdah_tests::api::Api;
use howdah_tests::authenticator::Authenticator;
use howdah_tests::forge::part;
use howdah_tests::reply::Reply;
use howdah_tests::server::{Howdah, shared};
use serde_json::{Value, json};

/// Where the tests' app lives.
pub const ORIGIN: &str = "https://app.passkeys.example";

/// Says for whom credentials are, and lets one address ask as often as the tests of a run do. No other test reads these settings.
pub fn relying_party(howdah: &Howdah) {
    static ONCE: std::sync::Once = std::sync::Once::new();
    ONCE.call_once(|| {
        howdah.sql("SELECT auth.set('webauthn_rp_id', 'passkeys.example')");
        howdah.sql(&format!("SELECT auth.set('webauthn_rp_origins', '{ORIGIN}')"));
        howdah.sql("UPDATE auth.rate_limits SET count = 0 WHERE name = 'passkey_address'");
    });
}

fn nobody(howdah: &Howdah, path: &str, body: Value) -> Reply {
    let api = Api { howdah, schema: None, token: None };
    api.call("POST", &format!("/auth/v1/passkeys/{path}")).json(body).send()
}

fn refuses(reply: &Reply, status: u16, slug: &str) {
    assert_eq!(refused(reply), (status, slug.to_owned()), "{}", reply.text());
}

fn begin(howdah: &Howdah, token: &str) -> Value {
    call(howdah, token, "POST", "/passkeys/registration/options", json!({})).is(200).json()
}

fn register(howdah: &Howdah, token: &str, begun: &Value, made: &Value) -> Reply {
    let body = json!({"challenge_id": begun["challenge_id"], "credential": made});
    call(howdah, token, "POST", "/passkeys/registration/verify", body)
}

/// A new passkey of who has this token.
fn passkey(howdah: &Howdah, token: &str, seed: &str) -> (Authenticator, Value) {
    let begun = begin(howdah, token);
    let mut device = Authenticator::new(ORIGIN, seed);
    let made = device.create(&begun["options"]);
    let kept = register(howdah, token, &begun, &made).is(200).json();
    (device, kept)
}

fn ask(howdah: &Howdah) -> Value {
    nobody(howdah, "authentication/options", json!({})).is(200).json()
}

fn answer(howdah: &Howdah, asked: &Value, response: &Value) -> Reply {
    nobody(
        howdah,
        "authentication/verify",
        json!({"challenge_id": asked["challenge_id"], "credential": response}),
    )
}

/// Signs in by the device.
pub fn sign_in(howdah: &Howdah, device: &mut Authenticator) -> Reply {
    let asked = ask(howdah);
    let response = device.get(&asked["options"]);
    answer(howdah, &asked, &response)
}

#[test]
fn a_passkey_signs_its_user_in() {
    let howdah = shared();
    relying_party(howdah);
    let account = howdah.account();
    let begun = begin(howdah, &account.access);
    let options = &begun["options"];
    assert_eq!(options["rp"]["id"], "passkeys.example");
    assert_eq!(options["user"]["name"], account.email.as_str());
    assert_eq!(options["authenticatorSelection"]["residentKey"], "required");
    assert_eq!(options["authenticatorSelection"]["userVerification"], "required");
    assert!(begun["expires_at"].is_i64(), "{begun}");
    let mut device = Authenticator::new(ORIGIN, &account.id);
    let made = device.create(options);
    let kept = register(howdah, &account.access, &begun, &made).is(200).json();
    assert!(
        kept["id"].is_string()
            && kept["created_at"].is_string()
            && kept["transports"] == json!(["internal"]),
        "{kept}"
    );

    let session = sign_in(howdah, &mut device).is(200).json();
    let claims = part(session["access_token"].as_str().expect("a token"), 1);
    assert_eq!((&claims["sub"], &claims["aal"]), (&json!(account.id), &json!("aal1")));
    assert_eq!(claims["amr"][0]["method"], "passkey");
    assert_eq!(session["user"]["id"], account.id.as_str());
    assert_eq!(
        howdah.value(&format!(
            "SELECT sign_count FROM auth.webauthn_credentials WHERE user_id = '{}'",
            account.id
        )),
        "2"
    );
    // Excluded from the next registration, so that one device has one passkey.
    let again = begin(howdah, &account.access);
    assert_eq!(again["options"]["excludeCredentials"][0]["id"], made["id"]);
    // A handle of 16 bytes, as other servers make them, names the same user.
    let bytes =
        u128::from_str_radix(&account.id.replace('-', ""), 16).expect("a uuid").to_be_bytes();
    device.user_handle = Some(bytes.to_vec());
    sign_in(howdah, &mut device).is(200);
}

#[test]
fn a_challenge_works_once_for_whom_and_what_it_was_made() {
    let howdah = shared();
    relying_party(howdah);
    let (account, other) = (howdah.account(), howdah.account());
    let (mut device, _) = passkey(howdah, &account.access, &account.id);
    let asked = ask(howdah);
    let response = device.get(&asked["options"]);
    answer(howdah, &asked, &response).is(200);
    refuses(&answer(howdah, &asked, &response), 400, "webauthn_challenge_not_found");

    // A wrong response ends it too.
    let asked = ask(howdah);
    let mut thief =
        Authenticator { key: Authenticator::new(ORIGIN, "thief").key, ..device.clone() };
    refuses(
        &answer(howdah, &asked, &thief.get(&asked["options"])),
        400,
        "webauthn_verification_failed",
    );
    let response = device.get(&asked["options"]);
    refuses(&answer(howdah, &asked, &response), 400, "webauthn_challenge_not_found");

    let asked = ask(howdah);
    howdah.sql(&format!(
        "UPDATE auth.webauthn_challenges SET expires_at = now() WHERE id = {}",
        asked["challenge_id"].to_string().replace('"', "'")
    ));
    let response = device.get(&asked["options"]);
    refuses(&answer(howdah, &asked, &response), 400, "webauthn_challenge_expired");

    // One ceremony's is not another's, one user's not another's.
    let begun = begin(howdah, &account.access);
    refuses(&answer(howdah, &begun, &response), 400, "webauthn_challenge_not_found");
    let made = Authenticator::new(ORIGIN, "swap").create(&begun["options"]);
    refuses(&register(howdah, &other.access, &begun, &made), 400, "webauthn_challenge_not_found");
    let asked = ask(howdah);
    refuses(&register(howdah, &account.access, &asked, &made), 400, "webauthn_challenge_not_found");
    for (body, slug) in [
        (json!({}), "validation_failed"),
        (json!({"challenge_id": "x", "credential": {}}), "validation_failed"),
        (json!({"credential": {}}), "validation_failed"),
        (
            json!({"challenge_id": "00000000-0000-4000-8000-000000000000", "credential": {}}),
            "webauthn_challenge_not_found",
        ),
    ] {
        refuses(&nobody(howdah, "authentication/verify", body), 400, slug);
    }
}

#[test]
fn nothing_that_is_off_signs_in_and_all_is_refused_alike() {
    let howdah = shared();
    relying_party(howdah);
    let (account, other) = (howdah.account(), howdah.account());
    let (device, _) = passkey(howdah, &account.access, &account.id);
    let honest = || Authenticator { counter: 5, ..device.clone() };
    let stranger = Authenticator::new(ORIGIN, "nobody has this");
    let mut bodies = Vec::new();
    for (why, mut changed) in [
        ("key", Authenticator { key: stranger.key.clone(), ..honest() }),
        ("origin", Authenticator { origin: "https://evil.example.org".into(), ..honest() }),
        (
            "subdomain",
            Authenticator { origin: "https://x.app.passkeys.example".into(), ..honest() },
        ),
        ("plain http", Authenticator { origin: "http://app.passkeys.example".into(), ..honest() }),
        ("not verified", Authenticator { flags: 0x01, ..honest() }),
        ("not present", Authenticator { flags: 0x04, ..honest() }),
        ("a clone's counter", Authenticator { counter: 1, ..honest() }),
        (
            "another's handle",
            Authenticator { user_handle: Some(other.id.clone().into_bytes()), ..honest() },
        ),
        ("no handle", Authenticator { user_handle: None, ..honest() }),
        ("an unknown passkey", Authenticator { user_handle: honest().user_handle, ..stranger }),
    ] {
        let asked = ask(howdah);
        let reply = answer(howdah, &asked, &changed.get(&asked["options"]));
        assert_eq!(refused(&reply), (400, "webauthn_verification_failed".to_owned()), "{why}");
        bodies.push(reply.text());
    }
    bodies.dedup();
    assert_eq!(bodies.len(), 1, "{bodies:?}");
    let asked = ask(howdah);
    let mut other_site = asked["options"].clone();
    other_site["rpId"] = json!("other.example");
    refuses(
        &answer(howdah, &asked, &honest().get(&other_site)),
        400,
        "webauthn_verification_failed",
    );
    for junk in [json!({"id": 1}), json!({"rawId": "!", "response": {}}), json!([1])] {
        let asked = ask(howdah);
        refuses(&answer(howdah, &asked, &junk), 400, "webauthn_verification_failed");
    }
    sign_in(howdah, &mut honest()).is(200);
    let why = howdah.value(&format!(
        "SELECT count(*) FROM auth.audit_log_entries WHERE payload->>'action' = 'passkey_refused' AND payload->>'actor_id' = '{}'",
        account.id
    ));
    assert_eq!(
        why, "8",
        "each refusal of a passkey that there is, is written down with its reason"
    );
}

#[test]
fn of_responses_at_once_with_one_challenge_one_signs_in() {
    let howdah = shared();
    relying_party(howdah);
    let account = howdah.account();
    let (mut device, _) = passkey(howdah, &account.access, &account.id);
    let asked = ask(howdah);
    let response = device.get(&asked["options"]);
    let statuses: Vec<u16> = std::thread::scope(|scope| {
        let all: Vec<_> =
            (0..12).map(|_| scope.spawn(|| answer(howdah, &asked, &response).status)).collect();
        all.into_iter().map(|thread| thread.join().expect("an answer")).collect()
    });
    assert_eq!(statuses.iter().filter(|status| **status == 200).count(), 1, "{statuses:?}");
    // Of two challenges answered with one counter, one: two devices count as one.
    let (one, two) = (ask(howdah), ask(howdah));
    let mut copy = device.clone();
    let (first, second) = (device.get(&one["options"]), copy.get(&two["options"]));
    let statuses = std::thread::scope(|scope| {
        let other = scope.spawn(|| answer(howdah, &two, &second).status);
        [answer(howdah, &one, &first).status, other.join().expect("an answer")]
    });
    assert!(statuses.contains(&200) && statuses.contains(&400), "{statuses:?}");
}

#[test]
fn a_passkey_lets_in_nobody_who_may_not_come_in() {
    let howdah = shared();
    relying_party(howdah);
    let account = howdah.account();
    let (mut device, _) = passkey(howdah, &account.access, &account.id);
    let user = |change: &str| {
        howdah.sql(&format!("UPDATE auth.users SET {change} WHERE id = '{}'", account.id))
    };
    user("banned_until = now() + interval '1 hour'");
    refuses(&sign_in(howdah, &mut device), 403, "user_banned");
    user("banned_until = NULL, email_confirmed_at = NULL");
    refuses(&sign_in(howdah, &mut device), 403, "email_not_confirmed");
    user("email_confirmed_at = now(), deleted_at = now()");
    refuses(&sign_in(howdah, &mut device), 400, "webauthn_verification_failed");
    user("deleted_at = NULL");
    sign_in(howdah, &mut device).is(200);
}

#[test]
fn passkeys_are_listed_renamed_and_removed_by_their_user_only() {
    let howdah = shared();
    relying_party(howdah);
    let (account, other) = (howdah.account(), howdah.account());
    let (mut device, kept) = passkey(howdah, &account.access, &account.id);
    let path = format!("/passkeys/{}", kept["id"].as_str().expect("an id"));
    let listed = call(howdah, &account.access, "GET", "/passkeys", Value::Null).is(200).json();
    assert_eq!(listed[0]["id"], kept["id"]);
    let names: Vec<&String> = listed[0].as_object().expect("a passkey").keys().collect();
    assert_eq!(names, ["created_at", "id"]);
    call(howdah, &other.access, "GET", "/passkeys", Value::Null).is(200).equals(json!([]));

    let named = call(howdah, &account.access, "PATCH", &path, json!({"friendly_name": "Laptop"}))
        .is(200)
        .json();
    assert_eq!((&named["friendly_name"], &named["id"]), (&json!("Laptop"), &kept["id"]));
    for body in [json!({}), json!({"friendly_name": ""}), json!({"friendly_name": "x".repeat(121)})]
    {
        refuses(&call(howdah, &account.access, "PATCH", &path, body), 400, "validation_failed");
    }
    let name = json!({"friendly_name": "Mine"});
    refuses(&call(howdah, &other.access, "PATCH", &path, name.clone()), 404, "validation_failed");
    refuses(&call(howdah, &account.access, "PATCH", "/passkeys/x", name), 404, "validation_failed");
    refuses(&call(howdah, &other.access, "DELETE", &path, Value::Null), 404, "validation_failed");

    sign_in(howdah, &mut device).is(200);
    let used = call(howdah, &account.access, "GET", "/passkeys", Value::Null).is(200).json();
    assert!(used[0]["last_used_at"].is_string(), "{used}");
    assert_eq!(call(howdah, &account.access, "DELETE", &path, Value::Null).status, 204);
    refuses(&sign_in(howdah, &mut device), 400, "webauthn_verification_failed");
}

#[test]
fn an_admin_lists_and_removes_passkeys() {
    let howdah = shared();
    relying_party(howdah);
    let account = howdah.account();
    let (mut device, kept) = passkey(howdah, &account.access, &account.id);
    let admin = howdah.mint("service_role", &json!({}), "1 hour");
    let path = format!("/admin/users/{}/passkeys", account.id);
    let one = format!("{path}/{}", kept["id"].as_str().expect("an id"));
    refuses(&call(howdah, &account.access, "GET", &path, Value::Null), 403, "not_admin");
    refuses(&call(howdah, &account.access, "DELETE", &one, Value::Null), 403, "not_admin");
    let listed = call(howdah, &admin, "GET", &path, Value::Null).is(200).json();
    assert_eq!(listed[0]["id"], kept["id"]);
    refuses(
        &call(howdah, &admin, "GET", "/admin/users/x/passkeys", Value::Null),
        404,
        "validation_failed",
    );
    let nobody = "/admin/users/00000000-0000-4000-8000-000000000000/passkeys";
    refuses(&call(howdah, &admin, "GET", nobody, Value::Null), 404, "user_not_found");
    assert_eq!(call(howdah, &admin, "DELETE", &one, Value::Null).status, 204);
    refuses(&call(howdah, &admin, "DELETE", &one, Value::Null), 404, "validation_failed");
    refuses(&sign_in(howdah, &mut device), 400, "webauthn_verification_failed");
}

#[test]
fn registration_takes_only_what_is_new_ours_and_verified() {
    let howdah = shared();
    relying_party(howdah);
    let (account, other) = (howdah.account(), howdah.account());
    let (device, _) = passkey(howdah, &account.access, &account.id);
    // One credential is one user's.
    let begun = begin(howdah, &other.access);
    let taken = device.clone().create(&begun["options"]);
    refuses(&register(howdah, &other.access, &begun, &taken), 422, "webauthn_credential_exists");
    for (why, mut changed) in [
        (
            "origin",
            Authenticator {
                origin: "https://evil.example.org".into(),
                ..Authenticator::new(ORIGIN, "o")
            },
        ),
        ("not verified", Authenticator { flags: 0x01, ..Authenticator::new(ORIGIN, "v") }),
    ] {
        let begun = begin(howdah, &other.access);
        let made = changed.create(&begun["options"]);
        assert_eq!(
            refused(&register(howdah, &other.access, &begun, &made)).1,
            "webauthn_verification_failed",
            "{why}"
        );
    }
    let begun = begin(howdah, &other.access);
    refuses(
        &register(howdah, &other.access, &begun, &json!({"id": "x"})),
        400,
        "webauthn_verification_failed",
    );
    refuses(&nobody(howdah, "registration/options", json!({})), 401, "no_authorization");
    howdah.sql(&format!("UPDATE auth.users SET is_sso_user = true WHERE id = '{}'", other.id));
    refuses(
        &call(howdah, &other.access, "POST", "/passkeys/registration/options", json!({})),
        422,
        "validation_failed",
    );
    // No more than the setting allows.
    for n in 0..9 {
        passkey(howdah, &account.access, &format!("{}{n}", account.id));
    }
    refuses(
        &call(howdah, &account.access, "POST", "/passkeys/registration/options", json!({})),
        422,
        "too_many_passkeys",
    );
}
