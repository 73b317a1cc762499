//! The cursor of a keyset page: where a row stands in an order, as text that a client hands back unread.
//!
//! Nothing in it is trusted: its values are only ever bound as parameters, compared with columns that the request itself
//! orders by. The fingerprint says which order it is of, so that one of another order is told apart from a fitting one; it is
//! no secret and no proof.

use crate::error::{ApiError, Code};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// Of this layout; a change of the layout takes another.
const VERSION: u8 = 1;
/// Bytes of a cursor's text: several fit into a header that every client takes.
pub const LONGEST: usize = 2_048;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cursor {
    /// To the page before the row.
    pub backwards: bool,
    pub fingerprint: u64,
    /// The row's values as text, in the terms of the order; `None` is null.
    pub values: Vec<Option<String>>,
}

impl Cursor {
    /// `None` if the values are too long.
    pub fn encode(&self) -> Option<String> {
        let mut bytes = vec![VERSION, u8::from(self.backwards)];
        bytes.extend_from_slice(&self.fingerprint.to_be_bytes());
        for value in &self.values {
            let length = match value {
                None => 0,
                Some(text) => u16::try_from(text.len()).ok()?.checked_add(1)?,
            };
            bytes.extend_from_slice(&length.to_be_bytes());
            bytes.extend_from_slice(value.as_deref().unwrap_or_default().as_bytes());
        }
        let text = URL_SAFE_NO_PAD.encode(bytes);
        (text.len() <= LONGEST).then_some(text)
    }

    /// `None` if it is none of ours.
    pub fn decode(text: &str) -> Option<Self> {
        if text.len() > LONGEST {
            return None;
        }
        let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
        let (head, mut rest) = bytes.split_first_chunk::<10>()?;
        let [VERSION, flag @ 0..=1, fingerprint @ ..] = *head else {
            return None;
        };
        let mut values = Vec::new();
        while let Some((length, after)) = rest.split_first_chunk::<2>() {
            let length = usize::from(u16::from_be_bytes(*length));
            let (value, after) = after.split_at_checked(length.saturating_sub(1))?;
            let text = std::str::from_utf8(value).ok().filter(|text| !text.contains('\0'))?;
            values.push((length > 0).then(|| text.to_owned()));
            rest = after;
        }
        if !rest.is_empty() || values.is_empty() {
            return None;
        }
        let fingerprint = u64::from_be_bytes(fingerprint);
        Some(Self { backwards: flag == 1, fingerprint, values })
    }
}

/// HW451 (400).
#[cold]
pub fn misfit() -> ApiError {
    ApiError::new(Code::Cursor, &[]).hint(
        "A cursor goes with the table and the order of the request that gave it; start again without one",
    )
}

/// FNV-1a: the same in every backend and version, unlike the standard library's.
#[derive(Debug, Clone, Copy)]
pub struct Fingerprint(pub u64);

impl Default for Fingerprint {
    fn default() -> Self {
        Self(0xcbf2_9ce4_8422_2325)
    }
}

impl Fingerprint {
    /// Takes in a text, and where it ends.
    pub fn text(&mut self, text: &str) {
        for byte in text.bytes().chain([0xff]) {
            self.byte(byte);
        }
    }

    pub fn byte(&mut self, byte: u8) {
        self.0 = (self.0 ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cursor(values: &[Option<&str>]) -> Cursor {
        let values = values.iter().map(|value| value.map(str::to_owned)).collect();
        Cursor { backwards: true, fingerprint: 0x0123_4567_89ab_cdef, values }
    }

    #[test]
    fn comes_back_as_it_went() {
        let long = "x".repeat(1_400);
        for values in
            [&[Some("1")][..], &[None, Some(""), Some("گل سرخ"), None], &[Some(long.as_str())]]
        {
            let cursor = cursor(values);
            let text = cursor.encode().unwrap();
            assert!(text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_'));
            assert_eq!(Cursor::decode(&text), Some(cursor));
        }
    }

    #[test]
    fn has_its_bounds() {
        assert_eq!(cursor(&[Some(&"x".repeat(1_600))]).encode(), None);
        assert_eq!(cursor(&[Some(&"x".repeat(70_000))]).encode(), None);
        assert_eq!(Cursor::decode(&"A".repeat(LONGEST + 1)), None);
    }

    #[test]
    fn takes_no_other_text() {
        let good = cursor(&[Some("12"), None]).encode().unwrap();
        let raw = URL_SAFE_NO_PAD.decode(&good).unwrap();
        for cut in 0..raw.len() - 2 {
            assert_eq!(Cursor::decode(&URL_SAFE_NO_PAD.encode(&raw[..cut])), None, "{cut}");
        }
        let mut bad: Vec<Vec<u8>> = vec![raw.clone(); 5];
        bad[0][0] = 2;
        bad[1][1] = 2;
        bad[2][12] = 0;
        bad[3][12] = 0xff;
        bad[4][11] = 9;
        for bytes in bad {
            assert_eq!(Cursor::decode(&URL_SAFE_NO_PAD.encode(&bytes)), None);
        }
        for text in ["", "eq.1", "*", "AAAA", "====", "é"] {
            assert_eq!(Cursor::decode(text), None, "{text}");
        }
    }
}
