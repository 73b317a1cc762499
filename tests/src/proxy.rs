//! A `howdah serve` of a drill's own, beside whichever the Howdah has.

use crate::server::{Howdah, binary, free_port, ready};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

/// It is killed with this value.
pub struct Proxy {
    child: Child,
    /// `127.0.0.1:port`
    pub address: String,
}

impl Proxy {
    /// Starts it, and does not wait.
    pub fn launch(db_url: &str, arguments: &[&str]) -> Self {
        let port = free_port();
        let child = Command::new(binary())
            .args(["serve", "--port", &port.to_string(), "--db-url", db_url])
            .args(arguments)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("howdah serve runs");
        Self { child, address: format!("127.0.0.1:{port}") }
    }

    /// Starts it, and waits until it serves.
    pub fn start(db_url: &str, arguments: &[&str]) -> Self {
        let proxy = Self::launch(db_url, arguments);
        assert!(proxy.gets_ready(Duration::from_secs(20)), "the proxy does not get ready");
        proxy
    }

    /// Whether it serves within that time.
    pub fn gets_ready(&self, within: Duration) -> bool {
        let end = Instant::now() + within;
        while Instant::now() < end {
            if ready(&self.address) {
                return true;
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        false
    }

    /// A database as it is seen through this proxy.
    pub fn over(&self, db: &Howdah) -> Howdah {
        Howdah {
            url: format!("http://{}", self.address),
            db_url: db.db_url.clone(),
            proxy_db_url: db.proxy_db_url.clone(),
            courier_db_url: db.courier_db_url.clone(),
            anon_key: db.anon_key.clone(),
            service_key: db.service_key.clone(),
            own: None,
        }
    }

    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Tells it to stop; how it did.
    pub fn stop(&mut self) -> ExitStatus {
        crate::drill::signal("TERM", self.pid());
        self.child.wait().expect("it ends")
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
