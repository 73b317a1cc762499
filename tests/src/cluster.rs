//! A Postgres of the drill's own, with the extension and nothing else: its process is a child of this one, its clock can be
//! set, it can have standbys.

use crate::server::{Howdah, root};
use std::fs;
use std::io::Write;
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};
use std::time::{Duration, Instant};

pub struct Cluster {
    folder: PathBuf,
    bin: PathBuf,
    clock: Option<PathBuf>,
    postgres: Option<Child>,
    /// Its database: SQL only, there is no proxy.
    pub db: Howdah,
}

impl Cluster {
    /// Makes a cluster, not started yet. With a clock of its own, [`Cluster::set_clock`] sets it.
    pub fn make(own_clock: bool) -> Self {
        Self::place(own_clock).init()
    }

    /// One of the server whose programs are in that folder.
    pub fn make_with(programs: &Path) -> Self {
        let mut cluster = Self::place(false);
        cluster.bin = programs.to_owned();
        cluster.init()
    }

    fn init(self) -> Self {
        let cluster = self;
        let mut initdb = cluster.command("initdb");
        initdb.args(["-A", "trust", "-U", "postgres", "-E", "UTF8", "--locale=C.UTF-8", "-D"]);
        initdb.arg(cluster.data());
        // What others make by default from 18 on, and a pg_upgrade from before needs without.
        if cluster.tool("initdb", &["--help"]).contains("--no-data-checksums") {
            initdb.arg("--no-data-checksums");
        }
        run(&mut initdb);
        let settings = format!(
            "listen_addresses = ''\nunix_socket_directories = '{}'\nfsync = on\nwal_level = replica\nhot_standby = on\n\
             log_line_prefix = '%m [%p] %q%u@%d '\ntimezone = 'UTC'\n",
            cluster.folder.display()
        );
        cluster.configure(&settings);
        cluster
    }

    /// The same with the extension, running.
    pub fn start_with_howdah(own_clock: bool) -> Self {
        let mut cluster = Self::make(own_clock);
        cluster.start();
        cluster.db.sql("CREATE EXTENSION howdah; SELECT howdah.install()");
        cluster.db.sql("SELECT howdah.set('courier.allowed_hosts', '127.0.0.1:*')");
        cluster
    }

    /// More lines for postgresql.conf, from the next start on; the last of a name counts.
    pub fn configure(&self, lines: &str) {
        let path = self.data().join("postgresql.conf");
        let written = fs::read_to_string(&path).and_then(|was| fs::write(&path, was + lines));
        written.expect("postgresql.conf");
    }

    /// A file of the server's own, which others may not read.
    pub fn put(&self, name: &str, bytes: &[u8]) {
        let path = self.data().join(name);
        let _ = fs::remove_file(&path);
        let made = fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path);
        made.and_then(|mut file| file.write_all(bytes)).expect("a file of the server's");
        if let Some(account) = account() {
            run(Command::new("chown").arg(account).arg(&path));
        }
    }

    /// Runs a client program of the server's on it; what it says. Files are seen from its folder.
    #[track_caller]
    pub fn tool(&self, program: &str, arguments: &[&str]) -> String {
        let mut command = self.command(program);
        command.args(arguments).env("PGHOST", &self.folder).env("PGUSER", "postgres");
        let output = command.env("PGDATABASE", "postgres").current_dir(&self.folder).output();
        let output = output.unwrap_or_else(|error| panic!("{program}: {error}"));
        let told = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{program} {arguments:?}: {told}");
        String::from_utf8_lossy(&output.stdout).into_owned()
    }

    /// Where its data directory, log and socket are; its account may write there.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Where its server's programs are.
    pub fn programs(&self) -> &Path {
        &self.bin
    }

    /// A streaming standby of this one, not started yet.
    pub fn standby(&self) -> Self {
        let standby = Self::place(false);
        let mut copy = self.command("pg_basebackup");
        copy.args(["-R", "-X", "stream", "-c", "fast", "-d"])
            .arg(format!("host={} user=postgres", self.folder.display()));
        run(copy.arg("-D").arg(standby.data()));
        let path = standby.data().join("postgresql.conf");
        let (own, other) = (self.folder.display().to_string(), standby.folder.display());
        let text = fs::read_to_string(&path).expect("postgresql.conf");
        let place = "unix_socket_directories = '";
        let text = text.replace(&format!("{place}{own}'"), &format!("{place}{other}'"));
        fs::write(&path, text).expect("postgresql.conf");
        standby
    }

    fn place(own_clock: bool) -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        // Short: the path of a unix socket has at most 107 bytes.
        let name = format!("howdah-c{}-{}", std::process::id(), COUNT.fetch_add(1, Relaxed));
        let folder = std::env::temp_dir().join(name);
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir(&folder).expect("a folder");
        if let Some(account) = account() {
            run(Command::new("chown").arg(account).arg(&folder));
        }
        let url = |user: &str| format!("host={} user={user} dbname=postgres", folder.display());
        let db = Howdah {
            url: String::new(),
            db_url: url("postgres"),
            proxy_db_url: url("howdah_proxy"),
            courier_db_url: url("howdah_courier"),
            anon_key: String::new(),
            service_key: String::new(),
            own: None,
        };
        let clock = own_clock.then(|| folder.join("clock"));
        Self { bin: bin(), clock, postgres: None, db, folder }
    }

    fn data(&self) -> PathBuf {
        self.folder.join("data")
    }

    /// What runs a program as the account that its files are of.
    pub fn as_account(&self) -> Command {
        match account() {
            None => Command::new("env"),
            Some(account) => {
                let mut command = Command::new("setpriv");
                let ids = [format!("--reuid={account}"), format!("--regid={account}")];
                command.args(ids).args(["--init-groups", "env"]);
                command
            }
        }
    }

    /// A program of the server's, as the account that may run it.
    fn command(&self, program: &str) -> Command {
        let mut command = self.as_account();
        if let Some(clock) = self.clock.as_deref().filter(|_| program == "postgres") {
            command
                .arg(format!("LD_PRELOAD={}", faketime().display()))
                .arg(format!("FAKETIME_TIMESTAMP_FILE={}", clock.display()))
                .args(["FAKETIME_NO_CACHE=1", "FAKETIME_DONT_FAKE_MONOTONIC=1"])
                .args(["DONT_FAKE_MONOTONIC=1", "FAKETIME_DONT_RESET=1"]);
        }
        command.arg(self.bin.join(program)).current_dir("/").stdin(Stdio::null());
        command
    }

    /// Seconds by which its clock is ahead of ours, from now on.
    pub fn set_clock(&self, ahead: i64) {
        let clock = self.clock.as_deref().expect("a clock of its own");
        let next = clock.with_extension("next");
        let set = fs::write(&next, format!("{ahead:+}\n")).and_then(|()| fs::rename(next, clock));
        set.expect("the clock is set");
    }

    /// Starts it, and waits until it answers.
    pub fn start(&mut self) {
        if let Some(clock) = self.clock.as_deref().filter(|clock| !clock.exists()) {
            fs::write(clock, "+0\n").expect("a clock");
        }
        let begin = || {
            let log = fs::OpenOptions::new().create(true).append(true).open(self.log());
            let mut command = self.command("postgres");
            command.arg("-D").arg(self.data()).stdout(Stdio::null()).stderr(log.expect("a log"));
            command.spawn().expect("postgres runs")
        };
        let mut server = begin();
        let end = Instant::now() + Duration::from_secs(60);
        while postgres::Client::connect(&self.db.db_url, postgres::NoTls).is_err() {
            assert!(Instant::now() < end, "Postgres does not start:\n{}", self.told());
            // While backends of one that was killed are still there, it refuses.
            if matches!(server.try_wait(), Ok(Some(_))) {
                server = begin();
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        self.postgres = Some(server);
    }

    pub fn pid(&self) -> u32 {
        self.postgres.as_ref().expect("it runs").id()
    }

    /// Stops it: INT at once and clean, QUIT without a checkpoint, KILL.
    pub fn stop(&mut self, signal: &str) {
        let Some(mut postgres) = self.postgres.take() else { return };
        crate::drill::signal(signal, postgres.id());
        let _ = postgres.wait();
    }

    /// What it has written to its log.
    pub fn told(&self) -> String {
        fs::read_to_string(self.log()).unwrap_or_default()
    }

    fn log(&self) -> PathBuf {
        self.folder.join("log")
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        if let Some(postgres) = &mut self.postgres {
            let quit = Command::new("kill").args(["-QUIT", &postgres.id().to_string()]).status();
            if quit.is_ok() {
                let _ = postgres.wait();
            }
        }
        let _ = fs::remove_dir_all(&self.folder);
    }
}

/// Postgres refuses to run as root: the account that Debian's package makes runs it then.
fn account() -> Option<String> {
    let root = fs::metadata("/proc/self").is_ok_and(|of| of.uid() == 0);
    root.then(|| std::env::var("HOWDAH_TEST_USER").unwrap_or_else(|_| "postgres".into()))
}

/// Where the server's programs are.
fn bin() -> PathBuf {
    pg_config("--bindir").into()
}

/// What pg_config says: that of HOWDAH_PG_CONFIG, or the one that pg_config.toml names.
pub fn pg_config(what: &str) -> String {
    let said = |command: &mut Command| {
        let output = command.output().expect("it runs");
        String::from_utf8(output.stdout).expect("a path").trim().to_owned()
    };
    let pg_config = std::env::var("HOWDAH_PG_CONFIG")
        .unwrap_or_else(|_| said(&mut Command::new(root().join("scripts/pg-config"))));
    said(Command::new(pg_config).arg(what))
}

fn faketime() -> PathBuf {
    let folders = fs::read_dir("/usr/lib").expect("/usr/lib").flatten();
    let mut found = folders.map(|folder| folder.path().join("faketime/libfaketimeMT.so.1"));
    found.find(|path| path.exists()).expect("libfaketime: scripts/deps installs it")
}

fn run(command: &mut Command) {
    let output = command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?}: {told}");
}
