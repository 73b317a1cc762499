//! From path to handler.

use crate::config::Config;
use crate::database::Live;
use crate::routes;
use howdah_core::error::{ApiError, Code};
use howdah_core::http::{Request, Response};
use howdah_core::rest::{self, Answer, Ending};
use howdah_core::route::Match;

/// Answers a request inside the jail.
///
/// # Errors
/// Whatever the handler answers with an error; HW404 if no route has this path, HW405 if one has it for other methods.
pub fn dispatch(live: &Live, config: &Config, request: &Request<'_>) -> Result<Answer, ApiError> {
    if request.path.starts_with("/rest/v1/") || request.path == "/rest/v1" {
        return rest::handle(live, &config.rest, request);
    }
    if request.path == "/openapi.json" {
        return rest::root::service(live, &config.rest, request);
    }
    match config.router.match_path(request.method, request.path) {
        Match::Found { route, parameters } => {
            routes::answer(live, &config.rest, request, route, parameters)
        }
        Match::Method { allow } if request.method == "OPTIONS" => {
            let mut response = Response::new(200);
            response.header("Allow", &format!("OPTIONS, {}", allow.join(", ")));
            Ok(Answer { response, ending: Ending::Commit })
        }
        Match::Method { allow } => {
            Err(ApiError::new(Code::MethodNotAllowed, &[]).header("Allow", &allow.join(", ")))
        }
        Match::Nothing => Err(ApiError::new(Code::NotFound, &[])),
        Match::BadPath => Err(ApiError::new(Code::BadRequest, &["The path is not UTF-8"])),
    }
}
