//! Routes as data: a row of `howdah.routes` answered by its function, as the role of the token.

use crate::database::Live;
use crate::pg::{inval, jail, query};
use howdah_core::auth::dialect;
use howdah_core::catalog::{Function, Returns, TypeKind};
use howdah_core::error::{ApiError, Code};
use howdah_core::http::{RAW_BODY, Request, Response};
use howdah_core::rest::shape::{
    Call, CallKind, Form, Parsed, Query, Range, ResultKind, Returning, Shape, Verb, Write,
};
use howdah_core::rest::{self, Answer, Database, Ending};
use howdah_core::route::{self, Argument, Route, Value};
use serde_json::Value as Json;
use serde_json::value::RawValue;
use std::borrow::Cow;
use std::cell::RefCell;
use std::collections::HashMap;

/// May the current user call any function of this name? One who may not gets the same 404 as for a path that is not there.
const CALLABLE: &str = "SELECT pg_catalog.bool_or(pg_catalog.has_function_privilege(p.oid, 'EXECUTE'))::pg_catalog.text \
    FROM pg_catalog.pg_proc p JOIN pg_catalog.pg_namespace n ON n.oid OPERATOR(pg_catalog.=) p.pronamespace \
    WHERE n.nspname OPERATOR(pg_catalog.=) $1::pg_catalog.name AND p.proname OPERATOR(pg_catalog.=) $2::pg_catalog.name \
    AND pg_catalog.has_schema_privilege(n.oid, 'USAGE')";

/// Answers of [`CALLABLE`], by role and function, and the state of the schema and of the roles that they are of.
#[derive(Default)]
struct MayCall {
    state: (u64, u64),
    kept: HashMap<(u32, String), bool>,
}

thread_local! {
    static MAY_CALL: RefCell<MayCall> = RefCell::default();
}

/// [`CALLABLE`], asked once until a function, a schema, a role or a membership changes.
fn may_call(function: &str, schema: &str, name: &str) -> bool {
    let state = || (inval::schema(), inval::roles());
    let (now, key) = (state(), (jail::current_role(), function.to_owned()));
    let known = MAY_CALL.with_borrow_mut(|all| {
        if all.state != now {
            *all = MayCall { state: now, kept: HashMap::new() };
        }
        all.kept.get(&key).copied()
    });
    known.unwrap_or_else(|| {
        let answer = query::text(CALLABLE, &[schema, name]) == "true";
        // What changed while we asked is asked again.
        if state() == now {
            MAY_CALL.with_borrow_mut(|all| all.kept.insert(key, answer));
        }
        answer
    })
}

/// Answers a matched route.
///
/// # Errors
/// HW404 if the role may not call the function; what reading arguments, or choosing an overload, answers.
pub fn answer(
    live: &Live,
    settings: &rest::Settings,
    request: &Request<'_>,
    route: &Route,
    parameters: Vec<(&str, String)>,
) -> Result<Answer, ApiError> {
    let (schema, name) =
        split(&route.function).ok_or_else(|| ApiError::new(Code::NotFound, &[]))?;
    if !may_call(&route.function, &schema, &name) {
        return Err(ApiError::new(Code::NotFound, &[]));
    }
    let overloads = live.catalog().functions(&schema, &name);
    let mut arguments = if overloads.iter().any(|f| takes(f, RAW_BODY)) {
        route::merge_raw(parameters, request.query, request.body)?
    } else {
        let content_type = request.headers.get("content-type");
        route::merge(parameters, request.query, content_type, request.body)?
    };
    arguments.retain(|given| overloads.iter().any(|f| takes(f, &given.name)));
    arguments.sort_by(|a, b| a.name.cmp(&b.name));

    let (form, content_type) = overloads.first().map_or((ROWS, JSON), form_of);
    let shape = Shape {
        verb: Verb::Call,
        schema,
        target: name,
        query: Query::default(),
        range: Range::default(),
        write: Write::default(),
        call: Call {
            kind: CallKind::Json,
            arguments: arguments.iter().map(|a| a.name.clone()).collect(),
        },
        returning: Returning::Representation,
        count: None,
        form,
        wanted: Default::default(),
    };
    let parsed = parsed(shape, &arguments);
    let shape = &parsed.shape;
    let compiled = live.compiled(shape, &mut || rest::compile(shape, live.catalog(), settings))?;
    if let Some(level) = live.enter_function(&compiled.function_settings) {
        return Ok(Answer { response: Response::default(), ending: Ending::Repeat(level) });
    }
    let mut response = Response::new(200);
    live.run(&compiled.main, &parsed, &mut response.body);
    if compiled.result == ResultKind::Void {
        response.status = 204;
        response.body.clear();
    } else {
        response.header("Content-Type", content_type);
    }
    if is_answer(&overloads) {
        unpack(&mut response)?;
    }
    if dialect::speaks(request.path) {
        dialect::shape(request.headers, &mut response);
    }
    let (status, headers) = live.response_settings();
    rest::response::override_with(&mut response, status.as_deref(), headers.as_deref())?;
    Ok(Answer { response, ending: Ending::Commit })
}

const JSON: &str = "application/json; charset=utf-8";
const ROWS: Form = Form::Array { strip_nulls: false };

/// Text, xml and bytea are the body as they are; all else is JSON.
fn form_of(function: &Function) -> (Form, &'static str) {
    match &function.returns {
        Returns::Scalar(ty) if !function.set => match ty.kind {
            TypeKind::Text | TypeKind::Varchar | TypeKind::Bpchar => {
                (Form::Raw, "text/plain; charset=utf-8")
            }
            TypeKind::Xml => (Form::Raw, "text/xml; charset=utf-8"),
            TypeKind::Bytea => (Form::Raw, "application/octet-stream"),
            _ => (ROWS, JSON),
        },
        _ => (ROWS, JSON),
    }
}

/// Does the function answer with an `auth.answer`: status, body and headers in one row?
fn is_answer(overloads: &[Function]) -> bool {
    overloads.first().is_some_and(|function| {
        matches!(&function.returns, Returns::Relation { schema, name }
            if schema == "auth" && name == "answer")
    })
}

/// Makes status, headers and body of the row that the function returned.
fn unpack(response: &mut Response) -> Result<(), ApiError> {
    let broken = || ApiError::new(Code::Internal, &[]);
    let row: AnswerRow<'_> = serde_json::from_slice(&response.body).map_err(|_| broken())?;
    let mut unpacked = Response::new(row.status);
    if let Some(body) = row.body.map(RawValue::get).filter(|body| *body != "null") {
        unpacked.header("Content-Type", JSON);
        unpacked.body = body.as_bytes().to_vec();
    }
    for (name, value) in row.headers.into_iter().flatten() {
        match value {
            Json::Array(values) => {
                values.iter().filter_map(Json::as_str).for_each(|v| unpacked.header(&name, v));
            }
            Json::String(value) => unpacked.header(&name, &value),
            other => unpacked.header(&name, &other.to_string()),
        }
    }
    *response = unpacked;
    Ok(())
}

#[derive(serde::Deserialize)]
struct AnswerRow<'a> {
    status: u16,
    #[serde(borrow)]
    body: Option<&'a RawValue>,
    headers: Option<serde_json::Map<String, Json>>,
}

fn takes(function: &Function, name: &str) -> bool {
    function.arguments.iter().any(|argument| argument.name == name)
}

fn parsed(shape: Shape, arguments: &[Argument]) -> Parsed<'static> {
    let mut texts = Vec::with_capacity(arguments.len());
    let mut documents = Vec::with_capacity(arguments.len());
    for argument in arguments {
        let (text, document) = match &argument.value {
            Value::Null => (None, None),
            Value::Text(text) => (Some(text.clone()), Some(quoted(text))),
            Value::Json(json) => (Some(json.clone()), Some(json.clone())),
            Value::Many(items) => {
                let list = serde_json::Value::from(items.clone()).to_string();
                (Some(list.clone()), Some(list))
            }
            Value::Bytes(bytes) => {
                let hex = hex(bytes);
                (Some(hex.clone()), Some(quoted(&hex)))
            }
        };
        texts.push(text);
        documents.push(document.map(Cow::Owned));
    }
    Parsed {
        shape,
        values: Vec::new(),
        fields: Vec::new(),
        fields_json: Vec::new(),
        arguments: texts,
        arguments_json: documents,
        body: Cow::Borrowed(b""),
        tags: String::new(),
        max_affected: None,
        elements: None,
    }
}

fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

/// As bytea reads it.
fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::from("\\x"), |mut text, byte| {
        text.push_str(&format!("{byte:02x}"));
        text
    })
}

/// `schema.name`, each part quoted where SQL needs it, as `howdah.route` stores it.
pub fn split(function: &str) -> Option<(String, String)> {
    let mut parts = Vec::with_capacity(2);
    let mut part = String::new();
    let mut in_quotes = false;
    let mut chars = function.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '"' if in_quotes && chars.peek() == Some(&'"') => {
                chars.next();
                part.push('"');
            }
            '"' => in_quotes = !in_quotes,
            '.' if !in_quotes => parts.push(std::mem::take(&mut part)),
            c => part.push(c),
        }
    }
    parts.push(part);
    let [schema, name] = <[String; 2]>::try_from(parts).ok()?;
    Some((schema, name))
}
