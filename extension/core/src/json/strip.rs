//! `json_strip_nulls`: members that are null left out of every object, however deep; nulls in arrays stay.

use super::push_escaped;

/// Writes `text[from..]`, which is JSON as Postgres prints it, anew in its own place without null members and white space,
/// its strings with the escapes that Postgres uses. (As `json_strip_nulls` does, but for `\u0000`, which that refuses.)
pub fn strip_nulls(text: &mut Vec<u8>, from: usize) {
    let json = text.split_off(from.min(text.len()));
    text.reserve(json.len());
    let mut strip = Strip { json: &json, at: 0, out: text, open: Vec::new() };
    strip.run();
}

struct Strip<'a> {
    json: &'a [u8],
    at: usize,
    out: &'a mut Vec<u8>,
    /// For each open object or array: whether it has a member yet.
    open: Vec<bool>,
}

impl Strip<'_> {
    /// Token by token, so that no depth of nesting needs a deep stack.
    fn run(&mut self) {
        while let Some(&byte) = self.json.get(self.at) {
            match byte {
                b' ' | b'\n' | b'\t' | b'\r' | b',' => self.at += 1,
                b'{' | b'[' => {
                    self.separate();
                    self.out.push(byte);
                    self.open.push(false);
                    self.at += 1;
                }
                b'}' | b']' => {
                    self.out.push(byte);
                    self.open.pop();
                    self.at += 1;
                }
                b'"' => self.string_or_member(),
                _ => {
                    self.separate();
                    self.scalar();
                }
            }
        }
    }

    fn separate(&mut self) {
        // After its key, a value is no member of its own.
        if self.out.last() == Some(&b':') {
            return;
        }
        if let Some(begun) = self.open.last_mut()
            && std::mem::replace(begun, true)
        {
            self.out.push(b',');
        }
    }

    /// A string that is a value, or a key with its value unless that is null.
    fn string_or_member(&mut self) {
        let end = self.string_end();
        let mut next = end;
        self.skip(&mut next, b" \n\t\r");
        let is_key = self.json.get(next) == Some(&b':') && self.out.last() != Some(&b':');
        if is_key {
            next += 1;
            self.skip(&mut next, b" \n\t\r");
            if self.json.get(next..next + 4) == Some(b"null") {
                self.at = next + 4;
                return;
            }
        }
        self.separate();
        let text = self.json.get(self.at..end).unwrap_or_default();
        self.push_string(text);
        self.at = end;
        if is_key {
            self.out.push(b':');
            self.at = next;
        }
    }

    fn skip(&self, at: &mut usize, bytes: &[u8]) {
        while self.json.get(*at).is_some_and(|b| bytes.contains(b)) {
            *at += 1;
        }
    }

    /// Behind the string's closing quote.
    fn string_end(&self) -> usize {
        let mut at = self.at + 1;
        while let Some(&byte) = self.json.get(at) {
            match byte {
                b'\\' => at += 2,
                b'"' => return at + 1,
                _ => at += 1,
            }
        }
        self.json.len()
    }

    /// Most strings hold no escape but those that would be written again.
    fn push_string(&mut self, quoted: &[u8]) {
        let respelled = |pair: &[u8]| matches!(pair, [b'\\', b'u' | b'/']);
        if !quoted.windows(2).any(respelled) {
            return self.out.extend_from_slice(quoted);
        }
        match serde_json::from_slice::<String>(quoted) {
            Ok(text) if !text.contains('\0') => {
                self.out.push(b'"');
                push_escaped(self.out, text.as_bytes());
                self.out.push(b'"');
            }
            _ => self.out.extend_from_slice(quoted),
        }
    }

    fn scalar(&mut self) {
        let rest = self.json.get(self.at..).unwrap_or_default();
        let ends = |b: &u8| matches!(b, b',' | b'}' | b']' | b' ' | b'\n' | b'\t' | b'\r');
        let length = rest.iter().position(ends).unwrap_or(rest.len()).max(1);
        self.out.extend_from_slice(rest.get(..length).unwrap_or_default());
        self.at += length;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stripped(json: &str) -> String {
        let mut text = format!("kept{json}").into_bytes();
        strip_nulls(&mut text, 4);
        String::from_utf8(text).unwrap().split_off(4)
    }

    #[test]
    fn strips_as_postgres_does() {
        for (json, expected) in [
            ("null", "null"),
            ("[]", "[]"),
            ("{}", "{}"),
            ("1.50e+3", "1.50e+3"),
            (
                r#"[{"a":1,"b":null}, 
 {"a":null}]"#,
                r#"[{"a":1},{}]"#,
            ),
            (
                r#"{"a": [null, {"b": null, "c": {"d": null}}, []], "e": "x"}"#,
                r#"{"a":[null,{"c":{}},[]],"e":"x"}"#,
            ),
            (r#"{"a":"null","null":null,"b:":":"}"#, r#"{"a":"null","b:":":"}"#),
            (r#"{"a":"\u00e9\/\u0001\"\\\n","\u0041":null}"#, "{\"a\":\"é/\\u0001\\\"\\\\\\n\"}"),
            (r#"{"\u0041":true , "pair":"\ud83d\ude00"}"#, r#"{"A":true,"pair":"😀"}"#),
            (r#"["a","b",{"c":"d"},["e"]]"#, r#"["a","b",{"c":"d"},["e"]]"#),
            (r#"{"a":{"b":1},"c":2}"#, r#"{"a":{"b":1},"c":2}"#),
            (r#"{"":null,"x":"","y":[""]}"#, r#"{"x":"","y":[""]}"#),
        ] {
            assert_eq!(stripped(json), expected, "{json}");
        }
        let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
        assert_eq!(stripped(&deep), deep);
    }

    #[test]
    fn ends_on_what_is_no_json() {
        for text in ["\"", "{\"a", "{\"a\":", "\"\\", "]]}", "{\"a\":nul", ",:,"] {
            stripped(text);
        }
    }
}
