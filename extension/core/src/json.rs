//! JSON text as Postgres's `to_json` writes it, byte for byte, without building values.

mod strip;

pub use strip::strip_nulls;

/// Appends `text` as a JSON string, escaped as Postgres's `escape_json` does.
pub fn push_string(out: &mut Vec<u8>, text: &[u8]) {
    out.reserve(text.len() + 2);
    out.push(b'"');
    push_escaped(out, text);
    out.push(b'"');
}

/// The same without the quotes.
pub fn push_escaped(out: &mut Vec<u8>, text: &[u8]) {
    let mut rest = text;
    // Runs without a special byte are copied whole.
    while let Some(at) = rest.iter().position(|b| needs_escape(*b)) {
        let (plain, tail) = rest.split_at(at);
        out.extend_from_slice(plain);
        let Some((special, tail)) = tail.split_first() else { return };
        match special {
            b'"' => out.extend_from_slice(b"\\\""),
            b'\\' => out.extend_from_slice(b"\\\\"),
            b'\n' => out.extend_from_slice(b"\\n"),
            b'\r' => out.extend_from_slice(b"\\r"),
            b'\t' => out.extend_from_slice(b"\\t"),
            0x08 => out.extend_from_slice(b"\\b"),
            0x0c => out.extend_from_slice(b"\\f"),
            control => {
                out.extend_from_slice(b"\\u00");
                out.push(hex(control >> 4));
                out.push(hex(control & 15));
            }
        }
        rest = tail;
    }
    out.extend_from_slice(rest);
}

fn needs_escape(byte: u8) -> bool {
    byte < 0x20 || byte == b'"' || byte == b'\\'
}

fn hex(nibble: u8) -> u8 {
    if nibble < 10 { b'0' + nibble } else { b'a' + nibble - 10 }
}

/// Appends an integer.
pub fn push_i64(out: &mut Vec<u8>, value: i64) {
    let mut digits = [0u8; 20];
    let mut at = digits.len();
    let mut rest = value.unsigned_abs();
    loop {
        at = at.saturating_sub(1);
        if let Some(digit) = digits.get_mut(at) {
            *digit = b'0' + (rest % 10) as u8;
        }
        rest /= 10;
        if rest == 0 {
            break;
        }
    }
    if value < 0 {
        out.push(b'-');
    }
    out.extend_from_slice(digits.get(at..).unwrap_or_default());
}

/// Appends a uuid in its canonical form, quoted.
pub fn push_uuid(out: &mut Vec<u8>, uuid: &[u8; 16]) {
    out.push(b'"');
    for (i, byte) in uuid.iter().enumerate() {
        if matches!(i, 4 | 6 | 8 | 10) {
            out.push(b'-');
        }
        out.push(hex(byte >> 4));
        out.push(hex(byte & 15));
    }
    out.push(b'"');
}

/// Does `text` read as a JSON number? Postgres quotes what does not (`NaN`, `Infinity`).
pub fn is_number(text: &[u8]) -> bool {
    let digits = text.strip_prefix(b"-").unwrap_or(text);
    digits.first().is_some_and(u8::is_ascii_digit)
}

/// A uuid from its canonical text (hyphens in their places, either case); `None` for anything else.
pub fn parse_uuid(text: &str) -> Option<[u8; 16]> {
    let bytes = text.as_bytes();
    if bytes.len() != 36 {
        return None;
    }
    let mut out = [0u8; 16];
    let mut nibbles = 0usize;
    for (i, b) in bytes.iter().enumerate() {
        if matches!(i, 8 | 13 | 18 | 23) {
            if *b != b'-' {
                return None;
            }
            continue;
        }
        let value = char::from(*b).to_digit(16)? as u8;
        let slot = out.get_mut(nibbles / 2)?;
        *slot = (*slot << 4) | value;
        nibbles += 1;
    }
    Some(out)
}

/// The header block as PostgREST shows it in `request.headers`: one JSON object, the last value of a name wins;
/// `cookie` is left to [`cookies_to_json`].
pub fn headers_to_json(block: &str) -> String {
    let pairs = crate::http::Headers(block).iter().filter(|(name, _)| *name != "cookie");
    object(pairs)
}

/// The cookies of the header block as one JSON object.
pub fn cookies_to_json(block: &str) -> String {
    let pairs = crate::http::Headers(block)
        .iter()
        .filter(|(name, _)| *name == "cookie")
        .flat_map(|(_, value)| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='));
    object(pairs)
}

fn object<'a>(pairs: impl Iterator<Item = (&'a str, &'a str)>) -> String {
    let map: serde_json::Map<String, serde_json::Value> =
        pairs.map(|(name, value)| (name.to_owned(), value.into())).collect();
    serde_json::Value::Object(map).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn string(text: &[u8]) -> String {
        let mut out = Vec::new();
        push_string(&mut out, text);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn escapes_as_postgres_does() {
        assert_eq!(string(b"plain"), r#""plain""#);
        assert_eq!(
            string(b"a\"b\\c/\n\r\t\x08\x0c\x01\x7f"),
            "\"a\\\"b\\\\c/\\n\\r\\t\\b\\f\\u0001\x7f\""
        );
        assert_eq!(string("żółć 🐘".as_bytes()), "\"żółć 🐘\"");
        assert_eq!(string(b""), "\"\"");
    }

    #[test]
    fn writes_integers_at_the_edges() {
        for value in [0, 7, -1, 10, i64::MAX, i64::MIN, 1_000_000] {
            let mut out = Vec::new();
            push_i64(&mut out, value);
            assert_eq!(String::from_utf8(out).unwrap(), value.to_string());
        }
    }

    #[test]
    fn uuid_round_trip_and_refusals() {
        let text = "00112233-4455-6677-8899-aabbccddeeff";
        let uuid = parse_uuid(text).unwrap();
        let mut out = Vec::new();
        push_uuid(&mut out, &uuid);
        assert_eq!(out, format!("\"{text}\"").into_bytes());
        for bad in [
            "",
            "x",
            "00112233-4455-6677-8899-aabbccddeef",
            "00112233x4455-6677-8899-aabbccddeeff",
            "g0112233-4455-6677-8899-aabbccddeeff",
        ] {
            assert_eq!(parse_uuid(bad), None, "{bad}");
        }
    }

    #[test]
    fn headers_and_cookies_apart() {
        let block = "host: h\ncookie: a=1; b=2\nx-a: \"q\"\n";
        assert_eq!(headers_to_json(block), r#"{"host":"h","x-a":"\"q\""}"#);
        assert_eq!(cookies_to_json(block), r#"{"a":"1","b":"2"}"#);
    }
}
