//! Requests that [`super::request`] cannot make alone, of the same form with one of these beside:
//!
//! ```text
//! {"request": {… "headers": {"authorization": {"granted": "Bearer"}}},
//!  "grant": {"assertion": {"key", "key_id", "issuer", "url", "scope"}}     a service account's (RFC 7523)
//!         | {"request": {…}, "token": pointer, "seconds"},                 any other token, got by a request
//!  "verdict": "web" | "fcm" | "apns",                                      whose answers howdah_core::push::verdict reads
//!  "http2": true}
//! ```
//!
//! Tokens are kept here until they end: they are never in the database.

mod assertion;
mod tokens;

#[cfg(test)]
mod tests;

use std::time::SystemTime;

use howdah_core::push::verdict;
use serde_json::{Value, json};

use super::carrier::{Carrier, Carrying, Item};
use super::fetch::Fetch;
use super::http::{Http, Keep};
use super::request::Request;
use tokens::Tokens;

/// A word for what hinders a token; the answer that says so.
type Denied = Value;

const KINDS: &[&str] = &["push", "sms", "chat", "social"];

pub struct Granted {
    request: Request,
    over_http2: Request,
    fetch: Fetch,
    tokens: Tokens,
}

impl Granted {
    /// # Errors
    /// If the certificates that this machine trusts cannot be read.
    pub fn new() -> Result<Self, reqwest::Error> {
        Ok(Self {
            request: Request::new()?,
            over_http2: Request::over(Http::new(Keep::Http2)?),
            fetch: Fetch::new()?,
            tokens: Tokens::default(),
        })
    }

    async fn once(&self, item: &Item, token: Option<&str>) -> Value {
        let mut payload = item.payload.clone();
        if let (Some(token), Some(headers)) = (token, payload.pointer_mut("/request/headers")) {
            for header in headers.as_object_mut().into_iter().flat_map(|h| h.values_mut()) {
                if let Some(scheme) = header["granted"].as_str() {
                    *header = format!("{scheme} {token}").into();
                }
            }
        }
        let carrier = if payload["http2"] == true { &self.over_http2 } else { &self.request };
        carrier.carry(&with(item, payload)).await
    }

    /// What came of it, or why there was no token to send it with.
    async fn deliver(&self, item: &Item) -> Result<Value, Denied> {
        let grant = &item.payload["grant"];
        if !grant.is_object() {
            return Ok(self.once(item, None).await);
        }
        let mut outcome = Value::Null;
        // A token may have been withdrawn before its time: once more with another.
        for _ in 0..2 {
            let token = self.tokens.get(grant, || self.ask(item, grant)).await?;
            outcome = self.once(item, Some(&token)).await;
            if outcome["status"] != 401 {
                break;
            }
            self.tokens.forget(grant, &token).await;
        }
        Ok(outcome)
    }

    /// A new token, and how many seconds it is good for.
    async fn ask(&self, item: &Item, grant: &Value) -> Result<(String, u64), Denied> {
        let (request, pointer) = if grant["assertion"].is_object() {
            let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
            let now = now.map_or(0, |since| since.as_secs());
            let request = assertion::request(&grant["assertion"], now)
                .map_err(|word| json!({"error": word, "permanent": true}))?;
            (request, "/access_token")
        } else {
            (grant["request"].clone(), grant["token"].as_str().unwrap_or_default())
        };
        let answer = self.fetch.carry(&with(item, json!({"request": request}))).await;
        let document: Value =
            answer["body"].as_str().and_then(|b| serde_json::from_str(b).ok()).unwrap_or_default();
        let success = answer["status"].as_u64().is_some_and(|status| (200..300).contains(&status));
        let token = document.pointer(pointer).and_then(Value::as_str).filter(|t| !t.is_empty());
        if let (true, Some(token)) = (success, token) {
            let seconds = document["expires_in"].as_u64().or_else(|| grant["seconds"].as_u64());
            return Ok((token.to_owned(), seconds.unwrap_or(3600)));
        }
        Err(denied(&answer, success))
    }
}

/// What the token's issuer answered in its place. Every message of the sender waits: the lane is down.
fn denied(answer: &Value, success: bool) -> Denied {
    let word = match answer["error"].as_str() {
        Some(word) => word,
        // Of a success nothing is told: it may hold the token under another name.
        None if success => "no_token",
        None => "credentials_refused",
    };
    let mut denied = json!({"error": word, "permanent": false, "lane_down": true});
    if let (false, Some(body)) = (success, answer["body"].as_str()) {
        denied["status"] = answer["status"].clone();
        denied["response"] = body.chars().take(500).collect::<String>().into();
    }
    denied
}

fn with(item: &Item, payload: Value) -> Item {
    Item {
        id: item.id,
        lease: item.lease.clone(),
        kind: item.kind.clone(),
        payload,
        allowed_hosts: item.allowed_hosts.clone(),
        patience: item.patience,
    }
}

/// The outcome as the push service means it.
fn judge(mut outcome: Value, service: &str) -> Value {
    let Some(status) = outcome["status"].as_u64().and_then(|s| u16::try_from(s).ok()) else {
        return outcome;
    };
    let body = outcome["response"].as_str().unwrap_or_default();
    if let Some(verdict) = verdict::read(service, status, body) {
        outcome["error"] = verdict.word.into();
        outcome["permanent"] = verdict.permanent.into();
        outcome["gone"] = verdict.gone.into();
        outcome["since"] = verdict.since.into();
    }
    outcome
}

impl Carrier for Granted {
    fn kinds(&self) -> &'static [&'static str] {
        KINDS
    }

    fn takes(&self, item: &Item) -> bool {
        KINDS.contains(&item.kind.as_str()) && item.payload["request"].is_object()
    }

    fn carry<'a>(&'a self, item: &'a Item) -> Carrying<'a> {
        Box::pin(async {
            let service = item.payload["verdict"].as_str();
            // Only what the service itself has answered is its verdict.
            let mut outcome = match self.deliver(item).await {
                Ok(outcome) => match service {
                    Some(service) => judge(outcome, service),
                    None => outcome,
                },
                Err(denied) => denied,
            };
            if let Some(transport) = item.payload.get("transport").filter(|t| t.is_string()) {
                outcome["transport"] = transport.clone();
            }
            outcome
        })
    }
}
