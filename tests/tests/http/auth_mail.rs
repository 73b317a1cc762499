//! Mails and the page that their links lead to: where they lead is the DBA's to say, nothing of a request is markup, and opening a link
//! takes nothing.

use howdah_tests::account::Account;
use howdah_tests::api::{Api, Call, component};
use howdah_tests::database::literal;
use howdah_tests::server::{Howdah, shared};
use howdah_tests::wire;
use serde_json::json;
use std::time::Duration;

fn nobody(howdah: &Howdah) -> Api<'_> {
    Api { howdah, schema: None, token: Some(howdah.anon_key.clone()) }
}

fn recover<'h>(howdah: &'h Howdah, email: &str) -> Call<'h> {
    nobody(howdah).call("POST", "/auth/v1/recover").json(json!({ "email": email }))
}

/// Subject, link, HTML and text of the newest mail to an address, the secrets of that one mail replaced.
fn mail_without_secrets(howdah: &Howdah, email: &str) -> String {
    let peek = format!("FROM howdah.outbox_peek({}, 'email', 1)", literal(email));
    let text = howdah.value(&format!(
        "SELECT replace(replace(concat_ws(E'\\n', subject, link, html, text), \
                substring(link, 'token=([^&]*)'), 'TOKEN'), code, 'CODE') {peek}"
    ));
    assert!(text.contains("TOKEN") && text.contains("CODE"), "no mail with a link: {text}");
    text
}

fn mails_of(howdah: &Howdah, account: &Account) -> String {
    howdah.value(&format!("SELECT count(*) FROM howdah.outbox WHERE user_id = '{}'", account.id))
}

#[test]
fn no_header_changes_where_a_mail_leads() {
    let howdah = shared();
    let account = howdah.account();
    recover(howdah, &account.email).send().is(200);
    let honest = mail_without_secrets(howdah, &account.email);
    assert!(!honest.contains("evil"));
    for (name, value) in [
        ("X-Forwarded-Host", "evil.example"),
        ("X-Forwarded-Server", "evil.example"),
        ("X-Forwarded-Proto", "javascript"),
        ("X-Forwarded-Port", "666"),
        ("X-Forwarded-Prefix", "//evil.example"),
        ("X-Host", "evil.example"),
        ("X-Original-Host", "evil.example"),
        ("X-Original-URL", "https://evil.example/"),
        ("X-Rewrite-URL", "https://evil.example/"),
        ("X-HTTP-Host-Override", "evil.example"),
        ("Forwarded", "host=evil.example;proto=https"),
        ("Referer", "https://evil.example/"),
        ("Origin", "https://evil.example"),
        ("redirect_to", "https://evil.example/"),
    ] {
        let before = mails_of(howdah, &account);
        recover(howdah, &account.email).header(name, value).send().is(200);
        assert_ne!(mails_of(howdah, &account), before, "{name}: no mail");
        assert_eq!(mail_without_secrets(howdah, &account.email), honest, "{name}");
    }
    // What a client library would not send. A request that is refused writes no mail; one that is answered writes the same.
    let body = json!({ "email": account.email }).to_string();
    let address = howdah.url.trim_start_matches("http://");
    let rest = format!(
        "apikey: {}\r\nContent-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
        howdah.anon_key,
        body.len()
    );
    let mut answered = 0;
    for head in [
        "POST /auth/v1/recover HTTP/1.1\r\nHost: evil.example\r\n".to_owned(),
        format!("POST /auth/v1/recover HTTP/1.1\r\nHost: {address}\r\nHost: evil.example\r\n"),
        format!("POST /auth/v1/recover HTTP/1.1\r\nHost: evil.example\r\nHost: {address}\r\n"),
        format!("POST http://evil.example/auth/v1/recover HTTP/1.1\r\nHost: {address}\r\n"),
        "POST http://evil.example/auth/v1/recover HTTP/1.1\r\nHost: evil.example\r\n".to_owned(),
        format!("POST /auth/v1/recover HTTP/1.1\r\nHost: {address}@evil.example\r\n"),
        "POST /auth/v1/recover HTTP/1.0\r\n".to_owned(),
    ] {
        let before = mails_of(howdah, &account);
        let reply = wire::raw(address, format!("{head}{rest}").as_bytes(), Duration::from_secs(20))
            .unwrap_or_default();
        let ok = String::from_utf8_lossy(&reply).split(' ').nth(1) == Some("200");
        assert_eq!(mails_of(howdah, &account) != before, ok, "{head}");
        answered += u32::from(ok);
        assert_eq!(mail_without_secrets(howdah, &account.email), honest, "{head}");
    }
    assert!(answered >= 2, "hardly any of these was answered: {answered}");
}

#[test]
fn a_wanted_target_that_is_not_allowed_leads_to_the_site() {
    let howdah = shared();
    let account = howdah.account();
    let leads_to = |wanted: &str| {
        let target = format!("/auth/v1/recover?redirect_to={}", component(wanted));
        nobody(howdah).call("POST", &target).json(json!({ "email": account.email })).send().is(200);
        let sql = format!(
            "SELECT substring(link, 'redirect_to=([^&]*)') FROM howdah.outbox_peek({}, 'email', 1)",
            literal(&account.email)
        );
        howdah.value(&sql)
    };
    let site = component(&howdah.value("SELECT auth.get('site_url')"));
    let allowed = "http://localhost:4711/welcome?x=1";
    assert_eq!(leads_to(allowed), component(allowed));
    for wanted in [
        "https://evil.example/",
        "//evil.example",
        "javascript:alert(1)",
        "http://localhost:3000@evil.example/",
        "http://localhost.evil.example:3000/",
        "http://127.0.0.1.evil.example/",
        "http://2130706433/",
        "http://[::ffff:127.0.0.1]/",
        "http://localhost:3000/../x",
        "http://localhost:3000//evil.example",
        "http://localhost:3000/\\evil.example",
        "http://localhost:3000/?code=x",
        "http://LOCALHOST:3000/",
        "",
        "/",
    ] {
        assert_eq!(leads_to(wanted), site, "{wanted:?}");
    }
    // Twice: none of them.
    let twice = "/auth/v1/recover?redirect_to=http%3A%2F%2Flocalhost%3A3000%2Fa&redirect_to=https%3A%2F%2Fevil.example%2F";
    nobody(howdah).call("POST", twice).json(json!({ "email": account.email })).send();
    let link = howdah.value(&format!(
        "SELECT link FROM howdah.outbox_peek({}, 'email', 1)",
        literal(&account.email)
    ));
    assert!(!link.contains("evil"), "{link}");
}

#[test]
fn mail_goes_to_the_stored_address_and_never_to_a_variant() {
    let howdah = shared();
    let id = howdah.account().id;
    let stored = format!("k{}@kelvin.example", id.split('-').next().unwrap_or_default());
    howdah.sql(&format!("UPDATE auth.users SET email = '{stored}' WHERE id = '{id}'"));
    let mut variants: Vec<String> = Vec::new();
    for (letter, others) in [
        ("k", &["\u{212a}", "к", "ｋ", "ķ", "𝐤", "Ｋ"][..]),
        ("e", &["е", "é", "e\u{301}", "ｅ", "ℯ", "𝐞", "Ｅ"][..]),
        ("i", &["ı", "İ", "і", "ｉ", "í", "ⅰ"][..]),
        ("l", &["ⅼ", "ｌ", "ł", "І"][..]),
        (".", &["。", "．", "｡", "..", ".\u{200b}"][..]),
        ("@", &["＠", "﹫", "@@", " @", "@ "][..]),
    ] {
        for other in others {
            variants.push(stored.replacen(letter, other, 1));
            variants.push(stored.replace(letter, other));
        }
    }
    variants.extend([
        format!("{stored}."),
        format!("{stored}\r\nBcc: eve@evil.example"),
        format!("{stored},eve@evil.example"),
        format!("{stored}\u{0}"),
        format!("{stored} "),
        format!("<{stored}>"),
        format!("\"{stored}\""),
        format!("eve@evil.example,{stored}"),
    ]);
    assert!(variants.len() >= 60, "{}", variants.len());
    for variant in &variants {
        recover(howdah, variant).send();
    }
    // In capitals it is the same address.
    recover(howdah, &stored.to_uppercase()).send().is(200);
    let sent = howdah.value(&format!(
        "SELECT string_agg(recipient, ' ') FROM howdah.outbox WHERE user_id = '{id}'"
    ));
    assert_eq!(sent, stored);
    let evil = howdah.value(
        "SELECT count(*) FROM howdah.outbox WHERE recipient LIKE '%evil%' AND kind = 'email'",
    );
    assert_eq!(evil, "0");
}

#[test]
fn the_page_behind_a_link_has_a_button_and_runs_nothing() {
    let howdah = shared();
    let page = nobody(howdah).call("GET", "/auth/v1/confirm?token=abc&type=recovery&redirect_to=http%3A%2F%2Flocalhost%3A3000%2Fx").send();
    page.is(200)
        .has("content-type", "text/html; charset=utf-8")
        .has("cache-control", "no-store")
        .has("referrer-policy", "no-referrer")
        .has("x-content-type-options", "nosniff")
        .has("x-frame-options", "DENY");
    let policy = page.header("content-security-policy").unwrap_or_default().to_owned();
    assert!(
        policy.starts_with("default-src 'none';")
            && policy.contains("frame-ancestors 'none'")
            && !policy.contains("script-src"),
        "{policy}"
    );
    let html = page.text();
    for part in [
        "<form method=\"post\" action=\"confirm\">",
        "name=\"token\" value=\"abc\"",
        "name=\"type\" value=\"recovery\"",
        "name=\"redirect_to\" value=\"http:&#x2f;&#x2f;localhost:3000&#x2f;x\"",
        "<button type=\"submit\">",
        "Choose a new password",
    ] {
        assert!(html.contains(part), "{part} in {html}");
    }
    assert!(!html.contains("<script") && !html.contains("http-equiv"));
}

#[test]
fn what_a_link_holds_is_text_on_the_page() {
    let howdah = shared();
    let show = |value: &str| {
        let value = component(value);
        nobody(howdah)
            .call(
                "GET",
                &format!("/auth/v1/confirm?token={value}&type={value}&redirect_to={value}"),
            )
            .send()
            .is(200)
            .text()
    };
    let tame = show("word");
    for payload in [
        "<script>alert(1)</script>",
        "\"><script>alert(1)</script>",
        "'><img src=x onerror=alert(1)>",
        "\" onfocus=\"alert(1)\" autofocus x=\"",
        "</form><form action=https://evil.example>",
        "</title></head><body onload=alert(1)>",
        "</style><script>alert(1)</script>",
        "<!--",
        "-->",
        "javascript:alert(1)",
        "{{ 7*7 }}",
        "{% for x in y %}",
        "{{ .Hidden }}",
        "&quot;&gt;",
        "&#34;&#62;",
        "\u{2028}<b>",
        "<\u{1}svg onload=alert(1)>",
        "${alert(1)}",
        "]]>",
        "＜script＞",
        "%3Cscript%3E",
        "\\\"><b>",
    ] {
        let shown = show(payload);
        for mark in ["<", ">", "\"", "{", "}"] {
            let extra =
                if mark == "{" || mark == "}" { 3 * payload.matches(mark).count() } else { 0 };
            assert_eq!(
                shown.matches(mark).count(),
                tame.matches(mark).count() + extra,
                "{payload:?} {mark}: {shown}"
            );
        }
        assert!(!shown.contains("49"), "{shown}");
    }
}

#[test]
fn programs_that_open_links_use_none_up() {
    let howdah = shared();
    let account = howdah.account();
    recover(howdah, &account.email).send().is(200);
    let link = howdah.value(&format!(
        "SELECT link FROM howdah.outbox_peek({}, 'email', 1)",
        literal(&account.email)
    ));
    let path = link
        .strip_prefix(&howdah.value("SELECT auth.get('api_external_url')"))
        .unwrap_or_else(|| panic!("{link}"));
    assert!(path.starts_with("/auth/v1/confirm?token="), "{path}");
    let open = |method: &str| Api { howdah, schema: None, token: None }.call(method, path).send();
    let tokens = || {
        howdah.value(&format!("SELECT string_agg(t::text, ' ' ORDER BY t::text) FROM auth.one_time_tokens t WHERE user_id = '{}'", account.id))
    };
    let before = tokens();
    for _ in 0..3 {
        assert_eq!((open("GET").status, open("HEAD").status), (200, 200));
    }
    assert_eq!(tokens(), before);
    // The button sends what the page holds, as a browser sends a form; once.
    let press = || {
        let query = path.split_once('?').map_or("", |(_, query)| query);
        Api { howdah, schema: None, token: None }
            .call("POST", "/auth/v1/confirm")
            .header("Content-Type", "application/x-www-form-urlencoded")
            .header("Origin", "null")
            .bytes(query.as_bytes().to_vec())
            .send()
    };
    let led = press();
    let location = led.is(303).header("location").unwrap_or_default().to_owned();
    assert!(
        location.starts_with("http://localhost:3000") && location.contains("#access_token="),
        "{location}"
    );
    assert!(location.contains("type=recovery"), "{location}");
    let again = press().is(303).header("location").unwrap_or_default().to_owned();
    assert!(again.contains("error_code=otp_expired") && !again.contains("access_token"), "{again}");
}

#[test]
fn a_user_is_told_when_his_password_is_changed() {
    let howdah = shared();
    let account = howdah.account();
    howdah.sql(&format!(
        "SELECT howdah_private.auth_replace_password('{}', NULL, 'no hash')",
        account.id
    ));
    let notice = howdah.value(&format!("SELECT concat_ws('|', message, sent_to, link, code) FROM howdah.outbox_peek({}, 'email', 1)", literal(&account.email)));
    assert_eq!(notice, format!("password_changed_notification|{}", account.email));
}
