//! The harness of the black-box tests. A test sees what a user sees: HTTP and SQL.
//!
//! One Howdah serves a whole run ([`server::shared`]); drills that stop servers start their own
//! ([`server::Howdah::start`]). Authorization tests speak through [`api::Api`], which refuses roles that policies do
//! not bind.
#![forbid(unsafe_code)]

pub mod account;
pub mod alerts;
pub mod api;
pub mod authenticator;
pub mod bombs;
pub mod chaos;
pub mod cluster;
pub mod database;
pub mod drill;
pub mod forge;
pub mod inbox;
pub mod issuer;
pub mod outside;
pub mod prefix;
pub mod process;
pub mod proxy;
pub mod receiver;
pub mod reply;
pub mod server;
pub mod smtp;
pub mod table;
pub mod totp;
pub mod wire;
