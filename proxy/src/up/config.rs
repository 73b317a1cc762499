//! pg_config.toml and what the `pg_config` that it names says.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde::Deserialize;

use super::Result;

/// The file of the source tree; its `[cluster]` is what holds where there is no such file.
const DEFAULT: &str = include_str!("../../../pg_config.toml");

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    major: u16,
    #[serde(default)]
    pg_config: BTreeMap<String, PathBuf>,
    #[serde(default)]
    cluster: BTreeMap<String, toml::Value>,
}

/// Which server, and how it is set.
#[derive(Debug)]
pub struct Config {
    /// Directory of initdb, pg_ctl, postgres and psql.
    pub bindir: PathBuf,
    /// As in PG_VERSION of a data directory: `15`.
    pub major: String,
    /// Lines for postgresql.conf.
    pub settings: String,
    /// Whether the server flushes to disk: repeated on its command line, see cluster.rs.
    pub fsync: bool,
}

impl Config {
    /// # Errors
    /// When pg_config.toml is malformed, or no `pg_config` can be run.
    pub fn read(chosen: Option<&Path>) -> Result<Self> {
        let path = Path::new("pg_config.toml");
        let text = std::fs::read_to_string(path).unwrap_or_else(|_| DEFAULT.to_owned());
        let file: File =
            toml::from_str(&text).map_err(|e| format!("{} is malformed: {e}", path.display()))?;
        let named = file.pg_config.get(&file.major.to_string());
        let program = match (chosen, named) {
            (Some(path), _) => path.to_path_buf(),
            (None, Some(path)) if path.exists() => path.clone(),
            // A machine whose server lies elsewhere: the one that its PATH finds.
            _ => PathBuf::from("pg_config"),
        };
        let (bindir, version) = ask(&program)?;
        Ok(Self {
            bindir,
            major: major_of(&version)?,
            settings: settings(&file.cluster)?,
            fsync: !matches!(file.cluster.get("fsync"), Some(toml::Value::Boolean(false))),
        })
    }
}

/// Runs `pg_config --bindir --version`.
fn ask(program: &Path) -> Result<(PathBuf, String)> {
    let advice = "install the server (apt-get install postgresql-15), or name its pg_config with \
                  --pg-config";
    let output = Command::new(program)
        .args(["--bindir", "--version"])
        .output()
        .map_err(|e| format!("cannot run {}: {e}\n  {advice}", program.display()))?;
    let text = String::from_utf8_lossy(&output.stdout);
    let mut lines = text.lines();
    match (lines.next(), lines.next()) {
        (Some(bindir), Some(version)) if output.status.success() => {
            let bindir = PathBuf::from(bindir);
            if !bindir.join("initdb").exists() {
                return Err(format!("no server in {}\n  {advice}", bindir.display()));
            }
            Ok((bindir, version.to_owned()))
        }
        _ => Err(format!("{} does not answer\n  {advice}", program.display())),
    }
}

/// `PostgreSQL 15.20 (Debian 15.20-0+deb12u1)` → `15`.
fn major_of(version: &str) -> Result<String> {
    let number = version.strip_prefix("PostgreSQL ").unwrap_or(version);
    let major: String = number.chars().take_while(char::is_ascii_digit).collect();
    if major.is_empty() {
        return Err(format!("pg_config names no version: {version}"));
    }
    Ok(major)
}

fn settings(cluster: &BTreeMap<String, toml::Value>) -> Result<String> {
    let mut text = String::new();
    for (name, value) in cluster {
        if !name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '.') {
            return Err(format!("pg_config.toml: [cluster] {name} is no setting's name"));
        }
        let value = match value {
            toml::Value::Boolean(on) => if *on { "on" } else { "off" }.to_owned(),
            toml::Value::String(text) => format!("'{}'", text.replace('\'', "''")),
            toml::Value::Integer(number) => number.to_string(),
            toml::Value::Float(number) => number.to_string(),
            _ => return Err(format!("pg_config.toml: [cluster] {name} is not one value")),
        };
        text.push_str(&format!("{name} = {value}\n"));
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_file_of_the_tree_with_fsync_on() {
        let file: File = toml::from_str(DEFAULT).unwrap();
        let lines = settings(&file.cluster).unwrap();
        assert!(lines.contains("fsync = on\n"));
        assert!(lines.contains("shared_buffers = '128MB'\n"));
        assert!(file.pg_config.contains_key(&file.major.to_string()));
    }

    #[test]
    fn quotes_values_and_refuses_names_that_are_none() {
        let mut cluster = BTreeMap::new();
        cluster.insert("a".to_owned(), toml::Value::String("it's\u{2019}".into()));
        assert_eq!(settings(&cluster).unwrap(), "a = 'it''s\u{2019}'\n");
        cluster.insert("b\nport".to_owned(), toml::Value::Integer(1));
        assert!(settings(&cluster).is_err());
    }

    #[test]
    fn finds_the_major_version() {
        assert_eq!(major_of("PostgreSQL 15.20 (Debian 15.20-0+deb12u1)").unwrap(), "15");
        assert_eq!(major_of("PostgreSQL 18devel").unwrap(), "18");
        assert!(major_of("MySQL").is_err());
    }
}
