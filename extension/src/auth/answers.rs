//! Error bodies by slug.

use super::invalid;
use crate::{config, gateway};
use howdah_core::auth::{dialect, error};
use howdah_core::error::{ApiError, Code};
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

/// Status and body of an error of the gateway's table (`howdah_core::error::Code`), as the gateway would answer it; for functions
/// that answer requests outside of accounts.
///
/// Raises 22023 for a code that is not in the table.
#[pg_extern(schema = "howdah_private", stable)]
fn api_error(
    code: &str,
    message: Option<&str>,
    hint: Option<&str>,
) -> TableIterator<'static, (name!(status, i32), name!(body, JsonB))> {
    let Some(found) = Code::find(code) else { invalid(&format!("there is no error {code}")) };
    let mut error = ApiError::new(found, &[]);
    if let Some(message) = message {
        message.clone_into(&mut error.message);
    }
    error.hint = hint.map(str::to_owned);
    let response = match config::current() {
        Ok(config) => gateway::plain_refusal(&config, error),
        Err(fault) => fault.to_response(),
    };
    let body = serde_json::from_slice(&response.body).unwrap_or_default();
    TableIterator::once((i32::from(response.status), JsonB(body)))
}

/// A text as one value of a query: everything but unreserved characters (RFC 3986, 2.3) is `%XX`.
#[pg_extern(schema = "howdah_private", immutable, strict, parallel_safe)]
fn percent_encode(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    howdah_core::http::push_percent_encoded(&mut encoded, text);
    encoded
}
