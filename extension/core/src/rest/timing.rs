//! How long the phases of a request take, for `Server-Timing` (`rest.server_timing`).

use std::cell::Cell;
use std::fmt::Write as _;
use std::time::{Duration, Instant};

/// In the order that the header has them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// The token is verified.
    Jwt,
    /// Method, path, headers, query string and body are read.
    Parse,
    /// The statement is found or compiled.
    Plan,
    /// The pre-request function, the statement, its rows encoded, deferred triggers.
    Transaction,
    /// Status and headers are made.
    Response,
}

const NAMES: [&str; 5] = ["jwt", "parse", "plan", "transaction", "response"];

/// A clock that one phase at a time has. A phase that was begun is told, also if the request failed in it.
#[derive(Debug)]
pub struct Timing {
    since: Cell<Instant>,
    current: Cell<Phase>,
    spent: Cell<[Option<Duration>; 5]>,
    /// What is spent for a phase that may not come: entering the role, for the transaction.
    ahead: Cell<Duration>,
}

impl Timing {
    /// Starts with the token.
    pub fn start() -> Self {
        Self {
            since: Cell::new(Instant::now()),
            current: Cell::new(Phase::Jwt),
            spent: Cell::default(),
            ahead: Cell::default(),
        }
    }

    /// Ends the current phase and begins another one.
    pub fn begin(&self, phase: Phase) {
        self.settle();
        self.current.set(phase);
    }

    /// What was spent since the current phase began is the transaction's, if it comes to that; the current phase ended
    /// before.
    pub fn charge_ahead(&self) {
        let now = Instant::now();
        self.ahead.set(self.ahead.get() + now.duration_since(self.since.replace(now)));
    }

    /// Ends the current phase: what follows is charged to none until [`Timing::charge_ahead`].
    pub fn settle(&self) {
        let now = Instant::now();
        let passed = now.duration_since(self.since.replace(now));
        let mut spent = self.spent.get();
        if let Some(slot) = spent.get_mut(self.current.get() as usize) {
            *slot = Some(slot.unwrap_or_default() + passed);
        }
        self.spent.set(spent);
    }

    /// `jwt;dur=0.021, parse;dur=0.034, …` in milliseconds: the phases that were begun, the current one ended.
    pub fn header(&self) -> String {
        self.settle();
        let mut out = String::with_capacity(96);
        for (n, (name, spent)) in NAMES.into_iter().zip(self.spent.get()).enumerate() {
            let Some(mut spent) = spent else { continue };
            if n == Phase::Transaction as usize {
                spent += self.ahead.get();
            }
            let comma = if out.is_empty() { "" } else { ", " };
            // Writing into a String cannot fail.
            let _ = write!(out, "{comma}{name};dur={:.3}", spent.as_secs_f64() * 1000.0);
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(header: &str) -> Vec<(String, f64)> {
        let part = |part: &str| {
            let (name, duration) = part.split_once(";dur=").unwrap();
            (name.to_owned(), duration.parse().unwrap())
        };
        header.split(", ").map(part).collect()
    }

    fn wait() {
        std::thread::sleep(Duration::from_millis(5));
    }

    #[test]
    fn each_phase_has_its_own_time() {
        let timing = Timing::start();
        timing.begin(Phase::Parse);
        wait();
        timing.begin(Phase::Plan);
        timing.begin(Phase::Transaction);
        wait();
        wait();
        timing.begin(Phase::Response);
        let parts = parts(&timing.header());
        let names: Vec<&str> = parts.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, NAMES);
        let of = |n: usize| parts.get(n).unwrap().1;
        assert!(of(1) >= 5.0 && of(3) >= 10.0 && of(2) < 5.0, "{parts:?}");
    }

    #[test]
    fn phases_that_never_began_are_left_out() {
        let timing = Timing::start();
        assert_eq!(parts(&timing.header()).len(), 1);
        timing.settle();
        wait();
        timing.charge_ahead();
        timing.begin(Phase::Parse);
        let told = parts(&timing.header());
        assert_eq!(told.len(), 2);
        assert!(told.iter().all(|(_, spent)| *spent < 5.0), "{told:?}");
        timing.begin(Phase::Transaction);
        assert!(parts(&timing.header()).pop().unwrap().1 >= 5.0);
    }
}
