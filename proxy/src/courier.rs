use std::process::ExitCode;

use crate::cli::CourierArgs;

pub async fn run(args: CourierArgs) -> ExitCode {
    drop(args);
    ExitCode::FAILURE
}
