//! Accounts: the natives that the flows of `sql/auth/` call. What they decide is in `howdah_core::auth`.

mod answers;
mod asking;
mod callback;
mod factors;
mod hooks;
mod mail;
mod oidc;
mod passwords;
mod refresh;
mod secrets;
pub mod sessions;
mod settings;
pub mod user_keys;
mod webauthn;

use pgrx::prelude::*;

/// Raises 22023 with a message that says what would be right.
pub fn invalid(message: &str) -> ! {
    refuse(PgSqlErrorCode::ERRCODE_INVALID_PARAMETER_VALUE, message)
}

fn refuse(code: PgSqlErrorCode, message: &str) -> ! {
    ereport!(ERROR, code, message.to_owned());
}
