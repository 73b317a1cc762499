//! The role switch that nothing called inside can undo.
//!
//! `SET LOCAL ROLE` can be undone by any function that runs RESET ROLE; a user id set with
//! SECURITY_LOCAL_USERID_CHANGE can not: Postgres refuses `role` and `session_authorization` while it is set.

use pgrx::pg_sys;
use std::ffi::CString;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

/// A request's stay under another role. Leaving restores user id, security context and every setting changed inside.
pub struct Jail {
    user: pg_sys::Oid,
    context: i32,
    nest: i32,
    read_only: bool,
    live: bool,
}

impl Jail {
    /// Opens a GUC nest level; the user id is still the caller's until [`Jail::switch`].
    pub fn open() -> Self {
        let mut user = pg_sys::InvalidOid;
        let mut context = 0;
        // SAFETY: both write to the two out-parameters only; a nest level not closed by us is closed by the end of
        // the (sub)transaction.
        let nest = unsafe {
            pg_sys::GetUserIdAndSecContext(&mut user, &mut context);
            pg_sys::NewGUCNestLevel()
        };
        // SAFETY: a plain bool of this backend.
        let read_only = unsafe { pg_sys::XactReadOnly };
        Self { user, context, nest, read_only, live: true }
    }

    /// Runs what follows as `role`, until the next switch or until the jail is left.
    pub fn switch(&self, role: pg_sys::Oid) {
        // SAFETY: the role's existence was checked; the flag is what makes it a jail. AbortTransaction and
        // AbortSubTransaction restore the values that the (sub)transaction began with.
        unsafe {
            pg_sys::SetUserIdAndSecContext(
                role,
                self.context | pg_sys::SECURITY_LOCAL_USERID_CHANGE as i32,
            )
        }
    }

    /// From here on the transaction refuses writes (25006). Undone on leaving.
    pub fn forbid_writes(&self) {
        forbid_writes();
    }

    /// Fires every deferred constraint trigger now, as the role inside: at COMMIT it would run as the login role
    /// (before Postgres 18). One that fires may not defer others again (see `pg::hooks`): those would wait for COMMIT.
    pub fn fire_deferred_triggers(&self) {
        let firing = Firing::start();
        // SAFETY: a statement node on the stack, read during the call only.
        unsafe {
            let mut statement = pg_sys::ConstraintsSetStmt {
                type_: pg_sys::NodeTag::T_ConstraintsSetStmt,
                constraints: std::ptr::null_mut(),
                deferred: false,
            };
            pg_sys::AfterTriggerSetState(&mut statement);
        }
        drop(firing);
    }

    /// Leaves: settings first (their assign hooks run as the role that changed them), then the user id.
    pub fn leave(mut self) {
        self.restore();
    }

    fn restore(&mut self) {
        if !self.live {
            return;
        }
        self.live = false;
        // SAFETY: same nest level as opened; `false` rolls back every change made inside it.
        unsafe {
            pg_sys::AtEOXact_GUC(false, self.nest);
            pg_sys::SetUserIdAndSecContext(self.user, self.context);
            pg_sys::XactReadOnly = self.read_only;
        }
    }
}

/// From here on the transaction refuses writes (25006); a jail undoes it on leaving.
pub fn forbid_writes() {
    // SAFETY: setting it is what SET TRANSACTION READ ONLY does; allowed at any time in this direction.
    unsafe { pg_sys::XactReadOnly = true }
}

static FIRING: AtomicBool = AtomicBool::new(false);

/// While deferred triggers fire; ends with an ERROR too.
struct Firing;

impl Firing {
    fn start() -> Self {
        FIRING.store(true, Relaxed);
        Self
    }
}

impl Drop for Firing {
    fn drop(&mut self) {
        FIRING.store(false, Relaxed);
    }
}

/// Are the request's deferred triggers being fired?
pub fn firing() -> bool {
    FIRING.load(Relaxed)
}

impl Drop for Jail {
    /// On a panic only the user id is restored here: the transaction is about to abort, and Postgres closes the nest
    /// level then.
    fn drop(&mut self) {
        if self.live {
            self.live = false;
            // SAFETY: as in `restore`.
            unsafe {
                pg_sys::SetUserIdAndSecContext(self.user, self.context);
                pg_sys::XactReadOnly = self.read_only;
            }
        }
    }
}

/// Runs `work` as `role` with the same guard, outside a request (reading our own tables as their owner).
pub fn run_as<R>(role: pg_sys::Oid, work: impl FnOnce() -> R) -> R {
    let jail = Jail::open();
    jail.switch(role);
    let result = work();
    jail.leave();
    result
}

/// Whose rights count now.
pub fn current_role() -> u32 {
    // SAFETY: reads a variable of this backend.
    unsafe { pg_sys::GetUserId() }.to_u32()
}

/// The name of the current user.
pub fn current_role_name() -> String {
    // SAFETY: a syscache lookup of the user that is current, who exists; the name is copied at once.
    unsafe {
        let name = pg_sys::GetUserNameFromId(pg_sys::GetUserId(), false);
        std::ffi::CStr::from_ptr(name).to_string_lossy().into_owned()
    }
}

/// The oid of a role, if there is one of that name.
pub fn role_oid(name: &str) -> Option<pg_sys::Oid> {
    let name = CString::new(name).ok()?;
    // SAFETY: a syscache lookup; missing_ok answers InvalidOid.
    let oid = unsafe { pg_sys::get_role_oid(name.as_ptr(), true) };
    (oid != pg_sys::InvalidOid).then_some(oid)
}

unsafe extern "C-unwind" {
    /// commands/sequence.h, not among pgrx's bindings.
    fn ResetSequenceCaches();
}

/// What a session could leave behind for the next request on the same connection, beyond settings: advisory locks
/// held by the session, and the last values of sequences.
pub fn forget_session(wrote: bool) {
    // SAFETY: releases user-level advisory locks of this session (method 2 is USER_LOCKMETHOD) and drops the
    // sequence cache; neither touches transaction state.
    unsafe {
        pg_sys::LockReleaseSession(pg_sys::USER_LOCKMETHOD as _);
        if wrote {
            ResetSequenceCaches();
        }
    }
}
