//! The DBA's side: SQL, fixtures, tokens, and the refusal to test authorization as a role that policies do not bind.

use crate::reply::Reply;
use crate::server::Howdah;
use postgres::{Client, NoTls, SimpleQueryMessage};
use serde_json::Value;
use std::fs;
use std::path::PathBuf;

/// Schemas that the fixtures make, all exposed, so that every test can name its own by profile.
pub const SCHEMAS: &[&str] = &[
    "public",
    "read",
    "embed",
    "write",
    "writing",
    "rpc",
    "jail",
    "late",
    "requests",
    r#"SPECIAL "@/\#~_-"#,
    "chinook",
    "proof",
    "تست",
    "reading",
    "media",
    "calls",
    "headed",
    "Open {API} 100%",
    "aggregates",
    "queue",
];

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("fixtures")
}

/// The rows of the last statement that returned any, as text.
pub fn rows(client: &mut Client, sql: &str) -> Result<Vec<Vec<Option<String>>>, postgres::Error> {
    let mut out = Vec::new();
    for message in client.simple_query(sql)? {
        match message {
            SimpleQueryMessage::RowDescription(_) => out.clear(),
            SimpleQueryMessage::Row(row) => {
                out.push((0..row.len()).map(|i| row.get(i).map(str::to_owned)).collect());
            }
            _ => {}
        }
    }
    Ok(out)
}

/// A quoted SQL literal (standard_conforming_strings is on).
pub fn literal(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

impl Howdah {
    /// A new connection as the DBA (superuser).
    pub fn dba(&self) -> Client {
        Client::connect(&self.db_url, NoTls).unwrap_or_else(|e| panic!("HOWDAH_DB_URL: {e}"))
    }

    /// A new connection as the proxy's role.
    pub fn proxy_session(&self) -> Client {
        Client::connect(&self.proxy_db_url, NoTls)
            .unwrap_or_else(|e| panic!("HOWDAH_PROXY_DB_URL: {e}"))
    }

    /// Runs SQL as the DBA.
    #[track_caller]
    pub fn sql(&self, sql: &str) {
        if let Err(e) = self.dba().batch_execute(sql) {
            panic!("{sql}\n{}", describe(&e));
        }
    }

    /// The first column of the first row, as the DBA; empty for NULL.
    #[track_caller]
    pub fn value(&self, sql: &str) -> String {
        let found =
            rows(&mut self.dba(), sql).unwrap_or_else(|e| panic!("{sql}\n{}", describe(&e)));
        let first = found.first().unwrap_or_else(|| panic!("no row: {sql}"));
        first.first().cloned().flatten().unwrap_or_default()
    }

    /// A token for `role`, minted in SQL as a DBA does.
    #[track_caller]
    pub fn mint(&self, role: &str, claims: &Value, ttl: &str) -> String {
        self.value(&format!(
            "SELECT howdah.mint_token({}, {}::jsonb, interval '{ttl}')",
            literal(role),
            literal(&claims.to_string())
        ))
    }

    /// Panics if `role` is a superuser, bypasses row security or owns a table: a test of policies as such a role
    /// would pass whatever the policies say.
    #[track_caller]
    pub fn refuse_privileged(&self, role: &str) {
        let found = self.value(&format!(
            "SELECT coalesce((SELECT rolsuper OR rolbypassrls
                 OR EXISTS (SELECT FROM pg_catalog.pg_class c WHERE c.relowner = r.oid AND relkind IN ('r', 'p', 'v'))
               FROM pg_catalog.pg_roles r WHERE rolname = {}), false)",
            literal(role)
        ));
        assert!(
            found == "f",
            "{role} is privileged: its tests of authorization would prove nothing"
        );
    }

    /// The same request by `howdah.request`, in psql.
    #[track_caller]
    pub fn request_in_sql(
        &self,
        method: &str,
        target: &str,
        headers: &Value,
        body: Option<&str>,
        token: Option<&str>,
    ) -> Reply {
        let text = |t: Option<&str>| t.map_or_else(|| "NULL".to_owned(), literal);
        let sql = format!(
            "SELECT status, headers, body FROM howdah.request({}, {}, {}::jsonb, {}, {})",
            literal(method),
            literal(target),
            literal(&headers.to_string()),
            text(body),
            text(token)
        );
        let found =
            rows(&mut self.dba(), &sql).unwrap_or_else(|e| panic!("{sql}\n{}", describe(&e)));
        let row = found.first().unwrap_or_else(|| panic!("no row: {sql}"));
        let headers: Value =
            serde_json::from_str(row[1].as_deref().unwrap_or("{}")).expect("headers are jsonb");
        let headers = headers
            .as_object()
            .expect("headers are an object")
            .iter()
            .map(|(k, v)| {
                (k.to_ascii_lowercase(), v.as_str().map_or_else(|| v.to_string(), str::to_owned))
            })
            .collect();
        Reply {
            request: format!("psql: {method} {target}"),
            version: String::new(),
            status: row[0].as_deref().and_then(|s| s.parse().ok()).expect("a status"),
            reason: String::new(),
            headers,
            body: row[2].clone().unwrap_or_default().into_bytes(),
        }
    }

    /// Makes the fixtures anew, once a run, and exposes their schemas. Several processes of one run (nextest) share.
    pub(crate) fn prepare(&self, run: &str) {
        let mut dba = self.dba();
        let run = literal(run);
        dba.batch_execute(
            "SELECT pg_advisory_lock(4711);
             CREATE SCHEMA IF NOT EXISTS howdah_tests;
             CREATE TABLE IF NOT EXISTS howdah_tests.prepared (run text PRIMARY KEY);",
        )
        .unwrap_or_else(|e| panic!("{}", describe(&e)));
        let done = rows(&mut dba, &format!("SELECT FROM howdah_tests.prepared WHERE run = {run}"));
        if done.is_ok_and(|r| !r.is_empty()) {
            return;
        }
        const FIXTURES: &[&str] = &[
            "read",
            "hostile",
            "embed",
            "write",
            "writing",
            "rpc",
            "jail",
            "proof",
            "requests",
            "reading",
            "media",
            "functions",
            "headed",
            "openapi",
            "aggregates",
            "accounts",
        ];
        for name in FIXTURES {
            let path = folder().join(format!("{name}.sql"));
            let text = fs::read_to_string(&path).unwrap_or_else(|e| panic!("{name}.sql: {e}"));
            dba.batch_execute(&text).unwrap_or_else(|e| panic!("{name}.sql: {}", describe(&e)));
        }
        dba.batch_execute("DROP SCHEMA IF EXISTS late CASCADE; CREATE SCHEMA late; GRANT USAGE ON SCHEMA late TO anon, authenticated")
            .unwrap_or_else(|e| panic!("{}", describe(&e)));
        chinook(&mut dba);
        let schemas = literal(&SCHEMAS.join(", "));
        for sql in [
            format!("SELECT howdah.set('rest.schemas', {schemas})"),
            "SELECT howdah.set('rest.tx_end', 'commit-allow-override')".to_owned(),
            "SELECT auth.set('oauth_server_enabled', 'true'), auth.set('oauth_server_allow_dynamic_registration', 'true')".to_owned(),
            "SELECT auth.set('site_url', 'http://127.0.0.1:3000') WHERE auth.get('site_url') = ''".to_owned(),
            "SELECT auth.set('api_external_url', 'http://127.0.0.1:8000') WHERE auth.get('api_external_url') = ''".to_owned(),
            format!("INSERT INTO howdah_tests.prepared VALUES ({run})"),
        ] {
            dba.batch_execute(&sql).unwrap_or_else(|e| panic!("{sql}\n{}", describe(&e)));
        }
    }
}

/// Where the Chinook data is, if it is: beside the project, in `shared`, or where HOWDAH_CHINOOK says.
pub fn chinook_file() -> Option<PathBuf> {
    let beside =
        PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../shared/data/chinook/chinook.sql");
    let file = std::env::var_os("HOWDAH_CHINOOK").map_or(beside, PathBuf::from);
    file.exists().then_some(file)
}

/// Loads Chinook into a schema of its own, with the tests' policies; leaves the schema empty without the data.
fn chinook(dba: &mut Client) {
    let made = "DROP SCHEMA IF EXISTS chinook CASCADE; CREATE SCHEMA chinook;
                GRANT USAGE ON SCHEMA chinook TO anon, authenticated, service_role;";
    dba.batch_execute(made).unwrap_or_else(|e| panic!("{}", describe(&e)));
    let Some(file) = chinook_file() else { return };
    let data = fs::read_to_string(&file).expect("chinook.sql is readable");
    let policies =
        fs::read_to_string(folder().join("chinook_policies.sql")).expect("chinook_policies.sql");
    for sql in
        ["SET search_path = chinook".to_owned(), data, policies, "RESET search_path".to_owned()]
    {
        dba.batch_execute(&sql).unwrap_or_else(|e| panic!("chinook: {}", describe(&e)));
    }
}

/// The server's own words, with detail: for the DBA's eyes.
pub fn describe(error: &postgres::Error) -> String {
    error.as_db_error().map_or_else(
        || error.to_string(),
        |e| format!("{} {} {}", e.code().code(), e.message(), e.detail().unwrap_or_default()),
    )
}
