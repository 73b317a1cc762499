//! A cursor over one parameter's text, and the tokens that select, filters and order share.

use crate::error::{ApiError, Code};
use crate::rest::shape::{Field, JsonKey, JsonStep, Value};
use std::borrow::Cow;

/// Where a parameter stopped making sense, and what would have.
#[derive(Debug)]
pub(super) struct Failure {
    pub at: usize,
    pub expecting: &'static str,
}

pub(super) type Parse<T> = Result<T, Failure>;

impl Failure {
    /// PGRST100, worded as the dialect does; `what` names the parameter's kind.
    #[cold]
    pub fn error(&self, what: &str, text: &str) -> ApiError {
        let column = text.get(..self.at).map_or(0, |before| before.chars().count()) + 1;
        let unexpected = match text.get(self.at..).and_then(|rest| rest.chars().next()) {
            Some(c) => format!("{:?}", c.to_string()),
            None => "end of input".to_owned(),
        };
        let message = format!("\"failed to parse {what} ({text})\" (line 1, column {column})");
        ApiError::new(Code::QueryParameter, &[&message])
            .details(format!("unexpected {unexpected} expecting {}", self.expecting))
    }
}

/// Literals, lifted out of the shape.
#[derive(Debug, Default)]
pub(super) struct Values(pub Vec<String>);

impl Values {
    pub fn lift(&mut self, value: String, at: usize) -> Parse<Value> {
        let Ok(index) = u16::try_from(self.0.len()) else {
            return Err(Failure { at, expecting: "fewer values" });
        };
        self.0.push(value);
        Ok(Value(index))
    }
}

pub(super) struct Lexer<'a> {
    text: &'a str,
    pub pos: usize,
}

impl<'a> Lexer<'a> {
    pub fn new(text: &'a str) -> Self {
        Self { text, pos: 0 }
    }

    pub fn rest(&self) -> &'a str {
        self.text.get(self.pos..).unwrap_or_default()
    }

    pub fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.pos).copied()
    }

    pub fn starts_at(&self, pos: usize, token: &str) -> bool {
        self.text.get(pos..).is_some_and(|text| text.starts_with(token))
    }

    pub fn eat(&mut self, token: &str) -> bool {
        let found = self.rest().starts_with(token);
        if found {
            self.pos += token.len();
        }
        found
    }

    /// White space, which may stand around the items of a list.
    pub fn spaces(&mut self) {
        self.take(|b| b != b' ' && b != b'\t');
    }

    /// The token, and white space around it.
    pub fn eat_spaced(&mut self, token: &str) -> bool {
        let start = self.pos;
        self.spaces();
        let found = self.eat(token);
        if found {
            self.spaces();
        } else {
            self.pos = start;
        }
        found
    }

    pub fn fail<T>(&self, expecting: &'static str) -> Parse<T> {
        Err(Failure { at: self.pos, expecting })
    }

    pub fn expect(&mut self, token: &'static str) -> Parse<()> {
        if self.eat(token) { Ok(()) } else { self.fail(token) }
    }

    pub fn end(&self, expecting: &'static str) -> Parse<()> {
        if self.pos == self.text.len() { Ok(()) } else { self.fail(expecting) }
    }

    /// Bytes up to the first for which `stop` holds. Callers stop at ASCII only, so the cut is on a character's edge.
    pub fn take(&mut self, stop: impl Fn(u8) -> bool) -> &'a str {
        let rest = self.rest();
        let len = rest.bytes().position(stop).unwrap_or(rest.len());
        self.pos += len;
        rest.get(..len).unwrap_or_default()
    }

    /// A lower-case keyword; empty if there is none.
    pub fn word(&mut self) -> &'a str {
        self.take(|b| !b.is_ascii_lowercase() && b != b'_')
    }

    /// A column, relation or alias: quoted, or letters, digits, `_`, `$`, inner spaces and dashes, and all beyond ASCII.
    pub fn name(&mut self) -> Parse<Cow<'a, str>> {
        if self.peek() == Some(b'"') {
            return self.quoted();
        }
        let rest = self.rest();
        let bytes = rest.as_bytes();
        let stop = |(i, b): (usize, &u8)| match b {
            b'_' | b'$' | b' ' | 0x80.. => false,
            b'-' => bytes.get(i + 1) == Some(&b'>'),
            b => !b.is_ascii_alphanumeric(),
        };
        let len = bytes.iter().enumerate().position(stop).unwrap_or(bytes.len());
        let name = rest.get(..len).unwrap_or_default().trim_matches(' ');
        if name.is_empty() {
            return self.fail("field name (* or [a..z0..9_$])");
        }
        self.pos += len;
        Ok(Cow::Borrowed(name))
    }

    /// `"…"`, in which a backslash takes the next character as it is.
    pub fn quoted(&mut self) -> Parse<Cow<'a, str>> {
        self.expect("\"")?;
        let plain = self.take(|b| b == b'"' || b == b'\\');
        if self.eat("\"") {
            return Ok(Cow::Borrowed(plain));
        }
        let mut text = plain.to_owned();
        loop {
            let mut chars = self.rest().chars();
            let mut c = chars.next();
            if c == Some('\\') {
                self.pos += 1;
                c = chars.next();
            } else if c == Some('"') {
                self.pos += 1;
                return Ok(Cow::Owned(text));
            }
            let Some(c) = c else { return self.fail("\"") };
            self.pos += c.len_utf8();
            text.push(c);
        }
    }

    /// `name`, `name->key->>0`.
    pub fn field(&mut self) -> Parse<Field> {
        let name = self.name()?.into_owned();
        Ok(Field { name, path: self.json_path()? })
    }

    pub fn json_path(&mut self) -> Parse<Vec<JsonStep>> {
        let mut path = Vec::new();
        while self.eat("->") {
            let text = self.eat(">");
            path.push(JsonStep { text, key: self.json_key()? });
        }
        Ok(path)
    }

    fn json_key(&mut self) -> Parse<JsonKey> {
        if self.peek() == Some(b'"') {
            return Ok(JsonKey::Name(self.quoted()?.into_owned()));
        }
        let rest = self.rest();
        let bytes = rest.as_bytes();
        let stop = |(i, b): (usize, &u8)| match b {
            b',' | b'(' | b')' | b'.' | b':' | b'"' => true,
            b'-' => bytes.get(i + 1) == Some(&b'>'),
            _ => false,
        };
        let len = bytes.iter().enumerate().position(stop).unwrap_or(bytes.len());
        if len == 0 {
            return self.fail("json key");
        }
        self.pos += len;
        let key = rest.get(..len).unwrap_or_default().trim_matches([' ', '\t']);
        let digits = key.strip_prefix('-').unwrap_or(key);
        match key.parse() {
            Ok(index) if digits.bytes().all(|b| b.is_ascii_digit()) => Ok(JsonKey::Index(index)),
            _ => Ok(JsonKey::Name(key.to_owned())),
        }
    }
}
