//! Error bodies by slug.

use super::invalid;
use howdah_core::auth::{dialect, error};
use pgrx::JsonB;
use pgrx::prelude::*;

/// Status and body of an error of the table (`howdah_core::auth::error`); `extra` members go into the body.
///
/// Raises 22023 for a slug that is not in the table.
#[pg_extern(schema = "howdah_private", immutable, parallel_safe)]
fn auth_error(
    slug: &str,
    message: Option<&str>,
    extra: Option<JsonB>,
) -> TableIterator<'static, (name!(status, i32), name!(body, JsonB))> {
    let Some(line) = error::find(slug) else { invalid(&format!("there is no error {slug}")) };
    let extra = extra.as_ref().and_then(|JsonB(extra)| extra.as_object());
    let body = dialect::body(line.status, slug, message.unwrap_or(line.message), extra);
    TableIterator::once((i32::from(line.status), JsonB(body)))
}

/// A text as one value of a query: everything but unreserved characters (RFC 3986, 2.3) is `%XX`.
#[pg_extern(schema = "howdah_private", immutable, strict, parallel_safe)]
fn percent_encode(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    howdah_core::http::push_percent_encoded(&mut encoded, text);
    encoded
}
