//! The messages of accounts: which there are, what is shipped for each, and what their templates may name.

mod kinds;

#[cfg(test)]
mod tests;

pub use crate::template::Parts;
pub use kinds::{KINDS, Kind, LAYOUT, VARIABLES, kind};

use crate::template;
use serde_json::Value;

/// Renders each part that there is.
///
/// # Errors
/// For the template's author: which part, what is wrong, in which line.
pub fn render(parts: &Parts, layout: &str, sms: bool, variables: &Value) -> Result<Parts, String> {
    template::render(parts, layout, sms, VARIABLES, variables)
}

/// Whether a template may be kept: it parses, and renders with variables of every name.
///
/// # Errors
/// As [`render`]; also for a part without content.
pub fn check(parts: &Parts, layout: &str, sms: bool) -> Result<(), String> {
    template::demand_content(&render(parts, layout, sms, &kinds::sample())?)
}
