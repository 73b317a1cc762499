//! From path to handler.

use crate::config::Config;
use crate::database::Live;
use howdah_core::error::{ApiError, Code};
use howdah_core::http::Request;
use howdah_core::rest::{self, Answer};

/// Answers a request inside the jail.
///
/// # Errors
/// Whatever the handler answers with an error; HW404 if no route has this path.
pub fn dispatch(live: &Live, config: &Config, request: &Request<'_>) -> Result<Answer, ApiError> {
    if request.path.starts_with("/rest/v1/") || request.path == "/rest/v1" {
        return Err(ApiError::new(Code::Path, &[]));
    }
    Err(ApiError::new(Code::NotFound, &[]))
}
