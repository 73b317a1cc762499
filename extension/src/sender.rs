//! Senders of text messages, chat messages and posts: what the functions of `sql/senders/` ask of the pure core.

use crate::auth::invalid;
use howdah_core::sender::{self, Said};
use pgrx::JsonB;
use pgrx::prelude::*;

/// Raises 22023 with what is wrong with a sender's row.
#[pg_extern(schema = "howdah_private", immutable, strict, parallel_safe)]
fn sender_check(kind: &str, driver: &str, settings: JsonB, has_secret: bool) {
    sender::check(kind, driver, &settings.0, has_secret)
        .unwrap_or_else(|problem| invalid(&problem));
}

/// What the courier is to do for a message: `about` is what templates may name beside the settings. `token`: of the user who
/// posts. Raises 22023 if no request can be made.
#[pg_extern(schema = "howdah_private", immutable, parallel_safe)]
fn sender_request(
    driver: &str,
    settings: JsonB,
    secret: Option<&str>,
    token: Option<&str>,
    about: JsonB,
) -> JsonB {
    let said = Said { secret, token, about: &about.0 };
    JsonB(sender::build(driver, &settings.0, &said).unwrap_or_else(|problem| invalid(&problem)))
}

/// The drivers that are shipped, each with its kind and what its settings need.
#[pg_extern(schema = "howdah_private", immutable, parallel_safe)]
fn sender_drivers() -> TableIterator<
    'static,
    (name!(driver, &'static str), name!(kind, &'static str), name!(needs, Vec<String>)),
> {
    TableIterator::new(
        sender::presets()
            .iter()
            .map(|(name, preset)| (name.as_str(), preset.kind.as_str(), preset.needs.clone())),
    )
}
