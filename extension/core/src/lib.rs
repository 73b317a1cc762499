//! Howdah, the pure core.
#![forbid(unsafe_code)]
