//! One-time codes and links: asking for them. THREATS D4, D7, E1, H3; /otp, /magiclink, /recover, /resend, /invite,
//! /admin/generate_link.

use crate::auth_verify::{Inbox, address, ask, house, phone, session, sign_up, verify};
use howdah_tests::database::literal;
use howdah_tests::reply::Reply;
use serde_json::{Value, json};

/// What may be told of an answer by somebody who may not know whether the address has an account.
fn seen(reply: &Reply) -> (u16, Vec<(String, String)>, Vec<u8>) {
    let headers = reply
        .headers
        .iter()
        .filter(|(name, _)| !matches!(name.as_str(), "x-request-id" | "date"))
        .cloned()
        .collect();
    (reply.status, headers, reply.body.clone())
}

#[test]
fn signs_in_with_a_code_from_a_mail_and_makes_the_account() {
    let (house, email) = (house(), address());
    ask(house, "/otp", json!({"email": email.to_uppercase(), "data": {"nick": "Ada"}}))
        .is(200)
        .equals(json!({}));
    let mail = Inbox::of(house).last(&email);
    assert_eq!(mail.code.len(), 6, "six digits");
    let got =
        verify(house, json!({"type": "email", "email": email, "token": mail.code})).is(200).json();
    assert_eq!(got["token_type"], "bearer");
    assert_eq!(got["user"]["email"], json!(email));
    assert_eq!(got["user"]["user_metadata"]["nick"], "Ada");
    assert_eq!(got["user"]["user_metadata"]["email_verified"], true);
    assert!(
        got["user"]["email_confirmed_at"].is_string() && got["user"]["confirmed_at"].is_string()
    );
    assert_eq!(got["user"]["identities"][0]["identity_data"]["email_verified"], true);
    let claims = session(house, &got);
    assert_eq!(claims["aal"], "aal1");
    assert_eq!(claims["amr"][0]["method"], "otp");
    let again = verify(house, json!({"type": "email", "email": email, "token": mail.code}));
    assert_eq!(again.is(403).json()["error_code"], "otp_expired");
    assert_eq!(again.json()["msg"], "Token has expired or is invalid");
}

#[test]
fn answers_alike_for_addresses_with_and_without_an_account() {
    let (house, known, unknown) = (house(), address(), address());
    sign_up(house, &known);
    let unconfirmed = address();
    ask(house, "/otp", json!({"email": unconfirmed})).is(200);
    for (path, extra) in [
        ("/recover", json!({})),
        ("/otp", json!({"create_user": false})),
        ("/resend", json!({"type": "signup"})),
        ("/resend", json!({"type": "email_change"})),
        ("/recover", json!({"code_challenge": "x".repeat(43), "code_challenge_method": "s256"})),
        (
            "/otp",
            json!({"create_user": false, "code_challenge": "y".repeat(43), "code_challenge_method": "S256"}),
        ),
    ] {
        let about = |email: &str| {
            let mut body = extra.clone();
            body["email"] = json!(email);
            seen(&ask(house, path, body))
        };
        let (a, b, c) = (about(&known), about(&unknown), about(&unconfirmed));
        assert_eq!(a.0, 200, "{path} {extra}");
        assert_eq!(a, b, "{path} {extra}: unknown");
        assert_eq!(a, c, "{path} {extra}: unconfirmed");
    }
    assert!(Inbox::of(house).all(&unknown).is_empty(), "no mail to who has no account");
    let count = house
        .value(&format!("SELECT count(*) FROM auth.users WHERE email = {}", literal(&unknown)));
    assert_eq!(count, "0", "no account that nobody asked for");
    // Phones: the shape, and an id that differs each time.
    let known = phone();
    ask(house, "/otp", json!({"phone": known})).is(200);
    for number in [&known, &phone()] {
        let got = ask(house, "/otp", json!({"phone": number, "create_user": false})).is(200).json();
        assert!(got["message_id"].as_str().is_some_and(|id| id.len() == 36), "{got}");
        assert_eq!(got.as_object().map(serde_json::Map::len), Some(1));
    }
}

#[test]
fn refuses_requests_that_say_too_little_or_too_much() {
    let (house, email, number) = (house(), address(), phone());
    for (path, body, message) in [
        ("/otp", json!({}), "One of email or phone must be set"),
        (
            "/otp",
            json!({"email": email, "phone": number}),
            "Only an email address or phone number should be provided",
        ),
        (
            "/otp",
            json!({"email": email, "channel": "sms"}),
            "Channel should only be specified with Phone OTP",
        ),
        (
            "/otp",
            json!({"phone": number, "channel": "pigeon"}),
            "Invalid channel, supported values are 'sms' or 'whatsapp'",
        ),
        ("/otp", json!({"phone": "call me"}), "Invalid phone number format (E.164 required)"),
        ("/otp", json!({"email": "nobody"}), "Unable to validate email address: invalid format"),
        ("/magiclink", json!({}), "Unable to validate email address: invalid format"),
        ("/recover", json!({}), "Password recovery requires an email"),
        ("/recover", json!({"email": "a@b@c"}), "Unable to validate email address: invalid format"),
        (
            "/recover",
            json!({"email": email, "code_challenge": "x".repeat(43)}),
            "PKCE flow requires code_challenge_method and code_challenge",
        ),
        (
            "/resend",
            json!({"type": "magiclink", "email": email}),
            "Missing one of these types: signup, email_change, sms, phone_change",
        ),
        ("/resend", json!({"type": "signup"}), "Type provided requires an email address"),
        ("/resend", json!({"type": "sms"}), "Type provided requires a phone number"),
        ("/resend", json!({"type": "email_change"}), "Missing email address or phone number"),
        (
            "/resend",
            json!({"type": "sms", "phone": number, "email": email}),
            "Only an email address or phone number should be provided.",
        ),
        ("/verify", json!({}), "Verify requires a verification type"),
        ("/verify", json!({"type": "email"}), "Verify requires either a token or a token hash"),
        (
            "/verify",
            json!({"type": "email", "token": "1", "token_hash": "2"}),
            "Verify requires either a token or a token hash",
        ),
        (
            "/verify",
            json!({"type": "email", "token_hash": "2", "email": email}),
            "Only the token_hash and type should be provided",
        ),
        (
            "/verify",
            json!({"type": "email", "token": "123456"}),
            "Only an email address or phone number should be provided on verify",
        ),
        (
            "/verify",
            json!({"type": "email", "token": "123456", "email": email, "phone": number}),
            "Only an email address or phone number should be provided on verify",
        ),
        (
            "/verify",
            json!({"type": "oracle", "token": "123456", "email": email}),
            "Unsupported verification type",
        ),
    ] {
        let got = ask(house, path, body.clone());
        assert_eq!(got.is(400).json()["msg"], message, "{path} {body}");
        assert_eq!(got.json()["error_code"], "validation_failed", "{path} {body}");
    }
    // With plain the challenge is the verifier.
    ask(
        house,
        "/otp",
        json!({"email": email, "code_challenge": "x".repeat(43), "code_challenge_method": "plain"}),
    )
    .is(400);
    ask(
        house,
        "/otp",
        json!({"email": email, "code_challenge": "x".repeat(42), "code_challenge_method": "s256"}),
    )
    .is(400);
}

#[test]
fn a_new_code_kills_the_old_one_and_its_link() {
    let (house, email) = (house(), address());
    ask(house, "/otp", json!({"email": email})).is(200);
    let old = Inbox::of(house).last(&email);
    ask(house, "/otp", json!({"email": email})).is(200);
    let new = Inbox::of(house).last(&email);
    assert_ne!(old.token, new.token);
    verify(house, json!({"type": "email", "token_hash": old.token})).is(403);
    if old.code != new.code {
        verify(house, json!({"type": "email", "email": email, "token": old.code})).is(403);
    }
    verify(house, json!({"type": "email", "email": email, "token": new.code})).is(200);
}

#[test]
fn who_signed_up_with_anothers_address_keeps_no_way_in() {
    let (house, email) = (house(), address());
    let api = howdah_tests::api::Api::anon(house, "public");
    // The squatter knows a password, has a session and a provider's identity; the address is not his.
    ask(house, "/signup", json!({"email": email, "password": "the squatter's own words"})).is(200);
    let user = house.value(&format!("SELECT id FROM auth.users WHERE email = {}", literal(&email)));
    house.sql(&format!(
        "INSERT INTO auth.identities (provider_id, user_id, identity_data, provider) VALUES (gen_random_uuid()::text, '{user}', '{{}}', 'github')"
    ));
    let planted = house.value(&format!(
        "SELECT howdah_private.auth_issue_session('{user}', 'password')->>'access_token'"
    ));
    api.with_token(&planted).call("GET", "/auth/v1/user").send().is(200);

    ask(house, "/otp", json!({"email": email})).is(200);
    // He asks for a confirmation of his sign-up between: the code stays the owner's.
    ask(house, "/resend", json!({"email": email, "type": "signup"})).is(200);
    let mail = Inbox::of(house).last(&email);
    let got =
        verify(house, json!({"type": "email", "email": email, "token": mail.code})).is(200).json();
    assert_eq!(got["user"]["id"], json!(user));
    let providers: Vec<&Value> = got["user"]["identities"]
        .as_array()
        .expect("identities")
        .iter()
        .map(|identity| &identity["provider"])
        .collect();
    assert_eq!(providers, ["email"]);
    api.with_token(&planted).call("GET", "/auth/v1/user").send().is(403);
    let tried = ask(
        house,
        "/token?grant_type=password",
        json!({"email": email, "password": "the squatter's own words"}),
    );
    assert_eq!(tried.is(400).json()["error_code"], "invalid_credentials");
}

#[test]
fn a_sign_up_between_asking_for_a_code_and_using_it_confirms_no_password() {
    let (house, email) = (house(), address());
    ask(house, "/otp", json!({"email": email})).is(200);
    let password = "the squatter's own words";
    ask(house, "/signup", json!({"email": email, "password": password})).is(200);
    // The owner uses the latest mail, whatever it says.
    let mail = Inbox::of(house).last(&email);
    verify(house, json!({"type": "email", "email": email, "token": mail.code})).is(200);
    let tried =
        ask(house, "/token?grant_type=password", json!({"email": email, "password": password}));
    assert_eq!(tried.is(400).json()["error_code"], "invalid_credentials");
}

#[test]
fn a_sign_up_that_its_owner_confirms_keeps_its_password() {
    let (house, email) = (house(), address());
    let password = "correct horse battery staple";
    ask(house, "/signup", json!({"email": email, "password": password})).is(200);
    let first = Inbox::of(house).last(&email);
    ask(house, "/resend", json!({"email": email, "type": "signup"})).is(200).equals(json!({}));
    let mail = Inbox::of(house).last(&email);
    assert_ne!(first.token, mail.token, "resent with another secret");
    verify(house, json!({"type": "signup", "token_hash": first.token})).is(403);
    verify(house, json!({"type": "signup", "email": email, "token": mail.code})).is(200);
    ask(house, "/token?grant_type=password", json!({"email": email, "password": password})).is(200);
    // Confirmed: nothing to send again.
    ask(house, "/resend", json!({"email": email, "type": "signup"})).is(200).equals(json!({}));
    assert_eq!(Inbox::of(house).last(&email).token, mail.token);
}

#[test]
fn signs_in_by_phone() {
    let (house, number) = (house(), phone());
    let got =
        ask(house, "/otp", json!({"phone": format!("+{number}"), "channel": "sms"})).is(200).json();
    assert!(got["message_id"].is_string());
    let message = Inbox::of(house).last(&number);
    verify(house, json!({"type": "email", "phone": number, "token": message.code})).is(400);
    let got =
        verify(house, json!({"type": "sms", "phone": format!("+{number}"), "token": message.code}))
            .is(200)
            .json();
    assert_eq!(got["user"]["phone"], json!(number));
    assert!(got["user"]["phone_confirmed_at"].is_string());
    assert_eq!(got["user"]["app_metadata"]["provider"], "phone");
    verify(house, json!({"type": "sms", "phone": number, "token": message.code})).is(403);
    // Confirmed: /resend has nothing to confirm, /otp signs in.
    ask(house, "/resend", json!({"type": "sms", "phone": number})).is(200);
    assert_eq!(Inbox::of(house).last(&number).code, message.code);
    ask(house, "/otp", json!({"phone": number})).is(200);
    let message = Inbox::of(house).last(&number);
    verify(house, json!({"type": "sms", "phone": number, "token": message.code})).is(200);
}

#[test]
fn invites_somebody_who_then_has_the_account_alone() {
    let (house, email) = (house(), address());
    let invite = |token: Option<&str>| {
        let mut call = howdah_tests::api::Api::anon(house, "public")
            .call("POST", "/auth/v1/invite?redirect_to=http://localhost:3000/welcome")
            .json(json!({"email": email, "data": {"team": "red"}}));
        call.token = token.map(str::to_owned);
        call.send()
    };
    invite(None).is(401);
    invite(Some(&house.mint("authenticated", &json!({}), "1 hour"))).is(403);
    let user = invite(Some(&house.service_key)).is(200).json();
    assert_eq!(user["email"], json!(email));
    assert_eq!(user["user_metadata"]["team"], "red");
    assert!(user["invited_at"].is_string() && user.get("confirmed_at").is_none(), "{user}");
    let mail = Inbox::of(house).last(&email);
    verify(house, json!({"type": "recovery", "token_hash": mail.token})).is(403);
    let got = verify(house, json!({"type": "invite", "token_hash": mail.token})).is(200).json();
    assert_eq!(got["user"]["id"], user["id"]);
    let again = invite(Some(&house.service_key));
    assert_eq!(again.is(422).json()["error_code"], "email_exists");
}

#[test]
fn generates_links_of_every_type() {
    let house = house();
    let make = |body: Value| {
        let mut call = howdah_tests::api::Api::anon(house, "public")
            .call("POST", "/auth/v1/admin/generate_link?redirect_to=http://localhost:3000/in")
            .json(body);
        call.token = Some(house.service_key.clone());
        call.send()
    };
    let open = |made: &Value| {
        let link = made["action_link"].as_str().expect("a link");
        let path = &link[link.find("/auth/v1/").expect("a path")..];
        howdah_tests::api::Api::anon(house, "public").call("GET", path).send()
    };
    // (type, asked for whom, what the link is for)
    let known = address();
    sign_up(house, &known);
    for (kind, email, verification) in [
        ("signup", address(), "signup"),
        ("invite", address(), "invite"),
        ("magiclink", address(), "signup"),
        ("magiclink", known.clone(), "magiclink"),
        ("recovery", known.clone(), "recovery"),
    ] {
        let body = json!({"type": kind, "email": email, "password": "correct horse battery staple", "data": {"a": 1}});
        let made = make(body).is(200).json();
        assert_eq!(made["verification_type"], verification, "{kind}");
        assert_eq!(made["email"], json!(email), "{kind}: the user's members are flat");
        assert_eq!(made["redirect_to"], "http://localhost:3000/in", "{kind}");
        assert_eq!(made["email_otp"].as_str().map(str::len), Some(6), "{kind}");
        let token = made["hashed_token"].as_str().expect("a token");
        assert!(made["action_link"].as_str().is_some_and(|l| l.contains(token)), "{kind}");
        let opened = open(&made);
        let place = opened.is(303).header("location").expect("a place").to_owned();
        assert!(place.starts_with("http://localhost:3000/in#access_token="), "{kind}: {place}");
        assert!(place.contains(&format!("type={verification}")), "{kind}: {place}");
        open(&made).is(303);
        verify(house, json!({"type": "email", "email": email, "token": made["email_otp"]})).is(403);
    }
    make(json!({"type": "recovery", "email": address()})).is(404);
    make(json!({"type": "spell", "email": known})).is(400);
    assert_eq!(
        make(json!({"type": "signup", "email": known, "password": "correct horse battery staple"}))
            .is(422)
            .json()["error_code"],
        "email_exists"
    );
    // A change of e-mail needs both.
    let (mine, new) = (address(), address());
    sign_up(house, &mine);
    let current = make(json!({"type": "email_change_current", "email": mine, "new_email": new}))
        .is(200)
        .json();
    let fresh =
        make(json!({"type": "email_change_new", "email": mine, "new_email": new})).is(200).json();
    assert_eq!(fresh["new_email"], json!(new));
    let half = open(&current);
    assert!(
        half.is(303)
            .header("location")
            .expect("a place")
            .contains("#message=Confirmation+link+accepted")
    );
    assert!(open(&fresh).is(303).header("location").expect("a place").contains("#access_token="));
    let now = house.value(&format!(
        "SELECT email FROM auth.users WHERE id = '{}'",
        fresh["id"].as_str().expect("an id")
    ));
    assert_eq!(now, new);
}
