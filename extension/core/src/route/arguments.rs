//! Named arguments of a route's function, from path, query and body.
//!
//! One name, one source: the path wins over the query, the query over the body. So a caller can never replace what the pattern
//! has matched (`/user/{id}?id=2`), and a link's query holds whatever body a form sends.

use crate::error::ApiError;
use crate::http::RAW_BODY;
use crate::limits;
use percent_encoding::percent_decode;
use serde::de::{Deserializer, Error, MapAccess, Visitor};
use serde_json::value::RawValue;
use std::fmt;

/// A value as it came; the shell reads it by the input function of the argument's type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    Null,
    /// Of path and query, and JSON strings, numbers and booleans.
    Text(String),
    /// A query name given several times: for an array argument.
    Many(Vec<String>),
    /// A JSON object or array, as text: for a json, jsonb or array argument.
    Json(String),
    /// A body that is neither JSON, form nor text.
    Bytes(Vec<u8>),
}

/// One argument.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Argument {
    pub name: String,
    pub value: Value,
}

/// The name under which a body that has no names of its own is passed.
pub const BODY: &str = "body";

/// Merges path parameters, query and body.
///
/// The body by its media type: a JSON object (also without any Content-Type) gives its members, a form its fields; other JSON, text
/// and everything else is one argument named [`BODY`]. An empty body gives none.
///
/// # Errors
/// PGRST100 (400) for a query, PGRST102 (400) for a body that cannot be read; both also for more than [`limits::PARAMS`] names,
/// and for a JSON object that has a name twice or is nested deeper than [`limits::JSON_DEPTH`].
pub fn merge(
    path: Vec<(&str, String)>,
    query: &str,
    content_type: Option<&str>,
    body: &[u8],
) -> Result<Vec<Argument>, ApiError> {
    let mut arguments: Vec<Argument> = path
        .into_iter()
        .map(|(name, value)| Argument { name: name.to_owned(), value: Value::Text(value) })
        .collect();
    let fields =
        form(query.as_bytes()).map_err(|problem| ApiError::bad_query(problem, query_at(query)))?;
    add(&mut arguments, fields);
    let members = read_body(content_type, body).map_err(|problem| ApiError::bad_body(&problem))?;
    add(&mut arguments, members);
    Ok(arguments)
}

/// As [`merge`], for a function that wants the body as it came (signatures are over bytes): it is [`RAW_BODY`], and nothing of it is
/// read. A query cannot say that it is something else.
///
/// # Errors
/// As [`merge`], of the query.
pub fn merge_raw(
    path: Vec<(&str, String)>,
    query: &str,
    body: &[u8],
) -> Result<Vec<Argument>, ApiError> {
    let mut arguments = merge(path, query, None, b"")?;
    arguments.retain(|argument| argument.name != RAW_BODY);
    arguments.push(Argument { name: RAW_BODY.to_owned(), value: Value::Bytes(body.to_vec()) });
    Ok(arguments)
}

fn query_at(query: &str) -> String {
    format!("the query has {} bytes", query.len())
}

/// Adds what is not there yet.
fn add(arguments: &mut Vec<Argument>, more: Vec<Argument>) {
    let known: std::collections::HashSet<String> =
        arguments.iter().map(|argument| argument.name.clone()).collect();
    arguments.extend(more.into_iter().filter(|argument| !known.contains(&argument.name)));
}

fn read_body(content_type: Option<&str>, body: &[u8]) -> Result<Vec<Argument>, String> {
    if body.is_empty() {
        return Ok(Vec::new());
    }
    let media = content_type.unwrap_or("application/json");
    let media = media.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let one = |value| Ok(vec![Argument { name: BODY.to_owned(), value }]);
    let text = || match std::str::from_utf8(body) {
        Ok(text) if !text.contains('\0') => Ok(text),
        _ => Err("The body is no UTF-8 text".to_owned()),
    };
    match media.as_str() {
        "application/x-www-form-urlencoded" => form(body),
        json if json == "application/json" || json.ends_with("+json") => {
            let text = text()?;
            if depth(text.as_bytes()) > limits::JSON_DEPTH {
                return Err(format!("The body is nested deeper than {}", limits::JSON_DEPTH));
            }
            if text.trim_start().starts_with('{') {
                return members(text);
            }
            serde_json::from_str::<&RawValue>(text)
                .map_err(|_| "Empty or invalid json".to_owned())
                .and_then(|raw| one(scalar(raw)?))
        }
        other if other.starts_with("text/") => one(Value::Text(text()?.to_owned())),
        _ => one(Value::Bytes(body.to_vec())),
    }
}

/// `application/x-www-form-urlencoded`: a name given several times becomes [`Value::Many`], in place of its first.
fn form(text: &[u8]) -> Result<Vec<Argument>, String> {
    let mut arguments: Vec<Argument> = Vec::new();
    let mut places = std::collections::HashMap::new();
    for (count, pair) in text.split(|b| *b == b'&').filter(|pair| !pair.is_empty()).enumerate() {
        if count >= limits::PARAMS {
            return Err(format!("More than {} parameters", limits::PARAMS));
        }
        let mut halves = pair.splitn(2, |b| *b == b'=');
        let name = decode(halves.next().unwrap_or_default())?;
        let value = decode(halves.next().unwrap_or_default())?;
        let place = *places.entry(name.clone()).or_insert(arguments.len());
        match arguments.get_mut(place).map(|known| &mut known.value) {
            None => arguments.push(Argument { name, value: Value::Text(value) }),
            Some(Value::Many(values)) => values.push(value),
            Some(known) => {
                if let Value::Text(first) = std::mem::replace(known, Value::Null) {
                    *known = Value::Many(vec![first, value]);
                }
            }
        }
    }
    Ok(arguments)
}

fn decode(text: &[u8]) -> Result<String, String> {
    let spaced: Vec<u8> = text.iter().map(|b| if *b == b'+' { b' ' } else { *b }).collect();
    match percent_decode(&spaced).decode_utf8() {
        Ok(text) if !text.contains('\0') => Ok(text.into_owned()),
        _ => Err("A parameter is no UTF-8 text".to_owned()),
    }
}

/// Deepest nesting of brackets outside of strings. Kept apart from parsing because raw values are skipped over without a bound.
fn depth(json: &[u8]) -> usize {
    let (mut now, mut most) = (0usize, 0usize);
    let (mut string, mut escaped) = (false, false);
    for b in json {
        match b {
            _ if escaped => escaped = false,
            b'\\' if string => escaped = true,
            b'"' => string = !string,
            _ if string => {}
            b'[' | b'{' => {
                now += 1;
                most = most.max(now);
            }
            b']' | b'}' => now = now.saturating_sub(1),
            _ => {}
        }
    }
    most
}

fn scalar(raw: &RawValue) -> Result<Value, String> {
    let text = raw.get();
    Ok(match text.as_bytes().first() {
        Some(b'n') => Value::Null,
        Some(b'"') => {
            let text: String =
                serde_json::from_str(text).map_err(|_| "Empty or invalid json".to_owned())?;
            if text.contains('\0') {
                return Err("A string in the body has \\u0000, which text cannot hold".to_owned());
            }
            Value::Text(text)
        }
        Some(b'{' | b'[') => Value::Json(text.to_owned()),
        _ => Value::Text(text.to_owned()),
    })
}

fn members(text: &str) -> Result<Vec<Argument>, String> {
    struct Members;

    impl<'de> Visitor<'de> for Members {
        type Value = Vec<Argument>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a JSON object")
        }

        fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
            let mut arguments = Vec::new();
            let mut names = std::collections::HashSet::new();
            while let Some(name) = map.next_key::<String>()? {
                if names.len() >= limits::PARAMS {
                    return Err(A::Error::custom("too many members"));
                }
                if name.contains('\0') || !names.insert(name.clone()) {
                    return Err(A::Error::custom("a name is given twice"));
                }
                let value = scalar(map.next_value()?).map_err(A::Error::custom)?;
                arguments.push(Argument { name, value });
            }
            Ok(arguments)
        }
    }

    let mut reader = serde_json::Deserializer::from_str(text);
    reader.deserialize_map(Members).and_then(|arguments| reader.end().map(|()| arguments)).map_err(
        |error| match error.classify() {
            // serde_json adds the place; ours says why.
            serde_json::error::Category::Data => {
                let text = error.to_string();
                let why = text.split(" at line ").next().unwrap_or_default();
                format!("Cannot take arguments from the body: {why}")
            }
            _ => "Empty or invalid json".to_owned(),
        },
    )
}
