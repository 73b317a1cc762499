//! The version of the library, which the SQL that calls it must have too.

use pgrx::prelude::*;

/// The version of this library; `howdah_private.version_check()` compares it with that of the SQL.
#[pg_extern(schema = "howdah_private", immutable, strict, parallel_safe)]
fn library_version() -> &'static str {
    env!("CARGO_PKG_VERSION")
}
