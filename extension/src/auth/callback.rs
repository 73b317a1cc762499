//! Where a browser is sent back to.

use howdah_core::auth::callback::callback;
use pgrx::JsonB;
use pgrx::prelude::*;
use serde_json::Value;

/// The members of an object, sorted by name; what is no text as JSON has it.
fn members(object: Option<JsonB>) -> Vec<(String, String)> {
    let Some(JsonB(Value::Object(object))) = object else { return Vec::new() };
    let mut members: Vec<_> = object
        .into_iter()
        .map(|(name, value)| match value {
            Value::String(text) => (name, text),
            other => (name, other.to_string()),
        })
        .collect();
    members.sort();
    members
}

/// An address with members put into its query and its fragment, in the order of their names.
#[pg_extern(schema = "howdah_private", immutable, parallel_safe)]
fn auth_callback_url(target: &str, query: Option<JsonB>, fragment: Option<JsonB>) -> String {
    callback(target, &members(query), &members(fragment))
}
