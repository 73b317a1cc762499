//! One pipelined connection to Postgres: many requests share it, replies come back in order.
//!
//! Why not tokio-postgres itself: each of its calls builds a message of its own, hands it over a
//! channel, receives each reply message through another and copies columns out. Here a request is
//! encoded straight into the buffer that the next write sends (so requests that arrive together
//! leave in one system call), and columns are slices of the read buffer that go out to the client
//! without a copy. Its `Config` still reads connection strings.
//!
//! This module knows the protocol and no SQL; `db` knows the SQL.

use std::collections::VecDeque;
use std::future::poll_fn;
use std::io;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering::Relaxed};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};
use std::time::{Duration, Instant};

use bytes::{Buf, Bytes, BytesMut};
use postgres_protocol::authentication::{md5_hash, sasl};
use postgres_protocol::message::{backend::Message, frontend};
use tokio::io::{AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::sync::oneshot;
use tokio_postgres::config::Config;
use tokio_util::io::{poll_read_buf, poll_write_buf};

use super::dial::{Socket, Target};
use crate::dsn::Dsn;

/// The first three columns of the (only) row of a reply; absent and null ones are empty.
pub type Row = [Bytes; 3];

/// Why there is no row.
#[derive(Debug, Clone)]
pub enum Failure {
    /// Postgres raised an error: its SQLSTATE and DETAIL. The message is left out, as it may quote
    /// values.
    Raised { code: String, detail: Option<String> },
    /// The connection ended first; whether the statement ran is not known.
    Lost,
    /// The connection was closed already; nothing was sent.
    Closed,
    /// Not waited for, as another's slow statement runs before it.
    Held,
}

/// A statement that every connection prepares when it opens.
pub struct Prepared {
    pub name: &'static str,
    pub sql: &'static str,
    pub types: &'static [u32],
}

struct Waiting {
    /// How many ReadyForQuery messages end this reply.
    ends: u8,
    row: Option<Row>,
    failure: Option<Failure>,
    reply: oneshot::Sender<Result<Row, Failure>>,
}

#[derive(Default)]
struct Outbox {
    bytes: BytesMut,
    waiting: VecDeque<Waiting>,
    /// Requests so far.
    sent: u64,
    waker: Option<Waker>,
    closed: bool,
}

/// The shared half of a connection: requests go in here from any thread.
pub struct Link {
    outbox: Mutex<Outbox>,
    in_flight: AtomicUsize,
    /// Since when the request at the head has been running, in µs after `epoch`; 0 when idle.
    head_since: AtomicU64,
    /// Replies so far: the place of the request at the head.
    done: AtomicU64,
    retired: AtomicBool,
    opened: Instant,
    epoch: Instant,
    target: Target,
    cancel_key: (i32, i32),
}

impl Link {
    /// Requests that wait for a reply, or hold a place to be sent.
    pub fn in_flight(&self) -> usize {
        self.in_flight.load(Relaxed)
    }

    /// How long the request at the head has been running.
    pub fn head_age(&self, now: Instant) -> Duration {
        match self.head_since.load(Relaxed) {
            0 => Duration::ZERO,
            since => now.duration_since(self.epoch).saturating_sub(Duration::from_micros(since)),
        }
    }

    /// Replies so far.
    pub fn done(&self) -> u64 {
        self.done.load(Relaxed)
    }

    /// Takes one of `depth` places in flight, if there is one.
    pub fn reserve(&self, depth: usize) -> bool {
        let more = |n| (n < depth).then_some(n + 1);
        !self.retired.load(Relaxed) && self.in_flight.fetch_update(Relaxed, Relaxed, more).is_ok()
    }

    /// Whether the request that was sent at `place` is the one that runs.
    pub fn is_head(&self, place: u64) -> bool {
        self.done.load(Relaxed) == place
    }

    /// Sends what `encode` writes, on a place taken by [`Link::reserve`]; it must hold `ends` Sync
    /// or Query messages. Returns its place in the order of this connection, and where the reply
    /// will come.
    pub fn send(
        &self,
        ends: u8,
        encode: impl FnOnce(&mut BytesMut) -> io::Result<()>,
    ) -> Result<(u64, oneshot::Receiver<Result<Row, Failure>>), Failure> {
        let mut outbox = self.outbox();
        if outbox.closed {
            return Err(Failure::Closed);
        }
        let start = outbox.bytes.len();
        if encode(&mut outbox.bytes).is_err() {
            outbox.bytes.truncate(start);
            drop(outbox);
            self.in_flight.fetch_sub(1, Relaxed);
            return Err(Failure::Closed);
        }
        let (reply, receiver) = oneshot::channel();
        outbox.waiting.push_back(Waiting { ends, row: None, failure: None, reply });
        let place = outbox.sent;
        outbox.sent += 1;
        let waker = outbox.waker.take();
        drop(outbox);
        if let Some(waker) = waker {
            waker.wake();
        }
        Ok((place, receiver))
    }

    /// How long it has been open.
    pub fn age(&self) -> Duration {
        self.opened.elapsed()
    }

    /// Closes the connection once its last reply is in.
    pub fn retire(&self) {
        self.retired.store(true, Relaxed);
        let waker = self.outbox().waker.take();
        if let Some(waker) = waker {
            waker.wake();
        }
    }

    /// Asks the server to cancel whatever this connection runs now.
    pub async fn cancel(&self) -> io::Result<()> {
        let mut socket = self.target.open().await?;
        let mut out = BytesMut::new();
        frontend::cancel_request(self.cancel_key.0, self.cancel_key.1, &mut out);
        socket.write_all(&out).await?;
        socket.shutdown().await
    }

    fn outbox(&self) -> MutexGuard<'_, Outbox> {
        self.outbox.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Called with the channel and the payload of each notification.
type Notices = Box<dyn Fn(&str, &str) + Send>;

/// The half that owns the socket. It must be driven by one task.
pub struct Driver {
    link: Arc<Link>,
    socket: Socket,
    input: BytesMut,
    output: BytesMut,
    waiting: VecDeque<Waiting>,
    notices: Option<Notices>,
}

impl Driver {
    /// Tells `hear` of each notification that arrives on this connection.
    pub fn notify(&mut self, hear: impl Fn(&str, &str) + Send + 'static) {
        self.notices = Some(Box::new(hear));
    }

    /// Moves bytes until the connection ends; calls `freed` whenever replies have left places free.
    pub async fn run(mut self, freed: impl Fn()) {
        let link = self.link.clone();
        let _ = poll_fn(|cx| self.turn(cx, &freed)).await;
        let mut outbox = link.outbox();
        outbox.closed = true;
        let unsent = std::mem::take(&mut outbox.waiting);
        drop(outbox);
        for orphan in self.waiting.drain(..) {
            let _ = orphan.reply.send(Err(orphan.failure.unwrap_or(Failure::Lost)));
        }
        for orphan in unsent {
            let _ = orphan.reply.send(Err(Failure::Closed));
        }
    }

    fn turn(&mut self, cx: &mut Context<'_>, freed: &impl Fn()) -> Poll<io::Result<()>> {
        loop {
            let closing = self.collect(cx);
            while self.output.has_remaining() {
                match poll_write_buf(Pin::new(&mut self.socket), cx, &mut self.output) {
                    Poll::Ready(written) => written?,
                    Poll::Pending => break,
                };
            }
            // TLS keeps what did not fit; without it there is nothing to do.
            if let Poll::Ready(flushed) = Pin::new(&mut self.socket).poll_flush(cx) {
                flushed?;
            }
            if closing && self.waiting.is_empty() && self.output.is_empty() {
                return Poll::Ready(Ok(()));
            }
            self.make_room();
            match poll_read_buf(Pin::new(&mut self.socket), cx, &mut self.input) {
                Poll::Ready(Ok(0)) => return Poll::Ready(Ok(())),
                Poll::Ready(Ok(_)) => {
                    if self.messages()? {
                        freed();
                    }
                }
                Poll::Ready(Err(error)) => return Poll::Ready(Err(error)),
                Poll::Pending => return Poll::Pending,
            }
        }
    }

    /// Takes over what was sent since the last turn. True if the link is retired.
    fn collect(&mut self, cx: &Context<'_>) -> bool {
        let link = &self.link;
        let mut outbox = link.outbox();
        if self.output.is_empty() {
            self.output.clear();
            std::mem::swap(&mut self.output, &mut outbox.bytes);
        }
        if !outbox.waiting.is_empty() {
            if self.waiting.is_empty() {
                link.head_since.store(micros_since(link.epoch), Relaxed);
            }
            self.waiting.append(&mut outbox.waiting);
        }
        if !outbox.waker.as_ref().is_some_and(|waker| waker.will_wake(cx.waker())) {
            outbox.waker = Some(cx.waker().clone());
        }
        link.retired.load(Relaxed)
    }

    /// Room for the rest of the message that has begun, else for an ordinary read. One allocation
    /// serves a large body; it is freed with the response that points into it.
    fn make_room(&mut self) {
        let begun = self.input.get(1..5).and_then(|length| length.try_into().ok());
        let whole = begun.map_or(0, |length| u32::from_be_bytes(length) as usize + 1);
        let missing = whole.saturating_sub(self.input.len());
        if missing > 0 || self.input.capacity() - self.input.len() < 4096 {
            self.input.reserve(missing.max(16 * 1024));
        }
    }

    /// Handles each complete message. True if replies were delivered.
    fn messages(&mut self) -> io::Result<bool> {
        let mut delivered = false;
        while let Some(header) = self.input.get(..5) {
            let tag = header[0];
            let length = u32::from_be_bytes([header[1], header[2], header[3], header[4]]) as usize;
            if !(4..1 << 30).contains(&length) {
                return Err(protocol("length"));
            }
            if self.input.len() <= length {
                break;
            }
            match tag {
                b'D' => {
                    let mut message = self.input.split_to(length + 1);
                    message.advance(5);
                    let row = columns(message.freeze())?;
                    if let Some(head) = self.waiting.front_mut() {
                        head.row.get_or_insert(row);
                    }
                    continue;
                }
                b'E' => {
                    let failure = raised(&self.input[5..=length]);
                    if let Some(head) = self.waiting.front_mut() {
                        head.failure.get_or_insert(failure);
                    }
                }
                b'Z' => delivered |= self.end_of_reply()?,
                b'A' => {
                    if let Some(notices) = &self.notices {
                        // Process id, channel, payload.
                        let text = self.input.get(9..length).unwrap_or_default();
                        let text = String::from_utf8_lossy(text);
                        let (channel, payload) = text.split_once('\0').unwrap_or((&text, ""));
                        notices(channel, payload);
                    }
                }
                // ParseComplete, BindComplete, CommandComplete, EmptyQuery, NoData, descriptions,
                // settings, notices
                b'1' | b'2' | b'C' | b'I' | b'n' | b'T' | b't' | b'S' | b'N' => {}
                _ => return Err(protocol("message")),
            }
            self.input.advance(length + 1);
        }
        Ok(delivered)
    }

    fn end_of_reply(&mut self) -> io::Result<bool> {
        let head = self.waiting.front_mut().ok_or_else(|| protocol("reply to nothing"))?;
        head.ends -= 1;
        if head.ends > 0 {
            return Ok(false);
        }
        let link = &self.link;
        if let Some(done) = self.waiting.pop_front() {
            let since = if self.waiting.is_empty() { 0 } else { micros_since(link.epoch) };
            link.head_since.store(since, Relaxed);
            link.in_flight.fetch_sub(1, Relaxed);
            link.done.fetch_add(1, Relaxed);
            let _ = done.reply.send(match done.failure {
                Some(failure) => Err(failure),
                None => Ok(done.row.unwrap_or_default()),
            });
        }
        Ok(true)
    }
}

fn micros_since(epoch: Instant) -> u64 {
    (epoch.elapsed().as_micros() as u64).max(1)
}

fn protocol(what: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, format!("protocol: {what}"))
}

fn columns(mut message: Bytes) -> io::Result<Row> {
    let short = || protocol("short row");
    let count = message.try_get_u16().map_err(|_| short())?;
    let mut row = Row::default();
    for index in 0..usize::from(count) {
        let length = message.try_get_i32().map_err(|_| short())?;
        let length = usize::try_from(length).unwrap_or(0);
        if length > message.len() {
            return Err(short());
        }
        let value = message.split_to(length);
        if let Some(column) = row.get_mut(index) {
            *column = value;
        }
    }
    Ok(row)
}

fn raised(fields: &[u8]) -> Failure {
    let mut code = String::new();
    let mut detail = None;
    for field in fields.split(|byte| *byte == 0) {
        let Some((tag, text)) = field.split_first() else {
            continue;
        };
        let text = || String::from_utf8_lossy(text).into_owned();
        match tag {
            b'C' => code = text(),
            b'D' => detail = Some(text()),
            _ => {}
        }
    }
    Failure::Raised { code, detail }
}

/// Opens a connection, signs in and prepares `statements`.
///
/// # Errors
/// [`io::Error`] with a text fit for a log: never the password, at most an SQLSTATE of the server.
pub async fn connect(
    dsn: &Dsn,
    statements: &[Prepared],
    epoch: Instant,
) -> io::Result<(Arc<Link>, Driver)> {
    let config = &dsn.config;
    let limit = config.get_connect_timeout().copied().unwrap_or(Duration::from_secs(5));
    let mut last = io::Error::other("no host given");
    for target in Target::list(dsn) {
        let attempt = tokio::time::timeout(limit, sign_in(config, &target, statements, epoch));
        match attempt.await {
            Ok(Ok(pair)) => return Ok(pair),
            Ok(Err(error)) => last = error,
            Err(_) => last = io::ErrorKind::TimedOut.into(),
        }
    }
    Err(last)
}

async fn sign_in(
    config: &Config,
    target: &Target,
    statements: &[Prepared],
    epoch: Instant,
) -> io::Result<(Arc<Link>, Driver)> {
    let mut socket = target.open().await?;
    let mut input = BytesMut::new();
    let mut out = BytesMut::new();
    let user = config.get_user().unwrap_or("howdah_proxy");
    let mut settings = vec![("client_encoding", "UTF8"), ("user", user)];
    settings.push(("database", config.get_dbname().unwrap_or(user)));
    settings.push(("application_name", config.get_application_name().unwrap_or("howdah")));
    settings.extend(config.get_options().map(|options| ("options", options)));
    frontend::startup_message(settings, &mut out)?;
    let secret =
        || config.get_password().ok_or_else(|| io::Error::other("Postgres asks for a password"));
    let mut scram = None;
    loop {
        socket.write_all_buf(&mut out).await?;
        match next(&mut socket, &mut input).await? {
            Message::AuthenticationOk => break,
            Message::AuthenticationCleartextPassword => {
                frontend::password_message(secret()?, &mut out)?;
            }
            Message::AuthenticationMd5Password(body) => {
                let hash = md5_hash(user.as_bytes(), secret()?, body.salt());
                frontend::password_message(hash.as_bytes(), &mut out)?;
            }
            Message::AuthenticationSasl(_) => {
                let exchange =
                    sasl::ScramSha256::new(secret()?, sasl::ChannelBinding::unsupported());
                frontend::sasl_initial_response(sasl::SCRAM_SHA_256, exchange.message(), &mut out)?;
                scram = Some(exchange);
            }
            Message::AuthenticationSaslContinue(body) => {
                let exchange = scram.as_mut().ok_or_else(|| protocol("sasl"))?;
                exchange.update(body.data())?;
                frontend::sasl_response(exchange.message(), &mut out)?;
            }
            Message::AuthenticationSaslFinal(body) => {
                scram.as_mut().ok_or_else(|| protocol("sasl"))?.finish(body.data())?;
            }
            _ => return Err(protocol("authentication method")),
        }
    }
    for statement in statements {
        let types = statement.types.iter().copied();
        frontend::parse(statement.name, statement.sql, types, &mut out)?;
    }
    frontend::sync(&mut out);
    socket.write_all_buf(&mut out).await?;
    let mut cancel_key = (0, 0);
    // One ReadyForQuery ends the sign-in, one the preparation.
    let mut ends = 0;
    while ends < 2 {
        match next(&mut socket, &mut input).await? {
            Message::BackendKeyData(body) => cancel_key = (body.process_id(), body.secret_key()),
            Message::ReadyForQuery(_) => ends += 1,
            _ => {}
        }
    }
    let link = Arc::new(Link {
        outbox: Mutex::default(),
        in_flight: AtomicUsize::new(0),
        head_since: AtomicU64::new(0),
        done: AtomicU64::new(0),
        retired: AtomicBool::new(false),
        opened: Instant::now(),
        epoch,
        target: target.clone(),
        cancel_key,
    });
    let driver = Driver {
        link: link.clone(),
        socket,
        input,
        output: BytesMut::new(),
        waiting: VecDeque::new(),
        notices: None,
    };
    Ok((link, driver))
}

async fn next(socket: &mut Socket, input: &mut BytesMut) -> io::Result<Message> {
    loop {
        let refused = (input.first() == Some(&b'E')).then(|| raised(input.get(5..).unwrap_or(&[])));
        if let Some(message) = Message::parse(input)? {
            let Some(Failure::Raised { code, .. }) = refused else {
                return Ok(message);
            };
            return Err(io::Error::other(format!("Postgres refused with SQLSTATE {code}")));
        }
        if socket.read_buf(input).await? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
    }
}
