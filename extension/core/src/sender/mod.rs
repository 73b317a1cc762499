//! Senders of text messages, chat messages and social posts: rows that say how a provider's HTTP API is asked.
//!
//! A driver is a request with templates in it (`presets.json`); the driver `http` takes the request from the row. What
//! templates make cannot leave its place: a value in JSON stays a text of JSON, one in a form a field, one in a URL a
//! segment or a parameter; the host is never made of one.

mod build;
pub mod callback;
mod preset;
mod template;

#[cfg(test)]
mod tests;

pub use build::{Said, build};
pub use preset::{Preset, check, presets};
