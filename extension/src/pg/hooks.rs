//! Hooks: what a request may not do to its session, and what is not worth a line in the server's log.

use super::error::{raise, raise_bound};
use howdah_core::rest::limits::Bound;
use pgrx::pg_sys;
use std::ffi::c_char;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

static PREVIOUS_UTILITY: OnceLock<pg_sys::ProcessUtility_hook_type> = OnceLock::new();
static PREVIOUS_FINISH: OnceLock<pg_sys::ExecutorFinish_hook_type> = OnceLock::new();
static PREVIOUS_LOG: OnceLock<pg_sys::emit_log_hook_type> = OnceLock::new();

/// Installs both; once a backend, at library load. No restart and no preload is needed.
pub fn install() {
    // SAFETY: the usual way to chain hooks; one thread.
    unsafe {
        PREVIOUS_UTILITY.get_or_init(|| pg_sys::ProcessUtility_hook);
        pg_sys::ProcessUtility_hook = Some(utility);
        PREVIOUS_FINISH.get_or_init(|| pg_sys::ExecutorFinish_hook);
        pg_sys::ExecutorFinish_hook = Some(finish);
        PREVIOUS_LOG.get_or_init(|| pg_sys::emit_log_hook);
        pg_sys::emit_log_hook = Some(log);
    }
}

unsafe extern "C-unwind" {
    /// tcop/utility.h, called without pgrx's guard: an error of anybody's DDL must reach him as Postgres raised it, not
    /// through Rust and back. The frame of [`utility`] has no destructors to skip.
    fn standard_ProcessUtility(
        statement: *mut pg_sys::PlannedStmt,
        text: *const c_char,
        read_only_tree: bool,
        context: pg_sys::ProcessUtilityContext::Type,
        params: pg_sys::ParamListInfo,
        environment: *mut pg_sys::QueryEnvironment,
        dest: *mut pg_sys::DestReceiver,
        completion: *mut pg_sys::QueryCompletion,
    );
    /// executor/executor.h, likewise.
    fn standard_ExecutorFinish(query: *mut pg_sys::QueryDesc);
}

/// `howdah.max_touched` of the request being served, and what of it is left; `u64::MAX` is no limit.
static TOUCHED_MOST: AtomicU64 = AtomicU64::new(u64::MAX);
static TOUCHED_LEFT: AtomicU64 = AtomicU64::new(u64::MAX);

/// Limits the rows written from now on, by whatever statement: the request's own, those of functions and triggers, and
/// what a foreign key's action does. `None` lifts it.
pub fn limit_touched(most: Option<u64>) {
    TOUCHED_MOST.store(most.unwrap_or(u64::MAX), Relaxed);
    TOUCHED_LEFT.store(most.unwrap_or(u64::MAX), Relaxed);
}

unsafe extern "C-unwind" fn finish(query: *mut pg_sys::QueryDesc) {
    // SAFETY: what came in is passed on; the description and its state live until ExecutorEnd; nothing here has a
    // destructor.
    unsafe {
        match PREVIOUS_FINISH.get() {
            Some(Some(hook)) => hook(query),
            _ => standard_ExecutorFinish(query),
        }
        let most = TOUCHED_MOST.load(Relaxed);
        let reads = (*query).operation == pg_sys::CmdType::CMD_SELECT;
        if most == u64::MAX || reads || (*query).estate.is_null() {
            return;
        }
        let touched = (*(*query).estate).es_processed;
        match TOUCHED_LEFT.load(Relaxed).checked_sub(touched) {
            Some(left) => TOUCHED_LEFT.store(left, Relaxed),
            None => raise_bound(Bound::Touched(most), None),
        }
    }
}

/// The commands whose effect would outlive the request on a pooled connection.
fn outlives(node: &pg_sys::Node) -> Option<&'static std::ffi::CStr> {
    match node.type_ {
        pg_sys::NodeTag::T_PrepareStmt => Some(c"PREPARE is not allowed in a request"),
        pg_sys::NodeTag::T_DeallocateStmt => Some(c"DEALLOCATE is not allowed in a request"),
        pg_sys::NodeTag::T_ListenStmt => Some(c"LISTEN is not allowed in a request"),
        pg_sys::NodeTag::T_UnlistenStmt => Some(c"UNLISTEN is not allowed in a request"),
        pg_sys::NodeTag::T_LoadStmt => Some(c"LOAD is not allowed in a request"),
        pg_sys::NodeTag::T_DiscardStmt => Some(c"DISCARD is not allowed in a request"),
        pg_sys::NodeTag::T_ConstraintsSetStmt => {
            let set: *const pg_sys::ConstraintsSetStmt = std::ptr::from_ref(node).cast();
            // SAFETY: the tag says that this is the node's type.
            let deferred = unsafe { (*set).deferred };
            (deferred && super::jail::firing()).then_some(
                c"SET CONSTRAINTS DEFERRED is not allowed in a deferred trigger of a request",
            )
        }
        pg_sys::NodeTag::T_DeclareCursorStmt => {
            let declare: *const pg_sys::DeclareCursorStmt = std::ptr::from_ref(node).cast();
            // SAFETY: the tag says that this is the node's type.
            let options = unsafe { (*declare).options };
            (options & pg_sys::CURSOR_OPT_HOLD as i32 != 0)
                .then_some(c"a cursor WITH HOLD is not allowed in a request")
        }
        _ => None,
    }
}

unsafe extern "C-unwind" fn utility(
    statement: *mut pg_sys::PlannedStmt,
    text: *const c_char,
    read_only_tree: bool,
    context: pg_sys::ProcessUtilityContext::Type,
    params: pg_sys::ParamListInfo,
    environment: *mut pg_sys::QueryEnvironment,
    dest: *mut pg_sys::DestReceiver,
    completion: *mut pg_sys::QueryCompletion,
) {
    // SAFETY: a utility statement always has its node; nothing here has a destructor; what came in is passed on as it is.
    unsafe {
        if super::claims::active()
            && let Some(refusal) = (*statement).utilityStmt.as_ref().and_then(outlives)
        {
            raise("0A000", refusal.as_ptr(), c"Its effect would outlive the request.".as_ptr());
        }
        let next = match PREVIOUS_UTILITY.get() {
            Some(Some(hook)) => *hook,
            _ => standard_ProcessUtility,
        };
        next(statement, text, read_only_tree, context, params, environment, dest, completion);
    }
}

/// A finished answer travels as an ERROR only to undo the transaction: it is no event for the server's log (and its
/// DETAIL, the answer's body, must not be there).
unsafe extern "C-unwind" fn log(report: *mut pg_sys::ErrorData) {
    // SAFETY: elog.c passes the report that it is about to emit.
    unsafe {
        if super::error::is_answer((*report).sqlerrcode) {
            (*report).output_to_server = false;
            return;
        }
    }
    if let Some(Some(hook)) = PREVIOUS_LOG.get() {
        // SAFETY: passes on what came in.
        unsafe { hook(report) }
    }
}
