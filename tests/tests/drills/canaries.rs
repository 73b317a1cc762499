//! No password, token, code or key of a user or a provider is in a log, a statistic or what other sessions see, whatever is
//! logged; nor in a dump (THREATS J2, D24). What a DBA types into psql himself is his to keep out of the log.

use super::faults::Raise;
use howdah_tests::api::Api;
use howdah_tests::cluster::{Cluster, pg_config};
use howdah_tests::database::literal;
use howdah_tests::drill::{Drill, wait};
use howdah_tests::receiver::Receiver;
use howdah_tests::server::{Howdah, binary, free_port};
use howdah_tests::smtp::SmtpSink;
use howdah_tests::totp;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::time::Duration;

/// Everything that the server can be told to log.
const LOUD: &str = "shared_preload_libraries = 'pg_stat_statements'\nsession_preload_libraries = 'auto_explain'\n\
    log_statement = 'all'\nlog_min_duration_statement = 0\nlog_parameter_max_length = -1\nlog_parameter_max_length_on_error = -1\n\
    log_min_messages = 'debug1'\nlog_min_error_statement = 'debug1'\nlog_error_verbosity = 'verbose'\ndebug_print_plan = off\n\
    auto_explain.log_min_duration = 0\nauto_explain.log_analyze = on\nauto_explain.log_verbose = on\nauto_explain.log_nested_statements = on\n\
    pg_stat_statements.track = 'all'\ntrack_activity_query_size = 100000\n";

/// A program of ours whose log is kept; it ends with this value.
struct Logged(Child);

impl Logged {
    fn start(arguments: &[&str], log: &Path) -> Self {
        let log = File::create(log).expect("a log");
        let child = Command::new(binary())
            .args(arguments)
            .stdout(Stdio::null())
            .stderr(log)
            .stdin(Stdio::null())
            .spawn();
        Self(child.expect("it runs"))
    }
}

impl Drop for Logged {
    fn drop(&mut self) {
        // It says what it has to say before it ends.
        let told = Command::new("kill").arg(self.0.id().to_string()).status();
        let _ = told.map(|_| self.0.wait());
    }
}

struct Folder(PathBuf);

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// What must be nowhere, by name.
type Canaries = BTreeMap<String, String>;

fn text(value: &Value, member: &str) -> String {
    value[member].as_str().unwrap_or_else(|| panic!("{member} in {value}")).to_owned()
}

/// Goes through the flows of an account as an app would, and keeps every secret on the way.
fn live(howdah: &Howdah, sink: &SmtpSink, canaries: &mut Canaries) {
    let ask = |method: &str, path: &str, token: Option<&str>, body: Value| {
        let api = Api { howdah, schema: None, token: token.map(str::to_owned) };
        let call = api.call(method, &format!("/auth/v1{path}"));
        let call = if body.is_null() { call } else { call.json(body) };
        call.send()
    };
    let mut keep = |name: &str, secret: &str| {
        assert!(secret.len() >= 8, "{name}: too short to be looked for: {secret}");
        canaries.insert(name.to_owned(), secret.to_owned());
    };
    let email = "ada@example.com";
    let (first, second) = ("Canary-first-Pa55word", "Canary-second-Pa55word");
    let account = ask("POST", "/signup", None, json!({"email": email, "password": first}));
    let account = account.is(200).json();
    keep("password at sign-up", first);
    keep("access token of a sign-up", &text(&account, "access_token"));
    keep("refresh token of a sign-up", &text(&account, "refresh_token"));
    let wrong = "Canary-wrong-Pa55word";
    keep("wrong password", wrong);
    ask("POST", "/token?grant_type=password", None, json!({"email": email, "password": wrong}))
        .is(400);
    let session =
        ask("POST", "/token?grant_type=password", None, json!({"email": email, "password": first}));
    let session = session.is(200).json();
    let access = text(&session, "access_token");
    keep("access token of a sign-in", &access);
    keep("new password", second);
    ask("PUT", "/user", Some(&access), json!({"password": second, "current_password": first}))
        .is(200);
    let refresh = text(&session, "refresh_token");
    let renewed =
        ask("POST", "/token?grant_type=refresh_token", None, json!({"refresh_token": refresh}));
    let renewed = renewed.is(200).json();
    keep("refresh token", &text(&renewed, "refresh_token"));
    keep("access token of a refresh", &text(&renewed, "access_token"));
    let key = ask("POST", "/user/api_keys", Some(&access), json!({"name": "mine"}));
    assert!(key.status < 300, "{} {}", key.status, key.text());
    let shown = key.text();
    let at = shown.find("hw_uk_").expect("a key");
    keep("user's API key", shown[at..].split('"').next().expect("a key"));
    ask(
        "POST",
        "/token?grant_type=refresh_token",
        None,
        json!({"refresh_token": "canary-no-refresh-token"}),
    );
    keep("wrong refresh token", "canary-no-refresh-token");
    ask("GET", "/user", Some("canary.no.token"), Value::Null);
    keep("wrong access token", "canary.no.token");

    // A second factor, and what stands in for it.
    let factor = ask(
        "POST",
        "/factors",
        Some(&access),
        json!({"factor_type": "totp", "friendly_name": "phone"}),
    );
    let factor = factor.is(200).json();
    let secret = text(&factor["totp"], "secret");
    keep("TOTP secret", &secret);
    let id = text(&factor, "id");
    let challenge =
        ask("POST", &format!("/factors/{id}/challenge"), Some(&access), json!({})).is(200).json();
    let body = json!({"challenge_id": challenge["id"], "code": totp::code(&secret, 0)});
    let higher = ask("POST", &format!("/factors/{id}/verify"), Some(&access), body).is(200).json();
    let higher = text(&higher, "access_token");
    keep("access token of aal2", &higher);
    let codes = ask("POST", "/factors/recovery-codes", Some(&higher), Value::Null).is(200).json();
    let codes = codes["codes"].as_array().or(codes.as_array()).cloned().unwrap_or_default();
    assert!(!codes.is_empty(), "recovery codes");
    for (n, code) in codes.iter().enumerate() {
        keep(&format!("recovery code {n}"), code.as_str().expect("a code"));
    }

    // Links by mail: the token in them.
    ask("POST", "/recover", None, json!({"email": email})).is(200);
    let mut letter = String::new();
    wait(20, "a mail", || {
        let mails = sink.taken();
        let found = mails.iter().find(|mail| {
            mail.data.contains("type=recovery") || mail.data.contains("type=3Drecovery")
        });
        letter = found.map_or_else(String::new, |mail| mail.data.clone());
        found.is_some()
    });
    let letter = letter.replace("=\r\n", "").replace("=3D", "=");
    let at = letter
        .find("token=")
        .or_else(|| letter.find("token_hash="))
        .unwrap_or_else(|| panic!("a link in {letter}"));
    let token: String = letter[at..]
        .split_once('=')
        .expect("a token")
        .1
        .chars()
        .take_while(|c| c.is_ascii_alphanumeric() || "_-".contains(*c))
        .collect();
    keep("token of a link", &token);
    ask("POST", "/verify", None, json!({"type": "recovery", "token_hash": token})).is(200);
}

/// Where it is found, as it is, in hex, and in base64 as JSON Web Tokens have it in them anyway.
fn seen(haystack: &str, needle: &str) -> bool {
    let hex: String = needle.bytes().map(|byte| format!("{byte:02x}")).collect();
    haystack.contains(needle) || haystack.contains(&hex)
}

#[test]
fn no_secret_is_in_a_log_a_statistic_or_a_dump() {
    let (mut drill, _) = Drill::begin(
        "D24",
        "secrets looked for in logs (log_statement = all, auto_explain of nested statements), pg_stat_statements, pg_stat_activity and a dump",
    );
    let folder =
        Folder(std::env::temp_dir().join(format!("howdah-canaries-{}", std::process::id())));
    std::fs::create_dir_all(&folder.0).expect("a folder");
    let (sink, receiver) = (SmtpSink::start(), Receiver::start());
    let mut canaries = Canaries::new();
    let mut cluster = Cluster::make(false);
    cluster.start();
    let db = &cluster.db;
    db.sql("CREATE EXTENSION howdah; SELECT howdah.install()");
    // What the DBA sets up, before anything is logged.
    let mut keep =
        |name: &str, secret: &str| drop(canaries.insert(name.to_owned(), secret.to_owned()));
    for (name, secret) in
        [("SMTP password", "canary-smtp-pass"), ("provider's secret", "canary-provider-secret")]
    {
        keep(name, secret);
    }
    let transport =
        json!({"host": "127.0.0.1", "port": sink.port, "tls": "none", "user": "u"}).to_string();
    db.sql(&format!(
        "SELECT howdah.set('courier.allowed_hosts', '127.0.0.1:*'), howdah.set('mail.from', 'shop@example.com'),
                howdah.set_email_transport('sink', 'smtp', {}, 'canary-smtp-pass'),
                auth.set('site_url', 'https://shop.example.com'), auth.set('api_external_url', 'https://api.example.com'),
                auth.set('mailer_autoconfirm', 'true'), auth.set('mfa_totp_enroll_enabled', 'true'), auth.set('user_api_keys_enabled', 'true'),
                auth.set_provider('google', 'client', 'canary-provider-secret');
         CREATE TABLE public.orders (id int PRIMARY KEY, body text);
         GRANT SELECT, INSERT ON public.orders TO authenticated",
        literal(&transport)
    ));
    db.sql(&format!(
        "SELECT howdah.on_change('public.orders', '{{INSERT}}', '{}')",
        receiver.url("/order")
    ));
    keep(
        "webhook's secret",
        &db.value(&format!("SELECT howdah.webhook_secret('{}')", receiver.url("/order"))),
    );
    keep("secret API key", &db.value("SELECT howdah.issue_api_key('secret')"));
    let signing = db.value("SELECT encode(secret, 'hex') FROM howdah.keys WHERE status = 'active' AND purpose = 'session'");
    keep("signing key", &signing[40..104.min(signing.len())]);
    cluster.configure(LOUD);
    cluster.stop("INT");
    let quiet = cluster.told().len();
    cluster.start();
    let db = &cluster.db;
    db.sql("CREATE EXTENSION pg_stat_statements");

    let port = free_port();
    let (serve_log, courier_log) = (folder.0.join("serve.log"), folder.0.join("courier.log"));
    let port = port.to_string();
    let serve = ["serve", "--port", &port, "--db-url", &db.proxy_db_url, "--log-level", "debug"];
    let serve = Logged::start(&serve, &serve_log);
    let courier = Logged::start(&["courier", "--db-url", &db.courier_db_url], &courier_log);
    let howdah = Howdah {
        url: format!("http://127.0.0.1:{port}"),
        db_url: db.db_url.clone(),
        proxy_db_url: db.proxy_db_url.clone(),
        courier_db_url: db.courier_db_url.clone(),
        anon_key: String::new(),
        service_key: String::new(),
        own: None,
    };
    wait(20, "it serves", || howdah_tests::server::ready(howdah.address()));

    let (done, activity) = (AtomicBool::new(false), Mutex::new(String::new()));
    std::thread::scope(|scope| {
        let done_at_last = Raise(&done);
        scope.spawn(|| {
            let mut dba = db.dba();
            while !done.load(Relaxed) {
                let found = dba.query_one("SELECT coalesce(string_agg(query, E'\\n'), '') FROM pg_stat_activity WHERE pid <> pg_backend_pid()", &[]);
                activity.lock().expect("no panic").push_str(found.expect("a row").get(0));
                std::thread::sleep(Duration::from_millis(5));
            }
        });
        live(&howdah, &sink, &mut canaries);
        let api = Api {
            howdah: &howdah,
            schema: None,
            token: canaries.get("access token of aal2").cloned(),
        };
        let order = api.call("POST", "/rest/v1/orders").json(json!({"id": 1, "body": "x"})).send();
        wait(20, "a webhook", || order.status != 201 || receiver.heard().len() == 1);
        drop(done_at_last);
    });
    drop((serve, courier));

    let log = cluster.told().split_off(quiet);
    let statements = db.value("SELECT string_agg(query, E'\\n') FROM pg_stat_statements");
    let dump = Command::new(Path::new(&pg_config("--bindir")).join("pg_dump"))
        .args(["--exclude-table-data=howdah.keys", "-d", &db.db_url])
        .output()
        .expect("pg_dump runs");
    assert!(dump.status.success(), "{}", String::from_utf8_lossy(&dump.stderr));
    let read = |path: &Path| std::fs::read_to_string(path).expect("a log");
    let places = [
        ("the server's log", log),
        ("pg_stat_statements", statements),
        ("pg_stat_activity", activity.into_inner().expect("no panic")),
        ("the proxy's log", read(&serve_log)),
        ("the courier's log", read(&courier_log)),
        ("a dump without keys", String::from_utf8_lossy(&dump.stdout).into_owned()),
    ];
    for (place, text) in &places {
        // An empty place holds no secret either.
        assert!(place.contains("courier") || text.len() > 500, "{place}: {text}");
        for (name, canary) in &canaries {
            drill.check(!seen(text, canary), || {
                let line = text.lines().find(|line| seen(line, canary)).unwrap_or_default();
                format!("{name} in {place}: {}", line.chars().take(400).collect::<String>())
            });
        }
    }
    assert!(
        places[0].1.contains("howdah.serve_frame") && places[0].1.contains("Query Text"),
        "it was logged"
    );
    let megabytes = places.iter().map(|(_, text)| text.len()).sum::<usize>() as f64 / 1e6;
    drill.figure(format!("{} secrets, {megabytes:.1} MB searched: in none", canaries.len()));
    drill.end();
}
