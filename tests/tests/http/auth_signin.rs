//! Sign-up and sign-in: what is answered to whom, and that nobody learns who has an account. Policies, auto-confirm and
//! hooks, which want settings of their own, are in tests/sql/auth_signin.sql.

use crate::auth_form::{Account, address, auth};
use howdah_tests::reply::Reply;
use howdah_tests::server::shared;
use howdah_tests::table::each;
use serde_json::{Value, json};

const PASSWORD: &str = "correct horse battery 7";

/// Status, error code and message, in both shapes of the dialect.
#[track_caller]
fn refused(method: &str, path: &str, body: Value, status: u16, code: &str, message: &str) {
    let old = auth(method, path).json(body.clone()).send();
    let told = old.is(status).json();
    assert_eq!(
        (&told["code"], &told["error_code"], &told["msg"]),
        (&json!(status), &json!(code), &json!(message)),
        "{method} {path} {body}"
    );
    old.has("x-sb-error-code", code).has("x-supabase-api-version", None).shows_nothing_inside();
    let new = auth(method, path).header("X-Supabase-Api-Version", "2024-01-01").json(body).send();
    let told = new.is(status).json();
    assert_eq!((&told["code"], &told["message"]), (&json!(code), &json!(message)));
    assert!(told.get("error_code").is_none() && told.get("msg").is_none(), "{told}");
    new.has("x-sb-error-code", code).has("x-supabase-api-version", "2024-01-01");
}

#[test]
fn says_what_is_wrong_with_a_form_in_both_shapes() {
    let (token, signup) = ("/token?grant_type=password", "/signup");
    let known = Account::confirmed(PASSWORD);
    let unconfirmed = Account::new(PASSWORD);
    each(
        &[
            (
                token,
                json!({"email": known.email, "password": "wrong"}),
                400,
                "invalid_credentials",
                "Invalid login credentials",
            ),
            (
                token,
                json!({"email": address(), "password": PASSWORD}),
                400,
                "invalid_credentials",
                "Invalid login credentials",
            ),
            (
                token,
                json!({"email": "no address", "password": PASSWORD}),
                400,
                "invalid_credentials",
                "Invalid login credentials",
            ),
            (
                token,
                json!({"email": known.email}),
                400,
                "invalid_credentials",
                "Invalid login credentials",
            ),
            (
                token,
                json!({"email": known.email, "password": ""}),
                400,
                "invalid_credentials",
                "Invalid login credentials",
            ),
            (
                token,
                json!({"email": unconfirmed.email, "password": PASSWORD}),
                400,
                "email_not_confirmed",
                "Email not confirmed",
            ),
            (
                token,
                json!({"email": unconfirmed.email, "password": "wrong"}),
                400,
                "invalid_credentials",
                "Invalid login credentials",
            ),
            (
                token,
                json!({"email": known.email, "phone": "+15005550006", "password": PASSWORD}),
                400,
                "validation_failed",
                "Only an email address or phone number should be provided on login.",
            ),
            (
                token,
                json!({"password": PASSWORD}),
                400,
                "validation_failed",
                "missing email or phone",
            ),
            (
                "/token?grant_type=nonsense",
                json!({}),
                400,
                "invalid_credentials",
                "unsupported_grant_type",
            ),
            ("/token", json!({}), 400, "invalid_credentials", "unsupported_grant_type"),
            (
                signup,
                json!({"email": address()}),
                400,
                "validation_failed",
                "Signup requires a valid password",
            ),
            (
                signup,
                json!({"email": address(), "password": ""}),
                400,
                "validation_failed",
                "Signup requires a valid password",
            ),
            (
                signup,
                json!({"email": address(), "phone": "+15005550006", "password": PASSWORD}),
                400,
                "validation_failed",
                "Only an email address or phone number should be provided on signup.",
            ),
            (
                signup,
                json!({"email": "no address", "password": PASSWORD}),
                400,
                "validation_failed",
                "Unable to validate email address: invalid format",
            ),
            (
                signup,
                json!({"phone": "12ab", "password": PASSWORD}),
                400,
                "validation_failed",
                "Invalid phone number format (E.164 required)",
            ),
            (
                signup,
                json!({"phone": "+15005550006", "password": PASSWORD, "code_challenge": "x".repeat(43), "code_challenge_method": "s256"}),
                400,
                "validation_failed",
                "PKCE not supported for phone signups",
            ),
            (
                signup,
                json!({"email": address(), "password": PASSWORD, "data": [1]}),
                400,
                "validation_failed",
                "data must be an object",
            ),
            (
                signup,
                json!({}),
                422,
                "anonymous_provider_disabled",
                "Anonymous sign-ins are disabled",
            ),
        ],
        |(path, body, status, code, message)| {
            refused("POST", path, body.clone(), *status, code, message);
        },
    );
}

#[test]
fn refuses_what_is_no_json_as_bad_json() {
    for path in ["/signup", "/token?grant_type=password"] {
        let reply = auth("POST", path)
            .header("Content-Type", "application/json")
            .bytes(b"{\"email\": ".to_vec())
            .send();
        assert_eq!(reply.is(400).json()["error_code"], "bad_json");
    }
}

#[test]
fn a_weak_password_says_why() {
    let body = json!({"email": address(), "password": "short"});
    let told = auth("POST", "/signup").json(body).send().is(422).json();
    assert_eq!(told["error_code"], "weak_password");
    let reasons = told["weak_password"]["reasons"].as_array().expect("reasons").clone();
    assert!(reasons.contains(&json!("length")), "{told}");
}

#[test]
fn a_new_user_is_shown_bare_and_cannot_sign_in_until_confirmed() {
    let email = address();
    let reply = auth("POST", "/signup")
        .json(json!({"email": email.to_uppercase(), "password": PASSWORD, "data": {"name": "N", "n": 1}}))
        .send();
    let user = reply.is(200).json();
    for absent in
        ["access_token", "user", "email_confirmed_at", "last_sign_in_at", "factors", "banned_until"]
    {
        assert!(user.get(absent).is_none(), "{absent} in {user}");
    }
    assert_eq!(user["email"], json!(email), "in its normal form");
    assert_eq!(
        (&user["aud"], &user["role"], &user["phone"], &user["is_anonymous"]),
        (&json!("authenticated"), &json!("authenticated"), &json!(""), &json!(false))
    );
    assert_eq!(user["app_metadata"], json!({"provider": "email", "providers": ["email"]}));
    assert_eq!(
        (&user["user_metadata"]["name"], &user["user_metadata"]["n"]),
        (&json!("N"), &json!(1))
    );
    assert!(user["confirmation_sent_at"].is_string(), "{user}");
    let identity = &user["identities"][0];
    assert_eq!(
        (&identity["id"], &identity["user_id"], &identity["provider"], &identity["email"]),
        (&user["id"], &user["id"], &json!("email"), &json!(email))
    );
    assert_eq!(identity["identity_data"]["email_verified"], json!(false));
}

#[test]
fn a_session_has_what_clients_read() {
    let account = Account::confirmed(PASSWORD);
    let session = account.session();
    let mut keys: Vec<_> = session.as_object().expect("an object").keys().cloned().collect();
    keys.sort_unstable();
    assert_eq!(
        keys,
        ["access_token", "expires_at", "expires_in", "refresh_token", "token_type", "user"]
    );
    assert_eq!(session["token_type"], "bearer");
    assert_eq!(session["user"]["id"], json!(account.id()));
    assert!(session["user"]["last_sign_in_at"].is_string());
    let claims = howdah_tests::forge::part(session["access_token"].as_str().expect("a token"), 1);
    assert_eq!(claims["sub"], session["user"]["id"]);
    assert_eq!(
        (
            &claims["aud"],
            &claims["role"],
            &claims["aal"],
            &claims["email"],
            &claims["is_anonymous"]
        ),
        (
            &json!("authenticated"),
            &json!("authenticated"),
            &json!("aal1"),
            &json!(account.email),
            &json!(false)
        )
    );
    assert_eq!(claims["amr"][0]["method"], "password");
    assert!(claims["session_id"].is_string() && claims["exp"].is_i64() && claims["iat"].is_i64());
}

#[test]
fn addresses_are_one_in_any_case_but_passwords_are_not() {
    let account = Account::confirmed(PASSWORD);
    let sign_in = |email: &str, password: &str| {
        auth("POST", "/token?grant_type=password")
            .json(json!({"email": email, "password": password}))
            .send()
    };
    sign_in(&account.email.to_uppercase(), PASSWORD).is(200);
    sign_in(&account.email, &PASSWORD.to_uppercase()).is(400);
    sign_in(&account.email, &format!("{PASSWORD} ")).is(400);
}

/// What must be the same for everybody: status, names and values of the headers, and the body without ids, times, addresses.
fn seen(reply: &Reply, email: &str) -> (u16, Vec<(String, String)>, Value) {
    let headers = reply
        .headers
        .iter()
        .filter(|(name, _)| !matches!(name.as_str(), "x-request-id" | "date"))
        .map(|(name, value)| {
            (name.clone(), if name == "content-length" { String::new() } else { value.clone() })
        })
        .collect();
    (reply.status, headers, masked(&reply.json(), email))
}

fn masked(value: &Value, email: &str) -> Value {
    match value {
        Value::String(text) => Value::String(match text.replace(email, "<address>") {
            text if text.len() == 36 && text.matches('-').count() == 4 => "<id>".to_owned(),
            text if text.starts_with("20") && text.contains('T') => "<time>".to_owned(),
            text => text,
        }),
        Value::Array(items) => items.iter().map(|item| masked(item, email)).collect(),
        Value::Object(members) => {
            members.iter().map(|(key, value)| (key.clone(), masked(value, email))).collect()
        }
        other => other.clone(),
    }
}

#[test]
fn nobody_learns_by_signing_up_or_in_who_has_an_account() {
    let known = Account::confirmed(PASSWORD);
    let (taken, free) = (known.email.clone(), address());
    let up = |email: &str, password: &str| {
        let form = json!({"email": email, "password": password, "data": {"name": "N"}});
        auth("POST", "/signup").json(form).send()
    };
    for password in [PASSWORD, "x", "", &"é".repeat(3000)] {
        let (a, b) = (up(&taken, password), up(&free, password));
        assert_eq!(seen(&a, &taken), seen(&b, &free), "sign-up with {} characters", password.len());
    }
    // Again and again: ids, too, behave alike.
    let made_up = up(&taken, PASSWORD).json()["id"].clone();
    assert_eq!(up(&taken, PASSWORD).json()["id"], made_up);
    assert_eq!(up(&free, PASSWORD).json()["id"], up(&free, PASSWORD).json()["id"]);
    assert_ne!(made_up, json!(known.id()));
    let in_ = |email: &str, password: &str| {
        auth("POST", "/token?grant_type=password")
            .json(json!({"email": email, "password": password}))
            .send()
    };
    let nobody = address();
    for password in ["wrong", "", "x", &"é".repeat(3000)] {
        let (a, b) = (in_(&taken, password), in_(&nobody, password));
        assert_eq!(
            seen(&a, &taken),
            seen(&b, &nobody),
            "sign-in with {} characters",
            password.len()
        );
    }
    // Signing up again did not touch the account.
    in_(&taken, PASSWORD).is(200);
}

#[test]
fn a_banned_user_learns_it_with_the_right_password_only() {
    let account = Account::confirmed(PASSWORD);
    let token = account.token();
    shared().sql(&format!(
        "UPDATE auth.users SET banned_until = now() + interval '1 hour' WHERE email = '{}'",
        account.email
    ));
    let sign_in = |password: &str| {
        auth("POST", "/token?grant_type=password")
            .json(json!({"email": account.email, "password": password}))
            .send()
    };
    assert_eq!(sign_in(PASSWORD).is(400).json()["error_code"], "user_banned");
    assert_eq!(sign_in("wrong").is(400).json()["error_code"], "invalid_credentials");
    // The session that he had is of no use from the next request on.
    let reply = auth("GET", "/user").header("Authorization", &format!("Bearer {token}")).send();
    assert!((400..500).contains(&reply.status), "{} {}", reply.status, reply.text());
    shared().sql(&format!(
        "UPDATE auth.users SET banned_until = now() - interval '1 hour' WHERE email = '{}'",
        account.email
    ));
    sign_in(PASSWORD).is(200);
}

#[test]
fn every_sign_in_is_a_session_of_its_own() {
    let account = Account::confirmed(PASSWORD);
    let id = |session: &Value| {
        howdah_tests::forge::part(session["access_token"].as_str().unwrap_or_default(), 1)["session_id"].clone()
    };
    let (first, second) = (account.session(), account.session());
    assert_ne!(id(&first), id(&second));
    assert_ne!(first["refresh_token"], second["refresh_token"]);
}

#[test]
fn two_sign_ups_at_once_make_one_account() {
    let email = address();
    let form = json!({"email": email, "password": PASSWORD});
    let statuses: Vec<u16> = std::thread::scope(|scope| {
        let asked: Vec<_> = (0..6)
            .map(|_| scope.spawn(|| auth("POST", "/signup").json(form.clone()).send().status))
            .collect();
        asked.into_iter().map(|asked| asked.join().expect("an answer")).collect()
    });
    assert!(statuses.iter().all(|status| matches!(status, 200 | 429 | 503)), "{statuses:?}");
    assert!(statuses.contains(&200), "{statuses:?}");
    assert_eq!(
        shared().value(&format!("SELECT count(*) FROM auth.users WHERE email = '{email}'")),
        "1"
    );
    assert_eq!(
        shared().value(&format!("SELECT count(*) FROM auth.identities WHERE email = '{email}'")),
        "1"
    );
}

#[test]
fn failed_tries_are_counted_though_they_fail() {
    let account = Account::confirmed(PASSWORD);
    let counted = || -> i64 {
        let query = format!(
            "SELECT count(*) FROM auth.audit_log_entries WHERE payload ->> 'action' = 'login_failed' AND payload ->> 'actor_id' = '{}'",
            account.id()
        );
        shared().value(&query).parse().expect("a number")
    };
    for _ in 0..4 {
        auth("POST", "/token?grant_type=password")
            .json(json!({"email": account.email, "password": "wrong"}))
            .send()
            .is(400);
    }
    // With a further field that makes no sense.
    for _ in 0..3 {
        auth("POST", "/token?grant_type=password")
            .json(json!({"email": account.email, "password": "wrong", "gotrue_meta_security": {"captcha_token": 1}, "role": []}))
            .send()
            .is(400);
    }
    assert_eq!(counted(), 7);
}

#[test]
fn shows_what_a_form_must_know() {
    let settings = auth("GET", "/settings").send().is(200).json();
    assert_eq!(
        (
            &settings["external"]["email"],
            &settings["external"]["google"],
            &settings["disable_signup"],
            &settings["saml_enabled"]
        ),
        (&json!(true), &json!(false), &json!(false), &json!(false))
    );
    for key in ["mailer_autoconfirm", "phone_autoconfirm"] {
        assert!(settings[key].is_boolean(), "{key}: {settings}");
    }
    assert!(settings["sms_provider"].is_string(), "{settings}");
    assert!(settings["external"].as_object().expect("external").values().all(Value::is_boolean));
}
