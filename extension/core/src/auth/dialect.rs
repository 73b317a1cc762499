//! The two shapes of GoTrue's errors, and errors of the gateway in them.
//!
//! A flow answers an error as `{"code": 400, "error_code": "slug", "msg": "…", …}`. A request with
//! `X-Supabase-Api-Version: 2024-01-01` gets `{"code": "slug", "message": "…", …}` and the header back; both get
//! `X-Sb-Error-Code: slug`.

use crate::auth::error;
use crate::error::ApiError;
use crate::http::{Headers, Response};
use serde_json::{Map, Value};

/// The prefix of accounts' paths.
pub const PREFIX: &str = "/auth/v1/";

/// What else signed-in users ask for by the same clients: their errors are the same.
const ALSO: &str = "/push/v1/";

/// Whether errors of this path are the dialect's.
#[must_use]
pub fn speaks(path: &str) -> bool {
    path.starts_with(PREFIX) || path.starts_with(ALSO)
}

/// First version of the API that has the new shape; versions are dates, compared as text.
const NEW_SHAPE: &str = "2024-01-01";

const VERSION_HEADER: &str = "X-Supabase-Api-Version";

fn version<'a>(headers: Headers<'a>) -> Option<&'a str> {
    headers.get("x-supabase-api-version").filter(|version| {
        version.len() == 10 && version.bytes().all(|b| b.is_ascii_digit() || b == b'-')
    })
}

/// Puts an error that a flow answered into the shape that the request asks for; any other answer only gets the version
/// back.
pub fn shape(headers: Headers<'_>, response: &mut Response) {
    let version = version(headers);
    if version.is_some_and(|version| version >= NEW_SHAPE) {
        response.header(VERSION_HEADER, NEW_SHAPE);
    }
    if response.status < 400 {
        return;
    }
    let Ok(Value::Object(mut body)) = serde_json::from_slice(&response.body) else { return };
    let Some(Value::String(slug)) = body.get("error_code").cloned() else { return };
    response.header("X-Sb-Error-Code", &slug);
    if version.is_some_and(|version| version >= NEW_SHAPE) {
        let message = body.remove("msg").unwrap_or_default();
        body.remove("error_code");
        body.insert("code".to_owned(), Value::String(slug));
        body.insert("message".to_owned(), message);
    }
    response.body = Value::Object(body).to_string().into_bytes();
}

/// The body of an error as flows answer it.
#[must_use]
pub fn body(status: u16, slug: &str, message: &str, extra: Option<&Map<String, Value>>) -> Value {
    let mut body = Map::new();
    body.insert("code".to_owned(), status.into());
    body.insert("error_code".to_owned(), slug.into());
    body.insert("msg".to_owned(), message.into());
    for (key, value) in extra.into_iter().flatten() {
        body.insert(key.clone(), value.clone());
    }
    Value::Object(body)
}

/// An error of the gateway (a body that is no JSON, a raised constraint, a fault) in the dialect's shape.
#[must_use]
pub fn refusal(headers: Headers<'_>, cause: &ApiError) -> Response {
    // A flow that has to undo its work raises one of the table's own.
    if let Some(line) = error::find(&cause.code) {
        return answer_of(headers, cause, cause.status, line.slug, &cause.message);
    }
    let (slug, message) = match (cause.code.as_str(), cause.status) {
        ("PGRST102", _) => ("bad_json", cause.message.as_str()),
        ("HW404", _) => ("not_found", "404 page not found"),
        ("HW405", _) => ("method_not_allowed", "Method not allowed"),
        // The proxy's own, of requests that no flow has seen.
        ("HW400" | "HW415" | "HW416", _) => ("validation_failed", cause.message.as_str()),
        ("HW408", _) => ("request_timeout", cause.message.as_str()),
        (_, 413 | 414 | 431) => ("request_too_large", cause.message.as_str()),
        ("HW429", _) | (_, 429) => ("over_request_rate_limit", cause.message.as_str()),
        // A value that the argument's type does not take.
        (code, 400) if code.starts_with("22") || code == "PGRST100" || code == "PGRST202" => {
            ("validation_failed", cause.message.as_str())
        }
        ("PGRST202" | "PGRST203", _) => ("validation_failed", "Unknown or missing parameters"),
        (_, 401) => ("no_authorization", cause.message.as_str()),
        (_, 403) => ("not_admin", "User not allowed"),
        (_, 504) => ("request_timeout", spec_message("request_timeout")),
        ("P0001", 400) => ("unexpected_failure", spec_message("unexpected_failure")),
        (_, 503) => ("unexpected_failure", cause.message.as_str()),
        _ => ("unexpected_failure", spec_message("unexpected_failure")),
    };
    let status = match slug {
        "unexpected_failure" if cause.status == 503 => 503,
        "unexpected_failure" => 500,
        "not_found" => 404,
        "method_not_allowed" => 405,
        "validation_failed" | "bad_json" if !cause.code.starts_with("HW4") => 400,
        _ => cause.status,
    };
    answer_of(headers, cause, status, slug, message)
}

fn answer_of(
    headers: Headers<'_>,
    cause: &ApiError,
    status: u16,
    slug: &str,
    message: &str,
) -> Response {
    let mut response = Response::new(status);
    response.header("Content-Type", "application/json; charset=utf-8");
    response.headers.push_str(&cause.headers);
    response.body = body(status, slug, message, None).to_string().into_bytes();
    shape(headers, &mut response);
    response
}

fn spec_message(slug: &str) -> &'static str {
    error::find(slug).map_or("", |line| line.message)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Code;

    fn answer() -> Response {
        let mut response = Response::new(400);
        response.body = body(400, "invalid_credentials", "Invalid login credentials", None)
            .to_string()
            .into_bytes();
        response
    }

    #[test]
    fn speaks_the_shape_that_the_request_asks_for() {
        let mut old = answer();
        shape(Headers("apikey: x\n"), &mut old);
        let body: Value = serde_json::from_slice(&old.body).unwrap();
        assert_eq!(body["error_code"], "invalid_credentials");
        assert_eq!(body["code"], 400);
        assert_eq!(old.headers, "X-Sb-Error-Code: invalid_credentials\n");

        let mut new = answer();
        shape(Headers("x-supabase-api-version: 2024-01-01\n"), &mut new);
        let body: Value = serde_json::from_slice(&new.body).unwrap();
        assert_eq!(
            body,
            serde_json::json!({"code": "invalid_credentials", "message": "Invalid login credentials"})
        );
        assert!(new.headers.contains("X-Supabase-Api-Version: 2024-01-01\n"));
    }

    #[test]
    fn is_spoken_where_users_ask() {
        for path in ["/auth/v1/token", "/push/v1/devices", "/push/v1/{x}"] {
            assert!(speaks(path), "{path}");
        }
        for path in ["/auth/v1", "/rest/v1/push", "/hooks/in/x", "/push", "/x/push/v1/"] {
            assert!(!speaks(path), "{path}");
        }
    }

    #[test]
    fn leaves_what_is_no_error_alone() {
        let mut response = Response::new(200);
        response.body = b"{\"error_code\": \"x\"}".to_vec();
        shape(Headers("x-supabase-api-version: 2024-01-01\n"), &mut response);
        assert_eq!(response.body, b"{\"error_code\": \"x\"}");
        assert!(response.headers.contains("2024-01-01"));
    }

    #[test]
    fn tells_the_gateways_errors_in_the_dialect() {
        let told = |cause: ApiError| {
            let response = refusal(Headers(""), &cause);
            let body: Value = serde_json::from_slice(&response.body).unwrap();
            (response.status, body["error_code"].as_str().unwrap().to_owned())
        };
        assert_eq!(told(ApiError::bad_body("Empty or invalid json")), (400, "bad_json".into()));
        assert_eq!(told(ApiError::new(Code::NotFound, &[])), (404, "not_found".into()));
        assert_eq!(told(ApiError::new(Code::Internal, &[])), (500, "unexpected_failure".into()));
        assert_eq!(told(ApiError::new(Code::Unavailable, &[])), (503, "unexpected_failure".into()));
        for (code, status, slug) in [
            (Code::BadRequest, 400, "validation_failed"),
            (Code::RequestTimeout, 408, "request_timeout"),
            (Code::TooLarge, 413, "request_too_large"),
            (Code::TargetTooLong, 414, "request_too_large"),
            (Code::ContentEncoding, 415, "validation_failed"),
            (Code::HeadersTooLarge, 431, "request_too_large"),
            (Code::Timeout, 504, "request_timeout"),
        ] {
            assert_eq!(told(ApiError::new(code, &["x"])), (status, slug.to_owned()));
        }
        let mut raised = ApiError::new(Code::Internal, &[]);
        raised.status = 418;
        "hook_rejected".clone_into(&mut raised.code);
        assert_eq!(told(raised), (418, "hook_rejected".into()));
    }
}
