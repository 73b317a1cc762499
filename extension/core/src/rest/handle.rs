//! The one path of a REST request: parse → kept or compiled statement → run → count → response.

use super::request::{self, Asked};
use super::shape::{Compiled, Count, Outcome, ResultKind, Returning};
use super::{Answer, Database, Settings, TxEnd, compile, media, options, response};
use crate::error::{ApiError, Code};
use crate::http::Request;

/// Answers a request under `/rest/v1`.
///
/// # Errors
/// Any of the dialect's; the caller must roll back whatever ran, then.
pub fn handle(
    db: &dyn Database,
    settings: &Settings,
    request: &Request<'_>,
) -> Result<Answer, ApiError> {
    let target = request::target(request.path)?;
    if request.method == "OPTIONS" {
        return options::answer(db.catalog(), settings, request, &target);
    }
    let asked = request::read(settings, db.catalog(), request, target)?;
    if let Some(zone) = asked.prefer.timezone
        && !db.set_timezone(zone)
    {
        return Err(unknown_timezone(zone));
    }
    let shape = &asked.parsed.shape;
    let compiled = db.compiled(shape, &mut || compile(shape, db.catalog(), settings))?;
    check_result(&asked, compiled.result, request)?;

    let mut body = db.buffer();
    let outcome = if asked.idle && shape.returning != Returning::Representation {
        Outcome::default()
    } else {
        db.run(&compiled.main, &asked.parsed, &mut body)
    };
    let total = total(db, settings, &asked, &compiled);
    let mut response = response::build(&asked, &compiled, &outcome, total, body)?;
    let (status, headers) = db.response_settings();
    response::override_with(&mut response, status.as_deref(), headers.as_deref())?;
    Ok(Answer { response, rollback: rollback(settings.tx_end, asked.prefer.rollback) })
}

/// Forms and bounds that only some results can have; known before anything runs.
fn check_result(
    asked: &Asked<'_>,
    result: ResultKind,
    request: &Request<'_>,
) -> Result<(), ApiError> {
    let raw = matches!(asked.media, media::Media::Text | media::Media::Xml | media::Media::Octets);
    if raw && !matches!(result, ResultKind::Scalar | ResultKind::Void) {
        return Err(media::not_acceptable(request.headers));
    }
    let set = matches!(result, ResultKind::Rows | ResultKind::Scalars);
    if asked.parsed.max_affected.is_some() && !set {
        return Err(ApiError::new(Code::MaxAffectedRpc, &[]));
    }
    Ok(())
}

/// All rows that the request would have without limit, as `Prefer: count=` wants them counted.
fn total(
    db: &dyn Database,
    settings: &Settings,
    asked: &Asked<'_>,
    compiled: &Compiled,
) -> Option<u64> {
    let exact = || {
        let mut count = Vec::new();
        db.run(compiled.count.as_ref()?, &asked.parsed, &mut count);
        std::str::from_utf8(&count).ok()?.trim().parse::<u64>().ok()
    };
    let planned = || Some(db.planned_rows(compiled.estimate.as_ref()?, &asked.parsed));
    match asked.parsed.shape.count? {
        Count::Exact => exact(),
        Count::Planned => planned(),
        Count::Estimated => match (exact()?, settings.max_rows) {
            // The count stops beyond the cap, so from there on only the planner knows.
            (counted, Some(cap)) if counted > cap => planned().map(|rows| rows.max(counted)),
            (counted, _) => Some(counted),
        },
    }
}

fn rollback(tx_end: TxEnd, preferred: Option<bool>) -> bool {
    match tx_end {
        TxEnd::Commit => false,
        TxEnd::Rollback => true,
        TxEnd::CommitAllowOverride => preferred.unwrap_or(false),
        TxEnd::RollbackAllowOverride => preferred.unwrap_or(true),
    }
}

/// As Postgres itself says it.
fn unknown_timezone(name: &str) -> ApiError {
    ApiError {
        status: 400,
        code: "22023".to_owned(),
        message: format!("invalid value for parameter \"TimeZone\": \"{name}\""),
        details: None,
        hint: None,
        headers: String::new(),
    }
}
