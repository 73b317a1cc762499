//! The one path of a REST request: parse → kept or compiled statement → run → count → response.

use super::request::Target;
use super::request::{self, Asked};
use super::shape::{Compiled, Count, Outcome, ResultKind, Returning, Verb};
use super::timing::Phase;
use super::{
    Answer, Database, Ending, Settings, TxEnd, accept, compile, cursor, etag, limits, link,
    options, query_method, response, root,
};
use crate::error::{ApiError, Code};
use crate::http::{Request, Response};

/// Answers a request under `/rest/v1`.
///
/// # Errors
/// Any of the dialect's; the caller must roll back whatever ran, then.
pub fn handle(
    db: &dyn Database,
    settings: &Settings,
    request: &Request<'_>,
) -> Result<Answer, ApiError> {
    db.begin(Phase::Parse);
    let mut target = request::target(request.path)?;
    if target == Target::Root {
        match root::function(settings)? {
            Some(function) => target = function,
            None => return root::answer(db, settings, request),
        }
    }
    if request.method == "OPTIONS" {
        db.begin(Phase::Response);
        return options::answer(db.catalog(), settings, request, &target);
    }
    let url_query = request.query;
    let joined = query_method::query_string(request)?;
    let as_get;
    let request = match &joined {
        None => request,
        Some(query) => {
            as_get = Request { method: "GET", query, body: &[], ..*request };
            &as_get
        }
    };
    let mut asked = request::read(settings, db.catalog(), request, target)?;
    asked.url_query = joined.as_ref().map(|_| url_query);
    asked.parsed.shape.write.counted = db.limits().touched.is_some()
        && !matches!(asked.parsed.shape.verb, Verb::Read | Verb::Call);
    let asked = asked;
    if let Some(zone) = asked.prefer.timezone
        && !db.set_timezone(zone)
    {
        return Err(unknown_timezone(zone));
    }
    db.begin(Phase::Plan);
    let shape = &asked.parsed.shape;
    let compiled = db
        .compiled(shape, &mut || compile(shape, db.catalog(), settings))
        .map_err(|error| named(error, request))?;
    if let Some(level) = db.enter_function(&compiled.function_settings) {
        return Ok(Answer { response: Response::default(), ending: Ending::Repeat(level) });
    }
    check_result(&asked, compiled.result)?;
    let fingerprint = compiled.main.page.map(|page| page.fingerprint);
    let explained = asked.explained.is_some();
    if asked.cursor.is_some() && asked.cursor != fingerprint && !explained {
        return Err(cursor::misfit());
    }
    limits::check_cost(db, &asked, &compiled)?;

    db.begin(Phase::Transaction);
    if asked.verb == Verb::Call && !compiled.main.writes {
        db.forbid_writes();
    }
    let mut body = db.buffer();
    let idle = asked.idle && asked.explained.is_none();
    let mut outcome = if idle && shape.returning != Returning::Representation {
        Outcome::default()
    } else {
        db.run(&compiled.main, &asked.parsed, &mut body)
    };
    if let Some(page) = compiled.main.page {
        link::settle(page, &mut outcome);
    }
    limits::check_rows(db, &asked, &outcome)?;
    let total = total(db, settings, &asked, &compiled, &outcome);
    db.begin(Phase::Response);
    let ending = ending(settings.tx_end, asked.prefer.rollback);
    let mut response = response::build(&asked, &compiled, &outcome, total, body)?;
    if ending == Ending::Commit || asked.safe {
        etag::push(&mut response, settings.etag, &asked, &compiled, &outcome);
    }
    let (status, headers) = db.response_settings();
    response::override_with(&mut response, status.as_deref(), headers.as_deref())?;
    etag::evaluate(&mut response, &asked)?;
    if asked.head {
        // Encoded for its tag only.
        response.body.clear();
    }
    Ok(Answer { response, ending })
}

/// The plan knows only what it could not make; the client is told all that it accepts.
fn named(error: ApiError, request: &Request<'_>) -> ApiError {
    if error.code == Code::MediaType.spec().code {
        accept::not_acceptable(request.headers)
    } else {
        error
    }
}

/// Forms and bounds that only some results can have; known before anything runs.
fn check_result(asked: &Asked<'_>, result: ResultKind) -> Result<(), ApiError> {
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
    outcome: &Outcome,
) -> Option<u64> {
    let exact = || {
        if let Some(known) = known_total(asked, outcome).or(outcome.total) {
            return Some(known);
        }
        let mut count = Vec::new();
        db.run(compiled.count.as_ref()?, &asked.parsed, &mut count);
        std::str::from_utf8(&count).ok()?.trim().parse::<u64>().ok()
    };
    let planned = || Some(db.planned_rows(compiled.estimate.as_ref()?, &asked.parsed));
    if asked.explained.is_some() {
        return None;
    }
    let count = asked.parsed.shape.count?;
    if !matches!(compiled.result, ResultKind::Rows | ResultKind::Scalars) {
        return Some(outcome.rows);
    }
    match count {
        Count::Exact => exact(),
        Count::Planned => planned(),
        Count::Estimated => match (exact()?, settings.max_rows) {
            // The count stops beyond the cap, so from there on only the planner knows.
            (counted, Some(cap)) if counted > cap => planned().map(|rows| rows.max(counted)),
            (counted, _) => Some(counted),
        },
    }
}

/// The total of a page that is the last, or the only one: no second statement needs to count it.
fn known_total(asked: &Asked<'_>, outcome: &Outcome) -> Option<u64> {
    let shape = &asked.parsed.shape;
    let within = shape.range.limit.is_none_or(|limit| outcome.rows < limit);
    let reached = asked.lower == 0 || outcome.rows > 0;
    // Groups are not what is counted.
    let plain = shape.query.distinct.is_none() && !shape.query.has_aggregates();
    let whole = asked.cursor.is_none();
    (within && reached && plain && whole).then(|| asked.lower.saturating_add(outcome.rows))
}

fn ending(tx_end: TxEnd, preferred: Option<bool>) -> Ending {
    let rollback = match tx_end {
        TxEnd::Commit => false,
        TxEnd::Rollback => true,
        TxEnd::CommitAllowOverride => preferred.unwrap_or(false),
        TxEnd::RollbackAllowOverride => preferred.unwrap_or(true),
    };
    if rollback { Ending::Rollback } else { Ending::Commit }
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
