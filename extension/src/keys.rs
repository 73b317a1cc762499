//! Natives for keys, tokens, settings and routes: what SQL asks of the pure core. None but the signature touches a table.
//!
//! All raise 22023 (invalid_parameter_value) with a message that says what would be right, unless noted. EXECUTE is taken from
//! PUBLIC by the extension script.

use crate::config;
use crate::pg::{inval, jail, query};
use howdah_core::token::{self, Purpose, SigningKey, VerifyKey};
use howdah_core::{route, settings};
use pgrx::prelude::*;
use pgrx::{JsonB, PgSqlErrorCode};
use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;
use zeroize::Zeroizing;

/// Bytes of [`random_token`]: at least 128 bits.
const RANDOM: std::ops::RangeInclusive<i32> = 16..=1024;

/// A new ES256 key pair: its kid (RFC 7638 thumbprint), the public JWK, the PKCS#8 DER secret.
///
/// Never from a per-process generator: backends are forks, and forks of one state make equal keys.
#[pg_extern(schema = "howdah_private", volatile, parallel_restricted)]
fn key_generate()
-> TableIterator<'static, (name!(kid, String), name!(public_jwk, JsonB), name!(secret, Vec<u8>))> {
    let made = token::generate_es256(&mut |bytes| {
        getrandom::fill(bytes).map_err(|error| format!("no randomness: {error}"))
    })
    .unwrap_or_else(|error| refuse(PgSqlErrorCode::ERRCODE_SYSTEM_ERROR, &error));
    let public_jwk = serde_json::from_str(&made.public_jwk)
        .unwrap_or_else(|error| refuse(PgSqlErrorCode::ERRCODE_INTERNAL_ERROR, &error.to_string()));
    TableIterator::once((made.kid, JsonB(public_jwk), made.secret))
}

/// Whether a key may be kept: its kid, and for HS256 its secret (raw bytes, 32 or more), for ES256 its public JWK and, if given,
/// its secret (PKCS#8 DER).
#[pg_extern(schema = "howdah_private", immutable, parallel_safe)]
fn key_check(kid: &str, alg: &str, public_jwk: Option<JsonB>, secret: Option<&[u8]>) {
    let checked = match (alg, public_jwk, secret) {
        ("HS256", _, Some(secret)) => VerifyKey::hs256(kid, secret, Purpose::Session).map(|_| ()),
        ("HS256", _, None) => Err("an HS256 key needs its secret".to_owned()),
        ("ES256", Some(JsonB(jwk)), secret) => {
            VerifyKey::es256(kid, &jwk.to_string(), Purpose::Session).and_then(|_| match secret {
                Some(der) => SigningKey::from_pkcs8(kid, der).map(|_| ()),
                None => Ok(()),
            })
        }
        ("ES256", None, _) => Err("an ES256 key needs its public JWK".to_owned()),
        _ => Err("the algorithm of a key is ES256 or HS256".to_owned()),
    };
    checked.unwrap_or_else(|error| invalid(&error));
}

/// The signing key of a purpose, read as its owner: kid and PKCS#8 in hex, with a space between.
const ACTIVE: &str = "SELECT k.kid OPERATOR(pg_catalog.||) ' ' OPERATOR(pg_catalog.||) pg_catalog.encode(k.secret, 'hex') \
    FROM howdah.keys k WHERE k.purpose OPERATOR(pg_catalog.=) $1 AND k.alg OPERATOR(pg_catalog.=) 'ES256' \
    AND k.status OPERATOR(pg_catalog.=) 'active'";

thread_local! {
    /// By purpose, with the state of the configuration in which it was read.
    static SIGNING: RefCell<HashMap<String, (u64, Rc<SigningKey>)>> = RefCell::default();
}

/// Signs claims (a JSON object) with the active key of a purpose, 'session' or 'api', as a compact JWS. Equal claims give other
/// signatures: the nonce has randomness in it.
///
/// The key is read once and kept until howdah.keys changes, as the keys that verify are. Raises 55000 if there is none.
#[pg_extern(schema = "howdah_private", volatile, strict, parallel_restricted)]
fn sign_claims(purpose: &str, claims: &str) -> String {
    signing_key(purpose)
        .and_then(|key| token::sign(claims, &key))
        .unwrap_or_else(|error| invalid(&error))
}

fn signing_key(purpose: &str) -> Result<Rc<SigningKey>, String> {
    // Nothing tells of changes before the configuration was read: during the installation.
    let generation = config::current().is_ok().then(inval::config);
    let kept = SIGNING.with_borrow(|kept| {
        let (of, key) = kept.get(purpose)?;
        (Some(*of) == generation).then(|| key.clone())
    });
    if let Some(key) = kept {
        return Ok(key);
    }
    let owner = jail::role_oid("howdah_owner").unwrap_or_else(|| no_key(purpose));
    let row = Zeroizing::new(jail::run_as(owner, || query::text(ACTIVE, &[purpose])));
    let Some((kid, secret)) = row.split_once(' ') else { no_key(purpose) };
    let secret = Zeroizing::new(config::from_hex(secret).unwrap_or_default());
    let key = Rc::new(SigningKey::from_pkcs8(kid, &secret)?);
    if let Some(generation) = generation {
        let kept = (generation, key.clone());
        SIGNING.with_borrow_mut(|all| all.insert(purpose.to_owned(), kept));
    }
    Ok(key)
}

fn no_key(purpose: &str) -> ! {
    pgrx::pg_sys::panic::ErrorReport::new(
        PgSqlErrorCode::ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE,
        format!("there is no active {purpose} key"),
        "sign_claims",
    )
    .set_hint("SELECT howdah.install();")
    .report(PgLogLevel::ERROR);
    unreachable!()
}

/// Checks a setting and returns the value to keep, in its normal form.
#[pg_extern(schema = "howdah_private", immutable, strict, parallel_safe)]
fn setting_check(key: &str, value: &str) -> String {
    settings::check(key, value).unwrap_or_else(|error| invalid(&error))
}

/// Every setting that Howdah knows, `app.settings.*` apart; the default is empty where a setting is unset.
#[pg_extern(schema = "howdah_private", immutable, parallel_safe)]
fn setting_definitions() -> TableIterator<
    'static,
    (
        name!(key, &'static str),
        name!(value_type, &'static str),
        name!(default_value, &'static str),
        name!(description, &'static str),
    ),
> {
    TableIterator::new(
        settings::definitions().iter().map(|d| (d.key, d.kind, d.default, d.description)),
    )
}

/// Checks method and pattern of a route of the DBA's own and returns the pattern's shape: parameters without their names. Two
/// routes of one method and shape are the same route.
#[pg_extern(schema = "howdah_private", immutable, strict, parallel_safe)]
fn route_check(method: &str, pattern: &str) -> String {
    route::check(method, pattern).unwrap_or_else(|error| invalid(&error))
}

/// `bytes` (16 to 1024) of randomness from the operating system, in base64url.
#[pg_extern(schema = "howdah_private", volatile, strict, parallel_safe)]
fn random_token(bytes: i32) -> String {
    if !RANDOM.contains(&bytes) {
        invalid("ask for 16 to 1024 random bytes");
    }
    let mut random = vec![0; usize::try_from(bytes).unwrap_or_default()];
    if let Err(error) = getrandom::fill(&mut random) {
        refuse(PgSqlErrorCode::ERRCODE_SYSTEM_ERROR, &format!("no randomness: {error}"));
    }
    token::base64url(&random)
}

fn invalid(message: &str) -> ! {
    refuse(PgSqlErrorCode::ERRCODE_INVALID_PARAMETER_VALUE, message)
}

fn refuse(code: PgSqlErrorCode, message: &str) -> ! {
    ereport!(ERROR, code, message.to_owned());
}
