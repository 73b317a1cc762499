//! Notices: signatures by keys of our own, and what each provider's says.

use super::*;
use p256::ecdsa::SigningKey;
use p256::ecdsa::signature::Signer;
use p256::pkcs8::EncodePublicKey;
use serde_json::json;

const NOW: i64 = 1_795_000_000;

/// A certificate of ours, and notifications that openssl signed with its key.
const CERTIFICATE: &str = "-----BEGIN CERTIFICATE-----\n\
    MIIDGzCCAgOgAwIBAgIUfFXUk5bqPosaH+TYhlVN0N9WGcIwDQYJKoZIhvcNAQEL\n\
    BQAwHDEaMBgGA1UEAwwRc25zLmFtYXpvbmF3cy5jb20wIBcNMjYxMTIyMTkxMjMx\n\
    WhgPMjEyNjEwMjkxOTEyMzFaMBwxGjAYBgNVBAMMEXNucy5hbWF6b25hd3MuY29t\n\
    MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAscvvcfvXGdREwYcOzPMY\n\
    33D9ZGWFckYKmMaZ5R8UuL2Qllln/2HyTKl57+4M/rTFeqAWMMJLmMHZiLCyqlku\n\
    O7BCubEGkSk5DpA6oNqEL6HRqbiVNA2LNqPmt+BFMZNsku7Mr15fVMkY0IwGXZCs\n\
    4uTdGovHUUYPD371++ApIUXnbFruq7FX/yZRATT/TRDx7UYH6CVXP1ScXhuxXb+u\n\
    ga4t1ykoJFArvPGx7LzSVnXBGDGpGGee3QBMpHSboC1Qj9QhICF4CrufBIiM6kwh\n\
    tJ6W3fZguIzhHpra2YJQGh8GHuQnlu7MHkj0/MKlB9TLYLLQLSi1+ezINO2DY15H\n\
    fQIDAQABo1MwUTAdBgNVHQ4EFgQUgAj3Mb4AEFcXbhxpZHZgczezU+4wHwYDVR0j\n\
    BBgwFoAUgAj3Mb4AEFcXbhxpZHZgczezU+4wDwYDVR0TAQH/BAUwAwEB/zANBgkq\n\
    hkiG9w0BAQsFAAOCAQEAkjS+DVmy2GEN+8a+ELG4MA18xJmipQcO8JE9r0xtfK8T\n\
    qKlKrsCIs/wkZs6292VTG2Nny2ICBJ3p5ANgNAS3NqT+3qMagGPQ/eA8Z7eaAGP5\n\
    mqhA4c3MLrvFNA6SG5oaB5jVffkfj72uHpN3TmJFFExlnjjX/rVUb0c7yJPm4i+4\n\
    ZqABwSVrKrV7Y+G5aO45Y8ldob/xWyE+N9DRcGlNwD/SmiOtu7gYOZy3ytIvvPJN\n\
    5VFFnYcoBherE8HrhhNLRm58qPpJUe04V+7J+a0QJsGId+kWbonfOxdkZDTi8uhk\n\
    8VHBnwREj+WV+CbicMCqLP2DQ+OcNPeA2TkthLa2pg==\n\
    -----END CERTIFICATE-----";
const SNS_SHA1: &str = r#"{"Type":"Notification","MessageId":"m-1","TopicArn":"arn:aws:sns:eu-west-1:1:bounces","Message":"{\"notificationType\":\"Bounce\",\"bounce\":{\"bounceType\":\"Permanent\",\"bouncedRecipients\":[{\"emailAddress\":\"Ada@example.net\",\"diagnosticCode\":\"smtp; 550 5.1.1 no\"}]}}","Timestamp":"2026-11-18T11:06:40.000Z","SignatureVersion":"1","SigningCertURL":"https://sns.eu-west-1.amazonaws.com/SimpleNotificationService-1.pem","Signature":"WfMTceqp9s55BeQsgXiQ6jS9yZm7Gz2f21xDMhD3jGU7Q968h2yfEjsLTPI7ITxV40+4HN5+FDJZ0JY6jzchW6Svb5eBGs+lFTC5JQWhHu64m33xwwLRzp+tDCfAxtWmECNRRtp1pc1s32DEZCqc7XWF21HLqVDoNTVnbqzEQdOXdm0zi4GknegR1rxiGxIYbRzMYhiZGvn4LmLRzHdlLnxRfHIi500EZK6mMbullAOMEoWqZyXQPsk23cr3Qnk/04pja/nTSHZF4eIFQBsQuNIMibl9As/JJAVQzyQZSOSxrJuY+YTfspjm7ODJd8e1GHX7AMJnsWh4NB5mGkXawg=="}"#;
const SNS_SHA256: &str = r#"{"Type":"Notification","MessageId":"m-1","TopicArn":"arn:aws:sns:eu-west-1:1:bounces","Message":"{\"notificationType\":\"Bounce\",\"bounce\":{\"bounceType\":\"Permanent\",\"bouncedRecipients\":[{\"emailAddress\":\"Ada@example.net\",\"diagnosticCode\":\"smtp; 550 5.1.1 no\"}]}}","Timestamp":"2026-11-18T11:06:40.000Z","SignatureVersion":"2","SigningCertURL":"https://sns.eu-west-1.amazonaws.com/SimpleNotificationService-1.pem","Signature":"A/zTkw4aVkw9wjsvR/G0I4dyjvwcSgoo6Ul83+qjd0NfAuf5sppC1GGU4HQ+jP8Po+gbc40VG5iscZoCjFAUJwdv3bdGn8eTz9PM2k+CtZyU5U+mMIh04VERnRxqQhpOQFK3AMuwmykGhAPkGj40YBchaXX8+GtR/wUHx+PH8Fr8QUQ0MBknoGK7hqeLXlrBMGZCimzz7lQWLKog90vyHqReFzWYHx9XLc9tVZWKFarKaedQ6pBuhikVXNChGBQhNGPvB6FJD2Ea52AHZ8R1U4XAiO9+xIY2Z2V34AcsOQOKvY39OpoKgWSXzn4vAXvYY1QirjrCwaArmLN3GjOClw=="}"#;

fn genuine(kind: &str, secret: &str, headers: &[(&str, String)], body: &[u8]) -> bool {
    let header =
        |name: &str| headers.iter().find(|(n, _)| *n == name).map(|(_, value)| value.clone());
    is_genuine(kind, secret, &Notice { header: &header, body, now: NOW })
}

#[test]
fn resend_signs_as_svix_does() {
    // Made by the scheme's own words: base64 of HMAC-SHA-256 over id.timestamp.body.
    let secret = format!("whsec_{}", BASE64.encode([7; 24]));
    let body = br#"{"type":"email.bounced"}"#;
    let sign = |time: i64, body: &[u8]| {
        let signed = [format!("msg_1.{time}.").as_bytes(), body].concat();
        let signature = BASE64.encode(mac(&[7; 24], &signed));
        vec![
            ("svix-id", "msg_1".to_owned()),
            ("svix-timestamp", time.to_string()),
            ("svix-signature", format!("v1,AAAA v1,{signature} v2,x")),
        ]
    };
    assert!(genuine("resend", &secret, &sign(NOW, body), body));
    assert!(genuine("resend", &secret, &sign(NOW - 299, body), body));
    assert!(!genuine("resend", &secret, &sign(NOW - 301, body), body));
    assert!(!genuine("resend", &secret, &sign(NOW + 301, body), body));
    assert!(!genuine("resend", &secret, &sign(NOW, body), b"{}"));
    assert!(!genuine("resend", "whsec_AAAA", &sign(NOW, body), body));
    assert!(!genuine("resend", "", &sign(NOW, body), body));
    assert!(!genuine("resend", &secret, &[], body));
}

#[test]
fn postmark_is_known_by_a_password() {
    let given = |text: &str| vec![("authorization", format!("Basic {}", BASE64.encode(text)))];
    assert!(genuine("postmark", "hook:secret", &given("hook:secret"), b"{}"));
    for wrong in ["hook:", "hook:secre", "hook:secrets", ":secret", ""] {
        assert!(!genuine("postmark", "hook:secret", &given(wrong), b"{}"), "{wrong}");
    }
    assert!(!genuine("postmark", "", &given(""), b"{}"));
}

#[test]
fn sendgrid_signs_with_a_curve() {
    let key = SigningKey::from_slice(&[9; 32]).unwrap();
    let public = BASE64.encode(key.verifying_key().to_public_key_der().unwrap().as_bytes());
    let body = br#"[{"event":"bounce"}]"#;
    let sign = |time: i64, body: &[u8]| {
        let signature: p256::ecdsa::Signature =
            key.sign(&[time.to_string().as_bytes(), body].concat());
        vec![
            ("x-twilio-email-event-webhook-timestamp", time.to_string()),
            (
                "x-twilio-email-event-webhook-signature",
                BASE64.encode(signature.to_der().as_bytes()),
            ),
        ]
    };
    assert!(genuine("sendgrid", &public, &sign(NOW, body), body));
    assert!(!genuine("sendgrid", &public, &sign(NOW, body), b"[]"));
    assert!(!genuine("sendgrid", &public, &sign(NOW - 2 * DAY, body), body));
    assert!(!genuine("sendgrid", "AAAA", &sign(NOW, body), body));
    assert!(!genuine("sendgrid", &public, &[], body));
}

#[test]
fn mailgun_signs_a_token() {
    let body = |key: &str, time: i64| {
        let signature =
            super::super::sigv4::hex(&mac(key.as_bytes(), format!("{time}tok").as_bytes()));
        json!({"signature": {"timestamp": time.to_string(), "token": "tok", "signature": signature}}).to_string()
    };
    assert!(genuine("mailgun", "key", &[], body("key", NOW).as_bytes()));
    assert!(!genuine("mailgun", "key", &[], body("other", NOW).as_bytes()));
    assert!(!genuine("mailgun", "key", &[], body("key", NOW - 2 * DAY).as_bytes()));
    for nonsense in ["", "{}", "[]", "null", r#"{"signature": 7}"#] {
        assert!(!genuine("mailgun", "key", &[], nonsense.as_bytes()), "{nonsense}");
    }
}

#[test]
fn sns_signs_with_a_certificate_of_amazons() {
    for body in [SNS_SHA1, SNS_SHA256] {
        assert!(is_sns_genuine(body.as_bytes(), CERTIFICATE));
        assert!(!is_sns_genuine(body.replace("Ada@", "Eve@").as_bytes(), CERTIFICATE));
        assert!(!is_sns_genuine(body.replace("bounces", "others").as_bytes(), CERTIFICATE));
        assert_eq!(
            sns_certificate_url(body.as_bytes()).as_deref(),
            Some("https://sns.eu-west-1.amazonaws.com/SimpleNotificationService-1.pem")
        );
    }
    assert!(!is_sns_genuine(SNS_SHA256.replace("\"2\"", "\"1\"").as_bytes(), CERTIFICATE));
    for bad in [
        "",
        "x",
        "-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----",
        "-----BEGIN CERTIFICATE----------END CERTIFICATE-----",
    ] {
        assert!(!is_sns_genuine(SNS_SHA256.as_bytes(), bad));
    }
    let whole = CERTIFICATE.len();
    for end in (0..whole).step_by(97) {
        assert!(!is_sns_genuine(SNS_SHA256.as_bytes(), &CERTIFICATE[..end]));
    }
    for url in [
        "https://sns.eu-west-1.amazonaws.com.evil.example/x.pem",
        "https://sns.evil.example/x.pem",
        "http://sns.eu-west-1.amazonaws.com/x.pem",
        "https://evil.example/sns.eu-west-1.amazonaws.com/x.pem",
        "https://sns.a.b.amazonaws.com/x.pem",
        "https://sns.eu@evil.example/.amazonaws.com/x.pem",
        "https://sns.eu-west-1.amazonaws.com:8443/x.pem",
        "https://sns..amazonaws.com/x.pem",
        "https://SNS.eu-west-1.amazonaws.com\\@evil.example/x.pem",
        "https://sns.eu-west-1.amazonaws.com",
        "",
    ] {
        assert!(!is_sns(url), "{url}");
    }
}

#[test]
fn events_are_those_that_last() {
    let one = |kind: &str, body: Value| -> Vec<(String, &'static str)> {
        events(kind, body.to_string().as_bytes())
            .into_iter()
            .map(|e| (e.address, e.reason))
            .collect()
    };
    let is = |reason| vec![("ada@example.net".to_owned(), reason)];
    let to = json!(["Ada <Ada@example.net>"]);
    let resend = |kind: &str, bounce: Value| {
        one("resend", json!({"type": kind, "data": {"to": to, "bounce": bounce}}))
    };
    assert_eq!(
        resend("email.bounced", json!({"type": "Permanent", "message": "no"})),
        is("bounce")
    );
    assert_eq!(resend("email.bounced", json!({"type": "Transient"})), []);
    assert_eq!(resend("email.complained", json!({})), is("complaint"));
    assert_eq!(resend("email.delivered", json!({})), []);

    let postmark = |record: &str, kind: &str| {
        one(
            "postmark",
            json!({"RecordType": record, "Type": kind, "Email": "ada@example.net", "Recipient": "ada@example.net",
            "SuppressSending": true}),
        )
    };
    assert_eq!(postmark("Bounce", "HardBounce"), is("bounce"));
    assert_eq!(postmark("Bounce", "SoftBounce"), []);
    assert_eq!(postmark("SpamComplaint", "SpamComplaint"), is("complaint"));
    assert_eq!(postmark("SubscriptionChange", ""), is("unsubscribe"));
    assert_eq!(postmark("Open", ""), []);

    let sendgrid = |event: &str, kind: &str| {
        one("sendgrid", json!([{"email": "ada@example.net", "event": event, "type": kind}]))
    };
    assert_eq!(sendgrid("bounce", "bounce"), is("bounce"));
    assert_eq!(sendgrid("bounce", "blocked"), []);
    assert_eq!(sendgrid("spamreport", ""), is("complaint"));
    assert_eq!(sendgrid("group_unsubscribe", ""), is("unsubscribe"));
    assert_eq!(sendgrid("deferred", ""), []);

    let mailgun = |event: &str, severity: &str, code: u16| {
        one(
            "mailgun",
            json!({"event-data": {"event": event, "severity": severity, "recipient": "ada@example.net",
            "delivery-status": {"code": code, "enhanced-code": "5.1.1", "message": "no such user"}}}),
        )
    };
    assert_eq!(mailgun("failed", "permanent", 550), is("bounce"));
    assert_eq!(mailgun("failed", "permanent", 421), []);
    assert_eq!(mailgun("failed", "temporary", 550), []);
    assert_eq!(mailgun("complained", "", 0), is("complaint"));

    let found = events("ses", SNS_SHA256.as_bytes());
    assert_eq!(
        (&*found[0].address, found[0].reason, &*found[0].detail),
        ("ada@example.net", "bounce", "smtp; 550 5.1.1 no")
    );
    let sns = |message: Value| {
        one("ses", json!({"Type": "Notification", "Message": message.to_string()}))
    };
    assert_eq!(
        sns(
            json!({"eventType": "Complaint", "complaint": {"complainedRecipients": [{"emailAddress": "ada@example.net"}]}})
        ),
        is("complaint")
    );
    assert_eq!(
        sns(
            json!({"notificationType": "Bounce", "bounce": {"bounceType": "Transient", "bouncedRecipients": [{"emailAddress": "ada@example.net"}]}})
        ),
        []
    );
    for nonsense in ["", "[]", "7", "null", "{\"type\": 7}", "[[[[]]]]"] {
        for kind in ["resend", "postmark", "sendgrid", "mailgun", "ses", "pigeon"] {
            assert_eq!(events(kind, nonsense.as_bytes()), []);
        }
    }
}
