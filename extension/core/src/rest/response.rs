//! What a statement gave → status and headers, by the rules of the dialect.

use super::etag;
use super::legacy;
use super::link;
use super::prefer::Prefer;
use super::range;
use super::request::Asked;
use super::shape::{Compiled, Count, Hidden, Outcome, Resolution, ResultKind, Returning, Verb};
use crate::error::{ApiError, Code};
use crate::http::{Response, percent_decode, push_percent_encoded};
use serde_json::Value;
use std::borrow::Cow;

/// Makes the response of a request that has run. `body` is what the shell has encoded, `total` the counted rows.
///
/// # Errors
/// PGRST103 (416), 115 (400), 116 (406), 124 (400): what ran must be undone.
pub fn build(
    asked: &Asked<'_>,
    compiled: &Compiled,
    outcome: &Outcome,
    total: Option<u64>,
    body: Vec<u8>,
) -> Result<Response, ApiError> {
    if let Some(content_type) = &asked.explained {
        return Ok(explained(asked, content_type, body));
    }
    let settled = compiled.media.as_ref();
    check(asked, settled.map_or(asked.media.is_single(), |settled| settled.single), outcome)?;
    let mut response = Response { headers: String::with_capacity(320), ..Response::default() };
    let headers = &mut response.headers;
    response.status = match asked.verb {
        Verb::Read => {
            let status = page(headers, asked, outcome, total)?;
            link::push(headers, asked, compiled, outcome)?;
            push_content_location(headers, asked);
            status
        }
        Verb::Call => {
            let status = page(headers, asked, outcome, total)?;
            if compiled.result == ResultKind::Void { 204 } else { status }
        }
        verb => written(headers, verb, asked, compiled, outcome),
    };
    let has_body = match asked.verb {
        Verb::Read => true,
        Verb::Call => compiled.result != ResultKind::Void,
        _ => asked.parsed.shape.returning == Returning::Representation,
    };
    if has_body {
        let content_type =
            settled.map_or(asked.media.content_type(), |settled| &settled.content_type);
        push(headers, "Content-Type", content_type);
        if asked.profiled {
            response.header("Content-Profile", &asked.parsed.shape.schema);
        }
        response.body = body;
    }
    let keyed = !asked.parsed.shape.query.on_conflict.is_empty()
        || compiled.relation.as_ref().is_some_and(|relation| !relation.primary_key.is_empty());
    push_applied(&mut response, &asked.prefer, asked.verb, keyed);
    push(&mut response.headers, "Vary", "Accept, Prefer, Range");
    if !asked.legacy.is_empty() {
        response.header("Warning", &legacy::warning(&asked.legacy));
    }
    Ok(response)
}

/// The answer that is a plan.
fn explained(asked: &Asked<'_>, content_type: &str, body: Vec<u8>) -> Response {
    let mut response = Response { body, ..Response::new(200) };
    response.header("Content-Type", content_type);
    if asked.profiled {
        response.header("Content-Profile", &asked.parsed.shape.schema);
    }
    push(&mut response.headers, "Vary", "Accept, Prefer, Range");
    response
}

/// What makes the whole request fail after it ran.
fn check(asked: &Asked<'_>, single: bool, outcome: &Outcome) -> Result<(), ApiError> {
    let rows = outcome.rows;
    if let (Some(path), Verb::Insert) = (&outcome.fault, asked.verb) {
        return Err(ApiError::new(Code::NestedTie, &[path]).details(
            "A trigger has changed or left out a row, or a row that is there cannot be seen",
        ));
    }
    if outcome.fault.is_some() {
        return Err(ApiError::new(Code::BulkTwice, &[])
            .details("Their values are written otherwise, and are equal to Postgres"));
    }
    if let Some(elements) = asked.parsed.elements
        && asked.prefer.strict == Some(true)
        && rows < elements
    {
        return Err(ApiError::new(Code::BulkUnmatched, &[])
            .details(format!("The body has {elements} elements, and {rows} rows match")));
    }
    etag::check(asked, outcome)?;
    if asked.verb == Verb::Put && rows != 1 {
        return Err(ApiError::new(Code::PutKey, &[]));
    }
    if single && rows != 1 {
        return Err(
            ApiError::new(Code::NotSingle, &[]).details(format!("The result contains {rows} rows"))
        );
    }
    if asked.parsed.max_affected.is_some_and(|bound| rows > bound) {
        return Err(
            ApiError::new(Code::MaxAffected, &[]).details(format!("The query affects {rows} rows"))
        );
    }
    Ok(())
}

/// Content-Range of a read or call, and its status.
fn page(
    headers: &mut String,
    asked: &Asked<'_>,
    outcome: &Outcome,
    total: Option<u64>,
) -> Result<u16, ApiError> {
    let status = range::status(asked.lower, outcome.rows, total)?;
    // After a cursor nobody knows how many rows came before.
    let rows = if asked.cursor.is_some() { 0 } else { outcome.rows };
    push_range(headers, asked.lower, rows, total);
    Ok(status)
}

/// Status and the headers of their own of insert, update, PUT and delete.
fn written(
    headers: &mut String,
    verb: Verb,
    asked: &Asked<'_>,
    compiled: &Compiled,
    outcome: &Outcome,
) -> u16 {
    let shown = asked.parsed.shape.returning == Returning::Representation;
    let counted = matches!(asked.prefer.count, Some(Count::Exact | Count::Estimated));
    // Of a body that names its rows, the total is theirs: what is missing can be seen.
    let total = asked.parsed.elements.or(counted.then_some(outcome.rows));
    let tells = |hidden: &Hidden| matches!(hidden, Hidden::Inserted | Hidden::InsertedRows);
    let knows_inserted = compiled.main.hidden.iter().any(tells);
    let inserted = if knows_inserted { outcome.inserted } else { outcome.rows };
    match verb {
        Verb::Insert => {
            push_location(headers, asked, compiled, outcome);
            push_range(headers, 0, 0, total);
            let merged = asked.prefer.resolution == Some(Resolution::MergeDuplicates);
            if merged && inserted == 0 { 200 } else { 201 }
        }
        Verb::Put if !shown => 204,
        Verb::Put if inserted > 0 => 201,
        Verb::Put => 200,
        Verb::Update => {
            push_range(headers, 0, outcome.rows, total);
            if shown { 200 } else { 204 }
        }
        _ => {
            push_range(headers, 0, 0, total);
            if shown { 200 } else { 204 }
        }
    }
}

fn push(headers: &mut String, name: &str, value: &str) {
    headers.push_str(name);
    headers.push_str(": ");
    headers.push_str(value);
    headers.push('\n');
}

fn push_range(headers: &mut String, lower: u64, rows: u64, total: Option<u64>) {
    headers.push_str("Content-Range: ");
    range::push_content_range(headers, lower, rows, total);
    headers.push('\n');
}

fn push_applied(response: &mut Response, prefer: &Prefer<'_>, verb: Verb, keyed: bool) {
    let mut applied = String::new();
    prefer.push_applied(verb, keyed, &mut applied);
    if !applied.is_empty() {
        response.header("Preference-Applied", &applied);
    }
}

/// `Location: /film?film_id=eq.1` of the first row written, without base path, as clients of the dialect expect.
fn push_location(headers: &mut String, asked: &Asked<'_>, compiled: &Compiled, outcome: &Outcome) {
    let Some(relation) = compiled.relation.as_ref() else {
        return;
    };
    let headers_only = asked.parsed.shape.returning == Returning::HeadersOnly;
    if !headers_only || outcome.keys.is_empty() || relation.primary_key.is_empty() {
        return;
    }
    headers.push_str("Location: /");
    push_percent_encoded(headers, &asked.parsed.shape.target);
    for (i, (name, key)) in relation.primary_key.iter().zip(&outcome.keys).enumerate() {
        headers.push(if i == 0 { '?' } else { '&' });
        push_percent_encoded(headers, name);
        match key {
            Some(key) => {
                headers.push_str("=eq.");
                push_percent_encoded(headers, key);
            }
            None => headers.push_str("=is.null"),
        }
    }
    headers.push('\n');
}

/// The canonical address of a read: its parameters sorted by name and encoded. Left out for long queries, since no
/// client reads it and many refuse a header beyond some kilobytes.
fn push_content_location(headers: &mut String, asked: &Asked<'_>) {
    if asked.query.len() > 2048 {
        return;
    }
    headers.push_str("Content-Location: /");
    push_percent_encoded(headers, &asked.parsed.shape.target);
    let decode = |part| percent_decode(part, true).unwrap_or(Cow::Borrowed(part));
    let mut pairs: Vec<_> = asked
        .query
        .split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
        .map(|(name, value)| (decode(name), decode(value)))
        .collect();
    pairs.sort_by(|a, b| a.0.cmp(&b.0));
    for (i, (name, value)) in pairs.iter().enumerate() {
        headers.push(if i == 0 { '?' } else { '&' });
        push_percent_encoded(headers, name);
        headers.push('=');
        push_percent_encoded(headers, value);
    }
    headers.push('\n');
}

/// Applies `response.status` and `response.headers`, as SQL has set them; an empty text is not set.
///
/// A header of SQL replaces ours of that name; those that frame the message are left out.
///
/// # Errors
/// PGRST112 and PGRST111 (500) if they are not what they must be.
pub fn override_with(
    response: &mut Response,
    status: Option<&str>,
    headers: Option<&str>,
) -> Result<(), ApiError> {
    if let Some(text) = status.filter(|text| !text.is_empty()) {
        let status = text.parse().ok().filter(|status| (200..=599).contains(status));
        response.status = status.ok_or_else(|| ApiError::new(Code::ResponseStatus, &[]))?;
    }
    if let Some(text) = headers.filter(|text| !text.is_empty()) {
        let set = header_list(text).ok_or_else(|| ApiError::new(Code::ResponseHeaders, &[]))?;
        let replaced = |line: &str| {
            let name = line.split(':').next().unwrap_or_default();
            set.iter().any(|(set, _)| set.eq_ignore_ascii_case(name))
        };
        response.headers =
            response.headers.split_inclusive('\n').filter(|line| !replaced(line)).collect();
        for (name, value) in &set {
            if !FRAMING.iter().any(|framing| framing.eq_ignore_ascii_case(name)) {
                response.header(name, value);
            }
        }
    }
    Ok(())
}

/// Headers that belong to the connection.
const FRAMING: &[&str] =
    &["Connection", "Content-Length", "Keep-Alive", "Trailer", "Transfer-Encoding", "Upgrade"];

/// `[{"Name": "value"}, …]`
fn header_list(text: &str) -> Option<Vec<(String, String)>> {
    let list: Vec<serde_json::Map<String, Value>> = serde_json::from_str(text).ok()?;
    list.into_iter()
        .map(|object| {
            let mut members = object.into_iter();
            match (members.next(), members.next()) {
                (Some((name, Value::String(value))), None) => Some((name, value)),
                _ => None,
            }
        })
        .collect()
}
