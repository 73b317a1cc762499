//! Phone numbers over HTTP: signing up with a password, changing the number, by which way a message goes. What needs other settings:
//! tests/sql/auth_phones.sql.

use howdah_tests::api::Api;
use howdah_tests::inbox::{Inbox, ask, phone, session, verify};
use howdah_tests::reply::Reply;
use howdah_tests::server::shared;
use serde_json::{Value, json};

const PASSWORD: &str = "a long enough secret 1";

fn code(reply: &Reply) -> Value {
    reply.json()["error_code"].clone()
}

fn sign_in(number: &str) -> Reply {
    ask(shared(), "/token?grant_type=password", json!({"phone": number, "password": PASSWORD}))
}

/// Signed up by phone and password, and confirmed by the code.
fn member() -> (String, Value) {
    let number = phone();
    let user =
        ask(shared(), "/signup", json!({"phone": format!("+{number}"), "password": PASSWORD}))
            .is(200)
            .json();
    assert_eq!((&user["phone"], &user["email"]), (&json!(number), &json!("")));
    assert!(user.get("phone_confirmed_at").is_none() && user.get("access_token").is_none());
    assert_eq!(code(sign_in(&number).is(400)), "phone_not_confirmed");
    let sent = Inbox::of(shared()).last(&number).code;
    let body = json!({"type": "sms", "phone": number, "token": sent});
    let got = verify(shared(), body).is(200).json();
    (number, got)
}

#[test]
fn a_number_with_a_password_signs_in_once_it_is_confirmed() {
    let (number, confirmed) = member();
    let claims = session(shared(), &confirmed);
    assert_eq!(claims["phone"], json!(number));
    assert_eq!(claims["app_metadata"], json!({"provider": "phone", "providers": ["phone"]}));
    let got = sign_in(&format!("+{number}")).is(200).json();
    assert_eq!(got["user"]["id"], confirmed["user"]["id"]);
    assert_eq!(session(shared(), &got)["amr"][0]["method"], "password");
}

#[test]
fn a_code_that_is_sent_again_confirms_the_same_sign_up() {
    let number = phone();
    ask(shared(), "/signup", json!({"phone": number, "password": PASSWORD})).is(200);
    let first = Inbox::of(shared()).last(&number).code;
    let told = ask(shared(), "/resend", json!({"type": "sms", "phone": number})).is(200).json();
    assert!(told["message_id"].is_string(), "{told}");
    let second = Inbox::of(shared()).last(&number).code;
    let try_code = |code: &str| {
        verify(shared(), json!({"type": "sms", "phone": number, "token": code})).status
    };
    assert!(first == second || try_code(&first) == 403);
    assert_eq!(try_code(&second), 200);
    sign_in(&number).is(200);
}

#[test]
fn a_new_number_counts_when_it_is_proven() {
    let ((number, got), (taken, _)) = (member(), member());
    let api =
        Api::anon(shared(), "public").with_token(got["access_token"].as_str().expect("a token"));
    let put = |body: Value| api.call("PUT", "/auth/v1/user").json(body).send();
    assert_eq!(code(put(json!({"phone": taken})).is(422)), "phone_exists");
    let wanted = phone();
    let user = put(json!({"phone": format!("+{wanted}")})).is(200).json();
    assert_eq!((&user["phone"], &user["new_phone"]), (&json!(number), &json!(wanted)));
    let sent = Inbox::of(shared()).last(&wanted).code;
    let prove = |kind: &str, number: &str| {
        verify(shared(), json!({"type": kind, "phone": number, "token": sent}))
    };
    assert_eq!(code(prove("sms", &wanted).is(403)), "otp_expired");
    assert_eq!(code(prove("phone_change", &number).is(403)), "otp_expired");
    assert_eq!(sign_in(&wanted).status, 400);
    let changed = prove("phone_change", &wanted).is(200).json();
    assert_eq!(changed["user"]["phone"], json!(wanted));
    assert_eq!(code(prove("phone_change", &wanted).is(403)), "otp_expired");
    assert_eq!((sign_in(&number).status, sign_in(&wanted).status), (400, 200));
}

#[test]
fn what_is_to_go_by_whatsapp_does_not_go_by_sms() {
    let number = phone();
    let way = json!({"phone": number, "channel": "whatsapp", "password": PASSWORD});
    for path in ["/otp", "/signup"] {
        let refused = ask(shared(), path, way.clone());
        assert_eq!(code(refused.is(400)), "validation_failed");
        assert!(refused.json()["msg"].as_str().is_some_and(|msg| msg.contains("whatsapp")));
    }
    assert!(Inbox::of(shared()).all(&number).is_empty());
}
