//! The shell behind the REST pipeline: the catalog, statements kept per (role, shape), and running them.

use crate::catalog::LiveCatalog;
use crate::config::Config;
use crate::descriptions::Descriptions;
use crate::encode::Writer;
use crate::pg::dest::Sink;
use crate::pg::plan::Plan;
use crate::pg::{clock, guc, hooks, jail};
use crate::role_settings::Wanted;
use howdah_core::catalog::Catalog;
use howdah_core::error::ApiError;
use howdah_core::limits;
use howdah_core::openapi;
use howdah_core::rest::limits::Limits;
use howdah_core::rest::query::array;
use howdah_core::rest::shape::{Compiled, Outcome, Param, Parsed, ResultKind, Shape, Statement};
use howdah_core::rest::timing::{Phase, Timing};
use howdah_core::rest::{Database, Isolation};
use std::borrow::Cow;
use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};
use std::rc::Rc;

/// What one backend keeps between requests.
#[derive(Default)]
pub struct Live {
    catalog: LiveCatalog,
    descriptions: Descriptions,
    plans: RefCell<Plans>,
    generation: Cell<u64>,
    /// The role that the current request runs as: part of a plan's key, since a plan under row-level security depends on it.
    role: Cell<u32>,
    config: RefCell<Option<Rc<Config>>>,
    limits: Cell<Limits>,
    /// With `rest.server_timing` only.
    timing: RefCell<Option<Rc<Timing>>>,
}

#[derive(Default)]
struct Plans {
    hasher: RandomState,
    buckets: HashMap<u64, Vec<Kept>>,
    entries: usize,
    bytes: usize,
    clock: u64,
}

struct Kept {
    role: u32,
    shape: Shape,
    compiled: Rc<Compiled>,
    bytes: usize,
    used: u64,
}

/// A body's buffer is kept for the next request up to this size: growing one anew for each long answer costs page faults
/// (an eighth of the time for 1,000 rows).
const BODY_KEPT: usize = 1 << 20;

thread_local! {
    static BODY: Cell<Vec<u8>> = const { Cell::new(Vec::new()) };
}

/// Takes back the buffer of a body that has been sent on.
pub fn recycle(mut body: Vec<u8>) {
    if body.capacity() <= BODY_KEPT {
        body.clear();
        BODY.set(body);
    }
}

/// Bytes of SQL text kept in one backend (the plans themselves are some times that).
const PLAN_BYTES: usize = 2 << 20;
/// A statement longer than this is not kept.
const PLAN_LONGEST: usize = 32 << 10;

impl Plans {
    fn clear(&mut self) {
        self.buckets.clear();
        self.entries = 0;
        self.bytes = 0;
    }

    fn find(&mut self, role: u32, shape: &Shape) -> (u64, Option<Rc<Compiled>>) {
        let hash = self.hasher.hash_one((role, shape));
        self.clock += 1;
        let clock = self.clock;
        let found = self
            .buckets
            .get_mut(&hash)
            .and_then(|bucket| bucket.iter_mut().find(|k| k.role == role && k.shape == *shape));
        (
            hash,
            found.map(|kept| {
                kept.used = clock;
                kept.compiled.clone()
            }),
        )
    }

    fn keep(&mut self, hash: u64, kept: Kept) {
        if kept.bytes > PLAN_LONGEST {
            return;
        }
        while self.entries >= limits::PLANS || self.bytes + kept.bytes > PLAN_BYTES {
            self.drop_oldest();
        }
        self.entries += 1;
        self.bytes += kept.bytes;
        self.buckets.entry(hash).or_default().push(kept);
    }

    /// Least recently used first. A look at all entries, only when the cache is full.
    fn drop_oldest(&mut self) {
        let oldest = self
            .buckets
            .iter()
            .flat_map(|(hash, bucket)| bucket.iter().map(move |kept| (kept.used, *hash)))
            .min();
        let Some((used, hash)) = oldest else { return self.clear() };
        if let Some(bucket) = self.buckets.get_mut(&hash) {
            let before = bucket.iter().map(|k| k.bytes).sum::<usize>();
            let count = bucket.len();
            bucket.retain(|kept| kept.used != used);
            self.entries -= count - bucket.len();
            self.bytes -= before - bucket.iter().map(|k| k.bytes).sum::<usize>();
            if bucket.is_empty() {
                self.buckets.remove(&hash);
            }
        }
    }
}

impl Live {
    /// Begins a request: follows the catalog's changes and notes whom plans are for.
    pub fn begin(&self, role: u32, config: &Rc<Config>) {
        let generation = self.catalog.refresh();
        let known = self.config.borrow().as_ref().is_some_and(|c| Rc::ptr_eq(c, config));
        if !known {
            self.config.replace(Some(config.clone()));
        }
        if self.generation.replace(generation) != generation || !known {
            self.plans.borrow_mut().clear();
        }
        self.role.set(role);
    }

    /// Whose phases are timed from now on; answers whose were before.
    pub fn time(&self, timing: Option<Rc<Timing>>) -> Option<Rc<Timing>> {
        self.timing.replace(timing)
    }

    /// Functions and views of a schema expect to find its names first: the path follows the schema asked for.
    fn enter_schema(&self, schema: &str) {
        if let Some(config) = self.config.borrow().as_ref()
            && config.rest.schemas.first().is_some_and(|default| default != schema)
            && config.rest.schemas.iter().any(|exposed| exposed == schema)
        {
            guc::set("search_path", &config.search_path_of(schema), guc::Scope::Request, false);
        }
    }

    /// What the request's role may cost.
    pub fn set_limits(&self, limits: Limits) {
        self.limits.set(limits);
        hooks::limit_touched(limits.touched);
    }

    /// The pre-request function entered another role.
    pub fn set_role(&self, role: u32) {
        self.role.set(role);
    }
}

fn plan(statement: &Statement) -> &Plan {
    let kept = statement.prepared.get_or_init(|| {
        Box::new(Plan::prepare(&statement.sql, statement.params.len(), statement.generic))
    });
    match kept.downcast_ref::<Plan>() {
        Some(plan) => plan,
        None => pgrx::error!("a statement is kept with another's plan"),
    }
}

fn value<'p>(param: Param, parsed: &'p Parsed<'_>) -> Option<Cow<'p, [u8]>> {
    fn nth<T: std::ops::Deref<Target = str>>(list: &[Option<T>], n: u16) -> Option<&str> {
        list.get(usize::from(n))?.as_deref()
    }
    let text = match param {
        Param::Value(v) => parsed.values.get(usize::from(v.0)).map(String::as_str),
        Param::Field(n) => nth(&parsed.fields, n),
        Param::FieldJson(n) => nth(&parsed.fields_json, n),
        Param::Argument(n) => nth(&parsed.arguments, n),
        Param::ArgumentJson(n) => nth(&parsed.arguments_json, n),
        Param::FieldArray(n) => return literal(nth(&parsed.fields_json, n)?),
        Param::ArgumentArray(n) => return literal(nth(&parsed.arguments_json, n)?),
        Param::Tags => return Some(Cow::Borrowed(parsed.tags.as_bytes())),
        Param::Body => return Some(Cow::Borrowed(&parsed.body)),
    };
    text.map(|t| Cow::Borrowed(t.as_bytes()))
}

fn literal<'p>(json: &str) -> Option<Cow<'p, [u8]>> {
    Some(Cow::Owned(array::from_json(json).into_bytes()))
}

impl Database for Live {
    fn catalog(&self) -> &dyn Catalog {
        &self.catalog
    }

    fn compiled(
        &self,
        shape: &Shape,
        compile: &mut dyn FnMut() -> Result<Compiled, ApiError>,
    ) -> Result<Rc<Compiled>, ApiError> {
        self.enter_schema(&shape.schema);
        let role = self.role.get();
        let (hash, found) = self.plans.borrow_mut().find(role, shape);
        if let Some(compiled) = found {
            return Ok(compiled);
        }
        let compiled = Rc::new(compile()?);
        let bytes = compiled.main.sql.len()
            + compiled.count.as_ref().map_or(0, |s| s.sql.len())
            + compiled.estimate.as_ref().map_or(0, |s| s.sql.len());
        let mut plans = self.plans.borrow_mut();
        let used = plans.clock;
        let kept = Kept { role, shape: shape.clone(), compiled: compiled.clone(), bytes, used };
        plans.keep(hash, kept);
        Ok(compiled)
    }

    fn begin(&self, phase: Phase) {
        if let Some(timing) = &*self.timing.borrow() {
            timing.begin(phase);
        }
    }

    fn run(&self, statement: &Statement, parsed: &Parsed<'_>, out: &mut Vec<u8>) -> Outcome {
        let values: Vec<_> = statement.params.iter().map(|param| value(*param, parsed)).collect();
        let mut sink = Sink::new(Writer::new(out, statement));
        let plan = plan(statement);
        if matches!(statement.result, ResultKind::Rows | ResultKind::Scalars)
            && let Some(bound) = self.limits.get().bound(parsed.shape.verb)
        {
            sink = sink.bounded(bound, plan.estimated_rows());
        }
        let processed = plan.run(&values, !statement.writes, &mut sink);
        sink.writer.finish(processed)
    }

    fn buffer(&self) -> Vec<u8> {
        BODY.take()
    }

    fn description(&self, wanted: &openapi::Wanted) -> Rc<Vec<u8>> {
        let config = self.config.borrow();
        self.descriptions.get(self.role.get(), wanted, &self.catalog, config.as_deref())
    }

    fn forbid_writes(&self) {
        jail::forbid_writes();
    }

    fn planned_rows(&self, statement: &Statement, _parsed: &Parsed<'_>) -> u64 {
        plan(statement).estimated_rows()
    }

    fn limits(&self) -> Limits {
        self.limits.get()
    }

    fn planned_cost(&self, statement: &Statement, parsed: &Parsed<'_>) -> f64 {
        let values: Vec<_> = statement.params.iter().map(|param| value(*param, parsed)).collect();
        plan(statement).cost(&values)
    }

    fn enter_function(&self, settings: &[(String, String)]) -> Option<Isolation> {
        if settings.is_empty() {
            return None;
        }
        let config = self.config.borrow().clone();
        let hoisted = config.as_ref().map(|c| c.settings.rest.hoisted_tx_settings.as_slice());
        let hoists =
            |name: &str| hoisted.is_some_and(|h| h.iter().any(|h| h.eq_ignore_ascii_case(name)));
        let own = settings.iter().filter(|(name, _)| hoists(name));
        let wanted = Wanted::of(own.map(|(name, value)| (&**name, &**value)));
        for (name, value) in &wanted.settings {
            // With the caller's right, as at the call itself.
            guc::set(name, value, guc::Scope::Request, false);
        }
        if let Some(milliseconds) = wanted.statement_timeout {
            clock::limit_statement(milliseconds);
        }
        wanted.stronger_isolation()
    }

    fn response_settings(&self) -> (Option<String>, Option<String>) {
        let set = |name| guc::get(name).filter(|value| !value.is_empty());
        (set(c"response.status"), set(c"response.headers"))
    }

    fn set_timezone(&self, name: &str) -> bool {
        guc::try_set("TimeZone", name)
    }
}
