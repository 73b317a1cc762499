//! All SQL of the courier: connections as howdah_courier, one to lease and settle ([`Desk`]) and one for what is due by
//! time ([`Clock`]), with no transaction open between their statements.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{Notify, oneshot};
use tokio::time::timeout;
use tokio_postgres::{AsyncMessage, Client, Config, Connection, NoTls, Statement};

use super::carrier::{Item, Outcome};
use crate::serve::log::{self, Level};
use crate::told::told;

const RECOVERING: &str = "SELECT pg_catalog.pg_is_in_recovery()";
const LISTEN: &str = "LISTEN howdah_courier";
const LEASE: &str = "SELECT l.id, l.lease::pg_catalog.text, l.kind, l.payload::pg_catalog.text, \
                            l.allowed_hosts, l.patience_ms \
                     FROM howdah.lease($1, $2, $3) AS l";
const SETTLE: &str = "SELECT howdah.settle_batch($1, $2, $3)";
const TICK: &str = "SELECT howdah.tick()";
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
    pub async fn open(config: &Config, standby: Duration) -> Result<Self, String> {
        let called = Arc::new(Notify::new());
        let ring = called.clone();
        let hear = move |message: AsyncMessage| {
            if matches!(message, AsyncMessage::Notification(_)) {
                ring.notify_one();
            }
        };
        let (client, ended) = connect(config, standby, hear).await?;
        in_time(client.batch_execute(LISTEN)).await.map_err(text)?;
        let lease = in_time(client.prepare(LEASE)).await.map_err(text)?;
        let settle = in_time(client.prepare(SETTLE)).await.map_err(text)?;
        let beat = in_time(client.prepare(BEAT)).await.map_err(text)?;
        Ok(Self { client, lease, settle, beat, called, ended })
    }

    /// Takes over at most `most` rows of these kinds, for so long.
    pub async fn lease(
        &self,
        kinds: &[&str],
        most: usize,
        hold: Duration,
    ) -> Result<Vec<Item>, Trouble> {
        let (most, seconds) = (most as i32, hold.as_secs() as i32);
        let rows = in_time(self.client.query(&self.lease, &[&kinds, &most, &seconds])).await?;
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

    /// Settles rows in one transaction. A lease that is another's by now is passed over by it.
    pub async fn settle(&self, outcomes: &[Outcome]) -> Result<(), Trouble> {
        let ids: Vec<i64> = outcomes.iter().map(|outcome| outcome.id).collect();
        let leases: Vec<&str> = outcomes.iter().map(|outcome| outcome.lease.as_str()).collect();
        let values: Vec<String> =
            outcomes.iter().map(|outcome| outcome.value.to_string()).collect();
        in_time(self.client.query_one(&self.settle, &[&ids, &leases, &values])).await?;
        Ok(())
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
    pub async fn open(config: &Config, standby: Duration) -> Result<Self, String> {
        let (client, _) = connect(config, standby, |_| {}).await?;
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
    config: &Config,
    standby: Duration,
    hear: impl FnMut(AsyncMessage) + Send + 'static,
) -> Result<Connected, String> {
    let (client, connection) = match timeout(PATIENCE, config.connect(NoTls)).await {
        Ok(made) => made.map_err(|error| told(&error))?,
        Err(_) => return Err("no answer".into()),
    };
    let (last_words, ended) = oneshot::channel();
    tokio::spawn(drive(connection, hear, last_words));
    let mut told_of_it = false;
    loop {
        let row = in_time(client.query_one(RECOVERING, &[])).await.map_err(text)?;
        if !row.get::<_, bool>(0) {
            return Ok((client, ended));
        }
        if !std::mem::replace(&mut told_of_it, true) {
            log::event(Level::Info, "courier idle: the server is a standby", &[]);
        }
        tokio::time::sleep(standby).await;
    }
}

async fn drive<S, T>(
    mut connection: Connection<S, T>,
    mut hear: impl FnMut(AsyncMessage) + Send,
    last_words: oneshot::Sender<String>,
) where
    S: tokio::io::AsyncRead + tokio::io::AsyncWrite + Unpin,
    T: tokio::io::AsyncRead + tokio::io::AsyncWrite + Unpin,
{
    let words = loop {
        match std::future::poll_fn(|cx| connection.poll_message(cx)).await {
            Some(Ok(message)) => hear(message),
            Some(Err(error)) => break told(&error),
            None => break "closed".into(),
        }
    };
    let _ = last_words.send(words);
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
