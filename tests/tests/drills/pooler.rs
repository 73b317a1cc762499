//! A proxy behind PgBouncer in transaction mode: every request may have another session, and none sees another's claims.

use howdah_tests::api::{Api, user_id};
use howdah_tests::cluster::Cluster;
use howdah_tests::drill::{Drill, count, wait};
use howdah_tests::proxy::Proxy;
use howdah_tests::server::free_port;
use serde_json::json;
use std::process::{Child, Command, Stdio};
use std::sync::Mutex;

/// A PgBouncer with few sessions for all of its clients.
struct Bouncer {
    child: Child,
    port: u16,
}

impl Bouncer {
    fn start(cluster: &Cluster) -> Self {
        let port = free_port();
        let folder = cluster.folder().display();
        let text = format!(
            "[databases]\npostgres = host={folder}\n[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = {port}\nunix_socket_dir =\n\
             pool_mode = transaction\ndefault_pool_size = 4\nmax_client_conn = 200\nauth_type = trust\nauth_file = {folder}/users\n\
             logfile = {folder}/pgbouncer.log\n"
        );
        let path = cluster.folder().join("pgbouncer.ini");
        let users = cluster.folder().join("users");
        std::fs::write(&path, text).expect("written");
        std::fs::write(users, "\"howdah_proxy\" \"\"\n").expect("written");
        // It refuses to run as root, as the server does.
        let mut command = cluster.as_account();
        let child = command.arg("/usr/sbin/pgbouncer").arg(&path).stderr(Stdio::null()).spawn();
        let bouncer = Self { child: child.expect("pgbouncer: scripts/deps installs it"), port };
        let url = bouncer.url();
        wait(20, "PgBouncer", || postgres::Client::connect(&url, postgres::NoTls).is_ok());
        bouncer
    }

    fn url(&self) -> String {
        format!("host=127.0.0.1 port={} user=howdah_proxy dbname=postgres", self.port)
    }
}

impl Drop for Bouncer {
    fn drop(&mut self) {
        let _ = Command::new("kill").arg(self.child.id().to_string()).status();
        let _ = self.child.wait();
    }
}

#[test]
fn a_proxy_behind_pgbouncer_serves_everybody_his_own() {
    let requests = count(10_000, 1_500);
    let (mut drill, _) = Drill::begin(
        "PgBouncer",
        format!(
            "{requests} requests of 20 users and anonymous ones through PgBouncer in transaction mode, four sessions"
        ),
    );
    let cluster = Cluster::start_with_howdah(false);
    let db = &cluster.db;
    db.sql(
        "CREATE TABLE public.note (id int PRIMARY KEY GENERATED ALWAYS AS IDENTITY, owner uuid NOT NULL DEFAULT auth.uid(), n int);
         ALTER TABLE public.note ENABLE ROW LEVEL SECURITY;
         CREATE POLICY own ON public.note USING (owner = auth.uid());
         GRANT SELECT, INSERT ON public.note TO authenticated; GRANT SELECT ON public.note TO anon;
         CREATE FUNCTION public.sealed() RETURNS text LANGUAGE sql SET default_transaction_isolation = 'serializable'
             AS $$ SELECT current_setting('transaction_isolation') $$;
         GRANT EXECUTE ON FUNCTION public.sealed() TO authenticated;
         CREATE FUNCTION public.left_behind() RETURNS text LANGUAGE sql AS $$ SELECT set_config('app.left', 'x', false) $$;
         GRANT EXECUTE ON FUNCTION public.left_behind() TO authenticated",
    );
    let bouncer = Bouncer::start(&cluster);
    let proxy = Proxy::start(&bouncer.url(), &["--pooler"]);
    let howdah = proxy.over(db);
    let users = 20;
    let failures = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for number in 0..users {
            let (howdah, failures) = (&howdah, &failures);
            let user = Api::user(howdah, "public", number);
            scope.spawn(move || {
                let own = format!("[{{\"owner\":\"{}\"}}]", user_id(number));
                let fail = |what: String| failures.lock().expect("no panic").push(what);
                let first = user.post("/note", json!({"n": 1}));
                if first.status != 201 {
                    fail(format!("insert: {}", first.text()));
                }
                for round in 0..requests / users as usize {
                    let (wanted, reply) = match round % 5 {
                        0 => ("[]", Api::anon(howdah, "public").get("/note?select=owner")),
                        1 => (r#""serializable""#, user.rpc("sealed", json!({}))),
                        2 => (r#""x""#, user.rpc("left_behind", json!({}))),
                        _ => (own.as_str(), user.get("/note?select=owner")),
                    };
                    if reply.status != 200 || reply.text() != wanted {
                        fail(format!("{}: {} {}", reply.request, reply.status, reply.text()));
                    }
                }
            });
        }
    });
    let failures = failures.into_inner().expect("no panic");
    drill.passed((requests + users as usize - failures.len()) as u64);
    drill.check(failures.is_empty(), || {
        failures.iter().take(5).cloned().collect::<Vec<_>>().join("; ")
    });
    // Accounts: a sign-up, a refresh, sign-out.
    let anon = Api { howdah: &howdah, schema: None, token: None };
    db.sql("SELECT auth.set('mailer_autoconfirm', 'true'), auth.set('site_url', 'https://app.example'), auth.set('api_external_url', 'https://api.example')");
    let body = json!({"email": "ada@example.com", "password": "correct horse battery"});
    let signed = anon.call("POST", "/auth/v1/signup").json(body).send();
    drill.check(signed.status == 200, || signed.text());
    let body = json!({"refresh_token": signed.json()["refresh_token"]});
    let again = anon.call("POST", "/auth/v1/token?grant_type=refresh_token").json(body).send();
    drill.check(again.status == 200, || again.text());
    // A route is there within a second or two, though nothing announces it.
    db.sql("CREATE FUNCTION public.hello() RETURNS text LANGUAGE sql AS 'SELECT ''hello'''; GRANT EXECUTE ON FUNCTION public.hello() TO anon;
            SELECT howdah.route('GET', '/hello', 'public.hello')");
    wait(5, "the new route", || anon.call("GET", "/hello").send().status == 200);
    let sessions = db.value("SELECT count(*) FROM pg_stat_activity WHERE usename = 'howdah_proxy'");
    drill.check(sessions == "4", || format!("{sessions} sessions"));
    drill.figure(format!("0 rows of another's; {sessions} sessions of the server for all"));
    drill.end();
}
