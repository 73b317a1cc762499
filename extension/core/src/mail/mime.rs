//! Bodies: encoded so that every line is short ASCII that begins with no dot, whatever the text was (RFC 2045).
//!
//! A server that takes 7 bits, one that mends bare line feeds, and one that reads a lone dot loosely (SMTP smuggling) all see
//! the same message: there is no bare CR or LF, no NUL, and no dot at the start of a line.

use super::header;
use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;

const WIDTH: usize = 76;

/// A part of the message: headers, an empty line, a body that ends with a line's end.
pub(super) struct Part(Vec<u8>);

impl Part {
    pub(super) fn into_bytes(self) -> Vec<u8> {
        self.0
    }

    /// A text, in quoted-printable or, where most of it would be escapes, in base64.
    pub(super) fn text(subtype: &str, text: &str) -> Self {
        let mut out = format!("Content-Type: text/{subtype}; charset=utf-8\r\n").into_bytes();
        let text = text.replace("\r\n", "\n").replace('\r', "\n");
        if text.bytes().filter(|b| !b.is_ascii()).count() * 3 > text.len() {
            push_base64(&mut out, text.replace('\n', "\r\n").as_bytes());
        } else {
            out.extend_from_slice(b"Content-Transfer-Encoding: quoted-printable\r\n\r\n");
            quoted_printable(&mut out, &text);
        }
        Self(out)
    }

    /// A file. `id`: it is shown within the HTML, as `cid:id`.
    pub(super) fn file(name: &str, media: &str, id: Option<&str>, content: &[u8]) -> Self {
        let mut out = Vec::with_capacity(content.len() * 4 / 3 + content.len() / 38 + 500);
        let named = parameter("name", name);
        header::push_folded(
            &mut out,
            "Content-Type",
            [format!("{media};"), named].iter().map(|s| &**s),
        );
        let disposition = if id.is_some() { "inline;" } else { "attachment;" };
        let file = parameter("filename", name);
        header::push_folded(&mut out, "Content-Disposition", [disposition, &*file].into_iter());
        if let Some(id) = id {
            out.extend_from_slice(format!("Content-ID: <{id}>\r\n").as_bytes());
        }
        push_base64(&mut out, content);
        Self(out)
    }

    /// Several parts as one. No encoded body has `=_` in it, so that none can end another.
    pub(super) fn of_several(kind: &str, boundary: &str, parts: Vec<Self>) -> Self {
        let mut out =
            format!("Content-Type: multipart/{kind};\r\n boundary=\"=_{boundary}\"\r\n\r\n")
                .into_bytes();
        for part in parts {
            out.extend_from_slice(format!("--=_{boundary}\r\n").as_bytes());
            out.extend_from_slice(&part.0);
        }
        out.extend_from_slice(format!("--=_{boundary}--\r\n").as_bytes());
        Self(out)
    }
}

/// RFC 2231: percent-encoded UTF-8, in pieces where it is long; a plain name as a quoted-string.
fn parameter(name: &str, value: &str) -> String {
    if value.len() < 60 && value.bytes().all(|b| b.is_ascii_graphic() || b == b' ') {
        return format!("{name}={}", header::quoted(value));
    }
    let mut pieces = vec![String::new()];
    for b in value.bytes() {
        let piece = if b.is_ascii_alphanumeric() || b"-._~".contains(&b) {
            char::from(b).to_string()
        } else {
            format!("%{b:02X}")
        };
        if pieces.last().is_none_or(|last| last.len() + piece.len() > 48) {
            pieces.push(String::new());
        }
        if let Some(last) = pieces.last_mut() {
            last.push_str(&piece);
        }
    }
    if let [one] = &*pieces {
        return format!("{name}*=UTF-8''{one}");
    }
    let of = |(at, piece): (usize, &String)| {
        format!("{name}*{at}*={}{piece}", if at == 0 { "UTF-8''" } else { "" })
    };
    pieces.iter().enumerate().map(of).collect::<Vec<_>>().join(";\r\n ")
}

fn push_base64(out: &mut Vec<u8>, content: &[u8]) {
    out.extend_from_slice(b"Content-Transfer-Encoding: base64\r\n\r\n");
    // 57 bytes are 76 characters.
    for line in content.chunks(WIDTH / 4 * 3) {
        out.extend_from_slice(BASE64.encode(line).as_bytes());
        out.extend_from_slice(b"\r\n");
    }
    if content.is_empty() {
        out.extend_from_slice(b"\r\n");
    }
}

/// Lines of `text` end with LF; what is written ends with CRLF.
fn quoted_printable(out: &mut Vec<u8>, text: &str) {
    const HEX: &[u8; 16] = b"0123456789ABCDEF";
    let mut lines: Vec<&str> = text.split('\n').collect();
    lines.pop_if(|last| last.is_empty());
    for line in lines {
        let mut width = 0;
        let last = line.len().saturating_sub(1);
        for (at, b) in line.bytes().enumerate() {
            let plain = match b {
                b'=' => false,
                b' ' | b'\t' => at != last,
                // "From " is changed by mailboxes, a dot is SMTP's.
                b'.' | b'F' | b'-' => width != 0,
                b => b.is_ascii_graphic(),
            };
            let needed = if plain { 1 } else { 3 };
            if width + needed > WIDTH - 1 {
                out.extend_from_slice(b"=\r\n");
                width = 0;
            }
            // A soft break has put it at the start of a line.
            if plain && !(width == 0 && matches!(b, b'.' | b'F' | b'-')) {
                out.push(b);
                width += 1;
            } else {
                out.push(b'=');
                out.extend(HEX.get(usize::from(b >> 4)));
                out.extend(HEX.get(usize::from(b & 15)));
                width += 3;
            }
        }
        out.extend_from_slice(b"\r\n");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn qp(text: &str) -> String {
        let mut out = Vec::new();
        quoted_printable(&mut out, text);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn no_line_begins_with_a_dot_or_ends_with_a_space() {
        assert_eq!(qp("."), "=2E\r\n");
        assert_eq!(qp("a\n.\nb\n..c"), "a\r\n=2E\r\nb\r\n=2E.c\r\n");
        assert_eq!(qp("a \nb\t\n \n"), "a=20\r\nb=09\r\n=20\r\n");
        assert_eq!(qp("From a\n--x"), "=46rom a\r\n=2D-x\r\n");
        assert_eq!(qp("a=b ü\0"), "a=3Db =C3=BC=00\r\n");
        assert_eq!(qp(""), "");
        let dots = qp(&".".repeat(1000));
        assert!(dots.lines().all(|line| line.len() <= WIDTH && !line.starts_with('.')), "{dots}");
    }

    #[test]
    fn mixed_line_ends_are_one_kind() {
        let part = Part::text("plain", "a\rb\nc\r\nd\r\r\n.\r\n").into_bytes();
        let body = String::from_utf8(part).unwrap();
        assert!(body.ends_with("\r\n\r\na\r\nb\r\nc\r\nd\r\n\r\n=2E\r\n"), "{body:?}");
        let part = Part::text("plain", "ü\rü\nü").into_bytes();
        let text = String::from_utf8(part).unwrap();
        assert!(text.ends_with(&format!("\r\n\r\n{}\r\n", BASE64.encode("ü\r\nü\r\nü"))), "{text}");
    }

    #[test]
    fn names_of_files_are_quoted_or_encoded() {
        assert_eq!(parameter("filename", "a \"b\".txt"), "filename=\"a \\\"b\\\".txt\"");
        assert_eq!(parameter("filename", "ü.txt"), "filename*=UTF-8''%C3%BC.txt");
        let long = parameter("filename", &"ü".repeat(20));
        assert!(
            long.starts_with("filename*0*=UTF-8''%C3") && long.contains(";\r\n filename*1*=%"),
            "{long}"
        );
        assert!(long.lines().all(|line| line.len() <= 78));
    }
}
