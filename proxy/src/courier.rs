//! `howdah courier`: carries what leaves the database. Connects as howdah_courier, comes back after every
//! loss of the connection, for ever, and holds no transaction open while it waits. There is no queue to
//! drain yet: it keeps its connection alive, so that the role, the way in and the restarts are proven.

use std::process::ExitCode;
use std::time::Duration;

use tokio::signal::unix::{SignalKind, signal};
use tokio::time::{Instant, sleep, timeout};
use tokio_postgres::{Config, NoTls};

use crate::cli::{CourierArgs, LogFormat, LogLevel};
use crate::serve::log::{self, Level};
use crate::told::told;

/// A connection is asked this often whether it lives.
const PULSE: Duration = Duration::from_secs(5);
/// Longest wait for a connection, or for an answer to the pulse.
const PATIENCE: Duration = Duration::from_secs(10);
const FIRST_PAUSE: Duration = Duration::from_millis(200);
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

/// Runs until SIGTERM or SIGINT; fails only when it is told nonsense.
pub async fn run(args: CourierArgs) -> ExitCode {
    log::start(LogLevel::Info, LogFormat::Auto);
    let mut config: Config = match args.db_url.parse() {
        Ok(config) => config,
        Err(error) => {
            log::event(Level::Error, "not a connection", &[("error", &error.to_string())]);
            return ExitCode::FAILURE;
        }
    };
    config.application_name("howdah courier").connect_timeout(PATIENCE);
    let (Ok(mut interrupt), Ok(mut terminate)) =
        (signal(SignalKind::interrupt()), signal(SignalKind::terminate()))
    else {
        return ExitCode::FAILURE;
    };
    tokio::select! {
        () = keep_connected(&config) => {}
        _ = interrupt.recv() => {}
        _ = terminate.recv() => {}
    }
    log::event(Level::Info, "courier stopped", &[]);
    ExitCode::SUCCESS
}

async fn keep_connected(config: &Config) {
    let mut pause = FIRST_PAUSE;
    loop {
        let since = Instant::now();
        let error = attend(config).await;
        // What held for a while was no failure to connect: the first try after it comes soon.
        if since.elapsed() > LONGEST_PAUSE {
            pause = FIRST_PAUSE;
        }
        log::event(Level::Warn, "courier without a connection", &[("error", &error)]);
        sleep(pause).await;
        pause = (pause * 2).min(LONGEST_PAUSE);
    }
}

/// One connection, from its beginning to its loss: what ended it.
async fn attend(config: &Config) -> String {
    let (client, connection) = match timeout(PATIENCE, config.connect(NoTls)).await {
        Ok(Ok(made)) => made,
        Ok(Err(error)) => return told(&error),
        Err(_) => return "no answer".into(),
    };
    log::event(Level::Info, "courier connected", &[]);
    let pulse = async {
        loop {
            sleep(PULSE).await;
            match timeout(PATIENCE, client.check_connection()).await {
                Ok(Ok(())) => {}
                Ok(Err(error)) => return told(&error),
                Err(_) => return "no answer".into(),
            }
        }
    };
    tokio::select! {
        error = pulse => error,
        end = connection => match end {
            Ok(()) => "closed".into(),
            Err(error) => told(&error),
        },
    }
}
