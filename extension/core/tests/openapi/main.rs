//! Descriptions of the API, from overviews as the shell reads them: `library.json` is the demo as a signed-in user sees it,
//! `odd.json` the fixture of the HTTP tests as anybody does.

mod snapshots;
mod swagger;
mod v31;

use howdah_core::catalog::overview::Overview;
use howdah_core::openapi::{Facts, Route, swagger as write_swagger, v31 as write_v31};
use serde_json::Value;

pub const ODD: &str = "Open {API} 100%";

pub fn library() -> Overview {
    Overview::read(include_str!("library.json")).unwrap()
}

pub fn odd() -> Overview {
    Overview::read(include_str!("odd.json")).unwrap()
}

pub fn facts() -> Facts {
    let built_in = |pattern: &str, schema: &str, function: &str| Route {
        builtin: true,
        ..route("GET", pattern, schema, function, &[])
    };
    Facts {
        schemas: vec!["public".into()],
        search_path: vec!["public".into()],
        anonymous: true,
        routes: vec![
            built_in("/auth/v1/.well-known/jwks.json", "howdah", "jwks"),
            built_in("/auth/v1/health", "auth", "health"),
        ],
        ..Facts::default()
    }
}

pub fn odd_facts() -> Facts {
    let mut facts = facts();
    facts.schemas.push(ODD.to_owned());
    facts.routes.extend([
        route("GET", "/things/{want}", ODD, "serve_thing", &["want"]),
        route("POST", "/things/{want}", ODD, "serve_thing", &["want"]),
        route("GET", "/text/{path...}", ODD, "serve_text", &["path"]),
        route("GET", "/closed", ODD, "serve_closed", &[]),
    ]);
    facts
}

fn route(method: &str, pattern: &str, schema: &str, function: &str, names: &[&str]) -> Route {
    Route {
        method: method.to_owned(),
        pattern: pattern.to_owned(),
        parameters: names.iter().map(|name| (*name).to_owned()).collect(),
        schema: schema.to_owned(),
        function: function.to_owned(),
        builtin: false,
    }
}

pub fn swagger_of(overview: &Overview, facts: &Facts) -> Value {
    serde_json::from_slice(&write_swagger(overview, facts)).unwrap()
}

pub fn v31_of(overview: &Overview, facts: &Facts) -> Value {
    serde_json::from_slice(&write_v31(overview, facts)).unwrap()
}

/// Every `$ref` of a document leads somewhere.
pub fn no_dangling_reference(document: &Value) {
    fn walk<'v>(value: &'v Value, found: &mut Vec<&'v str>) {
        match value {
            Value::Object(members) => {
                found.extend(members.get("$ref").and_then(Value::as_str));
                members.values().for_each(|value| walk(value, found));
            }
            Value::Array(items) => items.iter().for_each(|value| walk(value, found)),
            _ => {}
        }
    }
    let mut found = Vec::new();
    walk(document, &mut found);
    assert!(!found.is_empty());
    for reference in found {
        let pointer = reference.strip_prefix('#').unwrap();
        let decoded = howdah_core::http::percent_decode(pointer, false).unwrap();
        assert!(document.pointer(&decoded).is_some(), "{reference}");
    }
}
