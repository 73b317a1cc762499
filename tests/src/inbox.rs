//! Accounts as their users make them over HTTP: addresses of their own, what was sent to them, sessions.

use crate::api::Api;
use crate::database::{literal, rows};
use crate::forge::part;
use crate::reply::Reply;
use crate::server::Howdah;
use serde_json::{Value, json};
use std::sync::atomic::{AtomicU64, Ordering};

fn number() -> u64 {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let now =
        std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    (now.as_micros() as u64 + count * 7919) % 10_000_000_000
}

/// An e-mail address that nobody has used.
pub fn address() -> String {
    format!("user{}x{}@example.com", std::process::id(), number())
}

/// A phone number that nobody has used, in its normal form.
pub fn phone() -> String {
    format!("1{:010}", number())
}

/// POST below `/auth/v1`, as anybody.
#[track_caller]
pub fn ask(howdah: &Howdah, path: &str, body: Value) -> Reply {
    Api::anon(howdah, "public").call("POST", &format!("/auth/v1{path}")).json(body).send()
}

#[track_caller]
pub fn verify(howdah: &Howdah, body: Value) -> Reply {
    ask(howdah, "/verify", body)
}

/// What was sent: the code, and the link's secret.
#[derive(Debug, Clone)]
pub struct Sent {
    pub code: String,
    pub token: String,
}

/// What was sent to people.
pub struct Inbox<'h>(&'h Howdah);

impl<'h> Inbox<'h> {
    pub fn of(howdah: &'h Howdah) -> Self {
        Self(howdah)
    }

    /// Everything for one address, oldest first.
    pub fn all(&self, to: &str) -> Vec<Sent> {
        let sql = format!(
            "SELECT code, substring(link, 'token=([^&]*)') FROM howdah.outbox_peek({}, max => 100) ORDER BY id::bigint",
            literal(to)
        );
        rows(&mut self.0.dba(), &sql)
            .expect("the outbox")
            .into_iter()
            .map(|row| Sent {
                code: row[0].clone().unwrap_or_default(),
                token: row[1].clone().unwrap_or_default(),
            })
            .collect()
    }

    #[track_caller]
    pub fn last(&self, to: &str) -> Sent {
        self.all(to).pop().unwrap_or_else(|| panic!("nothing was sent to {to}"))
    }
}

/// A confirmed account of this address, signed in: the session.
#[track_caller]
pub fn sign_up(howdah: &Howdah, email: &str) -> Value {
    ask(howdah, "/otp", json!({"email": email})).is(200);
    let mail = Inbox::of(howdah).last(email);
    verify(howdah, json!({"type": "email", "email": email, "token": mail.code})).is(200).json()
}

/// The claims of a session's access token, which must be good.
#[track_caller]
pub fn session(howdah: &Howdah, session: &Value) -> Value {
    let token = session["access_token"].as_str().unwrap_or_else(|| panic!("no token: {session}"));
    Api::anon(howdah, "public").with_token(token).call("GET", "/auth/v1/user").send().is(200);
    part(token, 1)
}
