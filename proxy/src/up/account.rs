//! Operating-system accounts: Postgres refuses to run as root, and the proxy need not.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use super::Result;

/// A line of /etc/passwd.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    pub name: String,
    pub uid: u32,
    pub gid: u32,
}

/// Who runs what.
#[derive(Debug, Clone)]
pub struct Accounts {
    /// Who runs `howdah up`.
    pub me: Account,
    /// Who runs the server.
    pub server: Account,
    /// Who runs `serve` and `courier`. Under root it is not the server's: whoever breaks into the
    /// proxy must not own the data files.
    pub worker: Account,
}

impl Accounts {
    /// # Errors
    /// When root finds no unprivileged account to switch to.
    pub fn find() -> Result<Self> {
        let passwd = fs::read_to_string("/etc/passwd").unwrap_or_default();
        let uid = rustix::process::geteuid().as_raw();
        let gid = rustix::process::getegid().as_raw();
        let me = parse(&passwd).find(|a| a.uid == uid).unwrap_or(Account {
            name: uid.to_string(),
            uid,
            gid,
        });
        if uid != 0 {
            return Ok(Self { server: me.clone(), worker: me.clone(), me });
        }
        let named = |name: &str| parse(&passwd).find(|a| a.name == name && a.uid != 0);
        let worker = named("nobody").or_else(|| named("daemon")).or_else(|| named("postgres"));
        let server = named("postgres").or_else(|| worker.clone());
        match (server, worker) {
            (Some(server), Some(worker)) => Ok(Self { me, server, worker }),
            _ => Err("Postgres does not run as root, and there is no user postgres or nobody\n  \
                      run howdah up as another user"
                .into()),
        }
    }

    pub fn switches(&self) -> bool {
        self.me.uid != self.server.uid
    }
}

fn parse(passwd: &str) -> impl Iterator<Item = Account> + '_ {
    passwd.lines().filter_map(|line| {
        let mut fields = line.split(':');
        Some(Account {
            name: fields.next()?.to_owned(),
            uid: fields.nth(1)?.parse().ok()?,
            gid: fields.next()?.parse().ok()?,
        })
    })
}

impl Account {
    /// The nearest directory above `path` that this account may not pass, if any.
    pub fn barred_from(&self, path: &Path) -> Option<PathBuf> {
        path.ancestors().skip(1).find_map(|dir| {
            let meta = fs::metadata(dir).ok()?;
            let bit = match () {
                () if meta.uid() == self.uid => 0o100,
                () if meta.gid() == self.gid => 0o010,
                () => 0o001,
            };
            (meta.mode() & bit == 0).then(|| dir.to_path_buf())
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_account_file_and_skips_broken_lines() {
        let text =
            "root:x:0:0:root:/root:/bin/sh\nbroken\npostgres:x:105:110:,,,:/var/lib:/bin/sh\n";
        let accounts: Vec<Account> = parse(text).collect();
        assert_eq!(accounts.len(), 2);
        assert_eq!(accounts[1], Account { name: "postgres".into(), uid: 105, gid: 110 });
    }

    #[test]
    fn names_the_directory_that_bars_the_way() {
        use std::os::unix::fs::PermissionsExt;
        let dir = std::env::temp_dir().join(format!("howdah-bar-{}", std::process::id()));
        let inner = dir.join("inner");
        fs::create_dir_all(&inner).unwrap();
        let stranger = Account { name: "stranger".into(), uid: 54_321, gid: 54_321 };
        fs::set_permissions(&dir, fs::Permissions::from_mode(0o755)).unwrap();
        assert_eq!(stranger.barred_from(&inner), None);
        fs::set_permissions(&dir, fs::Permissions::from_mode(0o700)).unwrap();
        assert_eq!(stranger.barred_from(&inner), Some(dir.clone()));
        fs::remove_dir_all(&dir).unwrap();
    }
}
