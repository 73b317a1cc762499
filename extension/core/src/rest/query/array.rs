//! Array literals of Postgres (`{a,"b c"}`): written for `in`, read to check patterns.

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
        self.0.push('"');
        for c in element.chars() {
            if matches!(c, '"' | '\\') {
                self.0.push('\\');
            }
            self.0.push(c);
        }
        self.0.push('"');
    }

    pub fn finish(mut self) -> String {
        self.0.push('}');
        self.0
    }
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
