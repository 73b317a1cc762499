//! HTTP requests that a request of ours waits for: providers' discovery documents, keys, tokens and
//! user information. One try, ten seconds, 64 kB, no redirects.

mod address;
mod resolve;
#[cfg(test)]
mod tests;

mod wanted;

use std::error::Error;
use std::time::Duration;

use reqwest::redirect::Policy;
use reqwest::{Client, Response};
use serde_json::{Map, Value, json};
use tokio::time::timeout;

use super::carrier::{Carrier, Carrying, Item};
use resolve::{Lookup, NotPublic, PublicOnly};
use wanted::Wanted;

/// Bytes of a body.
const BODY: usize = 64 * 1024;
/// Everything: name, connection, TLS, request, answer.
const TOTAL: Duration = Duration::from_secs(10);
const CONNECT: Duration = Duration::from_secs(5);
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

/// Two clients, for the choice is made before the name is looked up: one connects to public
/// addresses only, the other to what the DBA has listed.
pub struct Fetch {
    public: Client,
    listed: Client,
}

impl Fetch {
    /// # Errors
    /// If the certificates that this machine trusts cannot be read.
    pub fn new() -> Result<Self, reqwest::Error> {
        Self::with(resolve::system())
    }

    fn with(lookup: Lookup) -> Result<Self, reqwest::Error> {
        let client = || {
            Client::builder()
                .redirect(Policy::none())
                // A proxy of the environment would do its own resolving.
                .no_proxy()
                .referer(false)
                // No connection is kept: each is made to an address that was checked for it.
                .pool_max_idle_per_host(0)
                .connect_timeout(CONNECT)
                .user_agent(concat!("howdah/", env!("CARGO_PKG_VERSION")))
        };
        Ok(Self {
            public: client().https_only(true).dns_resolver(PublicOnly::new(lookup)).build()?,
            listed: client().build()?,
        })
    }

    async fn fetch(&self, item: &Item) -> Result<Value, &'static str> {
        let wanted = Wanted::read(&item.payload["request"], &item.allowed_hosts)?;
        let client = if wanted.allowed { &self.listed } else { &self.public };
        let request =
            client.request(wanted.method, wanted.url).headers(wanted.headers).body(wanted.body);
        let limit = item.patience.map_or(TOTAL, |patience| patience.min(TOTAL));
        let exchange = async { read(request.send().await.map_err(|e| word(&e))?).await };
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

/// One word for what went wrong: the error's own text has the URL in it.
fn word(error: &reqwest::Error) -> &'static str {
    let mut cause = error.source();
    while let Some(inner) = cause {
        if inner.is::<NotPublic>() {
            return "address_not_allowed";
        }
        cause = inner.source();
    }
    match error {
        _ if error.is_timeout() => "timeout",
        _ if error.is_connect() => "cannot_connect",
        _ if error.is_body() || error.is_decode() => "broken_answer",
        _ => "failed",
    }
}
