//! What the kernel knows of processes: memory, files, threads, and which of them are whose.

use crate::server::Howdah;
use std::fs;

/// What a process takes at a moment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Taken {
    /// Resident and its own: what is shared with others, as Postgres's buffers are, does not count. kB.
    pub memory: u64,
    pub files: u64,
    pub threads: u64,
}

/// None once it has ended.
pub fn taken(pid: u32) -> Option<Taken> {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    let line = |name: &str| -> Option<u64> {
        let rest = status.lines().find_map(|line| line.strip_prefix(name))?;
        rest.split_whitespace().next()?.parse().ok()
    };
    let files = fs::read_dir(format!("/proc/{pid}/fd")).ok()?.count() as u64;
    Some(Taken { memory: line("RssAnon:")?, files, threads: line("Threads:")? })
}

/// Processes whose program is `howdah`, with this word after it, and whose address is this Howdah's.
fn howdahs(word: &str, ours: impl Fn(&[String], &str) -> bool) -> Vec<u32> {
    let read = |pid: u32, name: &str| fs::read(format!("/proc/{pid}/{name}")).unwrap_or_default();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let entries = fs::read_dir("/proc").expect("/proc").flatten();
    let pids = entries.filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok());
    pids.filter(|pid| {
        let words: Vec<_> = read(*pid, "cmdline").split(|b| *b == 0).map(text).collect();
        words.first().is_some_and(|w| w.ends_with("howdah"))
            && words.get(1).is_some_and(|w| w == word)
            && ours(&words, &text(&read(*pid, "environ")))
    })
    .collect()
}

/// The `howdah serve` that answers for this Howdah.
pub fn serving(howdah: &Howdah) -> Vec<u32> {
    let port = howdah.url.rsplit(':').next().expect("a port");
    howdahs("serve", |words, environment| {
        words.iter().any(|w| w == port || w.ends_with(&format!(":{port}")))
            || environment.contains(&format!("HOWDAH_PORT={port}"))
            || environment.contains(&format!(":{port}\0"))
    })
}

/// Its `howdah courier`.
pub fn carrying(howdah: &Howdah) -> Vec<u32> {
    let own = howdah.own.as_ref().expect("a Howdah of our own").data.display().to_string();
    howdahs("courier", |words, environment| {
        words.iter().any(|w| w.contains(&own)) || environment.contains(&own)
    })
}

/// Backends of the proxy and of the courier.
pub fn backends(howdah: &Howdah) -> Vec<u32> {
    let sql = "SELECT coalesce(string_agg(pid::text, ' '), '') FROM pg_stat_activity WHERE usename IN ('howdah_proxy', 'howdah_courier')";
    howdah.value(sql).split_whitespace().filter_map(|pid| pid.parse().ok()).collect()
}
