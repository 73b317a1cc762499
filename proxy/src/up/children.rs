//! `serve` and `courier` as processes of their own: a fault in one leaves the others standing.

use std::net::TcpListener;
use std::os::unix::process::CommandExt;
use std::process::Stdio;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::{sleep, timeout};

use super::account::Account;
use super::banner::Banner;
use super::place::{self, Place};
use super::{Progress, Result};

/// Tells a child whose child it is.
const PARENT: &str = "HOWDAH_UP_PID";
/// A child that has lived so long is started again at once when it dies.
const SETTLED: Duration = Duration::from_secs(30);
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

/// A process that is kept running.
pub struct Child {
    name: &'static str,
    env: Vec<(&'static str, String)>,
    account: Option<Account>,
    process: Option<tokio::process::Child>,
    started: Instant,
    pause: Duration,
    /// Set when it has ended: how it did, and when it is started again.
    ending: Option<(String, tokio::time::Instant)>,
    pids: std::path::PathBuf,
}

/// A child that ended and has been started again.
pub struct Exit {
    pub name: &'static str,
    pub how: String,
}

impl Child {
    pub fn serve(place: &Place, banner: &Banner, port: u16) -> Self {
        let env = vec![
            ("HOWDAH_PROXY_DB_URL", banner.proxy_db_url.clone()),
            ("HOWDAH_PORT", port.to_string()),
        ];
        Self::new("serve", env, place)
    }

    pub fn courier(place: &Place, banner: &Banner) -> Self {
        Self::new("courier", vec![("HOWDAH_COURIER_DB_URL", banner.courier_db_url.clone())], place)
    }

    fn new(name: &'static str, env: Vec<(&'static str, String)>, place: &Place) -> Self {
        let accounts = &place.accounts;
        Self {
            name,
            env,
            account: accounts.switches().then(|| accounts.worker.clone()),
            process: None,
            started: Instant::now(),
            pause: Duration::ZERO,
            ending: None,
            pids: place.base.join("children"),
        }
    }

    /// # Errors
    /// When the process cannot be made.
    pub fn start(&mut self) -> Result<()> {
        // The running file itself: the path may be replaced by a build, or closed to the account.
        let mut command = std::process::Command::new("/proc/self/exe");
        command
            .arg0("howdah")
            .arg(self.name)
            .current_dir("/")
            .stdin(Stdio::null())
            .stdout(Stdio::inherit())
            // Ctrl-C in a terminal reaches the whole group; the order of stopping is ours.
            .process_group(0)
            .env(PARENT, std::process::id().to_string());
        // A user who has sourced .howdah/env must not hand its secrets to the blind proxy.
        for (name, _) in std::env::vars_os() {
            let text = name.to_string_lossy();
            if text.starts_with("PG") || text.ends_with("_DB_URL") || text.ends_with("_KEY") {
                command.env_remove(&name);
            }
        }
        command.envs(self.env.iter().map(|(name, value)| (name, value)));
        if let Some(account) = &self.account {
            command.uid(account.uid).gid(account.gid);
        }
        let process = tokio::process::Command::from(command)
            .kill_on_drop(true)
            .spawn()
            .map_err(|e| format!("cannot start howdah {}: {e}", self.name))?;
        self.process = Some(process);
        self.started = Instant::now();
        Ok(())
    }

    /// Waits for the end, pauses longer each time, and starts again. Cancel-safe: whoever calls
    /// again waits on.
    pub async fn ended(&mut self) -> Exit {
        if self.ending.is_none() {
            let how = match &mut self.process {
                Some(process) => match process.wait().await {
                    Ok(status) => status.to_string(),
                    Err(error) => error.to_string(),
                },
                None => "it was not running".into(),
            };
            if self.started.elapsed() > SETTLED {
                self.pause = Duration::ZERO;
            }
            self.ending = Some((how, tokio::time::Instant::now() + self.pause));
            self.pause = (self.pause * 2).clamp(Duration::from_millis(200), LONGEST_PAUSE);
            self.process = None;
        }
        if let Some((_, at)) = &self.ending {
            tokio::time::sleep_until(*at).await;
        }
        let how = self.ending.take().map(|(how, _)| how).unwrap_or_default();
        let how = match self.start() {
            Ok(()) => how,
            Err(trouble) => trouble,
        };
        Exit { name: self.name, how }
    }

    async fn end(&mut self, patience: Duration) {
        let Some(process) = &mut self.process else {
            return;
        };
        if !patience.is_zero() {
            terminate(process.id());
            if timeout(patience, process.wait()).await.is_ok() {
                return;
            }
        }
        let _ = process.kill().await;
    }
}

fn terminate(pid: Option<u32>) {
    let pid = pid.and_then(|pid| i32::try_from(pid).ok()).and_then(Pid::from_raw);
    if let Some(pid) = pid {
        let _ = kill_process(pid, Signal::TERM);
    }
}

/// Asks all to stop, and waits; after `patience` they are killed.
pub async fn end_all(children: &mut [Child; 2], patience: Duration) {
    let [serve, courier] = children;
    tokio::join!(serve.end(patience), courier.end(patience));
}

/// Writes down who runs, for a next start that finds them orphaned.
pub fn remember(children: &[Child; 2]) {
    let pids: String = children
        .iter()
        .filter_map(|child| child.process.as_ref()?.id())
        .map(|pid| format!("{pid}\n"))
        .collect();
    let _ = place::write_whole(&children[0].pids, &pids, 0o600);
}

pub fn forget(place: &Place) {
    let _ = std::fs::remove_file(place.base.join("children"));
}

/// Ends what a killed `howdah up` left running, if anything.
pub async fn end_orphans(place: &Place, progress: &Progress) {
    let text = std::fs::read_to_string(place.base.join("children")).unwrap_or_default();
    for pid in text.lines().filter_map(|line| line.parse::<u32>().ok()) {
        let ours = || {
            std::fs::read(format!("/proc/{pid}/cmdline")).is_ok_and(|line| {
                line.starts_with(b"howdah\0serve") || line.starts_with(b"howdah\0courier")
            })
        };
        if !ours() {
            continue;
        }
        progress.say(&format!("ending process {pid}, which an earlier run left"));
        terminate(Some(pid));
        for _ in 0..100 {
            if !ours() {
                break;
            }
            sleep(Duration::from_millis(100)).await;
        }
    }
    forget(place);
}

/// Called first in every process: one that `howdah up` started ends with it, however it ends.
pub fn tie_to_parent() {
    let Some(parent) = std::env::var(PARENT).ok().and_then(|pid| pid.parse::<i32>().ok()) else {
        return;
    };
    let _ = rustix::process::set_parent_process_death_signal(Some(Signal::TERM));
    // It may have died before the line above.
    if rustix::process::getppid().map(Pid::as_raw_pid) != Some(parent) {
        std::process::exit(1);
    }
}

/// # Errors
/// When something else listens on the API's port.
pub fn demand_free_port(port: u16) -> Result<()> {
    match TcpListener::bind(("127.0.0.1", port)) {
        Ok(_) => Ok(()),
        Err(error) => Err(format!(
            "cannot listen on port {port}: {error}\n  \
             stop what listens there (ss -ltnp 'sport = :{port}' names it), or give --port"
        )),
    }
}

/// Waits until the proxy answers /ready with 200.
///
/// # Errors
/// When it ends, or is not ready in time.
pub async fn wait_ready(port: u16, serve: &mut Child) -> Result<()> {
    let poll = async {
        while !is_ready(port).await {
            sleep(Duration::from_millis(20)).await;
        }
    };
    let process = serve.process.as_mut().ok_or("the proxy was not started")?;
    tokio::select! {
        done = timeout(Duration::from_secs(30), poll) => done.map_err(|_| {
            "the proxy does not become ready: its log above says why".to_owned()
        }),
        status = process.wait() => Err(match status {
            Ok(status) => format!("the proxy ended ({status}): its log above says why"),
            Err(error) => format!("the proxy ended: {error}"),
        }),
    }
}

async fn is_ready(port: u16) -> bool {
    let ask = async {
        let mut stream = TcpStream::connect(("127.0.0.1", port)).await?;
        let request = b"GET /ready HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n";
        stream.write_all(request).await?;
        let mut head = [0_u8; 12];
        stream.read_exact(&mut head).await?;
        Ok::<_, std::io::Error>(head.ends_with(b" 200"))
    };
    matches!(timeout(Duration::from_secs(2), ask).await, Ok(Ok(true)))
}
