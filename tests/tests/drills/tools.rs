//! Other people's tools against a Howdah: sqlsmith inside the database, sqlmap outside of it. Skipped where they are not installed
//! (Debian: sqlsmith, sqlmap).

use howdah_tests::api::Api;
use howdah_tests::cluster::Cluster;
use howdah_tests::drill::{Drill, full};
use howdah_tests::server::Howdah;
use std::path::Path;
use std::process::{Command, Output};

fn installed(program: &str) -> bool {
    let found = Command::new(program).arg("--version").output().is_ok();
    if !found {
        println!("skipped: no {program}");
    }
    found
}

/// What nobody of these roles may change: roles, functions, relations, columns, rights, policies, settings, and our own tables.
const CATALOG: &str = "
    SELECT md5(string_agg(line, E'\\n' ORDER BY line)) FROM (
        SELECT r::text AS line FROM pg_catalog.pg_authid AS r
        UNION ALL SELECT (oid, proname, proowner, proacl, prosrc, proconfig)::text FROM pg_catalog.pg_proc
        UNION ALL SELECT (oid, relname, relowner, relacl, relrowsecurity, reloptions)::text FROM pg_catalog.pg_class WHERE relpersistence <> 't'
        UNION ALL SELECT (attrelid, attname, atttypid, attacl)::text FROM pg_catalog.pg_attribute AS a
            JOIN pg_catalog.pg_class AS c ON c.oid = a.attrelid AND c.relpersistence <> 't'
        UNION ALL SELECT p::text FROM pg_catalog.pg_policy AS p
        UNION ALL SELECT (nspname, nspowner, nspacl)::text FROM pg_catalog.pg_namespace WHERE nspname !~ '^pg_(toast_)?temp_'
        UNION ALL SELECT s::text FROM pg_catalog.pg_db_role_setting AS s
        UNION ALL SELECT t::text FROM pg_catalog.pg_trigger AS t
        UNION ALL SELECT (SELECT count(*) FROM auth.users)::text || (SELECT count(*) FROM auth.sessions) || (SELECT count(*) FROM howdah.routes)
    ) AS t";

#[test]
fn random_statements_are_errors_at_worst() {
    if !installed("sqlsmith") {
        return;
    }
    let seconds = if full() { 900 } else { 10 };
    let (mut drill, mut dice) = Drill::begin(
        "D20",
        format!(
            "sqlsmith inside a database with the extension, {seconds} s as anon and {seconds} s as authenticated"
        ),
    );
    let mut cluster = Cluster::make(false);
    // Errors are what is expected.
    cluster.configure("log_min_messages = log\nlog_min_error_statement = panic\n");
    cluster.start();
    let db = &cluster.db;
    db.sql("CREATE EXTENSION howdah; SELECT howdah.install()");
    db.sql(
        "CREATE TABLE public.book (id int PRIMARY KEY, title text, meta jsonb, at timestamptz DEFAULT now(), words text[]);
         INSERT INTO public.book SELECT n, 'title ' || n, '{\"a\": 1}', now(), '{a,b}' FROM generate_series(1, 50) AS n;
         ALTER TABLE public.book ENABLE ROW LEVEL SECURITY;
         CREATE POLICY odd ON public.book TO anon, authenticated USING (id % 2 = 1);
         GRANT SELECT, INSERT, UPDATE, DELETE ON public.book TO anon, authenticated;
         SELECT auth.set('site_url', 'https://app.example.com');
         ALTER ROLE anon LOGIN; ALTER ROLE authenticated LOGIN;
         ALTER ROLE anon SET statement_timeout = '1s'; ALTER ROLE authenticated SET statement_timeout = '1s'",
    );
    let before = db.value(CATALOG);
    for role in ["anon", "authenticated"] {
        let target = db.db_url.replace("user=postgres", &format!("user={role}"));
        let output = Command::new("timeout")
            .args(["-s", "INT", &seconds.to_string(), "sqlsmith", "--verbose"])
            .arg(format!("--target={target}"))
            .arg(format!("--seed={}", dice.below(1 << 30)))
            .output();
        let told = String::from_utf8_lossy(&output.expect("sqlsmith runs").stderr).into_owned();
        // `queries: 1234 (56.7 gen/s, 12.3 exec/s)`, again and again.
        let last = told
            .rsplit("queries: ")
            .next()
            .and_then(|t| t.split_whitespace().next()?.parse::<u64>().ok());
        drill.check(last.unwrap_or(0) > 50, || {
            format!(
                "as {role}: {}",
                told.chars().rev().take(500).collect::<String>().chars().rev().collect::<String>()
            )
        });
        drill.passed(last.unwrap_or(0));
        drill.figure(format!("{} statements as {role}", last.unwrap_or(0)));
    }
    let log = cluster.told();
    for word in ["terminated by signal", "PANIC:", "TRAP:", "panicked at", "server process"] {
        let line = log.lines().find(|line| line.contains(word)).unwrap_or_default().to_owned();
        drill.check(line.is_empty(), || line);
    }
    let after = cluster.db.value(CATALOG);
    drill.check(before == after, || "the catalog has changed".to_owned());
    drill.figure("0 signals; catalog as it was");
    drill.end();
}

/// Target below the URL, body (JSON) if it is a POST, and what of it is tried.
const ENDPOINTS: [(&str, &str, &str); 12] = [
    ("/rest/v1/book?id=eq.1&select=id", "", "id"),
    ("/rest/v1/book?title=ilike.a&select=id", "", "title"),
    ("/rest/v1/book?select=id,title", "", "select"),
    ("/rest/v1/book?order=id.desc&limit=3", "", "order"),
    ("/rest/v1/book?or=(id.eq.1,title.eq.a)", "", "or"),
    ("/rest/v1/rpc/find?word=a", "", "word"),
    ("/rest/v1/rpc/find", r#"{"word":"a"}"#, "word"),
    (
        "/auth/v1/token?grant_type=password",
        r#"{"email":"ada@example.com","password":"x"}"#,
        "email",
    ),
    ("/auth/v1/otp", r#"{"email":"ada@example.com","create_user":false}"#, "email"),
    ("/auth/v1/verify?token=abc&type=magiclink&redirect_to=x", "", "token"),
    ("/auth/v1/signup", r#"{"email":"ada@example.com","password":"long enough 17"}"#, "email"),
    ("/hooks/mail/unsubscribe?token=abc", "", "token"),
];

fn sqlmap(
    howdah: &Howdah,
    folder: &Path,
    target: &str,
    body: &str,
    parameter: &str,
    how: &[&str],
) -> Output {
    let mut command = Command::new("sqlmap");
    command
        .args([
            "-u",
            &format!("{}{target}", howdah.url),
            "--batch",
            "--flush-session",
            "--disable-coloring",
        ])
        .args(["-p", parameter, "--dbms=postgresql", "--ignore-code=401", "--output-dir"])
        .arg(folder)
        .args(["--header", &format!("apikey: {}", howdah.anon_key)])
        .args(how);
    if !body.is_empty() {
        command.args(["--data", body, "--header", "Content-Type: application/json"]);
    }
    command.output().expect("sqlmap runs")
}

#[test]
fn sqlmap_finds_nothing() {
    if !installed("sqlmap") {
        return;
    }
    let howdah = Howdah::start(&[]);
    howdah.sql(
        "CREATE TABLE public.book (id int PRIMARY KEY, title text);
         INSERT INTO public.book SELECT n, 'title ' || n FROM generate_series(1, 50) AS n;
         GRANT SELECT ON public.book TO anon;
         CREATE FUNCTION public.find(word text) RETURNS SETOF public.book LANGUAGE sql STABLE AS 'SELECT * FROM public.book WHERE title = word';
         CREATE FUNCTION public.find_badly(word text) RETURNS SETOF public.book LANGUAGE plpgsql STABLE AS
             $$ BEGIN RETURN QUERY EXECUTE 'SELECT * FROM public.book WHERE title = ''' || word || ''''; END $$;
         GRANT EXECUTE ON FUNCTION public.find, public.find_badly TO anon;
         DELETE FROM auth.rate_limits;
         SELECT auth.set(s.name, '0') FROM auth.settings_all AS s WHERE s.name LIKE 'rate\\_limit\\_%'",
    );
    Api::anon(&howdah, "public").get("/book?id=eq.1").is(200);
    let (level, risk, endpoints) = if full() { ("3", "2", 12) } else { ("1", "1", 3) };
    let (mut drill, _) = Drill::begin(
        "D21",
        format!(
            "sqlmap, level {level}, risk {risk}, on {endpoints} endpoints of /rest/v1, /auth/v1 and /hooks, and on a function that concatenates SQL, to see that it finds"
        ),
    );
    let folder = std::env::temp_dir().join(format!("howdah-sqlmap-{}", std::process::id()));
    let quick = ["--level=1", "--risk=1", "--technique=B"];
    let bad =
        sqlmap(&howdah, &folder, "/rest/v1/rpc/find_badly?word=title%201", "", "word", &quick);
    let found = |output: &Output| {
        String::from_utf8_lossy(&output.stdout).contains("identified the following injection point")
    };
    drill.check(found(&bad), || String::from_utf8_lossy(&bad.stdout).into_owned());
    let how = [format!("--level={level}"), format!("--risk={risk}")];
    let how: Vec<&str> = how.iter().map(String::as_str).collect();
    let step = ENDPOINTS.len() / endpoints;
    for (target, body, parameter) in ENDPOINTS.iter().step_by(step) {
        let output = sqlmap(&howdah, &folder, target, body, parameter, &how);
        let told = String::from_utf8_lossy(&output.stdout);
        let clean = told.contains("do not appear to be injectable") && !found(&output);
        drill.check(clean, || format!("{target}: {told}"));
    }
    let _ = std::fs::remove_dir_all(&folder);
    let log = howdah.postgres_log();
    let syntax = log
        .lines()
        .filter(|line| line.contains("syntax error at") && !line.contains("find_badly"))
        .count();
    drill.figure(format!("{endpoints} endpoints, 0 findings; the bad function found; {syntax} syntax errors in the server's log"));
    drill.end();
}
