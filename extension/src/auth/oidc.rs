//! Sign-in by other providers: `howdah_core::auth::oidc` for the flows of `sql/auth/providers/`. None touches a table.
//!
//! What a provider or a client sent is judged and the verdict returned, for the flow to answer; only what a DBA gives raises.

use super::invalid;
use howdah_core::auth::oidc::id_token::{Expected, Nonce, Refusal};
use howdah_core::auth::oidc::profile::Documents;
use howdah_core::auth::oidc::provider::Provider;
use howdah_core::auth::oidc::request::Authorize;
use howdah_core::auth::oidc::{
    DOCUMENT, client_secret, discovery, document, id_token, jwks, pkce, profile, request,
};
use pgrx::JsonB;
use pgrx::prelude::*;
use serde_json::{Map, Value, json};

/// A row of `auth.providers`, or what a DBA gives for one.
fn provider_of(row: JsonB) -> Provider {
    serde_json::from_value(row.0).unwrap_or_else(|error| invalid(&error.to_string()))
}

fn text_of<'v>(object: &'v Value, name: &str) -> &'v str {
    object.get(name).and_then(Value::as_str).unwrap_or_default()
}

/// `{"ok": …}` or `{"refusal": words}`.
fn verdict(result: Result<Value, String>) -> JsonB {
    JsonB(match result {
        Ok(value) => json!({ "ok": value }),
        Err(words) => json!({ "refusal": words }),
    })
}

/// Completes a provider's row from the preset of its kind and checks it; raises 22023 with what would be right.
#[pg_extern(schema = "howdah_private", immutable, strict, parallel_safe)]
fn oidc_complete_provider(given: JsonB) -> JsonB {
    let complete = provider_of(given).complete().unwrap_or_else(|error| invalid(&error));
    JsonB(serde_json::to_value(complete).unwrap_or_else(|error| invalid(&error.to_string())))
}

/// Raises 22023 for a secret that is a JSON object but no key of Apple's.
#[pg_extern(schema = "howdah_private", immutable, strict, parallel_safe)]
fn oidc_check_secret(secret: &str) {
    client_secret::check(secret).unwrap_or_else(|error| invalid(&error));
}

/// Where the browser is sent. `ask`: redirect_uri, state, nonce, code_challenge, scopes, passed.
#[pg_extern(schema = "howdah_private", immutable, strict, parallel_safe)]
fn oidc_authorize_url(provider: JsonB, ask: JsonB) -> JsonB {
    let none = Map::new();
    let ask = Authorize {
        redirect_uri: text_of(&ask.0, "redirect_uri"),
        state: text_of(&ask.0, "state"),
        nonce: text_of(&ask.0, "nonce"),
        code_challenge: text_of(&ask.0, "code_challenge"),
        scopes: text_of(&ask.0, "scopes"),
        passed: ask.0.get("passed").and_then(Value::as_object).unwrap_or(&none),
    };
    verdict(request::authorize_url(&provider_of(provider), &ask).map(Value::String))
}

/// A request to the token endpoint, for `howdah_private.fetch`. `at`: Unix seconds, for a secret that is signed.
#[pg_extern(schema = "howdah_private", immutable, strict, parallel_safe)]
fn oidc_token_request(provider: JsonB, secret: &str, grant: JsonB, at: i64) -> JsonB {
    let grant: Vec<(&str, &str)> = grant
        .0
        .as_object()
        .into_iter()
        .flatten()
        .filter_map(|(name, value)| Some((name.as_str(), value.as_str()?)))
        .collect();
    verdict(request::token(&provider_of(provider), secret, &grant, at))
}

/// A request for a document about the user.
#[pg_extern(schema = "howdah_private", immutable, strict, parallel_safe)]
fn oidc_userinfo_request(provider: JsonB, url: &str, access_token: &str, secret: &str) -> JsonB {
    verdict(request::userinfo(&provider_of(provider), url, access_token, secret))
}

/// Verifies an ID token. `mode` of the nonce: `plain`, `hashed`, `absent`, `unchecked`. Beside the refusal's words:
/// `unknown_key`, if other keys of the issuer could help.
#[pg_extern(schema = "howdah_private", immutable, parallel_safe)]
fn oidc_verify_id_token(
    provider: JsonB,
    keys: JsonB,
    token: &str,
    mode: &str,
    nonce: Option<&str>,
    access_token: Option<&str>,
    at: i64,
) -> JsonB {
    let provider = provider_of(provider);
    let issuers = provider.issuers();
    let nonce = nonce.unwrap_or_default();
    let expected = Expected {
        issuers: &issuers,
        client_ids: &provider.client_ids,
        nonce: match mode {
            "unchecked" => Nonce::Unchecked,
            "absent" => Nonce::Absent,
            "hashed" => Nonce::Hashed(nonce),
            _ => Nonce::Plain(nonce),
        },
        access_token,
        foreign_azp: provider.kind == "google",
    };
    JsonB(match id_token::verify(token, &keys.0, expected, at) {
        Ok(claims) => json!({ "ok": claims }),
        Err(refusal) => json!({
            "refusal": refusal.message(),
            "unknown_key": refusal == Refusal::UnknownKey,
        }),
    })
}

/// The issuer that an ID token claims, not verified: to find the provider whose keys are to be asked.
#[pg_extern(schema = "howdah_private", immutable, strict, parallel_safe)]
fn oidc_claimed_issuer(token: &str) -> Option<String> {
    id_token::claimed_issuer(token)
}

/// What documents say of a user. `documents`: claims, userinfo, emails, form_user.
#[pg_extern(schema = "howdah_private", immutable, strict, parallel_safe)]
fn oidc_read_profile(provider: JsonB, documents: JsonB) -> JsonB {
    let member = |name: &str| documents.0.get(name).filter(|value| !value.is_null());
    let documents = Documents {
        claims: member("claims").and_then(Value::as_object),
        userinfo: member("userinfo"),
        emails: member("emails"),
        form_user: member("form_user"),
    };
    verdict(profile::read(&provider_of(provider), documents).map(|profile| {
        json!({
            "sub": profile.sub,
            "email": profile.email,
            "email_verified": profile.email_verified,
            "data": profile.data,
        })
    }))
}

/// Checks a document as it came: `jwks`, `discovery` (of `issuer`), `object` or `list`.
#[pg_extern(schema = "howdah_private", immutable, parallel_safe)]
fn oidc_read_document(kind: &str, text: &str, issuer: Option<&str>) -> JsonB {
    verdict(match kind {
        "jwks" => jwks::read(text),
        "discovery" => discovery::read(text, issuer.unwrap_or_default()),
        "list" if text.len() <= DOCUMENT => serde_json::from_str::<Vec<Value>>(text)
            .map(Value::Array)
            .map_err(|_| "the document is no JSON array".to_owned()),
        _ => document(text).map(Value::Object),
    })
}

/// Where the discovery document of an issuer is.
#[pg_extern(schema = "howdah_private", immutable, strict, parallel_safe)]
fn oidc_discovery_url(issuer: &str) -> String {
    discovery::location(issuer)
}

/// Challenge and method of a client: `{"ok": "s256" | "plain"}` or a refusal in GoTrue's words.
#[pg_extern(schema = "howdah_private", immutable, strict, parallel_safe)]
fn pkce_check_challenge(challenge: &str, method: &str) -> JsonB {
    verdict(pkce::check_challenge(challenge, method).map(|m| json!(m)).map_err(str::to_owned))
}

/// The S256 challenge that a verifier meets.
#[pg_extern(schema = "howdah_private", immutable, strict, parallel_safe)]
fn pkce_challenge(verifier: &str) -> String {
    pkce::challenge(verifier)
}

/// Whether a verifier meets a challenge that was kept.
#[pg_extern(schema = "howdah_private", immutable, strict, parallel_safe)]
fn pkce_meets(verifier: &str, challenge: &str, method: &str) -> bool {
    pkce::meets(verifier, challenge, method)
}
