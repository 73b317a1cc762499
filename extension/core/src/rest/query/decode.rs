//! Percent-decoding of a query string, by the rules of forms: `+` is a space.

use crate::error::{ApiError, Code};
use std::borrow::Cow;

/// Decodes one name or value. A `%` without two hex digits stands for itself.
///
/// # Errors
/// HW400 (400) if the result is not UTF-8 or holds NUL, which no text of Postgres can.
pub(super) fn decode(raw: &str) -> Result<Cow<'_, str>, ApiError> {
    if !raw.bytes().any(|b| matches!(b, b'%' | b'+' | 0)) {
        return Ok(Cow::Borrowed(raw));
    }
    let mut bytes = Vec::with_capacity(raw.len());
    let mut rest = raw.as_bytes();
    while let Some((&b, after)) = rest.split_first() {
        rest = after;
        match (b, after) {
            (b'+', _) => bytes.push(b' '),
            (b'%', [high, low, after @ ..]) => match (hex(*high), hex(*low)) {
                (Some(high), Some(low)) => {
                    bytes.push(high << 4 | low);
                    rest = after;
                }
                _ => bytes.push(b'%'),
            },
            _ => bytes.push(b),
        }
    }
    match String::from_utf8(bytes) {
        Ok(text) if !text.contains('\0') => Ok(Cow::Owned(text)),
        _ => Err(ApiError::new(
            Code::BadRequest,
            &["The query string is not valid UTF-8 or contains NUL"],
        )),
    }
}

fn hex(b: u8) -> Option<u8> {
    char::from(b)
        .to_digit(16)
        .and_then(|d| u8::try_from(d).ok())
}
