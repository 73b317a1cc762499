//! Is the session of a token still there? Asked at every request, answered from memory while nothing changed.
//!
//! A verified token is kept with the time until which its session is known to hold. Whatever ends a session or changes its
//! user (`howdah_private.sessions_changed`, a trigger) invalidates a marker table: every backend then asks the tables again,
//! once a token. So a logout holds for the next request, and a request in between costs a comparison. A session that has lost
//! its second factor goes on, but its tokens say no more than it does.

use crate::pg::claims::Claims;
use crate::pg::{inval, jail, query};
use howdah_core::error::{ApiError, Code};
use howdah_core::token::{self, Verified};
use serde_json::Value;
use std::cell::{Cell, RefCell};
use std::rc::Rc;

/// What is known of a token's session.
#[derive(Debug, Default)]
pub struct Known {
    /// [`inval::sessions`] when it was asked.
    generation: Cell<u64>,
    /// Unix seconds until which it holds.
    until: Cell<i64>,
    /// What the token is good for, if that is less than it says.
    lowered: RefCell<Option<Rc<Claims>>>,
}

impl Known {
    /// The claims in the place of the token's own, where its session is at a lower level by now.
    pub fn lowered(&self) -> Option<Rc<Claims>> {
        self.lowered.borrow().clone()
    }
}

/// The session's end, unless it has ended or its user may not come in, and its level where that is below the token's. A token
/// issued before `tokens_from` is of a time when the user was somebody else (another role).
const STATE: &str = "SELECT howdah_private.auth_session_state($1::pg_catalog.uuid, NULLIF($2, '')::pg_catalog.uuid, $3::pg_catalog.int8, NULLIF($4, ''))::pg_catalog.text";

/// Refuses a token whose session has ended, or whose user is gone or banned.
///
/// # Errors
/// PGRST303, 401.
pub fn check(
    known: &Known,
    token: &Verified,
    session: &[u8; 16],
    claims: &Claims,
    now: i64,
) -> Result<(), ApiError> {
    let generation = inval::sessions();
    if known.generation.get() == generation {
        return if now < known.until.get() { Ok(()) } else { Err(ended()) };
    }
    let owner = jail::role_oid("howdah_owner").ok_or_else(ended)?;
    let session = uuid(session);
    let user = claims.uid.as_ref().map(uuid).unwrap_or_default();
    let issued = token.iat.unwrap_or(0).to_string();
    let aal = token.aal.as_deref().unwrap_or_default();
    let state = jail::run_as(owner, || query::text(STATE, &[&session, &user, &issued, aal]));
    let state: Value = serde_json::from_str(&state).unwrap_or_default();
    let until = state.get("until").and_then(Value::as_i64).unwrap_or(0);
    let lowered = match state.get("aal").and_then(Value::as_str) {
        Some(aal) => Some(Rc::new(lower(claims, aal, state.get("amr")).ok_or_else(ended)?)),
        None => None,
    };
    known.generation.set(generation);
    known.until.set(until);
    known.lowered.replace(lowered);
    if now < until { Ok(()) } else { Err(ended()) }
}

fn lower(claims: &Claims, aal: &str, amr: Option<&Value>) -> Option<Claims> {
    let amr = amr.map_or_else(|| "[]".to_owned(), Value::to_string);
    Some(Claims { json: token::lowered(&claims.json, aal, &amr)?, ..claims.clone() })
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
