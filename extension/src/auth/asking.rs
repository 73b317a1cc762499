//! What the flows may know of the request that is being served. All null outside one.

use crate::pg::claims;
use pgrx::Inet;
use pgrx::prelude::*;
use std::net::IpAddr;

/// A header of the request; its name in lower case.
#[pg_extern(schema = "howdah_private", stable, strict, parallel_restricted)]
fn request_header(name: &str) -> Option<String> {
    claims::with_context(|context| {
        howdah_core::http::Headers(&context.headers).get(name).map(str::to_owned)
    })
    .flatten()
}

/// The query's parameters, those given once, as a JSON object; for the few flows that pass on what they do not know.
#[pg_extern(schema = "howdah_private", stable, strict, parallel_restricted)]
fn request_query() -> Option<pgrx::JsonB> {
    let query = claims::with_context(|context| context.query.clone())?;
    let mut object = serde_json::Map::new();
    for argument in howdah_core::route::merge(Vec::new(), &query, None, &[]).unwrap_or_default() {
        if let howdah_core::route::Value::Text(text) = argument.value {
            object.insert(argument.name, serde_json::Value::String(text));
        }
    }
    Some(pgrx::JsonB(object.into()))
}

/// The client's address, as the proxy found it. IPv4 seen through an IPv6 socket is IPv4.
#[pg_extern(schema = "howdah_private", stable, strict, parallel_restricted)]
fn client_address() -> Option<Inet> {
    let address =
        claims::with_context(|context| context.client.parse::<IpAddr>().ok()).flatten()?;
    Some(Inet(address.to_canonical().to_string()))
}

/// The request's id.
#[pg_extern(schema = "howdah_private", stable, strict, parallel_restricted)]
fn request_id() -> Option<String> {
    claims::with_context(|context| context.id.clone()).filter(|id| !id.is_empty())
}

/// What is wrong with the request's token, if the path lets a request with a bad one in: a slug and a message with a colon
/// between.
#[pg_extern(schema = "howdah_private", stable, strict, parallel_restricted)]
fn token_problem() -> Option<String> {
    claims::with_context(|context| context.problem.clone()).flatten()
}

/// Whether a request is being served.
#[pg_extern(schema = "howdah_private", stable, strict, parallel_restricted)]
fn request_active() -> bool {
    claims::active()
}
