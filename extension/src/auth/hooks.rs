//! Hooks of accounts: a function of the DBA's, asked as the role that he gave, for no longer than he allowed.

use super::settings::configuration;
use crate::encode::Writer;
use crate::pg::dest::Sink;
use crate::pg::plan::Plan;
use crate::pg::{clock, jail};
use pgrx::prelude::*;

/// Whether any function is registered for a hook: from the backend's own copy of the configuration, so that a sign-in or a
/// refresh of an app without hooks reads no table for them.
#[pg_extern(schema = "howdah_private", stable, strict, parallel_restricted)]
fn hook_registered(hook: &str) -> bool {
    configuration().hooks.contains(hook)
}

/// Asks `schema.name(jsonb)` and returns its answer, which is JSON, as text; null if it answers null.
///
/// Raises what the function raises; 42501 if the role may not call it; 42704 if there is no such role; 57014 when the
/// milliseconds are over, or the request's own time.
#[pg_extern(schema = "howdah_private", volatile, strict, parallel_unsafe)]
fn hook_call(
    schema: &str,
    name: &str,
    role: &str,
    payload: &str,
    timeout_ms: i32,
) -> Option<String> {
    let Some(role) = jail::role_oid(role) else {
        super::refuse(PgSqlErrorCode::ERRCODE_UNDEFINED_OBJECT, "the hook's role is gone")
    };
    let mut sql = String::from("SELECT ");
    howdah_core::ident::push_qualified(&mut sql, schema, name);
    sql.push_str("($1::pg_catalog.jsonb)::pg_catalog.text");
    let mut answer = Vec::new();
    clock::at_most(timeout_ms, || {
        jail::run_as(role, || {
            let plan = Plan::prepare(&sql, 1, false);
            plan.run(
                &[Some(payload.as_bytes())],
                false,
                &mut Sink::new(Writer::raw_text(&mut answer)),
            );
        });
    });
    (!answer.is_empty()).then(|| String::from_utf8_lossy(&answer).into_owned())
}
