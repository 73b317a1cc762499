//! `.howdah/env`: the addresses and secrets of a running stack, in shell syntax, mode 0600.

use std::collections::BTreeMap;
use std::fs;
use std::io::Read;

use super::Result;
use super::banner::Banner;
use super::place::{self, Place};

/// Passwords of the login roles, and the two API keys once they are issued.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Secrets {
    pub dba: String,
    pub proxy: String,
    pub courier: String,
    pub anon_key: Option<String>,
    pub service_key: Option<String>,
    /// Opens the inbox of mails that are kept instead of sent.
    pub inbox_key: String,
    /// The passwords are new: the roles do not have them yet.
    pub fresh: bool,
}

impl Secrets {
    /// Takes what `.howdah/env` holds; makes new passwords when one is missing.
    ///
    /// # Errors
    /// When the operating system gives no randomness.
    pub fn read_or_make(place: &Place) -> Result<Self> {
        let text = fs::read_to_string(place.home.join("env")).unwrap_or_default();
        if let Some(mut secrets) = Self::parse(&text) {
            if secrets.inbox_key.is_empty() {
                secrets.inbox_key = random_hex()?;
            }
            return Ok(secrets);
        }
        Ok(Self {
            dba: random_hex()?,
            proxy: random_hex()?,
            courier: random_hex()?,
            anon_key: None,
            service_key: None,
            inbox_key: random_hex()?,
            fresh: true,
        })
    }

    fn parse(text: &str) -> Option<Self> {
        let values: BTreeMap<&str, &str> = text
            .lines()
            .filter_map(|line| line.strip_prefix("export ")?.split_once('='))
            .map(|(name, value)| (name, value.trim_matches('\'')))
            .collect();
        let password = |name| Some(password_in(values.get(name)?)?.to_owned());
        let key = |name| values.get(name).filter(|key| !key.is_empty()).map(|&k| k.to_owned());
        let inbox_key = || Some(key("HOWDAH_INBOX_URL")?.split_once("?key=")?.1.to_owned());
        Some(Self {
            dba: password("HOWDAH_DB_URL")?,
            proxy: password("HOWDAH_PROXY_DB_URL")?,
            courier: password("HOWDAH_COURIER_DB_URL")?,
            anon_key: key("HOWDAH_ANON_KEY"),
            service_key: key("HOWDAH_SERVICE_KEY"),
            inbox_key: inbox_key().unwrap_or_default(),
            fresh: false,
        })
    }
}

/// Writes the file for scripts: `. .howdah/env`.
///
/// # Errors
/// When the file cannot be written.
pub fn write(place: &Place, banner: &Banner) -> Result<()> {
    place::write_whole(&place.home.join("env"), &render(banner), 0o600)
}

fn render(banner: &Banner) -> String {
    let mut text =
        String::from("# Written by `howdah up` at each start. Secrets: keep it private.\n");
    for (name, value) in [
        ("HOWDAH_URL", &banner.url),
        ("HOWDAH_DB_URL", &banner.db_url),
        ("HOWDAH_PROXY_DB_URL", &banner.proxy_db_url),
        ("HOWDAH_COURIER_DB_URL", &banner.courier_db_url),
        ("HOWDAH_ANON_KEY", &banner.anon_key),
        ("HOWDAH_SERVICE_KEY", &banner.service_key),
        ("HOWDAH_INBOX_URL", &banner.inbox_url),
    ] {
        text.push_str(&format!("export {name}='{value}'\n"));
    }
    text
}

/// `postgresql://user:password@host/…` → `password`
fn password_in(url: &str) -> Option<&str> {
    let (_, rest) = url.split_once("://")?;
    let (login, _) = rest.split_once('@')?;
    let (_, password) = login.split_once(':')?;
    (!password.is_empty()).then_some(password)
}

/// 192 bits from the operating system, as hexadecimal digits: safe in URLs, SQL and shell alike.
fn random_hex() -> Result<String> {
    let mut bytes = [0_u8; 24];
    fs::File::open("/dev/urandom")
        .and_then(|mut file| file.read_exact(&mut bytes))
        .map_err(|e| format!("no randomness from the operating system: {e}"))?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn banner() -> Banner {
        Banner {
            url: "http://127.0.0.1:8000".into(),
            db_url: "postgresql://postgres:aa@127.0.0.1:54320/howdah".into(),
            proxy_db_url: "postgresql://howdah_proxy:bb@%2Frun:54320/howdah".into(),
            courier_db_url: "postgresql://howdah_courier:cc@%2Frun:54320/howdah".into(),
            anon_key: "x.y.z".into(),
            service_key: "u.v.w".into(),
            inbox_url: "http://127.0.0.1:8000/hooks/mail/inbox?key=dd".into(),
            env: "/x/.howdah/env".into(),
        }
    }

    #[test]
    fn finds_again_what_it_wrote() {
        let secrets = Secrets::parse(&render(&banner())).unwrap();
        assert_eq!((&*secrets.dba, &*secrets.proxy, &*secrets.courier), ("aa", "bb", "cc"));
        assert_eq!(secrets.anon_key.as_deref(), Some("x.y.z"));
        assert_eq!(secrets.inbox_key, "dd");
        assert!(!secrets.fresh);
    }

    #[test]
    fn takes_a_file_without_passwords_for_none() {
        assert_eq!(Secrets::parse("export HOWDAH_DB_URL='postgresql://postgres@h/d'\n"), None);
        assert_eq!(Secrets::parse(""), None);
    }

    #[test]
    fn makes_passwords_that_need_no_quoting() {
        let (one, two) = (random_hex().unwrap(), random_hex().unwrap());
        assert_ne!(one, two);
        assert!(one.len() == 48 && one.chars().all(|c| c.is_ascii_hexdigit()));
    }
}
