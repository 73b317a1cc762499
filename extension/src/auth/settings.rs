//! `auth.settings`: definitions, and values as this backend keeps them.

use super::invalid;
use crate::config::{self, Config};
use howdah_core::auth::settings;
use pgrx::prelude::*;
use std::rc::Rc;

/// The value of a setting in force, from the backend's own copy of the configuration, which follows every change.
///
/// Raises 22023 for a setting that does not exist.
#[pg_extern(schema = "auth", stable, strict, parallel_restricted)]
fn get(name: &str) -> String {
    let Some(definition) = settings::find(name) else {
        invalid(&format!("there is no setting \"{name}\"; auth.settings_all lists them"))
    };
    let config = configuration();
    config.auth.get(name).cloned().unwrap_or_else(|| definition.default.to_owned())
}

/// The claim iss of users' tokens: the address of /auth/v1, where the setting api_external_url says it.
#[pg_extern(schema = "howdah_private", stable, strict, parallel_restricted)]
fn auth_issuer() -> String {
    match get("api_external_url").as_str() {
        "" => "howdah".to_owned(),
        url => format!("{url}/auth/v1"),
    }
}

/// The configuration; raises 55000 if there is none, or of another version.
pub fn configuration() -> Rc<Config> {
    config::current().unwrap_or_else(|error| {
        super::refuse(
            PgSqlErrorCode::ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE,
            error.hint.as_deref().unwrap_or(&error.message),
        )
    })
}

/// Checks a value and returns it in its normal form.
#[pg_extern(schema = "howdah_private", immutable, strict, parallel_safe)]
fn auth_setting_check(name: &str, value: &str) -> String {
    settings::check(name, value).unwrap_or_else(|error| invalid(&error))
}

/// Every setting of accounts.
#[pg_extern(schema = "howdah_private", immutable, parallel_safe)]
fn auth_setting_definitions() -> TableIterator<
    'static,
    (
        name!(name, &'static str),
        name!(value_type, String),
        name!(default_value, &'static str),
        name!(description, &'static str),
    ),
> {
    TableIterator::new(
        settings::DEFINITIONS.iter().map(|d| (d.name, d.kind.name(), d.default, d.description)),
    )
}
