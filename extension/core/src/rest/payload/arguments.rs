//! Bodies of calls.

use super::json::{Fault, Scanner};
use super::{Member, Read, form, members, read_csv, sort};
use crate::error::ApiError;
use crate::rest::media::{self, BodyKind};
use crate::rest::shape::{CallKind, RawKind};
use std::borrow::Cow;

/// What a call carries; the fields are those of [`super::shape::Call`] and [`super::shape::Parsed`].
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Arguments<'a> {
    pub kind: CallKind,
    pub names: Vec<String>,
    pub values: Vec<Option<String>>,
    pub values_json: Vec<Option<Cow<'a, str>>>,
    pub body: Cow<'a, [u8]>,
}

/// Reads the body of a call by POST.
///
/// A JSON object gives named arguments (of several in an array, the first), so does a form or one line of CSV; any other body
/// is the one unnamed argument. `columns` names the arguments that are given, whatever else the object has.
///
/// # Errors
/// As [`rows`]; PGRST102 (400) too for text that is not UTF-8.
pub fn arguments<'a>(
    body: &'a [u8],
    kind: BodyKind,
    columns: Option<&[String]>,
) -> Result<Arguments<'a>, ApiError> {
    let raw = |kind, body| Arguments { kind: CallKind::Raw(kind), body, ..Arguments::default() };
    match kind {
        BodyKind::Json if body.is_empty() => Ok(Arguments {
            kind: CallKind::Json,
            body: Cow::Borrowed(b"{}"),
            ..Arguments::default()
        }),
        BodyKind::Json => json_arguments(body, columns).map_err(Fault::error),
        BodyKind::Form => Ok(text_arguments(form::pairs(body)?)),
        BodyKind::Csv => match read_csv(body)? {
            Read::One(members) => Ok(text_arguments(members)),
            Read::None | Read::Many { .. } => Err(media::unreadable(kind.name())),
        },
        BodyKind::Text | BodyKind::Xml => match std::str::from_utf8(body) {
            Ok(text) if !text.contains('\0') => Ok(raw(
                if kind == BodyKind::Xml { RawKind::Xml } else { RawKind::Text },
                Cow::Borrowed(body),
            )),
            _ => Err(ApiError::bad_body("The body is not text in UTF-8")),
        },
        BodyKind::Octets => Ok(raw(RawKind::Bytea, Cow::Owned(bytea_text(body)))),
    }
}

fn json_arguments<'a>(body: &'a [u8], columns: Option<&[String]>) -> Result<Arguments<'a>, Fault> {
    let text = std::str::from_utf8(body).map_err(|_| Fault::Syntax)?;
    let mut scanner = Scanner::new(text);
    let mut arguments = Arguments { body: Cow::Borrowed(body), ..Arguments::default() };
    let object = match scanner.peek() {
        Some(b'{') => Some(members(&mut scanner, 0)?),
        Some(b'[') => first_object(&mut scanner)?,
        _ => {
            scanner.value(0)?;
            None
        }
    };
    if !scanner.at_end() {
        return Err(Fault::Syntax);
    }
    let Some(mut members) = object else {
        arguments.kind = CallKind::Raw(RawKind::Json);
        return Ok(arguments);
    };
    arguments.kind = CallKind::Json;
    sort(&mut members);
    if let Some(columns) = columns {
        members.retain(|(name, _)| columns.iter().any(|column| column == name));
    }
    for (name, field) in members {
        arguments.values.push(field.text());
        arguments.values_json.push(field.json());
        arguments.names.push(name.into_owned());
    }
    Ok(arguments)
}

/// The first element of an array, if it is an object; the others are checked to be JSON.
fn first_object<'a>(scanner: &mut Scanner<'a>) -> Result<Option<Vec<Member<'a>>>, Fault> {
    scanner.take(b'[');
    if scanner.take(b']') {
        return Ok(None);
    }
    scanner.next_row();
    let first = if scanner.peek() == Some(b'{') { Some(members(scanner, 1)?) } else { None };
    if first.is_none() {
        scanner.value(1)?;
    }
    while scanner.take(b',') {
        scanner.next_row();
        scanner.value(1)?;
    }
    if scanner.take(b']') { Ok(first) } else { Err(Fault::Syntax) }
}

/// Arguments as a query string would give them: a name may come several times.
fn text_arguments(mut members: Vec<Member<'_>>) -> Arguments<'_> {
    members.sort_by(|a, b| a.0.cmp(&b.0));
    let mut arguments = Arguments::default();
    for (name, field) in members {
        arguments.values.push(field.text());
        arguments.names.push(name.into_owned());
    }
    arguments
}

/// `\x00ff`, the text form of bytea.
fn bytea_text(bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(2 + bytes.len() * 2);
    out.extend_from_slice(b"\\x");
    let digit = |n: u8| if n < 10 { b'0' + n } else { b'a' + n - 10 };
    for byte in bytes {
        out.extend([digit(byte >> 4), digit(byte & 15)]);
    }
    out
}
