//! The text of a path → its segments.

use super::{Op, Operand, Pattern, Query, Segment, Selector, Test};
use regex_lite::RegexBuilder;
use serde_json::Value;

/// Segments of one path, those of its filters' queries apart.
const SEGMENTS: usize = 16;
/// Bytes of one path.
const LENGTH: usize = 256;
/// Filters and parentheses in each other.
const DEPTH: usize = 8;
/// Bytes of a compiled regular expression.
const PATTERN: usize = 64 * 1024;

type Parse<T> = Result<T, String>;

pub(super) fn path(text: &str) -> Parse<Vec<Segment>> {
    if text.len() > LENGTH {
        return Err(format!("a claim path has at most {LENGTH} bytes"));
    }
    let mut reader = Reader { rest: text, depth: 0 };
    let segments = if reader.eat("$") { reader.segments()? } else { reader.older()? };
    reader.space();
    if !reader.rest.is_empty() {
        return reader.wrong();
    }
    match segments.len() {
        0 => Err("the claim path names no claim: write it like $.role".to_owned()),
        n if n > SEGMENTS => Err(format!("a claim path has at most {SEGMENTS} segments")),
        _ => Ok(segments),
    }
}

struct Reader<'a> {
    rest: &'a str,
    depth: usize,
}

impl<'a> Reader<'a> {
    fn wrong<T>(&self) -> Parse<T> {
        let rest: String = self.rest.chars().take(64).collect();
        Err(format!(
            "cannot read the claim path at \"{rest}\": write it like $.role, $.app_metadata.roles[0] or $.roles[?search(@, \"^app_\")]"
        ))
    }

    fn eat(&mut self, token: &str) -> bool {
        match self.rest.strip_prefix(token) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    fn expect(&mut self, token: &str) -> Parse<()> {
        if self.eat(token) { Ok(()) } else { self.wrong() }
    }

    fn space(&mut self) {
        self.rest = self.rest.trim_start_matches([' ', '\t', '\n', '\r']);
    }

    fn peek(&self) -> Option<char> {
        self.rest.chars().next()
    }

    fn take(&mut self, fits: impl Fn(char) -> bool) -> &'a str {
        let end = self.rest.find(|c| !fits(c)).unwrap_or(self.rest.len());
        let (taken, rest) = self.rest.split_at_checked(end).unwrap_or((self.rest, ""));
        self.rest = rest;
        taken
    }

    /// A level deeper, bounded.
    fn within<T>(&mut self, read: impl FnOnce(&mut Self) -> Parse<T>) -> Parse<T> {
        if self.depth == DEPTH {
            return Err(format!("a claim path nests at most {DEPTH} deep"));
        }
        self.depth += 1;
        let read = read(self);
        self.depth -= 1;
        read
    }

    /// The dialect's older paths: `.key`, `."any key"`, `[0]`, and `[?(@ == "text")]` at the end.
    fn older(&mut self) -> Parse<Vec<Segment>> {
        let mut segments = Vec::new();
        while !self.rest.is_empty() {
            let selector = if self.eat(".") {
                match self.peek() {
                    Some('"') => Selector::Name(self.text()?),
                    // What the older grammar lets stand in a key, and the dash, which ours did.
                    _ => match self.take(|c| c.is_alphanumeric() || "_$@-".contains(c)) {
                        "" => return self.wrong(),
                        name => Selector::Name(name.to_owned()),
                    },
                }
            } else if self.rest.starts_with("[?") {
                segments.push(Segment { descendant: false, selectors: vec![self.older_filter()?] });
                return if self.rest.is_empty() { Ok(segments) } else { self.wrong() };
            } else {
                self.expect("[")?;
                let digits = self.take(|c| c.is_ascii_digit());
                let Ok(index) = digits.parse() else { return self.wrong() };
                self.expect("]")?;
                Selector::Index(index)
            };
            segments.push(Segment { descendant: false, selectors: vec![selector] });
        }
        Ok(segments)
    }

    fn older_filter(&mut self) -> Parse<Selector> {
        self.expect("[?(@")?;
        self.space();
        let ops = [
            ("^==", Op::Starts),
            ("==^", Op::Ends),
            ("*==", Op::Contains),
            ("==", Op::Equal),
            ("!=", Op::Unequal),
        ];
        let Some((_, op)) = ops.into_iter().find(|(token, _)| self.eat(token)) else {
            return self.wrong();
        };
        self.space();
        if self.peek() != Some('"') {
            return self.wrong();
        }
        let text = Operand::Literal(Value::String(self.text()?));
        self.expect(")]")?;
        let item = || Operand::Query(Query { root: false, segments: Vec::new() });
        let test = Test::Compare(item(), op, text);
        // Between strings only: an object is not unequal to a text there.
        let string = Pattern(regex("", false)?);
        Ok(Selector::Filter(Test::All(vec![Test::Matches(item(), string), test])))
    }

    fn segments(&mut self) -> Parse<Vec<Segment>> {
        let mut segments = Vec::new();
        loop {
            let before = self.rest;
            self.space();
            let descendant = self.eat("..");
            if descendant || self.eat(".") {
                let selectors = match self.peek() {
                    Some('[') if descendant => self.bracketed()?,
                    Some('*') => {
                        self.expect("*")?;
                        vec![Selector::Wildcard]
                    }
                    Some('"') => vec![Selector::Name(self.text()?)],
                    _ => match self.take(|c| c.is_alphanumeric() || "_-$@".contains(c)) {
                        "" => return self.wrong(),
                        name => vec![Selector::Name(name.to_owned())],
                    },
                };
                segments.push(Segment { descendant, selectors });
            } else if self.peek() == Some('[') {
                segments.push(Segment { descendant, selectors: self.bracketed()? });
            } else {
                self.rest = before;
                return Ok(segments);
            }
        }
    }

    /// `[selector, selector]`
    fn bracketed(&mut self) -> Parse<Vec<Selector>> {
        self.expect("[")?;
        let mut selectors = Vec::new();
        loop {
            self.space();
            selectors.push(self.selector()?);
            self.space();
            if !self.eat(",") {
                self.expect("]")?;
                return Ok(selectors);
            }
        }
    }

    fn selector(&mut self) -> Parse<Selector> {
        match self.peek() {
            Some('"' | '\'') => self.text().map(Selector::Name),
            Some('*') => self.expect("*").map(|()| Selector::Wildcard),
            Some('?') => {
                self.expect("?")?;
                self.within(|r| r.any()).map(Selector::Filter)
            }
            _ => self.index_or_slice(),
        }
    }

    fn index_or_slice(&mut self) -> Parse<Selector> {
        let from = self.integer()?;
        self.space();
        if !self.eat(":") {
            return from.map(Selector::Index).map_or_else(|| self.wrong(), Ok);
        }
        self.space();
        let to = self.integer()?;
        self.space();
        let mut step = 1;
        if self.eat(":") {
            self.space();
            step = self.integer()?.unwrap_or(1);
        }
        Ok(Selector::Slice { from, to, step })
    }

    /// As JSON writes an integer, within what JSON keeps exactly; `None` if there is none.
    fn integer(&mut self) -> Parse<Option<i64>> {
        let before = self.rest;
        let negative = self.eat("-");
        let digits = self.take(|c| c.is_ascii_digit());
        if digits.is_empty() && !negative {
            return Ok(None);
        }
        let number = digits.parse::<i64>().ok().filter(|n| *n < 1 << 53);
        match number {
            Some(n) if (n > 0 && !digits.starts_with('0')) || (digits == "0" && !negative) => {
                Ok(Some(if negative { -n } else { n }))
            }
            _ => {
                self.rest = before;
                self.wrong()
            }
        }
    }

    /// A text in double or single quotes, escaped as in JSON.
    fn text(&mut self) -> Parse<String> {
        let before = self.rest;
        let Some(quote @ ('"' | '\'')) = self.peek() else { return self.wrong() };
        // As a JSON text: the quote that need not be escaped in one kind must be in the other.
        let mut json = String::from("\"");
        let mut chars = self.rest.char_indices().skip(1);
        while let Some((at, c)) = chars.next() {
            match c {
                '\\' => match chars.next() {
                    Some((_, '\'')) if quote == '\'' => json.push('\''),
                    Some((_, escaped)) => json.extend(['\\', escaped]),
                    None => break,
                },
                c if c == quote => {
                    json.push('"');
                    self.rest = self.rest.get(at + 1..).unwrap_or_default();
                    let text = serde_json::from_str::<String>(&json);
                    // An older path's empty key, and RFC 9535's, can name no role.
                    return match text {
                        Ok(text) if !text.is_empty() => Ok(text),
                        _ => {
                            self.rest = before;
                            self.wrong()
                        }
                    };
                }
                '"' => json.push_str("\\\""),
                c => json.push(c),
            }
        }
        self.wrong()
    }

    /// `a || b`
    fn any(&mut self) -> Parse<Test> {
        let mut tests = vec![self.all()?];
        loop {
            self.space();
            if !self.eat("||") {
                return Ok(if tests.len() == 1 { tests.remove(0) } else { Test::Any(tests) });
            }
            tests.push(self.all()?);
        }
    }

    /// `a && b`
    fn all(&mut self) -> Parse<Test> {
        let mut tests = vec![self.test()?];
        loop {
            self.space();
            if !self.eat("&&") {
                return Ok(if tests.len() == 1 { tests.remove(0) } else { Test::All(tests) });
            }
            tests.push(self.test()?);
        }
    }

    fn test(&mut self) -> Parse<Test> {
        self.space();
        if self.rest.starts_with('!') {
            self.expect("!")?;
            return self.within(|r| r.test()).map(|test| Test::Not(Box::new(test)));
        }
        if self.eat("(") {
            let test = self.within(|r| r.any())?;
            self.space();
            return self.expect(")").map(|()| test);
        }
        for (name, whole) in [("search(", false), ("match(", true)] {
            if self.eat(name) {
                let value = self.operand()?;
                self.space();
                self.expect(",")?;
                self.space();
                let pattern = self.text()?;
                self.space();
                self.expect(")")?;
                return Ok(Test::Matches(value, Pattern(regex(&pattern, whole)?)));
            }
        }
        let left = self.operand()?;
        self.space();
        let ops = [
            ("==", Op::Equal),
            ("!=", Op::Unequal),
            ("<=", Op::LessOrEqual),
            (">=", Op::GreaterOrEqual),
            ("<", Op::Less),
            (">", Op::Greater),
        ];
        match ops.into_iter().find(|(token, _)| self.eat(token)) {
            Some((_, op)) => Ok(Test::Compare(left, op, self.operand()?)),
            None => match left {
                Operand::Query(query) => Ok(Test::Exists(query)),
                Operand::Literal(_) => self.wrong(),
            },
        }
    }

    fn operand(&mut self) -> Parse<Operand> {
        self.space();
        for (token, root) in [("@", false), ("$", true)] {
            if self.eat(token) {
                let segments = self.within(Self::segments)?;
                return Ok(Operand::Query(Query { root, segments }));
            }
        }
        if let Some('"' | '\'') = self.peek() {
            return self.text().map(|text| Operand::Literal(Value::String(text)));
        }
        let before = self.rest;
        let word = self.take(|c| c.is_ascii_alphanumeric() || "+-.".contains(c));
        match serde_json::from_str(word) {
            Ok(value) => Ok(Operand::Literal(value)),
            Err(_) => {
                self.rest = before;
                self.wrong()
            }
        }
    }
}

fn regex(pattern: &str, whole: bool) -> Parse<regex_lite::Regex> {
    let anchored = format!("^(?:{pattern})$");
    RegexBuilder::new(if whole { &anchored } else { pattern })
        .size_limit(PATTERN)
        .build()
        .map_err(|e| format!("cannot read the regular expression of the claim path: {e}"))
}
