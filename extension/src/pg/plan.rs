//! Kept plans: prepared once per (role, shape), run with values as text.

use super::dest::{Receiver, Sink};
use pgrx::pg_sys;
use std::ffi::CString;

/// A saved SPI plan with what is needed to read its parameters. Frees itself.
pub struct Plan {
    plan: pg_sys::SPIPlanPtr,
    inputs: Vec<Input>,
    /// What input functions keep between calls; null without parameters.
    context: pg_sys::MemoryContext,
}

struct Input {
    ty: pg_sys::Oid,
    io_param: pg_sys::Oid,
    function: pg_sys::FmgrInfo,
}

impl Drop for Plan {
    fn drop(&mut self) {
        // SAFETY: saved by us, freed once; a plan in use is held by the cache that drops it.
        unsafe {
            pg_sys::SPI_freeplan(self.plan);
            if !self.context.is_null() {
                pg_sys::MemoryContextDelete(self.context);
            }
        }
    }
}

/// An open SPI connection; closed by Postgres too if an ERROR passes.
pub(super) struct Spi;

impl Spi {
    pub(super) fn connect() -> Self {
        // SAFETY: paired with SPI_finish below.
        unsafe { pg_sys::SPI_connect() };
        Self
    }
}

impl Drop for Spi {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            // SAFETY: pairs with SPI_connect; after an ERROR AtEOXact_SPI does it.
            unsafe { pg_sys::SPI_finish() };
        }
    }
}

impl Plan {
    /// Parses and analyses `sql` as the current user, lets Postgres infer the type of each `$n`, and saves the plan.
    ///
    /// `generic`: ask for the generic plan, so that nothing is planned anew for each value. Left to itself, Postgres
    /// plans a parameterised query under row-level security every time (about 100 µs).
    ///
    /// Raises what parsing raises (42P01, 42703, 42883 …).
    pub fn prepare(sql: &str, parameters: usize, generic: bool) -> Self {
        let text = CString::new(sql).unwrap_or_default();
        // SAFETY: parse trees live in the current context; the plan is copied to its own by SPI_keepplan.
        unsafe {
            let mut types: *mut pg_sys::Oid = std::ptr::null_mut();
            let mut count = 0;
            if parameters > 0 {
                let trees = pg_sys::pg_parse_query(text.as_ptr());
                let tree = pg_sys::list_nth(trees, 0).cast::<pg_sys::RawStmt>();
                analyze(tree, &text, &mut types, &mut count);
                for n in 0..count as usize {
                    let ty = types.add(n);
                    if *ty == pg_sys::InvalidOid || *ty == pg_sys::UNKNOWNOID {
                        *ty = pg_sys::TEXTOID;
                    }
                }
            }
            let mut options = 0;
            if generic {
                options |= pg_sys::CURSOR_OPT_GENERIC_PLAN as i32;
            }
            let _spi = Spi::connect();
            let plan = pg_sys::SPI_prepare_cursor(text.as_ptr(), count, types, options);
            if plan.is_null() {
                let code = pg_sys::SPI_result;
                pgrx::error!("could not prepare a statement: code {code}");
            }
            let mut context = std::ptr::null_mut();
            if count > 0 {
                context = pg_sys::AllocSetContextCreateInternal(
                    pg_sys::CacheMemoryContext,
                    c"howdah parameters".as_ptr(),
                    pg_sys::ALLOCSET_SMALL_MINSIZE as usize,
                    pg_sys::ALLOCSET_SMALL_INITSIZE as usize,
                    pg_sys::ALLOCSET_SMALL_MAXSIZE as usize,
                );
            }
            let inputs = (0..count as usize).map(|n| Input::of(*types.add(n), context)).collect();
            pg_sys::SPI_keepplan(plan);
            Self { plan, inputs, context }
        }
    }

    /// Runs the plan; each row goes to `sink`. Returns rows returned or affected.
    ///
    /// Raises what Postgres raises.
    pub fn run(
        &self,
        values: &[Option<impl AsRef<[u8]>>],
        read_only: bool,
        sink: &mut Sink<'_>,
    ) -> u64 {
        // SAFETY: parameters are built for the plan's own types; the receiver lives until the call ends.
        unsafe {
            let params = self.bind(values);
            let _spi = Spi::connect();
            let mut receiver = Receiver::new(sink);
            let options = pg_sys::SPIExecuteOptions {
                params,
                read_only,
                allow_nonatomic: false,
                must_return_tuples: false,
                tcount: 0,
                dest: receiver.as_dest(),
                owner: std::ptr::null_mut(),
            };
            let code = pg_sys::SPI_execute_plan_extended(self.plan, &options);
            if code < 0 {
                pgrx::error!("could not run a statement: code {code}");
            }
            pg_sys::SPI_processed
        }
    }

    /// Runs the plan for its effects alone.
    pub fn run_unread(&self, values: &[Option<&[u8]>]) {
        let mut nothing = Vec::new();
        let mut sink = Sink::new(crate::encode::Writer::counting(&mut nothing));
        self.run(values, false, &mut sink);
    }

    /// The planner's estimate of rows, without running anything.
    pub fn estimated_rows(&self) -> u64 {
        // SAFETY: the cached plan is pinned by the current resource owner until released.
        unsafe {
            let _spi = Spi::connect();
            let cached = pg_sys::SPI_plan_get_cached_plan(self.plan);
            if cached.is_null() {
                return 0;
            }
            let statement = pg_sys::list_nth((*cached).stmt_list, 0).cast::<pg_sys::PlannedStmt>();
            let rows = (*statement).planTree.as_ref().map_or(0.0, |plan| plan.plan_rows);
            pg_sys::ReleaseCachedPlan(cached, pg_sys::CurrentResourceOwner);
            rows.max(0.0) as u64
        }
    }

    /// The planner's cost, with these values where the plan depends on them.
    pub fn cost(&self, values: &[Option<impl AsRef<[u8]>>]) -> f64 {
        // SAFETY: the plan is ours and has one statement; the cached plan is pinned by the current resource owner until
        // it is released.
        unsafe {
            let params = self.bind(values);
            let _spi = Spi::connect();
            let sources = pg_sys::SPI_plan_get_plan_sources(self.plan);
            let source = pg_sys::list_nth(sources, 0).cast::<pg_sys::CachedPlanSource>();
            let owner = pg_sys::CurrentResourceOwner;
            let cached = pg_sys::GetCachedPlan(source, params, owner, std::ptr::null_mut());
            let statement = pg_sys::list_nth((*cached).stmt_list, 0).cast::<pg_sys::PlannedStmt>();
            // EXPLAIN and its like have no plan of their own.
            let cost = match (*statement).planTree.as_ref() {
                Some(plan) => plan.total_cost,
                None => 0.0,
            };
            pg_sys::ReleaseCachedPlan(cached, owner);
            cost
        }
    }

    unsafe fn bind(&self, values: &[Option<impl AsRef<[u8]>>]) -> pg_sys::ParamListInfo {
        if self.inputs.is_empty() {
            return std::ptr::null_mut();
        }
        // SAFETY: makeParamList allocates room for as many entries as are written here.
        unsafe {
            let list = pg_sys::makeParamList(self.inputs.len() as i32);
            let entries = (*list).params.as_mut_ptr();
            for (n, input) in self.inputs.iter().enumerate() {
                let entry = entries.add(n);
                let value = values.get(n).and_then(|v| v.as_ref().map(AsRef::as_ref));
                (*entry).ptype = input.ty;
                (*entry).pflags = pg_sys::PARAM_FLAG_CONST as u16;
                (*entry).isnull = value.is_none();
                (*entry).value = match value {
                    Some(text) => input.read(text),
                    None => pg_sys::Datum::from(0usize),
                };
            }
            list
        }
    }
}

#[cfg(not(feature = "pg14"))]
unsafe fn analyze(
    tree: *mut pg_sys::RawStmt,
    text: &CString,
    types: &mut *mut pg_sys::Oid,
    count: &mut i32,
) {
    // SAFETY: out-parameters are written by the callee.
    unsafe {
        pg_sys::parse_analyze_varparams(tree, text.as_ptr(), types, count, std::ptr::null_mut());
    }
}

#[cfg(feature = "pg14")]
unsafe fn analyze(
    tree: *mut pg_sys::RawStmt,
    text: &CString,
    types: &mut *mut pg_sys::Oid,
    count: &mut i32,
) {
    // SAFETY: out-parameters are written by the callee.
    unsafe {
        pg_sys::parse_analyze_varparams(tree, text.as_ptr(), types, count);
    }
}

impl Input {
    unsafe fn of(ty: pg_sys::Oid, context: pg_sys::MemoryContext) -> Self {
        // SAFETY: syscache look-ups; what the function keeps dies with the plan.
        unsafe {
            let mut function = pg_sys::InvalidOid;
            let mut io_param = pg_sys::InvalidOid;
            pg_sys::getTypeInputInfo(ty, &mut function, &mut io_param);
            let mut info = pg_sys::FmgrInfo::default();
            pg_sys::fmgr_info_cxt(function, &mut info, context);
            Self { ty, io_param, function: info }
        }
    }

    /// The value of a text, read as the type's input function reads it. The commonest types are read here when their
    /// text is in plain form; anything else, wrong input included, goes to Postgres.
    unsafe fn read(&self, text: &[u8]) -> pg_sys::Datum {
        match self.ty {
            pg_sys::TEXTOID => return super::value::new_varlena(text),
            pg_sys::INT4OID => {
                if let Some(n) = plain_integer(text).and_then(|n| i32::try_from(n).ok()) {
                    return pg_sys::Datum::from(n);
                }
            }
            pg_sys::INT8OID => {
                if let Some(n) = plain_integer(text) {
                    return pg_sys::Datum::from(n);
                }
            }
            pg_sys::UUIDOID => {
                let uuid = std::str::from_utf8(text).ok().and_then(howdah_core::json::parse_uuid);
                if let Some(uuid) = uuid {
                    // SAFETY: 16 bytes allocated, 16 written.
                    unsafe {
                        let pointer = pg_sys::palloc(16).cast::<u8>();
                        std::ptr::copy_nonoverlapping(uuid.as_ptr(), pointer, 16);
                        return pg_sys::Datum::from(pointer);
                    }
                }
            }
            _ => {}
        }
        // SAFETY: a NUL-terminated copy; the function info lives with the plan and is not changed by the call but for
        // its cache in fn_extra.
        unsafe {
            let copy = pg_sys::palloc(text.len() + 1).cast::<u8>();
            std::ptr::copy_nonoverlapping(text.as_ptr(), copy, text.len());
            *copy.add(text.len()) = 0;
            let info = std::ptr::from_ref(&self.function).cast_mut();
            pg_sys::InputFunctionCall(info, copy.cast(), self.io_param, -1)
        }
    }
}

/// An integer of at most 18 digits with an optional minus, nothing else.
fn plain_integer(text: &[u8]) -> Option<i64> {
    let (negative, digits) = match text.strip_prefix(b"-") {
        Some(digits) => (true, digits),
        None => (false, text),
    };
    if digits.is_empty() || digits.len() > 18 {
        return None;
    }
    let mut value = 0i64;
    for b in digits {
        if !b.is_ascii_digit() {
            return None;
        }
        value = value * 10 + i64::from(b - b'0');
    }
    Some(if negative { -value } else { value })
}
