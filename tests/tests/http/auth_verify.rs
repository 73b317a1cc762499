//! One-time codes and links: using them. THREATS §0.8, D4, D6, E2, E3, E7; /verify (POST and GET), /confirm.

use howdah_tests::api::{Api, component};
use howdah_tests::database::literal;
use howdah_tests::forge::part;
use howdah_tests::reply::Reply;
use howdah_tests::server::{Howdah, shared};
use serde_json::{Value, json};

pub fn house() -> &'static Howdah {
    shared()
}

pub use howdah_tests::inbox::{Inbox, address, ask, phone, session, sign_up, verify};

/// GET of a mail's link, as a browser does it.
fn open(house: &Howdah, token: &str, kind: &str, extra: &str) -> Reply {
    Api::anon(house, "public")
        .call("GET", &format!("/auth/v1/verify?token={}&type={kind}{extra}", component(token)))
        .send()
}

#[track_caller]
fn place(reply: &Reply) -> String {
    reply.is(303).header("location").expect("a place").to_owned()
}

fn magic(house: &Howdah, email: &str) -> howdah_tests::inbox::Sent {
    ask(house, "/otp", json!({"email": email})).is(200);
    Inbox::of(house).last(email)
}

#[test]
fn a_link_signs_in_once_and_says_so_in_the_fragment() {
    let (house, email) = (house(), address());
    sign_up(house, &email);
    let mail = magic(house, &email);
    let opened = open(house, &mail.token, "magiclink", "&redirect_to=http://localhost:3000/in?a=1");
    let got = place(&opened);
    let (before, fragment) = got.split_once('#').expect("a fragment");
    assert_eq!(before, "http://localhost:3000/in?a=1");
    let names: Vec<&str> =
        fragment.split('&').filter_map(|p| p.split_once('=')).map(|(n, _)| n).collect();
    assert_eq!(
        names,
        ["access_token", "expires_at", "expires_in", "refresh_token", "sb", "token_type", "type"]
    );
    assert!(fragment.contains("&sb=&") && fragment.ends_with("type=magiclink"), "{fragment}");
    opened.has("cache-control", "no-store").has("referrer-policy", "no-referrer");

    let again = place(&open(house, &mail.token, "magiclink", ""));
    assert_eq!(
        again,
        "http://localhost:3000#error=access_denied&error_code=otp_expired&error_description=Email+link+is+invalid+or+has+expired&sb="
    );
    assert_eq!(
        verify(house, json!({"type": "magiclink", "token_hash": mail.token})).is(403).json()["msg"],
        "Email link is invalid or has expired"
    );
    assert_eq!(
        verify(house, json!({"type": "email", "email": email, "token": mail.code})).status,
        403
    );
    for missing in ["/auth/v1/verify?type=magiclink", "/auth/v1/verify?token=x"] {
        Api::anon(house, "public").call("GET", missing).send().is(400);
    }
}

#[test]
fn a_link_of_a_flow_gives_a_code_that_its_verifier_redeems() {
    let (house, email) = (house(), address());
    sign_up(house, &email);
    // RFC 7636, appendix B.
    let (verifier, challenge) = (
        "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk",
        "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
    );
    let asked =
        json!({"email": email, "code_challenge": challenge, "code_challenge_method": "s256"});
    for (path, kind, method) in
        [("/otp", "magiclink", "magiclink"), ("/recover", "recovery", "recovery")]
    {
        ask(house, path, asked.clone()).is(200);
        let mail = Inbox::of(house).last(&email);
        assert!(mail.token.starts_with("pkce_"), "{}", mail.token);
        let got = place(&open(house, &mail.token, kind, "&redirect_to=http://localhost:3000/in"));
        let code =
            got.strip_prefix("http://localhost:3000/in?code=").unwrap_or_else(|| panic!("{got}"));
        let redeem = |verifier: &str| {
            ask(
                house,
                "/token?grant_type=pkce",
                json!({"auth_code": code, "code_verifier": verifier}),
            )
        };
        let session_of = redeem(verifier).is(200).json();
        assert_eq!(session(house, &session_of)["amr"][0]["method"], method);
        assert!(redeem(verifier).status >= 400, "a code works once");
        let again = place(&open(house, &mail.token, kind, ""));
        let (query, fragment) = again.split_once('#').expect("a fragment");
        for part in [query, fragment] {
            assert!(
                part.contains("error=access_denied&error_code=otp_expired&error_description="),
                "{again}"
            );
        }
    }
    // A server takes the same secret by POST.
    ask(house, "/otp", asked).is(200);
    let mail = Inbox::of(house).last(&email);
    verify(house, json!({"type": "email", "token_hash": mail.token})).is(200);
}

#[test]
fn the_sixth_try_fails_even_with_the_right_code_and_the_link_stays() {
    let (house, email) = (house(), address());
    sign_up(house, &email);
    let mail = magic(house, &email);
    let wrong = if mail.code == "000000" { "000001" } else { "000000" };
    let attempt =
        |code: &str| verify(house, json!({"type": "email", "email": email, "token": code}));
    for _ in 0..5 {
        assert_eq!(attempt(wrong).is(403).json()["error_code"], "otp_expired");
    }
    attempt(&mail.code).is(403);
    verify(house, json!({"type": "email", "token_hash": mail.token})).is(200);
    // Four wrong ones do no harm, with other faults in between.
    let mail = magic(house, &email);
    for n in 0..4 {
        attempt(wrong).is(403);
        verify(
            house,
            json!({"type": "email", "email": email, "token": wrong, "token_hash": n.to_string()}),
        )
        .is(400);
    }
    attempt(&mail.code).is(200);
}

#[test]
fn codes_and_sign_in_links_live_ten_minutes_and_others_as_set() {
    let (house, email) = (house(), address());
    sign_up(house, &email);
    let lives = |secret: &str| {
        house.value(&format!(
            "SELECT round(extract(epoch FROM t.code_expires_at - statement_timestamp()))::text || ' '
                 || round(extract(epoch FROM t.expires_at - statement_timestamp()))
             FROM auth.one_time_tokens t WHERE t.token_hash = encode(sha256({}), 'hex')",
            literal(secret)
        ))
    };
    let near = |lives: String, code: i64, link: i64| {
        let found: Vec<i64> = lives.split(' ').map(|n| n.parse().expect("seconds")).collect();
        assert!(
            (code - 30..=code).contains(&found[0]) && (link - 30..=link).contains(&found[1]),
            "{lives}"
        );
    };
    near(lives(&magic(house, &email).token), 600, 600);
    ask(house, "/recover", json!({"email": email})).is(200);
    let mail = Inbox::of(house).last(&email);
    near(lives(&mail.token), 600, 3600);
    let ago = |column: &str| {
        house.sql(&format!(
            "UPDATE auth.one_time_tokens SET {column} = now() - interval '1 second' WHERE token_hash = encode(sha256({}), 'hex')",
            literal(&mail.token)
        ));
    };
    ago("code_expires_at");
    verify(house, json!({"type": "recovery", "email": email, "token": mail.code})).is(403);
    ago("expires_at");
    verify(house, json!({"type": "recovery", "token_hash": mail.token})).is(403);
}

#[test]
fn a_secret_of_one_purpose_is_no_good_for_another() {
    let (house, email) = (house(), address());
    sign_up(house, &email);
    let kinds = [
        "signup",
        "invite",
        "magiclink",
        "recovery",
        "email",
        "email_change",
        "sms",
        "phone_change",
    ];
    for (path, good) in [("/recover", &["recovery"][..]), ("/otp", &["magiclink", "email"][..])] {
        for kind in kinds {
            ask(house, path, json!({"email": email})).is(200);
            let mail = Inbox::of(house).last(&email);
            let by_link = verify(house, json!({"type": kind, "token_hash": mail.token}));
            assert_eq!(
                by_link.status,
                if good.contains(&kind) { 200 } else { 403 },
                "{path} as {kind}"
            );
            if !good.contains(&kind) && !matches!(kind, "sms" | "phone_change") {
                verify(house, json!({"type": kind, "email": email, "token": mail.code})).is(403);
            }
        }
    }
    // Nor is it a session, nor a session it.
    let mail = magic(house, &email);
    let api = Api::anon(house, "public");
    for secret in [&mail.token, &mail.code] {
        api.with_token(secret).call("GET", "/auth/v1/user").send().is(403);
        ask(house, "/token?grant_type=refresh_token", json!({"refresh_token": secret})).is(400);
    }
    let got = verify(house, json!({"type": "email", "token_hash": mail.token})).is(200).json();
    for token in ["access_token", "refresh_token"] {
        verify(house, json!({"type": "email", "token_hash": got[token]})).is(403);
    }
}

#[test]
fn a_change_of_address_kills_what_was_sent_to_the_former_one() {
    let (house, email) = (house(), address());
    sign_up(house, &email);
    for (path, kind) in [("/otp", "magiclink"), ("/recover", "recovery")] {
        ask(house, path, json!({"email": email})).is(200);
        let mail = Inbox::of(house).last(&email);
        let other = address();
        let moved = |from: &str, to: &str| {
            house.sql(&format!(
                "UPDATE auth.users SET email = {} WHERE email = {}",
                literal(to),
                literal(from)
            ));
        };
        moved(&email, &other);
        verify(house, json!({"type": kind, "token_hash": mail.token})).is(403);
        verify(house, json!({"type": kind, "email": other, "token": mail.code})).is(403);
        verify(house, json!({"type": kind, "email": email, "token": mail.code})).is(403);
        moved(&other, &email);
    }
}

#[test]
fn a_recovery_ends_sessions_and_never_raises_the_assurance() {
    let (house, email) = (house(), address());
    let before = sign_up(house, &email);
    let user = before["user"]["id"].as_str().expect("an id");
    let strong = house.value(&format!(
        "SELECT howdah_private.auth_issue_session('{user}', 'totp', 'aal2')->>'access_token'"
    ));
    let asks = |token: &str| {
        Api::anon(house, "public").with_token(token).call("GET", "/auth/v1/user").send().status
    };
    assert_eq!(asks(&strong), 200);
    ask(house, "/recover", json!({"email": email})).is(200);
    assert_eq!(asks(&strong), 200, "asking ends nothing: anybody may ask");
    let mail = Inbox::of(house).last(&email);
    let got = verify(house, json!({"type": "recovery", "email": email, "token": mail.code}))
        .is(200)
        .json();
    let claims = session(house, &got);
    assert_eq!(
        (claims["aal"].as_str(), claims["amr"][0]["method"].as_str()),
        (Some("aal1"), Some("recovery"))
    );
    assert_eq!(asks(&strong), 403);
    assert_eq!(asks(before["access_token"].as_str().expect("a token")), 403);
    assert_eq!(asks(got["access_token"].as_str().expect("a token")), 200);
}

#[test]
fn both_addresses_confirm_a_change_in_either_order() {
    let house = house();
    for current_first in [true, false] {
        let (old, new) = (address(), address());
        let session = sign_up(house, &old);
        let api = Api::anon(house, "public")
            .with_token(session["access_token"].as_str().expect("a token"));
        let change = || api.call("PUT", "/auth/v1/user").json(json!({"email": new})).send();
        let user = change().is(200).json();
        assert_eq!((&user["email"], &user["new_email"]), (&json!(old), &json!(new)));
        let (to_old, to_new) = (Inbox::of(house).last(&old), Inbox::of(house).last(&new));
        let (first, second) = if current_first { (&to_old, &to_new) } else { (&to_new, &to_old) };
        let half = verify(house, json!({"type": "email_change", "token_hash": first.token}));
        half.is(200).equals(json!({
            "code": "200",
            "msg": "Confirmation link accepted. Please proceed to confirm link sent to the other email"
        }));
        verify(house, json!({"type": "email_change", "token_hash": first.token})).is(403);
        // Sent again: what was proven of the former mails counts no more.
        ask(house, "/resend", json!({"type": "email_change", "email": old})).is(200);
        verify(house, json!({"type": "email_change", "token_hash": second.token})).is(403);
        let (to_old, to_new) = (Inbox::of(house).last(&old), Inbox::of(house).last(&new));
        verify(house, json!({"type": "email_change", "email": new, "token": to_new.code})).is(200);
        let got =
            verify(house, json!({"type": "email_change", "email": old, "token": to_old.code}))
                .is(200)
                .json();
        assert_eq!(got["user"]["email"], json!(new));
        assert!(got["user"].get("new_email").is_none());
        assert_eq!(got["user"]["identities"][0]["email"], json!(new));
    }
}

#[test]
fn a_new_wish_for_an_address_voids_the_confirmations_of_the_former() {
    let (house, old, new, other) = (house(), address(), address(), address());
    let session = sign_up(house, &old);
    let api =
        Api::anon(house, "public").with_token(session["access_token"].as_str().expect("a token"));
    let change = |to: &str| {
        api.call("PUT", "/auth/v1/user").json(json!({"email": to})).send().is(200).json()
    };
    change(&new);
    let (agreed, first) = (Inbox::of(house).last(&old), Inbox::of(house).last(&new));
    verify(house, json!({"type": "email_change", "token_hash": agreed.token})).is(200);
    change(&other);
    verify(house, json!({"type": "email_change", "token_hash": first.token})).is(403);
    let second = Inbox::of(house).last(&other);
    let half =
        verify(house, json!({"type": "email_change", "token_hash": second.token})).is(200).json();
    assert_eq!(half["code"], "200", "the old address agreed to another one: {half}");
}

#[test]
fn an_address_that_was_taken_meanwhile_is_not_taken_again() {
    let (house, old, wanted) = (house(), address(), address());
    let session = sign_up(house, &old);
    let api =
        Api::anon(house, "public").with_token(session["access_token"].as_str().expect("a token"));
    api.call("PUT", "/auth/v1/user").json(json!({"email": wanted})).send().is(200);
    let (to_old, to_new) = (Inbox::of(house).last(&old), Inbox::of(house).last(&wanted));
    sign_up(house, &wanted);
    verify(house, json!({"type": "email_change", "token_hash": to_old.token})).is(200);
    let refused = verify(house, json!({"type": "email_change", "token_hash": to_new.token}));
    assert_eq!(refused.is(422).json()["error_code"], "email_exists");
}

#[test]
fn a_banned_user_gets_no_session() {
    let (house, email) = (house(), address());
    sign_up(house, &email);
    let mail = magic(house, &email);
    house.sql(&format!(
        "UPDATE auth.users SET banned_until = now() + interval '1 hour' WHERE email = {}",
        literal(&email)
    ));
    let refused = verify(house, json!({"type": "email", "token_hash": mail.token})).is(400).json()
        ["error_code"]
        .clone();
    assert_eq!(refused, "user_banned");
}

#[test]
fn a_prefetch_does_not_use_a_link_up_and_a_button_does() {
    let (house, email) = (house(), address());
    sign_up(house, &email);
    let mail = magic(house, &email);
    let api = Api::anon(house, "public");
    let target = format!(
        "/auth/v1/verify?token={}&type=magiclink&redirect_to=http://localhost:3000/in",
        mail.token
    );
    for _ in 0..3 {
        let fetched = api.call("GET", &target).header("Sec-Purpose", "prefetch;prerender").send();
        let page = place(&fetched);
        assert!(page.starts_with("confirm?"), "{page}");
        let shown = api.call("GET", &format!("/auth/v1/{page}")).send();
        shown.is(200).has("content-type", "text/html; charset=utf-8");
        assert!(
            shown
                .header("content-security-policy")
                .is_some_and(|p| p.starts_with("default-src 'none'"))
        );
        assert!(
            shown.text().contains(&format!("name=\"token\" value=\"{}\"", mail.token)),
            "{}",
            shown.text()
        );
        let head = api.call("HEAD", &target).send();
        assert!(head.status >= 300, "a HEAD signs nobody in: {}", head.status);
    }
    let pressed = api
        .call("POST", "/auth/v1/confirm")
        .header("Content-Type", "application/x-www-form-urlencoded")
        .bytes(
            format!(
                "token={}&type=magiclink&redirect_to=http%3A%2F%2Flocalhost%3A3000%2Fin",
                mail.token
            )
            .into_bytes(),
        )
        .send();
    assert!(place(&pressed).starts_with("http://localhost:3000/in#access_token="));
}

#[test]
fn the_page_gives_back_nothing_that_runs() {
    let house = house();
    let api = Api::anon(house, "public");
    for hostile in [
        "\"><script>alert(1)</script>",
        "'><img src=x onerror=alert(1)>",
        "</form><form action=https://evil.example>",
        "&quot;><svg/onload=alert(1)>",
        "javascript:alert(1)",
    ] {
        let value = component(hostile);
        let shown = api
            .call(
                "GET",
                &format!("/auth/v1/confirm?token={value}&type={value}&redirect_to={value}"),
            )
            .send();
        let text = shown.is(200).text();
        for sign in ["<script", "<img", "<svg", "</form><form"] {
            assert!(!text.contains(sign), "{hostile}: {text}");
        }
        assert_eq!(text.matches("<form").count(), 1);
    }
}

#[test]
fn a_link_leads_only_where_the_list_allows() {
    let (house, email) = (house(), address());
    sign_up(house, &email);
    for evil in [
        "https://evil.example/",
        "//evil.example",
        "javascript:alert(1)",
        "http://localhost:3000@evil.example/",
        "http://localhost:3000.evil.example/",
    ] {
        let mail = magic(house, &email);
        let got = place(&open(
            house,
            &mail.token,
            "magiclink",
            &format!("&redirect_to={}", component(evil)),
        ));
        assert!(got.starts_with("http://localhost:3000#access_token="), "{evil}: {got}");
        let got = place(&open(
            house,
            &mail.token,
            "magiclink",
            &format!("&redirect_to={}", component(evil)),
        ));
        assert!(got.starts_with("http://localhost:3000#error="), "{evil}: {got}");
    }
}

#[test]
fn keeps_digests_and_never_a_secret() {
    let (house, email) = (house(), address());
    sign_up(house, &email);
    let mail = magic(house, &email);
    let row = house.value(&format!(
        "SELECT to_jsonb(t)::text FROM auth.one_time_tokens t WHERE relates_to = {} AND consumed_at IS NULL", literal(&email)
    ));
    assert!(!row.contains(&mail.token) && !row.contains(&mail.code), "{row}");
    let elsewhere = house.value(&format!(
        "SELECT (SELECT to_jsonb(u)::text FROM auth.users u WHERE email = {0}) || (SELECT coalesce(string_agg(payload::text, ''), '') FROM auth.audit_log_entries)",
        literal(&email)
    ));
    assert!(!elsewhere.contains(&mail.token), "{elsewhere}");
    assert!(part_free(&elsewhere, &mail.code), "{elsewhere}");
    assert!(mail.token.len() >= 6 + 32, "at least 128 bits: {}", mail.token);
    // Digests of equal codes differ, so a table of all codes is no use without the key.
    let known = house.value("SELECT count(*) FROM auth.one_time_tokens WHERE code_digest = sha256(''::bytea) OR length(code_digest) <> 32");
    assert_eq!(known, "0");
}

/// No JSON text of exactly this value.
fn part_free(text: &str, value: &str) -> bool {
    !text.contains(&format!("\"{value}\""))
}

/// The claims of a session's access token, which must be good at once.
#[test]
fn a_session_from_a_code_is_good_at_once() {
    let (house, email) = (house(), address());
    let got: Value = sign_up(house, &email);
    let claims = part(got["access_token"].as_str().expect("a token"), 1);
    assert_eq!(claims["sub"], got["user"]["id"]);
    assert_eq!(claims["aud"], "authenticated");
}
