//! All SQL of the proxy, and the lanes of connections that it travels on.
//!
//! # Lanes
//! Reads share a few pipelined connections: fewer backends fight for the cores, and requests that
//! arrive together leave in one write. The price is head-of-line blocking: a slow statement holds
//! back whatever was sent behind it. Four rules keep that small: a request goes to the connection
//! with the fewest in flight; a connection whose head has run longer than [`STALL`] gets nothing
//! new; when all are so held, another is opened (up to a maximum, closed again when idle); and at
//! most [`DEPTH`] are ever sent ahead, so that what waits, waits here, where any connection that
//! frees up can take it.
//!
//! Heavy routes hash passwords: the cores are the limit (`password_hash_slots`), and there are more connections than the
//! database computes at a time, so that what else a sign-in does goes on beside the hashes. What waits, waits here, in order,
//! as long as it will have its turn within [`REACH`], by the pace of those before it. Beyond that, a request may still ask on
//! one of [`ASIDE`] connections that nobody waits for. There the database lets wait only who has signed in before, and tells
//! the others to come again: so a flood keeps strangers waiting, and known devices not. While those are taken too, a request
//! is refused here, in microseconds.
//!
//! Writes and heavy routes have connections of their own, one request at a time, and wait for one
//! in order. A pipeline would be wrong for writes: each commit on a connection waits for its own
//! flush of the log, one after the other, while commits of different connections share one flush.
//! Single-row inserts by 16 clients on 2 cores: 259/s on two pipelined connections; of the smallest
//! server with 16 connections 0.37 on four exclusive ones, 0.73 on eight, 1.03 on sixteen. Reads of
//! one row: 1.12 of that server on two pipelined connections, 0.94 on four.

use std::io;
use std::pin::pin;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, Instant};

use bytes::{Buf, BufMut, Bytes, BytesMut};
use http::{HeaderMap, Method};
use postgres_protocol::IsNull;
use postgres_protocol::message::frontend;
use tokio::runtime::Handle;
use tokio::sync::mpsc;
use tokio::time::{sleep, timeout, timeout_at};

use crate::cli::ServeArgs;
use crate::dsn::Dsn;

use super::Counted;
use super::answer::{Finished, Refusal};
use super::config::{Config, Lane};
use super::log::{self, Level};
use super::pg::{self, Driver, Failure, Link, Prepared, Row};
use super::pool::{Pool, STALL, Slot};
use super::wait::Waits;

const TEXT: u32 = 25;
const BYTEA: u32 = 17;
static SERVE: [Prepared; 1] = [Prepared {
    name: "serve",
    sql: "SELECT howdah.serve_frame($1, $2, $3, $4, $5, $6)",
    types: &[TEXT, TEXT, BYTEA, BYTEA, TEXT, TEXT],
}];
const CONFIG: &str = "SELECT howdah.proxy_config()";
const ROUTES: &str = "howdah_routes";
const SETTLED: &str = "howdah_settled";
const LISTEN: &str = "LISTEN howdah_routes; LISTEN howdah_settled";

/// Requests sent ahead on one shared connection. Batching gains nothing beyond it.
const DEPTH: usize = 16;
/// How long a request waits for a connection after the last one was lost, before it is refused.
const GRACE: Duration = Duration::from_millis(1500);
/// How long a request waits for its turn on a connection before it is refused.
const PATIENCE: Duration = Duration::from_secs(10);
/// A connection this young has the library that the server has now.
const FRESH: Duration = Duration::from_secs(2);
/// An extra connection idle for this long is closed.
const LINGER: Duration = Duration::from_secs(30);
/// Connections for writes, and for heavy routes, that stay open when idle.
const WRITERS: usize = 2;
/// Who would wait longer than this for a heavy connection is refused at once: an answer later than that is of little use.
const REACH: Duration = Duration::from_secs(1);
/// Of the heavy connections, those beside the queue.
const ASIDE: usize = 2;
/// On those the database refuses whom it does not know.
const HURRIED: &str = "SET howdah.hash_hurried = on";

/// One call of the gateway.
#[derive(Clone, Copy)]
pub struct Call<'a> {
    pub method: &'a Method,
    pub target: &'a str,
    pub headers: &'a HeaderMap,
    pub body: &'a [u8],
    pub client: &'a str,
    pub id: &'a str,
    pub lane: Lane,
    /// It cannot write, so it may be repeated.
    pub reads: bool,
    pub deadline: Instant,
    /// Worker that asks: a connection driven by the same thread needs no wake-up across threads.
    pub home: usize,
}

pub struct Db {
    address: Dsn,
    /// Behind a pooler the next transaction may have another session: what a session knows is not there.
    pooler: bool,
    epoch: Instant,
    homes: Vec<Handle>,
    pools: [Pool; Lane::ALL.len() + 1],
    config: RwLock<Arc<Config>>,
    loaded: AtomicBool,
    pub waits: Waits,
    /// Whether it was said that Postgres cannot be reached.
    silent: AtomicBool,
}

impl Db {
    /// Starts the tasks that keep the connections, spread over `homes`.
    pub fn start(address: Dsn, homes: Vec<Handle>, args: &ServeArgs) -> Arc<Self> {
        let fast = args.fast_connections.max(1);
        let write = args.write_connections.max(1);
        let heavy = args.heavy_connections.max(1);
        // Those are told apart by a setting of their sessions.
        let aside = if args.pooler { 0 } else { ASIDE.min(heavy / 3) };
        let depth = if args.pooler { 1 } else { DEPTH };
        let queued = heavy - aside;
        let db = Arc::new(Self {
            address,
            pooler: args.pooler,
            epoch: Instant::now(),
            homes,
            pools: [
                Pool::new(depth, fast, fast.max(args.fast_connections_max), None),
                Pool::new(1, write.min(WRITERS), write, None),
                Pool::new(1, queued.min(WRITERS), queued, Some(REACH)),
                Pool::new(1, aside.min(1), aside, Some(Duration::ZERO)),
            ],
            config: RwLock::default(),
            loaded: AtomicBool::new(false),
            waits: Waits::new((args.max_in_flight / 4).max(1)),
            silent: AtomicBool::new(false),
        });
        for lane in [Lane::Fast, Lane::Write, Lane::Heavy, Lane::Aside] {
            for home in 0..db.pool(lane).least {
                let home = home % db.homes.len();
                db.homes[home].spawn(db.clone().keep(lane, home));
            }
        }
        db.homes[0].spawn(db.clone().follow());
        db
    }

    pub fn config(&self) -> Arc<Config> {
        self.config.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Whether a request would find a connection.
    pub fn ready(&self) -> bool {
        self.loaded.load(Relaxed) && !self.pool(Lane::Fast).slots().is_empty()
    }

    /// Connections of a lane, requests sent on them, and requests that wait for one.
    pub fn state(&self, lane: Lane) -> [usize; 3] {
        let of = |lane| {
            let pool = self.pool(lane);
            let slots = pool.slots();
            let in_flight: usize = slots.iter().map(|slot| slot.link.in_flight()).sum();
            [slots.len(), in_flight, pool.waiting.load(Relaxed)]
        };
        let (own, aside) = (of(lane), of(Lane::Aside));
        match lane {
            Lane::Heavy => [own[0] + aside[0], own[1] + aside[1], own[2]],
            _ => own,
        }
    }

    /// Calls the gateway; repeats it where that is safe: at most once for methods that may be
    /// repeated, and whenever nothing was sent.
    pub async fn serve(self: &Arc<Self>, call: &Call<'_>) -> Result<Finished, Refusal> {
        let idempotent = call.reads;
        let (mut repeated, mut moved) = (false, false);
        let mut isolation = None;
        let mut left = 8;
        while left > 0 {
            left -= 1;
            let link = self.acquire(call, moved).await?;
            let may_leave = idempotent && !moved && call.lane == Lane::Fast;
            let begun = Instant::now();
            let answer = self.attempt(&link, call, isolation, may_leave).await;
            self.pool(call.lane).note(&link, begun.elapsed());
            let (code, detail) = match answer? {
                Ok(row) => return finished(row),
                Err(Failure::Closed) => continue,
                Err(Failure::Held) => {
                    moved = true;
                    continue;
                }
                Err(Failure::Lost) if !idempotent => return Err(Refusal::Lost),
                Err(Failure::Lost) => ("08006".to_owned(), None),
                Err(Failure::Raised { code, detail }) => (code, detail),
            };
            match (code.as_str(), detail) {
                ("HW000", Some(detail)) => return Finished::from_detail(&detail),
                ("HW002", Some(level)) if isolation.is_none() => {
                    isolation = Some(begin(&level).ok_or(Refusal::Internal)?);
                }
                // Somebody's function deallocated our statement: it never ran. Other connections
                // have it still.
                ("26000", _) => link.retire(),
                // The schema changed under it, and all was rolled back: any method may be repeated.
                ("HW003", _) if !repeated => repeated = true,
                // The server was updated, and this backend has the library of before (or of after, and the SQL is still
                // to come): nothing was done, and others may fit. One that was just opened says it for good.
                ("HW004", _) if link.age() > FRESH => {
                    link.retire();
                    left += 1;
                }
                (code, _) if idempotent && !repeated && passing(code) => repeated = true,
                ("HW001" | "HW003" | "HW004", Some(detail)) => {
                    return Finished::from_detail(&detail);
                }
                (code, _) => {
                    // What requests do wrong comes finished, so an error of class 42 or a changed
                    // result means that the gateway is not there as this connection knew it: look
                    // again with a new one.
                    if code.starts_with("42") || matches!(code, "3F000" | "0A000") {
                        link.retire();
                    }
                    let fields = [("sqlstate", code), ("request_id", call.id)];
                    log::event(Level::Error, "statement failed", &fields);
                    return Err(refusal(code));
                }
            }
        }
        Err(Refusal::Database)
    }

    /// Sends the call and waits. A read that is stuck behind a slow statement leaves, to be sent
    /// elsewhere, if it `may_leave`; its first copy runs for nothing, which is the price of not
    /// waiting.
    async fn attempt(
        &self,
        link: &Arc<Link>,
        call: &Call<'_>,
        isolation: Option<&'static str>,
        may_leave: bool,
    ) -> Result<Result<Row, Failure>, Refusal> {
        let sent = match isolation {
            None => link.send(1, |out| encode(call, self.pooler, out)),
            // Once COMMIT follows a failed statement it rolls back, so the connection is clean
            // either way.
            Some(begin) => link.send(3, |out| {
                frontend::query(begin, out)?;
                encode(call, self.pooler, out)?;
                frontend::query("COMMIT", out)
            }),
        };
        let (place, mut reply) = match sent {
            Ok(sent) => sent,
            Err(failure) => return Ok(Err(failure)),
        };
        let mut until = if may_leave { Instant::now() + 2 * STALL } else { call.deadline };
        loop {
            if let Ok(reply) = timeout_at(until.min(call.deadline).into(), &mut reply).await {
                return Ok(reply.unwrap_or(Err(Failure::Lost)));
            }
            let now = Instant::now();
            let running = link.is_head(place);
            if now < call.deadline {
                if !running && link.head_age(now) > STALL {
                    return Ok(Err(Failure::Held));
                }
                until = if running { call.deadline } else { now + 2 * STALL };
                continue;
            }
            // Not if another's statement runs there.
            if running {
                let link = link.clone();
                tokio::spawn(async move { timeout(GRACE, link.cancel()).await });
            }
            return Err(Refusal::Timeout);
        }
    }

    /// A connection with a place taken on it. One that left a queue looks for an idle connection
    /// for a while: several that left together would otherwise meet again on the next.
    async fn acquire(self: &Arc<Self>, call: &Call<'_>, moved: bool) -> Result<Arc<Link>, Refusal> {
        let pool = self.pool(call.lane);
        let started = Instant::now();
        let depth = if moved { 1 } else { pool.depth };
        let exclusive = pool.depth == 1;
        let waiting = pool.waiting.load(Relaxed);
        // Nobody overtakes those who wait for an exclusive connection.
        let idle = || pool.slots().iter().filter(|slot| slot.link.in_flight() == 0).count();
        let mut may_look = !exclusive || idle() > waiting;
        if may_look && let Some(link) = pool.pick(call.home, started, depth, false) {
            return Ok(link);
        }
        if waiting >= pool.room() {
            return self.acquire_aside(call, started).ok_or(Refusal::Unavailable);
        }
        let _waiting = Counted::new(&pool.waiting);
        let pause = if exclusive { GRACE / 3 } else { STALL };
        // Who waits longest is told first, so a place is kept over the rounds until it is told.
        let mut freed = pin!(pool.freed.notified());
        loop {
            freed.as_mut().enable();
            let now = Instant::now();
            if pool.down().is_some_and(|since| now.duration_since(since) > GRACE) {
                return Err(Refusal::Database);
            }
            if now > call.deadline.min(started + PATIENCE) {
                return Err(Refusal::Unavailable);
            }
            self.grow(call.lane, now);
            // When every connection is held and there can be no more, it is better to stand in a
            // queue than nowhere.
            let late = now.duration_since(started) > 5 * STALL;
            let depth = if late { pool.depth } else { depth };
            let held_too = late && pool.slots().len() >= pool.most && pool.is_full(now);
            if may_look && let Some(link) = pool.pick(call.home, now, depth, held_too) {
                // One connection more may serve those who still wait.
                if exclusive && pool.waiting.load(Relaxed) > 1 {
                    self.grow(call.lane, now);
                }
                return Ok(link);
            }
            may_look = true;
            if timeout(pause, freed.as_mut()).await.is_ok() {
                freed.set(pool.freed.notified());
            }
        }
    }

    /// A connection beside the queue of heavy ones, if one is free.
    fn acquire_aside(self: &Arc<Self>, call: &Call<'_>, now: Instant) -> Option<Arc<Link>> {
        if call.lane != Lane::Heavy {
            return None;
        }
        let link = self.pool(Lane::Aside).pick(call.home, now, 1, false);
        if link.is_none() {
            self.grow(Lane::Aside, now);
        }
        link
    }

    /// Opens one more connection if none can take a request and there may be more.
    fn grow(self: &Arc<Self>, lane: Lane, now: Instant) {
        let pool = self.pool(lane);
        let count = pool.slots().len();
        if count == 0 || count >= pool.most || !pool.is_full(now) {
            return;
        }
        if pool.growing.swap(true, Relaxed) {
            return;
        }
        let db = self.clone();
        let home = count % self.homes.len();
        self.homes[home].spawn(async move {
            let pool = db.pool(lane);
            let opened = pg::connect(&db.address, db.prepared(), db.epoch).await;
            if opened.is_err() {
                sleep(GRACE).await;
            }
            pool.growing.store(false, Relaxed);
            let Ok((link, driver)) = opened else { return };
            let idle = async {
                let mut done = u64::MAX;
                while link.in_flight() > 0 || link.done() != done {
                    done = link.done();
                    sleep(LINGER).await;
                }
                pool.remove(&link);
                link.retire();
                std::future::pending::<()>().await;
            };
            tokio::select! {
                () = db.carry(lane, home, link.clone(), driver) => {}
                () = idle => {}
            }
        });
    }

    /// Keeps one connection open, for ever.
    async fn keep(self: Arc<Self>, lane: Lane, home: usize) {
        let mut pause = Duration::from_millis(50);
        loop {
            match pg::connect(&self.address, self.prepared(), self.epoch).await {
                Ok((link, driver)) => {
                    if self.silent.swap(false, Relaxed) {
                        log::event(Level::Info, "connected to Postgres again", &[]);
                    }
                    pause = Duration::from_millis(50);
                    self.carry(lane, home, link, driver).await;
                }
                Err(error) => {
                    if !self.silent.swap(true, Relaxed) {
                        let text = error.to_string();
                        log::event(Level::Warn, "cannot connect to Postgres", &[("error", &text)]);
                    }
                    sleep(pause).await;
                    pause = (pause * 2).min(Duration::from_secs(1));
                }
            }
        }
    }

    async fn carry(&self, lane: Lane, home: usize, link: Arc<Link>, driver: Driver) {
        let pool = self.pool(lane);
        if lane == Lane::Aside {
            link.reserve(usize::MAX);
            // Replies come in order, so before that of the first request; nobody waits for this one.
            if link.send(1, |out| frontend::query(HURRIED, out)).is_err() {
                return;
            }
        }
        pool.add(Slot { link: link.clone(), home });
        driver.run(|| pool.free()).await;
        pool.remove(&link);
    }

    /// Follows the configuration: at once where the server can announce changes, else within a
    /// second.
    async fn follow(self: Arc<Self>) {
        let mut known = Bytes::new();
        loop {
            if let Ok((link, mut driver)) = pg::connect(&self.address, &[], self.epoch).await {
                let (sender, mut notices) = mpsc::unbounded_channel();
                let db = self.clone();
                driver.notify(move |channel, payload| match channel {
                    SETTLED => db.waits.settled(payload),
                    ROUTES => drop(sender.send(())),
                    _ => {}
                });
                tokio::spawn(driver.run(|| {}));
                // A standby refuses to listen.
                let listens = !self.pooler && ask(&link, LISTEN).await.is_ok();
                let pause = Duration::from_secs(if listens { 5 } else { 1 });
                while let Ok(row) = ask(&link, CONFIG).await {
                    let [text, ..] = row;
                    if text != known {
                        self.load(&text);
                        known = text;
                    }
                    self.loaded.store(true, Relaxed);
                    if let Ok(None) = timeout(pause, notices.recv()).await {
                        break;
                    }
                }
                link.retire();
            }
            sleep(Duration::from_millis(500)).await;
        }
    }

    fn load(&self, text: &[u8]) {
        match Config::parse(text) {
            Ok(config) => {
                log::event(
                    Level::Info,
                    "configuration loaded",
                    &[("generation", &config.generation), ("extension", &config.version)],
                );
                *self.config.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(config);
            }
            Err(error) => {
                let text = error.to_string();
                log::event(Level::Error, "configuration not understood", &[("error", &text)]);
            }
        }
    }

    fn prepared(&self) -> &'static [Prepared] {
        if self.pooler { &[] } else { &SERVE }
    }

    fn pool(&self, lane: Lane) -> &Pool {
        &self.pools[lane as usize]
    }
}

async fn ask(link: &Arc<Link>, sql: &str) -> Result<Row, Failure> {
    link.reserve(usize::MAX);
    let (_, reply) = link.send(1, |out| frontend::query(sql, out))?;
    match timeout(Duration::from_secs(5), reply).await {
        Ok(Ok(result)) => result,
        _ => Err(Failure::Lost),
    }
}

/// Bind, Execute, Sync; Parse before them where the statement has no name. The header block is written in place, without a copy
/// of its own.
fn encode(call: &Call<'_>, nameless: bool, out: &mut BytesMut) -> io::Result<()> {
    let [statement] = &SERVE;
    let name = if nameless { "" } else { statement.name };
    if nameless {
        frontend::parse(name, statement.sql, statement.types.iter().copied(), out)?;
    }
    let bound = frontend::bind(
        "",
        name,
        [1],
        0..6,
        |index, out| {
            match index {
                0 => out.put_slice(call.method.as_str().as_bytes()),
                1 => out.put_slice(call.target.as_bytes()),
                2 => super::answer::write_headers(call.headers, out),
                3 => out.put_slice(call.body),
                4 => out.put_slice(call.client.as_bytes()),
                _ => out.put_slice(call.id.as_bytes()),
            }
            Ok(IsNull::No)
        },
        [1],
        out,
    );
    match bound {
        Ok(()) => {}
        Err(frontend::BindError::Conversion(error)) => return Err(io::Error::other(error)),
        Err(frontend::BindError::Serialization(error)) => return Err(error),
    }
    frontend::execute("", 0, out)?;
    frontend::sync(out);
    Ok(())
}

/// Status (2 bytes), length of the headers (4 bytes), headers, body: docs/adr/0003-one-value.md. Slices, no copies.
fn finished([mut frame, ..]: Row) -> Result<Finished, Refusal> {
    let status = frame.try_get_u16().map_err(|_| Refusal::Internal)?;
    let length = frame.try_get_u32().map_err(|_| Refusal::Internal)? as usize;
    if length > frame.len() {
        return Err(Refusal::Internal);
    }
    let headers = frame.split_to(length);
    Finished::new(i32::from(status), headers, frame)
}

fn begin(level: &str) -> Option<&'static str> {
    match level {
        "serializable" => Some("BEGIN ISOLATION LEVEL SERIALIZABLE"),
        "repeatable read" => Some("BEGIN ISOLATION LEVEL REPEATABLE READ"),
        "read committed" => Some("BEGIN ISOLATION LEVEL READ COMMITTED"),
        _ => None,
    }
}

/// Whether the same request may well succeed when it is sent again.
fn passing(code: &str) -> bool {
    matches!(code, "HW001" | "40001" | "40P01" | "08006" | "57P01" | "57P02")
}

/// What an error that no gateway finished looks like outside: by class, without the server's text.
fn refusal(code: &str) -> Refusal {
    match code {
        "57014" => Refusal::Timeout,
        "57P01" | "57P02" | "57P03" | "40001" | "40P01" | "3F000" => Refusal::Database,
        _ if ["08", "53", "42"].iter().any(|class| code.starts_with(class)) => Refusal::Database,
        _ => Refusal::Internal,
    }
}
