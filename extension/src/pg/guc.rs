//! Settings: those that we define (`request.*`, whose shown value is the active request's), and reading and setting any.

use pgrx::pg_sys;
use std::ffi::{CStr, CString, c_char};
use std::sync::atomic::{AtomicBool, AtomicPtr, Ordering::Relaxed};

macro_rules! request_settings {
    ($($setting:literal $variable:ident $outside:ident $show:ident;)*) => {
        $(
            static $variable: AtomicPtr<c_char> = AtomicPtr::new(std::ptr::null_mut());
            /// The value that SQL set, outside a request; `None` if unset or empty.
            pub fn $outside() -> Option<String> {
                read(&$variable)
            }
        )*
        /// Defines the settings; once a backend, at library load.
        pub fn define() {
            $(
                // SAFETY: the variable has static lifetime and is written by guc.c alone.
                unsafe {
                    pg_sys::DefineCustomStringVariable(
                        const { cstr(concat!($setting, "\0")) }.as_ptr(),
                        c"Of the request being served; outside one, what SQL sets.".as_ptr(),
                        std::ptr::null(),
                        $variable.as_ptr(),
                        std::ptr::null(),
                        pg_sys::GucContext::PGC_USERSET,
                        0,
                        None,
                        None,
                        Some(super::claims::$show),
                    );
                }
            )*
        }
    };
}

const fn cstr(text: &'static str) -> &'static CStr {
    match CStr::from_bytes_with_nul(text.as_bytes()) {
        Ok(c) => c,
        Err(_) => c"",
    }
}

request_settings! {
    "request.jwt.claims" CLAIMS outside_claims show_claims;
    "request.jwt.claim.sub" CLAIM_SUB outside_claim_sub show_claim_sub;
    "request.jwt.claim.role" CLAIM_ROLE outside_claim_role show_claim_role;
    "request.jwt.claim.email" CLAIM_EMAIL outside_claim_email show_claim_email;
    "request.method" METHOD outside_method show_method;
    "request.path" PATH outside_path show_path;
    "request.headers" HEADERS outside_headers show_headers;
    "request.cookies" COOKIES outside_cookies show_cookies;
}

static HASH_HURRIED: AtomicBool = AtomicBool::new(false);

/// Whether this backend keeps no stranger waiting for the hash of a password.
pub fn hash_hurried() -> bool {
    HASH_HURRIED.load(Relaxed)
}

/// Defines `howdah.hash_hurried`; once a backend, at library load.
pub fn define_hash_hurried() {
    // SAFETY: the variable has static lifetime and is written by guc.c alone; an AtomicBool is a bool.
    unsafe {
        pg_sys::DefineCustomBoolVariable(
            c"howdah.hash_hurried".as_ptr(),
            c"Refuses a password's hash at once when there is no slot for it, but for a device that has signed in before.".as_ptr(),
            std::ptr::null(),
            HASH_HURRIED.as_ptr(),
            false,
            pg_sys::GucContext::PGC_USERSET,
            pg_sys::GUC_NOT_IN_SAMPLE as i32,
            None,
            None,
            None,
        );
    }
}

static KEY_FILE: AtomicPtr<c_char> = AtomicPtr::new(std::ptr::null_mut());

/// Where the cluster's key is, if not in the data directory.
pub fn key_file() -> Option<String> {
    read(&KEY_FILE)
}

/// Defines `howdah.key_file`; once a backend, at library load.
pub fn define_key_file() {
    // SAFETY: the variable has static lifetime and is written by guc.c alone.
    unsafe {
        pg_sys::DefineCustomStringVariable(
            c"howdah.key_file".as_ptr(),
            c"File with the key that seals secrets in rows; howdah.key in the data directory if empty.".as_ptr(),
            std::ptr::null(),
            KEY_FILE.as_ptr(),
            std::ptr::null(),
            pg_sys::GucContext::PGC_SUSET,
            pg_sys::GUC_SUPERUSER_ONLY as i32,
            None,
            None,
            None,
        );
    }
}

fn read(variable: &AtomicPtr<c_char>) -> Option<String> {
    let pointer = variable.load(Relaxed);
    if pointer.is_null() {
        return None;
    }
    // SAFETY: guc.c keeps a valid string there until it replaces the pointer.
    let text = unsafe { CStr::from_ptr(pointer) }.to_str().ok()?;
    (!text.is_empty()).then(|| text.to_owned())
}

/// The value of any setting as `current_setting(name, true)` has it; `None` if there is none.
pub fn get(name: &CStr) -> Option<String> {
    // SAFETY: missing_ok; the result is copied at once.
    unsafe {
        let value = pg_sys::GetConfigOption(name.as_ptr(), true, false);
        (!value.is_null()).then(|| CStr::from_ptr(value).to_string_lossy().into_owned())
    }
}

/// How long a change holds.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// Until the jail is left.
    Request,
    /// For the session, if the transaction commits.
    Session,
}

/// Sets a setting with the rights of the session's user.
///
/// Raises what Postgres raises on a bad value.
pub fn set(name: &str, value: &str, scope: Scope, superuser: bool) {
    let (Ok(name), Ok(value)) = (CString::new(name), CString::new(value)) else { return };
    let level = pgrx::PgLogLevel::ERROR as i32;
    change(&name, &value, scope, superuser, level);
}

/// Runs `read` with another value in place; an ERROR inside undoes it too, as the transaction's end does.
pub fn within<T>(name: &str, value: &str, read: impl FnOnce() -> T) -> T {
    // SAFETY: opens a nest level, which `set` ties its change to.
    let level = unsafe { pg_sys::NewGUCNestLevel() };
    set(name, value, Scope::Request, false);
    let result = read();
    // SAFETY: closes the level opened above; `false` undoes the change. (`true` would hand it to the level outside, as a
    // subtransaction's SET LOCAL: the request would go on under the other value.)
    unsafe { pg_sys::AtEOXact_GUC(false, level) };
    result
}

/// The same for a value of the client's: answers false if Postgres does not take it.
pub fn try_set(name: &str, value: &str) -> bool {
    let (Ok(name), Ok(value)) = (CString::new(name), CString::new(value)) else { return false };
    change(&name, &value, Scope::Request, false, pg_sys::DEBUG5 as i32) > 0
}

fn change(name: &CStr, value: &CStr, scope: Scope, superuser: bool, level: i32) -> i32 {
    // SAFETY: the action LOCAL ties the change to the open nest level; strings are copied by guc.c.
    unsafe {
        pg_sys::set_config_option(
            name.as_ptr(),
            value.as_ptr(),
            if superuser { pg_sys::GucContext::PGC_SUSET } else { pg_sys::GucContext::PGC_USERSET },
            pg_sys::GucSource::PGC_S_SESSION,
            match scope {
                Scope::Request => pg_sys::GucAction::GUC_ACTION_LOCAL,
                Scope::Session => pg_sys::GucAction::GUC_ACTION_SET,
            },
            true,
            level,
            false,
        )
    }
}

/// A time as settings have it (`5s`, `1.5 min`, `500`), in milliseconds; `None` if it is none, or too long.
pub fn milliseconds(value: &str) -> Option<i32> {
    let value = CString::new(value).ok()?;
    let mut result = 0;
    // SAFETY: reads the text, writes the result.
    let read = unsafe {
        pg_sys::parse_int(
            value.as_ptr(),
            &mut result,
            pg_sys::GUC_UNIT_MS as i32,
            std::ptr::null_mut(),
        )
    };
    read.then_some(result)
}

/// Is `search_path` this very text?
pub fn search_path_is(path: &str) -> bool {
    // SAFETY: guc.c keeps a valid string there.
    unsafe {
        let current = pg_sys::namespace_search_path;
        !current.is_null() && CStr::from_ptr(current).to_bytes() == path.as_bytes()
    }
}
