//! What is due by time (schedules, retention, sweeps): `howdah.tick()` once a second, on a connection of its own. Any number
//! of couriers may: the server lets one at a time.

use std::time::Duration;

use tokio::sync::watch;
use tokio::time::{MissedTickBehavior, interval, sleep};

use super::desk::{Clock, Server};
use crate::serve::log::{self, Level};

const EVERY: Duration = Duration::from_secs(1);
const PAUSE: Duration = Duration::from_secs(2);

/// Ticks until it is told to stop; comes back after every loss of the connection.
pub async fn run(server: &Server, mut stop: watch::Receiver<bool>) {
    let ticking = async {
        loop {
            if let Err(words) = hold(server).await {
                log::event(Level::Warn, "tick without a connection", &[("error", &words)]);
            }
            sleep(PAUSE).await;
        }
    };
    tokio::select! {
        () = ticking => {}
        _ = stop.wait_for(|stop| *stop) => {}
    }
}

/// Ticks on one connection until it ends.
async fn hold(server: &Server) -> Result<(), String> {
    let clock = Clock::open(server).await?;
    let mut seconds = interval(EVERY);
    seconds.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        seconds.tick().await;
        clock.tick().await?;
        server.metrics.ticked();
    }
}
