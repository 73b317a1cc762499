//! The door of jobs. By hand, since what a job raises keeps its SQLSTATE: pgrx would make an internal error of one that it
//! does not know.

use super::error::{Kept, catch, raise_again};
use super::fmgr::Call;
use super::value::new_varlena;
use crate::{jobs, v1};
use pgrx::pg_sys;

pgrx::extension_sql!(
    r#"
CREATE FUNCTION howdah_private.run_as(role text, commands text, timeout_ms integer, wanted boolean) RETURNS text
    LANGUAGE c VOLATILE STRICT PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'howdah_run_as';
"#,
    name = "run_as"
);

/// Plain values only.
enum Outcome {
    Datum(pg_sys::Datum),
    Raise(Kept),
}

v1!(pg_finfo_howdah_run_as);
/// `howdah_private.run_as(role, commands, timeout_ms, wanted)`: see [`jobs::run_as`].
///
/// # Safety
/// Called by fmgr.
#[unsafe(no_mangle)]
pub unsafe extern "C-unwind" fn howdah_run_as(fcinfo: pg_sys::FunctionCallInfo) -> pg_sys::Datum {
    // SAFETY: all Rust values live and die inside the guard, which turns a panic into an ERROR.
    let outcome = unsafe { pg_sys::panic::pgrx_extern_c_guard(|| run(Call::new(fcinfo))) };
    match outcome {
        Outcome::Datum(datum) => datum,
        // SAFETY: this frame holds plain values only, and so does fmgr's.
        Outcome::Raise(error) => unsafe { raise_again(error) },
    }
}

fn run(call: Call) -> Outcome {
    let text = |n| call.text(n).unwrap_or_default();
    // Both are passed by value; the function is strict.
    let value = |n| call.argument(n).map_or(0, |datum| datum.value());
    let done = catch(|| jobs::run_as(text(0), text(1), value(2) as i32, value(3) as u8 != 0));
    match done {
        Ok(Some(text)) => Outcome::Datum(new_varlena(text.as_bytes())),
        Ok(None) => Outcome::Datum(call.null()),
        Err(raised) => Outcome::Raise(raised.into()),
    }
}
