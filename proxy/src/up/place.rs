//! Where everything lies, who owns it, and that nobody else is using it.

use std::fs::{self, File, OpenOptions, Permissions, TryLockError};
use std::io::{Read, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt, PermissionsExt, chown};
use std::path::{Path, PathBuf};

use super::account::{Account, Accounts};
use super::config::Config;
use super::{Progress, Result};

/// Longest path of a socket's directory: a socket's whole path has at most 107 bytes.
const SOCKET_DIR_MAX: usize = 107 - "/.s.PGSQL.65535".len();

/// The directories of one `howdah up`.
///
/// ```text
/// .howdah/            --data
///   env  lock         the addresses and keys (0600); who is running
///   data/ log/ run/   the cluster, its logs, its socket
///   bin/ conf/        wrappers of initdb and pg_ctl; what the server reads at its start
/// ```
/// Under root, where the server's account may not pass a directory above `.howdah` (a clone in
/// /root), all but `env` and `lock` lies under /var/lib/howdah instead, with a link `.howdah/cluster`.
#[derive(Debug)]
pub struct Place {
    pub home: PathBuf,
    pub base: PathBuf,
    pub run: PathBuf,
    pub accounts: Accounts,
    /// Held for as long as this process lives.
    _lock: File,
}

impl Place {
    /// Makes the directories and takes the lock.
    ///
    /// # Errors
    /// When another `howdah up` has the lock, or a directory cannot be made or is out of reach.
    pub fn claim(data: &Path, config: &Config, progress: &Progress) -> Result<Self> {
        let accounts = Accounts::find()?;
        make_dir(data, 0o755)?;
        let home = fs::canonicalize(data).map_err(|e| failed("find", data, &e))?;
        let lock = take_lock(&home)?;

        let server = &accounts.server;
        if let Some(dir) = server.barred_from(&config.bindir.join("initdb")) {
            return Err(format!(
                "user {} cannot run the server in {}: {} is closed to it\n  \
                 install the server where every user may go, or run howdah up as another user",
                server.name,
                config.bindir.display(),
                dir.display()
            ));
        }
        let base = base_of(&home, server, progress)?;
        let run = base.join("run");
        let run = match run.as_os_str().len() {
            0..=SOCKET_DIR_MAX => run,
            _ => {
                let run = PathBuf::from(format!("/tmp/howdah-{}", short_name(&base)));
                demand_ours(&run, &accounts)?;
                run
            }
        };
        make_dir(&base.join("bin"), 0o755)?;
        make_dir(&base.join("conf"), 0o755)?;
        for (dir, mode) in [(&base.join("data"), 0o700), (&base.join("log"), 0o755), (&run, 0o755)]
        {
            make_dir(dir, mode)?;
            if accounts.switches() {
                own(dir, server)?;
            }
        }
        Ok(Self { home, base, run, accounts, _lock: lock })
    }

    pub fn data(&self) -> PathBuf {
        self.base.join("data")
    }

    /// What the server reads at its start.
    pub fn conf(&self) -> PathBuf {
        self.base.join("conf")
    }

    pub fn log(&self, name: &str) -> PathBuf {
        self.base.join("log").join(name)
    }

    /// Written once the first start has gone through: `--demo` and `--load` are for that one.
    pub fn started_before(&self) -> bool {
        self.base.join("started").exists()
    }

    pub fn mark_started(&self) -> Result<()> {
        let path = self.base.join("started");
        fs::write(&path, "").map_err(|e| failed("write", &path, &e))
    }
}

/// Writes a file whole or not at all.
pub fn write_whole(path: &Path, text: &str, mode: u32) -> Result<()> {
    let new = path.with_extension("new");
    let write = || {
        let _ = fs::remove_file(&new);
        let mut file = OpenOptions::new().write(true).create_new(true).mode(mode).open(&new)?;
        file.set_permissions(Permissions::from_mode(mode))?;
        file.write_all(text.as_bytes())?;
        file.sync_all()?;
        fs::rename(&new, path)
    };
    write().map_err(|e| failed("write", path, &e))
}

pub fn own(path: &Path, account: &Account) -> Result<()> {
    chown(path, Some(account.uid), Some(account.gid)).map_err(|e| failed("hand over", path, &e))
}

pub fn failed(verb: &str, path: &Path, error: &std::io::Error) -> String {
    format!("cannot {verb} {}: {error}", path.display())
}

fn make_dir(path: &Path, mode: u32) -> Result<()> {
    if path.is_dir() {
        return Ok(());
    }
    fs::create_dir_all(path)
        .and_then(|()| fs::set_permissions(path, Permissions::from_mode(mode)))
        .map_err(|e| failed("make", path, &e))
}

/// /tmp is everybody's: a directory that somebody else put there first is not used.
fn demand_ours(dir: &Path, accounts: &Accounts) -> Result<()> {
    match fs::symlink_metadata(dir) {
        Err(_) => Ok(()),
        Ok(meta)
            if meta.is_dir() && [accounts.me.uid, accounts.server.uid].contains(&meta.uid()) =>
        {
            Ok(())
        }
        Ok(_) => Err(format!(
            "{} is somebody else's\n  choose a --data with a shorter path",
            dir.display()
        )),
    }
}

fn take_lock(home: &Path) -> Result<File> {
    let path = home.join("lock");
    let mut lock = OpenOptions::new()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .mode(0o600)
        .open(&path)
        .map_err(|e| failed("open", &path, &e))?;
    match lock.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => {
            let mut pid = String::new();
            let _ = lock.read_to_string(&mut pid);
            let (home, pid) = (home.display(), pid.trim());
            return Err(format!(
                "already running on {home}\n  stop it (kill {pid}), or give another --data, \
                 --port and --pg-port"
            ));
        }
        Err(TryLockError::Error(e)) => return Err(failed("lock", &path, &e)),
    }
    lock.set_len(0)
        .and_then(|()| writeln!(lock, "{}", std::process::id()))
        .map_err(|e| failed("write", &path, &e))?;
    Ok(lock)
}

fn base_of(home: &Path, server: &Account, progress: &Progress) -> Result<PathBuf> {
    let Some(closed) = server.barred_from(&home.join("data")) else {
        return Ok(home.to_path_buf());
    };
    let base = Path::new("/var/lib/howdah").join(short_name(home));
    make_dir(&base, 0o755)?;
    let link = home.join("cluster");
    if fs::read_link(&link).is_ok_and(|to| to == base) {
        return Ok(base);
    }
    let _ = fs::remove_file(&link);
    std::os::unix::fs::symlink(&base, &link).map_err(|e| failed("link", &link, &e))?;
    progress.say(&format!(
        "user {} may not enter {}: the cluster lies in {}",
        server.name,
        closed.display(),
        base.display()
    ));
    Ok(base)
}

/// A file name that stands for a path: `/root/app/.howdah` → `root-app-.howdah`.
fn short_name(path: &Path) -> String {
    let text = path.to_string_lossy();
    text.trim_matches('/').replace('-', "--").replace('/', "-")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tells_paths_apart_by_their_short_names() {
        assert_eq!(short_name(Path::new("/root/app/.howdah")), "root-app-.howdah");
        assert_ne!(short_name(Path::new("/a/b-c")), short_name(Path::new("/a-b/c")));
    }

    #[test]
    fn refuses_a_second_claim_on_the_same_directory() {
        let dir = std::env::temp_dir().join(format!("howdah-lock-{}", std::process::id()));
        fs::create_dir_all(&dir).unwrap();
        let first = take_lock(&dir).unwrap();
        let refused = take_lock(&dir).unwrap_err();
        assert!(refused.contains(&format!("kill {}", std::process::id())), "{refused}");
        drop(first);
        assert!(take_lock(&dir).is_ok());
        fs::remove_dir_all(&dir).unwrap();
    }
}
