//! The way to Postgres is encrypted, and who answers has to prove who he is, as far as `sslmode` says so (THREATS J, ASVS 12.3).

use howdah_tests::cluster::Cluster;
use howdah_tests::drill::{Courier, Drill, wait};
use howdah_tests::proxy::Proxy;
use howdah_tests::server::{binary, free_port};
use howdah_tests::wire::Connection;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

fn openssl(folder: &Path, arguments: &[&str]) {
    let done = Command::new("openssl").args(arguments).current_dir(folder).output();
    let done = done.expect("openssl: scripts/deps installs it");
    assert!(done.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&done.stderr));
}

/// Two authorities, and a certificate of the first for `localhost`.
fn certificates(folder: &Path) {
    let curve =
        ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"];
    for name in ["ours", "other"] {
        let (key, crt) = (format!("{name}.key"), format!("{name}.crt"));
        let subject = format!("/CN={name}");
        let own = ["req", "-x509", "-keyout", &key, "-out", &crt, "-subj", &subject];
        openssl(folder, &[&own[..], &curve].concat());
    }
    std::fs::write(folder.join("names"), "subjectAltName = DNS:localhost\n").expect("written");
    let ask = ["req", "-keyout", "server.key", "-out", "server.csr", "-subj", "/CN=localhost"];
    openssl(folder, &[&ask[..], &curve[..5]].concat());
    let sign = ["x509", "-req", "-in", "server.csr", "-CA", "ours.crt", "-CAkey", "ours.key"];
    let rest = ["-CAcreateserial", "-days", "2", "-extfile", "names", "-out", "server.crt"];
    openssl(folder, &[&sign[..], &rest].concat());
}

struct Folder(PathBuf);

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// The exit code of `howdah doctor`, and what it says. 2: it could not look.
fn doctor(db_url: &str) -> (Option<i32>, String) {
    let done = Command::new(binary())
        .args(["doctor", "--db-url", db_url])
        .stdin(Stdio::null())
        .output()
        .expect("howdah doctor runs");
    (done.status.code(), String::from_utf8_lossy(&done.stderr).into_owned())
}

#[test]
fn the_way_to_postgres_is_encrypted_and_proven_as_far_as_is_asked() {
    let (mut drill, _) = Drill::begin(
        "tls",
        "sslmode of libpq on the way to Postgres: twelve ways to ask, one server with TLS and one without",
    );
    let folder = Folder(std::env::temp_dir().join(format!("howdah-tls-{}", std::process::id())));
    std::fs::create_dir_all(&folder.0).expect("a folder");
    certificates(&folder.0);
    let place = |name: &str| folder.0.join(name).display().to_string();
    let port = free_port();
    let mut cluster = Cluster::make(false);
    for name in ["server.key", "server.crt"] {
        cluster.put(name, &std::fs::read(folder.0.join(name)).expect("made"));
    }
    cluster.configure(&format!("listen_addresses = 'localhost'\nport = {port}\nssl = on\n"));
    // Over TCP with TLS or not at all.
    cluster.put(
        "pg_hba.conf",
        b"local all all trust\nhostssl all all 127.0.0.1/32 trust\nhostssl all all ::1/128 trust\n",
    );
    cluster.db.db_url += &format!(" port={port}");
    cluster.start();
    cluster.db.sql("CREATE EXTENSION howdah; SELECT howdah.install()");
    let url = |user: &str, host: &str, more: &str| {
        format!("host={host} port={port} user={user} dbname=postgres connect_timeout=3 {more}")
    };
    let (ours, other) = (place("ours.crt"), place("other.crt"));
    for (host, more, gets_in) in [
        ("localhost", "sslmode=require".to_owned(), true),
        ("127.0.0.1", "sslmode=prefer".to_owned(), true),
        ("localhost", format!("sslmode=verify-full sslrootcert={ours}"), true),
        ("localhost", format!("sslmode=verify-ca sslrootcert='{ours}'"), true),
        ("127.0.0.1", format!("sslmode=verify-ca sslrootcert={ours}"), true),
        ("127.0.0.1", format!("sslmode=verify-full sslrootcert={ours}"), false),
        ("localhost", format!("sslmode=verify-full sslrootcert={other}"), false),
        ("localhost", format!("sslmode=verify-ca sslrootcert={other}"), false),
        ("localhost", format!("sslmode=require sslrootcert={other}"), false),
        ("localhost", "sslmode=verify-full".to_owned(), false),
        ("localhost", "sslmode=disable".to_owned(), false),
        ("localhost", String::new(), false),
    ] {
        let (code, said) = doctor(&url("postgres", host, &more));
        drill.check((code != Some(2)) == gets_in, || format!("{host} {more}: {code:?} {said}"));
        let proxy = Proxy::launch(&url("howdah_proxy", host, &more), &[]);
        let patience = Duration::from_secs(if gets_in { 20 } else { 1 });
        drill.check(proxy.gets_ready(patience) == gets_in, || format!("serve: {host} {more}"));
    }

    let full = format!("sslmode=verify-full sslrootcert={ours}");
    let proxy = Proxy::start(&url("howdah_proxy", "localhost", &full), &[]);
    let courier = Courier::start(&url("howdah_courier", "localhost", &full), &[]);
    cluster.db.sql(
        "CREATE FUNCTION public.much() RETURNS text LANGUAGE sql AS $$ SELECT repeat('x', 3000000) $$;
         CREATE FUNCTION public.slow() RETURNS void LANGUAGE sql AS $$ SELECT pg_sleep(60) $$;
         GRANT EXECUTE ON FUNCTION public.much, public.slow TO anon; SELECT howdah.set('limits.timeout_ms', '1000')",
    );
    let ask = |path: &str| {
        let request = format!("GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
        Connection::open(&proxy.address).and_then(|mut c| c.exchange(request.as_bytes()))
    };
    for _ in 0..20 {
        let reply = ask("/rest/v1/rpc/much").expect("an answer");
        drill.check(reply.status == 200 && reply.body.len() == 3_000_002, || {
            format!("{}", reply.status)
        });
    }
    // What takes too long is cancelled on a connection of its own, which is encrypted too.
    let asked = Instant::now();
    let reply = ask("/rest/v1/rpc/slow").expect("an answer");
    drill.check(reply.status >= 500 && asked.elapsed() < Duration::from_secs(5), || {
        format!("{} after {:?}", reply.status, asked.elapsed())
    });
    wait(10, "the courier beats", || {
        cluster.db.value("SELECT count(*) FROM howdah.couriers") == "1"
    });
    let open = cluster.db.value(
        "SELECT count(*) FILTER (WHERE s.ssl AND s.version >= 'TLSv1.2') || ' of ' || count(*)
         FROM pg_stat_activity AS a JOIN pg_stat_ssl AS s USING (pid) WHERE a.usename IN ('howdah_proxy', 'howdah_courier')",
    );
    let (encrypted, all) = open.split_once(" of ").expect("two numbers");
    drill.check(encrypted == all && all.parse::<u32>().is_ok_and(|n| n >= 4), || open.clone());
    drill
        .figure(format!("{encrypted} of {all} connections encrypted, each for the name asked for"));
    drop((proxy, courier));

    // A server that offers none.
    cluster.put(
        "pg_hba.conf",
        b"local all all trust\nhost all all 127.0.0.1/32 trust\nhost all all ::1/128 trust\n",
    );
    cluster.configure("ssl = off\n");
    cluster.stop("INT");
    cluster.start();
    for (more, gets_in) in [("sslmode=prefer", true), ("sslmode=require", false)] {
        let (code, said) = doctor(&url("postgres", "localhost", more));
        drill
            .check((code != Some(2)) == gets_in, || format!("{more} without TLS: {code:?} {said}"));
        let proxy = Proxy::launch(&url("howdah_proxy", "localhost", more), &[]);
        let patience = Duration::from_secs(if gets_in { 20 } else { 1 });
        drill.check(proxy.gets_ready(patience) == gets_in, || format!("serve: {more} without TLS"));
    }
    drill.end();
}
