//! A request → what it asks for: method, path, profile, preferences, ranges and body, with `query` for the query string.
//! Names are not looked up here, but for one question: which parameters of a GET on a function are its arguments.

mod bulk;
mod nested;

use super::accept::{self, Circumstances};
use super::cursor;
use super::etag::{self, Conditions};
use super::media::{self, BodyKind, Media};
use super::payload::{self, Rows};
use super::plan::split_call;
use super::prefer::{self, Prefer};
use super::query::{self, Legacy, ParsedQuery};
use super::range;
use super::shape::{Call, Form, Parsed, Payload, Returning, Shape, Value, Verb, Write};
use super::{Settings, legacy};
use crate::catalog::Catalog;
use crate::error::{ApiError, Code};
use crate::http::{Request, percent_decode};
use std::borrow::Cow;

/// What a path names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target<'a> {
    Root,
    Relation(Cow<'a, str>),
    Function(Cow<'a, str>),
}

/// A request that runs a statement.
#[derive(Debug)]
pub struct Asked<'a> {
    pub parsed: Parsed<'a>,
    /// Unless the plan settles it.
    pub media: Media,
    /// The Content-Type of a plan of EXPLAIN, if that is wanted.
    pub explained: Option<String>,
    pub prefer: Prefer<'a>,
    /// The query string as sent.
    pub query: &'a str,
    /// Several schemas are exposed, so the answer says which it came from.
    pub profiled: bool,
    /// The first row asked for, from 0.
    pub lower: u64,
    /// Rows that a nested body writes at all its levels.
    pub nested_rows: u64,
    /// A write with nothing to write: its statement is a read of no rows, for the names' sake.
    pub idle: bool,
    /// Embeds that were named in a way to be given up.
    pub legacy: Vec<Legacy>,
    /// If-Match and If-None-Match.
    pub conditions: Conditions<'a>,
    pub head: bool,
    /// By a method that only reads.
    pub safe: bool,
    /// The method's own verb, which the shape of an idle write has lost.
    pub verb: Verb,
    /// The URL's own query string, where the method carried another part of it.
    pub url_query: Option<&'a str>,
    /// The order that the cursor is of, if there is one.
    pub cursor: Option<u64>,
}

/// Splits the path: `/rest/v1/film`, `/rest/v1/rpc/search`, `/rest/v1/`.
///
/// # Errors
/// PGRST125 (404) for any other.
pub fn target(path: &str) -> Result<Target<'_>, ApiError> {
    let bad = || ApiError::new(Code::Path, &[]);
    let path = path.strip_prefix("/rest/v1").ok_or_else(bad)?;
    let name = |text| percent_decode(text, false).filter(|name| !name.is_empty()).ok_or_else(bad);
    match path.strip_prefix('/') {
        Some("") => Ok(Target::Root),
        None if path.is_empty() => Ok(Target::Root),
        None => Err(bad()),
        Some(path) => match path.split_once('/') {
            None => Ok(Target::Relation(name(path)?)),
            Some(("rpc", function)) if !function.contains('/') => {
                Ok(Target::Function(name(function)?))
            }
            Some(_) => Err(bad()),
        },
    }
}

/// The schema that the request is about, by Content-Profile for bodies (and DELETE), else by Accept-Profile.
///
/// # Errors
/// PGRST106 (406) if it is not exposed.
pub fn schema<'s>(settings: &'s Settings, request: &Request<'_>) -> Result<&'s str, ApiError> {
    let header = match request.method {
        "POST" | "PATCH" | "PUT" | "DELETE" => "content-profile",
        _ => "accept-profile",
    };
    match request.headers.get(header) {
        Some(wanted) => exposed(settings, wanted),
        None => settings.schemas.first().map(String::as_str).ok_or_else(|| unexposed(settings, "")),
    }
}

/// The schema of this name.
///
/// # Errors
/// PGRST106 (406) if it is not exposed.
pub fn exposed<'s>(settings: &'s Settings, wanted: &str) -> Result<&'s str, ApiError> {
    let find = |wanted: &str| settings.schemas.iter().map(String::as_str).find(|s| *s == wanted);
    // A browser can send no name beyond Latin-1 but percent-encoded.
    let decoded = || percent_decode(wanted, false).filter(|_| wanted.contains('%'));
    find(wanted).or_else(|| find(&decoded()?)).ok_or_else(|| unexposed(settings, wanted))
}

fn unexposed(settings: &Settings, wanted: &str) -> ApiError {
    ApiError::new(Code::Schema, &[wanted])
        .hint(format!("Only the following schemas are exposed: {}", settings.schemas.join(", ")))
}

/// Reads a request other than OPTIONS.
///
/// # Errors
/// Those of its parts: PGRST100–103, 106–108, 114, 115, 117, 122, 126; 22P05 and HW400 for bytes that are no text.
pub fn read<'a>(
    settings: &Settings,
    catalog: &dyn Catalog,
    request: &Request<'a>,
    target: Target<'a>,
) -> Result<Asked<'a>, ApiError> {
    let verb = verb(request.method, &target)?;
    let name = match target {
        Target::Root => return Err(ApiError::new(Code::OpenApi, &[])),
        Target::Relation(name) | Target::Function(name) => name.into_owned(),
    };
    let head = request.method == "HEAD";
    let conditions = Conditions::read(request);
    let schema = schema(settings, request)?.to_owned();
    let prefer = prefer::parse(request.headers, settings.tx_end)?;
    let circumstances = Here { settings, catalog };
    let choice = accept::negotiate(request.headers, verb == Verb::Call, &circumstances)?;
    let media = choice.media;
    let by_query = verb == Verb::Call && request.method != "POST";
    let mut query = query::parse(request.query, verb, by_query)?;
    legacy::check(settings, &query.legacy)?;
    if !query.undecided.is_empty() {
        split_call(&mut query, &catalog.functions(&schema, &name));
    }
    let lower = narrow(settings, request, verb, &mut query)?;
    if prefer.keyset && verb == Verb::Read {
        query.query.keyset.get_or_insert_default();
    }
    if query.cursor.is_some() && lower > 0 {
        return Err(cursor::misfit().details("A cursor and an offset exclude each other"));
    }
    let cursor = query.cursor;
    let returning = match verb {
        Verb::Read | Verb::Call => Returning::Representation,
        _ => prefer.returning.unwrap_or_default(),
    };
    let max_affected = prefer.bound(verb);
    let shape = Shape {
        verb,
        schema,
        target: name,
        query: query.query,
        range: query.range,
        write: Write { max_affected: max_affected.is_some(), ..Write::default() },
        call: Call::default(),
        returning,
        count: prefer.count.filter(|_| matches!(verb, Verb::Read | Verb::Call)),
        form: if head && !conditions.any() || returning != Returning::Representation {
            Form::None
        } else {
            media.form()
        },
        wanted: choice.wanted,
    };
    let mut asked = Asked {
        parsed: Parsed {
            shape,
            values: query.values,
            fields: Vec::new(),
            fields_json: Vec::new(),
            arguments: Vec::new(),
            arguments_json: Vec::new(),
            body: Cow::Borrowed(&[]),
            tags: String::new(),
            max_affected,
            elements: None,
        },
        media,
        explained: choice.explained,
        prefer,
        query: request.query,
        profiled: settings.schemas.len() > 1,
        lower,
        nested_rows: 0,
        idle: false,
        legacy: query.legacy,
        conditions,
        head,
        safe: verb == Verb::Read || by_query,
        verb,
        url_query: None,
        cursor,
    };
    match verb {
        Verb::Read | Verb::Delete => {}
        Verb::Update if is_bulk(request)? => bulk::read(&mut asked, request, catalog)?,
        Verb::Insert
            if asked.prefer.nested
                && media::body_kind(request.headers)? == BodyKind::Json
                && nested::read(
                    &mut asked,
                    request,
                    catalog,
                    settings,
                    &query.nested_conflicts,
                )? => {}
        Verb::Insert | Verb::Update | Verb::Put => read_rows(&mut asked, request)?,
        Verb::Call if by_query => {
            let (names, values) = query::arguments(query.arguments);
            asked.parsed.shape.call.arguments = names;
            asked.parsed.arguments = values;
        }
        Verb::Call => read_arguments(&mut asked.parsed, request)?,
    }
    if conditions.any() {
        etag::prepare(&mut asked)?;
    }
    Ok(asked)
}

struct Here<'r> {
    settings: &'r Settings,
    catalog: &'r dyn Catalog,
}

impl Circumstances for Here<'_> {
    fn json_is_open(&self) -> bool {
        self.catalog.json_is_open()
    }

    fn may_explain(&self) -> bool {
        self.settings.plan_enabled || self.catalog.may_explain()
    }
}

fn verb(method: &str, target: &Target<'_>) -> Result<Verb, ApiError> {
    match (method, target) {
        ("GET" | "HEAD", Target::Root | Target::Relation(_)) => Ok(Verb::Read),
        ("POST", Target::Relation(_)) => Ok(Verb::Insert),
        ("PATCH", Target::Relation(_)) => Ok(Verb::Update),
        ("PUT", Target::Relation(_)) => Ok(Verb::Put),
        ("DELETE", Target::Relation(_)) => Ok(Verb::Delete),
        ("GET" | "HEAD" | "POST", Target::Function(_)) => Ok(Verb::Call),
        ("PATCH" | "PUT" | "DELETE", Target::Function(_)) => {
            Err(ApiError::new(Code::RpcMethod, &[method]))
        }
        _ => Err(ApiError::new(Code::Method, &[method])),
    }
}

/// Merges `limit`, `offset`, Range and `rest.max_rows` into the query's range; gives the first row asked for.
fn narrow(
    settings: &Settings,
    request: &Request<'_>,
    verb: Verb,
    query: &mut ParsedQuery,
) -> Result<u64, ApiError> {
    let offset = query.range.offset;
    if verb == Verb::Put && (query.range.limit.is_some() || offset.is_some()) {
        return Err(ApiError::new(Code::PutRange, &[]));
    }
    let stated = |value: Value| query.values.get(usize::from(value.0))?.parse().ok();
    let asked =
        range::Rows { lower: offset.and_then(stated).unwrap_or(0), limit: query.range.limit };
    let header = if request.method == "GET" { request.headers.get("range") } else { None };
    let rows = range::merge(asked, header)?;
    query.range.limit = match (rows.limit, settings.max_rows) {
        (Some(limit), Some(cap)) if reads(verb) => Some(limit.min(cap)),
        (None, cap) if reads(verb) => cap,
        (limit, _) => limit,
    };
    if rows.lower != asked.lower {
        query.range.offset = lift(rows.lower, offset, &mut query.values);
    }
    Ok(rows.lower)
}

fn reads(verb: Verb) -> bool {
    matches!(verb, Verb::Read | Verb::Call)
}

/// Puts an offset into the values: in its old place if it has one.
fn lift(lower: u64, place: Option<Value>, values: &mut Vec<String>) -> Option<Value> {
    if lower == 0 {
        return None;
    }
    // No row has a higher number, and bigint has none.
    let text = lower.min(i64::MAX.unsigned_abs()).to_string();
    match place.and_then(|value| values.get_mut(usize::from(value.0))) {
        Some(slot) => {
            *slot = text;
            place
        }
        None => {
            let value = u16::try_from(values.len()).ok().map(Value);
            values.push(text);
            value
        }
    }
}

fn read_rows<'a>(asked: &mut Asked<'a>, request: &Request<'a>) -> Result<(), ApiError> {
    let kind = media::body_kind(request.headers)?;
    let parsed = &mut asked.parsed;
    let missing_default = asked.prefer.missing_default == Some(true);
    let columns = parsed.shape.query.columns.as_deref().filter(|_| asked.verb != Verb::Put);
    let rows = payload::rows(request.body, kind, asked.verb, columns, missing_default)?;
    take_rows(asked, rows, missing_default);
    Ok(())
}

fn is_bulk(request: &Request<'_>) -> Result<bool, ApiError> {
    Ok(payload::is_array(request.body, media::body_kind(request.headers)?))
}

/// Puts what a body carries into the shape and its values.
fn take_rows<'a>(asked: &mut Asked<'a>, rows: Rows<'a>, missing_default: bool) {
    let parsed = &mut asked.parsed;
    let write = &mut parsed.shape.write;
    write.payload = rows.payload;
    write.columns = rows.columns;
    write.defaults = rows.defaults;
    write.missing_default = missing_default && rows.payload == Payload::Array;
    if asked.verb == Verb::Insert {
        write.resolution = asked.prefer.resolution;
    }
    parsed.fields = rows.fields;
    parsed.fields_json = rows.fields_json;
    parsed.body = rows.body;
    let untouched = write.payload == Payload::Empty && write.defaults.is_empty()
        || !write.keys.is_empty() && write.columns.len() == write.keys.len();
    asked.idle = write.payload == Payload::None || (asked.verb == Verb::Update && untouched);
    if asked.idle {
        parsed.shape.verb = Verb::Read;
        parsed.shape.write = Write::default();
        parsed.shape.query.columns = None;
        parsed.shape.query.on_conflict = Vec::new();
        parsed.shape.range.limit = Some(0);
    }
}

fn read_arguments<'a>(parsed: &mut Parsed<'a>, request: &Request<'a>) -> Result<(), ApiError> {
    let kind = media::body_kind(request.headers)?;
    let columns = parsed.shape.query.columns.take();
    let arguments = payload::arguments(request.body, kind, columns.as_deref())?;
    parsed.shape.call = Call { kind: arguments.kind, arguments: arguments.names };
    parsed.arguments = arguments.values;
    parsed.arguments_json = arguments.values_json;
    parsed.body = arguments.body;
    Ok(())
}
