//! Addresses, redirects, links and messages: what the flows ask of the pure core. None touches a table.

use super::invalid;
use howdah_core::auth::template::{self, Parts};
use howdah_core::auth::{email, link, phone, redirect};
use pgrx::JsonB;
use pgrx::prelude::*;

/// The form of an e-mail address that is stored and compared; null if it is none.
#[pg_extern(schema = "howdah_private", immutable, strict, parallel_safe)]
fn auth_normalize_email(address: &str) -> Option<String> {
    email::normalize(address)
}

/// The form of a phone number that is stored and compared; null if it is none.
#[pg_extern(schema = "howdah_private", immutable, strict, parallel_safe)]
fn auth_normalize_phone(number: &str) -> Option<String> {
    phone::normalize(number)
}

/// Whether a link or a sign-in may lead to `wanted`, by these values of `site_url` and `uri_allow_list`.
#[pg_extern(schema = "howdah_private", immutable, strict, parallel_safe)]
fn auth_redirect_allowed(site_url: &str, uri_allow_list: &str, wanted: &str) -> bool {
    redirect::AllowList::parse(site_url, uri_allow_list)
        .unwrap_or_else(|error| invalid(&error))
        .allows(wanted)
}

/// The link of a mail; `path` is verify or confirm.
#[pg_extern(schema = "howdah_private", immutable, strict, parallel_safe)]
fn auth_link_url(base: &str, path: &str, token: &str, kind: &str, redirect_to: &str) -> String {
    link::build(base, path, token, kind, redirect_to)
}

/// The kinds of messages with their shipped texts.
#[allow(clippy::type_complexity)]
#[pg_extern(schema = "howdah_private", immutable, parallel_safe)]
fn auth_template_kinds() -> TableIterator<
    'static,
    (
        name!(kind, &'static str),
        name!(subject, Option<&'static str>),
        name!(html, Option<&'static str>),
        name!(text, Option<&'static str>),
        name!(about, &'static str),
    ),
> {
    let layout = template::Kind {
        name: "layout",
        subject: None,
        html: Some(template::LAYOUT),
        text: None,
        about: "the frame of all HTML mails: {% extends \"layout\" %}",
    };
    TableIterator::new(
        std::iter::once(layout)
            .chain(template::KINDS.iter().copied())
            .map(|k| (k.name, k.subject, k.html, k.text, k.about)),
    )
}

/// Whether a template may be kept. Raises 22023 with what is wrong, and in which line.
#[pg_extern(schema = "howdah_private", immutable, parallel_safe)]
fn auth_template_check(
    kind: &str,
    subject: Option<String>,
    html: Option<String>,
    text: Option<String>,
    layout: &str,
) {
    template::check(&Parts { subject, html, text }, layout, is_sms(kind))
        .unwrap_or_else(|error| invalid(&error));
}

/// A message of a template's parts; `problem` says why there is none. Never raises: whoever sends falls back to what is shipped.
#[allow(clippy::type_complexity)]
#[pg_extern(schema = "howdah_private", immutable, parallel_safe)]
fn auth_template_render(
    kind: &str,
    subject: Option<String>,
    html: Option<String>,
    text: Option<String>,
    layout: &str,
    variables: JsonB,
) -> TableIterator<
    'static,
    (
        name!(subject, Option<String>),
        name!(html, Option<String>),
        name!(text, Option<String>),
        name!(problem, Option<String>),
    ),
> {
    let parts = Parts { subject, html, text };
    TableIterator::once(match template::render(&parts, layout, is_sms(kind), &variables.0) {
        Ok(made) => (made.subject, made.html, made.text, None),
        Err(problem) => (None, None, None, Some(problem)),
    })
}

fn is_sms(kind: &str) -> bool {
    template::kind(kind).is_some_and(template::Kind::is_sms)
}
