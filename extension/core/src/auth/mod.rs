//! Accounts: what can be decided of them without Postgres. The flows over tables are PL/pgSQL (`sql/auth/`).
//!
//! The dialect is that of Supabase Auth (GoTrue): error codes, the two shapes of its errors, its settings' names.

pub mod base32;
pub mod callback;
pub mod cbor;
pub mod dialect;
pub mod email;
pub mod error;
pub mod link;
pub mod oidc;
pub mod password;
pub mod phone;
pub mod qr;
pub mod recovery;
pub mod redirect;
pub mod refresh;
pub mod seal;
pub mod settings;
mod settings_forms;
pub mod template;
pub mod totp;
pub mod webauthn;

#[cfg(test)]
mod email_tests;
