//! `howdah doctor`: looks a database over and says what is missing or unsafe, each with the statement that
//! repairs it. Reads only: the view howdah.doctor, which a DBA reads in psql as well (sql/doctor/).

use std::process::ExitCode;

use serde::Serialize;
use tokio_postgres::Client;
use tokio_postgres::error::SqlState;

use crate::cli::DoctorArgs;
use crate::dsn::Dsn;
use crate::told::told;

#[derive(Debug, Serialize)]
struct Finding {
    check: String,
    /// error: something does not work, or rows are open to whom they should not be. warning: safe only by luck, or by what
    /// someone does elsewhere.
    level: String,
    finding: String,
    repair: String,
}

#[derive(Debug, Serialize)]
struct Report {
    findings: Vec<Finding>,
}

/// Whether there is anything to look over.
const PRESENT: &str = "SELECT EXISTS (SELECT FROM pg_extension WHERE extname = 'howdah'), \
                       EXISTS (SELECT FROM pg_available_extensions WHERE name = 'howdah')";
const FINDINGS: &str = "SELECT \"check\", level, finding, repair FROM howdah.doctor";

/// Exit code 0: nothing found; 1: findings; 2: it could not look.
pub async fn run(args: DoctorArgs) -> ExitCode {
    match examine(&args.db_url).await {
        Ok(report) => {
            print(&report, args.json);
            ExitCode::from(u8::from(!report.findings.is_empty()))
        }
        Err(trouble) => {
            eprintln!("howdah doctor: {trouble}");
            ExitCode::from(2)
        }
    }
}

async fn examine(url: &str) -> Result<Report, String> {
    let dsn: Dsn = url.parse().map_err(|unusable| format!("--db-url: {unusable}"))?;
    let (client, connection) = dsn.connect().await.map_err(|e| {
        format!("cannot connect: {}\n  is the server up, and --db-url right?", told(&e))
    })?;
    tokio::spawn(connection);
    let options = "SET default_transaction_read_only = on; SET search_path = pg_catalog, pg_temp";
    client.batch_execute(options).await.map_err(|e| told(&e))?;

    let present = client.query_one(PRESENT, &[]).await.map_err(|e| told(&e))?;
    let findings = match (present.get(0), present.get(1)) {
        (true, _) => look(&client).await?,
        (false, true) => missing(
            "this database has no extension howdah",
            "CREATE EXTENSION howdah; SELECT howdah.install();",
        ),
        (false, false) => missing(
            "this database has no extension howdah",
            "make install; then CREATE EXTENSION howdah; SELECT howdah.install();",
        ),
    };
    Ok(Report { findings })
}

fn missing(finding: &str, repair: &str) -> Vec<Finding> {
    vec![Finding {
        check: "extension".into(),
        level: "error".into(),
        finding: finding.into(),
        repair: repair.into(),
    }]
}

async fn look(client: &Client) -> Result<Vec<Finding>, String> {
    let rows = match client.query(FINDINGS, &[]).await {
        Ok(rows) => rows,
        Err(error) if error.code() == Some(&SqlState::UNDEFINED_TABLE) => {
            return Ok(missing(
                "the extension's SQL is older than this command",
                "ALTER EXTENSION howdah UPDATE; SELECT howdah.install();",
            ));
        }
        Err(error) => return Err(format!("cannot look: {}", told(&error))),
    };
    let findings = rows.iter().map(|row| Finding {
        check: row.get(0),
        level: row.get(1),
        finding: row.get(2),
        repair: row.get(3),
    });
    Ok(findings.collect())
}

fn print(report: &Report, json: bool) {
    if json {
        match serde_json::to_string(report) {
            Ok(line) => println!("{line}"),
            Err(error) => eprintln!("howdah doctor: {error}"),
        }
        return;
    }
    for Finding { check, level, finding, repair } in &report.findings {
        println!("{level:7}  {finding}  [{check}]\n         {repair}");
    }
    let count = report.findings.len();
    println!("{count} finding{}", if count == 1 { "" } else { "s" });
}
