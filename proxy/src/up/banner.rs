//! What a user needs to know once everything runs.

use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use serde::Serialize;

use super::cluster::Cluster;
use super::envfile::Secrets;
use super::place::Place;

/// The addresses and keys; the object that `--json` prints.
#[derive(Debug, Clone, Serialize)]
pub struct Banner {
    pub url: String,
    /// The DBA's, over TCP.
    pub db_url: String,
    /// The proxy's, over the Unix socket, which costs less per request.
    pub proxy_db_url: String,
    pub courier_db_url: String,
    pub anon_key: String,
    pub service_key: String,
    /// Where mails are seen that are kept instead of sent.
    pub inbox_url: String,
    pub env: PathBuf,
}

impl Banner {
    pub fn new(port: u16, cluster: &Cluster, place: &Place, secrets: &Secrets) -> Self {
        let socket = percent_encoded(&place.run);
        let pg_port = cluster.port;
        let on_socket = |role: &str, password: &str| {
            format!("postgresql://{role}:{password}@{socket}:{pg_port}/{}", Cluster::DATABASE)
        };
        Self {
            url: format!("http://127.0.0.1:{port}"),
            db_url: format!(
                "postgresql://{}:{}@127.0.0.1:{pg_port}/{}",
                Cluster::SUPERUSER,
                secrets.dba,
                Cluster::DATABASE
            ),
            proxy_db_url: on_socket("howdah_proxy", &secrets.proxy),
            courier_db_url: on_socket("howdah_courier", &secrets.courier),
            anon_key: secrets.anon_key.clone().unwrap_or_default(),
            service_key: secrets.service_key.clone().unwrap_or_default(),
            inbox_url: format!(
                "http://127.0.0.1:{port}/hooks/mail/inbox?key={}",
                secrets.inbox_key
            ),
            env: place.home.join("env"),
        }
    }

    pub fn show(&self, json: bool) {
        if json {
            match serde_json::to_string(self) {
                Ok(line) => println!("{line}"),
                Err(error) => eprintln!("howdah up: {error}"),
            }
            return;
        }
        let env = self.env.display();
        println!(
            "\n  Howdah is up.\n\n  \
             API          {}\n  \
             Postgres     {}\n  \
             anon key     {}\n  \
             service key  {}   (bypasses row-level security: servers only)\n  \
             mails        {}\n\n  \
             psql         psql \"{}\"\n  \
             scripts      . {env}\n  \
             docs         README.md, docs/\n  \
             stop         Ctrl-C\n",
            self.url, self.db_url, self.anon_key, self.service_key, self.inbox_url, self.db_url,
        );
    }
}

/// A path as the host of a URL, for drivers and for the shell alike.
fn percent_encoded(path: &Path) -> String {
    let bytes = path.as_os_str().as_bytes().iter();
    bytes
        .map(|&byte| match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' => char::from(byte).into(),
            _ => format!("%{byte:02X}"),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn encodes_whatever_a_path_may_have() {
        assert_eq!(percent_encoded(Path::new("/it's ü.x/run")), "%2Fit%27s%20%C3%BC.x%2Frun");
    }
}
