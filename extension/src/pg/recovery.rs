//! Whether the server is a standby.

use pgrx::pg_sys;

/// Asked anew each time: a promotion takes effect in sessions that are open.
pub fn is_standby() -> bool {
    // SAFETY: reads a flag of this process and, until it is down, one in shared memory; takes no lock that an error leaves.
    unsafe { pg_sys::RecoveryInProgress() }
}
