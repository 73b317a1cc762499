use std::process::ExitCode;

use crate::cli::DoctorArgs;

pub async fn run(args: DoctorArgs) -> ExitCode {
    drop(args);
    ExitCode::FAILURE
}
