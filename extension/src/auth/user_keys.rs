//! API keys of users and organisations (`hw_uk_…`) as bearers. Tokens do not come here: the gateway looks at the prefix.
//!
//! What a key stands for is kept as long as no session, membership, key (`howdah_private.sessions_changed`) or setting has changed, and
//! for five minutes at most, so that its last use is noted. So a revocation holds for the next request. A refusal is never kept.

use crate::pg::claims::Claims;
use crate::pg::{inval, jail, query};
use howdah_core::error::{ApiError, Code};
use howdah_core::json::parse_uuid;
use howdah_core::token;
use serde_json::Value;
use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

/// What such a key begins with; no JWT does.
pub const PREFIX: &str = "hw_uk_";

/// Keys kept in one backend.
const KEPT_MAX: usize = 1_000;

/// Who a key lets in.
#[derive(Debug, Clone)]
pub struct Holder {
    pub claims: Rc<Claims>,
    pub role: String,
}

struct Kept {
    /// [`inval::sessions`] and [`inval::config`] when it was asked.
    generation: (u64, u64),
    /// Unix seconds until which it holds.
    until: i64,
    holder: Holder,
}

thread_local! {
    static KEPT: RefCell<HashMap<[u8; 32], Kept>> = RefCell::default();
}

const ASK: &str = "SELECT COALESCE(howdah_private.api_key_session($1)::pg_catalog.text, '')";

/// Finds out who a key lets in.
///
/// # Errors
/// PGRST303, 401, if it is unknown, revoked or over, or its user may not come in.
pub fn identify(key: &str, now: i64) -> Result<Holder, ApiError> {
    let name = token::fingerprint(key);
    let generation = (inval::sessions(), inval::config());
    let found = KEPT.with_borrow(|kept| {
        kept.get(&name)
            .filter(|kept| kept.generation == generation && now < kept.until)
            .map(|kept| kept.holder.clone())
    });
    if let Some(holder) = found {
        return Ok(holder);
    }
    let kept = ask(&name, generation).filter(|kept| now < kept.until).ok_or_else(refused)?;
    let holder = kept.holder.clone();
    KEPT.with_borrow_mut(|all| {
        if all.len() >= KEPT_MAX {
            all.clear();
        }
        all.insert(name, kept);
    });
    Ok(holder)
}

fn refused() -> ApiError {
    ApiError::new(Code::TokenClaims, &["The API key is unknown, revoked or over"])
}

fn ask(name: &[u8; 32], generation: (u64, u64)) -> Option<Kept> {
    let hash: String = name.iter().map(|byte| format!("{byte:02x}")).collect();
    let owner = jail::role_oid("howdah_owner")?;
    let answer = jail::run_as(owner, || query::text(ASK, &[&hash]));
    let answer: Value = serde_json::from_str(&answer).ok()?;
    let claims = answer.get("claims")?;
    let text = |name: &str| claims.get(name).and_then(Value::as_str).map(str::to_owned);
    let role = text("role")?;
    let subject = text("sub");
    Some(Kept {
        generation,
        until: answer.get("until")?.as_i64()?,
        holder: Holder {
            claims: Rc::new(Claims {
                json: claims.to_string(),
                uid: subject.as_deref().and_then(parse_uuid),
                subject,
                email: text("email"),
                role: role.clone(),
            }),
            role,
        },
    })
}
