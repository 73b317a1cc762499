//! Hooks: what a request may not do to its session, and what is not worth a line in the server's log.

use pgrx::pg_sys;
use std::sync::Mutex;

static PREVIOUS_UTILITY: Mutex<pg_sys::ProcessUtility_hook_type> = Mutex::new(None);
static PREVIOUS_LOG: Mutex<pg_sys::emit_log_hook_type> = Mutex::new(None);

/// Installs both; once a backend, at library load. No restart and no preload is needed.
pub fn install() {
    // SAFETY: the usual way to chain hooks; one thread.
    unsafe {
        if let Ok(mut previous) = PREVIOUS_UTILITY.lock() {
            *previous = pg_sys::ProcessUtility_hook;
        }
        pg_sys::ProcessUtility_hook = Some(utility);
        if let Ok(mut previous) = PREVIOUS_LOG.lock() {
            *previous = pg_sys::emit_log_hook;
        }
        pg_sys::emit_log_hook = Some(log);
    }
}

/// The commands whose effect would outlive the request on a pooled connection.
fn outlives(node: &pg_sys::Node) -> Option<&'static str> {
    match node.type_ {
        pg_sys::NodeTag::T_PrepareStmt => Some("PREPARE"),
        pg_sys::NodeTag::T_DeallocateStmt => Some("DEALLOCATE"),
        pg_sys::NodeTag::T_ListenStmt => Some("LISTEN"),
        pg_sys::NodeTag::T_UnlistenStmt => Some("UNLISTEN"),
        pg_sys::NodeTag::T_LoadStmt => Some("LOAD"),
        pg_sys::NodeTag::T_DiscardStmt => Some("DISCARD"),
        pg_sys::NodeTag::T_DeclareCursorStmt => {
            let declare: *const pg_sys::DeclareCursorStmt = std::ptr::from_ref(node).cast();
            // SAFETY: the tag says that this is the node's type.
            let options = unsafe { (*declare).options };
            (options & pg_sys::CURSOR_OPT_HOLD as i32 != 0).then_some("DECLARE … WITH HOLD")
        }
        _ => None,
    }
}

#[pgrx::pg_guard]
unsafe extern "C-unwind" fn utility(
    statement: *mut pg_sys::PlannedStmt,
    text: *const std::ffi::c_char,
    read_only_tree: bool,
    context: pg_sys::ProcessUtilityContext::Type,
    params: pg_sys::ParamListInfo,
    environment: *mut pg_sys::QueryEnvironment,
    dest: *mut pg_sys::DestReceiver,
    completion: *mut pg_sys::QueryCompletion,
) {
    if super::claims::active() {
        // SAFETY: a utility statement always has its node.
        if let Some(command) = unsafe { (*statement).utilityStmt.as_ref() }.and_then(outlives) {
            pgrx::ereport!(
                ERROR,
                pgrx::PgSqlErrorCode::ERRCODE_FEATURE_NOT_SUPPORTED,
                format!("{command} is not allowed in a request"),
                "Its effect would reach the next request on this connection."
            );
        }
    }
    let previous = PREVIOUS_UTILITY.lock().map(|p| *p).unwrap_or(None);
    // SAFETY: passes on exactly what came in.
    unsafe {
        match previous {
            Some(hook) => pg_sys::ffi::pg_guard_ffi_boundary(|| {
                hook(
                    statement,
                    text,
                    read_only_tree,
                    context,
                    params,
                    environment,
                    dest,
                    completion,
                )
            }),
            None => pg_sys::standard_ProcessUtility(
                statement,
                text,
                read_only_tree,
                context,
                params,
                environment,
                dest,
                completion,
            ),
        }
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
    if let Ok(previous) = PREVIOUS_LOG.lock()
        && let Some(hook) = *previous
    {
        // SAFETY: passes on what came in.
        unsafe { hook(report) }
    }
}
