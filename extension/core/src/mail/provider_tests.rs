//! Requests of each provider, as their documentation has them.

use super::*;

fn mail() -> Mail {
    Mail::read(&json!({"from": "Shop <shop@example.com>", "to": ["Ada <ada@example.net>"], "cc": ["b@example.net"],
        "bcc": ["c@example.net", "b@example.net"], "reply_to": "help@example.com", "subject": "Grüße", "text": "Hi",
        "html": "<p>Hi</p>", "headers": {"X-Campaign": "spring"}, "unsubscribe_url": "https://a.example/u",
        "attachments": [{"name": "a.pdf", "type": "application/pdf", "content": "JVBERi0="},
                        {"name": "b.png", "type": "image/png", "id": "logo", "content": "iVBORw0="}],
        "message_id": "<7.0a1b2c@example.com>", "date": 1_795_000_000}))
    .unwrap()
}

fn made(kind: &str, settings: Value) -> Value {
    request(kind, &settings, "KEY", &mail(), "20261118T110640Z").unwrap()
}

#[test]
fn resend() {
    let payload = made("resend", json!({}));
    let request = &payload["request"];
    assert_eq!(request["url"], "https://api.resend.com/emails");
    assert_eq!(
        request["headers"],
        json!({"authorization": "Bearer KEY", "idempotency-key": "7.0a1b2c@example.com"})
    );
    assert_eq!(
        request["json"],
        json!({"from": "\"Shop\" <shop@example.com>", "to": ["\"Ada\" <ada@example.net>"], "cc": ["b@example.net"],
            "bcc": ["c@example.net", "b@example.net"], "reply_to": "help@example.com", "subject": "Grüße", "text": "Hi",
            "html": "<p>Hi</p>",
            "headers": {"X-Campaign": "spring", "List-Unsubscribe": "<https://a.example/u>",
                        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"},
            "attachments": [{"filename": "a.pdf", "content": "JVBERi0=", "content_type": "application/pdf"},
                {"filename": "b.png", "content": "iVBORw0=", "content_type": "image/png", "content_id": "logo"}]})
    );
}

#[test]
fn postmark() {
    let payload = made("postmark", json!({"stream": "broadcast"}));
    let request = &payload["request"];
    assert_eq!(request["url"], "https://api.postmarkapp.com/email");
    assert_eq!(request["headers"]["x-postmark-server-token"], "KEY");
    assert_eq!(payload["ok_when"], json!({"/ErrorCode": 0}));
    let json = &request["json"];
    assert_eq!(
        (&json["To"], &json["MessageStream"]),
        (&json!("\"Ada\" <ada@example.net>"), &json!("broadcast"))
    );
    assert_eq!(json["Bcc"], "c@example.net, b@example.net");
    assert_eq!(json["Attachments"][1]["ContentID"], "cid:logo");
    let has = |name: &str, value: &str| {
        json["Headers"].as_array().unwrap().contains(&json!({"Name": name, "Value": value}))
    };
    assert!(has("Message-ID", "<7.0a1b2c@example.com>") && has("X-PM-KeepID", "true"), "{json}");
}

#[test]
fn sendgrid() {
    let payload = made("sendgrid", json!({}));
    let json = &payload["request"]["json"];
    assert_eq!(
        json["personalizations"],
        json!([{"to": [{"email": "ada@example.net", "name": "Ada"}], "cc": [{"email": "b@example.net"}],
                "bcc": [{"email": "c@example.net"}]}])
    );
    assert_eq!(
        json["content"],
        json!([{"type": "text/plain", "value": "Hi"}, {"type": "text/html", "value": "<p>Hi</p>"}])
    );
    assert_eq!(json["attachments"][1]["disposition"], "inline");
    assert_eq!(json["headers"]["Message-ID"], "<7.0a1b2c@example.com>");
}

#[test]
fn mailgun_and_ses_get_the_message_as_it_is() {
    let raw = mail().write();
    let payload = made("mailgun", json!({"domain": "mg.example.com", "region": "eu"}));
    let request = &payload["request"];
    assert_eq!(request["url"], "https://api.eu.mailgun.net/v3/mg.example.com/messages.mime");
    assert_eq!(request["headers"]["authorization"], format!("Basic {}", BASE64.encode("api:KEY")));
    let body = BASE64.decode(request["body_base64"].as_str().unwrap()).unwrap();
    let text = String::from_utf8(body).unwrap();
    assert!(text.contains(std::str::from_utf8(&raw).unwrap()));
    assert_eq!(text.matches("name=\"to\"").count(), 3);

    let payload = made("ses", json!({"region": "eu-west-1", "access_key_id": "AKIDEXAMPLE"}));
    let request = &payload["request"];
    assert_eq!(request["url"], "https://email.eu-west-1.amazonaws.com/v2/email/outbound-emails");
    let authorization = request["headers"]["authorization"].as_str().unwrap();
    assert!(authorization.starts_with(
        "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20261118/eu-west-1/ses/aws4_request, \
         SignedHeaders=content-type;host;x-amz-date, Signature="
    ));
    let body: Value = serde_json::from_str(request["body"].as_str().unwrap()).unwrap();
    assert_eq!(body["Content"]["Raw"]["Data"], BASE64.encode(raw));
    assert_eq!(
        body["Destination"]["ToAddresses"],
        json!(["ada@example.net", "b@example.net", "c@example.net"])
    );
}

#[test]
fn goes_to_those_who_are_left_alone() {
    let mut mail = mail();
    mail.only = vec!["c@example.net".into()];
    let payload = request("resend", &json!({}), "KEY", &mail, "20261118T110640Z").unwrap();
    let json = &payload["request"]["json"];
    assert_eq!(
        (&json["to"], json.get("cc"), json.get("bcc")),
        (&json!(["c@example.net"]), None, None)
    );
}

#[test]
fn says_what_it_needs() {
    for (kind, settings) in [("ses", json!({})), ("mailgun", json!({})), ("pigeon", json!({}))] {
        assert!(request(kind, &settings, "KEY", &mail(), "20261118T110640Z").is_err());
    }
}
