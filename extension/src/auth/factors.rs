//! Natives of TOTP factors and recovery codes.

use super::{invalid, refuse};
use howdah_core::auth::{base32, qr, recovery, totp};
use pgrx::prelude::*;

/// A new TOTP secret: 160 bits of fresh randomness in base32.
#[pg_extern(schema = "howdah_private", volatile, strict, parallel_restricted)]
fn totp_make_secret() -> String {
    base32::encode(&random::<{ totp::SECRET }>())
}

/// The 30-second step whose code this is, the time's own or a neighbour; NULL if it is the code of none.
#[pg_extern(schema = "howdah_private", immutable, strict, parallel_safe)]
fn totp_matching_step(secret: &str, code: &str, unix_time: i64) -> Option<i64> {
    totp::matching_step(secret, code, unix_time)
}

/// `otpauth://totp/…` for an authenticator app.
#[pg_extern(schema = "howdah_private", immutable, strict, parallel_safe)]
fn totp_uri(secret: &str, issuer: &str, account: &str) -> String {
    totp::uri(secret, issuer, account)
}

/// A text as a QR code, an SVG document. Raises 22023 if it is too long for one.
#[pg_extern(schema = "howdah_private", immutable, strict, parallel_safe)]
fn qr_svg(text: &str) -> String {
    qr::svg(text).unwrap_or_else(|error| invalid(&error))
}

/// A new recovery code: 80 bits of fresh randomness in 16 characters.
#[pg_extern(schema = "howdah_private", volatile, strict, parallel_restricted)]
fn recovery_code_make() -> String {
    recovery::code(&random())
}

/// A recovery code as it was typed, in the form whose HMAC is kept.
#[pg_extern(schema = "howdah_private", immutable, strict, parallel_safe)]
fn recovery_code_normalize(typed: &str) -> String {
    recovery::normalize(typed)
}

fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    if let Err(error) = getrandom::fill(&mut bytes) {
        refuse(PgSqlErrorCode::ERRCODE_SYSTEM_ERROR, &format!("no randomness: {error}"));
    }
    bytes
}
