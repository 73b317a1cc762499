//! A courier on a standby waits, and works after the promotion (THREATS D11, as far as it is about couriers).

use howdah_tests::api::Api;
use howdah_tests::cluster::Cluster;
use howdah_tests::database::literal;
use howdah_tests::drill::{Drill, closing, count, wait};
use howdah_tests::proxy::Proxy;
use howdah_tests::receiver::Receiver;
use howdah_tests::smtp::SmtpSink;
use serde_json::{Value, json};
use std::collections::HashSet;
use std::time::{Duration, Instant};

use crate::couriers::Watched;

#[test]
fn a_courier_on_a_standby_waits_and_delivers_after_the_promotion() {
    let (begun, rounds) = (Instant::now(), count(5, 1));
    let slowest = (0..rounds).map(|_| promote()).max().expect("one");
    let found = format!(
        "first delivery {slowest:.1?} after the promotion at the latest; 100 messages and 50 jobs, none lost, none twice"
    );
    closing(
        "D11",
        "couriers on a primary and its standby; the primary is killed, the standby promoted",
        begun,
        rounds,
        &found,
    );
}

/// How long until it delivers.
fn promote() -> Duration {
    let (receiver, sink) = (Receiver::start(), SmtpSink::start());
    let mut primary = Cluster::start_with_howdah(false);
    let db = &primary.db;
    let transport = json!({"host": "127.0.0.1", "port": sink.port, "tls": "none", "user": "u"});
    db.sql(&format!(
        "SELECT howdah.set('mail.from', 'shop@example.com'), howdah.set_email_transport('sink', 'smtp', {}, 'pass');
         CREATE ROLE app; CREATE TABLE public.ran (n int); GRANT INSERT ON public.ran TO app;
         CREATE FUNCTION public.run(n int) RETURNS void LANGUAGE sql AS 'INSERT INTO public.ran VALUES (n)'",
        literal(&transport.to_string())
    ));
    let mut standby = primary.standby();
    standby.start();
    let mut waiting = Watched::start(&standby.db.courier_db_url);
    wait(10, "it says that it waits", || {
        waiting.ready() == Some((200, r#"{"status":"standby"}"#.to_owned()))
    });
    let enqueue = |from: usize| {
        let url = receiver.url("/x");
        db.sql(&format!(
            "SELECT howdah.webhook('{url}', 'a', to_jsonb(n)), howdah.send_email('u' || n || '@example.net', 'x', text => 'y'),
                    jobs.enqueue('public.run', jsonb_build_array(n), run_as => 'app')
             FROM generate_series({from}, {from} + 49) AS n"
        ));
    };
    // One works on the primary; the other leaves all of it alone, and the server's log too.
    let mut working = Watched::start(&db.courier_db_url);
    enqueue(1);
    wait(30, "the primary's courier", || {
        db.value("SELECT count(*) FROM howdah.outbox WHERE state = 'delivered'") == "100"
            && db.value("SELECT count(*) FROM public.ran") == "50"
    });
    assert!(working.courier.stop().success());
    std::thread::sleep(Duration::from_secs(3));
    let connects = waiting.metric("howdah_courier_connects_total");
    assert_eq!((waiting.metric("howdah_courier_standby"), connects), (1.0, 5.0));
    assert_eq!(waiting.metric("howdah_courier_ticks_total"), 0.0);
    assert_eq!(db.value("SELECT count(*) FROM howdah.couriers"), "1", "it beats nowhere");
    let complaints = standby.told().lines().filter(|line| line.contains("ERROR")).count();
    assert_eq!(complaints, 0, "{}", standby.told());

    enqueue(51);
    wait(20, "the standby has it", || {
        let sent = "SELECT pg_current_wal_lsn() <= replay_lsn FROM pg_stat_replication";
        db.value(sent) == "t"
    });
    assert_eq!(receiver.heard().len(), 50);
    primary.stop("QUIT");
    let promoted = Instant::now();
    standby.db.sql("SELECT pg_promote()");
    wait(20, "the first delivery", || receiver.heard().len() > 50);
    let first = promoted.elapsed();
    wait(30, "all of them", || {
        standby.db.value("SELECT count(*) FROM howdah.outbox_entries") == "0"
            && standby.db.value("SELECT count(*) FROM public.ran") == "100"
    });
    assert!(first < Duration::from_secs(6), "{first:?}");
    let hooks: HashSet<_> = receiver.heard().iter().map(|one| one.id().to_owned()).collect();
    let mails: HashSet<_> = sink.taken().iter().map(|mail| mail.to.clone()).collect();
    assert_eq!((hooks.len(), receiver.heard().len()), (100, 100), "none twice");
    assert_eq!((mails.len(), sink.count()), (100, 100), "none twice");
    assert_eq!(waiting.ready(), Some((200, r#"{"status":"ready"}"#.to_owned())));
    assert_eq!(standby.db.value("SELECT count(*) = count(DISTINCT n) FROM public.ran"), "t");
    assert!(waiting.courier.stop().success());
    first
}

/// A proxy on a standby: reads are served, writes are told where to go, and nothing has to be restarted after the promotion.
#[test]
fn a_standby_serves_reads_and_refuses_writes_until_it_is_promoted() {
    let (mut drill, _) = Drill::begin(
        "D11",
        "a proxy on a hot standby: reads, writes, sign-ins, refreshes; then the promotion",
    );
    let mut primary = Cluster::start_with_howdah(false);
    primary.db.sql(
        "CREATE TABLE public.kept (id int PRIMARY KEY); GRANT SELECT, INSERT, DELETE ON public.kept TO anon; INSERT INTO public.kept VALUES (1);
         SELECT auth.set('site_url', 'https://shop.example.com'), auth.set('api_external_url', 'https://api.example.com')",
    );
    let account = primary.db.account();
    let mut standby = primary.standby();
    standby.start();
    wait(20, "the standby has it", || {
        let sent = "SELECT count(*) = 1 AND bool_and(pg_current_wal_lsn() <= replay_lsn) FROM pg_stat_replication";
        primary.db.value(sent) == "t"
    });
    let proxy = Proxy::start(&standby.db.proxy_db_url, &[]);
    let seen = proxy.over(&standby.db);
    let anon = Api { howdah: &seen, schema: None, token: None };
    let user = account.api(&seen);
    let call = |api: &Api, method: &str, path: &str, body: Value| {
        let call = api.call(method, path);
        if body.is_null() { call.send() } else { call.json(body).send() }
    };
    let refresh = json!({"refresh_token": account.refresh});
    for (api, path) in [
        (&anon, "/rest/v1/kept?select=id"),
        (&user, "/rest/v1/kept?select=id"),
        (&user, "/auth/v1/user"),
        (&anon, "/auth/v1/settings"),
    ] {
        let reply = call(api, "GET", path, Value::Null);
        // Nobody but anon was granted the table.
        let wanted = if path.starts_with("/rest") && api.token.is_some() { 403 } else { 200 };
        drill.check(reply.status == wanted, || {
            format!("GET {path}: {} {}", reply.status, reply.text())
        });
    }
    for (method, path, body) in [
        ("POST", "/rest/v1/kept", json!({"id": 2})),
        ("DELETE", "/rest/v1/kept?id=eq.1", Value::Null),
        ("POST", "/auth/v1/token?grant_type=refresh_token", refresh.clone()),
        (
            "POST",
            "/auth/v1/token?grant_type=password",
            json!({"email": account.email, "password": "not the right one"}),
        ),
        (
            "POST",
            "/auth/v1/signup",
            json!({"email": "new@example.com", "password": "a long enough one"}),
        ),
        ("POST", "/auth/v1/otp", json!({"email": account.email})),
    ] {
        let reply = call(&anon, method, path, body);
        let told = reply.status == 503 && reply.header("retry-after").is_some();
        drill.check(told, || format!("{method} {path}: {} {}", reply.status, reply.text()));
    }
    drill.check(standby.told().lines().all(|line| !line.contains("PANIC")), || standby.told());

    primary.stop("QUIT");
    standby.db.sql("SELECT pg_promote()");
    let promoted = Instant::now();
    wait(20, "a write", || call(&anon, "POST", "/rest/v1/kept", json!({"id": 3})).status == 201);
    let first = promoted.elapsed();
    let reply = call(&anon, "POST", "/auth/v1/token?grant_type=refresh_token", refresh);
    drill
        .check(reply.status == 200, || format!("refresh after: {} {}", reply.status, reply.text()));
    drill.check(first < Duration::from_secs(6), || format!("{first:?}"));
    drill.figure(format!("writes are 503 with Retry-After until then; the first write {first:.1?} after the promotion"));
    drill.end();
}
