//! Array literals of Postgres (`{a,"b c"}`): written for `in`, read to check patterns.

use crate::limits;
use serde_json::value::RawValue;

/// Builds a one-dimensional array literal. Every element is quoted, so that none can mean NULL or an inner array.
pub(super) struct Literal(String);

impl Literal {
    pub fn new() -> Self {
        Self(String::from("{"))
    }

    pub fn push(&mut self, element: &str) {
        if self.0.len() > 1 {
            self.0.push(',');
        }
        push_quoted(&mut self.0, element);
    }

    pub fn finish(mut self) -> String {
        self.0.push('}');
        self.0
    }
}

/// The array literal of a JSON array, for the array types whose elements read a text: `["a",null,[1]]`. A JSON string is
/// taken as a literal already; anything else is left for Postgres to refuse.
///
/// A literal is bound and read by the array's input function: converting inside SQL (json_to_record) costs 20 µs a value.
#[must_use]
pub fn from_json(json: &str) -> String {
    let text = json.trim_start();
    if text.starts_with('"') {
        return serde_json::from_str(text).unwrap_or_else(|_| text.to_owned());
    }
    let mut out = String::with_capacity(text.len() + 8);
    if push_json(&mut out, text, limits::JSON_DEPTH).is_none() {
        out.clear();
        out.push_str(text);
    }
    out
}

fn push_json(out: &mut String, json: &str, depth: usize) -> Option<()> {
    let items: Vec<&RawValue> = serde_json::from_str(json).ok()?;
    let depth = depth.checked_sub(1)?;
    out.push('{');
    for (n, item) in items.iter().enumerate() {
        if n > 0 {
            out.push(',');
        }
        let item = item.get();
        match item.as_bytes().first()? {
            b'[' => push_json(out, item, depth)?,
            b'"' => push_quoted(out, &serde_json::from_str::<String>(item).ok()?),
            b'n' => out.push_str("NULL"),
            _ => push_quoted(out, item),
        }
    }
    out.push('}');
    Some(())
}

fn push_quoted(out: &mut String, element: &str) {
    out.push('"');
    for c in element.chars() {
        if matches!(c, '"' | '\\') {
            out.push('\\');
        }
        out.push(c);
    }
    out.push('"');
}

/// Bytes of the `{…}` that `text` begins with; quoted braces do not count.
pub(super) fn balanced(text: &str) -> Option<usize> {
    let (mut depth, mut quoted, mut escaped) = (0_usize, false, false);
    for (i, b) in text.bytes().enumerate() {
        match b {
            _ if escaped => escaped = false,
            b'\\' if quoted => escaped = true,
            b'"' => quoted = !quoted,
            b'{' if !quoted => depth += 1,
            b'}' if !quoted => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return Some(i + 1);
                }
            }
            _ => {}
        }
    }
    None
}

/// The elements of a one-dimensional literal; `None` if it is not one.
pub(super) fn elements(literal: &str) -> Option<Vec<String>> {
    let inner = literal.trim().strip_prefix('{')?.strip_suffix('}')?;
    let mut all = Vec::new();
    if inner.trim().is_empty() {
        return Some(all);
    }
    let (mut element, mut quoted) = (String::new(), false);
    let mut chars = inner.chars();
    while let Some(c) = chars.next() {
        match c {
            '\\' => element.push(chars.next()?),
            '"' => quoted = !quoted,
            ',' if !quoted => all.push(std::mem::take(&mut element)),
            '{' | '}' if !quoted => return None,
            c => element.push(c),
        }
    }
    all.push(element);
    (!quoted).then_some(all)
}

#[cfg(test)]
mod from_json_tests {
    use super::from_json;

    #[test]
    fn writes_literals_that_array_in_reads() {
        for (json, literal) in [
            ("[]", "{}"),
            (r#"["a","b c",null]"#, r#"{"a","b c",NULL}"#),
            (r#"[1, 2.50, true]"#, r#"{"1","2.50","true"}"#),
            (r#"["NULL","{}","q\"x","back\\slash"]"#, r#"{"NULL","{}","q\"x","back\\slash"}"#),
            ("[[1,2],[3,null]]", r#"{{"1","2"},{"3",NULL}}"#),
            (r#""{1,2}""#, "{1,2}"),
            ("7", "7"),
            (r#"{"a":1}"#, r#"{"a":1}"#),
            ("[12345678901234567890.123456789]", r#"{"12345678901234567890.123456789"}"#),
        ] {
            assert_eq!(from_json(json), literal, "{json}");
        }
        let deep = format!("{}{}", "[".repeat(100), "]".repeat(100));
        assert_eq!(from_json(&deep), deep);
    }
}
