//! What pg_dump and pg_dumpall carry to another server, with the key file and without (THREATS B8, D9).

use super::populated::{Counts, fill, same, state, works};
use howdah_tests::cluster::Cluster;
use howdah_tests::drill::{Drill, count, full};
use howdah_tests::proxy::Proxy;
use std::fs;

/// A way from one cluster to another that was just made.
type Way = (&'static str, fn(&Cluster, &str), fn(&Cluster, &str));

/// Roles are the cluster's: pg_dump does not carry them. Ours are made by CREATE EXTENSION, the others come so.
fn roles(to: &Cluster) {
    to.db.sql("CREATE ROLE app; CREATE ROLE report");
}

const WAYS: [Way; 5] = [
    (
        "pg_dump -Fc",
        |from, file| drop(from.tool("pg_dump", &["-Fc", "-f", file])),
        |to, file| {
            roles(to);
            to.tool("pg_restore", &["--exit-on-error", "-d", "postgres", file]);
        },
    ),
    (
        "pg_dumpall",
        |from, file| drop(from.tool("pg_dumpall", &["-f", file])),
        // It makes the role that it is restored as, too; that one is there.
        |to, file| drop(to.tool("psql", &["-Xq", "-o", "/dev/null", "-f", file])),
    ),
    (
        "pg_dump -Fp",
        |from, file| drop(from.tool("pg_dump", &["-Fp", "-f", file])),
        |to, file| {
            roles(to);
            to.tool("psql", &["-Xq1", "-o", "/dev/null", "-v", "ON_ERROR_STOP=1", "-f", file]);
        },
    ),
    (
        "pg_dump -Fd -j 2",
        |from, file| drop(from.tool("pg_dump", &["-Fd", "-j", "2", "-f", file])),
        |to, file| {
            roles(to);
            to.tool("pg_restore", &["--exit-on-error", "-j", "2", "-d", "postgres", file]);
        },
    ),
    (
        "pg_dump --schema-only and --data-only",
        |from, file| {
            from.tool("pg_dump", &["-Fc", "--schema-only", "-f", file]);
            from.tool("pg_dump", &["-Fc", "--data-only", "-f", &format!("{file}.data")]);
        },
        |to, file| {
            roles(to);
            to.tool("pg_restore", &["--exit-on-error", "-d", "postgres", file]);
            let data = format!("{file}.data");
            let arguments = ["--exit-on-error", "--disable-triggers", "-d", "postgres", &data];
            to.tool("pg_restore", &arguments);
        },
    ),
];

#[test]
fn a_dump_carries_everything_to_another_server() {
    let counts =
        Counts { users: count(10_000, 500), jobs: count(50_000, 500), schedules: count(200, 20) };
    let ways = if full() { &WAYS[..] } else { &WAYS[..2] };
    let names: Vec<_> = ways.iter().map(|(name, ..)| *name).collect();
    let (mut drill, _) = Drill::begin(
        "D9",
        format!("Restored into a fresh cluster: {}, by {}", counts.said(), names.join(", ")),
    );
    let from = Cluster::start_with_howdah(false);
    let proxy = Proxy::start(&from.db.proxy_db_url, &[]);
    let witness = fill(&proxy.over(&from.db), &counts);
    drop(proxy);
    let before = state(&from);
    let key = fs::read(from.folder().join("data/howdah.key")).expect("the key file");
    for (number, (name, dump, restore)) in ways.iter().enumerate() {
        let file = from.folder().join(format!("dump{number}"));
        let file = file.to_str().expect("a path");
        dump(&from, file);
        let mut to = Cluster::make(false);
        to.put("howdah.key", &key);
        to.start();
        restore(&to, file);
        same(&mut drill, name, &before, &state(&to));
        let proxy = Proxy::start(&to.db.proxy_db_url, &[]);
        works(&mut drill, name, &proxy.over(&to.db), &witness);
    }
    drill.figure("all rows, sequences, definitions, rights and comments equal; passwords, TOTP, access and refresh tokens of before are good");
    drill.end();
}
