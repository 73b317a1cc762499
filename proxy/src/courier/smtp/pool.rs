//! Connections that are used again: a handshake costs more than a message.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::{Duration, Instant};

use lettre::transport::smtp::client::AsyncSmtpConnection;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{sleep, timeout};

use super::connect;
use super::outcome::Failure;
use super::server::Server;

/// A connection that nobody has used for so long is closed; servers wait longer than that.
const IDLE: Duration = Duration::from_secs(20);
/// Messages on one connection: servers end it at some number, and other couriers want a turn.
const MESSAGES: usize = 200;
const SWEEP: Duration = Duration::from_secs(5);
const FAREWELL: Duration = Duration::from_secs(2);

#[derive(Default)]
pub struct Pool(Mutex<HashMap<String, Place>>);

/// A server.
struct Place {
    room: Arc<Semaphore>,
    idle: Vec<Idle>,
    used_at: Instant,
}

struct Idle {
    connection: AsyncSmtpConnection,
    since: Instant,
    messages: usize,
}

impl Pool {
    pub fn new() -> Arc<Self> {
        let pool = Arc::new(Self::default());
        tokio::spawn(sweep(Arc::downgrade(&pool)));
        pool
    }

    /// A connection for one message; waits while the server has as many as it may have.
    pub async fn connection(self: &Arc<Self>, server: &Server) -> Result<Held, Failure> {
        let room = self.with_place(server, |place| place.room.clone());
        let permit = room.acquire_owned().await.map_err(|_| Failure::word("failed"))?;
        let idle = self.with_place(server, |place| place.idle.pop());
        let (connection, messages) = match idle.filter(|idle| idle.since.elapsed() < IDLE) {
            Some(idle) => (idle.connection, idle.messages),
            None => (connect::open(server).await?, 0),
        };
        let pool = self.clone();
        Ok(Held { connection, messages, pool, server: server.key.clone(), _permit: permit })
    }

    fn with_place<T>(&self, server: &Server, work: impl FnOnce(&mut Place) -> T) -> T {
        let mut places = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let place = places.entry(server.key.clone()).or_insert_with(|| Place {
            room: Arc::new(Semaphore::new(server.connections)),
            idle: Vec::new(),
            used_at: Instant::now(),
        });
        place.used_at = Instant::now();
        work(place)
    }

    fn take_back(&self, server: &str, idle: Idle) {
        let mut places = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(place) = places.get_mut(server) {
            place.idle.push(idle);
        }
    }

    /// Takes out what has been idle for long, and servers that nobody asks for.
    fn outdated(&self) -> Vec<Idle> {
        let mut places = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut old = Vec::new();
        for place in places.values_mut() {
            old.extend(place.idle.extract_if(.., |idle| idle.since.elapsed() >= IDLE));
        }
        places.retain(|_, place| !place.idle.is_empty() || place.used_at.elapsed() < 4 * IDLE);
        old
    }
}

async fn sweep(pool: Weak<Pool>) {
    loop {
        sleep(SWEEP).await;
        let Some(pool) = pool.upgrade() else { return };
        for idle in pool.outdated() {
            tokio::spawn(close(idle.connection));
        }
    }
}

async fn close(mut connection: AsyncSmtpConnection) {
    let _ = timeout(FAREWELL, connection.quit()).await;
}

/// A connection in use. Dropped, it is closed without a word: nobody knows what state it is in.
pub struct Held {
    connection: AsyncSmtpConnection,
    messages: usize,
    pool: Arc<Pool>,
    server: String,
    _permit: OwnedSemaphorePermit,
}

impl Held {
    pub fn connection(&mut self) -> &mut AsyncSmtpConnection {
        &mut self.connection
    }

    /// Whether it has carried a message before.
    pub fn was_used(&self) -> bool {
        self.messages > 0
    }

    /// It is as it was before the message.
    pub fn give_back(self) {
        let Self { connection, messages, pool, server, .. } = self;
        if messages + 1 >= MESSAGES {
            tokio::spawn(close(connection));
            return;
        }
        pool.take_back(&server, Idle { connection, since: Instant::now(), messages: messages + 1 });
    }
}
