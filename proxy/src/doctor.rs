//! `howdah doctor`: looks a database over and says what is missing or unsafe, each with the statement that
//! repairs it. Reads only.

use std::process::ExitCode;

use serde::Serialize;
use tokio_postgres::{Client, NoTls};

use crate::cli::DoctorArgs;
use crate::told::told;

/// How bad a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
enum Level {
    /// Something does not work, or rows are open to whom they should not be.
    Error,
    /// Safe only by luck, or by what someone does elsewhere.
    Warning,
}

#[derive(Debug, Serialize)]
struct Finding {
    check: &'static str,
    level: Level,
    finding: String,
    repair: String,
}

#[derive(Debug, Serialize)]
struct Report {
    /// Checks that ran.
    checks: usize,
    findings: Vec<Finding>,
}

/// One look: its SQL answers (finding, repair) rows, none when all is well.
struct Check {
    name: &'static str,
    level: Level,
    sql: &'static str,
}

/// Whether there is anything to look over.
const PRESENT: &str = "SELECT EXISTS (SELECT FROM pg_extension WHERE extname = 'howdah'), \
                       EXISTS (SELECT FROM pg_available_extensions WHERE name = 'howdah')";

/// Schemas that REST shows, and the roles that a request may take, service_role apart.
macro_rules! exposed {
    ($rest:literal) => {
        concat!(
            "WITH shown AS (
                SELECT n.oid, n.nspname FROM pg_namespace AS n
                WHERE n.nspname = ANY (
                    SELECT btrim(s) FROM unnest(string_to_array(howdah.get('rest.schemas'), ',')) AS s)
            ), api AS (
                SELECT r.rolname FROM pg_roles AS r JOIN howdah.roles AS h ON h.role = r.rolname
                WHERE NOT h.bypass
            ), reached AS (
                SELECT c.oid, c.relkind, c.relrowsecurity, c.reloptions,
                       string_agg(api.rolname, ', ' ORDER BY api.rolname) AS roles
                FROM pg_class AS c JOIN shown AS s ON s.oid = c.relnamespace CROSS JOIN api
                WHERE has_schema_privilege(api.rolname, s.oid, 'USAGE')
                  AND (has_table_privilege(api.rolname, c.oid, 'SELECT, INSERT, UPDATE, DELETE')
                       OR has_any_column_privilege(api.rolname, c.oid, 'SELECT, INSERT, UPDATE'))
                GROUP BY c.oid, c.relkind, c.relrowsecurity, c.reloptions
            ) ",
            $rest
        )
    };
}

const CHECKS: [Check; 13] = [
    Check {
        name: "extension-version",
        level: Level::Error,
        sql: "SELECT format('the extension is at %s, and the server has the files of %s', installed_version, \
                     default_version), \
                     'ALTER EXTENSION howdah UPDATE; SELECT howdah.install();' \
              FROM pg_available_extensions \
              WHERE name = 'howdah' AND installed_version IS DISTINCT FROM default_version",
    },
    Check {
        name: "tables-version",
        level: Level::Error,
        sql: "SELECT v, 'SELECT howdah.install();' FROM howdah_private.version_check() AS v \
              WHERE v IS NOT NULL",
    },
    Check {
        name: "login-roles",
        level: Level::Error,
        sql: "SELECT format('role %I is %s: whoever holds its password could be anybody', r.rolname, p.power), \
                     format('ALTER ROLE %I NO%s;', r.rolname, p.power) \
              FROM pg_roles AS r CROSS JOIN LATERAL (VALUES \
                  ('SUPERUSER', r.rolsuper), ('BYPASSRLS', r.rolbypassrls), ('CREATEROLE', r.rolcreaterole), \
                  ('CREATEDB', r.rolcreatedb), ('REPLICATION', r.rolreplication)) AS p (power, has) \
              WHERE r.rolname IN ('howdah_proxy', 'howdah_courier', 'howdah_owner') AND p.has",
    },
    Check {
        name: "memberships",
        level: Level::Error,
        sql: "SELECT format('role %I is a member of %I', m.rolname, g.rolname), \
                     format('REVOKE %I FROM %I;', g.rolname, m.rolname) \
              FROM pg_auth_members AS a \
              JOIN pg_roles AS g ON g.oid = a.roleid JOIN pg_roles AS m ON m.oid = a.member \
              WHERE m.rolname IN ('howdah_proxy', 'howdah_courier', 'howdah_owner') \
                 OR (g.rolname = 'howdah_owner' AND NOT m.rolsuper)",
    },
    Check {
        name: "request-roles",
        level: Level::Error,
        sql: "SELECT format('requests may be role %I, which is %s', r.rolname, p.power), \
                     format('SELECT howdah.disallow_role(%L);', r.rolname) \
              FROM howdah.roles AS h JOIN pg_roles AS r ON r.rolname = h.role CROSS JOIN LATERAL (VALUES \
                  ('SUPERUSER', r.rolsuper), ('CREATEROLE', r.rolcreaterole), ('REPLICATION', r.rolreplication), \
                  ('BYPASSRLS', r.rolbypassrls AND NOT h.bypass)) AS p (power, has) \
              WHERE p.has",
    },
    Check {
        name: "proxy-rights",
        level: Level::Error,
        sql: "SELECT format('role %I has rights on %s', r.rolname, c.oid::regclass), \
                     format('REVOKE ALL ON %s FROM %I;', c.oid::regclass, r.rolname) \
              FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace \
              CROSS JOIN LATERAL aclexplode(c.relacl) AS a JOIN pg_roles AS r ON r.oid = a.grantee \
              WHERE r.rolname IN ('howdah_proxy', 'howdah_courier') \
              GROUP BY r.rolname, c.oid",
    },
    Check {
        name: "row-security",
        level: Level::Error,
        sql: exposed!(
            "SELECT format('every row of %s is open to %s: it has no row-level security', c.oid::regclass, c.roles),
                    format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY;', c.oid::regclass)
             FROM reached AS c WHERE c.relkind IN ('r', 'p') AND NOT c.relrowsecurity ORDER BY 1"
        ),
    },
    Check {
        name: "views",
        level: Level::Error,
        // Its owner's rights: policies of the caller's do not reach through it.
        sql: exposed!(
            "SELECT format('view %s shows %s what its owner sees', c.oid::regclass, c.roles),
                    format('ALTER VIEW %s SET (security_invoker = true);', c.oid::regclass)
             FROM reached AS c
             WHERE c.relkind = 'v' AND NOT EXISTS (
                 SELECT FROM unnest(c.reloptions) AS o
                 WHERE o ~* '^security_invoker=(true|on|yes|1)$')
             ORDER BY 1"
        ),
    },
    Check {
        name: "no-row-security-possible",
        level: Level::Warning,
        sql: exposed!(
            "SELECT format('%s is open to %s whole: a %s has no row-level security', c.oid::regclass, c.roles,
                           CASE c.relkind WHEN 'm' THEN 'materialized view' ELSE 'foreign table' END),
                    format('REVOKE ALL ON %s FROM %s;', c.oid::regclass, c.roles)
             FROM reached AS c WHERE c.relkind IN ('m', 'f') ORDER BY 1"
        ),
    },
    Check {
        name: "definer-path",
        level: Level::Error,
        // Without pg_temp at the end, the caller's temporary tables are found first.
        sql: exposed!(
            "SELECT format('function %s runs with its owner''s rights and finds names by a path that its caller can change',
                           p.oid::regprocedure),
                    format('ALTER FUNCTION %s SET search_path = pg_catalog, pg_temp;', p.oid::regprocedure)
             FROM pg_proc AS p JOIN pg_namespace AS n ON n.oid = p.pronamespace
             WHERE p.prosecdef AND n.nspname NOT IN ('pg_catalog', 'information_schema')
               AND EXISTS (SELECT FROM api WHERE has_function_privilege(api.rolname, p.oid, 'EXECUTE')
                                             AND has_schema_privilege(api.rolname, n.oid, 'USAGE'))
               AND NOT EXISTS (
                   SELECT FROM unnest(p.proconfig) AS c
                   WHERE c LIKE 'search\\_path=%' AND (c ~ 'pg_temp\"?$' OR c IN ('search_path=', 'search_path=\"\"')))
             ORDER BY 1"
        ),
    },
    Check {
        name: "courier",
        level: Level::Warning,
        sql: "SELECT format('%s rows have been due for more than 30 s, and no courier has been heard of', count(*)), \
                     '-- run: howdah courier --db-url …' \
              FROM howdah.outbox AS o \
              WHERE o.state = 'due' AND o.due < now() - interval '30 s' \
                AND (o.expires_at IS NULL OR o.expires_at > now()) \
                AND NOT EXISTS (SELECT FROM howdah.couriers AS c WHERE c.seen_at > now() - interval '30 s') \
              HAVING count(*) > 0",
    },
    Check {
        name: "server-release",
        level: Level::Warning,
        sql: "SELECT format('server %s has known holes in row-level security (CVE-2024-10976, -10978)', \
                            current_setting('server_version')), \
                     '-- update the server to its last minor release' \
              FROM (VALUES (14, 140014), (15, 150009), (16, 160005), (17, 170001)) AS v (major, oldest) \
              WHERE current_setting('server_version_num')::int / 10000 = v.major \
                AND current_setting('server_version_num')::int < v.oldest",
    },
    Check {
        name: "open-doors",
        level: Level::Warning,
        sql: "SELECT format('the server listens on %s without TLS: passwords and rows travel readable', \
                            current_setting('listen_addresses')), \
                     'ALTER SYSTEM SET listen_addresses = ''localhost''; -- or ssl = on; then restart' \
              WHERE current_setting('ssl') = 'off' AND EXISTS ( \
                  SELECT FROM unnest(string_to_array(current_setting('listen_addresses'), ',')) AS a \
                  WHERE btrim(a) NOT IN ('', 'localhost', '127.0.0.1', '::1')) \
              UNION ALL \
              SELECT format('pg_hba.conf line %s lets %s in without a password', line_number, \
                            array_to_string(user_name, ', ')), \
                     'SELECT pg_reload_conf(); -- once that line says scram-sha-256' \
              FROM pg_hba_file_rules WHERE auth_method = 'trust' AND type <> 'local' \
                AND current_setting('listen_addresses') <> ''",
    },
];

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
    let (client, connection) = tokio_postgres::connect(url, NoTls).await.map_err(|e| {
        format!("cannot connect: {}\n  is the server up, and --db-url right?", told(&e))
    })?;
    tokio::spawn(connection);
    let options = "SET default_transaction_read_only = on; SET search_path = pg_catalog, pg_temp";
    client.batch_execute(options).await.map_err(|e| told(&e))?;

    let present = client.query_one(PRESENT, &[]).await.map_err(|e| told(&e))?;
    if !present.get::<_, bool>(0) {
        let repair = match present.get(1) {
            true => "CREATE EXTENSION howdah; SELECT howdah.install();",
            false => "make install; then CREATE EXTENSION howdah; SELECT howdah.install();",
        };
        let finding = Finding {
            check: "extension",
            level: Level::Error,
            finding: "this database has no extension howdah".into(),
            repair: repair.into(),
        };
        return Ok(Report { checks: 1, findings: vec![finding] });
    }
    let mut findings = Vec::new();
    for check in &CHECKS {
        findings.extend(look(&client, check).await?);
    }
    Ok(Report { checks: CHECKS.len() + 1, findings })
}

async fn look(client: &Client, check: &Check) -> Result<Vec<Finding>, String> {
    let rows = client.query(check.sql, &[]).await;
    let rows = rows.map_err(|e| format!("cannot look at {}: {}", check.name, told(&e)))?;
    let findings = rows.iter().map(|row| Finding {
        check: check.name,
        level: check.level,
        finding: row.get(0),
        repair: row.get(1),
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
        let level = match level {
            Level::Error => "error",
            Level::Warning => "warning",
        };
        println!("{level:7}  {finding}  [{check}]\n         {repair}");
    }
    println!("{} checks, {} findings", report.checks, report.findings.len());
}
