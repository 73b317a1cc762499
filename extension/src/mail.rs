//! Mail: what the functions of `sql/mail/` ask of the pure core.

use crate::config;
use crate::pg::claims;
use howdah_core::auth::template::LAYOUT;
use howdah_core::http::Headers;
use howdah_core::mail;
use howdah_core::mail::intake::{self, Notice};
use howdah_core::template::{Parts, Template};
use pgrx::JsonB;
use pgrx::prelude::*;
use std::cell::RefCell;
use std::rc::Rc;

/// Raises 22023 with a message that says what would be right.
fn invalid(message: &str) -> ! {
    ereport!(ERROR, PgSqlErrorCode::ERRCODE_INVALID_PARAMETER_VALUE, message.to_owned());
}

/// What a sender asks for, as it is kept: known members alone, each checked. Raises 22023.
#[pg_extern(schema = "howdah_private", immutable, strict, parallel_safe)]
fn mail_accept(asked: JsonB) -> JsonB {
    JsonB(mail::accept(&asked.0).unwrap_or_else(|error| invalid(&error)))
}

/// Addresses of a list as people write them, in normal form; null if any of it is none.
#[pg_extern(schema = "howdah_private", immutable, strict, parallel_safe)]
fn mail_addresses(list: &str) -> Option<Vec<String>> {
    let list = mail::Mailbox::parse_list(list)?;
    Some(list.into_iter().map(|mailbox| mailbox.address).collect())
}

/// Templates that are read, the last used first.
const TEMPLATES: usize = 16;

struct Read {
    parts: Parts,
    layout: String,
    template: Rc<Template>,
}

thread_local! {
    static READ: RefCell<Vec<Read>> = const { RefCell::new(Vec::new()) };
}

fn read(parts: Parts, layout: &str) -> Result<Rc<Template>, String> {
    let known = READ.with_borrow_mut(|read| {
        let at = read.iter().position(|r| r.layout == layout && r.parts == parts)?;
        read.get_mut(..=at)?.rotate_right(1);
        Some(read.first()?.template.clone())
    });
    if let Some(template) = known {
        return Ok(template);
    }
    let template = Rc::new(Template::read(&parts, layout, false, &[])?);
    let one = Read { parts, layout: layout.to_owned(), template: template.clone() };
    READ.with_borrow_mut(|read| {
        read.insert(0, one);
        read.truncate(TEMPLATES);
    });
    Ok(template)
}

/// Whether a template may be kept, with the frame of accounts' messages if none is given. Raises 22023 with what is wrong, and in which line.
#[pg_extern(schema = "howdah_private", immutable, parallel_safe)]
fn mail_template_check(
    subject: Option<String>,
    html: Option<String>,
    text: Option<String>,
    layout: Option<&str>,
) {
    read(Parts { subject, html, text }, layout.unwrap_or(LAYOUT))
        .and_then(|template| template.check())
        .unwrap_or_else(|error| invalid(&error));
}

/// A message of a template's parts, with the frame of accounts' messages if none is given. Raises 22023 with what is wrong, and in which line.
#[allow(clippy::type_complexity)]
#[pg_extern(schema = "howdah_private", immutable, parallel_safe)]
fn mail_template_render(
    subject: Option<String>,
    html: Option<String>,
    text: Option<String>,
    layout: Option<&str>,
    variables: JsonB,
) -> TableIterator<
    'static,
    (name!(subject, Option<String>), name!(html, Option<String>), name!(text, Option<String>)),
> {
    let made = read(Parts { subject, html, text }, layout.unwrap_or(LAYOUT))
        .and_then(|template| template.render(&variables.0))
        .unwrap_or_else(|error| invalid(&error));
    TableIterator::once((made.subject, made.html, made.text))
}

/// The settings mail.*.
#[allow(clippy::type_complexity)]
#[pg_extern(schema = "howdah_private", stable, parallel_restricted)]
fn mail_settings() -> TableIterator<
    'static,
    (
        name!(sender, Option<String>),
        name!(address_limit, i32),
        name!(domain_limit, i32),
        name!(inbox, Option<String>),
    ),
> {
    let Ok(config) = config::current() else { invalid("howdah is not installed") };
    let mail = config.settings.mail.clone();
    let count = |limit: u64| i32::try_from(limit).unwrap_or(i32::MAX);
    TableIterator::once((
        mail.from,
        count(mail.address_limit),
        count(mail.domain_limit),
        mail.inbox,
    ))
}

fn fill(bytes: &mut [u8]) {
    if let Err(error) = getrandom::fill(bytes) {
        ereport!(ERROR, PgSqlErrorCode::ERRCODE_SYSTEM_ERROR, format!("no randomness: {error}"));
    }
}

/// A new RSA key of so many bits, in PEM.
#[pg_extern(schema = "howdah_private", volatile, strict, parallel_restricted)]
fn dkim_make_key(bits: i32) -> String {
    mail::dkim_key::make_key(usize::try_from(bits).unwrap_or(0), fill)
        .unwrap_or_else(|error| invalid(&error))
}

/// Raises 22023 unless mails can be signed with these.
#[pg_extern(schema = "howdah_private", immutable, strict, parallel_safe)]
fn dkim_check(domain: &str, selector: &str, key: &str) {
    if let Err(error) = mail::dkim::Signer::new(domain, selector, key) {
        invalid(&error);
    }
}

/// What DNS is to hold of a private key.
#[pg_extern(schema = "howdah_private", immutable, strict, parallel_safe)]
fn dkim_public(key: &str) -> String {
    mail::dkim_key::record(key).unwrap_or_else(|error| invalid(&error))
}

/// The request of a provider's API for a mail; `at`: now, like 20150830T123600Z. Raises 22023.
#[pg_extern(schema = "howdah_private", immutable, strict, parallel_safe)]
fn mail_request(kind: &str, settings: JsonB, secret: &str, mail: JsonB, at: &str) -> JsonB {
    let made = mail::Mail::read(&mail.0)
        .and_then(|mail| mail::provider::request(kind, &settings.0, secret, &mail, at));
    JsonB(made.unwrap_or_else(|error| invalid(&error)))
}

/// Whether the request that is being served is a notice of this kind of provider.
#[pg_extern(schema = "howdah_private", stable, strict, parallel_restricted)]
fn mail_hook_genuine(kind: &str, secret: &str, body: &[u8], now: i64) -> bool {
    let headers = claims::with_context(|context| context.headers.clone()).unwrap_or_default();
    let header = |name: &str| Headers(&headers).get(name).map(str::to_owned);
    intake::is_genuine(kind, secret, &Notice { header: &header, body, now })
}

/// Which addresses a notice says to send nothing to.
#[pg_extern(schema = "howdah_private", immutable, strict, parallel_safe)]
fn mail_hook_events(
    kind: &str,
    body: &[u8],
) -> TableIterator<
    'static,
    (name!(address, String), name!(reason, &'static str), name!(detail, String)),
> {
    let events = intake::events(kind, body);
    TableIterator::new(events.into_iter().map(|e| (e.address, e.reason, e.detail)))
}

/// Where the certificate of a notification of SNS is; null unless it says a place of Amazon's.
#[pg_extern(schema = "howdah_private", immutable, strict, parallel_safe)]
fn sns_certificate_url(body: &[u8]) -> Option<String> {
    intake::sns_certificate_url(body)
}

/// Whether a URL is one of SNS.
#[pg_extern(schema = "howdah_private", immutable, strict, parallel_safe)]
fn sns_url(url: &str) -> bool {
    intake::is_sns(url)
}

/// Whether a notification of SNS is signed with the certificate's key.
#[pg_extern(schema = "howdah_private", immutable, strict, parallel_safe)]
fn sns_genuine(body: &[u8], certificate: &str) -> bool {
    intake::is_sns_genuine(body, certificate)
}

/// What a delivery status notification says (RFC 3464); null if the mail is none.
#[pg_extern(schema = "howdah_private", immutable, strict, parallel_safe)]
fn dsn_read(message: &[u8]) -> Option<JsonB> {
    mail::dsn::read(message).map(|report| JsonB(report.json()))
}
