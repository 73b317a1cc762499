//! Accounts as tests need them: made by SQL, with a session as a sign-in would give.

use crate::api::Api;
use crate::database::literal;
use crate::server::Howdah;
use serde_json::Value;

/// A user of a test's own, signed in.
pub struct Account {
    pub id: String,
    pub email: String,
    pub access: String,
    pub refresh: String,
}

impl Howdah {
    /// A confirmed user with an address of his own and one session.
    #[track_caller]
    pub fn account(&self) -> Account {
        let id = self.value("SELECT gen_random_uuid()");
        let email = format!("u{id}@example.com");
        self.sql(&format!(
            "INSERT INTO auth.users (id, aud, role, email, email_confirmed_at, created_at, updated_at, raw_app_meta_data) \
             VALUES ('{id}', 'authenticated', 'authenticated', '{email}', now(), now(), now(), \
                     '{{\"provider\": \"email\", \"providers\": [\"email\"]}}')"
        ));
        let session = self.session_of(&id);
        Account {
            id,
            email,
            access: session["access_token"].as_str().unwrap_or_default().to_owned(),
            refresh: session["refresh_token"].as_str().unwrap_or_default().to_owned(),
        }
    }

    /// One more session of a user, as a sign-in gives it.
    #[track_caller]
    pub fn session_of(&self, user: &str) -> Value {
        let text = self.value(&format!(
            "SELECT howdah_private.auth_issue_session({}, 'password')",
            literal(user)
        ));
        serde_json::from_str(&text).unwrap_or_else(|e| panic!("{text}: {e}"))
    }
}

impl Account {
    /// The user as a caller of the API.
    pub fn api<'h>(&self, howdah: &'h Howdah) -> Api<'h> {
        Api { howdah, schema: None, token: Some(self.access.clone()) }
    }
}
