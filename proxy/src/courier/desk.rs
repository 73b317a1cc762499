//! All SQL of the courier: connections as howdah_courier, one to lease and settle ([`Desk`]) and one for what is due by
//! time ([`Clock`]), with no transaction open between their statements.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{Notify, oneshot};
use tokio::time::timeout;
use tokio_postgres::types::ToSql;
use tokio_postgres::{AsyncMessage, Client, Connection, Statement};

use super::carrier::{Item, Outcome};
use super::metrics::{Metrics, Waiting};
use crate::dsn::Dsn;
use crate::serve::log::{self, Level};
use crate::told::told;

const RECOVERING: &str = "SELECT pg_catalog.pg_is_in_recovery()";
const LISTEN: &str = "LISTEN howdah_courier";
const LEASE: &str = "SELECT l.id, l.lease::pg_catalog.text, l.kind, l.payload::pg_catalog.text, \
                            l.allowed_hosts, l.patience_ms \
                     FROM howdah.lease($1, $2, $3, $4::pg_catalog.text::pg_catalog.uuid, \
                                       $5::pg_catalog.text[]::pg_catalog.uuid[]) AS l";
const SETTLE: &str = "SELECT howdah.settle_batch($1, $2, $3)";
const TICK: &str = "SELECT howdah.tick()";
const STATS: &str =
    "SELECT s.kind, s.due, s.leased, s.lag_seconds, s.open_lanes FROM howdah.courier_stats() AS s";
const BEAT: &str = "SELECT howdah.courier_beat($1, $2, $3)";

/// Longest wait for a connection or an answer.
const PATIENCE: Duration = Duration::from_secs(10);
/// A step of what is due by time may be a long one.
const TICK_PATIENCE: Duration = Duration::from_secs(120);

/// Why a statement did not do its work.
pub enum Trouble {
    /// The connection is of no use any more.
    Lost(String),
    /// Postgres refuses this statement, and would again.
    Refused(String),
}

/// Where the server is, how often a standby is asked whether it is one still, and who counts what becomes of connections.
#[derive(Clone)]
pub struct Server {
    pub dsn: Dsn,
    pub standby: Duration,
    pub metrics: Arc<Metrics>,
}

/// A connection at work.
pub struct Desk {
    client: Client,
    lease: Statement,
    settle: Statement,
    beat: Statement,
    /// Rows may be due.
    pub called: Arc<Notify>,
    /// Ends with the connection, with its last words.
    pub ended: oneshot::Receiver<String>,
}

impl Desk {
    /// Connects; waits while the server is a standby, however long that is.
    ///
    /// # Errors
    /// When there is no connection, or it ends, or the extension is not there.
    pub async fn open(server: &Server) -> Result<Self, String> {
        let called = Arc::new(Notify::new());
        let ring = called.clone();
        let hear = move |message: AsyncMessage| {
            if matches!(message, AsyncMessage::Notification(_)) {
                ring.notify_one();
            }
        };
        let (client, ended) = connect(server, hear).await?;
        in_time(client.batch_execute(LISTEN)).await.map_err(text)?;
        let lease = in_time(client.prepare(LEASE)).await.map_err(text)?;
        let settle = in_time(client.prepare(SETTLE)).await.map_err(text)?;
        let beat = in_time(client.prepare(BEAT)).await.map_err(text)?;
        Ok(Self { client, lease, settle, beat, called, ended })
    }

    /// Takes over at most `most` rows of these kinds, for so long, under this token. `lost`: tokens of calls that were
    /// never answered.
    pub async fn lease(
        &self,
        kinds: &[&str],
        most: usize,
        hold: Duration,
        token: &str,
        lost: &[&str],
    ) -> Result<Vec<Item>, Trouble> {
        let (most, seconds) = (most as i32, hold.as_secs() as i32);
        let values: [&(dyn ToSql + Sync); 5] = [&kinds, &most, &seconds, &token, &lost];
        let rows = in_time(self.client.query(&self.lease, &values)).await?;
        let item = |row: &tokio_postgres::Row| Item {
            id: row.get(0),
            lease: row.get(1),
            kind: row.get(2),
            payload: serde_json::from_str(row.get(3)).unwrap_or_default(),
            allowed_hosts: row.get(4),
            patience: row
                .get::<_, Option<i32>>(5)
                .map(|ms| Duration::from_millis(ms.max(0).unsigned_abs().into())),
        };
        Ok(rows.iter().map(item).collect())
    }

    /// Settles rows in one transaction. Answers how many of them were another's by then: those are passed over.
    pub async fn settle(&self, outcomes: &[Outcome]) -> Result<usize, Trouble> {
        let ids: Vec<i64> = outcomes.iter().map(|outcome| outcome.id).collect();
        let leases: Vec<&str> = outcomes.iter().map(|outcome| outcome.lease.as_str()).collect();
        let values: Vec<String> =
            outcomes.iter().map(|outcome| outcome.value.to_string()).collect();
        let row = in_time(self.client.query_one(&self.settle, &[&ids, &leases, &values])).await?;
        Ok(row.get::<_, Vec<bool>>(0).iter().filter(|settled| !**settled).count())
    }

    /// What waits, of all kinds.
    pub async fn waiting(&self) -> Result<Vec<Waiting>, Trouble> {
        let rows = in_time(self.client.query(STATS, &[])).await?;
        let waiting = |row: &tokio_postgres::Row| Waiting {
            kind: row.get(0),
            due: row.get(1),
            leased: row.get(2),
            lag_seconds: row.get(3),
            open_lanes: row.get(4),
        };
        Ok(rows.iter().map(waiting).collect())
    }

    pub async fn beat(&self, courier: &str, carrying: usize) -> Result<(), Trouble> {
        let version = env!("CARGO_PKG_VERSION");
        let carrying = carrying as i32;
        in_time(self.client.execute(&self.beat, &[&courier, &version, &carrying])).await?;
        Ok(())
    }
}

/// A connection for what is due by time: a long step of it does not hold up what is carried.
pub struct Clock {
    client: Client,
    tick: Statement,
}

impl Clock {
    /// As [`Desk::open`].
    ///
    /// # Errors
    /// When there is no connection, or it ends, or the extension is not there.
    pub async fn open(server: &Server) -> Result<Self, String> {
        let (client, _) = connect(server, |_| {}).await?;
        let tick = in_time(client.prepare(TICK)).await.map_err(text)?;
        Ok(Self { client, tick })
    }

    /// One step of everything that is due by time.
    ///
    /// # Errors
    /// When it took longer than [`TICK_PATIENCE`], or the connection is gone.
    pub async fn tick(&self) -> Result<(), String> {
        let answer = self.client.query_one(&self.tick, &[]);
        match timeout(TICK_PATIENCE, answer).await {
            Ok(Ok(_)) => Ok(()),
            Ok(Err(error)) => Err(told(&error)),
            Err(_) => Err("no answer".into()),
        }
    }
}

/// A connection, and its last words when it ends.
type Connected = (Client, oneshot::Receiver<String>);

/// Connects; waits while the server is a standby. `hear` gets what comes unasked: notifications and notices.
pub(super) async fn connect(
    server: &Server,
    hear: impl FnMut(AsyncMessage) + Send + 'static,
) -> Result<Connected, String> {
    let metrics = server.metrics.clone();
    let made = match timeout(PATIENCE, server.dsn.connect()).await {
        Ok(made) => made.map_err(|error| told(&error)),
        Err(_) => Err("no answer".into()),
    };
    let (client, connection) = made.inspect_err(|_| metrics.not_connected())?;
    let (last_words, ended) = oneshot::channel();
    metrics.connected();
    tokio::spawn(async move {
        let words = drive(connection, hear).await;
        metrics.disconnected();
        let _ = last_words.send(words);
    });
    let mut told_of_it = false;
    loop {
        let row = in_time(client.query_one(RECOVERING, &[])).await.map_err(text)?;
        let standby: bool = row.get(0);
        server.metrics.standing_by(standby);
        if !standby {
            return Ok((client, ended));
        }
        if !std::mem::replace(&mut told_of_it, true) {
            log::event(Level::Info, "courier idle: the server is a standby", &[]);
        }
        tokio::time::sleep(server.standby).await;
    }
}

async fn drive<S, T>(
    mut connection: Connection<S, T>,
    mut hear: impl FnMut(AsyncMessage) + Send,
) -> String
where
    S: tokio::io::AsyncRead + tokio::io::AsyncWrite + Unpin,
    T: tokio::io::AsyncRead + tokio::io::AsyncWrite + Unpin,
{
    loop {
        match std::future::poll_fn(|cx| connection.poll_message(cx)).await {
            Some(Ok(message)) => hear(message),
            Some(Err(error)) => break told(&error),
            None => break "closed".into(),
        }
    }
}

async fn in_time<T>(
    answer: impl Future<Output = Result<T, tokio_postgres::Error>>,
) -> Result<T, Trouble> {
    match timeout(PATIENCE, answer).await {
        Ok(Ok(value)) => Ok(value),
        Ok(Err(error)) => Err(match error.code().map(|code| &code.code()[..2]) {
            // Data and rules: this row's own fault, whichever connection brings it.
            Some("22" | "23") => Trouble::Refused(told(&error)),
            _ => Trouble::Lost(told(&error)),
        }),
        Err(_) => Err(Trouble::Lost("no answer".into())),
    }
}

fn text(trouble: Trouble) -> String {
    match trouble {
        Trouble::Lost(text) | Trouble::Refused(text) => text,
    }
}
