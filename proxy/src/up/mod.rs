use std::process::ExitCode;

use crate::cli::UpArgs;

pub async fn run(args: UpArgs) -> ExitCode {
    drop(args);
    ExitCode::FAILURE
}
