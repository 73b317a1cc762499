//! Mails over SMTP. `email_prepare` has picked the transport and says how to reach it; what is sent
//! is written here of checked parts alone ([`howdah_core::mail`]), and signed.
//!
//! ```text
//! {"smtp": {"host", "port", "tls": "none" | "starttls" | "tls", "user", "password", "ca", "hello", "connections"},
//!  "mail": {…}, "dkim": {"domain", "selector", "key"}, "transport": name}
//! {"inbox": true, …}    kept for whoever develops: nothing is sent
//! ```
//!
//! `mod` (row) → `server` (which) → `pool` (a connection) → `connect` (TCP, TLS, EHLO, AUTH) →
//! `converse` (MAIL, RCPT, DATA) → `outcome`.

mod connect;
mod converse;
mod outcome;
mod pool;
mod server;
mod stream;
mod tls;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use howdah_core::mail::Mail;
use howdah_core::mail::dkim::Signer;
use serde_json::{Value, json};
use tokio::time::{Instant, timeout_at};

use super::carrier::{Carrier, Carrying, Item};
use outcome::Failure;
use pool::Pool;
use server::Server;

/// Everything: a place in the pool, connection, TLS, AUTH, message. A lease outlives it.
const TOTAL: Duration = Duration::from_secs(25);
/// Keys for signing that are kept read.
const SIGNERS: usize = 64;

pub struct Smtp {
    pool: Arc<Pool>,
    signers: Mutex<HashMap<String, Arc<Signer>>>,
}

impl Smtp {
    pub fn new() -> Self {
        Self { pool: Pool::new(), signers: Mutex::default() }
    }

    async fn send(&self, item: &Item) -> Result<Value, Failure> {
        let end = Instant::now() + item.patience.unwrap_or(TOTAL).min(TOTAL);
        let mail = Mail::read(&item.payload["mail"]).map_err(Failure::message)?;
        let bytes = self.signed(mail.write(), &item.payload["dkim"])?;
        let server = Server::read(&item.payload["smtp"], &item.allowed_hosts)?;
        let recipients = mail.recipients();
        let mut again = true;
        loop {
            let reached = timeout_at(end, self.pool.connection(&server)).await;
            let mut held = reached.unwrap_or(Err(Failure::word("timeout")))?;
            let used = held.was_used();
            let said = converse::send(held.connection(), &mail.from.address, &recipients, &bytes);
            match timeout_at(end, said).await {
                Ok(Ok(sent)) => {
                    held.give_back();
                    return sent.outcome();
                }
                // A connection that was kept may have been closed meanwhile: nothing was sent on it.
                Ok(Err(converse::Broken { failure, started: false })) if used && again => {
                    drop(failure);
                    again = false;
                }
                Ok(Err(converse::Broken { failure, .. })) => return Err(failure),
                Err(_) => return Err(Failure::word("timeout")),
            }
        }
    }

    fn signed(&self, bytes: Vec<u8>, dkim: &Value) -> Result<Vec<u8>, Failure> {
        let text = |member: &str| dkim[member].as_str().unwrap_or_default();
        if !dkim.is_object() {
            return Ok(bytes);
        }
        let name = format!("{} {} {}", text("domain"), text("selector"), text("key"));
        let known = self.signers.lock().unwrap_or_else(PoisonError::into_inner).get(&name).cloned();
        let signer = match known {
            Some(signer) => signer,
            None => {
                let signer = Signer::new(text("domain"), text("selector"), text("key"))
                    .map(Arc::new)
                    .map_err(|_| Failure::word("dkim_key"))?;
                let mut signers = self.signers.lock().unwrap_or_else(PoisonError::into_inner);
                if signers.len() >= SIGNERS {
                    signers.clear();
                }
                signers.insert(name, signer.clone());
                signer
            }
        };
        let mut signed = signer.sign(&bytes).map_err(|_| Failure::word("dkim_key"))?;
        signed.extend_from_slice(&bytes);
        Ok(signed)
    }
}

impl Carrier for Smtp {
    fn kinds(&self) -> &'static [&'static str] {
        &["email"]
    }

    fn takes(&self, item: &Item) -> bool {
        item.kind == "email" && !item.payload["request"].is_object()
    }

    fn carry<'a>(&'a self, item: &'a Item) -> Carrying<'a> {
        Box::pin(async {
            let mut outcome = if item.payload["inbox"] == true {
                json!({"delivered": true})
            } else {
                self.send(item).await.unwrap_or_else(Failure::outcome)
            };
            outcome["transport"] = item.payload["transport"].clone();
            outcome
        })
    }
}
