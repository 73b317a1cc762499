//! Counters for Prometheus. Each worker thread counts in a shard of its own, so that counting never
//! makes two cores fight for a cache line; `/metrics` adds the shards up.

use std::fmt::Write;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Duration;

use http::Method;

use super::config::Lane;
use super::db::Db;

const METHODS: [&str; 9] =
    ["GET", "POST", "PATCH", "PUT", "DELETE", "HEAD", "OPTIONS", "QUERY", "other"];
const CLASSES: [&str; 5] = ["1xx", "2xx", "3xx", "4xx", "5xx"];
/// Upper bounds in µs: half-decades around what a request takes, up to the longest time-out.
const BOUNDS: [u64; 14] = [
    100, 250, 500, 1_000, 2_500, 5_000, 10_000, 25_000, 50_000, 100_000, 250_000, 1_000_000,
    5_000_000, 30_000_000,
];

#[derive(Default)]
struct LaneCounts {
    requests: [[AtomicU64; CLASSES.len()]; METHODS.len()],
    /// One more than the bounds: the rest.
    durations: [AtomicU64; BOUNDS.len() + 1],
    micros: AtomicU64,
}

/// What one worker has counted.
#[derive(Default)]
pub struct Shard {
    lanes: [LaneCounts; Lane::ALL.len()],
    body_in: AtomicU64,
    body_out: AtomicU64,
    /// Answers that the HTTP parser gave by itself.
    pub unparsed: AtomicU64,
    pub opened: AtomicU64,
    pub closed: AtomicU64,
}

/// One request and its answer.
pub struct Observation<'a> {
    pub lane: Lane,
    pub method: &'a Method,
    pub status: u16,
    pub took: Duration,
    pub bytes_in: usize,
    pub bytes_out: usize,
}

impl Shard {
    /// Connections open on this worker.
    pub fn open(&self) -> u64 {
        self.opened.load(Relaxed).saturating_sub(self.closed.load(Relaxed))
    }

    pub fn observe(&self, seen: &Observation<'_>) {
        let lane = &self.lanes[seen.lane as usize];
        let name = seen.method.as_str();
        let method = METHODS.iter().position(|known| *known == name).unwrap_or(METHODS.len() - 1);
        let class = usize::from(seen.status / 100).clamp(1, CLASSES.len()) - 1;
        let micros = seen.took.as_micros() as u64;
        let bucket = BOUNDS.iter().position(|bound| micros <= *bound).unwrap_or(BOUNDS.len());
        lane.requests[method][class].fetch_add(1, Relaxed);
        lane.durations[bucket].fetch_add(1, Relaxed);
        lane.micros.fetch_add(micros, Relaxed);
        self.body_in.fetch_add(seen.bytes_in as u64, Relaxed);
        self.body_out.fetch_add(seen.bytes_out as u64, Relaxed);
    }
}

/// The text form, <https://prometheus.io/docs/instrumenting/exposition_formats/>.
pub fn render(shards: &[Arc<Shard>], db: &Db, in_flight: usize) -> String {
    let sum = |count: &dyn Fn(&Shard) -> &AtomicU64| -> u64 {
        shards.iter().map(|shard| count(shard).load(Relaxed)).sum()
    };
    let mut out = String::with_capacity(8192);
    head(&mut out, "howdah_requests_total", "counter", "Answered requests.");
    for (lane, lane_name) in Lane::ALL {
        for (m, method) in METHODS.iter().enumerate() {
            for (c, class) in CLASSES.iter().enumerate() {
                let count = sum(&|shard| &shard.lanes[lane as usize].requests[m][c]);
                if count > 0 {
                    let labels =
                        format!(r#"lane="{lane_name}",method="{method}",status="{class}""#);
                    let _ = writeln!(out, "howdah_requests_total{{{labels}}} {count}");
                }
            }
        }
    }
    let name = "howdah_request_duration_seconds";
    head(&mut out, name, "histogram", "From the whole head read to the answer made.");
    for (lane, lane_name) in Lane::ALL {
        let mut count = 0;
        for (index, bound) in BOUNDS.iter().map(|bound| Some(*bound)).chain([None]).enumerate() {
            count += sum(&|shard| &shard.lanes[lane as usize].durations[index]);
            let bound = bound.map_or("+Inf".to_owned(), |micros| (micros as f64 / 1e6).to_string());
            let _ = writeln!(out, r#"{name}_bucket{{lane="{lane_name}",le="{bound}"}} {count}"#);
        }
        let seconds = sum(&|shard| &shard.lanes[lane as usize].micros) as f64 / 1e6;
        let _ = writeln!(out, r#"{name}_sum{{lane="{lane_name}"}} {seconds}"#);
        let _ = writeln!(out, r#"{name}_count{{lane="{lane_name}"}} {count}"#);
    }
    let opened = sum(&|shard| &shard.opened);
    let open = opened.saturating_sub(sum(&|shard| &shard.closed));
    for (name, kind, help, value) in [
        ("howdah_requests_in_flight", "gauge", "Requests being worked on.", in_flight as u64),
        ("howdah_request_body_bytes_total", "counter", "Bodies read.", sum(&|s| &s.body_in)),
        ("howdah_response_body_bytes_total", "counter", "Bodies sent.", sum(&|s| &s.body_out)),
        ("howdah_unparsed_total", "counter", "Requests that were not HTTP.", sum(&|s| &s.unparsed)),
        ("howdah_client_connections_total", "counter", "Connections accepted.", opened),
        ("howdah_client_connections", "gauge", "Connections open.", open),
        ("howdah_requests_waiting", "gauge", "Wait for the courier.", db.waits.waiting() as u64),
        ("howdah_replays_total", "counter", "Made again after waiting.", db.waits.replayed()),
        ("howdah_ready", "gauge", "Whether Postgres answers.", u64::from(db.ready())),
    ] {
        head(&mut out, name, kind, help);
        let _ = writeln!(out, "{name} {value}");
    }
    for (name, help, pick) in [
        ("howdah_pg_connections", "Open connections to Postgres.", 0),
        ("howdah_pg_in_flight", "Requests sent to Postgres.", 1),
        ("howdah_pg_waiting", "Requests that wait for a connection.", 2),
    ] {
        head(&mut out, name, "gauge", help);
        for (lane, lane_name) in Lane::ALL {
            let value = db.state(lane)[pick];
            let _ = writeln!(out, r#"{name}{{lane="{lane_name}"}} {value}"#);
        }
    }
    out
}

/// The two lines before the samples of a family.
pub fn head(out: &mut String, name: &str, kind: &str, help: &str) {
    let _ = writeln!(out, "# HELP {name} {help}\n# TYPE {name} {kind}");
}
