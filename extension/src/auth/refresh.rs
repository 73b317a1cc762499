//! Refresh tokens that need no row of their own (`howdah_core::auth::refresh`).

use super::secrets;
use howdah_core::auth::refresh;
use pgrx::Uuid;
use pgrx::prelude::*;

/// A session's refresh token of this number, under the cluster's key and the session's.
#[pg_extern(schema = "howdah_private", stable, strict, parallel_restricted)]
fn refresh_token_make(session_id: Uuid, session_key: &str, number: i64) -> String {
    refresh::make(&secrets::key(), session_key, session_id.as_bytes(), number)
}

/// Whether a refresh token is one of the session with this key, rather than of its form only.
#[pg_extern(schema = "howdah_private", stable, strict, parallel_restricted)]
fn refresh_token_is_of(token: &str, session_key: &str) -> bool {
    refresh::read(token).is_some_and(|token| token.is_of(&secrets::key(), session_key))
}

/// The session that a refresh token names; null if it has another form. Anybody can make one that names a session.
#[pg_extern(schema = "howdah_private", immutable, strict, parallel_safe)]
fn refresh_token_session(token: &str) -> Option<Uuid> {
    refresh::read(token).map(|token| Uuid::from_bytes(token.session()))
}

/// The number of a refresh token within its session; null if it has another form.
#[pg_extern(schema = "howdah_private", immutable, strict, parallel_safe)]
fn refresh_token_number(token: &str) -> Option<i64> {
    refresh::read(token).map(|token| token.counter())
}

/// What is kept of a session's refresh token: its SHA-256.
#[pg_extern(schema = "howdah_private", immutable, strict, parallel_safe)]
fn refresh_token_digest(token: &str) -> Vec<u8> {
    howdah_core::token::fingerprint(token).to_vec()
}
