//! Advisory locks that no SQL can take: `pg_advisory_lock` and its kin write 1 or 2 where these have a kind of their own, so nobody
//! who may call functions can hold them against us. They show in `pg_locks` as advisory, `objsubid` being the kind.
//!
//! All are of the transaction: whatever happens, Postgres gives them back at its end, and when the backend ends.

use pgrx::pg_sys;

/// What a lock is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// One of the hashes that the machine computes at a time.
    HashSlot = 64,
    /// One of the places of those that wait for such a slot.
    HashWaiter = 65,
    /// One of the sign-ins that an account has in flight.
    Attempt = 66,
    /// One of the places of those that wait for such a sign-in to end.
    AttemptWaiter = 67,
    /// The turn to look closely for a slot.
    HashTurn = 68,
}

/// A lock that was taken; given back early when dropped.
pub struct Held(pg_sys::LOCKTAG);

impl Drop for Held {
    fn drop(&mut self) {
        // An ERROR is on its way: the transaction's end gives it back.
        if std::thread::panicking() {
            return;
        }
        // SAFETY: taken by this transaction in `try_lock`, under the same resource owner: one native's call.
        unsafe { pg_sys::LockRelease(&self.0, pg_sys::ExclusiveLock as i32, false) };
    }
}

impl Held {
    /// Keeps it until the transaction ends.
    pub fn keep(self) {
        std::mem::forget(self);
    }
}

/// Takes a lock if it is free now, or this transaction has it already. `database` false: one for the whole cluster.
pub fn try_lock(kind: Kind, database: bool, key: [u32; 2]) -> Option<Held> {
    let tag = tag(kind, database, key);
    // SAFETY: a tag of the advisory type, of the user lock method; dontWait: never sleeps, never an ERROR but for shared
    // memory that is full.
    let taken = unsafe { pg_sys::LockAcquire(&tag, pg_sys::ExclusiveLock as i32, false, true) };
    // Only then: one that is made and dropped gives back a lock that it never had, which Postgres warns of.
    (taken != pg_sys::LockAcquireResult::LOCKACQUIRE_NOT_AVAIL).then(|| Held(tag))
}

/// Whether another transaction has the lock now.
pub fn held_by_another(kind: Kind, database: bool, key: [u32; 2]) -> bool {
    let mut count = 0;
    // SAFETY: reads the lock table under its partition's lock; the caller's own locks are left out. The result is in the
    // current memory context.
    unsafe {
        pg_sys::GetLockConflicts(
            &tag(kind, database, key),
            pg_sys::ExclusiveLock as i32,
            &mut count,
        )
    };
    count > 0
}

fn tag(kind: Kind, database: bool, key: [u32; 2]) -> pg_sys::LOCKTAG {
    // SAFETY: reads a variable of this backend.
    let database = if database { unsafe { pg_sys::MyDatabaseId }.to_u32() } else { 0 };
    pg_sys::LOCKTAG {
        locktag_field1: database,
        locktag_field2: key[0],
        locktag_field3: key[1],
        locktag_field4: kind as u16,
        locktag_type: pg_sys::LockTagType::LOCKTAG_ADVISORY as u8,
        locktag_lockmethodid: pg_sys::USER_LOCKMETHOD as u8,
    }
}

/// Sleeps for so many milliseconds at most, and lets Postgres cancel or end the backend.
pub fn nap(milliseconds: i64) {
    let events = pg_sys::WL_LATCH_SET | pg_sys::WL_TIMEOUT | pg_sys::WL_EXIT_ON_PM_DEATH;
    // SAFETY: the backend's own latch; interrupts are then served as at any other place where a backend waits.
    unsafe {
        pg_sys::WaitLatch(
            pg_sys::MyLatch,
            events as i32,
            milliseconds as _,
            pg_sys::PG_WAIT_EXTENSION,
        );
        pg_sys::ResetLatch(pg_sys::MyLatch);
    }
    pgrx::check_for_interrupts!();
}
