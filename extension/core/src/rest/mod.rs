//! `/rest/v1`: the PostgREST dialect.
//!
//! One path: `request` (method, headers, body → [`shape::Parsed`], with `query` for the query string) → the kept
//! [`shape::Compiled`], or `plan` → `build` → the shell runs and encodes ([`Database::run`]) → `response`.

pub mod accept;
pub mod build;
pub mod cursor;
pub mod etag;
#[cfg(any(test, feature = "fixture"))]
pub mod fixture;
pub mod handle;
mod legacy;
pub mod limits;
pub mod link;
pub mod media;
pub mod options;
pub mod payload;
pub mod plan;
pub mod prefer;
pub mod query;
pub mod query_method;
pub mod range;
pub mod request;
pub mod response;
pub mod root;
pub mod shape;
pub mod timing;

pub use build::compile;
pub use handle::handle;

use crate::catalog::Catalog;
use crate::error::ApiError;
use crate::openapi::{Rules, Wanted};
use shape::{Compiled, Outcome, Parsed, Shape, Statement};
use std::rc::Rc;

/// Settings that decide answers, as `howdah.settings` names them (`rest.*`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// `rest.schemas`: exposed schemas; the first is the default.
    pub schemas: Vec<String>,
    /// `rest.max_rows`.
    pub max_rows: Option<u64>,
    /// `rest.tx_end`: what ends a request's transaction, and whether `Prefer: tx=` may override it.
    pub tx_end: TxEnd,
    /// `rest.aggregates_enabled`.
    pub aggregates_enabled: bool,
    /// `rest.plan_enabled`.
    pub plan_enabled: bool,
    /// What the root answers.
    pub openapi: Rules,
    /// `rest.legacy_target_names`: a filter may name an embed by its target, although it has an alias.
    pub legacy_target_names: bool,
    /// `rest.etag`: largest body that has a tag unasked; none has with `None`.
    pub etag: Option<usize>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum TxEnd {
    #[default]
    Commit,
    CommitAllowOverride,
    Rollback,
    RollbackAllowOverride,
}

/// What the pipeline asks of the shell. SQL errors do not come back here: they unwind to the gateway, which maps them
/// with [`crate::error`].
pub trait Database {
    fn catalog(&self) -> &dyn Catalog;

    /// The kept statement of this shape for the current role; compiles it if there is none.
    ///
    /// # Errors
    /// What `compile` returns.
    fn compiled(
        &self,
        shape: &Shape,
        compile: &mut dyn FnMut() -> Result<Compiled, ApiError>,
    ) -> Result<Rc<Compiled>, ApiError>;

    /// A phase of the request begins.
    fn begin(&self, phase: timing::Phase) {
        let _ = phase;
    }

    /// Runs a statement and appends the encoded body to `out`.
    fn run(&self, statement: &Statement, parsed: &Parsed<'_>, out: &mut Vec<u8>) -> Outcome;

    /// An empty buffer for a body; the shell may hand out one that was used before.
    fn buffer(&self) -> Vec<u8> {
        Vec::new()
    }

    /// Applies those of a function's own settings that Postgres does not apply to a running statement at the call
    /// (`statement_timeout`). Returns the isolation level that the function asks for, if the transaction's is weaker.
    fn enter_function(&self, settings: &[(String, String)]) -> Option<Isolation>;

    /// What runs from now on may not write: it says of itself that it does not.
    fn forbid_writes(&self) {}

    /// Rows that the planner expects of a statement, without running it.
    fn planned_rows(&self, statement: &Statement, parsed: &Parsed<'_>) -> u64;

    /// What the request's role may cost.
    fn limits(&self) -> limits::Limits {
        limits::Limits::default()
    }

    /// The planner's cost of a statement with these values, without running it.
    fn planned_cost(&self, _statement: &Statement, _parsed: &Parsed<'_>) -> f64 {
        0.0
    }

    /// `response.status` and `response.headers` as SQL has set them in this request.
    fn response_settings(&self) -> (Option<String>, Option<String>);

    /// A description of the API for the current role; the shell keeps those that were asked for.
    fn description(&self, wanted: &Wanted) -> Rc<Vec<u8>> {
        Rc::new(wanted.write(self.catalog(), Vec::new()))
    }

    /// Sets the session time zone for this request (`Prefer: timezone=`); false if there is no such zone.
    fn set_timezone(&self, name: &str) -> bool;
}

/// A finished answer, and how its transaction must end.
pub struct Answer {
    pub response: crate::http::Response,
    pub ending: Ending,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    Commit,
    /// `Prefer: tx=rollback`.
    Rollback,
    /// Nothing ran: the request must be served anew at this level, and the response is none.
    Repeat(Isolation),
}

/// Levels that a function or role can ask for, weakest first. Any transaction has the one below.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Isolation {
    RepeatableRead,
    Serializable,
}

impl Isolation {
    /// As SQL writes it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::RepeatableRead => "repeatable read",
            Self::Serializable => "serializable",
        }
    }

    /// The level that a setting names, in any case; `None` for those that every transaction has.
    pub fn from_setting(value: &str) -> Option<Self> {
        [Self::RepeatableRead, Self::Serializable]
            .into_iter()
            .find(|level| value.eq_ignore_ascii_case(level.as_str()))
    }
}
