//! What a courier counts, for Prometheus, on a listener of its own: `/live`, `/ready`, `/metrics`.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::Router;
use axum::response::IntoResponse;
use axum::routing::get;
use http::{StatusCode, Uri};
use serde_json::Value;
use tokio::net::TcpListener;

use crate::serve::metrics::head;
use crate::serve::ops::{METRICS, text};

/// What one kind of row has come to.
#[derive(Default, Clone, Copy)]
struct Kind {
    leased: u64,
    delivered: u64,
    deferred: u64,
    failed: u64,
    in_flight: i64,
}

/// What waits in the database, of one kind.
pub struct Waiting {
    pub kind: String,
    pub due: i64,
    pub leased: i64,
    pub lag_seconds: f64,
    pub open_lanes: i64,
}

/// How a job's run ended here.
#[derive(Clone, Copy)]
pub enum JobEnd {
    Succeeded,
    Failed,
    Late,
}

const JOB_ENDS: [(JobEnd, &str); 3] =
    [(JobEnd::Succeeded, "succeeded"), (JobEnd::Failed, "failed"), (JobEnd::Late, "late")];

#[derive(Default)]
pub struct Metrics {
    kinds: Mutex<BTreeMap<String, Kind>>,
    waiting: Mutex<Vec<Waiting>>,
    /// Outcomes that came when the lease was another's.
    late: AtomicU64,
    connects: AtomicU64,
    refused: AtomicU64,
    lost: AtomicU64,
    connections: AtomicI64,
    standby: AtomicI64,
    working: AtomicBool,
    ticks: AtomicU64,
    jobs: [AtomicU64; JOB_ENDS.len()],
    jobs_running: AtomicI64,
}

impl Metrics {
    pub fn leased(&self, kind: &str) {
        self.kind(kind, |kind| {
            kind.leased += 1;
            kind.in_flight += 1;
        });
    }

    pub fn carried(&self, kind: &str, outcome: &Value) {
        self.kind(kind, |kind| {
            kind.in_flight -= 1;
            let count = match outcome.get("error") {
                None => &mut kind.delivered,
                Some(_) if outcome["permanent"] == true => &mut kind.failed,
                Some(_) => &mut kind.deferred,
            };
            *count += 1;
        });
    }

    pub fn late(&self, count: usize) {
        self.late.fetch_add(count as u64, Relaxed);
    }

    pub fn connected(&self) {
        self.connects.fetch_add(1, Relaxed);
        self.connections.fetch_add(1, Relaxed);
    }

    pub fn disconnected(&self) {
        self.lost.fetch_add(1, Relaxed);
        self.connections.fetch_sub(1, Relaxed);
    }

    pub fn not_connected(&self) {
        self.refused.fetch_add(1, Relaxed);
    }

    /// Whether the server was a standby when it was asked last.
    pub fn standing_by(&self, standby: bool) {
        self.standby.store(standby.into(), Relaxed);
    }

    /// Whether rows can be taken over: there is a connection, and the extension on it.
    pub fn works(&self, working: bool) {
        self.working.store(working, Relaxed);
    }

    pub fn ticked(&self) {
        self.ticks.fetch_add(1, Relaxed);
    }

    pub fn job_begins(&self) {
        self.jobs_running.fetch_add(1, Relaxed);
    }

    /// `None`: the connection was lost.
    pub fn job_ended(&self, end: Option<JobEnd>) {
        self.jobs_running.fetch_sub(1, Relaxed);
        if let Some(end) = end {
            self.jobs[end as usize].fetch_add(1, Relaxed);
        }
    }

    pub fn waiting(&self, rows: Vec<Waiting>) {
        *lock(&self.waiting) = rows;
    }

    fn kind(&self, name: &str, count: impl FnOnce(&mut Kind)) {
        let mut kinds = lock(&self.kinds);
        if !kinds.contains_key(name) {
            kinds.insert(name.to_owned(), Kind::default());
        }
        if let Some(kind) = kinds.get_mut(name) {
            count(kind);
        }
    }

    fn render(&self) -> String {
        let mut out = String::with_capacity(4096);
        let kinds = lock(&self.kinds).clone();
        let name = "howdah_courier_leases_total";
        head(&mut out, name, "counter", "Rows taken over.");
        for (kind, n) in &kinds {
            let _ = writeln!(out, r#"{name}{{kind="{kind}"}} {}"#, n.leased);
        }
        let name = "howdah_courier_outcomes_total";
        head(&mut out, name, "counter", "Attempts to carry a row.");
        for (kind, n) in &kinds {
            for (result, n) in
                [("delivered", n.delivered), ("deferred", n.deferred), ("failed", n.failed)]
            {
                let _ = writeln!(out, r#"{name}{{kind="{kind}",result="{result}"}} {n}"#);
            }
        }
        let name = "howdah_courier_in_flight";
        head(&mut out, name, "gauge", "Rows being carried.");
        for (kind, n) in &kinds {
            let _ = writeln!(out, r#"{name}{{kind="{kind}"}} {}"#, n.in_flight);
        }
        self.render_waiting(&mut out);
        let name = "howdah_courier_jobs_total";
        head(&mut out, name, "counter", "Jobs run.");
        for (end, result) in JOB_ENDS {
            let n = self.jobs[end as usize].load(Relaxed);
            let _ = writeln!(out, r#"{name}{{result="{result}"}} {n}"#);
        }
        let counter = |count: &AtomicU64| ("counter", count.load(Relaxed) as i64);
        let gauge = |count: &AtomicI64| ("gauge", count.load(Relaxed));
        for (name, (kind, value), help) in [
            ("late_outcomes_total", counter(&self.late), "Outcomes whose lease was another's."),
            ("connects_total", counter(&self.connects), "Connections to Postgres made."),
            ("connect_failures_total", counter(&self.refused), "Connections not made."),
            ("disconnects_total", counter(&self.lost), "Connections that ended."),
            ("connections", gauge(&self.connections), "Connections to Postgres."),
            ("standby", gauge(&self.standby), "Whether the server is a standby."),
            ("ticks_total", counter(&self.ticks), "Steps of what is due by time."),
            ("jobs_running", gauge(&self.jobs_running), "Jobs being run."),
        ] {
            let name = format!("howdah_courier_{name}");
            head(&mut out, &name, kind, help);
            let _ = writeln!(out, "{name} {value}");
        }
        out
    }

    fn render_waiting(&self, out: &mut String) {
        let rows = lock(&self.waiting);
        type Pick = fn(&Waiting) -> f64;
        let gauges: [(&str, &str, Pick); 4] = [
            ("howdah_outbox_due", "Rows that wait, of all couriers.", |row| row.due as f64),
            ("howdah_outbox_leased", "Rows leased, by all couriers.", |row| row.leased as f64),
            ("howdah_outbox_lag_seconds", "How long the oldest is due.", |row| row.lag_seconds),
            ("howdah_outbox_open_lanes", "Lanes whose breaker is open.", |row| {
                row.open_lanes as f64
            }),
        ];
        for (name, help, pick) in gauges {
            head(out, name, "gauge", help);
            for row in rows.iter() {
                let _ = writeln!(out, r#"{name}{{kind="{}"}} {}"#, row.kind, pick(row));
            }
        }
    }

    fn ready(&self) -> (StatusCode, &'static str) {
        let status = |word| (StatusCode::OK, word);
        let standing_by = self.standby.load(Relaxed) > 0 && self.connections.load(Relaxed) > 0;
        match (standing_by, self.working.load(Relaxed)) {
            (true, _) => status(r#"{"status":"standby"}"#),
            (false, true) => status(r#"{"status":"ready"}"#),
            (false, false) => (StatusCode::SERVICE_UNAVAILABLE, r#"{"status":"unavailable"}"#),
        }
    }
}

/// Answers until the process ends.
pub fn serve(listener: TcpListener, metrics: Arc<Metrics>) {
    let answer = |uri: Uri| async move {
        match uri.path() {
            "/live" => text("application/json", r#"{"status":"live"}"#).into_response(),
            "/ready" => {
                let (status, body) = metrics.ready();
                (status, text("application/json", body)).into_response()
            }
            "/metrics" => text(METRICS, metrics.render()).into_response(),
            _ => StatusCode::NOT_FOUND.into_response(),
        }
    };
    let router = Router::new().fallback(get(answer));
    tokio::spawn(async move { axum::serve(listener, router).await });
}

fn lock<T>(shared: &Mutex<T>) -> MutexGuard<'_, T> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn counts_what_is_carried_by_kind_and_result() {
        let metrics = Metrics::default();
        for _ in 0..4 {
            metrics.leased("email");
        }
        metrics.carried("email", &json!({"delivered": true}));
        metrics.carried("email", &json!({"error": "timeout", "permanent": false}));
        metrics.carried("email", &json!({"error": "status_410", "permanent": true}));
        metrics.job_begins();
        metrics.job_ended(Some(JobEnd::Late));
        metrics.connected();
        metrics.connected();
        metrics.disconnected();
        let lag =
            Waiting { kind: "sms".into(), due: 7, leased: 0, lag_seconds: 1.5, open_lanes: 1 };
        metrics.waiting(vec![lag]);
        let text = metrics.render();
        for line in [
            r#"howdah_courier_leases_total{kind="email"} 4"#,
            r#"howdah_courier_outcomes_total{kind="email",result="delivered"} 1"#,
            r#"howdah_courier_outcomes_total{kind="email",result="deferred"} 1"#,
            r#"howdah_courier_outcomes_total{kind="email",result="failed"} 1"#,
            r#"howdah_courier_in_flight{kind="email"} 1"#,
            r#"howdah_outbox_lag_seconds{kind="sms"} 1.5"#,
            r#"howdah_outbox_open_lanes{kind="sms"} 1"#,
            r#"howdah_courier_jobs_total{result="late"} 1"#,
            "howdah_courier_jobs_running 0",
            "howdah_courier_connections 1",
            "howdah_courier_connects_total 2",
            "howdah_courier_disconnects_total 1",
        ] {
            assert!(text.lines().any(|found| found == line), "{line}\n{text}");
        }
        // Every sample has its family's head before it.
        let mut heads = std::collections::HashSet::new();
        for line in text.lines() {
            match line.strip_prefix("# TYPE ") {
                Some(rest) => drop(heads.insert(rest.split(' ').next().unwrap_or_default())),
                None if line.starts_with('#') => {}
                None => assert!(heads.contains(line.split(['{', ' ']).next().unwrap()), "{line}"),
            }
        }
    }

    #[test]
    fn is_ready_while_it_can_work() {
        let metrics = Metrics::default();
        assert_eq!(metrics.ready().0, StatusCode::SERVICE_UNAVAILABLE);
        metrics.connected();
        metrics.standing_by(true);
        assert_eq!(metrics.ready(), (StatusCode::OK, r#"{"status":"standby"}"#));
        metrics.standing_by(false);
        assert_eq!(metrics.ready().0, StatusCode::SERVICE_UNAVAILABLE, "no extension");
        metrics.works(true);
        assert_eq!(metrics.ready(), (StatusCode::OK, r#"{"status":"ready"}"#));
    }
}
