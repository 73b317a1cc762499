//! What came of a request, in the words that the outbox knows.

use std::time::SystemTime;

use reqwest::header::{HeaderMap, RETRY_AFTER};
use serde_json::{Value, json};

/// Longest wait that an answer may ask for.
const DAY: u64 = 86_400;
/// Unless the row says otherwise: what is wrong with the request is wrong the next time too. Not so
/// 408, 425 and 429.
const PERMANENT: &[(u16, u16)] = &[(300, 407), (409, 424), (426, 428), (430, 499)];

/// An answer, as far as it is kept.
pub struct Answer {
    pub status: u16,
    /// Seconds.
    pub retry_after: Option<u64>,
    pub text: String,
    /// Null if it is none, or too long.
    pub json: Value,
}

impl Answer {
    /// The outcome, by what the row says of statuses.
    pub fn judge(self, payload: &Value) -> Value {
        let status = self.status;
        let delivered = within(status, &payload["ok"]).unwrap_or(matches!(status, 200..=299));
        let says = |wanted: &Value| {
            let mut wanted = wanted.as_object().into_iter().flatten();
            wanted.all(|(pointer, value)| self.json.pointer(pointer) == Some(value))
        };
        if delivered && says(&payload["ok_when"]) {
            return json!({"delivered": true, "status": status, "response": self.text});
        }
        let permanent = within(status, &payload["permanent"])
            .unwrap_or(PERMANENT.iter().any(|(from, to)| (*from..=*to).contains(&status)));
        let mut outcome = json!({
            "error": if delivered { "refused".to_owned() } else { format!("status_{status}") },
            "permanent": permanent,
            "lane_down": status >= 500,
            "status": status,
            "response": self.text,
        });
        if let (Some(seconds), 429 | 503) = (self.retry_after, status) {
            outcome["retry_after"] = seconds.into();
        }
        outcome
    }
}

/// Whether the list `[[from, to], …]` has the status; none if it is no list.
fn within(status: u16, ranges: &Value) -> Option<bool> {
    let ranges = ranges.as_array()?;
    let end = |range: &Value, index: usize| range.get(index).and_then(Value::as_u64);
    Some(ranges.iter().any(|range| {
        matches!((end(range, 0), end(range, 1)), (Some(from), Some(to)) if (from..=to).contains(&status.into()))
    }))
}

/// Nothing was answered. What the request itself forbids stays so; the rest may pass.
pub fn unanswered(word: &str) -> Value {
    let permanent = matches!(word, "bad_url" | "bad_request" | "address_not_allowed");
    json!({"error": word, "permanent": permanent, "lane_down": !permanent})
}

/// Seconds or a date (RFC 9110, 10.2.3).
pub fn retry_after(headers: &HeaderMap) -> Option<u64> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    let seconds = text.parse().ok().or_else(|| {
        let at = httpdate::parse_http_date(text).ok()?;
        Some(at.duration_since(SystemTime::now()).map_or(0, |wait| wait.as_secs() + 1))
    })?;
    Some(seconds.min(DAY))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn judge(status: u16, payload: Value) -> Value {
        let text = r#"{"ok": false, "error": "x"}"#;
        let json = serde_json::from_str(text).unwrap();
        Answer { status, retry_after: Some(7), text: text.into(), json }.judge(&payload)
    }

    #[test]
    fn delivered_is_what_the_row_says() {
        for status in [200, 202, 204, 299] {
            assert_eq!(judge(status, json!({}))["delivered"], true);
        }
        assert_eq!(judge(304, json!({"ok": [[200, 204], [304, 304]]}))["delivered"], true);
        assert_eq!(judge(202, json!({"ok": [[200, 200]]}))["error"], "status_202");
        assert_eq!(judge(200, json!({"ok": []}))["error"], "status_200");
        assert_eq!(judge(200, json!({"ok_when": {"/ok": false}}))["delivered"], true);
        let refused = judge(200, json!({"ok_when": {"/ok": true}}));
        assert_eq!((&refused["error"], &refused["permanent"]), (&json!("refused"), &json!(false)));
        assert_eq!(judge(200, json!({"ok_when": {"/none": true}}))["error"], "refused");
    }

    #[test]
    fn what_is_permanent_is_not_tried_again() {
        for status in [100, 408, 425, 429, 500, 502, 503, 504, 599] {
            assert_eq!(judge(status, json!({}))["permanent"], false, "{status}");
        }
        for status in [300, 301, 307, 400, 401, 403, 404, 409, 410, 413, 422, 451, 499] {
            assert_eq!(judge(status, json!({}))["permanent"], true, "{status}");
        }
        let only_gone = json!({"permanent": [[410, 410]]});
        assert_eq!(judge(404, only_gone.clone())["permanent"], false);
        assert_eq!(judge(410, only_gone)["permanent"], true);
    }

    #[test]
    fn a_lane_is_down_when_its_server_is() {
        for (status, down) in [(500, true), (503, true), (429, false), (404, false), (302, false)] {
            assert_eq!(judge(status, json!({}))["lane_down"], down, "{status}");
        }
        for (word, down) in [
            ("timeout", true),
            ("cannot_connect", true),
            ("failed", true),
            ("bad_url", false),
            ("address_not_allowed", false),
        ] {
            let outcome = unanswered(word);
            assert_eq!(
                (&outcome["lane_down"], &outcome["permanent"]),
                (&json!(down), &json!(!down))
            );
        }
    }

    #[test]
    fn waits_as_long_as_it_is_asked_to() {
        let said = |text: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(RETRY_AFTER, text.parse().unwrap());
            retry_after(&headers)
        };
        assert_eq!(said("120"), Some(120));
        assert_eq!(said("99999999"), Some(DAY));
        assert_eq!(said("Wed, 21 Oct 2015 07:28:00 GMT"), Some(0));
        let later = httpdate::fmt_http_date(SystemTime::now() + Duration::from_secs(60));
        assert!((59..=61).contains(&said(&later).unwrap()));
        for text in ["-1", "soon", "", "1.5", "99999999999999999999999"] {
            assert_eq!(said(text), None, "{text}");
        }
        assert_eq!(judge(429, json!({}))["retry_after"], 7);
        assert_eq!(judge(503, json!({}))["retry_after"], 7);
        assert!(judge(500, json!({})).get("retry_after").is_none());
    }
}
