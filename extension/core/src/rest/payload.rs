//! The body of a write or a call: which columns or arguments it names, and their values.
//!
//! A single object, the usual insert, is split into fields here, so that its statement binds plain values and is kept
//! under the names alone. Several rows stay one JSON text for Postgres to take apart.

mod arguments;
mod bulk;
mod csv;
mod form;
mod json;
mod nested;

pub use arguments::{Arguments, arguments};
pub use bulk::{Keyed, bulk, is_array};
pub use json::Kind;
pub use nested::{Found, Guide, nested};

use super::media::{self, BodyKind};
use super::shape::{Payload, Verb};
use crate::error::{ApiError, Code};
use crate::limits;
use json::{Fault, Item, Scanner};
use std::borrow::Cow;
use std::collections::HashSet;

/// What a write carries; the fields are those of [`super::shape::Write`] and [`super::shape::Parsed`].
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Rows<'a> {
    pub payload: Payload,
    pub columns: Vec<String>,
    pub defaults: Vec<String>,
    pub fields: Vec<Option<String>>,
    pub fields_json: Vec<Option<Cow<'a, str>>>,
    pub body: Cow<'a, [u8]>,
}

/// A column or argument with its value.
type Member<'a> = (Cow<'a, str>, Field<'a>);

#[derive(Debug, Clone)]
enum Field<'a> {
    Json(Item<'a>),
    /// From CSV or a form: all values are text.
    Text(Option<Cow<'a, str>>),
}

/// Reads the body of an insert, update or PUT.
///
/// `columns`: the parameter of that name, if given: it decides what is written, and then rows need not have the same keys.
/// An empty array writes nothing: [`Payload::None`]. JSON that is neither array nor object is refused; the dialect takes it
/// for an empty array, which would tell a client that a value was written.
///
/// # Errors
/// PGRST102 (400): not readable as its Content-Type, beyond the limits, or rows with different keys; 22P05 (400) for
/// `\u0000`; PGRST115 (400) for a PUT of anything but one row.
pub fn rows<'a>(
    body: &'a [u8],
    kind: BodyKind,
    verb: Verb,
    columns: Option<&[String]>,
    missing_default: bool,
) -> Result<Rows<'a>, ApiError> {
    let columns = columns.filter(|columns| !columns.is_empty());
    let read = match kind {
        BodyKind::Json => read_json(body, verb, columns.is_some()).map_err(Into::into),
        BodyKind::Csv => read_csv(body),
        BodyKind::Form => Ok(Read::One(form::pairs(body)?)),
        BodyKind::Text | BodyKind::Xml | BodyKind::Octets => Err(media::unreadable(kind.name())),
    }?;
    let rows = match (read, verb) {
        (Read::None | Read::Many { .. }, Verb::Put) => {
            return Err(ApiError::new(Code::PutKey, &[]));
        }
        (Read::One(members), Verb::Put) if members.is_empty() => {
            return Err(ApiError::new(Code::PutKey, &[]));
        }
        (Read::None, _) => Rows::default(),
        (Read::One(members), _) => one(members, columns, missing_default),
        (Read::Many { first, .. }, Verb::Update) => one(first, columns, missing_default),
        (Read::Many { first, body }, _) => many(first, body, columns),
    };
    if rows.columns.len() > limits::COLUMNS {
        let most = limits::COLUMNS;
        return Err(ApiError::bad_body(&format!("At most {most} columns can be written")));
    }
    Ok(rows)
}

enum Read<'a> {
    None,
    One(Vec<Member<'a>>),
    Many { first: Vec<Member<'a>>, body: Cow<'a, [u8]> },
}

enum BadJson {
    Fault(Fault),
    Keys,
    Scalar,
}

impl From<Fault> for BadJson {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}

impl From<BadJson> for ApiError {
    fn from(bad: BadJson) -> Self {
        match bad {
            BadJson::Fault(fault) => fault.error(),
            BadJson::Keys => Self::bad_body("All object keys must match"),
            BadJson::Scalar => Self::bad_body("The body must be an object or an array of objects"),
        }
    }
}

fn read_json(body: &[u8], verb: Verb, any_keys: bool) -> Result<Read<'_>, BadJson> {
    let text = std::str::from_utf8(body).map_err(|_| Fault::Syntax)?;
    let mut scanner = Scanner::new(text);
    let read = match scanner.peek() {
        Some(b'{') => Read::One(members(&mut scanner, 0)?),
        Some(b'[') => {
            scanner.take(b'[');
            read_array(&mut scanner, body, any_keys || verb == Verb::Update)?
        }
        _ => {
            scanner.value(0)?;
            let bad = if scanner.at_end() { BadJson::Scalar } else { Fault::Syntax.into() };
            return Err(bad);
        }
    };
    if scanner.at_end() { Ok(read) } else { Err(Fault::Syntax.into()) }
}

/// The rest of an array whose bracket is taken.
fn read_array<'a>(
    scanner: &mut Scanner<'a>,
    body: &'a [u8],
    any_keys: bool,
) -> Result<Read<'a>, BadJson> {
    if scanner.take(b']') {
        return Ok(Read::None);
    }
    let first = row(scanner)?;
    if scanner.take(b']') {
        return Ok(Read::One(first));
    }
    let names = plain_names(&first);
    let mut sorted: Vec<&str> = Vec::new();
    while scanner.take(b',') {
        if let Some(names) = &names {
            scanner.next_row();
            if scanner.row_like(names, 1)? {
                continue;
            }
        }
        let next = row(scanner)?;
        let same_order = || first.iter().map(|m| &m.0).eq(next.iter().map(|m| &m.0));
        if any_keys || same_order() {
            continue;
        }
        if sorted.is_empty() {
            sorted = key_set(&first);
        }
        if key_set(&next) != sorted {
            return Err(BadJson::Keys);
        }
    }
    if scanner.take(b']') {
        Ok(Read::Many { first, body: Cow::Borrowed(body) })
    } else {
        Err(Fault::Syntax.into())
    }
}

/// Whether two rows have the same keys, in any order.
fn same_keys(a: &[Member<'_>], b: &[Member<'_>]) -> bool {
    a.iter().map(|m| &m.0).eq(b.iter().map(|m| &m.0)) || key_set(a) == key_set(b)
}

/// The names of a row as they are written; `None` if one has escapes.
fn plain_names<'m>(members: &'m [Member<'_>]) -> Option<Vec<&'m str>> {
    let name = |(name, _): &'m Member<'_>| match name {
        Cow::Borrowed(name) => Some(*name),
        Cow::Owned(_) => None,
    };
    members.iter().map(name).collect()
}

fn key_set<'m>(members: &'m [Member<'_>]) -> Vec<&'m str> {
    let mut keys: Vec<&str> = members.iter().map(|(key, _)| key.as_ref()).collect();
    keys.sort_unstable();
    keys.dedup();
    keys
}

/// An element of the array: it must be an object.
fn row<'a>(scanner: &mut Scanner<'a>) -> Result<Vec<Member<'a>>, BadJson> {
    scanner.next_row();
    if scanner.peek() == Some(b'{') {
        return Ok(members(scanner, 1)?);
    }
    scanner.value(1)?;
    Err(BadJson::Keys)
}

/// An object with `depth` arrays or objects around it; the scanner stands on its bracket.
fn members<'a>(scanner: &mut Scanner<'a>, depth: usize) -> Result<Vec<Member<'a>>, Fault> {
    scanner.take(b'{');
    let mut members = Vec::new();
    if scanner.take(b'}') {
        return Ok(members);
    }
    loop {
        let key = scanner.key()?;
        members.push((key, Field::Json(scanner.value(depth + 1)?)));
        if scanner.take(b'}') {
            return Ok(members);
        }
        if !scanner.take(b',') {
            return Err(Fault::Syntax);
        }
    }
}

fn read_csv(body: &[u8]) -> Result<Read<'_>, ApiError> {
    let mut lines = csv::lines(body)?;
    let Some(header) = lines.next().transpose()? else {
        return Err(ApiError::bad_body("Empty or invalid csv"));
    };
    let member = |(name, value): (&Cow<'static, str>, Option<String>)| {
        (name.clone(), Field::Text(value.map(Cow::Owned)))
    };
    let names: Vec<Cow<'static, str>> =
        header.into_iter().map(|name| Cow::Owned(name.unwrap_or_else(|| "NULL".into()))).collect();
    let Some(first) = lines.next().transpose()? else {
        return Ok(Read::None);
    };
    let matching = |line: Vec<Option<String>>| {
        if line.len() == names.len() {
            Ok(line)
        } else {
            Err(ApiError::bad_body("All lines must have same number of fields"))
        }
    };
    let first: Vec<Member<'_>> = names.iter().zip(matching(first)?).map(member).collect();
    let mut array = Vec::new();
    for line in lines {
        let line: Vec<Member<'_>> = names.iter().zip(matching(line?)?).map(member).collect();
        if array.is_empty() {
            array.push(b'[');
            push_object(&mut array, &first);
        }
        array.push(b',');
        push_object(&mut array, &line);
    }
    if array.is_empty() {
        return Ok(Read::One(first));
    }
    array.push(b']');
    Ok(Read::Many { first, body: Cow::Owned(array) })
}

fn push_object(out: &mut Vec<u8>, members: &[Member<'_>]) {
    for (i, (name, value)) in members.iter().enumerate() {
        out.push(if i == 0 { b'{' } else { b',' });
        out.extend_from_slice(quote(name).as_bytes());
        out.push(b':');
        out.extend_from_slice(value.json().as_deref().unwrap_or("null").as_bytes());
    }
    if members.is_empty() {
        out.push(b'{');
    }
    out.push(b'}');
}

fn quote(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

impl<'a> Field<'a> {
    fn text(&self) -> Option<String> {
        match self {
            Self::Json(item) => item.as_text(),
            Self::Text(text) => text.as_ref().map(|text| text.clone().into_owned()),
        }
    }

    fn json(&self) -> Option<Cow<'a, str>> {
        match self {
            Self::Json(item) => item.as_json(),
            Self::Text(text) => text.as_ref().map(|text| Cow::Owned(quote(text))),
        }
    }
}

/// Sorts by name; of equal names the last value stays, as in Postgres's json functions.
fn sort(members: &mut Vec<Member<'_>>) {
    members.sort_by(|a, b| a.0.cmp(&b.0));
    members.dedup_by(|later, kept| {
        let same = later.0 == kept.0;
        if same {
            std::mem::swap(later, kept);
        }
        same
    });
}

fn one<'a>(
    mut members: Vec<Member<'a>>,
    columns: Option<&[String]>,
    missing_default: bool,
) -> Rows<'a> {
    let mut rows = Rows::default();
    match columns {
        None => {
            sort(&mut members);
            for (name, field) in members {
                rows.fields.push(field.text());
                rows.fields_json.push(field.json());
                rows.columns.push(name.into_owned());
            }
        }
        Some(columns) => {
            for name in distinct(columns) {
                let field = members.iter().rev().find(|(key, _)| key == name).map(|(_, f)| f);
                if field.is_none() && missing_default {
                    rows.defaults.push(name.clone());
                    continue;
                }
                rows.fields.push(field.and_then(Field::text));
                rows.fields_json.push(field.and_then(Field::json));
                rows.columns.push(name.clone());
            }
        }
    }
    rows.payload = if rows.columns.is_empty() { Payload::Empty } else { Payload::Object };
    rows
}

fn many<'a>(
    mut first: Vec<Member<'a>>,
    body: Cow<'a, [u8]>,
    columns: Option<&[String]>,
) -> Rows<'a> {
    let columns = match columns {
        Some(columns) => distinct(columns).cloned().collect(),
        None => {
            sort(&mut first);
            first.into_iter().map(|(name, _)| name.into_owned()).collect()
        }
    };
    // `[{},{}]`: as in the dialect, rows of nothing but defaults are one row.
    let payload = if Vec::is_empty(&columns) { Payload::Empty } else { Payload::Array };
    Rows { payload, columns, body, ..Rows::default() }
}

/// Each name once, in order.
fn distinct(columns: &[String]) -> impl Iterator<Item = &String> {
    let mut seen = HashSet::with_capacity(columns.len());
    columns.iter().filter(move |name| seen.insert(name.as_str()))
}

#[cfg(test)]
mod tests;
