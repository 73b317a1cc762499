//! Howdah: the pgrx shell. What can be decided without Postgres is in `howdah-core`; here it is fed and obeyed.
//!
//! No preload is needed, and preloading does no harm: loading the library defines settings and hooks, nothing else.

mod auth;
mod catalog;
mod changes;
mod config;
mod database;
mod descriptions;
mod dispatch;
mod encode;
mod gateway;
mod jobs;
mod keys;
mod mail;
mod overview;
mod pg;
mod pre_request;
mod push;
mod role_settings;
mod routes;
mod sender;
mod version;
mod webhooks;

pgrx::pg_module_magic!();

/// Called by Postgres when a backend first calls one of our functions.
#[pgrx::pg_guard]
pub extern "C-unwind" fn _PG_init() {
    pg::load();
}
