//! DROP EXTENSION and DROP DATABASE while a proxy and a courier work on them, and what was dropped made again (THREATS D10).

use super::couriers::Watched;
use howdah_tests::api::Api;
use howdah_tests::cluster::Cluster;
use howdah_tests::database::{describe, literal};
use howdah_tests::drill::{Drill, count, wait};
use howdah_tests::proxy::Proxy;
use howdah_tests::receiver::Receiver;
use howdah_tests::server::Howdah;
use std::time::{Duration, Instant};

fn health(howdah: &Howdah) -> u16 {
    let api = Api { howdah, schema: None, token: None };
    api.call("GET", "/auth/v1/health").try_send().map_or(0, |reply| reply.status)
}

fn ready(courier: &Watched) -> Option<u16> {
    courier.ready().map(|(status, _)| status)
}

#[test]
fn an_extension_that_is_dropped_and_made_again_is_served_again() {
    let rounds = count(5, 1);
    let (mut drill, _) = Drill::begin(
        "D10",
        format!("DROP EXTENSION with a proxy and a courier at work, made again, {rounds} times"),
    );
    let cluster = Cluster::start_with_howdah(false);
    let db = &cluster.db;
    let proxy = Proxy::start(&db.proxy_db_url, &[]);
    let courier = Watched::start(&db.courier_db_url);
    let howdah = proxy.over(db);
    let mut slowest = Duration::ZERO;
    for _ in 0..rounds {
        wait(10, "all is well", || health(&howdah) == 200 && ready(&courier) == Some(200));
        let refused = db.dba().batch_execute("DROP EXTENSION howdah");
        let refused = refused.map_err(|error| describe(&error));
        drill.check(refused.as_ref().is_err_and(|told| told.starts_with("2BP01")), || {
            format!("without CASCADE: {refused:?}")
        });
        drill.check(health(&howdah) == 200, || "it serves on".into());
        db.sql("DROP EXTENSION howdah CASCADE");
        let status = health(&howdah);
        drill.check(status == 503, || format!("dropped, and the proxy says {status}"));
        wait(15, "the courier says that nothing is there", || ready(&courier) == Some(503));
        db.sql("CREATE EXTENSION howdah; SELECT howdah.install()");
        let made = Instant::now();
        wait(20, "the proxy serves again", || health(&howdah) == 200);
        let url = {
            db.sql("SELECT howdah.set('courier.allowed_hosts', '127.0.0.1:*')");
            Receiver::start()
        };
        db.sql(&format!("SELECT howdah.webhook({}, 'a', '1')", literal(&url.url("/x"))));
        wait(20, "the courier carries again", || url.heard().len() == 1);
        slowest = slowest.max(made.elapsed());
        drill.passed(3);
    }
    drill.figure(format!("refused without CASCADE; proxy and courier back within {slowest:.1?} of the second CREATE EXTENSION"));
    drill.check(!cluster.told().contains("terminated by signal"), || "a backend crashed".into());
    drill.end();
}

#[test]
fn a_database_is_dropped_while_a_webhook_hangs() {
    let rounds = count(5, 1);
    let (mut drill, _) = Drill::begin(
        "D10",
        format!(
            "DROP DATABASE of ours and of another, while a webhook hangs for 15 s, {rounds} times"
        ),
    );
    let cluster = Cluster::start_with_howdah(false);
    let db = &cluster.db;
    let place = |url: &str| url.replace("dbname=postgres", "dbname=shop");
    let shop = Howdah {
        url: String::new(),
        db_url: place(&db.db_url),
        proxy_db_url: place(&db.proxy_db_url),
        courier_db_url: place(&db.courier_db_url),
        anon_key: String::new(),
        service_key: String::new(),
        own: None,
    };
    let make = || {
        db.sql("CREATE DATABASE shop");
        shop.sql("CREATE EXTENSION howdah; SELECT howdah.install()");
        shop.sql("SELECT howdah.set('courier.allowed_hosts', '127.0.0.1:*')");
    };
    make();
    let proxy = Proxy::start(&shop.proxy_db_url, &[]);
    let courier = Watched::start(&shop.courier_db_url);
    let howdah = proxy.over(&shop);
    let mut slowest = Duration::ZERO;
    for _ in 0..rounds {
        wait(20, "all is well", || health(&howdah) == 200 && ready(&courier) == Some(200));
        let receiver = Receiver::start();
        receiver.be_slow(Duration::from_secs(15));
        shop.sql(&format!("SELECT howdah.webhook({}, 'a', '1')", literal(&receiver.url("/x"))));
        wait(10, "the webhook hangs", || receiver.heard().len() == 1);
        db.sql("CREATE DATABASE another");
        for statement in ["DROP DATABASE another", "DROP DATABASE shop WITH (FORCE)"] {
            let begun = Instant::now();
            db.sql(statement);
            let took = begun.elapsed();
            slowest = slowest.max(took);
            drill.check(took < Duration::from_secs(5), || format!("{statement}: {took:?}"));
        }
        // Nobody was in a transaction, and nothing waited for the receiver.
        drill.check(receiver.heard().len() == 1, || "asked again".into());
        let status = health(&howdah);
        drill.check(status == 503, || format!("dropped, and the proxy says {status}"));
        make();
        wait(20, "the proxy serves again", || health(&howdah) == 200);
        wait(20, "the courier works again", || ready(&courier) == Some(200));
        drill.passed(2);
    }
    drill.figure(format!(
        "slowest DROP DATABASE {slowest:.1?}; proxy and courier work on the one made again"
    ));
    drill.end();
}
