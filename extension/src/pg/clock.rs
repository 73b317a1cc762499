//! Time, and the transaction's own facts.

use howdah_core::rest::Isolation;
use pgrx::pg_sys;

/// Unix seconds at the start of the current statement's transaction: read once by Postgres, not by a system call.
pub fn now() -> i64 {
    // Microseconds since 2000-01-01.
    // SAFETY: reads a variable of this backend.
    let micros = unsafe { pg_sys::GetCurrentStatementStartTimestamp() };
    micros.div_euclid(1_000_000) + 946_684_800
}

unsafe extern "C-unwind" {
    fn enable_timeout_after(id: i32, delay_ms: i32);
    fn disable_timeout(id: i32, keep_indicator: bool);
}

/// STATEMENT_TIMEOUT of enum TimeoutId (timeout.h), the same from 14 to 18.
const STATEMENT_TIMEOUT: i32 = 3;

/// Arms the timer of the running statement anew: Postgres armed it before the role was known. postgres.c disarms it at
/// the statement's end.
pub fn limit_statement(milliseconds: i32) {
    // SAFETY: the timeout is registered in every backend; arming an armed one sets its new time.
    unsafe {
        if milliseconds > 0 {
            enable_timeout_after(STATEMENT_TIMEOUT, milliseconds);
        } else {
            disable_timeout(STATEMENT_TIMEOUT, false);
        }
    }
}

/// The transaction's isolation level; `None` is read committed.
pub fn isolation() -> Option<Isolation> {
    // SAFETY: reads a variable of this backend.
    match unsafe { pg_sys::XactIsoLevel } as u32 {
        pg_sys::XACT_SERIALIZABLE => Some(Isolation::Serializable),
        pg_sys::XACT_REPEATABLE_READ => Some(Isolation::RepeatableRead),
        _ => None,
    }
}
