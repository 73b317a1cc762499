//! What drills share: how long they are, their dice, waiting, signals, couriers of their own.

use crate::server::binary;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

/// Whether drills run at full length: `HOWDAH_DRILLS=full`.
pub fn full() -> bool {
    std::env::var("HOWDAH_DRILLS").is_ok_and(|value| value == "full")
}

/// How many of something, at full length and otherwise.
pub fn count(at_full_length: usize, otherwise: usize) -> usize {
    if full() { at_full_length } else { otherwise }
}

/// Waits for what comes within so many seconds, or fails.
#[track_caller]
pub fn wait(seconds: u64, what: &str, mut reached: impl FnMut() -> bool) {
    let end = Instant::now() + Duration::from_secs(seconds);
    while !reached() {
        assert!(Instant::now() < end, "never: {what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[track_caller]
pub fn signal(name: &str, pid: u32) {
    let sent = Command::new("kill").args([&format!("-{name}"), &pid.to_string()]).status();
    assert!(sent.is_ok_and(|s| s.success()), "kill -{name} {pid}");
}

/// The closing line of a drill that has asserted all the way: so many things held.
pub fn closing(id: &str, title: &str, begun: Instant, passed: usize, found: &str) {
    let seed = std::env::var("HOWDAH_SEED").unwrap_or_else(|_| "-".into());
    say(id, title, &seed, begun, &format!("{passed} passed, 0 failed"), found);
}

fn say(id: &str, title: &str, seed: &str, begun: Instant, counts: &str, found: &str) {
    let form = if full() { "full" } else { "reduced" };
    let seconds = begun.elapsed().as_secs_f64();
    println!("drill\t{id}\t{title}\t{form}\t{seed}\t{seconds:.0} s\t{counts}\t{found}");
}

/// Numbers by lot, the same again from the same seed (`HOWDAH_SEED`): splitmix64.
pub struct Dice {
    state: u64,
    /// What it began with.
    pub seed: u64,
}

impl Dice {
    /// Says its seed.
    pub fn new(drill: &str) -> Self {
        let given = std::env::var("HOWDAH_SEED").ok().and_then(|seed| seed.parse().ok());
        let seed = given.unwrap_or_else(|| {
            let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
            now.map_or(1, |since| since.as_millis() as u64)
        });
        println!("{drill}: seed {seed}");
        Self { state: seed, seed }
    }

    /// Further dice, by lot of others.
    pub fn of(seed: u64) -> Self {
        Self { state: seed, seed }
    }

    pub fn below(&mut self, end: u64) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % end.max(1)
    }
}

/// One drill of the threat model: what went well and what did not. It closes with the line that docs/RELIABILITY.md is made of
/// (`scripts/reliability`), and fails if anything did not.
pub struct Drill {
    id: &'static str,
    title: String,
    seed: u64,
    begun: Instant,
    passed: u64,
    failures: Vec<String>,
    figures: Vec<String>,
}

impl Drill {
    /// `id`: its number in the threat model (D1 …), or a word; `title`: what is done, counts included. Its dice have its seed.
    pub fn begin(id: &'static str, title: impl Into<String>) -> (Self, Dice) {
        let dice = Dice::new(id);
        let (title, seed) = (title.into(), dice.seed);
        let begun = Instant::now();
        (Self { id, title, seed, begun, passed: 0, failures: vec![], figures: vec![] }, dice)
    }

    pub fn passed(&mut self, count: u64) {
        self.passed += count;
    }

    /// Counts one; says of the first hundred that are not so what was found.
    pub fn check(&mut self, holds: bool, what: impl FnOnce() -> String) {
        if holds {
            self.passed += 1;
        } else {
            let what = what();
            if self.failures.len() < 100 {
                println!("{}: FAILED: {what}", self.id);
            }
            self.failures.push(what);
        }
    }

    /// Something measured, or counted: `0 lost of 5,187 acknowledged`.
    pub fn figure(&mut self, said: impl Into<String>) {
        let said = said.into();
        println!("{}: {said}", self.id);
        self.figures.push(said);
    }

    /// Says what came of it.
    #[track_caller]
    pub fn end(self) {
        let Self { id, title, seed, begun, passed, failures, figures } = self;
        let counts = format!("{passed} passed, {} failed", failures.len());
        say(id, &title, &seed.to_string(), begun, &counts, &figures.join("; "));
        assert!(failures.is_empty(), "{id}, seed {seed}: {counts}: {}", failures[0]);
        assert!(passed > 0, "{id} tried nothing");
    }
}

/// A `howdah courier`; it is killed with this value.
pub struct Courier(Child);

impl Courier {
    pub fn start(db_url: &str, arguments: &[&str]) -> Self {
        let log = std::env::var_os("HOWDAH_DRILL_LOG")
            .and_then(|path| std::fs::OpenOptions::new().create(true).append(true).open(path).ok());
        let child = Command::new(binary())
            .args(["courier", "--db-url", db_url])
            .args(arguments)
            .stdout(Stdio::null())
            .stderr(log.map_or_else(Stdio::null, Stdio::from))
            .spawn()
            .expect("howdah courier runs");
        Self(child)
    }

    pub fn pid(&self) -> u32 {
        self.0.id()
    }

    pub fn signal(&self, name: &str) {
        signal(name, self.pid());
    }

    /// Tells it to stop; how it did.
    pub fn stop(&mut self) -> ExitStatus {
        self.signal("TERM");
        self.0.wait().expect("it ends")
    }

    pub fn kill(mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }

    pub fn runs(&mut self) -> bool {
        matches!(self.0.try_wait(), Ok(None))
    }

    /// Memory that is its own now, and the most that it ever was, in kB.
    pub fn memory(&self) -> (u64, u64) {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.pid()));
        let status = status.expect("it runs");
        let line = |name: &str| {
            let line = status.lines().find_map(|line| line.strip_prefix(name));
            line.and_then(|rest| rest.split_whitespace().next()?.parse().ok()).expect("kB")
        };
        (line("VmRSS:"), line("VmHWM:"))
    }
}

impl Drop for Courier {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
