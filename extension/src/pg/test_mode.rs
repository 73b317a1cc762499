//! `howdah.env` and `howdah.test_fast_hash`: tests about something else than passwords need not pay for them.

use pgrx::pg_sys;
use std::ffi::{CStr, c_char};
use std::sync::atomic::{AtomicBool, AtomicPtr, Ordering::Relaxed};

static ENV: AtomicPtr<c_char> = AtomicPtr::new(std::ptr::null_mut());
static FAST_HASH: AtomicBool = AtomicBool::new(false);

/// Defines both; once a backend, at library load.
pub fn define() {
    // SAFETY: both variables have static lifetime and are written by guc.c alone; an AtomicBool is a bool.
    unsafe {
        pg_sys::DefineCustomStringVariable(
            c"howdah.env".as_ptr(),
            c"What this server is for; \"test\" allows howdah.test_fast_hash.".as_ptr(),
            std::ptr::null(),
            ENV.as_ptr(),
            c"".as_ptr(),
            pg_sys::GucContext::PGC_SUSET,
            0,
            None,
            None,
            None,
        );
        pg_sys::DefineCustomBoolVariable(
            c"howdah.test_fast_hash".as_ptr(),
            c"Makes password hashes that cost nothing and protect nothing; refused unless howdah.env is \"test\".".as_ptr(),
            std::ptr::null(),
            FAST_HASH.as_ptr(),
            false,
            pg_sys::GucContext::PGC_SUSET,
            pg_sys::GUC_NOT_IN_SAMPLE as i32,
            None,
            None,
            None,
        );
    }
}

/// Whether hashes are to cost nothing.
///
/// # Errors
/// If that is asked for where it is not allowed.
pub fn fast_hash() -> Result<bool, &'static str> {
    if !FAST_HASH.load(Relaxed) {
        return Ok(false);
    }
    let env = ENV.load(Relaxed);
    // SAFETY: guc.c keeps a valid string there, or null.
    let is_test = !env.is_null() && unsafe { CStr::from_ptr(env) } == c"test";
    if is_test {
        Ok(true)
    } else {
        Err("howdah.test_fast_hash is on, but howdah.env is not \"test\"")
    }
}
