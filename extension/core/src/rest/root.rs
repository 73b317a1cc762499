//! The root of `/rest/v1`: what the API is, as a document, or what the DBA's own function says.

use super::request::{self, Target};
use super::timing::Phase;
use super::{Answer, Database, Ending, Settings};
use crate::error::{ApiError, Code};
use crate::http::{Headers, Request, Response, percent_decode};
use crate::openapi::{Facts, Mode, Version, Wanted};
use std::borrow::Cow;

const SWAGGER: &str = "application/openapi+json; charset=utf-8";
const V31: &str = "application/vnd.oai.openapi+json;version=3.1";
const JSON: &str = "application/json; charset=utf-8";

/// The function in the document's place (`rest.root_spec`), called like any other of its name.
///
/// # Errors
/// PGRST126 (404) if the root answers nothing.
pub fn function(settings: &Settings) -> Result<Option<Target<'_>>, ApiError> {
    if let Some(name) = &settings.openapi.root {
        return Ok(Some(Target::Function(Cow::Borrowed(name))));
    }
    refuse_disabled(settings).map(|()| None)
}

fn refuse_disabled(settings: &Settings) -> Result<(), ApiError> {
    match settings.openapi.mode {
        Mode::Disabled => Err(ApiError::new(Code::OpenApi, &[])),
        _ => Ok(()),
    }
}

/// Answers the root with the document that Accept asks for: PostgREST's own, unless it names 3.1.
///
/// # Errors
/// PGRST117 (405) for a method that writes; PGRST107 and PGRST106 (406).
pub fn answer(
    db: &dyn Database,
    settings: &Settings,
    request: &Request<'_>,
) -> Result<Answer, ApiError> {
    if let Some(answer) = other_method(request, Code::Method)? {
        db.begin(Phase::Response);
        return Ok(answer);
    }
    let version = negotiate(request.headers, Version::Swagger)
        .ok_or_else(|| super::accept::not_acceptable(request.headers))?;
    let schema = request::schema(settings, request)?;
    let content_type = if version == Version::V31 { V31 } else { SWAGGER };
    Ok(describe(db, settings, request, version, schema, content_type))
}

/// Answers `/openapi.json`: the whole service, whatever JSON is accepted. `?schema=` is Accept-Profile for those who
/// can't send a header.
///
/// # Errors
/// PGRST126 (404) if descriptions are disabled; HW405; PGRST106 and PGRST107 (406).
pub fn service(
    db: &dyn Database,
    settings: &Settings,
    request: &Request<'_>,
) -> Result<Answer, ApiError> {
    refuse_disabled(settings)?;
    if let Some(answer) = other_method(request, Code::MethodNotAllowed)? {
        return Ok(answer);
    }
    let wanted = request.query.split('&').find_map(|pair| pair.strip_prefix("schema="));
    let wanted = wanted.and_then(|name| percent_decode(name, true));
    let schema = match &wanted {
        Some(name) => request::exposed(settings, name)?,
        None => request::schema(settings, request)?,
    };
    negotiate(request.headers, Version::V31)
        .filter(|version| *version == Version::V31)
        .ok_or_else(|| super::accept::not_acceptable(request.headers))?;
    let named = request.headers.get("accept").is_some_and(|accept| accept.contains("vnd.oai"));
    let content_type = if named { V31 } else { JSON };
    Ok(describe(db, settings, request, Version::V31, schema, content_type))
}

/// What OPTIONS is answered, and the refusal of methods that write.
fn other_method(request: &Request<'_>, refusal: Code) -> Result<Option<Answer>, ApiError> {
    match request.method {
        "GET" | "HEAD" => Ok(None),
        "OPTIONS" => {
            let mut response = Response::new(200);
            response.header("Allow", "OPTIONS,GET,HEAD");
            Ok(Some(Answer { response, ending: Ending::Commit }))
        }
        method if refusal == Code::MethodNotAllowed => {
            let _ = method;
            Err(ApiError::new(refusal, &[]).header("Allow", "GET, HEAD, OPTIONS"))
        }
        method => Err(ApiError::new(refusal, &[method])),
    }
}

fn describe(
    db: &dyn Database,
    settings: &Settings,
    request: &Request<'_>,
    version: Version,
    schema: &str,
    content_type: &str,
) -> Answer {
    db.begin(Phase::Plan);
    let rules = &settings.openapi;
    let mut response = Response::new(200);
    response.header("Content-Type", content_type);
    if settings.schemas.len() > 1 {
        response.header("Content-Profile", schema);
    }
    response.header("Vary", "Accept, Prefer, Range");
    if request.method != "HEAD" {
        let wanted = Wanted {
            version,
            schema: schema.to_owned(),
            everything: rules.mode == Mode::IgnorePrivileges,
            facts: Facts {
                server: rules.server.clone(),
                security: rules.security,
                schemas: settings.schemas.clone(),
                search_path: rules.search_path.clone(),
                anonymous: rules.anonymous,
                terse: rules.terse,
                routes: Vec::new(),
            },
        };
        db.begin(Phase::Transaction);
        response.body.extend_from_slice(&db.description(&wanted));
    }
    db.begin(Phase::Response);
    Answer { response, ending: Ending::Commit }
}

/// The best document of those accepted; any JSON is `usual`.
fn negotiate(headers: Headers<'_>, usual: Version) -> Option<Version> {
    let mut best: Option<(u16, Version)> = None;
    let mut any = false;
    for item in headers.all("accept").flat_map(|value| value.split(',')) {
        let mut parts = item.split(';').map(|part| part.trim_matches([' ', '\t']));
        let name = parts.next().unwrap_or_default().to_ascii_lowercase();
        if name.is_empty() {
            continue;
        }
        any = true;
        let (mut quality, mut fits) = (1000, true);
        for parameter in parts {
            if let Some(q) = parameter.strip_prefix("q=") {
                quality = super::accept::thousandths(q);
            } else if let Some(version) = parameter.strip_prefix("version=") {
                fits = version.trim_matches('"').starts_with("3.1");
            }
        }
        let version = match name.as_str() {
            "application/vnd.oai.openapi+json" if fits => Version::V31,
            "application/openapi+json" => Version::Swagger,
            "application/json" | "application/*" | "*/*" => usual,
            _ => continue,
        };
        if quality > 0 && best.is_none_or(|(known, _)| quality > known) {
            best = Some((quality, version));
        }
    }
    match best {
        Some((_, version)) => Some(version),
        None => (!any).then_some(usual),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn choose(accept: &str, usual: Version) -> Option<Version> {
        negotiate(Headers(&format!("accept: {accept}\n")), usual)
    }

    #[test]
    fn json_is_the_usual_document() {
        for accept in
            ["*/*", "application/json", "text/html, */*;q=0.1", "application/openapi+json"]
        {
            assert_eq!(choose(accept, Version::Swagger), Some(Version::Swagger), "{accept}");
        }
        assert_eq!(negotiate(Headers(""), Version::V31), Some(Version::V31));
        assert_eq!(choose("application/json", Version::V31), Some(Version::V31));
    }

    #[test]
    fn the_newer_one_is_asked_for_by_name() {
        for accept in [
            V31,
            "application/vnd.oai.openapi+json",
            "Application/vnd.OAI.openapi+json; version=\"3.1.0\"",
            "application/json;q=0.5, application/vnd.oai.openapi+json;version=3.1",
        ] {
            assert_eq!(choose(accept, Version::Swagger), Some(Version::V31), "{accept}");
        }
        let refused = ["text/csv", "application/vnd.oai.openapi+json;version=3.0", "*/*;q=0"];
        for accept in refused {
            assert_eq!(choose(accept, Version::Swagger), None, "{accept}");
        }
    }
}
