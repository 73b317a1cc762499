//! A strict scanner of JSON text (RFC 8259): it checks and finds the borders, and builds nothing.
//!
//! Own code instead of serde_json's `RawValue`, because an insert pays for it each time and because the limits
//! (depth, keys, digits) must hold while reading, before anything is kept. Depth is a bit stack in one `u64`: no recursion.

use crate::error::ApiError;
use crate::limits;
use std::borrow::Cow;

/// Why a text is refused. All are 400.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    Syntax,
    Depth,
    Keys,
    Digits,
    /// `\u0000`: valid JSON, but no text of Postgres.
    Nul,
}

impl Fault {
    pub fn error(self) -> ApiError {
        let limit = |text: &str, limit: usize| {
            ApiError::bad_body("JSON beyond the limits")
                .details(format!("The body has {text} than {limit}."))
        };
        match self {
            Self::Syntax => ApiError::bad_body("Empty or invalid json"),
            Self::Depth => limit("values nested deeper", limits::JSON_DEPTH),
            Self::Keys => limit("a row with more keys", limits::JSON_KEYS),
            Self::Digits => limit("a number with more digits", limits::JSON_DIGITS),
            // As Postgres itself would say, had it come that far.
            Self::Nul => ApiError {
                status: 400,
                code: "22P05".to_owned(),
                message: "unsupported Unicode escape sequence".to_owned(),
                details: Some("\\u0000 cannot be converted to text.".into()),
                hint: None,
                headers: String::new(),
            },
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Null,
    Bool,
    Number,
    String,
    Array,
    Object,
}

/// One value: its kind and its text, borders included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Item<'a> {
    pub kind: Kind,
    pub text: &'a str,
}

impl<'a> Item<'a> {
    /// As a text parameter: null is `None`, a string is unquoted, all else as written.
    pub fn as_text(self) -> Option<String> {
        match self.kind {
            Kind::Null => None,
            Kind::String => Some(unquote(self.text).into_owned()),
            _ => Some(self.text.to_owned()),
        }
    }

    /// As a JSON parameter: null is `None`.
    pub fn as_json(self) -> Option<Cow<'a, str>> {
        (self.kind != Kind::Null).then_some(Cow::Borrowed(self.text))
    }
}

pub struct Scanner<'a> {
    text: &'a str,
    at: usize,
    /// Keys seen since [`Scanner::next_row`].
    keys: usize,
}

impl<'a> Scanner<'a> {
    pub fn new(text: &'a str) -> Self {
        Self { text, at: 0, keys: 0 }
    }

    /// Starts counting keys anew.
    pub fn next_row(&mut self) {
        self.keys = 0;
    }

    /// Passes an object whose members have these names, in this order and without escapes; false, with nothing passed, if
    /// they are others. Most rows of a body are so, and nothing is kept of them.
    ///
    /// # Errors
    /// Any [`Fault`].
    pub fn row_like(&mut self, names: &[&str], depth: usize) -> Result<bool, Fault> {
        let (at, keys) = (self.at, self.keys);
        if !self.take(b'{') {
            return Ok(false);
        }
        for (n, name) in names.iter().enumerate() {
            let next = if n == 0 { self.peek() == Some(b'"') } else { self.take(b',') };
            let same = next && {
                let key = self.key_text()?;
                key.get(1..key.len().saturating_sub(1)) == Some(*name)
            };
            if !same {
                (self.at, self.keys) = (at, keys);
                return Ok(false);
            }
            self.value(depth + 1)?;
        }
        if self.take(b'}') {
            return Ok(true);
        }
        (self.at, self.keys) = (at, keys);
        Ok(false)
    }

    /// The text between two byte offsets.
    fn slice(&self, from: usize, to: usize) -> &'a str {
        self.text.get(from..to).unwrap_or_default()
    }

    fn byte(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    /// Skips white space and shows the next byte.
    pub fn peek(&mut self) -> Option<u8> {
        while let Some(b' ' | b'\t' | b'\n' | b'\r') = self.byte() {
            self.at += 1;
        }
        self.byte()
    }

    /// Takes `wanted`, after white space, if it is there.
    pub fn take(&mut self, wanted: u8) -> bool {
        let there = self.peek() == Some(wanted);
        self.at += usize::from(there);
        there
    }

    /// Nothing but white space is left.
    pub fn at_end(&mut self) -> bool {
        self.peek().is_none()
    }

    /// A key and its colon.
    ///
    /// # Errors
    /// [`Fault::Keys`] with too many in this row, and those of strings.
    pub fn key(&mut self) -> Result<Cow<'a, str>, Fault> {
        Ok(unquote(self.key_text()?))
    }

    fn key_text(&mut self) -> Result<&'a str, Fault> {
        self.keys += 1;
        if self.keys > limits::JSON_KEYS {
            return Err(Fault::Keys);
        }
        if self.peek() != Some(b'"') {
            return Err(Fault::Syntax);
        }
        let text = self.string()?;
        if self.take(b':') { Ok(text) } else { Err(Fault::Syntax) }
    }

    /// One whole value, with what is nested in it. `depth`: how many arrays and objects are open around it.
    ///
    /// # Errors
    /// Any [`Fault`].
    pub fn value(&mut self, depth: usize) -> Result<Item<'a>, Fault> {
        let first = self.peek().ok_or(Fault::Syntax)?;
        let start = self.at;
        let kind = match first {
            b'{' => Kind::Object,
            b'[' => Kind::Array,
            _ => return self.scalar(first),
        };
        self.nested(depth)?;
        Ok(Item { kind, text: self.slice(start, self.at) })
    }

    /// An array or object, to its closing bracket.
    fn nested(&mut self, depth: usize) -> Result<(), Fault> {
        // One bit an open bracket, the innermost lowest: 1 is an object.
        let mut stack: u64 = 0;
        let mut open = 0;
        loop {
            // Here a value is due.
            let first = self.peek().ok_or(Fault::Syntax)?;
            if matches!(first, b'{' | b'[') {
                if depth + open >= limits::JSON_DEPTH {
                    return Err(Fault::Depth);
                }
                let object = first == b'{';
                self.at += 1;
                if !self.take(if object { b'}' } else { b']' }) {
                    stack = stack << 1 | u64::from(object);
                    open += 1;
                    if object {
                        self.key_text()?;
                    }
                    continue;
                }
            } else {
                self.scalar(first)?;
            }
            // Here a value has ended.
            loop {
                if open == 0 {
                    return Ok(());
                }
                let object = stack & 1 == 1;
                if self.take(b',') {
                    if object {
                        self.key_text()?;
                    }
                    break;
                }
                if !self.take(if object { b'}' } else { b']' }) {
                    return Err(Fault::Syntax);
                }
                stack >>= 1;
                open -= 1;
            }
        }
    }

    fn scalar(&mut self, first: u8) -> Result<Item<'a>, Fault> {
        let start = self.at;
        let kind = match first {
            b'"' => {
                self.string()?;
                Kind::String
            }
            b'-' | b'0'..=b'9' => {
                self.number()?;
                Kind::Number
            }
            b't' => self.word("true", Kind::Bool)?,
            b'f' => self.word("false", Kind::Bool)?,
            b'n' => self.word("null", Kind::Null)?,
            _ => return Err(Fault::Syntax),
        };
        Ok(Item { kind, text: self.slice(start, self.at) })
    }

    fn word(&mut self, word: &str, kind: Kind) -> Result<Kind, Fault> {
        if self.text.get(self.at..).is_some_and(|rest| rest.starts_with(word)) {
            self.at += word.len();
            Ok(kind)
        } else {
            Err(Fault::Syntax)
        }
    }

    fn number(&mut self) -> Result<(), Fault> {
        let start = self.at;
        self.at += usize::from(self.byte() == Some(b'-'));
        if self.byte() == Some(b'0') {
            self.at += 1;
        } else {
            self.digits()?;
        }
        if self.byte() == Some(b'.') {
            self.at += 1;
            self.digits()?;
        }
        if let Some(b'e' | b'E') = self.byte() {
            self.at += 1;
            self.at += usize::from(matches!(self.byte(), Some(b'+' | b'-')));
            self.digits()?;
        }
        if self.at - start > limits::JSON_DIGITS { Err(Fault::Digits) } else { Ok(()) }
    }

    fn digits(&mut self) -> Result<(), Fault> {
        let start = self.at;
        while let Some(b'0'..=b'9') = self.byte() {
            self.at += 1;
        }
        if self.at == start { Err(Fault::Syntax) } else { Ok(()) }
    }

    /// A string with its quotes; the scanner stands on the first.
    fn string(&mut self) -> Result<&'a str, Fault> {
        let start = self.at;
        self.at += 1;
        loop {
            let rest = self.text.as_bytes().get(self.at..).ok_or(Fault::Syntax)?;
            self.at += plain(rest).ok_or(Fault::Syntax)?;
            match self.byte() {
                Some(b'"') => {
                    self.at += 1;
                    return Ok(self.slice(start, self.at));
                }
                Some(b'\\') => self.escape()?,
                _ => return Err(Fault::Syntax),
            }
        }
    }

    fn escape(&mut self) -> Result<(), Fault> {
        self.at += 1;
        match self.byte().ok_or(Fault::Syntax)? {
            b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't' => {
                self.at += 1;
                Ok(())
            }
            b'u' => {
                self.at += 1;
                match self.four_digits()? {
                    0 => Err(Fault::Nul),
                    0xD800..=0xDBFF => {
                        let low = self.text.get(self.at..).is_some_and(|r| r.starts_with("\\u"));
                        if !low {
                            return Err(Fault::Syntax);
                        }
                        self.at += 2;
                        match self.four_digits()? {
                            0xDC00..=0xDFFF => Ok(()),
                            _ => Err(Fault::Syntax),
                        }
                    }
                    0xDC00..=0xDFFF => Err(Fault::Syntax),
                    _ => Ok(()),
                }
            }
            _ => Err(Fault::Syntax),
        }
    }

    fn four_digits(&mut self) -> Result<u32, Fault> {
        let digits = self.text.get(self.at..self.at + 4).ok_or(Fault::Syntax)?;
        self.at += 4;
        hex(digits).ok_or(Fault::Syntax)
    }
}

/// Bytes before the first quote, backslash or control character: eight at a time.
fn plain(bytes: &[u8]) -> Option<usize> {
    const ONES: u64 = u64::MAX / 255;
    const HIGHS: u64 = ONES * 0x80;
    let mut passed = 0;
    let (words, _) = bytes.as_chunks::<8>();
    for word in words {
        let word = u64::from_le_bytes(*word);
        // A byte's high bit is set if the byte is 0 (the lowest such byte is told truly).
        let zeros = |word: u64| word.wrapping_sub(ONES) & !word & HIGHS;
        let control = word.wrapping_sub(ONES * 0x20) & !word & HIGHS;
        let found = zeros(word ^ (ONES * 0x22)) | zeros(word ^ (ONES * 0x5C)) | control;
        if found != 0 {
            return Some(passed + found.trailing_zeros() as usize / 8);
        }
        passed += 8;
    }
    let rest = bytes.get(passed..)?;
    let special = |b: &u8| *b == b'"' || *b == b'\\' || *b < 0x20;
    rest.iter().position(special).map(|n| passed + n)
}

fn hex(digits: &str) -> Option<u32> {
    digits.chars().try_fold(0, |value, digit| Some(value << 4 | digit.to_digit(16)?))
}

/// The text of a JSON string that the scanner has passed.
fn unquote(quoted: &str) -> Cow<'_, str> {
    let inner = quoted.get(1..quoted.len().saturating_sub(1)).unwrap_or_default();
    let Some(first) = inner.find('\\') else {
        return Cow::Borrowed(inner);
    };
    let mut out = String::with_capacity(inner.len());
    let (plain, mut rest) = inner.split_at(first);
    out.push_str(plain);
    while let Some(escaped) = rest.strip_prefix('\\') {
        let mut chars = escaped.chars();
        match chars.next() {
            Some('b') => out.push('\u{8}'),
            Some('f') => out.push('\u{c}'),
            Some('n') => out.push('\n'),
            Some('r') => out.push('\r'),
            Some('t') => out.push('\t'),
            Some('u') => {
                let unit =
                    |from: usize| escaped.get(from..from + 4).and_then(hex).unwrap_or_default();
                let high = unit(1);
                let code = if (0xD800..0xDC00).contains(&high) {
                    chars.nth(5);
                    0x10000 + ((high - 0xD800) << 10) + (unit(7).wrapping_sub(0xDC00) & 0x3FF)
                } else {
                    high
                };
                chars.nth(3);
                out.push(char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER));
            }
            Some(other) => out.push(other),
            None => {}
        }
        let tail = chars.as_str();
        let (plain, next) = tail.split_at(tail.find('\\').unwrap_or(tail.len()));
        out.push_str(plain);
        rest = next;
    }
    Cow::Owned(out)
}

#[cfg(test)]
mod tests;
