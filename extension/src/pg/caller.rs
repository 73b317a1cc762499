//! `howdah_private.caller()`, declared in sql/base/caller.sql.

use crate::v1;
use pgrx::pg_sys;

unsafe extern "C-unwind" {
    fn current_user(fcinfo: pg_sys::FunctionCallInfo) -> pg_sys::Datum;
}

v1!(pg_finfo_howdah_caller);
/// The server's own `current_user`, by a symbol of ours. A function of `LANGUAGE internal` is looked for by name among
/// thousands of the server's each time that a statement begins: 13,000 instructions of a `queue.delete`'s 150,000.
///
/// # Safety
/// Called by fmgr.
#[unsafe(no_mangle)]
pub unsafe extern "C-unwind" fn howdah_caller(fcinfo: pg_sys::FunctionCallInfo) -> pg_sys::Datum {
    // SAFETY: fmgr's pointer, passed on; no value of ours is alive when it raises.
    unsafe { current_user(fcinfo) }
}
