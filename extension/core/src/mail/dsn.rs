//! Delivery status notifications: the mails in which mail servers say what became of one (RFC 3464).
//!
//! Whoever can send a mail can send one of these: what is read here is a report, not a fact. It counts for mails that we have
//! sent, which their Message-ID tells (`howdah.read_dsn`).

use super::bounce;
use serde_json::{Value, json};

/// Recipients of one report.
const MOST: usize = 100;
/// Parts within parts.
const DEPTH: usize = 5;

/// What a report says of a recipient.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Status {
    /// As it was given to the server that reports; not in normal form.
    pub recipient: String,
    /// failed, delayed, delivered, relayed, expanded
    pub action: String,
    /// `5.1.1`
    pub status: String,
    pub diagnostic: String,
}

/// A report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    pub recipients: Vec<Status>,
    /// Of the mail that it is about, with its brackets.
    pub message_id: Option<String>,
}

impl Report {
    #[must_use]
    pub fn json(&self) -> Value {
        let one = |s: &Status| {
            json!({"recipient": s.recipient, "action": s.action, "status": s.status, "diagnostic": s.diagnostic,
                   "hard": s.action == "failed" && bounce::is_hard_status(&s.status)})
        };
        json!({"message_id": self.message_id, "recipients": self.recipients.iter().map(one).collect::<Vec<_>>()})
    }
}

/// Reads a mail; `None` if it is no report.
#[must_use]
pub fn read(message: &[u8]) -> Option<Report> {
    let text = String::from_utf8_lossy(message).replace("\r\n", "\n");
    let mut report = Report { recipients: Vec::new(), message_id: None };
    walk(&text, DEPTH, &mut report);
    (!report.recipients.is_empty()).then_some(report)
}

fn walk(part: &str, depth: usize, report: &mut Report) {
    let (head, body) = part.split_once("\n\n").unwrap_or((part, ""));
    let content_type = field(head, "content-type").unwrap_or_default();
    let media = content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    match &*media {
        _ if depth == 0 => {}
        "message/delivery-status" | "message/global-delivery-status" => read_status(body, report),
        "message/rfc822" | "text/rfc822-headers" | "message/rfc822-headers" | "message/global" => {
            let head = body.split("\n\n").next().unwrap_or_default();
            if report.message_id.is_none() {
                report.message_id = field(head, "message-id");
            }
        }
        multipart if multipart.starts_with("multipart/") => {
            let Some(boundary) = parameter(&content_type, "boundary") else { return };
            let marker = format!("--{boundary}");
            let mut rest = Vec::new();
            let mut open = false;
            for line in body.split('\n') {
                let end = line.trim_end();
                if end == marker || end == format!("{marker}--") {
                    if open {
                        walk(&rest.join("\n"), depth - 1, report);
                    }
                    rest.clear();
                    open = end == marker;
                } else if open {
                    rest.push(line);
                }
            }
            if open {
                walk(&rest.join("\n"), depth - 1, report);
            }
        }
        _ => {}
    }
}

/// Fields of the message, an empty line, then those of each recipient.
fn read_status(body: &str, report: &mut Report) {
    for group in body.split("\n\n").take(MOST + 1) {
        let recipient =
            field(group, "final-recipient").or_else(|| field(group, "original-recipient"));
        let (Some(recipient), Some(action)) = (recipient, field(group, "action")) else { continue };
        // `rfc822; ada@example.com`
        let address = recipient.split_once(';').map_or(&*recipient, |(_, address)| address);
        let diagnostic = field(group, "diagnostic-code").unwrap_or_default();
        let said = diagnostic.split_once(';').map_or(&*diagnostic, |(_, text)| text).trim();
        let status = field(group, "status").unwrap_or_default();
        report.recipients.push(Status {
            recipient: address.trim().trim_matches(['<', '>']).to_owned(),
            action: action.trim().to_ascii_lowercase(),
            status: status.split_whitespace().next().unwrap_or_default().to_owned(),
            diagnostic: said.chars().filter(|c| !c.is_control()).take(500).collect(),
        });
    }
}

/// The first field of that name, unfolded.
fn field(head: &str, name: &str) -> Option<String> {
    let mut lines = head.lines();
    while let Some(line) = lines.next() {
        let Some((found, value)) = line.split_once(':') else { continue };
        if !found.trim().eq_ignore_ascii_case(name) {
            continue;
        }
        let mut value = value.trim().to_owned();
        for more in lines.by_ref().take_while(|line| line.starts_with([' ', '\t'])) {
            value.push(' ');
            value.push_str(more.trim());
        }
        return Some(value.trim().to_owned());
    }
    None
}

/// A parameter of a media type, quoted or not.
fn parameter(value: &str, name: &str) -> Option<String> {
    value.split(';').skip(1).find_map(|one| {
        let (found, value) = one.split_once('=')?;
        found.trim().eq_ignore_ascii_case(name).then(|| value.trim().trim_matches('"').to_owned())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// In the form of RFC 3464, appendix E.
    const REPORT: &str = "From: MAILER-DAEMON@mx.example.net\r\nTo: shop@example.com\r\nSubject: Undelivered\r\n\
        MIME-Version: 1.0\r\nContent-Type: multipart/report; report-type=delivery-status;\r\n\tboundary=\"b;1\"\r\n\r\n\
        preamble\r\n--b;1\r\nContent-Type: text/plain\r\n\r\nSorry.\r\n\r\n--b;1\r\n\
        content-type: Message/Delivery-Status\r\n\r\nReporting-MTA: dns; mx.example.net\r\n\r\n\
        Original-Recipient: rfc822;Ada@example.net\r\nFinal-Recipient: RFC822; <ada@example.net>\r\nAction: Failed\r\n\
        Status: 5.1.1 (no such user)\r\nDiagnostic-Code: smtp; 550 5.1.1\r\n  no such user\r\n\r\n\
        Final-Recipient: rfc822; b@example.net\r\nAction: delayed\r\nStatus: 4.2.2\r\n\r\n\
        --b;1\r\nContent-Type: message/rfc822\r\n\r\nFrom: shop@example.com\r\nMessage-ID:\r\n <7.0a1b2c@example.com>\r\n\r\nHi\r\n\r\n--b;1--\r\n";

    #[test]
    fn reads_a_report() {
        let plain = REPORT.replace("b;1", "b1");
        let report = read(plain.as_bytes()).unwrap();
        assert_eq!(report.message_id.as_deref(), Some("<7.0a1b2c@example.com>"));
        let [ada, b] = &*report.recipients else { panic!("{report:?}") };
        assert_eq!(
            (&*ada.recipient, &*ada.action, &*ada.status, &*ada.diagnostic),
            ("ada@example.net", "failed", "5.1.1", "550 5.1.1 no such user")
        );
        assert_eq!((&*b.action, &*b.status), ("delayed", "4.2.2"));
        let json = report.json();
        assert_eq!(
            (&json["recipients"][0]["hard"], &json["recipients"][1]["hard"]),
            (&json!(true), &json!(false))
        );
        assert_eq!(read(plain.replace("\r\n", "\n").as_bytes()), Some(report));
    }

    #[test]
    fn other_mails_are_none() {
        for text in [
            "",
            "Subject: x\r\n\r\nFinal-Recipient: rfc822; ada@example.net\r\nAction: failed\r\n",
            "Content-Type: multipart/report\r\n\r\n--x\r\n",
            "Content-Type: multipart/report; boundary=x\r\n\r\n--x\r\nContent-Type: text/plain\r\n\r\nAction: failed\r\n--x--\r\n",
            "\0\0\0",
        ] {
            assert_eq!(read(text.as_bytes()), None, "{text:?}");
        }
        // Parts within parts within parts.
        let mut deep = String::from("x");
        for n in 0..200 {
            deep = format!(
                "Content-Type: multipart/mixed; boundary=b{n}\n\n--b{n}\n{deep}\n--b{n}--\n"
            );
        }
        assert_eq!(read(deep.as_bytes()), None);
    }
}
