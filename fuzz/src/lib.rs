//! The fuzz targets: [`grammar::run`], [`password::run`], [`redirect::run`] and [`statement::run`]. Each takes bytes and panics when a promise is broken; libFuzzer
//! (`fuzz_targets/`) and the seeded driver (`src/bin/runs.rs`) share them.
#![forbid(unsafe_code)]

pub mod choices;
pub mod grammar;
pub mod password;
pub mod redirect;
pub mod request;
pub mod statement;
