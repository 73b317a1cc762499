//! `howdah courier`: carries what leaves the database. Connects as howdah_courier, comes back after
//! every loss of the connection, for ever, and holds no transaction open while it carries.
//!
//! `mod` (process) → `work` (lease, carry, settle) → `desk` (SQL), and a carrier for each kind of
//! wire; `clock` sees to what is due by time, `jobs` runs jobs. Any number of couriers may run.

mod carrier;
mod clock;
mod desk;
mod fetch;
mod granted;
mod http;
mod jobs;
mod lost;
mod metrics;
mod request;
mod smtp;
mod work;

use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;
use tokio::time::{Instant, sleep};

use crate::cli::{CourierArgs, LogFormat, LogLevel};
use crate::dsn::Dsn;
use crate::serve::log::{self, Level};
use carrier::Carrier;
use desk::{Desk, Server};
use metrics::Metrics;
use work::{End, Work};

const CONNECT: Duration = Duration::from_secs(10);
/// A standby is asked this often whether it is one still.
const STANDBY: Duration = Duration::from_secs(2);
const FIRST_PAUSE: Duration = Duration::from_millis(200);
const LONGEST_PAUSE: Duration = Duration::from_secs(2);
/// What is being carried when SIGTERM comes is given this long.
const DRAIN: Duration = Duration::from_secs(12);

/// Runs until SIGTERM or SIGINT; fails only when it is told nonsense.
pub async fn run(args: CourierArgs) -> ExitCode {
    log::start(LogLevel::Info, LogFormat::Auto);
    let mut dsn: Dsn = match args.db_url.parse() {
        Ok(dsn) => dsn,
        Err(error) => {
            log::event(Level::Error, "not a connection", &[("error", &error.to_string())]);
            return ExitCode::FAILURE;
        }
    };
    if let Some(danger) = dsn.danger() {
        log::event(Level::Warn, danger, &[]);
    }
    dsn.config.application_name("howdah courier").connect_timeout(CONNECT);
    let carriers = match carriers() {
        Ok(carriers) => carriers,
        Err(error) => {
            log::event(Level::Error, "no HTTP client", &[("error", &error.to_string())]);
            return ExitCode::FAILURE;
        }
    };
    let (Ok(mut interrupt), Ok(mut terminate)) =
        (signal(SignalKind::interrupt()), signal(SignalKind::terminate()))
    else {
        return ExitCode::FAILURE;
    };
    let (stop, stopped) = watch::channel(false);
    let metrics = Arc::<Metrics>::default();
    if let Some(address) = args.admin_listen {
        match TcpListener::bind(address).await {
            Ok(listener) => metrics::serve(listener, metrics.clone()),
            Err(error) => {
                let (address, error) = (address.to_string(), error.to_string());
                let fields = [("address", &*address), ("error", &*error)];
                log::event(Level::Error, "cannot listen", &fields);
                return ExitCode::FAILURE;
            }
        }
    }
    let watched = args.admin_listen.is_some();
    let mut work = Work::new(name(), carriers, metrics.clone(), watched, stopped);
    let server = Server { dsn, standby: STANDBY, metrics };
    let told = async {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
        let _ = stop.send(true);
        sleep(DRAIN).await;
    };
    tokio::select! {
        () = async {
            tokio::join!(
                keep_working(&server, &mut work, stop.subscribe()),
                clock::run(&server, stop.subscribe()),
                jobs::run(&server, args.job_connections, stop.subscribe()),
            );
        } => {}
        () = told => {}
    }
    log::event(Level::Info, "courier stopped", &[]);
    ExitCode::SUCCESS
}

fn carriers() -> Result<Vec<Arc<dyn Carrier>>, reqwest::Error> {
    Ok(vec![
        Arc::new(fetch::Fetch::new()?),
        Arc::new(granted::Granted::new()?),
        Arc::new(request::Request::new()?),
        Arc::new(smtp::Smtp::new()),
    ])
}

async fn keep_working(server: &Server, work: &mut Work, mut stop: watch::Receiver<bool>) {
    let mut pause = FIRST_PAUSE;
    loop {
        let since = Instant::now();
        let opened = tokio::select! {
            opened = Desk::open(server) => opened,
            _ = stop.wait_for(|stop| *stop), if work.is_idle() => return,
        };
        let end = match opened {
            Ok(mut desk) => {
                log::event(Level::Info, "courier connected", &[]);
                work.attend(&mut desk).await
            }
            Err(words) => End::Lost(words),
        };
        server.metrics.works(false);
        let End::Lost(words) = end else { return };
        // What held for a while was no failure to connect: the first try after it comes soon.
        if since.elapsed() > LONGEST_PAUSE {
            pause = FIRST_PAUSE;
        }
        log::event(Level::Warn, "courier without a connection", &[("error", &words)]);
        if work.is_idle() && *stop.borrow() {
            return;
        }
        sleep(pause).await;
        pause = (pause * 2).min(LONGEST_PAUSE);
    }
}

/// A name for this process that tells a DBA where to look: `host/pid`.
fn name() -> String {
    let host = std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
    format!("{}/{}", host.trim(), std::process::id())
}
