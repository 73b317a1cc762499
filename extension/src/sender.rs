//! Senders of text messages, chat messages and posts: what the functions of `sql/senders/` ask of the pure core.

use crate::auth::invalid;
use crate::pg::claims;
use howdah_core::http::Headers;
use howdah_core::sender::callback::{self, Callback, Told};
use howdah_core::sender::{self, Said};
use pgrx::JsonB;
use pgrx::prelude::*;
use serde_json::json;

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

/// What the request that is being served tells of a text message: `{"refused": true}` unless it is the provider's, else `{"state",
/// "error"}`, both null while the message is on its way. `base`: scheme and host as the provider knows them.
#[pg_extern(schema = "howdah_private", stable, parallel_restricted)]
fn sender_callback(driver: &str, key: Option<&str>, base: &str, body: &[u8], now: i64) -> JsonB {
    let context = claims::with_context(|context| {
        (format!("{base}{}?{}", context.path, context.query), context.headers.clone())
    });
    let (url, headers) = context.unwrap_or_default();
    let headers = Headers(&headers);
    let callback = Callback { header: &|name| headers.get(name), url: &url, body, now };
    if !callback::is_genuine(driver, key, &callback) {
        return JsonB(json!({"refused": true}));
    }
    JsonB(match callback::told(&callback) {
        None => json!({"state": null, "error": null}),
        Some(Told::Delivered) => json!({"state": "delivered", "error": null}),
        Some(Told::Failed(word)) => json!({"state": "failed", "error": word}),
    })
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
