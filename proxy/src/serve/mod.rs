//! `howdah serve`: HTTP to one SELECT and back.

use std::process::ExitCode;

use crate::cli::ServeArgs;

pub async fn run(args: Box<ServeArgs>) -> ExitCode {
    drop(args);
    ExitCode::FAILURE
}
