//! Headers: written so that a line is a line, whatever is in it (RFC 5322, 2.1.1; RFC 2047).

use super::address::{Mailbox, is_hostile};
use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;

/// Where lines are folded.
const WIDTH: usize = 76;
/// Bytes of text in an encoded word: 39 are 52 in base64, with `=?UTF-8?B?` and `?=` 64: a line with a name before it has room.
const WORD: usize = 39;
/// Bytes of a header that a sender adds.
const VALUE: usize = 4000;
/// Characters of a name of a header.
const NAME: usize = 76;

/// Headers that the message has of its own, or that say who has handled it.
const OURS: &[&str] = &[
    "bcc",
    "cc",
    "date",
    "delivered-to",
    "dkim-signature",
    "domainkey-signature",
    "from",
    "message-id",
    "mime-version",
    "received",
    "received-spf",
    "reply-to",
    "return-path",
    "sender",
    "subject",
    "to",
    "authentication-results",
];

/// Whether a sender may add a header of this name.
#[must_use]
pub fn may_add(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    (1..=NAME).contains(&name.len())
        && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
        && name.starts_with(|c: char| c.is_ascii_alphabetic())
        && !OURS.contains(&&*lower)
        && !["arc-", "content-", "resent-", "x-ses-", "x-pm-", "x-mailgun-", "x-smtpapi"]
            .iter()
            .any(|prefix| lower.starts_with(prefix))
}

/// Whether a text may be the value of a header.
#[must_use]
pub fn may_hold(value: &str) -> bool {
    (1..=VALUE).contains(&value.len()) && !value.chars().any(is_hostile)
}

/// Adds a header of free text: as it is while it is short plain ASCII, else in encoded words.
pub(super) fn push_text(out: &mut Vec<u8>, name: &str, value: &str) {
    let plain = value.is_ascii()
        && !value.contains("=?")
        && !value.starts_with(' ')
        && !value.ends_with(' ')
        && !value.contains("  ")
        && value.split(' ').all(|word| word.len() < WIDTH - 2);
    if plain {
        push_folded(out, name, value.split(' '));
    } else {
        push_folded(out, name, encoded_words(value).iter().map(String::as_str));
    }
}

/// Adds a header of addresses.
pub(super) fn push_mailboxes(out: &mut Vec<u8>, name: &str, mailboxes: &[Mailbox]) {
    let mut words = Vec::new();
    for (at, mailbox) in mailboxes.iter().enumerate() {
        let comma = if at + 1 < mailboxes.len() { "," } else { "" };
        if mailbox.name.is_empty() {
            words.push(format!("{}{comma}", mailbox.address));
        } else {
            words.extend(phrase(&mailbox.name));
            words.push(format!("<{}>{comma}", mailbox.address));
        }
    }
    push_folded(out, name, words.iter().map(String::as_str));
}

/// Words with one space between them, folded between words.
pub(super) fn push_folded<'a>(out: &mut Vec<u8>, name: &str, words: impl Iterator<Item = &'a str>) {
    out.extend_from_slice(name.as_bytes());
    out.push(b':');
    let mut width = name.len() + 1;
    let mut first = true;
    for word in words {
        // The first word stays beside the name: a line of white space alone is refused by some readers.
        if !first && width + 1 + word.len() > WIDTH {
            out.extend_from_slice(b"\r\n");
            width = 0;
        }
        out.push(b' ');
        out.extend_from_slice(word.as_bytes());
        width += 1 + word.len();
        first = false;
    }
    out.extend_from_slice(b"\r\n");
}

/// A name as it stands before an address.
fn phrase(name: &str) -> Vec<String> {
    let safe = |b: u8| b.is_ascii_alphanumeric() || b" !#$%&'*+-/=?^_`{|}~".contains(&b);
    if name.len() < WIDTH - 10 && name.bytes().all(safe) && !name.contains("=?") {
        return if name.contains("  ") { vec![quoted(name)] } else { vec![name.to_owned()] };
    }
    if name.len() < WIDTH - 10 && name.is_ascii() && !name.contains("=?") {
        return vec![quoted(name)];
    }
    encoded_words(name)
}

/// A quoted-string.
pub(super) fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

fn encoded_words(text: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut chunk = String::new();
    let flush = |chunk: &mut String, words: &mut Vec<String>| {
        if !chunk.is_empty() {
            words.push(format!("=?UTF-8?B?{}?=", BASE64.encode(chunk.as_bytes())));
            chunk.clear();
        }
    };
    for c in text.chars() {
        if chunk.len() + c.len_utf8() > WORD {
            flush(&mut chunk, &mut words);
        }
        chunk.push(c);
    }
    flush(&mut chunk, &mut words);
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(value: &str) -> String {
        let mut out = Vec::new();
        push_text(&mut out, "Subject", value);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn writes_plain_text_as_it_is_and_the_rest_encoded() {
        assert_eq!(text("Hello, world"), "Subject: Hello, world\r\n");
        assert_eq!(text("Grüße"), "Subject: =?UTF-8?B?R3LDvMOfZQ==?=\r\n");
        assert_eq!(text("=?UTF-8?Q?x?="), "Subject: =?UTF-8?B?PT9VVEYtOD9RP3g/PQ==?=\r\n");
        assert_eq!(text("a  b"), "Subject: =?UTF-8?B?YSAgYg==?=\r\n");
    }

    #[test]
    fn folds_lines_and_keeps_them_short() {
        for value in ["word ".repeat(100).trim(), &"ü".repeat(500), &"x".repeat(3000)] {
            let made = text(value);
            assert!(made.ends_with("\r\n") && made.lines().all(|line| line.len() <= 76), "{made}");
            assert!(made.trim_end().split("\r\n").skip(1).all(|line| line.starts_with(' ')));
        }
    }

    #[test]
    fn writes_addresses() {
        let list = Mailbox::parse_list(
            "a@b.example, Ada Lovelace <c@d.example>, \"X, Y\" <e@f.example>, Jürgen <g@h.example>",
        )
        .unwrap();
        let mut out = Vec::new();
        push_mailboxes(&mut out, "To", &list);
        assert_eq!(
            String::from_utf8(out).unwrap(),
            "To: a@b.example, Ada Lovelace <c@d.example>, \"X, Y\" <e@f.example>,\r\n \
             =?UTF-8?B?SsO8cmdlbg==?= <g@h.example>\r\n"
        );
    }

    #[test]
    fn knows_which_headers_a_sender_may_add() {
        for name in
            ["X-Campaign", "In-Reply-To", "References", "Auto-Submitted", "Precedence", "X_A"]
        {
            assert!(may_add(name), "{name}");
        }
        for name in [
            "",
            "From",
            "BCC",
            "Content-Type",
            "DKIM-Signature",
            "X A",
            "X:A",
            "X-A:",
            "X-A\r\nBcc",
            "X\0",
            "Ä",
            "Resent-To",
            "ARC-Seal",
            "-x",
            "Return-Path",
            "X-SMTPAPI",
        ] {
            assert!(!may_add(name), "{name:?}");
        }
        for value in ["", "a\rb", "a\nb", "a\r\n b", "a\0", "\u{7f}", "a\u{2028}b", "\u{202e}"] {
            assert!(!may_hold(value), "{value:?}");
        }
        assert!(may_hold("<a@b.example>") && may_hold("Größe") && !may_hold(&"x".repeat(4001)));
    }
}
