//! What the shipped drivers ask, and what templates cannot do.

use super::*;
use serde_json::{Value, json};

fn about() -> Value {
    json!({"id": "42", "to": "+49 30", "from": "Shop", "body": "Hi \"you\"\n& co", "text": "Hi \"you\"\n& co",
           "link": "https://a.example/?q=1&r=2", "account": "ada", "uuid": "u-42", "tid": "3k2",
           "created_at": "2027-01-15T08:00:00Z", "title": null})
}

fn made(driver: &str, settings: Value) -> Value {
    let about = about();
    let said = Said { secret: Some("s3cret"), token: Some("t0ken"), about: &about };
    build(driver, &settings, &said).unwrap()
}

#[test]
fn every_driver_makes_a_request() {
    assert_eq!(presets().len(), 13);
    for (name, preset) in presets() {
        let mut settings = json!({"endpoint": "https://api.example"});
        for need in preset.needs.iter().filter(|need| *need != "secret" && *need != "endpoint") {
            settings[need] = "v".into();
        }
        check(&preset.kind, name, &settings, true).unwrap_or_else(|e| panic!("{name}: {e}"));
        let about = about();
        let said = Said { secret: Some("https://hook.example/x"), token: None, about: &about };
        let wire = build(name, &settings, &said).unwrap();
        let url = wire["request"]["url"].as_str().unwrap();
        let host = if url.starts_with("https://hook") {
            "https://hook.example/x"
        } else {
            "https://api.example/"
        };
        assert!(url.starts_with(host), "{name}: {url}");
        assert!(!wire.to_string().contains("{{"), "{name}: {wire}");
    }
}

#[test]
fn asks_twilio() {
    let wire = made("twilio", json!({"account_sid": "AC1", "from": "+1555"}));
    assert_eq!(
        wire["request"],
        json!({"method": "POST", "url": "https://api.twilio.com/2010-04-01/Accounts/AC1/Messages.json",
               "headers": {"authorization": "Basic QUMxOnMzY3JldA=="},
               "form": {"To": "+49 30", "From": "Shop", "Body": "Hi \"you\"\n& co"}})
    );
}

#[test]
fn twilio_carries_whatsapp_too() {
    let about = json!({"to": "+4930", "body": "x", "channel": "whatsapp"});
    let said = Said { secret: Some("s"), token: None, about: &about };
    let of = |settings| build("twilio", &settings, &said).unwrap()["request"]["form"].clone();
    let form = of(json!({"account_sid": "A", "from": "+1555"}));
    assert_eq!((&form["To"], &form["From"]), (&json!("whatsapp:+4930"), &json!("whatsapp:+1555")));
    let form = of(json!({"account_sid": "A", "messaging_service_sid": "MG1"}));
    assert_eq!((form.get("From"), &form["MessagingServiceSid"]), (None, &json!("MG1")));
}

#[test]
fn asks_the_others() {
    let wire = made("vonage", json!({"api_key": "k"}));
    assert_eq!(wire["request"]["json"]["to"], "49 30");
    assert_eq!(wire["ok_when"], json!({"/messages/0/status": "0"}));
    let wire = made("messagebird", json!({}));
    assert_eq!(wire["request"]["headers"]["authorization"], "AccessKey s3cret");
    assert_eq!(wire["request"]["json"]["recipients"], json!(["+49 30"]));
    let wire = made("telegram", json!({"chat_id": -100}));
    assert_eq!(wire["request"]["url"], "https://api.telegram.org/bots3cret/sendMessage");
    assert_eq!(wire["request"]["json"]["chat_id"], "+49 30");
    let wire = made("x", json!({}));
    assert_eq!(wire["request"]["headers"]["authorization"], "Bearer t0ken");
    assert_eq!(wire["request"]["json"]["text"], "Hi \"you\"\n& co https://a.example/?q=1&r=2");
    let wire = made("linkedin", json!({}));
    assert_eq!(wire["request"]["json"]["author"], "urn:li:person:ada");
    let wire = made("mastodon", json!({"endpoint": "https://m.example/"}));
    assert_eq!(wire["request"]["url"], "https://m.example/api/v1/statuses");
    assert_eq!(wire["request"]["headers"]["idempotency-key"], "u-42");
    let wire = made("bluesky", json!({"identifier": "ada.example"}));
    assert_eq!(
        wire["grant"]["request"]["json"],
        json!({"identifier": "ada.example", "password": "s3cret"})
    );
    assert_eq!(
        wire["request"]["json"]["record"]["embed"]["external"]["uri"],
        "https://a.example/?q=1&r=2"
    );
    let mut without = about();
    without["link"] = Value::Null;
    let said = Said { secret: Some("s"), token: None, about: &without };
    let wire = build("bluesky", &json!({"identifier": "i"}), &said).unwrap();
    assert!(wire["request"]["json"]["record"].get("embed").is_none());
}

#[test]
fn linkedin_gets_its_signs_escaped() {
    let about = json!({"text": "a (b) #c @d", "link": ""});
    let said = Said { secret: None, token: Some("t"), about: &about };
    let wire = build("linkedin", &json!({"author": "urn:li:organization:1"}), &said).unwrap();
    assert_eq!(wire["request"]["json"]["commentary"], r"a \(b\) \#c \@d");
}

#[test]
fn a_row_may_say_the_request_itself() {
    let wire = made(
        "http",
        json!({"gateway": "eu", "request": {"method": "PUT", "url": "https://sms.example/{{ gateway }}/{{ to }}?t={{ body }}",
            "headers": {"Content-Type": "application/json", "x-key": "{{ secret }}"},
            "body": "{\"to\": {{ to }}, \"text\": {{ body }}}"}}),
    );
    assert_eq!(
        wire["request"]["url"],
        "https://sms.example/eu/%2B49%2030?t=Hi%20%22you%22%0A%26%20co"
    );
    let body: Value = serde_json::from_str(wire["request"]["body"].as_str().unwrap()).unwrap();
    assert_eq!(body, json!({"to": "+49 30", "text": "Hi \"you\"\n& co"}));
    assert_eq!(
        (&wire["request"]["method"], &wire["request"]["headers"]["x-key"]),
        (&json!("PUT"), &json!("s3cret"))
    );
    let wire = made(
        "http",
        json!({"request": {"url": "https://sms.example/", "headers": {"content-type": "application/x-www-form-urlencoded"},
                           "body": "to={{ to }}&text={{ body }}"}}),
    );
    assert_eq!(wire["request"]["body"], "to=%2B49%2030&text=Hi%20%22you%22%0A%26%20co");
}

#[test]
fn what_is_said_cannot_leave_its_place() {
    let evil = "\",\"to\":\"x\"}{{ secret }}/../../?a=b&c#d@evil.example\r\nX: y";
    let about = json!({"id": "1", "to": evil, "body": evil, "text": evil, "from": evil, "endpoint": "https://evil.example",
                       "secret": "mine", "token": "mine"});
    let said = Said { secret: Some("s3cret"), token: None, about: &about };
    let wire = build("twilio", &json!({"account_sid": "AC1"}), &said).unwrap();
    assert_eq!(
        wire["request"]["url"],
        "https://api.twilio.com/2010-04-01/Accounts/AC1/Messages.json"
    );
    assert_eq!(wire["request"]["form"]["Body"], evil, "a template in a value is none");
    let http = json!({"request": {"url": "https://sms.example/{{ to }}/x?y={{ body }}", "json": {"a": ["{{ to }}x"]}}});
    let wire = build("http", &http, &said).unwrap();
    let url = url::Url::parse(wire["request"]["url"].as_str().unwrap()).unwrap();
    assert_eq!(
        (url.host_str(), url.fragment(), url.path_segments().unwrap().count()),
        (Some("sms.example"), None, 2)
    );
    assert_eq!(url.query_pairs().collect::<Vec<_>>(), [("y".into(), evil.into())]);
    assert_eq!(wire["request"]["json"]["a"][0], format!("{evil}x"));
}

#[test]
fn refuses_rows_of_which_no_request_comes() {
    for (kind, driver, settings, has_secret, word) in [
        ("sms", "pigeon", json!({}), true, "pigeon"),
        ("sms", "slack", json!({}), true, "one of chat"),
        ("sms", "twilio", json!({}), true, "account_sid"),
        ("sms", "twilio", json!({"account_sid": "A"}), false, "secret"),
        ("sms", "twilio", json!([]), true, "object"),
        ("social", "mastodon", json!({"endpoint": "m.example"}), true, "endpoint"),
        ("social", "mastodon", json!({"endpoint": "https://m.example/path"}), true, "endpoint"),
        ("social", "mastodon", json!({"endpoint": "https://u@m.example"}), true, "endpoint"),
        ("sms", "http", json!({}), true, "request"),
        ("sms", "http", json!({"request": {}}), true, "url"),
        ("sms", "http", json!({"request": {"url": "https://{{ to }}/"}}), true, "host"),
        ("sms", "http", json!({"request": {"url": "https://a.example{{ to }}"}}), true, "host"),
        (
            "sms",
            "http",
            json!({"request": {"url": "{{ endpoint }}{{ to }}"}}),
            true,
            "after the host",
        ),
        ("sms", "http", json!({"request": {"url": "{{ to }}"}}), true, "absolute"),
        (
            "sms",
            "http",
            json!({"request": {"url": "https://a.example/", "colour": 1}}),
            true,
            "colour",
        ),
        (
            "sms",
            "http",
            json!({"request": {"url": "https://a.example/", "method": "TRACE"}}),
            true,
            "method",
        ),
        (
            "sms",
            "http",
            json!({"request": {"url": "https://a.example/", "json": {"a": "{{ to "}}}),
            true,
            "json",
        ),
        (
            "sms",
            "http",
            json!({"request": {"url": "https://a.example/", "json": {"a": "{{ to | evil }}"}}}),
            true,
            "filter",
        ),
    ] {
        let problem = check(kind, driver, &settings, has_secret).unwrap_err();
        assert!(problem.contains(word), "{driver} {settings}: {problem}");
    }
}

#[test]
fn a_template_that_never_ends_ends() {
    let request = json!({"request": {"url": "https://a.example/", "json": {"a":
        "{% for a in body %}{% for b in body %}{% for c in body %}{% for d in body %}{% for e in body %}{% for f in body %}{% for g in body %}x{% endfor %}{% endfor %}{% endfor %}{% endfor %}{% endfor %}{% endfor %}{% endfor %}"}}});
    let about = json!({"body": [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16]});
    let said = Said { secret: None, token: None, about: &about };
    let problem = build("http", &request, &said).unwrap_err();
    assert!(problem.contains("too long"), "{problem}");
}
