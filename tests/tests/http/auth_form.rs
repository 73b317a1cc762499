//! Accounts for the tests of /auth/v1: each test its own, with an address that is nobody else's.

use howdah_tests::api::{Api, Call};
use howdah_tests::server::shared;
use serde_json::{Value, json};
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};

/// A request below /auth/v1, without a token.
pub fn auth(method: &str, path: &str) -> Call<'static> {
    Api::anon(shared(), "public").call(method, &format!("/auth/v1{path}"))
}

/// An address that nobody has.
pub fn address() -> String {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let now = std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)
        .map_or(0, |since| since.as_nanos());
    format!("u{now:x}-{}@tests.example.com", COUNT.fetch_add(1, Relaxed))
}

pub struct Account {
    pub email: String,
    pub password: String,
}

impl Account {
    /// Signed up, not confirmed.
    #[track_caller]
    pub fn new(password: &str) -> Self {
        let email = address();
        auth("POST", "/signup").json(json!({"email": email, "password": password})).send().is(200);
        Self { email, password: password.to_owned() }
    }

    /// Signed up, and confirmed by the DBA.
    #[track_caller]
    pub fn confirmed(password: &str) -> Self {
        let account = Self::new(password);
        shared().sql(&format!(
            "UPDATE auth.users SET email_confirmed_at = now() WHERE email = '{}'",
            account.email
        ));
        account
    }

    pub fn id(&self) -> String {
        shared().value(&format!("SELECT id FROM auth.users WHERE email = '{}'", self.email))
    }

    /// A sign-in with the password.
    #[track_caller]
    pub fn session(&self) -> Value {
        auth("POST", "/token?grant_type=password")
            .json(json!({"email": self.email, "password": self.password}))
            .send()
            .is(200)
            .json()
    }

    #[track_caller]
    pub fn token(&self) -> String {
        self.session()["access_token"].as_str().expect("an access token").to_owned()
    }
}

/// A request with a user's token.
pub fn as_user(token: &str, method: &str, path: &str) -> Call<'static> {
    let mut call = auth(method, path);
    call.token = Some(token.to_owned());
    call
}
