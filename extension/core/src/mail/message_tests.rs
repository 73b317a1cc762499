//! Messages: what is let in, and the bytes that are sent.

use super::*;
use serde_json::json;

fn mail() -> Value {
    json!({"from": "Shop <shop@example.com>", "to": ["ada@example.net"], "subject": "Hello", "text": "Hi\n.\nBye",
        "message_id": "<7.0a1b2c@example.com>", "date": 1_795_000_000})
}

fn written(change: Value) -> String {
    let mut value = mail();
    for (name, member) in change.as_object().unwrap() {
        value[name] = member.clone();
    }
    let bytes = Mail::read(&value).unwrap().write();
    let text = String::from_utf8(bytes).unwrap();
    assert!(text.is_ascii() && text.ends_with("\r\n"), "{text}");
    assert_eq!(text.matches('\n').count(), text.matches("\r\n").count(), "{text:?}");
    assert_eq!(text.matches('\r').count(), text.matches("\r\n").count(), "{text:?}");
    assert!(text.split("\r\n").all(|line| line.len() <= 998 && !line.starts_with('.')), "{text}");
    text
}

#[test]
fn writes_a_plain_message() {
    assert_eq!(
        written(json!({})),
        "From: Shop <shop@example.com>\r\n\
         To: ada@example.net\r\n\
         Subject: Hello\r\n\
         Date: Wed, 18 Nov 2026 11:06:40 +0000\r\n\
         Message-ID: <7.0a1b2c@example.com>\r\n\
         MIME-Version: 1.0\r\n\
         Content-Type: text/plain; charset=utf-8\r\n\
         Content-Transfer-Encoding: quoted-printable\r\n\
         \r\n\
         Hi\r\n=2E\r\nBye\r\n"
    );
}

#[test]
fn writes_parts_within_parts() {
    let text = written(
        json!({"html": "<p>Hi <img src=\"cid:logo\"></p>", "cc": ["b@example.net"], "bcc": ["c@example.net"],
        "reply_to": "help@example.com", "headers": {"X-Campaign": "spring", "List-Unsubscribe": "<mailto:x@y.example>"},
        "unsubscribe_url": "https://api.example.com/hooks/mail/unsubscribe?token=x",
        "attachments": [
            {"name": "logo.png", "type": "image/png", "id": "logo", "content": "iVBORw0="},
            {"name": "Größe.pdf", "type": "application/pdf", "content": "JVBERi0="}]}),
    );
    let outline: Vec<_> = text
        .lines()
        .filter(|line| {
            line.starts_with("Content-Type") || line.starts_with("--") || line.contains("oundary")
        })
        .map(|line| line.split_once("=_").map_or(line, |(before, _)| before))
        .collect();
    assert_eq!(
        outline,
        [
            "Content-Type: multipart/mixed;",
            " boundary=\"",
            "--",
            "Content-Type: multipart/alternative;",
            " boundary=\"",
            "--",
            "Content-Type: text/plain; charset=utf-8",
            "--",
            "Content-Type: multipart/related;",
            " boundary=\"",
            "--",
            "Content-Type: text/html; charset=utf-8",
            "--",
            "Content-Type: image/png; name=\"logo.png\"",
            "--",
            "--",
            "--",
            "Content-Type: application/pdf; name*=UTF-8''Gr%C3%B6%C3%9Fe.pdf",
            "--",
        ]
    );
    assert!(
        !text.contains("c@example.net") && text.contains("\r\nCc: b@example.net\r\n"),
        "{text}"
    );
    assert_eq!(text.matches("List-Unsubscribe:").count(), 1);
    assert!(text.contains(
        "\r\nList-Unsubscribe: <https://api.example.com/hooks/mail/unsubscribe?token=x>\r\n\
         List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n"
    ));
}

#[test]
fn goes_to_everybody_once_or_to_those_who_are_left() {
    let mut value = mail();
    value["to"] = json!(["A <a@example.net>", "b@example.net"]);
    value["cc"] = json!(["A@example.net"]);
    value["bcc"] = json!(["c@example.net"]);
    assert_eq!(
        Mail::read(&value).unwrap().recipients(),
        ["a@example.net", "b@example.net", "c@example.net"]
    );
    value["only"] = json!(["c@example.net", "x@example.net"]);
    assert_eq!(Mail::read(&value).unwrap().recipients(), ["c@example.net"]);
}

/// THREATS H2: what would begin a header, a command or another message.
#[test]
fn lets_no_line_in() {
    let tails = [
        "\r\nBcc: eve@example.com",
        "\nBcc: eve@example.com",
        "\rBcc: eve@example.com",
        "\r\n\r\nhello",
        "\r\n.\r\nMAIL FROM:<eve@example.com>",
        "\n.\nMAIL FROM:<eve@example.com>",
        "\r.\rRSET",
        "\u{85}Bcc: eve@example.com",
        "\u{2028}Bcc: eve@example.com",
        "\u{2029}Bcc: eve@example.com",
        "\u{0b}x",
        "\u{0c}x",
        "\0x",
        "\u{1b}[2Jx",
        "\u{7f}x",
    ];
    let mut refused = 0;
    for tail in tails {
        for (member, start, end) in [
            ("to", "ada@example.net", ""),
            ("cc", "Ada", " <ada@example.net>"),
            ("from", "Ada", " <ada@example.net>"),
            ("reply_to", "\"Ada", "\" <ada@example.net>"),
            ("subject", "Hello", ""),
        ] {
            let mut value = mail();
            value[member] = format!("{start}{tail}{end}").into();
            let said = accept(&value).expect_err(&format!("{member} {tail:?}"));
            assert!(said.starts_with(member) && !said.contains("eve"), "{said}");
            refused += 1;
        }
        for headers in [json!({"X-A": format!("b{tail}")}), json!({(format!("X-A{tail}")): "b"})] {
            let mut value = mail();
            value["headers"] = headers;
            accept(&value).expect_err(tail);
            refused += 1;
        }
        for (member, good) in [("name", "a.pdf"), ("type", "application/pdf"), ("id", "logo")] {
            let mut file =
                json!({"name": "a.pdf", "type": "application/pdf", "id": "logo", "content": ""});
            file[member] = format!("{good}{tail}").into();
            let mut value = mail();
            value["attachments"] = json!([file]);
            accept(&value).expect_err(tail);
            refused += 1;
        }
        // In a body it is text, whatever it is.
        let text = written(json!({"text": format!("Hi{tail}"), "html": format!("<p>{tail}</p>")}));
        let (head, _) = text.split_once("\r\n\r\n").unwrap();
        assert!(!head.contains("eve@example.com"), "{head}");
    }
    assert_eq!(refused, tails.len() * 10);
}

#[test]
fn asks_for_what_is_missing_and_bounds_what_is_there() {
    let base = || json!({"to": "a@example.net", "subject": "x", "text": "y"});
    let with = |member: &str, value: Value| {
        let mut asked = base();
        asked[member] = value;
        accept(&asked)
    };
    assert!(
        accept(&base()).is_ok()
            && accept(&json!({"to": "a@example.net", "template": "welcome"})).is_ok()
    );
    for (member, value) in [
        ("to", Value::Null),
        ("to", json!([])),
        ("to", json!(7)),
        ("to", json!(["a@example.net, b@example.net"])),
        ("subject", Value::Null),
        ("subject", json!("")),
        ("subject", json!("x".repeat(501))),
        ("text", Value::Null),
        ("text", json!("x".repeat((2 << 20) + 1))),
        ("from", json!("a@example.net, b@example.net")),
        ("bcc", json!(vec!["a@example.net"; 50])),
        ("headers", json!([])),
        ("headers", json!({"To": "b@example.net"})),
        ("headers", json!({"X-A": 1})),
        ("headers", (0..31).map(|n| (format!("X-{n}"), json!("x"))).collect::<Map<_, _>>().into()),
        ("attachments", json!({})),
        ("attachments", json!(vec![json!({"name": "a", "content": ""}); 21])),
        ("attachments", json!([{"name": "a/b", "content": ""}])),
        ("attachments", json!([{"name": "a", "content": "!"}])),
        ("attachments", json!([{"name": "a"}])),
        ("attachments", json!([{"name": "a", "type": "multipart/mixed", "content": ""}])),
        ("attachments", json!([{"name": "a", "type": "text/plain; charset=x", "content": ""}])),
        ("attachments", json!([{"name": "a", "storage": "bucket/a"}])),
    ] {
        with(member, value.clone())
            .expect_err(&format!("{member}: {}", value.to_string().get(..30).unwrap_or_default()));
    }
    assert!(
        with("attachments", json!([{"name": "a", "path": "x"}])).unwrap_err().contains("storage")
    );
}

#[test]
fn knows_days() {
    for (seconds, text) in [
        (0, "Thu, 01 Jan 1970 00:00:00 +0000"),
        (951_782_399, "Mon, 28 Feb 2000 23:59:59 +0000"),
        (951_782_400, "Tue, 29 Feb 2000 00:00:00 +0000"),
        (1_709_251_199, "Thu, 29 Feb 2024 23:59:59 +0000"),
        (4_102_444_800, "Fri, 01 Jan 2100 00:00:00 +0000"),
        (-1, "Wed, 31 Dec 1969 23:59:59 +0000"),
    ] {
        assert_eq!(date(seconds), text);
    }
}
