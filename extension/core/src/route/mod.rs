//! Routes as data: `howdah.routes` rows compiled into one tree, and a request's parts made into named arguments.

mod arguments;
mod pattern;
mod router;

#[cfg(test)]
mod tests;

pub use arguments::{Argument, BODY, Value, merge, merge_raw};
pub use pattern::{Pattern, Segment};
pub use router::{Lane, METHODS, Match, Route, Router};

/// Whether a row may stand in `howdah.routes` as the DBA's own; gives the pattern's shape. Equal method and shape mean the
/// same route.
///
/// # Errors
/// What is wrong and what would be right, for whoever adds the row.
pub fn check(method: &str, pattern: &str) -> Result<String, String> {
    if !METHODS.contains(&method) {
        return Err(match method {
            "HEAD" => "a GET route answers HEAD, too: make it a GET route".to_owned(),
            _ => format!("the method of a route is one of {}, in upper case", METHODS.join(", ")),
        });
    }
    let compiled = Pattern::compile(pattern)?;
    if compiled.is_reserved() {
        return Err(format!(
            "\"{pattern}\" is under a path that Howdah serves itself: choose another first segment, like /api{pattern}"
        ));
    }
    Ok(compiled.shape())
}
