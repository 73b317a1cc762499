//! The document of the whole service: OpenAPI 3.1 with JSON Schema 2020-12.
//!
//! One schema's REST resources (a path means another table in another schema, which OpenAPI cannot say), the DBA's routes
//! and the built-in ones. Each part writes its paths and its components; another API is another part.

mod accounts;
mod functions;
mod names;
mod parameters;
mod relations;
mod responses;
mod routes;
mod schema;

use super::comment;
use super::json::Json;
use super::{Facts, Overview};
use crate::catalog::overview::Relation;
use schema::Schemas;

/// What every part writes from.
struct Part<'p> {
    overview: &'p Overview,
    facts: &'p Facts,
    schemas: Schemas<'p>,
}

impl Part<'_> {
    /// Several schemas are exposed: answers say which one they are of.
    fn profiled(&self) -> bool {
        self.facts.schemas.len() > 1
    }

    /// This document's schema is not the default: each request must name it.
    fn must_name(&self) -> bool {
        self.facts.schemas.first().is_some_and(|default| *default != self.overview.schema)
    }

    fn relations(&self) -> impl Iterator<Item = &Relation> {
        self.overview.relations.iter().filter(|_| self.overview.usage)
    }
}

/// Writes the document of one schema and the service around it.
pub fn document(overview: &Overview, facts: &Facts) -> Vec<u8> {
    let part = Part { overview, facts, schemas: Schemas::new(overview) };
    let mut json = Json::new();
    json.object(|json| {
        json.text("openapi", "3.1.0");
        json.key("info").object(|json| info(json, &part));
        json.key("servers").array(|json| json.object(|json| json.text("url", &server(facts))));
        json.key("security").array(|json| security(json, facts));
        json.key("tags").array(|json| tags(json, &part));
        json.key("paths").object(|json| {
            relations::paths(json, &part);
            functions::paths(json, &part);
            routes::paths(json, &part);
            routes::descriptions(json, &part);
        });
        json.key("components").object(|json| components(json, &part));
    });
    json.into_bytes()
}

const ABOUT: &str = "Tables, views and functions of a database, in the dialect of PostgREST: \
https://docs.postgrest.org. Rows have the columns that `select=` names, all without it. NaN and infinite numbers are \
strings, and so are dates beyond the calendar's (`infinity`, `BC`).";

fn info(json: &mut Json, part: &Part<'_>) {
    let comment = comment::split(part.overview.comment.as_deref());
    let title = comment.summary.filter(|title| !title.is_empty());
    json.text("title", title.unwrap_or("Howdah API"));
    let mut text = String::new();
    if let Some(rest) = comment.rest.filter(|rest| !rest.is_empty()) {
        text.push_str(rest);
        text.push_str("\n\n");
    }
    text.push_str(ABOUT);
    if part.profiled() {
        text.push_str(&format!(
            "\n\nThis is the schema `{}` of {}; `Accept-Profile` at `/openapi.json` asks for another one.",
            part.overview.schema,
            part.facts.schemas.iter().map(|s| format!("`{s}`")).collect::<Vec<_>>().join(", ")
        ));
    }
    json.text("description", &text);
    json.text("version", env!("CARGO_PKG_VERSION"));
}

/// The service's root: what the document is relative to, unless the DBA says where it is seen.
fn server(facts: &Facts) -> String {
    let Some(server) = &facts.server else { return "/".to_owned() };
    let path = server.path.trim_end_matches('/');
    let path = path.strip_suffix(super::REST).unwrap_or(path);
    let (scheme, port) = if server.https { ("https", ":443") } else { ("http", ":80") };
    let authority = server.authority.strip_suffix(port).unwrap_or(&server.authority);
    format!("{scheme}://{authority}{path}/")
}

fn security(json: &mut Json, facts: &Facts) {
    if facts.anonymous {
        json.object(|_| ());
    }
    for scheme in ["bearer", "apikey"] {
        json.object(|json| json.key(scheme).array(|_| ()));
    }
}

fn tags(json: &mut Json, part: &Part<'_>) {
    let mut tag = |name: &str, comment: Option<&str>| {
        json.object(|json| {
            json.text("name", name);
            json.some("description", comment);
        });
    };
    for relation in part.relations() {
        tag(&relation.name, relation.comment.as_deref());
    }
    // A table's own name comes first: tags are unique.
    let free = |name: &str| !part.relations().any(|relation| relation.name == name);
    for (name, text) in [
        (functions::TAG, "Functions of the database."),
        (accounts::TAG, "Accounts, in the dialect of Supabase Auth."),
        (routes::TAG, "Routes of this service."),
        (routes::BUILT_IN, "What every Howdah answers."),
    ] {
        if free(name) {
            tag(name, Some(text));
        }
    }
}

fn components(json: &mut Json, part: &Part<'_>) {
    json.key("schemas").object(|json| {
        responses::schemas(json, part.facts);
        accounts::schemas(json);
        relations::schemas(json, part);
        part.schemas.components(json);
    });
    json.key("parameters").object(|json| {
        parameters::shared(json, part);
        accounts::parameters(json);
        relations::parameters(json, part);
    });
    json.key("responses").object(|json| {
        responses::shared(json);
        accounts::responses(json);
        relations::responses(json, part);
    });
    json.key("headers").object(responses::headers);
    json.key("securitySchemes").object(|json| {
        json.key("bearer").object(|json| {
            json.text("type", "http");
            json.text("scheme", "bearer");
            json.text("bearerFormat", "JWT");
            json.text("description", "A user's token, or an API key.");
        });
        json.key("apikey").object(|json| {
            json.text("type", "apiKey");
            json.text("in", "header");
            json.text("name", "apikey");
            json.text("description", "An API key; a bearer token beside it goes before.");
        });
    });
}
