//! Errors across the border: the SQLSTATE of a caught one, and raising ours with a SQLSTATE of our own.
//!
//! pgrx knows SQLSTATEs as a closed enum: a user's own ('PT402', 'PGRST') would become an internal error. So an error
//! context callback notes the code of each error as Postgres raises it, and our own are raised by Postgres's functions.

use howdah_core::rest::limits::Bound;
use pgrx::pg_sys;
use pgrx::pg_sys::panic::CaughtError;
use std::ffi::{CStr, CString, c_char, c_int, c_void};
use std::panic::AssertUnwindSafe;
use std::sync::atomic::{AtomicI32, Ordering::Relaxed};

static LAST_CODE: AtomicI32 = AtomicI32::new(0);

/// An error that Postgres or Rust raised, as values.
#[derive(Debug)]
pub struct Raised {
    /// Five characters.
    pub sqlstate: String,
    pub message: String,
    pub detail: Option<String>,
    pub hint: Option<String>,
}

unsafe extern "C-unwind" fn note_code(_arg: *mut c_void) {
    // SAFETY: called by errfinish while an error is being reported, the only time geterrcode is defined.
    LAST_CODE.store(unsafe { pg_sys::geterrcode() }, Relaxed);
}

/// Runs `work` and catches what it raises. After an error the (sub)transaction must be aborted by the caller: by raising
/// again, or by rolling back the subtransaction in which `work` ran.
pub fn catch<R>(work: impl FnOnce() -> R) -> Result<R, Raised> {
    // SAFETY: the callback frame lives on this stack until `catch_unwind` has returned; the stack of callbacks is
    // restored on both ways out.
    unsafe {
        let previous = pg_sys::error_context_stack;
        let mut frame = pg_sys::ErrorContextCallback {
            previous,
            callback: Some(note_code),
            arg: std::ptr::null_mut(),
        };
        pg_sys::error_context_stack = &mut frame;
        LAST_CODE.store(0, Relaxed);
        let result = pgrx::PgTryBuilder::new(AssertUnwindSafe(|| Ok(work())))
            .catch_others(|caught| Err(Raised::from_caught(caught)))
            .catch_rust_panic(|caught| Err(Raised::from_caught(caught)))
            .execute();
        pg_sys::error_context_stack = previous;
        result
    }
}

impl Raised {
    fn from_caught(caught: CaughtError) -> Self {
        let (report, from_postgres) = match &caught {
            CaughtError::PostgresError(report) => (report, true),
            CaughtError::ErrorReport(report) => (report, false),
            CaughtError::RustPanic { ereport, .. } => (ereport, false),
        };
        let noted = LAST_CODE.load(Relaxed);
        let code = if from_postgres && noted != 0 { noted } else { report.sql_error_code() as i32 };
        Self {
            sqlstate: unpack(code),
            message: report.message().to_owned(),
            detail: report.detail().map(str::to_owned),
            hint: report.hint().map(str::to_owned),
        }
    }
}

/// Five characters from Postgres's packed form (six bits each).
fn unpack(mut code: i32) -> String {
    let mut text = String::with_capacity(5);
    for _ in 0..5 {
        text.push(char::from(((code & 0x3f) as u8).wrapping_add(b'0')));
        code >>= 6;
    }
    text
}

fn pack(code: &str) -> i32 {
    code.bytes()
        .take(5)
        .enumerate()
        .fold(0, |packed, (i, b)| packed | (i32::from(b.wrapping_sub(b'0')) & 0x3f) << (6 * i))
}

unsafe extern "C-unwind" {
    fn errstart(level: c_int, domain: *const c_char) -> bool;
    fn errcode(code: c_int) -> c_int;
    fn errmsg_internal(format: *const c_char, ...) -> c_int;
    fn errdetail_internal(format: *const c_char, ...) -> c_int;
    fn errhint(format: *const c_char, ...) -> c_int;
    fn errhidestmt(hide: bool) -> c_int;
    fn errhidecontext(hide: bool) -> c_int;
    fn errfinish(file: *const c_char, line: c_int, function: *const c_char);
}

/// Copies into Postgres's memory, so that nothing of Rust's is alive when the error jumps.
pub fn pg_text(text: &str) -> *const c_char {
    let clean = CString::new(text.replace('\0', "")).unwrap_or_default();
    // SAFETY: pstrdup copies into the current memory context, which lives until the transaction ends.
    unsafe { pg_sys::pstrdup(clean.as_ptr()) }
}

/// Raises an ERROR with a SQLSTATE of our own. `message` and `detail` are from [`pg_text`]: the caller must hold no value
/// with a destructor.
///
/// # Safety
/// Every frame between here and the fmgr call must be free of pending destructors: errfinish jumps over them.
pub unsafe fn raise(code: &'static str, message: *const c_char, detail: *const c_char) -> ! {
    const FORMAT: &CStr = c"%s";
    // SAFETY: the calls that the ereport macro makes, in its order; texts live in Postgres's memory.
    unsafe {
        if errstart(pgrx::PgLogLevel::ERROR as c_int, std::ptr::null()) {
            errcode(pack(code));
            errmsg_internal(FORMAT.as_ptr(), message);
            if !detail.is_null() {
                errdetail_internal(FORMAT.as_ptr(), detail);
            }
            errhidestmt(true);
            errhidecontext(true);
            errfinish(c"gateway".as_ptr(), 0, c"serve".as_ptr());
        }
    }
    unreachable!("errfinish does not return from an ERROR")
}

/// An error that was caught, as plain values: its texts are in Postgres's memory.
#[derive(Clone, Copy)]
pub struct Kept {
    code: c_int,
    message: *const c_char,
    detail: *const c_char,
    hint: *const c_char,
}

impl From<Raised> for Kept {
    fn from(raised: Raised) -> Self {
        let text = |text: &Option<String>| text.as_deref().map_or(std::ptr::null(), pg_text);
        Self {
            code: pack(&raised.sqlstate),
            message: pg_text(&raised.message),
            detail: text(&raised.detail),
            hint: text(&raised.hint),
        }
    }
}

/// Raises an ERROR that was caught, with the SQLSTATE that it had, known to pgrx or not.
///
/// # Safety
/// As [`raise`].
pub unsafe fn raise_again(error: Kept) -> ! {
    const FORMAT: &CStr = c"%s";
    // SAFETY: as in `raise`.
    unsafe {
        if errstart(pgrx::PgLogLevel::ERROR as c_int, std::ptr::null()) {
            errcode(error.code);
            errmsg_internal(FORMAT.as_ptr(), error.message);
            if !error.detail.is_null() {
                errdetail_internal(FORMAT.as_ptr(), error.detail);
            }
            if !error.hint.is_null() {
                errhint(FORMAT.as_ptr(), error.hint);
            }
            errfinish(c"howdah".as_ptr(), 0, c"raise_again".as_ptr());
        }
    }
    unreachable!("errfinish does not return from an ERROR")
}

/// Raises that a limit is met.
///
/// # Safety
/// As [`raise`].
pub unsafe fn raise_bound(bound: Bound, expected: Option<u64>) -> ! {
    let (message, detail) = {
        let (message, details) = bound.texts(expected);
        (pg_text(&message), pg_text(&details))
    };
    // SAFETY: the texts are in Postgres's memory, and ours are dropped.
    unsafe { raise(bound.code().spec().code, message, detail) }
}

/// `HW000` to `HW004` as Postgres packs them.
pub fn is_answer(code: c_int) -> bool {
    ["HW000", "HW001", "HW002", "HW003", "HW004"].iter().any(|answer| code == pack(answer))
}

/// A subtransaction for [`catch`]: commits if `work` returned `Ok`, else rolls back.
pub fn in_subtransaction<R>(work: impl FnOnce() -> Result<R, Raised>) -> Result<R, Raised> {
    // SAFETY: the pattern of plpgsql's exception blocks: memory context and resource owner are put back on both ways.
    unsafe {
        let context = pg_sys::CurrentMemoryContext;
        let owner = pg_sys::CurrentResourceOwner;
        pg_sys::BeginInternalSubTransaction(std::ptr::null());
        pg_sys::MemoryContextSwitchTo(context);
        let result = work();
        match &result {
            Ok(_) => pg_sys::ReleaseCurrentSubTransaction(),
            Err(_) => pg_sys::RollbackAndReleaseCurrentSubTransaction(),
        }
        pg_sys::MemoryContextSwitchTo(context);
        pg_sys::CurrentResourceOwner = owner;
        result
    }
}

impl Raised {
    /// For an answer that is known otherwise.
    pub fn empty() -> Self {
        Self { sqlstate: String::new(), message: String::new(), detail: None, hint: None }
    }
}
