//! `Link`: the pages beside a keyset page.

use super::cursor::Cursor;
use super::request::Asked;
use super::shape::{Compiled, Outcome, Page};
use crate::error::{ApiError, Code};
use crate::http::percent_decode;
use std::borrow::Cow;
use std::fmt::Write as _;

/// Of a longer query only the next page is linked to, and of one that came as content only the URL's part is repeated, for
/// the same method and content: clients refuse headers beyond some kilobytes.
const LONG: usize = 2_048;

/// Takes the row back that only tells of another page.
pub fn settle(page: Page, outcome: &mut Outcome) {
    if let Some(most) = page.most
        && outcome.rows > most
    {
        outcome.rows = most;
        outcome.more = true;
    }
}

/// Appends the header. Its addresses are a query alone, which every base path resolves to the address of this page.
///
/// # Errors
/// HW450 (400) if the values of the order are too long for a cursor.
pub fn push(
    headers: &mut String,
    asked: &Asked<'_>,
    compiled: &Compiled,
    outcome: &Outcome,
) -> Result<(), ApiError> {
    let Some(page) = compiled.main.page else {
        return Ok(());
    };
    // Going back, the row that we came from follows.
    let (next, previous) = if page.backwards {
        (outcome.rows > 0, outcome.more)
    } else {
        (outcome.more, page.continued && outcome.rows > 0)
    };
    let cursor = |backwards: bool, values: &[Option<String>]| {
        let (fingerprint, values) = (page.fingerprint, values.to_vec());
        Cursor { backwards, fingerprint, values }.encode().ok_or_else(|| {
            ApiError::new(Code::Keyset, &["the values of its order are too long for a cursor"])
                .hint("Order by shorter columns")
        })
    };
    let mut links = Vec::new();
    if next && !outcome.last.is_empty() {
        links.push(("next", Some(cursor(false, &outcome.last)?)));
    }
    if asked.query.len() <= LONG {
        if previous && !outcome.keys.is_empty() {
            links.push(("prev", Some(cursor(true, &outcome.keys)?)));
        }
        links.push(("first", None));
    }
    for (i, (rel, cursor)) in links.iter().enumerate() {
        headers.push_str(if i == 0 { "Link: <" } else { ", <" });
        push_address(headers, asked, page, cursor.as_deref());
        let _ = write!(headers, ">; rel=\"{rel}\"");
    }
    headers.push_str(if links.is_empty() { "" } else { "\n" });
    Ok(())
}

/// `?select=…&cursor=…`: the other parameters as they came, and the limit, wherever it came from.
fn push_address(out: &mut String, asked: &Asked<'_>, page: Page, cursor: Option<&str>) {
    let mut separator = '?';
    // The content that is sent again has its own.
    let mut limited =
        asked.query.len() > LONG && asked.url_query.is_some() && asked.query.contains("limit=");
    let query = asked.url_query.filter(|_| asked.query.len() > LONG).unwrap_or(asked.query);
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        // A filter on a column of these names has a dot.
        let name = percent_decode(name, true).unwrap_or(Cow::Borrowed(name));
        if name == "cursor" && !value.contains('.') || name == "offset" {
            continue;
        }
        limited |= name == "limit";
        out.push(separator);
        push_query(out, pair);
        separator = '&';
    }
    if let (false, Some(most)) = (limited, page.most) {
        let _ = write!(out, "{separator}limit={most}");
        separator = '&';
    }
    match cursor {
        Some(cursor) => {
            let _ = write!(out, "{separator}cursor={cursor}");
        }
        // An address must not be empty: that would be this page again.
        None if separator == '?' => out.push('?'),
        None => {}
    }
}

/// A part of a query as RFC 3986 has it: what is encoded stays, what must be is encoded.
fn push_query(out: &mut String, part: &str) {
    for byte in part.bytes() {
        let plain = byte.is_ascii_alphanumeric() || b"-._~!$&'()*+,;=:@/?%".contains(&byte);
        if plain {
            out.push(char::from(byte));
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
    }
}
