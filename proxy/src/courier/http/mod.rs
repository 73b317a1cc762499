//! HTTP to the outside, for every carrier: what may be asked for ([`wanted`]), of which addresses
//! ([`resolve`]), by clients that follow no redirect and no proxy.

mod resolve;
#[cfg(test)]
pub mod testing;
mod wanted;

use std::error::Error;
use std::time::Duration;

use reqwest::redirect::Policy;
use reqwest::{Client, Response};

use resolve::{NotPublic, PublicOnly};

pub use resolve::Lookup;
pub use wanted::{Bounds, Wanted};

const CONNECT: Duration = Duration::from_secs(5);

/// Two clients, for the choice is made before the name is looked up: one connects to public
/// addresses only, the other to what the DBA has listed.
pub struct Http {
    public: Client,
    listed: Client,
}

/// For how long a connection that is not in use is kept. Each was made to an address that was
/// checked for it; a server that closes it just when it is used again costs an attempt.
#[derive(Clone, Copy)]
pub enum Keep {
    Nothing,
    Briefly,
    /// HTTP/2 and nothing else, many requests over one connection.
    Http2,
}

impl Http {
    /// # Errors
    /// If the certificates that this machine trusts cannot be read.
    pub fn new(keep: Keep) -> Result<Self, reqwest::Error> {
        Self::with(keep, resolve::system())
    }

    /// [`Self::new`], with a resolver that is given.
    pub fn with(keep: Keep, lookup: Lookup) -> Result<Self, reqwest::Error> {
        let client = || {
            let client = Client::builder()
                .redirect(Policy::none())
                // A proxy of the environment would do its own resolving.
                .no_proxy()
                .referer(false)
                .connect_timeout(CONNECT)
                .user_agent(concat!("howdah/", env!("CARGO_PKG_VERSION")));
            match keep {
                Keep::Nothing => client.pool_max_idle_per_host(0),
                Keep::Http2 => client
                    .http2_prior_knowledge()
                    .http2_keep_alive_interval(Duration::from_secs(60))
                    .http2_keep_alive_timeout(Duration::from_secs(10))
                    .pool_idle_timeout(Duration::from_secs(600)),
                // Less than the 5 s after which common servers close one.
                Keep::Briefly => {
                    client.pool_max_idle_per_host(4).pool_idle_timeout(Duration::from_secs(3))
                }
            }
        };
        Ok(Self {
            public: client().https_only(true).dns_resolver(PublicOnly::new(lookup)).build()?,
            listed: client().build()?,
        })
    }

    /// Sends, and has the head of the answer.
    ///
    /// # Errors
    /// A word for the outcome of the row.
    pub async fn send(&self, wanted: Wanted) -> Result<Response, &'static str> {
        let client = if wanted.allowed { &self.listed } else { &self.public };
        let request = client.request(wanted.method, wanted.url);
        request.headers(wanted.headers).body(wanted.body).send().await.map_err(|e| word(&e))
    }
}

/// One word for what went wrong: the error's own text has the URL in it.
pub fn word(error: &reqwest::Error) -> &'static str {
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
