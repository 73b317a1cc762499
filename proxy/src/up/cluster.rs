//! The embedded cluster, through pg-embed, on the binaries of the chosen `pg_config`.
//!
//! What pg-embed does that is corrected here is told in docs/adr/0002-offline-pg-embed.md.

use std::fs::{self, OpenOptions};
use std::net::TcpListener;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use pg_embed::pg_enums::PgAuthMethod;
use pg_embed::pg_fetch::PgFetchSettings;
use pg_embed::postgres::{PgEmbed, PgSettings};

use super::account::Account;
use super::config::Config;
use super::envfile::Secrets;
use super::place::{self, Place, failed};
use super::{Progress, Result};

/// The cluster of one `howdah up`. Dropped while running, pg-embed stops it.
pub struct Cluster {
    pub port: u16,
    pub run: PathBuf,
    pub psql: PathBuf,
    embed: PgEmbed,
    data: PathBuf,
    log: PathBuf,
}

impl Cluster {
    pub const SUPERUSER: &str = "postgres";
    pub const DATABASE: &str = "howdah";

    /// Makes the cluster if it is not there yet, and writes its configuration; starts nothing.
    ///
    /// # Errors
    /// When the data directory is of another major version, or initdb fails.
    pub async fn prepare(
        config: &Config,
        place: &Place,
        port: u16,
        secrets: &Secrets,
        progress: &Progress,
    ) -> Result<Self> {
        let data = place.data();
        let exists = demand_same_major(&data, config)?;
        let settings = PgSettings {
            database_dir: data.clone(),
            port,
            user: Self::SUPERUSER.into(),
            password: secrets.dba.clone(),
            auth_method: PgAuthMethod::ScramSha256,
            persistent: true,
            timeout: Some(Duration::from_secs(120)),
            migration_dir: None,
        };
        let mut embed = PgEmbed::new(settings, PgFetchSettings::default())
            .await
            .map_err(|e| format!("cannot prepare the cluster: {e}"))?;
        // Nothing runs yet: until start() has, there is nothing to stop when this is dropped.
        embed.shutting_down = true;
        remove_empty_cache(&embed.pg_access.cache_dir);
        embed.pg_access.init_db_exe = place.base.join("bin/initdb");
        embed.pg_access.pg_ctl_exe = place.base.join("bin/pg_ctl");
        write_wrappers(config, place)?;
        let mut cluster = Self {
            port,
            run: place.run.clone(),
            psql: config.bindir.join("psql"),
            embed,
            data,
            log: place.log("postgres.log"),
        };
        if !exists {
            progress.say(&format!("creating a cluster of Postgres {}", config.major));
            cluster.init(place).await?;
        }
        cluster.stop_leftover(progress).await?;
        cluster.port = free_port(port, progress)?;
        cluster.embed.pg_settings.port = cluster.port;
        cluster.configure(config, place)?;
        Ok(cluster)
    }

    async fn init(&mut self, place: &Place) -> Result<()> {
        let password = &self.embed.pg_access.pw_file_path.clone();
        let made = self.init_with(password, place).await;
        let _ = fs::remove_file(password);
        made
    }

    async fn init_with(&mut self, password: &Path, place: &Place) -> Result<()> {
        let _ = fs::remove_file(password);
        OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(password)
            .map_err(|e| failed("write", password, &e))?;
        if place.accounts.switches() {
            place::own(password, &place.accounts.server)?;
        }
        self.embed.setup().await.map_err(|e| {
            let log = initdb_log(place);
            format!("initdb failed: {e}\n{}\n  the log is {}", tail(&log), log.display())
        })
    }

    /// Writes what the server reads at its start. It lies outside of the data directory: under root
    /// that one is the server's account's, and root writes no file where another account could have
    /// put a link.
    fn configure(&self, config: &Config, place: &Place) -> Result<()> {
        let conf = place.conf();
        let quoted = |path: &Path| path.to_string_lossy().replace('\'', "''");
        // Ours last, so that nothing before can open the server to the outside.
        let main = format!(
            "# Written by `howdah up` at each start, from pg_config.toml.\n{}\
             hba_file = '{}'\nident_file = '{}'\nlisten_addresses = '127.0.0.1'\nport = {}\n\
             unix_socket_directories = '{}'\npassword_encryption = 'scram-sha-256'\n\
             logging_collector = off\n",
            config.settings,
            quoted(&conf.join("pg_hba.conf")),
            quoted(&conf.join("pg_ident.conf")),
            self.port,
            quoted(&self.run),
        );
        let superuser = Self::SUPERUSER;
        let hba = format!(
            "# Written by `howdah up` at each start. On the socket the kernel says who comes.\n\
             local all {superuser},howdah_proxy,howdah_courier peer map=howdah\n\
             local all all scram-sha-256\n\
             host all all 127.0.0.1/32 scram-sha-256\n"
        );
        let accounts = &place.accounts;
        let mut ident = String::from("# Written by `howdah up` at each start.\n");
        for (user, role) in [
            (&accounts.me, superuser),
            (&accounts.server, superuser),
            (&accounts.me, "howdah_proxy"),
            (&accounts.worker, "howdah_proxy"),
            (&accounts.me, "howdah_courier"),
            (&accounts.worker, "howdah_courier"),
        ] {
            ident.push_str(&format!("howdah \"{}\" {role}\n", user.name));
        }
        place::write_whole(&conf.join("postgresql.conf"), &main, 0o644)?;
        place::write_whole(&conf.join("pg_hba.conf"), &hba, 0o644)?;
        place::write_whole(&conf.join("pg_ident.conf"), &ident, 0o644)
    }

    /// # Errors
    /// When the server does not start; with the end of its log.
    pub async fn start(&mut self, progress: &Progress) -> Result<()> {
        self.clear_stale_pid(progress).await?;
        progress.say(&format!("starting Postgres on port {}", self.port));
        self.embed.start_db().await.map_err(|e| {
            format!(
                "Postgres does not start: {e}\n{}\n  the log is {}",
                tail(&self.log),
                self.log.display()
            )
        })
    }

    pub async fn stop(&mut self, progress: &Progress) {
        progress.say("stopping Postgres");
        if let Err(error) = self.embed.stop_db().await {
            progress.say(&format!("Postgres did not stop: {error}; see {}", self.log.display()));
        }
    }

    /// Whether the server's first process lives.
    pub fn alive(&self) -> bool {
        self.postmaster().is_some()
    }

    /// Ends a server that an earlier `howdah up`, killed, left behind.
    async fn stop_leftover(&mut self, progress: &Progress) -> Result<()> {
        let Some(pid) = self.postmaster() else {
            return Ok(());
        };
        progress.say(&format!("stopping the server that an earlier run left ({pid})"));
        let stopped = self.embed.stop_db().await;
        stopped.map_err(|e| format!("cannot stop process {pid}: {e}"))
    }

    /// A postmaster.pid left by a crash, whose number now belongs to another process, or to a zombie,
    /// keeps Postgres from starting. It is removed, but only once nothing works on the data any more:
    /// it is also what protects them from a second server.
    async fn clear_stale_pid(&self, progress: &Progress) -> Result<()> {
        let stale = self.data.join("postmaster.pid");
        if !stale.exists() {
            return Ok(());
        }
        progress.say("the server was not stopped last time: it will recover");
        for _ in 0..100 {
            if self.processes().is_empty() {
                // The socket has a lock of the same kind beside it; the directory is this cluster's.
                for entry in fs::read_dir(&self.run).into_iter().flatten().flatten() {
                    let _ = fs::remove_file(entry.path());
                }
                return fs::remove_file(&stale).map_err(|e| failed("remove", &stale, &e));
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        Err(format!(
            "processes of an earlier server still work on {}: {:?}\n  end them, then start again",
            self.data.display(),
            self.processes()
        ))
    }

    /// Every process of a server works in its data directory.
    fn processes(&self) -> Vec<u32> {
        let Ok(here) = fs::canonicalize(&self.data) else {
            return Vec::new();
        };
        let all = fs::read_dir("/proc").into_iter().flatten().flatten();
        all.filter_map(|entry| entry.file_name().to_str()?.parse().ok())
            .filter(|pid| fs::read_link(format!("/proc/{pid}/cwd")).is_ok_and(|cwd| cwd == here))
            .collect()
    }

    /// The process of postmaster.pid, if it is a server working on this directory.
    fn postmaster(&self) -> Option<u32> {
        let text = fs::read_to_string(self.data.join("postmaster.pid")).ok()?;
        let pid: u32 = text.lines().next()?.trim().parse().ok()?;
        self.processes().contains(&pid).then_some(pid)
    }
}

/// Whether there is a cluster; its version must be the server's.
fn demand_same_major(data: &Path, config: &Config) -> Result<bool> {
    let Ok(found) = fs::read_to_string(data.join("PG_VERSION")) else {
        return Ok(false);
    };
    let (found, wanted) = (found.trim(), &config.major);
    if found == wanted {
        return Ok(true);
    }
    Err(format!(
        "the cluster in {} was made by Postgres {found}, and the server is {wanted}\n  \
         use Postgres {found} (--pg-config), move it with pg_upgrade, or give another --data",
        data.display()
    ))
}

/// pg-embed makes its download cache whether or not it is used: away with it, if empty.
fn remove_empty_cache(dir: &Path) {
    for dir in dir.ancestors().take(4) {
        if fs::remove_dir(dir).is_err() || dir.ends_with("pg-embed") {
            return;
        }
    }
}

/// The next port where nobody listens.
fn free_port(wanted: u16, progress: &Progress) -> Result<u16> {
    let free = |port: &u16| TcpListener::bind(("127.0.0.1", *port)).is_ok();
    let port = (wanted..=wanted.saturating_add(50)).find(free).ok_or_else(|| {
        format!("ports {wanted} to {} are all in use\n  give --pg-port", wanted.saturating_add(50))
    })?;
    if port != wanted {
        progress.say(&format!("port {wanted} is in use: Postgres gets {port} (--pg-port chooses)"));
    }
    Ok(port)
}

/// Not in log/, which is the server's account's: root writes this one.
fn initdb_log(place: &Place) -> PathBuf {
    place.base.join("initdb.log")
}

/// Shell scripts in the place of initdb and pg_ctl: they switch the account, add the options that
/// pg-embed does not know, and undo its `-F`.
fn write_wrappers(config: &Config, place: &Place) -> Result<()> {
    let server = &place.accounts.server;
    let switch = if place.accounts.switches() { switch_to(server) } else { String::new() };
    let initdb = quote(&config.bindir.join("initdb"));
    let pg_ctl = quote(&config.bindir.join("pg_ctl"));
    let initdb_log = quote(&initdb_log(place));
    let log = quote(&place.log("postgres.log"));
    // pg_ctl hands its -o to a shell: what is quoted for that one is quoted again for this.
    let options = format!(
        "-c fsync={} -c config_file={}",
        if config.fsync { "on" } else { "off" },
        quote(&place.conf().join("postgresql.conf"))
    );
    let options = quote(Path::new(&options));
    let head = "#!/bin/sh\n# Written by `howdah up` at each start; run by pg-embed.\n\
                umask 077\ncd / || exit 1\n";
    let initdb = format!(
        "{head}exec {switch}{initdb} \"$@\" --data-checksums --locale=C.UTF-8 --encoding=UTF8 \
         --auth-local=scram-sha-256 >{initdb_log} 2>&1\n"
    );
    let pg_ctl = format!(
        "{head}case \" $* \" in\n\
         *\" start \"*) exec {switch}{pg_ctl} \"$@\" -o {options} -l {log} ;;\n\
         *) exec {switch}{pg_ctl} \"$@\" -m fast ;;\nesac\n"
    );
    place::write_whole(&place.base.join("bin/initdb"), &initdb, 0o755)?;
    place::write_whole(&place.base.join("bin/pg_ctl"), &pg_ctl, 0o755)
}

fn switch_to(account: &Account) -> String {
    let Account { uid, gid, .. } = account;
    format!("setpriv --reuid={uid} --regid={gid} --clear-groups --no-new-privs ")
}

fn quote(path: &Path) -> String {
    format!("'{}'", path.to_string_lossy().replace('\'', r"'\''"))
}

/// The last lines of a log, indented.
fn tail(path: &Path) -> String {
    let text = fs::read(path).unwrap_or_default();
    let text = String::from_utf8_lossy(&text);
    let lines: Vec<&str> = text.lines().collect();
    lines.iter().skip(lines.len().saturating_sub(12)).map(|l| format!("    {l}\n")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_paths_for_the_shell() {
        assert_eq!(quote(Path::new("/a b/it's")), r"'/a b/it'\''s'");
    }

    #[test]
    fn goes_on_to_the_next_port_when_one_is_taken() {
        let taken = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = taken.local_addr().unwrap().port();
        let progress = Progress(std::time::Instant::now());
        assert!(free_port(port, &progress).unwrap() > port);
    }
}
