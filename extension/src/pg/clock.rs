//! Time, and the transaction's own facts.

use howdah_core::rest::Isolation;
use pgrx::pg_sys;
use std::sync::OnceLock;

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
    fn get_timeout_active(id: i32) -> bool;
    fn get_timeout_finish_time(id: i32) -> i64;
    fn RegisterTimeout(id: i32, handler: extern "C-unwind" fn()) -> i32;
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

/// Postgres gives the next free number for any that is not its own (timeout.h: USER_TIMEOUT is 12, from 17 on 13).
const ANY_TIMEOUT: i32 = 13;

/// A timeout of our own: its handler runs in that of a signal, whatever the backend does then. An ERROR before may call it off.
pub struct Alarm {
    handler: extern "C-unwind" fn(),
    id: OnceLock<i32>,
}

impl Alarm {
    pub const fn new(handler: extern "C-unwind" fn()) -> Self {
        Self { handler, id: OnceLock::new() }
    }

    /// Sets it, or sets it anew.
    pub fn set(&self, milliseconds: i32) {
        // SAFETY: of a backend's only thread.
        let id = self.id.get_or_init(|| unsafe { RegisterTimeout(ANY_TIMEOUT, self.handler) });
        // SAFETY: registered.
        unsafe { enable_timeout_after(*id, milliseconds) };
    }
}

/// Runs `work` for at most so long, or for what is left of the statement's own time if that is less: then 57014 is raised.
/// Afterwards, an ERROR included, the statement's own time runs on.
pub fn at_most<R>(milliseconds: i32, work: impl FnOnce() -> R) -> R {
    // SAFETY: reads variables of this backend.
    let own = unsafe {
        get_timeout_active(STATEMENT_TIMEOUT).then(|| get_timeout_finish_time(STATEMENT_TIMEOUT))
    };
    if own.is_some_and(|end| left(end) <= milliseconds) {
        return work();
    }
    let _rearm = Rearm(own);
    limit_statement(milliseconds.max(1));
    let result = work();
    // A timer that went off as the work ended is the work's.
    pgrx::check_for_interrupts!();
    result
}

/// The end of the statement's own time, in microseconds since 2000; `None`: it has none.
struct Rearm(Option<i64>);

impl Drop for Rearm {
    fn drop(&mut self) {
        limit_statement(self.0.map_or(0, left));
    }
}

/// Milliseconds until then, at least one.
fn left(end: i64) -> i32 {
    // SAFETY: reads the clock.
    let micros = end.saturating_sub(unsafe { pg_sys::GetCurrentTimestamp() });
    i32::try_from(micros / 1000).unwrap_or(i32::MAX).max(1)
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
