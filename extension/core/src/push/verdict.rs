//! What a push service's answer means.

use serde_json::Value;

/// What follows from an answer that is no success.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    /// For the delivery's row.
    pub word: String,
    /// Another attempt would end no better.
    pub permanent: bool,
    /// The device is not there any more: its token is to be used no more.
    pub gone: bool,
    /// Milliseconds since 1970: it has not been there since; who has registered after that is there again.
    pub since: Option<i64>,
}

impl Verdict {
    fn later(word: impl Into<String>) -> Self {
        Self { word: word.into(), permanent: false, gone: false, since: None }
    }

    fn never(word: impl Into<String>) -> Self {
        Self { permanent: true, ..Self::later(word) }
    }

    fn gone(word: &str) -> Self {
        Self { permanent: true, gone: true, ..Self::later(word) }
    }
}

/// The verdict on an answer of `web`, `fcm` or `apns`; none for a success.
#[must_use]
pub fn read(service: &str, status: u16, body: &str) -> Option<Verdict> {
    if (200..300).contains(&status) {
        return None;
    }
    let body: Value = serde_json::from_str(body).unwrap_or_default();
    Some(match service {
        "fcm" => fcm(status, &body),
        "apns" => apns(status, &body),
        _ => web(status),
    })
}

fn web(status: u16) -> Verdict {
    match status {
        404 | 410 => Verdict::gone("unregistered"),
        413 => Verdict::never("too_large"),
        _ => by_status(status),
    }
}

/// <https://firebase.google.com/docs/reference/fcm/rest/v1/ErrorCode>
fn fcm(status: u16, body: &Value) -> Verdict {
    let details = body.pointer("/error/details").and_then(Value::as_array);
    let details = || details.into_iter().flatten();
    let code = details().find_map(|d| d["errorCode"].as_str());
    let field = |violation: &Value| violation["field"] == "message.token";
    let on_token = || {
        details().filter_map(|d| d["fieldViolations"].as_array()).flatten().any(field)
            || text(body, "/error/message")
                .is_some_and(|text| text.contains("registration token is not a valid"))
    };
    match (code, status) {
        (Some("UNREGISTERED"), _) => Verdict::gone("unregistered"),
        // Not any 404: a wrong endpoint has them too, and would retire every device.
        (None, 404) if text(body, "/error/status") == Some("NOT_FOUND") => {
            Verdict::gone("unregistered")
        }
        (None | Some("INVALID_ARGUMENT"), 400) if on_token() => Verdict::gone("bad_token"),
        (Some("INVALID_ARGUMENT"), _) => Verdict::never("invalid_argument"),
        (Some("SENDER_ID_MISMATCH"), _) => Verdict::never("sender_id_mismatch"),
        // Apple's key or the browser's, which the DBA keeps at Firebase.
        (Some("THIRD_PARTY_AUTH_ERROR"), _) => Verdict::later("third_party_auth_error"),
        (_, 401) => Verdict::later("credentials_refused"),
        _ => by_status(status),
    }
}

/// <https://developer.apple.com/documentation/usernotifications/handling-notification-responses-from-apns>
fn apns(status: u16, body: &Value) -> Verdict {
    match (status, body["reason"].as_str()) {
        (410, _) => Verdict { since: body["timestamp"].as_i64(), ..Verdict::gone("unregistered") },
        (400, Some("BadDeviceToken")) => Verdict::gone("bad_token"),
        (403, Some("ExpiredProviderToken" | "InvalidProviderToken" | "MissingProviderToken")) => {
            Verdict::later("credentials_refused")
        }
        (413, _) => Verdict::never("too_large"),
        (400 | 403 | 404 | 405, Some(reason)) => Verdict::never(snake(reason)),
        _ => by_status(status),
    }
}

fn text<'v>(body: &'v Value, pointer: &str) -> Option<&'v str> {
    body.pointer(pointer).and_then(Value::as_str)
}

fn by_status(status: u16) -> Verdict {
    match status {
        408 | 425 | 429 | 500.. => Verdict::later(format!("status_{status}")),
        _ => Verdict::never(format!("status_{status}")),
    }
}

/// `BadTopic` → `bad_topic`; at most 64 letters.
fn snake(reason: &str) -> String {
    let mut word = String::new();
    for c in reason.chars().filter(char::is_ascii_alphanumeric).take(64) {
        if c.is_ascii_uppercase() && !word.is_empty() {
            word.push('_');
        }
        word.push(c.to_ascii_lowercase());
    }
    word
}
