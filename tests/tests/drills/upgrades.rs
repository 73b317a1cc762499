//! pg_upgrade carries a Howdah to a new cluster (THREATS B4, D11): the same rows, rights and definitions, and what was issued
//! before is good.

use super::populated::{Counts, Witness, fill, same, state, works};
use howdah_tests::cluster::Cluster;
use howdah_tests::drill::{Drill, count, full};
use howdah_tests::proxy::Proxy;
use std::fs;
use std::path::Path;

/// A filled cluster that has stopped, its state and its key.
fn made(counts: &Counts) -> (Cluster, Witness, String, Vec<u8>) {
    let mut old = Cluster::start_with_howdah(false);
    let proxy = Proxy::start(&old.db.proxy_db_url, &[]);
    let witness = fill(&proxy.over(&old.db), counts);
    drop(proxy);
    let before = state(&old);
    let key = fs::read(old.folder().join("data/howdah.key")).expect("the key file");
    old.stop("INT");
    (old, witness, before, key)
}

fn upgrade(old: &Cluster, new: &Cluster, how: &str) {
    let data = |cluster: &Cluster| cluster.folder().join("data").display().to_string();
    let programs = |cluster: &Cluster| cluster.programs().display().to_string();
    let [from, to] = [programs(old), programs(new)];
    let [data_from, data_to] = [data(old), data(new)];
    let sockets = new.folder().display().to_string();
    let arguments = [
        "-b", &from, "-B", &to, "-d", &data_from, "-D", &data_to, "-s", &sockets, "-U", "postgres",
    ];
    new.tool("pg_upgrade", &[&arguments[..], &["--check", how]].concat());
    new.tool("pg_upgrade", &[&arguments[..], &[how]].concat());
}

fn check(
    drill: &mut Drill,
    what: &str,
    new: &mut Cluster,
    made: &(Cluster, Witness, String, Vec<u8>),
) {
    // It lies in the data directory, and pg_upgrade does not know of it.
    new.put("howdah.key", &made.3);
    new.start();
    let proxy = Proxy::start(&new.db.proxy_db_url, &[]);
    works(drill, what, &proxy.over(&new.db), &made.1);
}

#[test]
fn pg_upgrade_carries_everything_to_a_new_cluster() {
    let counts =
        Counts { users: count(10_000, 300), jobs: count(50_000, 300), schedules: count(200, 20) };
    let ways: &[&str] = if full() { &["--copy", "--link"] } else { &["--link"] };
    let (mut drill, _) = Drill::begin(
        "D11",
        format!("pg_upgrade within one release ({}): {}", ways.join(", "), counts.said()),
    );
    for how in ways {
        let made = made(&counts);
        let mut new = Cluster::make(false);
        upgrade(&made.0, &new, how);
        new.put("howdah.key", &made.3);
        new.start();
        same(&mut drill, how, &made.2, &state(&new));
        new.stop("INT");
        check(&mut drill, how, &mut new, &made);
    }
    drill.figure("all rows, sequences, definitions and rights equal; passwords, TOTP, access and refresh tokens of before are good");
    drill.end();
}

/// To the release whose programs HOWDAH_PG_UPGRADE_TO names (`make install PG=18` has put an extension there).
#[test]
fn pg_upgrade_carries_everything_to_a_later_release() {
    let Some(programs) = std::env::var_os("HOWDAH_PG_UPGRADE_TO") else {
        println!(
            "skipped: HOWDAH_PG_UPGRADE_TO names no programs of a later release with the extension"
        );
        return;
    };
    let counts =
        Counts { users: count(10_000, 300), jobs: count(50_000, 300), schedules: count(200, 20) };
    let (mut drill, _) =
        Drill::begin("D11", format!("pg_upgrade to a later release: {}", counts.said()));
    let made = made(&counts);
    let mut new = Cluster::make_with(Path::new(&programs));
    upgrade(&made.0, &new, "--copy");
    check(&mut drill, "a later release", &mut new, &made);
    let release = new.db.value("SHOW server_version");
    drill.figure(format!(
        "to {release}: passwords, TOTP, tokens, queues and jobs of before are good"
    ));
    drill.end();
}
