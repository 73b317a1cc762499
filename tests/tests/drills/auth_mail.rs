//! What limits and links hold against somebody who means it. Each on a Howdah of its own, with the limits as they are shipped.
//! HOWDAH_DRILLS=full: 10,000 resets and 1,000 spoofed headers, as THREATS.md asks; else fewer.

use howdah_tests::api::{Api, component};
use howdah_tests::database::literal;
use howdah_tests::reply::Reply;
use howdah_tests::server::Howdah;
use postgres::Client;
use serde_json::{Value, json};
use std::process::{Command, Stdio};
use std::time::Instant;

fn full() -> bool {
    std::env::var("HOWDAH_DRILLS").is_ok_and(|v| v == "full")
}

/// A request as the proxy hands it on for this client address.
fn serve(proxy: &mut Client, key: &str, client: &str, path: &str, body: &Value) -> (i32, String) {
    let headers = format!("apikey: {key}\ncontent-type: application/json\n");
    let row = proxy
        .query_one(
            "SELECT s.status, convert_from(s.body, 'UTF8') FROM howdah.serve('POST', $1, $2, $3, $4, 'drill') AS s",
            &[&path, &headers.as_bytes(), &body.to_string().as_bytes(), &client],
        )
        .unwrap_or_else(|e| panic!("{path} from {client}: {e}"));
    (row.get(0), row.get(1))
}

fn without_digits(text: &str) -> String {
    text.chars().filter(|c| !c.is_ascii_digit()).collect()
}

/// H3: a victim gets five mails however many addresses ask for them, and nobody learns whether there is an account.
#[test]
fn ten_thousand_resets_of_one_address_send_five_mails_at_most() {
    let howdah = Howdah::start(&[]);
    let known = howdah.account();
    let unknown = format!("nobody-{}", known.email);
    let mut proxy = howdah.proxy_session();
    let count = if full() { 10_000 } else { 400 };
    // Without the pause, the limit of the hour shows itself.
    howdah.sql("SELECT auth.set('smtp_max_frequency', '1')");
    let began = Instant::now();
    let (mut sent, mut refused) = (0, 0);
    for n in 0..count {
        let client = format!("10.{}.{}.{}", n / 65_536, (n / 256) % 256, n % 256);
        let mut ask = |email: &str| {
            serve(
                &mut proxy,
                &howdah.anon_key,
                &client,
                "/auth/v1/recover",
                &json!({ "email": email }),
            )
        };
        let ((status, body), (other_status, other_body)) = (ask(&known.email), ask(&unknown));
        assert_eq!(
            (status, without_digits(&body)),
            (other_status, without_digits(&other_body)),
            "at request {n}"
        );
        match status {
            200 => sent += 1,
            429 => {
                assert!(
                    body.contains("over_email_send_rate_limit")
                        && body.contains("you can only request this after"),
                    "{body}"
                );
                refused += 1;
            }
            _ => panic!("{status} {body}"),
        }
        if n < 10 {
            std::thread::sleep(std::time::Duration::from_millis(350));
        }
    }
    assert!(began.elapsed().as_secs() < 3600);
    assert_eq!(sent + refused, count);
    let mails: u32 = howdah
        .value(&format!(
            "SELECT count(*) FROM howdah.outbox WHERE recipient = {}",
            literal(&known.email)
        ))
        .parse()
        .expect("a number");
    assert!((1..=5).contains(&mails), "{mails} mails of {count} resets");
    let others = howdah.value(&format!(
        "SELECT count(*) FROM howdah.outbox WHERE recipient <> {}",
        literal(&known.email)
    ));
    assert_eq!(others, "0");
}

/// F6: headers and spellings of the path do not make another client of the same one.
#[test]
fn spoofed_addresses_do_not_get_around_a_limit() {
    let howdah = Howdah::start(&[]);
    let nobody = Api { howdah: &howdah, schema: None, token: None };
    let count = if full() { 1_000 } else { 150 };
    let began = Instant::now();
    let verify = |path: &str, headers: &[(&str, String)]| -> Reply {
        let call = nobody
            .call("POST", path)
            .json(json!({ "type": "email", "email": "nobody@example.com", "token": "000000" }));
        headers.iter().fold(call, |call, (name, value)| call.header(name, value)).send()
    };
    let mut through = 0;
    for n in 0..count {
        let address = format!("203.0.{}.{}", n / 250, n % 250 + 1);
        let reply = verify(
            "/auth/v1/verify",
            &[
                ("X-Forwarded-For", format!("{address}, 198.51.100.{}", n % 250)),
                ("X-Real-IP", address.clone()),
                ("Forwarded", format!("for={address}")),
                ("CF-Connecting-IP", address.clone()),
                ("True-Client-IP", address.clone()),
                ("X-Client-IP", address.clone()),
                ("Sb-Forwarded-For", address),
            ],
        );
        match reply.status {
            403 => through += 1,
            429 => {
                assert!(
                    reply
                        .header("retry-after")
                        .and_then(|v| v.parse::<u32>().ok())
                        .is_some_and(|s| s <= 300)
                );
                assert_eq!(reply.header("x-sb-error-code"), Some("over_request_rate_limit"));
            }
            other => panic!("{other}: {}", reply.text()),
        }
    }
    // 30 in five minutes, one more each ten seconds.
    let refilled = began.elapsed().as_secs() / 10 + 1;
    assert!((30..=30 + refilled).contains(&through), "{through} of {count} tries got through");
    for path in [
        "/auth/v1/verify?x=1",
        "/auth/v1/verify/",
        "//auth/v1/verify",
        "/auth/v1/%76erify",
        "/auth/v1/./verify",
        "/AUTH/v1/verify",
        "/auth/v1/verify;x",
    ] {
        let status = verify(path, &[]).status;
        assert!([404, 405, 429].contains(&status), "{path}: {status}");
    }
}

/// IPv6 counts by network, IPv4 by address.
#[test]
fn a_network_of_ipv6_is_one_client() {
    let howdah = Howdah::start(&[]);
    let mut proxy = howdah.proxy_session();
    let body = json!({ "type": "email", "email": "nobody@example.com", "token": "000000" });
    let mut through = |client: &dyn Fn(u32) -> String, count: u32| {
        (0..count)
            .filter(|n| {
                serve(&mut proxy, &howdah.anon_key, &client(*n), "/auth/v1/verify", &body).0 != 429
            })
            .count()
    };
    let one = through(&|n| format!("2001:db8:1:2:{n:x}::{n:x}"), 60);
    assert!((30..=33).contains(&one), "{one} through of one /64");
    assert_eq!(through(&|n| format!("2001:db8:1:{:x}::1", n + 3), 20), 20);
    assert_eq!(through(&|n| format!("192.0.2.{}", n + 1), 40), 40);
    // IPv4 as an IPv6 socket sees it is the same client.
    let mixed = through(
        &|n| if n % 2 == 0 { "198.51.100.7".to_owned() } else { "::ffff:198.51.100.7".to_owned() },
        60,
    );
    assert!((30..=33).contains(&mixed), "{mixed} through of one IPv4 address");
}

/// D1: at a limit of ten, of a hundred at once exactly ten get through.
#[test]
fn as_many_get_through_at_once_as_the_limit_says() {
    let howdah = Howdah::start(&[]);
    howdah.sql("INSERT INTO auth.rate_limits (name, rule, per, count, period) VALUES ('race', 'race', 'account', 10, '1 day')");
    for round in 0..if full() { 20 } else { 4 } {
        let through: usize = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..20)
                .map(|_| {
                    scope.spawn(|| {
                        let mut dba = howdah.dba();
                        let ask = format!("SELECT (howdah_private.auth_check_rate('race', 'round {round}')).status IS NULL");
                        (0..5).filter(|_| dba.query_one(&ask, &[]).is_ok_and(|row| row.get(0))).count()
                    })
                })
                .collect();
            threads.into_iter().map(|t| t.join().unwrap_or_default()).sum()
        });
        assert_eq!(through, 10, "round {round}");
    }
}

/// E4: until the DBA says where links lead, nothing is sent, for known and unknown accounts alike; the server's log says what to do.
#[test]
fn without_an_address_of_the_site_nothing_is_sent_and_the_dba_is_told() {
    let howdah = Howdah::start(&[]);
    let known = howdah.account();
    howdah.sql("SELECT auth.reset('site_url')");
    let nobody = Api { howdah: &howdah, schema: None, token: None };
    let ask = |email: &str| {
        nobody.call("POST", "/auth/v1/recover").json(json!({ "email": email })).send()
    };
    let (one, two) = (ask(&known.email), ask("nobody@example.com"));
    assert_eq!((one.status, two.status), (500, 500));
    assert_eq!(one.json()["error_code"], "unexpected_failure");
    assert_eq!(without_digits(&one.text()), without_digits(&two.text()));
    assert!(!one.text().contains("site_url"));
    assert_eq!(howdah.value("SELECT count(*) FROM howdah.outbox"), "0");
    let data = howdah.own.as_ref().map(|own| own.data.clone()).expect("a Howdah of our own");
    let found = Command::new("grep")
        .args(["-rlaF", "site_url is not set"])
        .arg(&data)
        .output()
        .expect("grep runs");
    assert!(!found.stdout.is_empty(), "no log below {} says so", data.display());
}

/// E9: a browser runs nothing of what a link holds.
#[test]
fn a_browser_runs_nothing_of_what_a_link_holds() {
    let Some(chromium) =
        ["chromium", "chromium-browser", "google-chrome"].into_iter().find(|name| {
            Command::new(name)
                .arg("--version")
                .stdout(Stdio::null())
                .stderr(Stdio::null())
                .status()
                .is_ok_and(|s| s.success())
        })
    else {
        eprintln!("no Chromium here: not tried");
        return;
    };
    let howdah = Howdah::start(&[]);
    let profile = std::env::temp_dir().join(format!("howdah-chromium-{}", std::process::id()));
    let dom = |url: &str| {
        let out = Command::new(chromium)
            .args([
                "--headless",
                "--no-sandbox",
                "--disable-gpu",
                "--disable-dev-shm-usage",
                "--virtual-time-budget=2000",
                "--dump-dom",
            ])
            .arg(format!("--user-data-dir={}", profile.display()))
            .arg(url)
            .stderr(Stdio::null())
            .output()
            .expect("chromium runs");
        String::from_utf8_lossy(&out.stdout).into_owned()
    };
    let mark = "document.title=['P','WNED'].join('')";
    // It does run what it is given, so the test can fail.
    let control = format!("data:text/html,<title>x</title><script>{}</script>", component(mark));
    assert!(dom(&control).contains("PWNED"), "this Chromium runs no scripts at all");
    for payload in [
        format!("<script>{mark}</script>"),
        format!("\"><script>{mark}</script>"),
        format!("'><img src=x onerror=\"{mark}\">"),
        format!("\" autofocus onfocus=\"{mark}\" x=\""),
        format!("</form></main><svg onload=\"{mark}\">"),
        format!("</title><script>{mark}</script>"),
        format!("</style><script>{mark}</script>"),
        format!("--><script>{mark}</script>"),
        format!("\"><iframe srcdoc=\"<script>parent.{mark}</script>\">"),
        format!("\"><details open ontoggle=\"{mark}\">"),
        format!("\"><meta http-equiv=refresh content=\"0;url=javascript:{mark}\">"),
        format!("javascript:{mark}"),
    ] {
        let value = component(&payload);
        let shown = dom(&format!(
            "{}/auth/v1/confirm?token={value}&type={value}&redirect_to={value}",
            howdah.url
        ));
        assert!(shown.contains("<form method=\"post\" action=\"confirm\">"), "{payload}: {shown}");
        assert!(!shown.contains("PWNED"), "{payload} ran: {shown}");
    }
    let _ = std::fs::remove_dir_all(profile);
}
