//! Every error with its code, status and public text; one table for extension, proxy and docs.
//!
//! - [`Code`]: our own and the dialect's codes, each with status and message template.
//! - [`from_database`]: what Postgres raised, by SQLSTATE.
//! - [`markdown`]: both tables for docs/ERRORS.md.

mod codes;
mod database;
mod markdown;

pub use codes::Code;
pub use database::{from_database, standby};
pub use markdown::markdown;

use crate::http::Response;
use serde_json::Value;

/// An error as a client sees it.
#[derive(Debug, Clone, PartialEq)]
pub struct ApiError {
    pub status: u16,
    pub code: String,
    pub message: String,
    /// A JSON value: a string, or (PGRST201) an array.
    pub details: Option<Value>,
    pub hint: Option<String>,
    /// Extra response headers as `Name: value\n` lines.
    pub headers: String,
}

impl ApiError {
    /// An error of the table. Each `{}` of the code's message takes the next of `args`.
    pub fn new(code: Code, args: &[&str]) -> Self {
        let spec = code.spec();
        let mut error = Self {
            status: spec.status,
            code: spec.code.to_owned(),
            message: fill(spec.message, args),
            details: None,
            hint: None,
            headers: String::new(),
        };
        if spec.status == 401 {
            error.challenge(code);
        }
        error
    }

    /// Adds `details`: a string, or any JSON value.
    #[must_use]
    pub fn details(mut self, details: impl Into<Value>) -> Self {
        self.details = Some(details.into());
        self
    }

    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// Adds a response header; a name or value that could split the block is dropped.
    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        push_header(&mut self.headers, name, value);
        self
    }

    /// PGRST100: a query parameter does not parse. `message` says which, `details` where.
    pub fn bad_query(message: impl Into<String>, details: impl Into<String>) -> Self {
        Self::new(Code::QueryParameter, &[&message.into()]).details(details.into())
    }

    /// PGRST102: the body can't be read.
    pub fn bad_body(message: &str) -> Self {
        Self::new(Code::Body, &[message])
    }

    /// PGRST103: an impossible range.
    pub fn bad_range(details: impl Into<String>) -> Self {
        Self::new(Code::Range, &[]).details(details.into())
    }

    /// PGRST107: nothing that the client accepts can be made. `accepted` are its media types.
    pub fn not_acceptable(accepted: &str) -> Self {
        Self::new(Code::MediaType, &[accepted])
    }

    /// The JSON body, compact, keys in the dialect's order (alphabetical).
    pub fn body(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(96 + self.message.len());
        out.extend_from_slice(b"{\"code\":");
        push_json(&mut out, &self.code);
        out.extend_from_slice(b",\"details\":");
        push_json(&mut out, &self.details);
        out.extend_from_slice(b",\"hint\":");
        push_json(&mut out, &self.hint);
        out.extend_from_slice(b",\"message\":");
        push_json(&mut out, &self.message);
        out.push(b'}');
        out
    }

    /// The finished response: JSON whatever the client accepts.
    pub fn to_response(&self) -> Response {
        let mut response = Response::new(self.status);
        response.header("Content-Type", "application/json; charset=utf-8");
        response.header("Proxy-Status", &format!("PostgREST; error={}", self.code));
        response.headers.push_str(&self.headers);
        response.body = self.body();
        response
    }

    /// The same with `code` and `message` only (`rest.error_verbosity = minimal`).
    pub fn to_minimal_response(&self) -> Response {
        let mut response = self.to_response();
        response.body.clear();
        response.body.extend_from_slice(b"{\"code\":");
        push_json(&mut response.body, &self.code);
        response.body.extend_from_slice(b",\"message\":");
        push_json(&mut response.body, &self.message);
        response.body.push(b'}');
        response
    }

    /// RFC 6750, 3: a token problem names itself, a missing token does not.
    fn challenge(&mut self, code: Code) {
        let value = match code {
            Code::TokenUnreadable | Code::TokenClaims => format!(
                "Bearer error=\"invalid_token\", error_description={}",
                Value::from(self.message.as_str())
            ),
            _ => "Bearer".to_owned(),
        };
        push_header(&mut self.headers, "WWW-Authenticate", &value);
    }
}

fn push_header(headers: &mut String, name: &str, value: &str) {
    let mut one = Response::default();
    one.header(name, value);
    headers.push_str(&one.headers);
}

fn push_json(out: &mut Vec<u8>, value: &impl serde::Serialize) {
    // Writing strings and JSON values into a Vec cannot fail.
    let _ = serde_json::to_writer(out, value);
}

fn fill(template: &str, args: &[&str]) -> String {
    let mut out =
        String::with_capacity(template.len() + args.iter().map(|a| a.len()).sum::<usize>());
    let mut args = args.iter();
    let mut parts = template.split("{}");
    out.push_str(parts.next().unwrap_or_default());
    for part in parts {
        out.push_str(args.next().copied().unwrap_or_default());
        out.push_str(part);
    }
    out
}

#[cfg(test)]
mod tests;
