//! Captchas over HTTP: the courier asks a stand-in of the provider while the request waits. What is asked and answered otherwise:
//! tests/sql/auth_captcha.sql.

use howdah_tests::api::{Api, Call};
use howdah_tests::outside::Outside;
use howdah_tests::reply::Reply;
use howdah_tests::server::Howdah;
use serde_json::{Value, json};
use std::sync::Barrier;
use std::time::{Duration, Instant};

const SECRET: &str = "0x4AAAAAAAcaptchasecret";

fn start() -> (Howdah, Outside) {
    let (howdah, outside) = (Howdah::start(&[]), Outside::start());
    howdah.sql(
        "UPDATE auth.rate_limits SET count = 0 WHERE setting IS NULL;
         SELECT auth.set(setting, '0') FROM auth.rate_limits WHERE setting IS NOT NULL;
         SELECT howdah.set('courier.allowed_hosts', '127.0.0.1:*'), auth.set('security_captcha_enabled', 'true')",
    );
    let url = outside.url(&format!("/captcha/{SECRET}"));
    howdah.sql(&format!(
        "SELECT auth.set('security_captcha_verify_url', '{url}'), auth.set('security_captcha_secret', '{SECRET}')"
    ));
    let end = Instant::now() + Duration::from_secs(20);
    while howdah.value("SELECT count(*) FROM howdah.couriers") == "0" {
        assert!(Instant::now() < end, "no courier");
        std::thread::sleep(Duration::from_millis(50));
    }
    (howdah, outside)
}

fn post<'h>(howdah: &'h Howdah, path: &str, mut body: Value, captcha: &str) -> Call<'h> {
    body["gotrue_meta_security"] = json!({"captcha_token": captcha});
    Api::anon(howdah, "public").call("POST", &format!("/auth/v1{path}")).json(body)
}

#[track_caller]
fn disallowed(reply: &Reply, why: &str) {
    let body = reply.is(400).json();
    assert_eq!(body["error_code"], "captcha_failed");
    assert_eq!(body["msg"], format!("captcha protection: request disallowed ({why})"));
    assert!(reply.header("howdah-wait").is_none());
}

/// How many get through of calls that are sent at once.
fn let_through(calls: &[Call<'_>]) -> usize {
    let gate = Barrier::new(calls.len());
    let replies: Vec<Reply> = std::thread::scope(|scope| {
        let asked: Vec<_> = calls
            .iter()
            .map(|call| {
                scope.spawn(|| {
                    gate.wait();
                    call.send()
                })
            })
            .collect();
        asked.into_iter().map(|thread| thread.join().expect("an answer")).collect()
    });
    for reply in replies.iter().filter(|reply| reply.status != 200) {
        disallowed(reply, "timeout-or-duplicate");
    }
    replies.iter().filter(|reply| reply.status == 200).count()
}

#[test]
fn a_captcha_is_asked_for_and_good_once() {
    let (howdah, outside) = start();
    let account = json!({"email": "ada@example.com", "password": "a long enough secret 1"});
    disallowed(&post(&howdah, "/signup", account.clone(), "").send(), "no captcha_token found");
    disallowed(
        &post(&howdah, "/signup", account.clone(), "bad-1").send(),
        "invalid-input-response",
    );
    assert_eq!(howdah.value("SELECT count(*) FROM auth.users"), "0");
    let user = post(&howdah, "/signup", account.clone(), "good-1").send().is(200).json();
    assert_eq!(user["email"], "ada@example.com");
    assert_eq!(howdah.value("SELECT count(*) FROM auth.users"), "1");
    let again = post(&howdah, "/signup", account.clone(), "good-1").send();
    disallowed(&again, "timeout-or-duplicate");
    howdah.sql("UPDATE auth.users SET email_confirmed_at = now()");
    let sign_in = post(&howdah, "/token?grant_type=password", account.clone(), "good-2").send();
    let refresh = sign_in.is(200).json()["refresh_token"].clone();
    // A wrong password costs a captcha, too.
    let wrong = json!({"email": "ada@example.com", "password": "wrong"});
    post(&howdah, "/token?grant_type=password", wrong.clone(), "good-3").send().is(400);
    let tried = post(&howdah, "/token?grant_type=password", wrong, "good-3").send();
    disallowed(&tried, "timeout-or-duplicate");
    let asked = outside.connections();
    post(&howdah, "/token?grant_type=refresh_token", json!({"refresh_token": refresh}), "")
        .send()
        .is(200);
    Api::service(&howdah, "public")
        .call("POST", "/auth/v1/recover")
        .json(json!({"email": "ada@example.com"}))
        .send()
        .is(200);
    assert_eq!(outside.connections(), asked, "neither asks anybody");
    // Nothing is kept of what was asked, and the secret is nowhere in the clear.
    assert_eq!(
        howdah.value("SELECT count(*) FROM howdah.outbox_entries WHERE kind = 'fetch'"),
        "0"
    );
    let told = howdah.value(
        // The address of the stand-in has it, too.
        "SELECT string_agg(s::text, ' ') FROM auth.settings_all AS s WHERE name <> 'security_captcha_verify_url'",
    );
    assert!(told.contains("security_captcha_secret") && !told.contains(SECRET));
}

#[test]
fn of_requests_at_once_with_one_captcha_one_gets_through() {
    let (howdah, _outside) = start();
    for (name, one_id, one_body) in
        [("a", true, true), ("b", true, false), ("c", false, true), ("d", false, false)]
    {
        let calls: Vec<Call<'_>> = (0..16)
            .map(|n| {
                let who = if one_body { 0 } else { n };
                let body = json!({"email": format!("{name}{who}@example.com")});
                let id = format!("r-{name}-{}", if one_id { 0 } else { n });
                post(&howdah, "/otp", body, &format!("good-{name}")).header("x-request-id", &id)
            })
            .collect();
        assert_eq!(let_through(&calls), 1, "one id: {one_id}, one body: {one_body}");
        let users = format!("SELECT count(*) FROM auth.users WHERE email LIKE '{name}%'");
        assert_eq!(howdah.value(&users), "1");
    }
}

#[test]
fn nobody_comes_through_when_the_provider_cannot_be_asked() {
    let (howdah, outside) = start();
    let sent = || post(&howdah, "/otp", json!({"email": "ada@example.com"}), "good-1").send();
    for path in ["/captcha/another-secret", "/ok", "/bomb", "/to/1"] {
        let url = outside.url(path);
        howdah.sql(&format!("SELECT auth.set('security_captcha_verify_url', '{url}')"));
        let reply = sent();
        let expected = if path.ends_with("secret") { 400 } else { 500 };
        let body = reply.is(expected).json();
        assert!(!body.to_string().contains("127.0.0.1"), "{body}");
    }
    howdah.sql("SELECT howdah.set('courier.allowed_hosts', '')");
    sent().is(500);
    assert_eq!(howdah.value("SELECT count(*) FROM auth.users"), "0");
}
