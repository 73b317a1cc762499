//! `application/x-www-form-urlencoded` bodies.

use super::{Field, Member};
use crate::error::ApiError;
use crate::http::percent_decode;
use crate::limits;
use std::borrow::Cow;

/// All pairs in order; a name without `=` has the empty value.
///
/// # Errors
/// PGRST102 (400) if a name or value is no UTF-8 or has NUL in it, or with more than [`limits::JSON_KEYS`] pairs.
pub fn pairs(body: &[u8]) -> Result<Vec<Member<'_>>, ApiError> {
    let bad = || ApiError::bad_body("The form is not text in UTF-8");
    let text = std::str::from_utf8(body).map_err(|_| bad())?;
    let mut out = Vec::new();
    for pair in text.split('&').filter(|pair| !pair.is_empty()) {
        if out.len() == limits::JSON_KEYS {
            return Err(ApiError::bad_body("The form has too many fields"));
        }
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let decode = |part| percent_decode(part, true).ok_or_else(bad);
        let (name, value): (Cow<'_, str>, Cow<'_, str>) = (decode(name)?, decode(value)?);
        out.push((name, Field::Text(Some(value))));
    }
    Ok(out)
}
