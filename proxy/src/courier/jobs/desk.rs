//! All SQL of those who run jobs: connections as howdah_courier, one for each that runs them ([`Desk`]) and one to hear
//! that there are any ([`Bell`]).

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::timeout;
use tokio_postgres::types::{ToSql, Type};
use tokio_postgres::{AsyncMessage, CancelToken, Client, Row};

use super::super::desk::{Server, connect};
use crate::told::told;

const CLAIM: &str =
    "SELECT c.id, c.lease::pg_catalog.text, c.attempt, c.timeout_s FROM howdah.claim_job($1) AS c";
const RUN: &str = "SELECT howdah.run_job($1, $2::pg_catalog.text::pg_catalog.uuid)";
const FAIL: &str = "SELECT howdah.fail_job($1, $2::pg_catalog.text::pg_catalog.uuid, $3, $4, $5)";
const LOG: &str = "SELECT howdah.log_job($1, $2, $3)";
const CANCELLED: &str = "SELECT howdah.cancelled_jobs()";
const FORGET: &str = "DISCARD ALL";
const LISTEN: &str = "LISTEN howdah_jobs";
/// A backend whose courier is gone must not go on with its job for long.
const WATCH: &str = "-c client_connection_check_interval=5s";

/// Longest wait for the answer to anything but a job.
const PATIENCE: Duration = Duration::from_secs(10);
/// What a job may take beyond its time, which the server sees to.
const GRACE: Duration = Duration::from_secs(40);
/// A claim that has not begun to run by then was lost.
const HOLD: i32 = 10;
const LINES: usize = 200;
const LINE: usize = 1000;

/// A job that was claimed.
pub struct Job {
    pub id: i64,
    lease: String,
    attempt: i32,
    time: Duration,
}

/// How a job ended.
pub enum End {
    Succeeded,
    /// The lease was another's by then.
    Late,
    Failed(String),
}

/// A connection that runs jobs.
pub struct Desk {
    client: Client,
    said: Arc<Mutex<Vec<String>>>,
}

impl Desk {
    /// # Errors
    /// When there is no connection, or the extension is not there.
    pub async fn open(server: &Server) -> Result<Self, String> {
        let mut server = server.clone();
        let options = server.dsn.config.get_options().map(|own| format!("{own} {WATCH}"));
        server
            .dsn
            .config
            .options(options.as_deref().unwrap_or(WATCH))
            .application_name("howdah courier, jobs");
        let said = Arc::new(Mutex::new(Vec::new()));
        let ear = said.clone();
        let hear = move |message: AsyncMessage| {
            if let AsyncMessage::Notice(notice) = message {
                let mut lines = ear.lock().unwrap_or_else(PoisonError::into_inner);
                if lines.len() < LINES {
                    let line: String = notice.message().chars().take(LINE).collect();
                    lines.push(format!("{}: {line}", notice.severity()));
                }
            }
        };
        let (client, _) = connect(&server, hear).await?;
        Ok(Self { client, said })
    }

    /// Takes over a job that is due.
    ///
    /// # Errors
    /// When the connection is of no use any more.
    pub async fn claim(&self) -> Result<Option<Job>, String> {
        let rows = self.ask(PATIENCE, CLAIM, &[(&HOLD, Type::INT4)]).await?;
        Ok(rows.first().map(|row| Job {
            id: row.get(0),
            lease: row.get(1),
            attempt: row.get(2),
            time: Duration::from_secs(row.get::<_, i32>(3).max(1).unsigned_abs().into()),
        }))
    }

    /// Whoever holds it can end what runs here.
    pub fn cancel_token(&self) -> CancelToken {
        self.client.cancel_token()
    }

    /// Runs a job, and writes down how it ended and what it said.
    ///
    /// # Errors
    /// When the connection is lost meanwhile: the job is due again when its lease has run out.
    pub async fn run(&self, job: &Job) -> Result<End, String> {
        drop(self.said());
        let values: [(&(dyn ToSql + Sync), Type); 2] =
            [(&job.id, Type::INT8), (&job.lease, Type::TEXT)];
        let asked = self.client.query_typed(RUN, &values);
        let end = match timeout(job.time + GRACE, asked).await {
            Err(_) => return Err("a job does not end".into()),
            Ok(Ok(rows)) if rows.first().is_some_and(|row| row.get(0)) => End::Succeeded,
            Ok(Ok(_)) => End::Late,
            Ok(Err(error)) => match error.as_db_error() {
                // The administrator's commands, and crashes: the server goes away.
                Some(db) if !db.code().code().starts_with("57P") => {
                    let (code, words) = (db.code().code(), db.message());
                    let said = self.said();
                    self.ask(
                        PATIENCE,
                        FAIL,
                        &[
                            (&job.id, Type::INT8),
                            (&job.lease, Type::TEXT),
                            (&code, Type::TEXT),
                            (&words, Type::TEXT),
                            (&said, Type::TEXT_ARRAY),
                        ],
                    )
                    .await?;
                    End::Failed(format!("{code} {words}"))
                }
                _ => return Err(told(&error)),
            },
        };
        let said = self.said();
        if matches!(end, End::Succeeded) && !said.is_empty() {
            let values: [(&(dyn ToSql + Sync), Type); 3] =
                [(&job.id, Type::INT8), (&job.attempt, Type::INT4), (&said, Type::TEXT_ARRAY)];
            self.ask(PATIENCE, LOG, &values).await?;
        }
        // What a job has left in the session (prepared statements, listening, locks) is not the next one's.
        match timeout(PATIENCE, self.client.batch_execute(FORGET)).await {
            Ok(done) => done.map_err(|error| told(&error))?,
            Err(_) => return Err("no answer".into()),
        }
        Ok(end)
    }

    fn said(&self) -> Vec<String> {
        std::mem::take(&mut *self.said.lock().unwrap_or_else(PoisonError::into_inner))
    }

    async fn ask(
        &self,
        patience: Duration,
        statement: &str,
        values: &[(&(dyn ToSql + Sync), Type)],
    ) -> Result<Vec<Row>, String> {
        match timeout(patience, self.client.query_typed(statement, values)).await {
            Ok(answer) => answer.map_err(|error| told(&error)),
            Err(_) => Err("no answer".into()),
        }
    }
}

/// A connection that hears of jobs.
pub struct Bell {
    client: Client,
    pub rung: Arc<Notify>,
}

impl Bell {
    /// # Errors
    /// When there is no connection, or the extension is not there.
    pub async fn open(server: &Server) -> Result<Self, String> {
        let rung = Arc::new(Notify::new());
        let ring = rung.clone();
        let hear = move |message: AsyncMessage| {
            if matches!(message, AsyncMessage::Notification(_)) {
                ring.notify_one();
            }
        };
        let (client, _) = connect(server, hear).await?;
        client.batch_execute(LISTEN).await.map_err(|error| told(&error))?;
        Ok(Self { client, rung })
    }

    /// Running jobs that somebody wants to end.
    ///
    /// # Errors
    /// When the connection is of no use any more.
    pub async fn cancelled(&self) -> Result<Vec<i64>, String> {
        match timeout(PATIENCE, self.client.query(CANCELLED, &[])).await {
            Ok(Ok(rows)) => Ok(rows.iter().map(|row| row.get(0)).collect()),
            Ok(Err(error)) => Err(told(&error)),
            Err(_) => Err("no answer".into()),
        }
    }
}

/// Ends what runs on the connection of the token; best effort.
pub async fn end(server: &Server, token: CancelToken) {
    let _ = timeout(PATIENCE, token.cancel_query(server.dsn.maker())).await;
}
