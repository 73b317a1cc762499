//! `howdah up`: an embedded Postgres, `serve` and `courier` together, for trying, developing and
//! testing. Reads top to bottom: place → server → database → children → watch → stop.

mod account;
mod banner;
mod children;
mod cluster;
mod config;
mod envfile;
mod place;
mod sql;

use std::process::ExitCode;
use std::time::{Duration, Instant};

use tokio::signal::unix::{Signal, SignalKind, signal};

use crate::cli::UpArgs;
use banner::Banner;
use children::{Child, Exit};
use cluster::Cluster;
use config::Config;
use envfile::Secrets;
use place::Place;

pub use children::tie_to_parent;

/// What went wrong, and on a second line what to do about it.
type Result<T> = std::result::Result<T, String>;

/// Says each step with the seconds since the start, on standard error: `--json` owns the output.
struct Progress(Instant);

impl Progress {
    fn say(&self, text: &str) {
        eprintln!("{:7.2}s  {text}", self.0.elapsed().as_secs_f64());
    }
}

/// Ctrl-C and SIGTERM.
struct Stop {
    interrupt: Signal,
    terminate: Signal,
}

impl Stop {
    fn listen() -> Result<Self> {
        let listen = |kind| signal(kind).map_err(|e| format!("cannot listen for signals: {e}"));
        Ok(Self {
            interrupt: listen(SignalKind::interrupt())?,
            terminate: listen(SignalKind::terminate())?,
        })
    }

    async fn asked(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }
}

/// Runs until it is asked to stop; fails when the stack cannot be brought up.
pub async fn run(args: UpArgs) -> ExitCode {
    let progress = Progress(Instant::now());
    match stand(&args, &progress).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(trouble) => {
            eprintln!("howdah up: {trouble}");
            ExitCode::FAILURE
        }
    }
}

async fn stand(args: &UpArgs, progress: &Progress) -> Result<()> {
    let mut stop = Stop::listen()?;
    let config = Config::read(args.pg_config.as_deref())?;
    let place = Place::claim(&args.data, &config, progress)?;
    children::end_orphans(&place, progress).await;
    children::demand_free_port(args.port)?;

    let mut secrets = Secrets::read_or_make(&place)?;
    let mut cluster = Cluster::prepare(&config, &place, args.pg_port, &secrets, progress).await?;
    cluster.start(progress).await?;
    let up = async {
        sql::prepare(&cluster, &mut secrets, args, &config, &place, progress).await?;
        let banner = Banner::new(args.port, &cluster, &place, &secrets);
        envfile::write(&place, &banner)?;
        let children = [Child::serve(&place, &banner, args.port), Child::courier(&place, &banner)];
        Ok::<_, String>((banner, children))
    };
    let (banner, mut children) = tokio::select! {
        made = up => match made {
            Ok(made) => made,
            Err(trouble) => {
                cluster.stop(progress).await;
                return Err(trouble);
            }
        },
        () = stop.asked() => {
            cluster.stop(progress).await;
            return Ok(());
        }
    };

    let outcome = watch(&mut children, &mut cluster, &banner, args, &mut stop, progress).await;
    progress.say("stopping: requests in flight are finished first; again to stop at once");
    tokio::select! {
        () = children::end_all(&mut children, Duration::from_secs(15)) => {}
        () = stop.asked() => children::end_all(&mut children, Duration::ZERO).await,
    }
    children::forget(&place);
    cluster.stop(progress).await;
    progress.say("stopped");
    outcome
}

/// Starts the children, shows the banner once the API answers, and restarts what dies.
async fn watch(
    children: &mut [Child; 2],
    cluster: &mut Cluster,
    banner: &Banner,
    args: &UpArgs,
    stop: &mut Stop,
    progress: &Progress,
) -> Result<()> {
    progress.say("starting the proxy and the courier");
    for child in children.iter_mut() {
        child.start()?;
    }
    children::remember(children);
    tokio::select! {
        ready = children::wait_ready(args.port, &mut children[0]) => ready?,
        () = stop.asked() => return Ok(()),
    }
    progress.say("ready");
    banner.show(args.json);

    let mut pulse = tokio::time::interval(Duration::from_secs(1));
    loop {
        let [serve, courier] = &mut *children;
        let exit = tokio::select! {
            exit = serve.ended() => Some(exit),
            exit = courier.ended() => Some(exit),
            _ = pulse.tick() => None,
            () = stop.asked() => return Ok(()),
        };
        match exit {
            Some(Exit { name, how }) => {
                progress.say(&format!("{name} ended ({how}): starting it again"));
                children::remember(children);
            }
            None if !cluster.alive() => {
                progress.say("Postgres ended: starting it again");
                cluster.start(progress).await?;
            }
            None => {}
        }
    }
}
