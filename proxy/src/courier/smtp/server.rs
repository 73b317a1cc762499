//! Which server, as a row of `howdah.email_transports` says it.

use serde_json::Value;

use super::outcome::Failure;

/// Ports below 1024 that are for mail; what else is there speaks something else.
const PORTS: &[u16] = &[25, 465, 587];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Security {
    None,
    StartTls,
    Tls,
}

#[derive(Debug, Clone)]
pub struct Server {
    pub host: String,
    pub port: u16,
    pub security: Security,
    pub login: Option<(String, String)>,
    /// Certificates to trust, in PEM; none: those that this machine trusts.
    pub ca: Option<String>,
    /// What we say that we are.
    pub hello: String,
    /// Connections at a time.
    pub connections: usize,
    /// On the DBA's list: the address is not checked.
    pub allowed: bool,
    /// All of it, to tell connections to it from others.
    pub key: String,
}

impl Server {
    pub fn read(smtp: &Value, allowed_hosts: &[String]) -> Result<Self, Failure> {
        let text = |member: &str| smtp[member].as_str().map(str::to_owned);
        let wrong = || Failure::word("bad_transport");
        let host =
            text("host").filter(|host| is_host(host)).ok_or_else(wrong)?.to_ascii_lowercase();
        let port =
            smtp["port"].as_u64().and_then(|port| u16::try_from(port).ok()).ok_or_else(wrong)?;
        let is_listed = |listed: &String| match listed.rsplit_once(':') {
            Some((name, on)) => {
                name.trim_matches(['[', ']']) == host && (on == "*" || on == port.to_string())
            }
            None => false,
        };
        let allowed = allowed_hosts.iter().any(is_listed);
        if !allowed && port < 1024 && !PORTS.contains(&port) {
            return Err(Failure::word("address_not_allowed"));
        }
        let security = match smtp["tls"].as_str() {
            Some("none") => Security::None,
            Some("starttls") => Security::StartTls,
            Some("tls") => Security::Tls,
            _ => return Err(wrong()),
        };
        let login = text("user").map(|user| (user, text("password").unwrap_or_default()));
        // A password goes over an encrypted connection, or to a server of the DBA's own network.
        if login.is_some() && security == Security::None && !allowed {
            return Err(Failure::word("password_in_clear"));
        }
        let hello =
            text("hello").filter(|hello| is_host(hello)).unwrap_or_else(|| "localhost".into());
        let connections = smtp["connections"].as_u64().unwrap_or(10).clamp(1, 100) as usize;
        let key = format!("{allowed} {smtp}");
        Ok(Self { host, port, security, login, ca: text("ca"), hello, connections, allowed, key })
    }
}

/// A name or an address: nothing that could end a line or an argument.
fn is_host(text: &str) -> bool {
    (1..=253).contains(&text.len())
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"-.:_".contains(&b))
}
