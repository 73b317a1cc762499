//! HTTP requests that a request of ours waits for: providers' discovery documents, keys, tokens and
//! user information. One try, ten seconds, 64 kB, no redirects.

#[cfg(test)]
mod tests;

use std::time::Duration;

use reqwest::Response;
use serde_json::{Map, Value, json};
use tokio::time::timeout;

use super::carrier::{Carrier, Carrying, Item};
use super::http::{Bounds, Http, Keep, Wanted, word};

/// Bytes of an answer's body.
const BODY: usize = 64 * 1024;
const ASKED: Bounds = Bounds { methods: &["GET", "POST"], body: 256 * 1024 };
/// Everything: name, connection, TLS, request, answer.
const TOTAL: Duration = Duration::from_secs(10);
/// Headers that a flow may have to know; others stay here.
const SHOWN: [&str; 7] = [
    "cache-control",
    "content-type",
    "age",
    "expires",
    "retry-after",
    "www-authenticate",
    "location",
];

pub struct Fetch(Http);

impl Fetch {
    /// # Errors
    /// If the certificates that this machine trusts cannot be read.
    pub fn new() -> Result<Self, reqwest::Error> {
        Http::new(Keep::Nothing).map(Self)
    }

    async fn fetch(&self, item: &Item) -> Result<Value, &'static str> {
        let wanted = Wanted::read(&item.payload["request"], &item.allowed_hosts, ASKED)?;
        let limit = item.patience.map_or(TOTAL, |patience| patience.min(TOTAL));
        let exchange = async { read(self.0.send(wanted).await?).await };
        timeout(limit, exchange).await.unwrap_or(Err("timeout"))
    }
}

impl Carrier for Fetch {
    fn kinds(&self) -> &'static [&'static str] {
        &["fetch"]
    }

    fn carry<'a>(&'a self, item: &'a Item) -> Carrying<'a> {
        Box::pin(async {
            match self.fetch(item).await {
                Ok(answer) => answer,
                Err(error) => json!({"error": error}),
            }
        })
    }
}

async fn read(mut response: Response) -> Result<Value, &'static str> {
    let mut body = Vec::new();
    if response.content_length().is_some_and(|length| length > BODY as u64) {
        return Err("too_large");
    }
    while let Some(chunk) = response.chunk().await.map_err(|e| word(&e))? {
        if body.len() + chunk.len() > BODY {
            return Err("too_large");
        }
        body.extend_from_slice(&chunk);
    }
    // NUL has no place in the database's text.
    let body =
        String::from_utf8(body).ok().filter(|body| !body.contains('\0')).ok_or("not_text")?;
    let mut headers = Map::new();
    for name in SHOWN {
        if let Some(value) = response.headers().get(name).and_then(|value| value.to_str().ok()) {
            headers.insert(name.to_owned(), value.into());
        }
    }
    Ok(json!({"status": response.status().as_u16(), "headers": headers, "body": body}))
}
