//! A running Howdah: the one that the environment names, or one started here by `howdah up`.

use std::collections::HashMap;
use std::fs;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::time::{Duration, Instant};

pub struct Howdah {
    /// `http://host:port`
    pub url: String,
    /// The DBA's connection.
    pub db_url: String,
    pub proxy_db_url: String,
    pub courier_db_url: String,
    pub anon_key: String,
    pub service_key: String,
    /// Data directory and process, if started here.
    pub own: Option<Own>,
}

pub struct Own {
    pub data: PathBuf,
    pub child: Child,
}

/// The project's root.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("tests/ has a parent").to_owned()
}

/// A port that was free a moment ago.
pub fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").and_then(|l| l.local_addr()).expect("a free port").port()
}

/// The `howdah` binary: HOWDAH_BIN, or the release build.
pub fn binary() -> PathBuf {
    let path = std::env::var_os("HOWDAH_BIN")
        .map_or_else(|| root().join("target/release/howdah"), PathBuf::from);
    assert!(path.exists(), "{} is missing: build it first (make build)", path.display());
    path
}

/// The Howdah of this run. From the environment (HOWDAH_URL …, as `.howdah/env` has them) when set; otherwise one is
/// started and ends with this process.
pub fn shared() -> &'static Howdah {
    static SHARED: OnceLock<Howdah> = OnceLock::new();
    SHARED.get_or_init(|| {
        let own = std::env::var("HOWDAH_URL").is_err();
        let howdah = if own { Howdah::start(&["--demo"]) } else { Howdah::from_environment() };
        let run = std::env::var("HOWDAH_TEST_RUN")
            .or_else(|_| std::env::var("NEXTEST_RUN_ID"))
            .unwrap_or_else(|_| std::process::id().to_string());
        howdah.prepare(&run);
        howdah
    })
}

impl Howdah {
    fn from_variables(get: impl Fn(&str) -> Option<String>, own: Option<Own>) -> Self {
        let need = |name: &str| get(name).unwrap_or_else(|| panic!("{name} is not set"));
        Self {
            url: need("HOWDAH_URL").trim_end_matches('/').to_owned(),
            db_url: need("HOWDAH_DB_URL"),
            proxy_db_url: need("HOWDAH_PROXY_DB_URL"),
            courier_db_url: need("HOWDAH_COURIER_DB_URL"),
            anon_key: need("HOWDAH_ANON_KEY"),
            service_key: need("HOWDAH_SERVICE_KEY"),
            own,
        }
    }

    fn from_environment() -> Self {
        Self::from_variables(|name| std::env::var(name).ok(), None)
    }

    /// Starts a whole Howdah in a new directory and waits until it is ready.
    pub fn start(arguments: &[&str]) -> Self {
        static COUNT: std::sync::atomic::AtomicU32 = std::sync::atomic::AtomicU32::new(0);
        let count = COUNT.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        // Short: the path of a unix socket has at most 107 bytes.
        let data = std::env::temp_dir().join(format!("howdah-t{}-{count}", std::process::id()));
        let _ = fs::remove_dir_all(&data);
        let (port, pg_port) = (free_port().to_string(), free_port().to_string());
        Self::launch(&data, &port, &pg_port, arguments)
    }

    /// `howdah up` on a data directory, new or kept.
    pub fn launch(data: &Path, port: &str, pg_port: &str, arguments: &[&str]) -> Self {
        let log = data.with_extension("log");
        let out = fs::OpenOptions::new().create(true).append(true).open(&log).expect("a log file");
        // The shell ends the server when this process is gone, however that came about.
        let watch = "\"$@\" & up=$!; trap 'kill -TERM $up 2>/dev/null; wait $up; exit' TERM INT
            while kill -0 $WATCHED 2>/dev/null && kill -0 $up 2>/dev/null; do sleep 0.2; done
            kill -TERM $up 2>/dev/null; wait $up; code=$?; kill -0 $WATCHED 2>/dev/null || rm -rf \"$WATCHED_DATA\"; exit $code";
        let child = Command::new("bash")
            .args(["-c", watch, "watch"])
            .arg(binary())
            .args(["up", "--json", "--port", port, "--pg-port", pg_port, "--data"])
            .arg(data)
            .args(arguments)
            .env("WATCHED", std::process::id().to_string())
            .env("WATCHED_DATA", data)
            .stdin(Stdio::null())
            .stdout(out.try_clone().expect("a second handle"))
            .stderr(out)
            .spawn()
            .expect("bash runs");
        let mut own = Own { data: data.to_owned(), child };
        let end = Instant::now() + Duration::from_secs(120);
        let address = format!("127.0.0.1:{port}");
        loop {
            let told = || fs::read_to_string(&log).unwrap_or_default();
            if let Ok(Some(status)) = own.child.try_wait() {
                panic!("howdah up ended ({status}):\n{}", told());
            }
            if let Ok(env) = fs::read_to_string(data.join("env"))
                && ready(&address)
            {
                let variables = shell_variables(&env);
                return Self::from_variables(|name| variables.get(name).cloned(), Some(own));
            }
            assert!(Instant::now() < end, "howdah up was not ready in two minutes:\n{}", told());
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    /// `host:port`
    pub fn address(&self) -> &str {
        self.url.strip_prefix("http://").expect("HOWDAH_URL is http")
    }

    /// What the embedded Postgres has logged.
    pub fn postgres_log(&self) -> String {
        let own = self.own.as_ref().expect("a Howdah of our own");
        let file = find(&own.data, "postgres.log").expect("a log");
        String::from_utf8_lossy(&fs::read(file).expect("the log")).into_owned()
    }

    /// The process id of the embedded Postgres; waits for it while it is being started again.
    pub fn postmaster(&self) -> u32 {
        let own = self.own.as_ref().expect("a Howdah of our own");
        let end = Instant::now() + Duration::from_secs(30);
        loop {
            let pid = find(&own.data, "postmaster.pid")
                .and_then(|file| fs::read_to_string(file).ok())
                .and_then(|text| text.lines().next().and_then(|l| l.parse::<u32>().ok()));
            if let Some(pid) = pid
                && Path::new(&format!("/proc/{pid}/stat")).exists()
            {
                return pid;
            }
            assert!(Instant::now() < end, "no Postgres runs");
            std::thread::sleep(Duration::from_millis(50));
        }
    }
}

impl Drop for Howdah {
    fn drop(&mut self) {
        if let Some(own) = &mut self.own {
            let _ = Command::new("kill").args(["-TERM", &own.child.id().to_string()]).status();
            let _ = own.child.wait();
            let _ = fs::remove_dir_all(&own.data);
            let _ = fs::remove_file(own.data.with_extension("log"));
        }
    }
}

/// Whether `/ready` answers 200.
pub fn ready(address: &str) -> bool {
    let request = format!("GET /ready HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n");
    crate::wire::Connection::open(address)
        .and_then(|mut c| c.exchange(request.as_bytes()))
        .is_ok_and(|r| r.status == 200)
}

/// `NAME=value` lines as a POSIX shell reads them: `export`, quotes, comments.
pub fn shell_variables(text: &str) -> HashMap<String, String> {
    text.lines()
        .map(|line| line.trim().trim_start_matches("export ").trim())
        .filter(|line| !line.starts_with('#'))
        .filter_map(|line| line.split_once('='))
        .map(|(name, value)| {
            let value = value.trim();
            let bare = value
                .strip_prefix('\'')
                .and_then(|v| v.strip_suffix('\''))
                .map(|v| v.replace("'\\''", "'"))
                .or_else(|| {
                    value.strip_prefix('"').and_then(|v| v.strip_suffix('"')).map(str::to_owned)
                });
            (name.to_owned(), bare.unwrap_or_else(|| value.to_owned()))
        })
        .collect()
}

fn find(folder: &Path, name: &str) -> Option<PathBuf> {
    let entries: Vec<_> = fs::read_dir(folder).ok()?.flatten().map(|e| e.path()).collect();
    entries
        .iter()
        .find(|p| p.file_name().is_some_and(|f| f == name))
        .cloned()
        .or_else(|| entries.iter().filter(|p| p.is_dir()).find_map(|p| find(p, name)))
}

#[cfg(test)]
mod tests {
    #[test]
    fn reads_shell_variables() {
        let read =
            super::shell_variables("# a\nA=1\nexport B='two words'\nC=\"x=y\"\nD='it'\\''s'\n");
        let get = |k: &str| read.get(k).map(String::as_str);
        assert_eq!(
            (get("A"), get("B"), get("C"), get("D")),
            (Some("1"), Some("two words"), Some("x=y"), Some("it's"))
        );
    }
}
