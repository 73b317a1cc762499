use serde_json::{Value, json};

use super::super::standard::tests as published;
use super::*;

fn check(
    kind: &str,
    options: Value,
    secrets: &[&str],
    headers: &[(&str, &str)],
    body: &[u8],
    now: i64,
) -> Result<Verified, Refusal> {
    let header = |name: &str| headers.iter().find(|(key, _)| *key == name).map(|(_, value)| *value);
    let scheme = Scheme::read(kind, options.as_object().unwrap()).unwrap();
    verify(&scheme, secrets, &Received { header: &header, body, now })
}

fn verified(id: &str, event: Option<&str>) -> Result<Verified, Refusal> {
    Ok(Verified { id: id.to_owned(), event: event.map(str::to_owned) })
}

const STANDARD_HEADERS: [(&str, &str); 3] = [
    ("webhook-id", published::ID),
    ("webhook-timestamp", "1614265330"),
    ("webhook-signature", published::SIGNATURE),
];

#[test]
fn takes_the_example_of_standard_webhooks() {
    let take = |secrets: &[&str], now| {
        check("standard", json!({}), secrets, &STANDARD_HEADERS, published::BODY, now)
    };
    assert_eq!(take(&[published::SECRET], published::AT), verified(published::ID, None));
    // One of two secrets is enough, whichever.
    let other = standard::secret(&[9; 32]);
    assert!(take(&[&other, published::SECRET], published::AT).is_ok());
    assert_eq!(take(&[&other], published::AT), Err(Refusal::Forged));
    for secrets in [&[][..], &[""], &["whsec_"]] {
        assert_eq!(take(secrets, published::AT), Err(Refusal::Forged));
    }
    for (off, result) in [(300, true), (-300, true), (301, false), (-301, false)] {
        assert_eq!(take(&[published::SECRET], published::AT + off).is_ok(), result, "{off}");
    }
    // A key pair's signature; its public half, and no secret, verifies it.
    let private = standard::private_key(&[5; 32]).unwrap();
    let public = standard::receivers(&private).unwrap();
    let signature = |body| standard::sign(published::ID, published::AT, body, &[&private]).unwrap();
    let by_key = |key: &str, signature: &str, now| {
        let mut headers = STANDARD_HEADERS;
        headers[2].1 = signature;
        check("standard", json!({}), &[key], &headers, published::BODY, now)
    };
    let good = signature(published::BODY);
    assert_eq!(by_key(&public, &good, published::AT), verified(published::ID, None));
    assert_eq!(by_key(&public, &good, published::AT + 301), Err(Refusal::Stale));
    assert_eq!(by_key(&public, &signature(b"{}"), published::AT), Err(Refusal::Forged));
    assert_eq!(by_key(&other, &good, published::AT), Err(Refusal::Unsigned));
    assert_eq!(by_key(&public, published::SIGNATURE, published::AT), Err(Refusal::Forged));
    // The older names of the headers; several signatures, one of them of another kind.
    let headers = STANDARD_HEADERS.map(|(name, value)| (name.replace("webhook", "svix"), value));
    let signatures = format!("v1a,AAAA v1,AAAA {}", published::SIGNATURE);
    let headers: Vec<_> = headers
        .iter()
        .map(|(name, value)| {
            (name.as_str(), if name.ends_with("signature") { signatures.as_str() } else { value })
        })
        .collect();
    let secrets = &[published::SECRET];
    assert!(
        check("standard", json!({}), secrets, &headers, published::BODY, published::AT).is_ok()
    );
}

#[test]
fn refuses_what_was_changed_in_any_part() {
    let changed = [
        ("webhook-id", "msg_another", Refusal::Forged),
        ("webhook-id", "", Refusal::Unsigned),
        // Where the dots stand decides what is id, time and body.
        ("webhook-id", "msg_p5jXN8AQM9LWM0D4loKWxJek.1614265330", Refusal::Unsigned),
        ("webhook-timestamp", "1614265331", Refusal::Forged),
        ("webhook-timestamp", "", Refusal::Forged),
        ("webhook-signature", "v1,AAAA", Refusal::Forged),
        ("webhook-signature", "v1,", Refusal::Forged),
        ("webhook-signature", "", Refusal::Unsigned),
        (
            "webhook-signature",
            "v1a,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
            Refusal::Unsigned,
        ),
        ("webhook-signature", "g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=", Refusal::Unsigned),
    ];
    for (name, value, refusal) in changed {
        let headers =
            STANDARD_HEADERS.map(|(key, kept)| (key, if key == name { value } else { kept }));
        let secrets = &[published::SECRET];
        let got = check("standard", json!({}), secrets, &headers, published::BODY, published::AT);
        assert_eq!(got, Err(refusal), "{name}: {value}");
    }
    for (name, _) in STANDARD_HEADERS {
        let headers: Vec<_> =
            STANDARD_HEADERS.into_iter().filter(|(key, _)| *key != name).collect();
        let secrets = &[published::SECRET];
        let got = check("standard", json!({}), secrets, &headers, published::BODY, published::AT);
        assert_eq!(got, Err(Refusal::Unsigned), "{name}");
    }
    for body in [&b""[..], br#"{"test": 2432232315}"#, br#"{"test":2432232314}"#] {
        let secrets = &[published::SECRET];
        let got = check("standard", json!({}), secrets, &STANDARD_HEADERS, body, published::AT);
        assert_eq!(got, Err(Refusal::Forged));
    }
}

#[test]
fn takes_what_stripe_signs() {
    // Made with another library.
    let mac = "4ee5e8d695c9619e003fd480d3d51700d924e29697337d379a6ef6e06e703ab4";
    let body = br#"{"id":"evt_1","type":"charge.succeeded"}"#;
    let take = |header: &str, now| {
        let headers = [("stripe-signature", header)];
        check("stripe", json!({}), &["whsec_other", "whsec_test_secret"], &headers, body, now)
    };
    let at = 1_492_774_577;
    let good = format!("t=1492774577,v1={mac}");
    assert_eq!(take(&good, at), verified("evt_1", Some("charge.succeeded")));
    // While the secret changes there are two; v0 is a test's.
    assert!(take(&format!("t=1492774577, v1={}, v1={mac},v0=00", "0".repeat(64)), at).is_ok());
    assert_eq!(take(&good, at + 301), Err(Refusal::Stale));
    for (header, refusal) in [
        (format!("t=1492774578,v1={mac}"), Refusal::Forged),
        (format!("t=1492774577,v0={mac}"), Refusal::Unsigned),
        (format!("v1={mac}"), Refusal::Unsigned),
        ("t=1492774577".to_owned(), Refusal::Unsigned),
        (format!("t=1492774577,v1={}", &mac[1..]), Refusal::Unsigned),
        (format!("t=1492774577,v1={}", &mac[2..]), Refusal::Forged),
        (format!("t=,t=1492774577,v1={mac}"), Refusal::Forged),
        (String::new(), Refusal::Unsigned),
    ] {
        assert_eq!(take(&header, at), Err(refusal), "{header}");
    }
}

#[test]
fn takes_the_example_of_github() {
    let mac = "757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17";
    let good = format!("sha256={mac}");
    let take = |signature: &str, body: &[u8]| {
        let headers = [
            ("x-hub-signature-256", signature),
            ("x-github-event", "push"),
            ("x-github-delivery", "72d3162e-cc78-11e3-81ab-4c9367dc0958"),
        ];
        check("github", json!({}), &["It's a Secret to Everybody"], &headers, body, 0)
    };
    assert_eq!(take(&good, b"Hello, World!"), verified(mac, Some("push")));
    assert_eq!(take(&good, b"Hello, World?"), Err(Refusal::Forged));
    assert_eq!(take(&good.replace("sha256", "sha1"), b"Hello, World!"), Err(Refusal::Unsigned));
    assert_eq!(take(mac, b"Hello, World!"), Err(Refusal::Unsigned));
    assert_eq!(take("sha256=", b"Hello, World!"), Err(Refusal::Forged));
}

#[test]
fn takes_the_example_of_slack() {
    let body = b"token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow\
        &channel_id=G8PSS9T3V&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner\
        &command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands\
        %2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121\
        .803a0bc887a14d10d2c447fce8b6703c";
    let mac = "a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503";
    let take = |time: &str, signature: &str, now| {
        let headers = [("x-slack-request-timestamp", time), ("x-slack-signature", signature)];
        check("slack", json!({}), &["8f742231b10e8888abcd99yyyzzz85a5"], &headers, body, now)
    };
    let (at, good) = (1_531_420_618, format!("v0={mac}"));
    assert_eq!(take("1531420618", &good, at), verified(mac, None));
    assert_eq!(take("1531420618", &good, at + 400), Err(Refusal::Stale));
    assert_eq!(take("1531420619", &good, at), Err(Refusal::Forged));
    assert_eq!(take("1531420618", mac, at), Err(Refusal::Unsigned));
}

#[test]
fn takes_hmac_as_it_is_described() {
    let shopify = json!({"header": "X-Shopify-Hmac-Sha256", "encoding": "base64", "id": "/id"});
    let headers = [("x-shopify-hmac-sha256", "plW8VGqq0nDMIEhDqaNNW99asdUCy7EIqLZVcQwtAZ0=")];
    let body = br#"{"id":1}"#;
    let got = check("hmac", shopify.clone(), &["shop-secret"], &headers, body, 0);
    assert_eq!(got, verified("1", None));
    assert!(check("hmac", shopify, &["another"], &headers, body, 0).is_err());

    let mac = "7a1a95f10c98737ce6ea79a5bd861385c225edcde01ef9b41360a4f930467dcd\
               fe6b833a4f5a2c7e0b8386761d5f9285d7423475c42d8b5113d1ccf366a9674f";
    let options = json!({"algorithm": "sha512", "prefix": "hmac ", "timestamp_header": "X-Time",
        "signed": "{timestamp}|{body}!", "id": "/n/id", "event": "/kind"});
    let signature = format!("hmac {mac}");
    let headers = [("x-signature", signature.as_str()), ("x-time", "1700000000")];
    let body = br#"{"n":{"id":7},"kind":"a"}"#;
    let take = |now| check("hmac", options.clone(), &["k"], &headers, body, now);
    assert_eq!(take(1_700_000_000), verified("7", Some("a")));
    assert_eq!(take(1_700_000_400), Err(Refusal::Stale));
    let bare = [("x-signature", mac), ("x-time", "1700000000")];
    let got = check("hmac", options.clone(), &["k"], &bare, body, 1_700_000_000);
    assert_eq!(got, Err(Refusal::Unsigned));
}

#[test]
fn a_time_in_milliseconds_is_one_too() {
    assert_eq!(in_time("1700000000000", 1_700_000_010), Ok(()));
    assert_eq!(in_time("1700000000000", 1_700_001_000), Err(Refusal::Stale));
    for text in ["-9223372036854775808", "9223372036854775807"] {
        assert_eq!(in_time(text, 0), Err(Refusal::Stale));
    }
    for text in ["", "x", "1.5", "9223372036854775808"] {
        assert_eq!(in_time(text, 0), Err(Refusal::Unsigned));
    }
}

#[test]
fn says_what_is_wrong_with_a_scheme() {
    for (kind, options) in [
        ("paypal", json!({})),
        ("stripe", json!({"header": "x"})),
        ("hmac", json!({"headers": "x"})),
        ("hmac", json!({"header": "a b"})),
        ("hmac", json!({"header": ""})),
        ("hmac", json!({"prefix": 1})),
        ("hmac", json!({"algorithm": "md5"})),
        ("hmac", json!({"encoding": "base32"})),
        ("hmac", json!({"signed": "{timestamp}.{body}"})),
        ("hmac", json!({"signed": "{timestamp}", "timestamp_header": "t"})),
        ("hmac", json!({"signed": "{body}", "timestamp_header": "t"})),
        ("hmac", json!({"signed": "{body}{body}"})),
        ("hmac", json!({"id": "id"})),
    ] {
        let read = Scheme::read(kind, options.as_object().unwrap());
        assert!(read.is_err(), "{kind} {options}");
    }
}
