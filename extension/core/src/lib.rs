//! Howdah's pure core: everything that can be decided without Postgres.
//!
//! Arrows: error, limits → ident → sql → catalog → openapi → rest; the other domains (token, settings, route, json, webhook)
//! import error, limits, ident, http, json and claim_path only. `tests/arrows.rs` checks them.
#![forbid(unsafe_code)]
#![cfg_attr(
    not(test),
    deny(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)
)]

pub mod auth;
pub mod catalog;
pub mod claim_path;
pub mod error;
pub mod http;
pub mod ident;
pub mod jobs;
pub mod json;
pub mod limits;
pub mod mail;
pub mod openapi;
pub mod outside;
pub mod push;
pub mod rest;
pub mod route;
pub mod sender;
pub mod settings;
pub mod template;
pub mod token;
pub mod webhook;
