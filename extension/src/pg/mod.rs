//! The only place for `unsafe`: thin, named doors to Postgres. Each block says which promise of Postgres it leans on.
//!
//! A Postgres ERROR longjmps; pgrx turns it into a Rust panic at the boundary of each call, so destructors of frames
//! above run. What must be undone on ERROR is undone by Postgres itself at the end of the (sub)transaction as well:
//! user id and security context, GUC nest levels, SPI connections, resource owners.

pub mod caller;
pub mod claims;
pub mod clock;
pub mod command;
pub mod dest;
pub mod entry;
pub mod error;
pub mod fmgr;
pub mod guc;
pub mod hooks;
pub mod inval;
pub mod jail;
pub mod job;
pub mod locks;
pub mod memory;
pub mod plan;
pub mod query;
pub mod recovery;
pub mod rows;
pub mod test_mode;
pub mod trigger;
pub mod value;
pub mod view;

/// Defines settings, callbacks and hooks. Does nothing while pg_upgrade runs the server.
pub fn load() {
    // SAFETY: reads a variable of this backend.
    if unsafe { pgrx::pg_sys::IsBinaryUpgrade } {
        return;
    }
    guc::define();
    guc::define_key_file();
    guc::define_hash_hurried();
    test_mode::define();
    inval::register();
    hooks::install();
}
