//! Runs jobs: `--job-connections` workers, each on a connection of its own, since a job holds it for as long as it takes. One
//! more connection hears that there are jobs, and which of those that run somebody wants to end.

mod desk;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::{Notify, watch};
use tokio::time::sleep;
use tokio_postgres::CancelToken;

use super::desk::Server;
use super::metrics::{JobEnd, Metrics};
use crate::serve::log::{self, Level};
use desk::{Bell, Desk, End};

/// A worker that heard nothing looks again after so long.
const LOOK: Duration = Duration::from_secs(1);
const PAUSE: Duration = Duration::from_secs(2);

/// What the workers share.
#[derive(Default)]
struct Hall {
    bell: Notify,
    running: Mutex<HashMap<i64, CancelToken>>,
}

impl Hall {
    fn running<T>(&self, with: impl FnOnce(&mut HashMap<i64, CancelToken>) -> T) -> T {
        with(&mut self.running.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Runs jobs until it is told to stop, and those that run then to their end.
pub async fn run(server: &Server, workers: u16, stop: watch::Receiver<bool>) {
    let hall = Arc::new(Hall::default());
    let mut crew = tokio::task::JoinSet::new();
    for _ in 0..workers {
        crew.spawn(work(server.clone(), hall.clone(), stop.clone()));
    }
    let listening = async {
        loop {
            if let Err(words) = listen(server, &hall).await {
                log::event(Level::Warn, "jobs without a connection", &[("error", &words)]);
            }
            sleep(PAUSE).await;
        }
    };
    let all = async { while crew.join_next().await.is_some() {} };
    tokio::select! {
        () = all => {}
        () = listening, if workers > 0 => {}
    }
}

/// Hears of jobs on one connection until it ends.
async fn listen(server: &Server, hall: &Hall) -> Result<(), String> {
    let bell = Bell::open(server).await?;
    loop {
        hall.bell.notify_waiters();
        if hall.running(|running| !running.is_empty()) {
            for id in bell.cancelled().await? {
                if let Some(token) = hall.running(|running| running.get(&id).cloned()) {
                    desk::end(server, token).await;
                }
            }
        }
        tokio::select! {
            () = bell.rung.notified() => {}
            () = sleep(LOOK) => {}
        }
    }
}

/// One worker; comes back after every loss of its connection.
async fn work(server: Server, hall: Arc<Hall>, mut stop: watch::Receiver<bool>) {
    while !*stop.borrow() {
        let opened = tokio::select! {
            opened = Desk::open(&server) => opened,
            _ = stop.wait_for(|stop| *stop) => return,
        };
        let ended = match opened {
            Ok(desk) => attend(&desk, &hall, &server.metrics, &mut stop).await,
            Err(words) => Err(words),
        };
        let Err(words) = ended else { return };
        log::event(Level::Warn, "a worker without a connection", &[("error", &words)]);
        tokio::select! {
            () = sleep(PAUSE) => {}
            _ = stop.wait_for(|stop| *stop) => return,
        }
    }
}

/// Runs jobs on one connection, until it is told to stop.
async fn attend(
    desk: &Desk,
    hall: &Hall,
    metrics: &Metrics,
    stop: &mut watch::Receiver<bool>,
) -> Result<(), String> {
    while !*stop.borrow() {
        let rung = hall.bell.notified();
        let Some(job) = desk.claim().await? else {
            tokio::select! {
                () = rung => {}
                () = sleep(LOOK) => {}
                _ = stop.wait_for(|stop| *stop) => {}
            }
            continue;
        };
        hall.running(|running| running.insert(job.id, desk.cancel_token()));
        metrics.job_begins();
        let ended = desk.run(&job).await;
        metrics.job_ended(ended.as_ref().ok().map(|end| match end {
            End::Succeeded => JobEnd::Succeeded,
            End::Late => JobEnd::Late,
            End::Failed(_) => JobEnd::Failed,
        }));
        hall.running(|running| running.remove(&job.id));
        let id = job.id.to_string();
        match ended? {
            End::Succeeded => {}
            End::Late => log::event(Level::Warn, "a job was another's by then", &[("job", &id)]),
            End::Failed(words) => {
                log::event(Level::Info, "a job failed", &[("job", &id), ("error", &words)]);
            }
        }
    }
    Ok(())
}
