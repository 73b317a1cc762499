//! The `howdah` binary: one thin proxy and the tools around it.

#![forbid(unsafe_code)]

mod cli;
mod courier;
mod doctor;
mod dsn;
mod serve;
mod told;
mod up;

use std::process::ExitCode;

use clap::{CommandFactory, Parser};

use cli::{Cli, Command};

fn main() -> ExitCode {
    up::tie_to_parent();
    let cli = Cli::parse();
    if let Command::Completion { shell } = cli.command {
        clap_complete::generate(shell, &mut Cli::command(), "howdah", &mut std::io::stdout());
        return ExitCode::SUCCESS;
    }
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("howdah: cannot start: {error}");
            return ExitCode::FAILURE;
        }
    };
    runtime.block_on(async {
        match cli.command {
            Command::Up(args) => up::run(args).await,
            Command::Serve(args) => serve::run(args).await,
            Command::Courier(args) => courier::run(args).await,
            Command::Doctor(args) => doctor::run(args).await,
            Command::Completion { .. } => ExitCode::SUCCESS,
        }
    })
}
