//! The user's own record: GET and PUT /user, and what a change does to sessions, codes and sign-ins.

use crate::auth_form::{Account, address, as_user, auth};
use howdah_tests::server::shared;
use serde_json::{Value, json};

const PASSWORD: &str = "correct horse battery 7";
const NEXT: &str = "staple the next horse 8";

fn code(reply: &howdah_tests::reply::Reply) -> Value {
    reply.json()["error_code"].clone()
}

fn sign_in(account: &Account, password: &str) -> u16 {
    auth("POST", "/token?grant_type=password")
        .json(json!({"email": account.email, "password": password}))
        .send()
        .status
}

#[test]
fn shows_the_row_as_it_is_now() {
    let account = Account::confirmed(PASSWORD);
    let token = account.token();
    shared().sql(&format!(
        "UPDATE auth.users SET raw_app_meta_data = raw_app_meta_data || '{{\"plan\": \"gold\"}}' WHERE email = '{}'",
        account.email
    ));
    let user = as_user(&token, "GET", "/user").send().is(200).json();
    assert_eq!(
        (&user["email"], &user["app_metadata"]["plan"]),
        (&json!(account.email), &json!("gold"))
    );
    assert!(user.get("encrypted_password").is_none());
}

#[test]
fn is_for_who_has_a_token_of_a_living_session() {
    assert_eq!(code(auth("GET", "/user").send().is(401)), "no_authorization");
    assert_eq!(
        code(auth("PUT", "/user").json(json!({"data": {}})).send().is(401)),
        "no_authorization"
    );
    assert_eq!(code(auth("GET", "/reauthenticate").send().is(401)), "no_authorization");
    assert_eq!(code(as_user("no.token.this", "GET", "/user").send().is(403)), "bad_jwt");
    let account = Account::confirmed(PASSWORD);
    let token = account.token();
    as_user(&token, "GET", "/user").send().is(200);
    as_user(&token, "POST", "/logout").send().is(204);
    assert_eq!(code(as_user(&token, "GET", "/user").send().is(403)), "session_not_found");
    assert_eq!(
        code(as_user(&token, "PUT", "/user").json(json!({"data": {"x": 1}})).send().is(403)),
        "session_not_found"
    );
    let anonymous = shared().anon_key.clone();
    let reply = as_user(&anonymous, "GET", "/user").send();
    assert!(matches!(reply.status, 401 | 403), "an API key is nobody: {}", reply.text());
}

#[test]
fn metadata_is_merged_and_null_takes_a_key_away() {
    let account = Account::confirmed(PASSWORD);
    let token = account.token();
    let put = |data: Value| {
        as_user(&token, "PUT", "/user").json(json!({"data": data})).send().is(200).json()
    };
    let user = put(json!({"a": 1, "b": {"c": [true]}}));
    assert_eq!(
        (&user["user_metadata"]["a"], &user["user_metadata"]["b"]),
        (&json!(1), &json!({"c": [true]}))
    );
    let user = put(json!({"a": null, "d": "x"}));
    assert!(user["user_metadata"].get("a").is_none(), "{user}");
    assert_eq!(
        (&user["user_metadata"]["b"], &user["user_metadata"]["d"]),
        (&json!({"c": [true]}), &json!("x"))
    );
    assert_eq!(
        code(as_user(&token, "PUT", "/user").json(json!({"data": "text"})).send().is(400)),
        "validation_failed"
    );
}

#[test]
fn what_a_user_has_no_say_in_is_ignored() {
    let account = Account::confirmed(PASSWORD);
    let token = account.token();
    let query = format!(
        "SELECT jsonb_build_object('r', role, 'aud', aud, 'app', raw_app_meta_data, 'ban', banned_until, 'sso', is_sso_user,
             'super', is_super_admin, 'anon', is_anonymous, 'conf', email_confirmed_at, 'id', id, 'pw', encrypted_password,
             'inv', invited_at, 'del', deleted_at)::text FROM auth.users WHERE email = '{}'",
        account.email
    );
    let before = shared().value(&query);
    let forged = json!({
        "role": "service_role", "aud": "x", "app_metadata": {"admin": true}, "raw_app_meta_data": {"admin": true},
        "banned_until": "2001-01-01", "ban_duration": "none", "is_sso_user": true, "is_super_admin": true, "is_anonymous": true,
        "email_confirmed_at": null, "email_confirm": true, "phone_confirm": true, "id": account.id(), "encrypted_password": "x",
        "password_hash": "x", "invited_at": "2001-01-01", "deleted_at": "2001-01-01", "user_metadata": {"x": 1},
        "data": {"harmless": true}
    });
    as_user(&token, "PUT", "/user").json(forged).send().is(200);
    assert_eq!(shared().value(&query), before);
}

#[test]
fn a_new_password_ends_the_other_sessions_and_the_old_one() {
    let account = Account::confirmed(PASSWORD);
    let (mine, other) = (account.token(), account.session());
    let other_token = other["access_token"].as_str().expect("a token").to_owned();
    as_user(&other_token, "GET", "/user").send().is(200);
    as_user(&mine, "PUT", "/user").json(json!({"password": NEXT})).send().is(200);
    as_user(&mine, "GET", "/user").send().is(200);
    assert_eq!(code(as_user(&other_token, "GET", "/user").send().is(403)), "session_not_found");
    auth("POST", "/token?grant_type=refresh_token")
        .json(json!({"refresh_token": other["refresh_token"]}))
        .send()
        .is(400);
    assert_eq!((sign_in(&account, PASSWORD), sign_in(&account, NEXT)), (400, 200));
}

#[test]
fn refuses_the_same_and_a_weak_password() {
    let account = Account::confirmed(PASSWORD);
    let token = account.token();
    let put = |body: Value| as_user(&token, "PUT", "/user").json(body).send();
    assert_eq!(code(put(json!({"password": PASSWORD})).is(422)), "same_password");
    assert_eq!(code(put(json!({"password": "short"})).is(422)), "weak_password");
    assert_eq!(code(put(json!({"password": ""})).is(422)), "weak_password");
    assert_eq!(
        code(put(json!({"password": PASSWORD, "current_password": PASSWORD})).is(422)),
        "same_password"
    );
    assert_eq!(
        code(put(json!({"password": NEXT, "current_password": "wrong"})).is(400)),
        "current_password_invalid"
    );
    assert_eq!(sign_in(&account, PASSWORD), 200);
    put(json!({"password": NEXT, "current_password": PASSWORD})).is(200);
    assert_eq!(sign_in(&account, NEXT), 200);
}

#[test]
fn a_new_address_waits_until_it_is_proven() {
    let account = Account::confirmed(PASSWORD);
    let taken = Account::confirmed(PASSWORD);
    let token = account.token();
    let put = |body: Value| as_user(&token, "PUT", "/user").json(body).send();
    assert_eq!(code(put(json!({"email": "no address"})).is(400)), "validation_failed");
    assert_eq!(code(put(json!({"email": taken.email.to_uppercase()})).is(422)), "email_exists");
    // What is there already is no change.
    let same = put(json!({"email": account.email.to_uppercase()})).is(200).json();
    assert!(same.get("new_email").is_none(), "{same}");
    let wanted = address();
    let user = put(json!({"email": wanted.to_uppercase()})).is(200).json();
    assert_eq!((&user["email"], &user["new_email"]), (&json!(account.email), &json!(wanted)));
    assert!(user["email_change_sent_at"].is_string(), "{user}");
    let places = format!(
        "SELECT string_agg(token_type::text, ' ' ORDER BY token_type) FROM auth.one_time_tokens WHERE user_id = '{}' AND token_type::text LIKE 'email_change%'",
        account.id()
    );
    assert_eq!(
        shared().value(&places),
        "email_change_token_new email_change_token_current",
        "both must confirm"
    );
    // Whoever has the address is not found by the new one.
    let unproven = auth("POST", "/token?grant_type=password")
        .json(json!({"email": wanted, "password": PASSWORD}))
        .send();
    assert_eq!(code(unproven.is(400)), "invalid_credentials");
}

#[test]
fn a_verified_factor_is_needed_for_what_lets_in() {
    let account = Account::confirmed(PASSWORD);
    let token = account.token();
    shared().sql(&format!(
        "INSERT INTO auth.mfa_factors (id, user_id, factor_type, status, created_at, updated_at)
         VALUES (gen_random_uuid(), '{}', 'totp', 'verified', now(), now())",
        account.id()
    ));
    for body in [json!({"password": NEXT}), json!({"email": address()})] {
        let reply = as_user(&token, "PUT", "/user").json(body).send();
        assert_eq!(code(reply.is(401)), "insufficient_aal");
    }
    as_user(&token, "PUT", "/user").json(json!({"data": {"x": 1}})).send().is(200);
    assert_eq!(sign_in(&account, PASSWORD), 200);
}

#[test]
fn a_user_of_an_sso_provider_cannot_give_himself_a_password() {
    let account = Account::confirmed(PASSWORD);
    let token = account.token();
    shared().sql(&format!(
        "UPDATE auth.users SET is_sso_user = true WHERE email = '{}'",
        account.email
    ));
    let reply = as_user(&token, "PUT", "/user").json(json!({"password": NEXT})).send();
    assert_eq!(code(reply.is(422)), "user_sso_managed");
    as_user(&token, "PUT", "/user").json(json!({"data": {"x": 1}})).send().is(200);
}

#[test]
fn a_nonce_goes_to_the_confirmed_address() {
    let account = Account::confirmed(PASSWORD);
    let token = account.token();
    as_user(&token, "GET", "/reauthenticate").send().is(200).equals(json!({}));
    let sent = format!(
        "SELECT reauthentication_sent_at IS NOT NULL FROM auth.users WHERE email = '{}'",
        account.email
    );
    assert_eq!(shared().value(&sent), "t");
}
