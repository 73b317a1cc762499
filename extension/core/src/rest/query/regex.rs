//! Which regular expressions a filter may hold.
//!
//! What Postgres takes long to *compile* is counted repeats in counted repeats: `(a{0,100}){0,100}b` overran a statement
//! timeout of 2 s by 1.6 s, because compilation is not interrupted, while classic backtracking patterns took under
//! 25 ms. So a pattern is short, its counts are small, and no counted repeat holds another. Nor does it look back: what
//! `(.*)\1$` may match is tried one by one, on 100 KB until the time-out. Syntax that changes how the rest is read (`(?x)`,
//! `(?#…)`, `***=`) is refused, lest it hide a repeat from this check.

use crate::limits;

/// Whether the pattern stays within [`limits::REGEX`] and [`limits::REGEX_REPEAT`].
pub(super) fn is_bounded(pattern: &str) -> bool {
    if pattern.len() > limits::REGEX || pattern.starts_with("***") {
        return false;
    }
    let mut check =
        Check { rest: pattern.as_bytes(), open: Vec::new(), counted: false, closed: false };
    check.run().is_some() && check.open.is_empty()
}

struct Check<'a> {
    rest: &'a [u8],
    /// For each open group: whether the text before it, in the same outer group, holds a counted repeat.
    open: Vec<bool>,
    /// A counted repeat is in the current group.
    counted: bool,
    /// The atom before the cursor is a group with a counted repeat in it.
    closed: bool,
}

impl Check<'_> {
    fn run(&mut self) -> Option<()> {
        while let Some((&b, rest)) = self.rest.split_first() {
            self.rest = rest;
            let mut closed = false;
            match b {
                b'\\' => {
                    let (escaped, rest) = rest.split_first()?;
                    if matches!(escaped, b'1'..=b'9') {
                        return None;
                    }
                    self.rest = rest;
                }
                b'[' => self.bracket()?,
                b'(' => {
                    self.group_kind()?;
                    self.open.push(self.counted);
                    self.counted = false;
                }
                b')' => {
                    closed = self.counted;
                    self.counted |= self.open.pop()?;
                }
                b'{' if rest.first().is_some_and(u8::is_ascii_digit) => {
                    self.repeat()?;
                    if self.closed {
                        return None;
                    }
                    self.counted = true;
                    // A second count on the same atom would multiply the first.
                    closed = true;
                }
                // `a{2}*` and `(a{2})?{3}`: the atom stays what it was.
                b'*' | b'+' | b'?' => closed = self.closed,
                _ => {}
            }
            self.closed = closed;
        }
        Some(())
    }

    /// `(?:`, look-arounds, and leading options that change no syntax; anything else after `(?` is refused.
    fn group_kind(&self) -> Option<()> {
        let Some(kind) = self.rest.strip_prefix(b"?") else {
            return Some(());
        };
        let options = kind.iter().take_while(|b| b"icsnmpw".contains(b)).count();
        match kind.get(options) {
            Some(b':' | b'=' | b'!' | b'<') if options == 0 => Some(()),
            Some(b')') if options > 0 => Some(()),
            _ => None,
        }
    }

    /// `n`, `n,` or `n,m`, up to the brace.
    fn repeat(&mut self) -> Option<()> {
        let end = self.rest.iter().position(|b| *b == b'}')?;
        let (bounds, rest) = self.rest.split_at_checked(end)?;
        for bound in std::str::from_utf8(bounds).ok()?.split(',') {
            if !bound.is_empty() && bound.parse::<usize>().ok()? > limits::REGEX_REPEAT {
                return None;
            }
        }
        self.rest = rest.split_first()?.1;
        Some(())
    }

    /// A bracket expression, its first `]` being literal, with `[:class:]` and the like inside.
    fn bracket(&mut self) -> Option<()> {
        let mut at = usize::from(self.rest.first() == Some(&b'^'));
        if self.rest.get(at) == Some(&b']') {
            at += 1;
        }
        loop {
            match (self.rest.get(at)?, self.rest.get(at + 1)) {
                (b'\\', _) => at += 2,
                (b'[', Some(kind @ (b':' | b'.' | b'='))) => {
                    let inner = self.rest.get(at + 2..)?;
                    at += 4 + inner.windows(2).position(|w| w == [*kind, b']'])?;
                }
                (b']', _) => {
                    self.rest = self.rest.get(at + 1..)?;
                    return Some(());
                }
                _ => at += 1,
            }
        }
    }
}
