//! Is the session of a token still there? Asked at every request, answered from memory while nothing changed.
//!
//! A verified token is kept with the time until which its session is known to hold. Whatever ends a session or changes its
//! user (`howdah_private.sessions_changed`, a trigger) invalidates a marker table: every backend then asks the tables again,
//! once a token. So a logout holds for the next request, and a request in between costs a comparison.

use crate::pg::{inval, jail, query};
use howdah_core::error::{ApiError, Code};
use std::cell::Cell;

/// What is known of a token's session.
#[derive(Debug, Default)]
pub struct Known {
    /// [`inval::sessions`] when it was asked.
    generation: Cell<u64>,
    /// Unix seconds until which it holds.
    until: Cell<i64>,
}

/// The session's end, unless it has ended or its user may not come in. A token issued before `tokens_from` is of a time when
/// the user was somebody else (another role).
const HOLDS: &str = "SELECT COALESCE(pg_catalog.floor(EXTRACT(epoch FROM howdah_private.auth_session_end($1::pg_catalog.uuid, NULLIF($2, '')::pg_catalog.uuid, $3::pg_catalog.int8)))::pg_catalog.int8, 0)::pg_catalog.text";

/// Refuses a token whose session has ended, or whose user is gone or banned.
///
/// # Errors
/// PGRST303, 401.
pub fn check(
    known: &Known,
    session: &[u8; 16],
    user: Option<&[u8; 16]>,
    issued: i64,
    now: i64,
) -> Result<(), ApiError> {
    let generation = inval::sessions();
    if known.generation.get() == generation {
        return if now < known.until.get() { Ok(()) } else { Err(ended()) };
    }
    let owner = jail::role_oid("howdah_owner").ok_or_else(ended)?;
    let session = uuid(session);
    let user = user.map(uuid).unwrap_or_default();
    let until = jail::run_as(owner, || query::text(HOLDS, &[&session, &user, &issued.to_string()]));
    let until = until.parse().unwrap_or(0);
    known.generation.set(generation);
    known.until.set(until);
    if now < until { Ok(()) } else { Err(ended()) }
}

fn ended() -> ApiError {
    ApiError::new(Code::TokenClaims, &["The session of this JWT has ended"])
}

fn uuid(bytes: &[u8; 16]) -> String {
    let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    match (hex.get(..8), hex.get(8..12), hex.get(12..16), hex.get(16..20), hex.get(20..)) {
        (Some(a), Some(b), Some(c), Some(d), Some(e)) => format!("{a}-{b}-{c}-{d}-{e}"),
        _ => hex,
    }
}
