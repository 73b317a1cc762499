//! The version of the library, which the SQL that calls it must have too.

use pgrx::prelude::*;

const MARK: &[u8] = b"howdah library version ";
const VERSION: &[u8] = env!("CARGO_PKG_VERSION").as_bytes();

/// As a text in the file, ended by zeros, so that what lies in the server's directory can be told without loading it:
/// `strings howdah.so | grep 'howdah library version'`.
#[used]
static STAMP: [u8; 64] = stamp();

const fn stamp() -> [u8; 64] {
    let mut out = [0; 64];
    let mut at = 0;
    while at < MARK.len() {
        out[at] = MARK[at];
        at += 1;
    }
    while at < MARK.len() + VERSION.len() {
        out[at] = VERSION[at - MARK.len()];
        at += 1;
    }
    out
}

/// What the stamp says: it, and no copy that the compiler made of it, is the version.
pub fn current() -> &'static str {
    let stamp = std::hint::black_box(&STAMP);
    let text = stamp.get(MARK.len()..).unwrap_or_default();
    let text = text.split(|byte| *byte == 0).next().unwrap_or_default();
    std::str::from_utf8(text).unwrap_or_default()
}

/// The version of this library; `howdah_private.version_check()` compares it with that of the SQL.
#[pg_extern(schema = "howdah_private", immutable, strict, parallel_safe)]
fn library_version() -> &'static str {
    current()
}
