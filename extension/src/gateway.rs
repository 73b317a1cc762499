//! One request: token → role → jail → handler → deferred triggers → out of the jail.
//!
//! `howdah.serve` is the proxy's only door; `howdah_private.request` is the same for psql (`howdah.request`). What must be
//! undone is raised: the finished answer travels in the ERROR's DETAIL under a SQLSTATE of ours (HW000; HW001 if it may be
//! tried again; HW002 if the transaction must be begun at another isolation level; HW003 if the schema changed under it;
//! HW004 if this backend has the library of another version, and nothing was done).

use crate::auth::user_keys;
use crate::config::{self, Config};
use crate::database::Live;
use crate::pg::claims::{self, Active, Claims, Context};
use crate::pg::error::{Raised, catch};
use crate::pg::guc::{self, Scope};
use crate::pg::jail::{self, Jail};
use crate::pg::{hooks, inval, recovery};
use crate::role_settings::{self, Wanted};
use howdah_core::auth::dialect;
use howdah_core::error::{ApiError, Code, from_database, standby};
use howdah_core::http::{Headers, Request, Response};
use howdah_core::rest::timing::{Phase, Timing};
use howdah_core::rest::{Database, Ending, Isolation};
use howdah_core::settings::{ErrorDetail, ErrorVerbosity};
use pgrx::pg_sys;
use std::rc::Rc;

/// Who calls the gateway.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Caller {
    /// The proxy: the session is ours, and shared by all requests.
    Proxy,
    /// A DBA's own session.
    Psql,
}

/// Where a request came from.
#[derive(Debug, Clone, Copy)]
pub struct Origin<'a> {
    pub caller: Caller,
    /// The client's address as the proxy found it; empty from psql.
    pub client: &'a str,
    /// The request's id, for logs; empty from psql.
    pub id: &'a str,
}

/// An answer that must undo the transaction.
#[derive(Debug)]
pub struct Undo {
    pub code: &'static str,
    pub response: Response,
    /// HW002 only.
    pub isolation: Option<Isolation>,
}

impl Undo {
    fn of(response: Response) -> Self {
        Self { code: "HW000", response, isolation: None }
    }

    fn repeat(level: Isolation) -> Self {
        Self { code: "HW002", response: Response::default(), isolation: Some(level) }
    }
}

thread_local! {
    static LIVE: Live = Live::default();
}

/// Serves a request whose transaction is the caller's.
///
/// # Errors
/// [`Undo`]: the caller must abort the (sub)transaction, then answer with it.
pub fn handle(request: &Request<'_>, origin: Origin<'_>) -> Result<Response, Undo> {
    let config = config::current().map_err(|e| Undo {
        code: if config::of_another_version() { "HW004" } else { "HW000" },
        ..Undo::of(e.to_response())
    })?;
    let timing = Timed::start(&config, request);
    let mut answer = answer(&config, request, origin, timing.as_ref());
    if let Some(timing) = timing {
        let header = timing.clock.header();
        match &mut answer {
            Ok(response) => response.header("Server-Timing", &header),
            Err(undo) => undo.response.header("Server-Timing", &header),
        }
    }
    if let Some(name) = &config.settings.rest.trace_header
        && let Some(value) = request.headers.get(name)
    {
        match &mut answer {
            Ok(response) => response.header(name, value),
            Err(undo) => undo.response.header(name, value),
        }
    }
    answer
}

/// The clock of a request, for as long as it is served.
struct Timed {
    clock: Rc<Timing>,
    outer: Option<Rc<Timing>>,
}

impl Timed {
    fn start(config: &Config, request: &Request<'_>) -> Option<Self> {
        let wanted = config.settings.rest.server_timing && request.path.starts_with("/rest/v1");
        wanted.then(|| {
            let clock = Rc::new(Timing::start());
            let outer = LIVE.with(|live| live.time(Some(clock.clone())));
            Self { clock, outer }
        })
    }
}

impl Drop for Timed {
    fn drop(&mut self) {
        LIVE.with(|live| live.time(self.outer.take()));
    }
}

fn answer(
    config: &Rc<Config>,
    request: &Request<'_>,
    origin: Origin<'_>,
    timing: Option<&Timed>,
) -> Result<Response, Undo> {
    let who = match identify(config, request) {
        Ok(who) => who,
        // Signing in anew must not fail for the old token that a client still sends along.
        Err(error) if is_account_path(request) => match stranger(config, request, error) {
            Ok(who) => who,
            Err(error) => return Err(Undo::of(refusal(config, request, error))),
        },
        Err(error) => return Err(Undo::of(refusal(config, request, error))),
    };
    let clock = timing.map(|timing| &*timing.clock);
    if let Some(clock) = clock {
        clock.settle();
    }
    if origin.caller == Caller::Proxy && !guc::search_path_is(&config.search_path) {
        guc::set("search_path", &config.search_path, Scope::Session, false);
    }
    let known = inval::schema();
    let outcome = catch(|| {
        let visit = Visit { config, request, origin, clock };
        visit.run(&who)
    });
    // A DBA's own statements after it are not the request's.
    hooks::limit_touched(None);
    match outcome {
        Ok(Ok(answer)) => Ok(answer),
        Ok(Err(undo)) => Err(undo),
        Err(raised) => {
            claims::clear();
            let mut undo = undo_of(config, request, &raised, who.anonymous, origin.id);
            if inval::schema() != known && is_stale(&raised.sqlstate) {
                undo.code = "HW003";
            }
            Err(undo)
        }
    }
}

/// Who is asking, and the role that the request enters.
struct Who {
    role: pg_sys::Oid,
    claims: Rc<Claims>,
    anonymous: bool,
    /// What is wrong with the token, where that is the flow's to answer.
    problem: Option<String>,
}

fn identify(config: &Config, request: &Request<'_>) -> Result<Who, ApiError> {
    let anon = config.settings.rest.anon_role.as_deref();
    let refuse = || ApiError::new(Code::TokenRequired, &[]);
    let enter = |role: &str| config.role(role).ok_or_else(|| no_such_role(role));
    let Some(token) = bearer(request) else {
        let role = anon.ok_or_else(refuse)?;
        return Ok(Who {
            role: enter(role)?,
            claims: config.nobody(role),
            anonymous: true,
            problem: None,
        });
    };
    let now = crate::pg::clock::now();
    if token.starts_with(user_keys::PREFIX) {
        let holder = user_keys::identify(token, now)?;
        return Ok(Who {
            role: enter(&holder.role)?,
            claims: holder.claims,
            anonymous: false,
            problem: None,
        });
    }
    let session = config.verify(token, now)?;
    let role = session.role.as_deref().or(anon).ok_or_else(refuse)?;
    Ok(Who {
        role: enter(role)?,
        claims: session.claims(),
        anonymous: Some(role) == anon,
        problem: None,
    })
}

fn is_account_path(request: &Request<'_>) -> bool {
    request.path.starts_with(dialect::PREFIX)
}

/// Who sends a token that is no good to a path of accounts: nobody, with the reason at hand for flows that want somebody. The
/// app's own key, if sent, must be good all the same: a revoked one closes every path.
fn stranger(config: &Config, request: &Request<'_>, error: ApiError) -> Result<Who, ApiError> {
    match api_key(request) {
        Some(key) if Some(key) == bearer(request) => return Err(error),
        Some(key) => drop(config.verify(key, crate::pg::clock::now())?),
        None => {}
    }
    let anon = config.settings.rest.anon_role.as_deref();
    let role = anon.ok_or_else(|| ApiError::new(Code::TokenRequired, &[]))?;
    let slug = if error.message.starts_with("The session of") {
        "session_not_found: Session from session_id claim in JWT does not exist".to_owned()
    } else {
        format!("bad_jwt: invalid JWT: unable to parse or verify signature, {}", error.message)
    };
    Ok(Who {
        role: config.role(role).ok_or_else(|| no_such_role(role))?,
        claims: config.nobody(role),
        anonymous: true,
        problem: Some(slug),
    })
}

/// `Authorization: Bearer …`, or else the header or query parameter `apikey`.
fn bearer<'a>(request: &Request<'a>) -> Option<&'a str> {
    if let Some(value) = request.headers.get("authorization") {
        let (scheme, token) = value.split_once(' ').unwrap_or((value, ""));
        if scheme.eq_ignore_ascii_case("bearer") {
            return Some(token.trim());
        }
    }
    api_key(request)
}

/// The header or query parameter `apikey`.
fn api_key<'a>(request: &Request<'a>) -> Option<&'a str> {
    let from_query = || request.query.split('&').find_map(|pair| pair.strip_prefix("apikey="));
    request.headers.get("apikey").or_else(from_query).filter(|token| !token.is_empty())
}

fn no_such_role(role: &str) -> ApiError {
    from_database("22023", &format!("role \"{role}\" does not exist"), None, None, true)
}

/// The answer to an error, with what a client may see of it.
fn refusal(config: &Config, request: &Request<'_>, error: ApiError) -> Response {
    if dialect::speaks(request.path) {
        return dialect::refusal(request.headers, &allowed(config, error));
    }
    plain_refusal(config, error)
}

fn allowed(config: &Config, error: ApiError) -> ApiError {
    match config.settings.error_detail {
        ErrorDetail::Safe => error.withhold(),
        ErrorDetail::Normal => error,
    }
}

/// The same outside of accounts.
pub fn plain_refusal(config: &Config, error: ApiError) -> Response {
    let error = allowed(config, error);
    match config.settings.rest.error_verbosity {
        ErrorVerbosity::Minimal => error.to_minimal_response(),
        ErrorVerbosity::Verbose => error.to_response(),
    }
}

/// Whether an error can come of a schema that was read before another transaction changed it: the statement found a name
/// or a type no longer there. All was rolled back, so the request may be made anew, whatever its method.
fn is_stale(sqlstate: &str) -> bool {
    sqlstate.starts_with("42") && sqlstate != "42501" || matches!(sqlstate, "0A000" | "XX000")
}

fn undo_of(
    config: &Config,
    request: &Request<'_>,
    raised: &Raised,
    anonymous: bool,
    id: &str,
) -> Undo {
    // A GET that writes is wrong on any server.
    let writes = !matches!(request.method, "GET" | "HEAD" | "QUERY");
    let error = if raised.sqlstate == "25006" && writes && recovery::is_standby() {
        standby()
    } else {
        from_database(
            &raised.sqlstate,
            &raised.message,
            raised.detail.as_deref(),
            raised.hint.as_deref(),
            anonymous,
        )
    };
    if error.status >= 500 {
        // What PL/pgSQL raised may hold values.
        let message = if raised.sqlstate.starts_with("P0") { "" } else { raised.message.as_str() };
        pgrx::log!("request {id} failed: {} {message}", raised.sqlstate);
    }
    let code = match raised.sqlstate.as_str() {
        "40001" | "40P01" => "HW001",
        _ => "HW000",
    };
    Undo { code, response: refusal(config, request, error), isolation: None }
}

struct Visit<'v> {
    config: &'v Rc<Config>,
    request: &'v Request<'v>,
    origin: Origin<'v>,
    clock: Option<&'v Timing>,
}

impl Visit<'_> {
    fn run(&self, who: &Who) -> Result<Response, Undo> {
        let jail = Jail::open();
        let entered = role_settings::of(who.role);
        if let Some(level) = entered.stronger_isolation() {
            return Err(Undo::repeat(level));
        }
        if self.origin.caller == Caller::Psql {
            // The session's own deferred triggers are not the request's: they run as who queued them.
            jail.fire_deferred_triggers();
        }
        self.apply(&entered);
        jail.switch(who.role);
        let active = Active::enter(self.context(who));
        let result = LIVE.with(|live| {
            live.begin(who.role.to_u32(), self.config);
            self.limit(live, &entered)?;
            let reads = self.request.is_read();
            if reads {
                jail.forbid_writes();
            }
            if let Some(clock) = self.clock {
                clock.charge_ahead();
            }
            self.pre_request(live, &jail)?;
            let answer = crate::dispatch::dispatch(live, self.config, self.request)
                .map_err(|e| self.undo(e))?;
            if !reads {
                Database::begin(live, Phase::Transaction);
                jail.fire_deferred_triggers();
            }
            Ok((answer, reads))
        });
        drop(active);
        let (answer, reads) = result?;
        jail.leave();
        if self.origin.caller == Caller::Proxy {
            jail::forget_session(!reads);
        }
        match answer.ending {
            Ending::Commit => Ok(answer.response),
            Ending::Rollback => Err(Undo::of(answer.response)),
            Ending::Repeat(level) => Err(Undo::repeat(level)),
        }
    }

    fn undo(&self, error: ApiError) -> Undo {
        Undo::of(refusal(self.config, self.request, error))
    }

    /// Runs `rest.pre_request` as the token's role; then enters the role that it asked for, if any.
    fn pre_request(&self, live: &Live, jail: &Jail) -> Result<(), Undo> {
        let Some(function) = &self.config.settings.rest.pre_request else { return Ok(()) };
        Database::begin(live, Phase::Transaction);
        let asked = crate::pre_request::run(function);
        if let Some(role) = asked {
            let Some(oid) = self.config.role(&role) else {
                return Err(self.undo(no_such_role(&role)));
            };
            jail.switch(oid);
            live.set_role(oid.to_u32());
            self.limit(live, &role_settings::of(oid))?;
        }
        Ok(())
    }

    /// What the role may cost.
    fn limit(&self, live: &Live, role: &Wanted) -> Result<(), Undo> {
        let limits = role.limits(self.config.limits).map_err(|error| self.undo(error))?;
        live.set_limits(limits);
        Ok(())
    }

    /// `ALTER ROLE … SET`, which only a login applies by itself, and the app's own settings.
    fn apply(&self, entered: &Wanted) {
        if self.origin.caller == Caller::Psql {
            guc::set("search_path", &self.config.search_path, Scope::Request, false);
        }
        for (name, value) in &entered.settings {
            // With a superuser's right, as at a login: ALTER ROLE checked who may set what.
            guc::set(name, value, Scope::Request, true);
        }
        if let Some(milliseconds) = entered.statement_timeout {
            crate::pg::clock::limit_statement(milliseconds);
        }
        for (name, value) in &self.config.settings.app {
            guc::set(name, value, Scope::Request, false);
        }
    }

    /// The client's headers, with the address that the proxy found in place of what a client may claim.
    fn headers(&self) -> String {
        let mut headers = self.request.headers.0.to_owned();
        for (name, value) in
            [("x-forwarded-for", self.origin.client), ("x-request-id", self.origin.id)]
        {
            if !value.is_empty() && !value.contains('\n') {
                headers.push_str(name);
                headers.push_str(": ");
                headers.push_str(value);
                headers.push('\n');
            }
        }
        headers
    }

    fn context(&self, who: &Who) -> Context {
        Context {
            claims: who.claims.clone(),
            method: self.request.method.to_owned(),
            path: self.request.path.to_owned(),
            query: self.request.query.to_owned(),
            headers: self.headers(),
            client: self.origin.client.to_owned(),
            id: self.origin.id.to_owned(),
            problem: who.problem.clone(),
        }
    }
}

/// The answer as the ERROR's DETAIL carries it.
pub fn detail(undo: &Undo) -> String {
    if let Some(level) = undo.isolation {
        return level.as_str().to_owned();
    }
    let response = &undo.response;
    let mut document = serde_json::json!({
        "status": response.status,
        "headers": response.headers,
    });
    let (key, value) = match std::str::from_utf8(&response.body) {
        Ok(text) if !text.contains('\0') => ("body", text.to_owned()),
        _ => ("body64", howdah_core::http::base64(&response.body)),
    };
    document[key] = value.into();
    document.to_string()
}

/// A request from the arguments of `serve`: the headers as text, the target split.
///
/// # Errors
/// 400 if the target or a header is not UTF-8, or has a NUL.
pub fn request<'a>(
    method: &'a str,
    target: &'a str,
    headers: &'a [u8],
    body: &'a [u8],
) -> Result<Request<'a>, ApiError> {
    let headers =
        std::str::from_utf8(headers).ok().filter(|h| !h.contains('\0')).ok_or_else(|| {
            ApiError::new(Code::BadRequest, &["The headers must be UTF-8 without NUL"])
        })?;
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    Ok(Request { method, path, query, headers: Headers(headers), body })
}

/// The answer to a request that could not even be read.
pub fn bad_request(error: &ApiError) -> Undo {
    Undo::of(error.to_response())
}
