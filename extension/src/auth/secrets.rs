//! Secrets that rows hold, under a key that no dump carries: `howdah.key` in the data directory, or where `howdah.key_file` says.

use super::{invalid, refuse};
use crate::pg::guc;
use howdah_core::auth::password::Pepper;
use howdah_core::auth::seal::{KEY, Key, NONCE};
use howdah_core::token;
use pgrx::prelude::*;
use std::cell::RefCell;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::PathBuf;
use std::rc::Rc;

thread_local! {
    static KEPT: RefCell<Option<(PathBuf, Rc<Key>)>> = const { RefCell::new(None) };
}

fn path() -> PathBuf {
    match guc::key_file() {
        Some(file) => PathBuf::from(file),
        None => PathBuf::from(guc::get(c"data_directory").unwrap_or_default()).join("howdah.key"),
    }
}

/// The cluster's key; raises 58P01 if there is none.
pub fn key() -> Rc<Key> {
    let path = path();
    if let Some(key) =
        KEPT.with_borrow(|kept| kept.as_ref().filter(|k| k.0 == path).map(|k| k.1.clone()))
    {
        return key;
    }
    let text = zeroize::Zeroizing::new(std::fs::read_to_string(&path).unwrap_or_else(|_| {
        refuse(
            PgSqlErrorCode::ERRCODE_UNDEFINED_FILE,
            "the key file is missing: SELECT howdah.install() makes one; after a move to another server, copy howdah.key",
        )
    }));
    let bytes = zeroize::Zeroizing::new(from_hex(text.trim()).unwrap_or_default());
    let key = Rc::new(Key::new(&bytes).unwrap_or_else(|error| invalid(&error)));
    KEPT.set(Some((path, key.clone())));
    key
}

fn from_hex(text: &str) -> Option<Vec<u8>> {
    if text.len() != 2 * KEY {
        return None;
    }
    text.as_bytes()
        .chunks(2)
        .map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok())
        .collect()
}

fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    if let Err(error) = getrandom::fill(&mut bytes) {
        refuse(PgSqlErrorCode::ERRCODE_SYSTEM_ERROR, &format!("no randomness: {error}"));
    }
    bytes
}

/// The pepper of passwords: of the cluster's key, so that a hash is worth nothing without it.
pub fn pepper() -> Pepper {
    let key = key();
    let [a, b, c, d, ..] = key.hmac("password pepper id", b"1");
    Pepper { id: [a, b, c, d], key: zeroize::Zeroizing::new(key.hmac("password pepper", b"1")) }
}

/// Makes the cluster's key if there is none, readable by the server alone; returns whether it made one.
#[pg_extern(schema = "howdah_private", volatile, strict, parallel_unsafe)]
fn key_file_make() -> bool {
    let path = path();
    let text: String = random::<KEY>().iter().map(|byte| format!("{byte:02x}")).collect();
    let made =
        std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path).and_then(
            |mut file| {
                file.write_all(text.as_bytes())?;
                file.write_all(b"\n")?;
                file.sync_all()
            },
        );
    match made {
        Ok(()) => true,
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => false,
        Err(error) => refuse(
            PgSqlErrorCode::ERRCODE_IO_ERROR,
            &format!("the key file can't be written: {error}; howdah.key_file says where it is"),
        ),
    }
}

/// Seals a secret for one place (`context`): what is moved elsewhere does not open.
#[pg_extern(schema = "howdah_private", volatile, strict, parallel_restricted)]
fn secret_seal(plain: &str, context: &str) -> String {
    key().seal(plain.as_bytes(), context, random::<NONCE>()).unwrap_or_else(|error| invalid(&error))
}

/// Opens a sealed secret. Raises 22023 if it is none, or of another key or place.
#[pg_extern(schema = "howdah_private", stable, strict, parallel_restricted)]
fn secret_open(sealed: &str, context: &str) -> String {
    let plain = key().open(sealed, context).unwrap_or_else(|error| invalid(&error));
    String::from_utf8_lossy(&plain).into_owned()
}

/// HMAC-SHA-256 of a text under a key of this purpose.
#[pg_extern(schema = "howdah_private", stable, strict, parallel_restricted)]
fn server_hmac(purpose: &str, data: &str) -> Vec<u8> {
    key().hmac(purpose, data.as_bytes()).to_vec()
}

/// `digits` (4 to 12) decimal digits, each of fresh randomness, none likelier than another.
#[pg_extern(schema = "howdah_private", volatile, strict, parallel_restricted)]
fn random_digits(digits: i32) -> String {
    if !(4..=12).contains(&digits) {
        invalid("ask for 4 to 12 digits");
    }
    let mut text = String::new();
    while text.len() < digits as usize {
        // 250 is the largest multiple of ten in a byte.
        text.extend(random::<16>().iter().filter(|b| **b < 250).map(|b| char::from(b'0' + b % 10)));
    }
    text.truncate(digits as usize);
    text
}

/// What is kept of a token of 128 random bits or more: its SHA-256, in hex.
#[pg_extern(schema = "howdah_private", immutable, strict, parallel_safe)]
fn auth_token_digest(token: &str) -> String {
    token::hex(&token::fingerprint(token))
}

/// HMAC-SHA-256 of a text under a key that a row holds, in base64url.
#[pg_extern(schema = "howdah_private", immutable, strict, parallel_safe)]
fn hmac_base64url(key: &str, data: &str) -> String {
    token::base64url(&howdah_core::auth::seal::mac(key.as_bytes(), data.as_bytes()))
}
