//! OPTIONS: what a relation or function allows, grants apart. `Allow` is the dialect's, to the letter, since clients compare it;
//! that QUERY is taken too is said by `Accept-Query` (draft-ietf-httpbis-safe-method-w-body, 3).

use super::request::{self, Target};
use super::{Answer, Ending, Settings, plan, query_method};
use crate::catalog::{Catalog, Volatility};
use crate::error::{ApiError, Code};
use crate::http::{Request, Response};

/// What may be read.
const READABLE: &str = "OPTIONS,GET,HEAD";

/// Answers OPTIONS with an `Allow` header and no body.
///
/// # Errors
/// PGRST205 or PGRST202 (404) if there is no such relation or function; PGRST106 (406).
pub fn answer(
    catalog: &dyn Catalog,
    settings: &Settings,
    request: &Request<'_>,
    target: &Target<'_>,
) -> Result<Answer, ApiError> {
    let schema = request::schema(settings, request)?;
    let allow = match target {
        Target::Root => READABLE.to_owned(),
        Target::Relation(name) => relation(catalog, schema, name)?,
        Target::Function(name) => function(catalog, schema, name)?.to_owned(),
    };
    let mut response = Response::new(200);
    response.header("Allow", &allow);
    if *target != Target::Root && allow.starts_with(READABLE) {
        response.header("Accept-Query", query_method::CONTENT);
    }
    Ok(Answer { response, ending: Ending::Commit })
}

fn relation(catalog: &dyn Catalog, schema: &str, name: &str) -> Result<String, ApiError> {
    let relation = plan::relation(catalog, schema, name)?;
    let mut allow = String::from(READABLE);
    let keyed = !relation.primary_key.is_empty();
    for (allowed, method) in [
        (relation.insertable, ",POST"),
        (relation.insertable && relation.updatable && keyed, ",PUT"),
        (relation.updatable, ",PATCH"),
        (relation.deletable, ",DELETE"),
    ] {
        if allowed {
            allow.push_str(method);
        }
    }
    Ok(allow)
}

fn function(catalog: &dyn Catalog, schema: &str, name: &str) -> Result<&'static str, ApiError> {
    let overloads = catalog.functions(schema, name);
    if overloads.is_empty() {
        return Err(ApiError::new(Code::NoFunction, &[&format!("{schema}.{name}")]));
    }
    let readable = overloads.iter().any(|f| f.volatility != Volatility::Volatile);
    Ok(if readable { "OPTIONS,GET,HEAD,POST" } else { "OPTIONS,POST" })
}
