//! All SQL of `howdah up`: from an empty cluster to a database that answers.

use std::path::Path;

use tokio_postgres::{Client, NoTls};

use super::cluster::Cluster;
use super::config::Config;
use super::envfile::Secrets;
use super::{Progress, Result};
use crate::cli::UpArgs;
use crate::told::told;

/// The lending library of examples/library.
const DEMO: [(&str, &str); 3] = [
    ("schema.sql", include_str!("../../../examples/library/schema.sql")),
    ("policies.sql", include_str!("../../../examples/library/policies.sql")),
    ("data.sql", include_str!("../../../examples/library/data.sql")),
];

const DATABASE_EXISTS: &str = "SELECT 1 FROM pg_catalog.pg_database WHERE datname = $1";
/// Text sorts by code point on every machine alike; a column that needs a language says so itself.
const CREATE_DATABASE: &str = "CREATE DATABASE howdah";
const EXTENSION: &str = "SELECT default_version, installed_version \
                         FROM pg_catalog.pg_available_extensions WHERE name = 'howdah'";
const CREATE_EXTENSION: &str = "CREATE EXTENSION howdah";
const UPDATE_EXTENSION: &str = "ALTER EXTENSION howdah UPDATE";
const INSTALL: &str = "SELECT howdah.install()";
/// Whether a key that was issued here before is still good: its row is looked up by its `jti`.
const KEY_IS_LIVE: &str = "
    SELECT EXISTS (
        SELECT FROM howdah.api_keys AS k
        WHERE k.revoked_at IS NULL AND k.id::text = $1
    )";
/// Links in mails need to know where they lead. What somebody has set stays, an address of ours follows the port.
const ADDRESSES: &str = "
    SELECT CASE WHEN auth.get('api_external_url') ~ '^(http://127[.]0[.]0[.]1:[0-9]+)?$' AND auth.get('api_external_url') <> $1
                THEN auth.set('api_external_url', $1) END,
           CASE WHEN auth.get('site_url') = '' AND auth.get('uri_allow_list') = ''
                THEN auth.set('uri_allow_list', 'http://localhost:*/**,http://127.0.0.1:*/**') END,
           CASE WHEN auth.get('site_url') = '' THEN auth.set('site_url', 'http://localhost:3000') END";
/// Mails are kept and shown while there is no transport for them.
const INBOX: &str =
    "SELECT CASE WHEN howdah.get('mail.inbox') <> $1 THEN howdah.set('mail.inbox', $1) END";
const ISSUE_KEY: &str = "SELECT howdah.issue_api_key($1, name => 'howdah up')";

/// Connects as superuser, by the socket: the kernel vouches for us, no password is needed.
async fn connect(cluster: &Cluster, database: &str) -> Result<Client> {
    let mut options = tokio_postgres::Config::new();
    options
        .host_path(&cluster.run)
        .port(cluster.port)
        .user(Cluster::SUPERUSER)
        .dbname(database)
        .application_name("howdah up");
    let (client, connection) =
        options.connect(NoTls).await.map_err(|e| failed("cannot connect to the cluster", &e))?;
    tokio::spawn(connection);
    Ok(client)
}

/// Brings the database to where `serve` can start; loads data on a first start.
///
/// # Errors
/// When a statement fails: its step, the server's message, and what to do where that is known.
pub async fn prepare(
    cluster: &Cluster,
    secrets: &mut Secrets,
    args: &UpArgs,
    config: &Config,
    place: &super::place::Place,
    progress: &Progress,
) -> Result<()> {
    let client = connect(cluster, "postgres").await?;
    let exists = client.query_opt(DATABASE_EXISTS, &[&Cluster::DATABASE]).await;
    if exists.map_err(|e| failed("cannot read pg_database", &e))?.is_none() {
        progress.say("creating database howdah");
        run(&client, CREATE_DATABASE, "cannot create the database").await?;
    }
    let client = connect(cluster, Cluster::DATABASE).await?;
    install(&client, config, progress).await?;
    set_addresses(&client, args.port).await?;
    set_passwords(&client, secrets).await?;
    let inbox = client.query_one(INBOX, &[&secrets.inbox_key]).await;
    inbox.map(drop).map_err(|e| failed("cannot set the key of the inbox", &e))?;

    if place.started_before() {
        if args.demo || !args.load.is_empty() {
            progress.say("not a first start: nothing is loaded");
        }
        return keep_keys(&client, secrets, true, progress).await;
    }
    for file in &args.load {
        progress.say(&format!("loading {}", file.display()));
        load(cluster, file).await?;
    }
    if args.demo {
        progress.say("loading the lending library");
        let text: String = DEMO.iter().map(|(_, text)| *text).collect();
        // One message without BEGIN is one transaction: all of it, or nothing.
        run(&client, &text, "cannot load the lending library").await?;
    }
    keep_keys(&client, secrets, false, progress).await?;
    place.mark_started()
}

async fn install(client: &Client, config: &Config, progress: &Progress) -> Result<()> {
    let row = client.query_opt(EXTENSION, &[]).await;
    let Some(row) = row.map_err(|e| failed("cannot read the extensions", &e))? else {
        return Err(format!(
            "the extension is not installed for the server in {}\n  run `make install`",
            config.bindir.display()
        ));
    };
    let offered: &str = row.get(0);
    if offered != env!("CARGO_PKG_VERSION") {
        return Err(format!(
            "the server has extension howdah {offered}, and this is howdah {}\n  run `make install`",
            env!("CARGO_PKG_VERSION")
        ));
    }
    match row.get::<_, Option<&str>>(1) {
        None => {
            progress.say("creating the extension");
            run(client, CREATE_EXTENSION, "cannot create the extension").await?;
        }
        Some(installed) if installed != offered => {
            progress.say(&format!("updating the extension from {installed} to {offered}"));
            run(client, UPDATE_EXTENSION, "cannot update the extension").await?;
        }
        Some(_) => {}
    }
    run(client, INSTALL, "howdah.install() failed").await
}

async fn set_addresses(client: &Client, port: u16) -> Result<()> {
    let url = format!("http://127.0.0.1:{port}");
    let set = client.query_one(ADDRESSES, &[&url]).await;
    set.map(drop).map_err(|e| failed("cannot set the addresses of accounts", &e))
}

/// Only hexadecimal digits come from `Secrets`, so the literals need no quoting.
async fn set_passwords(client: &Client, secrets: &Secrets) -> Result<()> {
    if !secrets.fresh {
        return Ok(());
    }
    let text = format!(
        "ALTER ROLE {} PASSWORD '{}'; ALTER ROLE howdah_proxy PASSWORD '{}'; \
         ALTER ROLE howdah_courier PASSWORD '{}'",
        Cluster::SUPERUSER,
        secrets.dba,
        secrets.proxy,
        secrets.courier
    );
    run(client, &text, "cannot set the passwords").await
}

async fn keep_keys(
    client: &Client,
    secrets: &mut Secrets,
    started_before: bool,
    progress: &Progress,
) -> Result<()> {
    for (kind, what, key) in [
        ("publishable", "publishable (anon)", &mut secrets.anon_key),
        ("secret", "service", &mut secrets.service_key),
    ] {
        if let Some(id) = key.as_deref().and_then(key_id) {
            let live = client.query_one(KEY_IS_LIVE, &[&id]).await;
            if live.map_err(|e| failed("cannot read the API keys", &e))?.get(0) {
                continue;
            }
        }
        let issued = client.query_one(ISSUE_KEY, &[&kind]).await;
        *key = Some(issued.map_err(|e| failed("cannot issue an API key", &e))?.get(0));
        if started_before {
            progress.say(&format!("the {what} key was lost or revoked: a new one is issued"));
        }
    }
    Ok(())
}

/// The `jti` of a token of ours. Nothing is verified: the database is asked about it next.
fn key_id(token: &str) -> Option<String> {
    let payload = token.split('.').nth(1)?;
    let claims: serde_json::Value = serde_json::from_slice(&decode_base64url(payload)?).ok()?;
    Some(claims.get("jti")?.as_str()?.to_owned())
}

fn decode_base64url(text: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(text.len() * 3 / 4);
    let (mut bits, mut held) = (0_u32, 0);
    for c in text.bytes() {
        let digit = match c {
            b'A'..=b'Z' => c - b'A',
            b'a'..=b'z' => c - b'a' + 26,
            b'0'..=b'9' => c - b'0' + 52,
            b'-' => 62,
            b'_' => 63,
            _ => return None,
        };
        bits = (bits << 6) | u32::from(digit);
        held += 6;
        if held >= 8 {
            held -= 8;
            bytes.push((bits >> held) as u8);
            bits &= (1 << held) - 1;
        }
    }
    Some(bytes)
}

/// A file of the user's goes through psql, which knows COPY … FROM stdin and \-commands.
async fn load(cluster: &Cluster, file: &Path) -> Result<()> {
    let output = tokio::process::Command::new(&cluster.psql)
        .args(["-X", "-q", "-1", "-v", "ON_ERROR_STOP=1", "-o", "/dev/null", "-f"])
        .arg(file)
        .arg("-h")
        .arg(&cluster.run)
        .args(["-p", &cluster.port.to_string(), "-U", Cluster::SUPERUSER, "-d", Cluster::DATABASE])
        .output()
        .await
        .map_err(|e| format!("cannot run {}: {e}", cluster.psql.display()))?;
    if output.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&output.stderr);
    Err(format!(
        "cannot load {}; nothing of it is kept\n  {}",
        file.display(),
        said.trim().replace('\n', "\n  ")
    ))
}

async fn run(client: &Client, text: &str, failure: &str) -> Result<()> {
    client.batch_execute(text).await.map_err(|e| failed(failure, &e))
}

fn failed(failure: &str, error: &tokio_postgres::Error) -> String {
    format!("{failure}: {}", told(error))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_the_id_of_a_key() {
        // {"role":"anon","jti":"7b1"}
        assert_eq!(key_id("e30.eyJyb2xlIjoiYW5vbiIsImp0aSI6IjdiMSJ9.c2ln").as_deref(), Some("7b1"));
        assert_eq!(key_id("e30.e30.c2ln"), None);
        assert_eq!(key_id("no token"), None);
        assert_eq!(key_id("a.%%%.b"), None);
    }

    #[test]
    fn decodes_what_other_encoders_write() {
        assert_eq!(decode_base64url("_-8").unwrap(), [0xff, 0xef]);
        assert_eq!(decode_base64url("Zm9vYmE").unwrap(), b"fooba");
    }
}
