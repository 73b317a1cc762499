//! Preloaded, the library does nothing in the postmaster: no thread, no random state that its children would share
//! (THREATS B5, B7, D24).

use howdah_tests::cluster::Cluster;
use howdah_tests::drill::{Drill, count};
use std::sync::Barrier;

/// How many threads the process has.
fn threads(pid: u32) -> usize {
    std::fs::read_dir(format!("/proc/{pid}/task")).expect("it runs").count()
}

#[test]
fn backends_of_a_preloaded_library_never_draw_the_same() {
    let (backends, each) = (100, count(10_000, 1_000));
    let title = format!(
        "the library preloaded: threads of the postmaster; {backends} backends at once with {each} tokens each"
    );
    let (mut drill, _) = Drill::begin("D24", title);
    let mut cluster = Cluster::make(false);
    cluster.configure("shared_preload_libraries = 'howdah'\nmax_connections = 120\n");
    cluster.start();
    drill.check(threads(cluster.pid()) == 1, || "threads in the postmaster".to_owned());
    let db = &cluster.db;
    db.sql("CREATE EXTENSION howdah; SELECT howdah.install(); CREATE UNLOGGED TABLE public.drawn (pid int, token text)");
    // All are forked before any draws, so that what they had in common would be drawn by all.
    let ready = Barrier::new(backends);
    std::thread::scope(|scope| {
        for _ in 0..backends {
            scope.spawn(|| {
                let mut session = db.dba();
                ready.wait();
                let draw = format!(
                    "INSERT INTO public.drawn SELECT pg_catalog.pg_backend_pid(), howdah_private.random_token(16) FROM pg_catalog.generate_series(1, {each})"
                );
                session.batch_execute(&draw).expect("tokens");
                ready.wait();
            });
        }
    });
    let drawn = db.value("SELECT count(DISTINCT pid) || ' ' || count(*) || ' ' || count(DISTINCT token) FROM public.drawn");
    let all = backends * each;
    drill.check(drawn == format!("{backends} {all} {all}"), || {
        format!("backends, tokens, different ones: {drawn}")
    });
    drill.passed(all as u64);
    // Requests work as without, and what they did started nothing in the postmaster.
    let health = db.value("SELECT status FROM howdah.request('GET', '/auth/v1/health')");
    drill.check(health == "200", || format!("health: {health}"));
    db.sql("SELECT auth.set('mailer_autoconfirm', 'true'), auth.set('site_url', 'https://app.example.com'), auth.set('api_external_url', 'https://api.example.com')");
    let signed = db.value(
        r#"SELECT status FROM howdah.request('POST', '/auth/v1/signup', '{"content-type": "application/json"}', '{"email": "a@example.com", "password": "correct horse battery"}')"#,
    );
    drill.check(signed == "200", || format!("sign-up: {signed}"));
    drill.check(threads(cluster.pid()) == 1, || "threads in the postmaster, later".to_owned());
    drill.figure(format!(
        "1 thread in the postmaster; {all} tokens of {backends} backends, 0 twice"
    ));
    drill.end();
}
