//! The request's identity in private memory, and the helpers that policies read it with.
//!
//! `auth.uid()` and its sisters are called once a row by a policy written the naive way: they are version-1 functions
//! that read a field. Nothing that SQL can set is read while a request is active; outside one (psql, pgTAP) they follow
//! the setting `request.jwt.claims`.

use super::fmgr::Call;
use crate::v1;
use pgrx::pg_sys;
use std::cell::{Cell, RefCell, UnsafeCell};
use std::ffi::{CString, c_char};
use std::rc::Rc;

/// Who is asking, as the token said.
#[derive(Debug, Default, Clone)]
pub struct Claims {
    /// The token's payload, compact JSON.
    pub json: String,
    pub uid: Option<[u8; 16]>,
    pub subject: Option<String>,
    pub email: Option<String>,
    pub role: String,
}

/// What `request.*` shows.
#[derive(Debug, Default)]
pub struct Context {
    pub claims: Rc<Claims>,
    pub method: String,
    pub path: String,
    /// The query string, as it came.
    pub query: String,
    /// The header block of the request; turned into JSON only when somebody asks.
    pub headers: String,
    /// The client's address, as the proxy found it.
    pub client: String,
    /// The request's id.
    pub id: String,
    /// Of a path that lets requests with a bad token in as nobody: what is wrong with it, as `slug: message`.
    pub problem: Option<String>,
}

thread_local! {
    static ACTIVE: RefCell<Option<Context>> = const { RefCell::new(None) };
    /// What a show hook returned last, kept alive until the next.
    static SHOWN: RefCell<CString> = RefCell::new(CString::default());
    /// The claims of `request.jwt.claims` outside a request, parsed once per value.
    static OUTSIDE: RefCell<(String, Rc<Claims>)> = RefCell::default();
}

/// What `auth.uid()` reads, once a row: plain memory, since finding a thread's own costs as much as all the rest of the call.
/// It points its result here: a uuid is passed by reference, and whoever keeps one copies it.
struct Hot {
    active: Cell<bool>,
    known: Cell<bool>,
    uid: UnsafeCell<[u8; 16]>,
    outside: UnsafeCell<[u8; 16]>,
}
// SAFETY: a backend has one thread.
unsafe impl Sync for Hot {}
static HOT: Hot = Hot {
    active: Cell::new(false),
    known: Cell::new(false),
    uid: UnsafeCell::new([0; 16]),
    outside: UnsafeCell::new([0; 16]),
};

impl Hot {
    fn set(&self, active: bool, uid: Option<[u8; 16]>) {
        self.active.set(active);
        self.known.set(uid.is_some());
        // SAFETY: one thread, and no reference to it is held anywhere.
        unsafe { *self.uid.get() = uid.unwrap_or_default() };
    }
}

/// Makes `context` the one that helpers read; the previous one comes back when the guard drops.
pub struct Active(Option<Context>);

impl Active {
    pub fn enter(context: Context) -> Self {
        HOT.set(true, context.claims.uid);
        Self(ACTIVE.replace(Some(context)))
    }
}

impl Drop for Active {
    fn drop(&mut self) {
        let previous = self.0.take();
        HOT.set(previous.is_some(), previous.as_ref().and_then(|c| c.claims.uid));
        ACTIVE.set(previous);
    }
}

/// Is a request being served by this backend?
pub fn active() -> bool {
    HOT.active.get()
}

/// Forgets a request that ended in an ERROR before its guard could run.
pub fn clear() {
    HOT.set(false, None);
    ACTIVE.set(None);
}

/// Reads the active request; `None` outside one.
pub fn with_context<T>(read: impl FnOnce(&Context) -> T) -> Option<T> {
    ACTIVE.with_borrow(|active| active.as_ref().map(read))
}

fn current() -> Option<Rc<Claims>> {
    if active() {
        return ACTIVE.with_borrow(|a| a.as_ref().map(|c| c.claims.clone()));
    }
    let setting = super::guc::outside_claims()?;
    OUTSIDE.with_borrow_mut(|(text, claims)| {
        if *text != setting {
            *claims = Rc::new(parse(&setting));
            *text = setting;
        }
        Some(claims.clone())
    })
}

/// Claims from a JSON text, as somebody set it; anything unreadable is nobody.
fn parse(json: &str) -> Claims {
    let value: serde_json::Value = serde_json::from_str(json).unwrap_or_default();
    let text = |key: &str| value.get(key).and_then(|v| v.as_str()).map(str::to_owned);
    let subject = text("sub");
    Claims {
        uid: subject.as_deref().and_then(howdah_core::json::parse_uuid),
        subject,
        email: text("email"),
        role: text("role").unwrap_or_default(),
        json: if value.is_object() { json.to_owned() } else { String::new() },
    }
}

pgrx::extension_sql!(
    r#"
CREATE FUNCTION auth.uid() RETURNS uuid
    LANGUAGE c STABLE PARALLEL RESTRICTED COST 1 AS 'MODULE_PATHNAME', 'howdah_auth_uid';
CREATE FUNCTION auth.role() RETURNS text
    LANGUAGE c STABLE PARALLEL RESTRICTED COST 1 AS 'MODULE_PATHNAME', 'howdah_auth_role';
CREATE FUNCTION auth.email() RETURNS text
    LANGUAGE c STABLE PARALLEL RESTRICTED COST 1 AS 'MODULE_PATHNAME', 'howdah_auth_email';
CREATE FUNCTION auth.jwt() RETURNS jsonb
    LANGUAGE c STABLE PARALLEL RESTRICTED COST 10 AS 'MODULE_PATHNAME', 'howdah_auth_jwt';
"#,
    name = "auth_helpers"
);

v1!(pg_finfo_howdah_auth_uid);
/// `auth.uid()`: the caller's user id (claim `sub`), or null for nobody; never an empty value.
///
/// # Safety
/// Called by fmgr.
#[unsafe(no_mangle)]
pub unsafe extern "C-unwind" fn howdah_auth_uid(fcinfo: pg_sys::FunctionCallInfo) -> pg_sys::Datum {
    if !HOT.active.get() {
        // SAFETY: fmgr's pointer.
        return unsafe { outside_uid(Call::new(fcinfo)) };
    }
    if HOT.known.get() {
        return pg_sys::Datum::from(HOT.uid.get().cast::<u8>());
    }
    // SAFETY: fmgr's pointer.
    unsafe { Call::new(fcinfo) }.null()
}

#[cold]
unsafe fn outside_uid(call: Call) -> pg_sys::Datum {
    // SAFETY: nothing is alive here but what the guard drops.
    let uid = unsafe { pg_sys::panic::pgrx_extern_c_guard(|| current().and_then(|c| c.uid)) };
    match uid {
        Some(uid) => {
            // SAFETY: one thread, and no reference to it is held anywhere.
            unsafe { *HOT.outside.get() = uid };
            pg_sys::Datum::from(HOT.outside.get().cast::<u8>())
        }
        None => call.null(),
    }
}

v1!(pg_finfo_howdah_auth_role);
/// `auth.role()`: the role of the token, or null outside a request without claims.
///
/// # Safety
/// Called by fmgr.
#[pgrx::pg_guard]
#[unsafe(no_mangle)]
pub unsafe extern "C-unwind" fn howdah_auth_role(
    fcinfo: pg_sys::FunctionCallInfo,
) -> pg_sys::Datum {
    // SAFETY: fmgr's pointer.
    let call = unsafe { Call::new(fcinfo) };
    match current() {
        Some(claims) if !claims.role.is_empty() => {
            super::value::new_varlena(claims.role.as_bytes())
        }
        _ => call.null(),
    }
}

v1!(pg_finfo_howdah_auth_email);
/// `auth.email()`: the claim `email`, or null.
///
/// # Safety
/// Called by fmgr.
#[pgrx::pg_guard]
#[unsafe(no_mangle)]
pub unsafe extern "C-unwind" fn howdah_auth_email(
    fcinfo: pg_sys::FunctionCallInfo,
) -> pg_sys::Datum {
    // SAFETY: fmgr's pointer.
    let call = unsafe { Call::new(fcinfo) };
    match current().as_ref().and_then(|c| c.email.as_deref()) {
        Some(email) => super::value::new_varlena(email.as_bytes()),
        None => call.null(),
    }
}

v1!(pg_finfo_howdah_auth_jwt);
/// `auth.jwt()`: all claims of the token as jsonb, or null.
///
/// # Safety
/// Called by fmgr.
#[pgrx::pg_guard]
#[unsafe(no_mangle)]
pub unsafe extern "C-unwind" fn howdah_auth_jwt(fcinfo: pg_sys::FunctionCallInfo) -> pg_sys::Datum {
    // SAFETY: fmgr's pointer.
    let call = unsafe { Call::new(fcinfo) };
    match current() {
        Some(claims) if !claims.json.is_empty() => {
            let text = CString::new(claims.json.as_str()).unwrap_or_default();
            // SAFETY: jsonb_in reads a C string; the claims were checked to be JSON.
            unsafe {
                pgrx::direct_function_call_as_datum(
                    pg_sys::jsonb_in,
                    &[Some(pg_sys::Datum::from(text.as_ptr()))],
                )
                .unwrap_or_else(|| call.null())
            }
        }
        _ => call.null(),
    }
}

/// Answers a show hook: what the active request says, or else `outside`.
fn show(inside: impl FnOnce(&Context) -> String, outside: Option<String>) -> *const c_char {
    let text = if active() {
        ACTIVE.with_borrow(|a| a.as_ref().map(inside)).unwrap_or_default()
    } else {
        outside.unwrap_or_default()
    };
    SHOWN.with_borrow_mut(|shown| {
        *shown = CString::new(text.replace('\0', "")).unwrap_or_default();
        shown.as_ptr()
    })
}

macro_rules! show_hook {
    ($name:ident, $outside:path, $inside:expr) => {
        /// Show hook of the setting of this name.
        ///
        /// # Safety
        /// Called by guc.c.
        #[pgrx::pg_guard]
        pub unsafe extern "C-unwind" fn $name() -> *const c_char {
            show($inside, $outside())
        }
    };
}

show_hook!(show_claims, super::guc::outside_claims, |c| c.claims.json.clone());
show_hook!(show_method, super::guc::outside_method, |c| c.method.clone());
show_hook!(show_path, super::guc::outside_path, |c| c.path.clone());
show_hook!(show_headers, super::guc::outside_headers, |c| {
    howdah_core::json::headers_to_json(&c.headers)
});
show_hook!(show_cookies, super::guc::outside_cookies, |c| {
    howdah_core::json::cookies_to_json(&c.headers)
});
show_hook!(show_claim_sub, super::guc::outside_claim_sub, |c| {
    c.claims.subject.clone().unwrap_or_default()
});
show_hook!(show_claim_role, super::guc::outside_claim_role, |c| c.claims.role.clone());
show_hook!(show_claim_email, super::guc::outside_claim_email, |c| {
    c.claims.email.clone().unwrap_or_default()
});
