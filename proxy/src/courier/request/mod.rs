//! Messages that are one HTTPS request each, which `<kind>_prepare` built in the database: webhooks,
//! text messages, chat, posts, mail through a provider's API, Web Push.
//!
//! ```text
//! {"request": {"method", "url", "headers", "body" | "body_base64" | "json" | "form"},
//!  "transport": name,            said again in the outcome
//!  "ok": [[200, 299]],           statuses that mean delivered
//!  "ok_when": {"/ok": true},     and what the answer's JSON must say, by pointer, if 200 alone says nothing
//!  "permanent": [[400, 407]],    statuses after which another attempt is of no use
//!  "timeout_ms": 15000}
//! ```
//!
//! No redirect is followed; of the answer 4 kB are kept.

mod outcome;
#[cfg(test)]
mod tests;

use std::time::Duration;

use reqwest::Response;
use serde_json::Value;
use tokio::time::{Instant, timeout, timeout_at};

use super::carrier::{Carrier, Carrying, Item};
use super::http::{Bounds, Http, Keep, Wanted};
use outcome::Answer;

/// Kinds whose `prepare` may give such a payload. One of them may be another carrier's as well: what
/// was prepared decides.
const KINDS: &[&str] = &["webhook", "email", "push", "chat", "social"];
/// Bytes of an answer that are kept.
const KEPT: usize = 4 * 1024;
/// A mail with its attachments may be one body.
const ASKED: Bounds =
    Bounds { methods: &["GET", "POST", "PUT", "PATCH", "DELETE"], body: 32 * 1024 * 1024 };
/// Everything: name, connection, TLS, request, answer.
const TOTAL: Duration = Duration::from_secs(15);
/// A lease must outlive it.
const LONGEST: Duration = Duration::from_secs(25);
/// Once the status is known, so long for the rest: it decides nothing any more.
const REST: Duration = Duration::from_secs(5);

pub struct Request(Http);

impl Request {
    /// # Errors
    /// If the certificates that this machine trusts cannot be read.
    pub fn new() -> Result<Self, reqwest::Error> {
        Http::new(Keep::Briefly).map(Self)
    }

    /// By other clients.
    pub fn over(http: Http) -> Self {
        Self(http)
    }

    async fn ask(&self, item: &Item) -> Result<Answer, &'static str> {
        let wanted = Wanted::read(&item.payload["request"], &item.allowed_hosts, ASKED)?;
        let asked = item.payload["timeout_ms"].as_u64().map_or(TOTAL, Duration::from_millis);
        let limit = asked.min(LONGEST).min(item.patience.unwrap_or(LONGEST));
        let end = Instant::now() + limit;
        let response = timeout_at(end, self.0.send(wanted)).await.unwrap_or(Err("timeout"))?;
        let rest = end.saturating_duration_since(Instant::now()).min(REST);
        Ok(read(response, rest).await)
    }
}

impl Carrier for Request {
    fn kinds(&self) -> &'static [&'static str] {
        KINDS
    }

    fn takes(&self, item: &Item) -> bool {
        KINDS.contains(&item.kind.as_str()) && item.payload["request"].is_object()
    }

    fn carry<'a>(&'a self, item: &'a Item) -> Carrying<'a> {
        Box::pin(async {
            let mut outcome = match self.ask(item).await {
                Ok(answer) => answer.judge(&item.payload),
                Err(word) => outcome::unanswered(word),
            };
            if let (Some(outcome), Some(transport)) =
                (outcome.as_object_mut(), item.payload.get("transport").filter(|t| t.is_string()))
            {
                outcome.insert("transport".into(), transport.clone());
            }
            outcome
        })
    }
}

/// The answer, with what comes of its body within the limits. That the rest of it is slow, broken or
/// endless changes nothing: the status has been said.
async fn read(mut response: Response, limit: Duration) -> Answer {
    let mut body = Vec::new();
    let mut whole = false;
    let _ = timeout(limit, async {
        while body.len() < KEPT {
            match response.chunk().await {
                Ok(Some(chunk)) => {
                    body.extend_from_slice(&chunk[..chunk.len().min(KEPT - body.len())]);
                }
                Ok(None) => return whole = true,
                Err(_) => return,
            }
        }
    })
    .await;
    Answer {
        status: response.status().as_u16(),
        retry_after: outcome::retry_after(response.headers()),
        json: if whole {
            serde_json::from_slice(&body).unwrap_or(Value::Null)
        } else {
            Value::Null
        },
        // NUL has no place in the database's text.
        text: String::from_utf8_lossy(&body).replace('\0', "\u{fffd}"),
    }
}
