//! `howdah serve`: HTTP to one SELECT and back.
//!
//! The way of a request: `mod` (accept, worker) → `socket` (manners) → hyper (HTTP) → `gateway`
//! (limits, answer) → `db` (lane, SQL) → `pg` (wire), and back.
//!
//! # Threads
//! One worker thread per core, each with a runtime of its own: a client connection and the
//! connection to Postgres that serves it live on the same thread, so a request crosses none. A
//! shared work-stealing runtime pays a wake-up of another thread for most replies. axum's router
//! serves the operators' listener; the main path is a plain hyper service, since there is one
//! handler and a router would box a future for each request.

mod answer;
mod client;
mod compress;
mod config;
mod cors;
mod db;
mod dial;
mod gateway;
mod line;
pub mod log;
pub mod metrics;
pub mod ops;
mod pg;
mod pool;
mod socket;
mod taking;
mod tls;
mod wait;

use std::future::{Future, poll_fn};
use std::io;
use std::pin::pin;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::Relaxed};
use std::task::Poll;
use std::time::{Duration, Instant};

use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::Builder;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::{Notify, mpsc};
use tokio::time::{sleep, timeout};
use tokio_rustls::TlsAcceptor;

use crate::cli::ServeArgs;
use crate::dsn::Dsn;
use answer::{Refusal, refuse_raw};
use client::{Ids, Peer};
use db::Db;
use gateway::Client;
use log::Level;
use metrics::Shard;
use socket::{Activity, ClientSocket};

/// By then a request must have begun and its head be whole: also the end of idle connections.
const HEAD: Duration = Duration::from_secs(60);
const HANDSHAKE: Duration = Duration::from_secs(10);
/// Larger heads are refused by the parser; smaller ones above the limit by us, with the client's
/// own request id.
const HEAD_BUFFER: usize = 128 * 1024;

/// What all requests share.
pub struct App {
    db: Arc<Db>,
    ids: Arc<Ids>,
    shards: Vec<Arc<Shard>>,
    trusted: Vec<ipnet::IpNet>,
    has_admin: bool,
    log_requests: bool,
    in_flight: AtomicUsize,
    max_in_flight: usize,
    connections: AtomicUsize,
    draining: AtomicBool,
    drain: Notify,
}

/// One thread's share.
pub struct Worker {
    index: usize,
    app: Arc<App>,
    shard: Arc<Shard>,
    http: auto::Builder<TokioExecutor>,
    tls: Option<TlsAcceptor>,
}

/// A worker as the acceptor sees it.
struct Desk {
    connections: mpsc::UnboundedSender<(std::net::TcpStream, Peer)>,
    shard: Arc<Shard>,
}

/// Serves until SIGTERM or SIGINT, then lets requests in flight finish.
pub async fn run(args: Box<ServeArgs>) -> ExitCode {
    log::start(args.log_level, args.log_format);
    match serve(*args).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            log::event(Level::Error, "cannot serve", &[("error", &error.to_string())]);
            ExitCode::FAILURE
        }
    }
}

async fn serve(args: ServeArgs) -> io::Result<()> {
    let address: Dsn = args.db_url.parse()?;
    if let Some(danger) = address.danger() {
        log::event(Level::Warn, danger, &[]);
    }
    let tls = match (&args.tls_cert, &args.tls_key) {
        (Some(cert), Some(key)) => Some(tls::acceptor(cert, key)?),
        _ => None,
    };
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    raise_file_limit();
    let listener = TcpListener::bind(args.address()).await?;
    let local = listener.local_addr()?;

    let count = std::thread::available_parallelism().map_or(1, usize::from);
    let runtime = || Builder::new_current_thread().enable_all().build();
    let runtimes = (0..count).map(|_| runtime()).collect::<io::Result<Vec<_>>>()?;
    let handles = runtimes.iter().map(|runtime| runtime.handle().clone()).collect();
    let shards: Vec<Arc<Shard>> = (0..count).map(|_| Arc::default()).collect();
    let app = Arc::new(App {
        db: Db::start(address, handles, &args),
        ids: Arc::default(),
        shards,
        trusted: args.trusted_proxy.clone(),
        has_admin: args.admin_listen.is_some(),
        log_requests: args.log_requests,
        in_flight: AtomicUsize::new(0),
        max_in_flight: args.max_in_flight,
        connections: AtomicUsize::new(0),
        draining: AtomicBool::new(false),
        drain: Notify::new(),
    });
    let (mut desks, mut threads) = (Vec::new(), Vec::new());
    for (index, runtime) in runtimes.into_iter().enumerate() {
        let (connections, accepted) = mpsc::unbounded_channel();
        let shard = app.shards[index].clone();
        let (app, tls) = (app.clone(), tls.clone());
        let worker = Worker { index, app, shard: shard.clone(), http: http(), tls };
        let thread = std::thread::Builder::new().name(format!("howdah-{index}"));
        threads.push(thread.spawn(move || runtime.block_on(work(Arc::new(worker), accepted)))?);
        desks.push(Desk { connections, shard });
    }
    if let Some(admin) = args.admin_listen {
        let listener = TcpListener::bind(admin).await?;
        let router = ops::router(app.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
    }
    let encrypted = if tls.is_some() { "on" } else { "off" };
    let fields = [("address", &*local.to_string()), ("tls", encrypted)];
    log::event(Level::Info, "listening", &fields);

    tokio::select! {
        () = accept(&listener, &app, &desks, args.max_connections) => {}
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
    drop(listener);
    app.draining.store(true, Relaxed);
    app.drain.notify_waiters();
    let open = app.connections.load(Relaxed).to_string();
    log::event(Level::Info, "draining", &[("connections", &open)]);
    let until = Instant::now() + Duration::from_secs(args.drain_seconds);
    while app.connections.load(Relaxed) > 0 && Instant::now() < until {
        sleep(Duration::from_millis(10)).await;
    }
    drop(desks);
    let join = move || threads.into_iter().all(|thread| thread.join().is_ok());
    let clean = tokio::task::spawn_blocking(join).await.unwrap_or(false);
    log::event(Level::Info, "stopped", &[]);
    if clean { Ok(()) } else { Err(io::Error::other("a worker panicked")) }
}

fn http() -> auto::Builder<TokioExecutor> {
    let mut http = auto::Builder::new(TokioExecutor::new());
    http.http1().timer(TokioTimer::new()).max_buf_size(HEAD_BUFFER).header_read_timeout(HEAD);
    http.http2()
        .timer(TokioTimer::new())
        .keep_alive_interval(Duration::from_secs(20))
        .keep_alive_timeout(Duration::from_secs(20))
        .max_concurrent_streams(128)
        .max_header_list_size(HEAD_BUFFER as u32);
    http
}

/// Hands each connection to the worker that has the fewest.
async fn accept(listener: &TcpListener, app: &App, desks: &[Desk], most: usize) {
    loop {
        let (mut stream, address) = match listener.accept().await {
            Ok(accepted) => accepted,
            Err(error) => {
                // Out of files, most likely; those in use will be closed some time.
                log::event(Level::Warn, "cannot accept", &[("error", &error.to_string())]);
                sleep(Duration::from_millis(50)).await;
                continue;
            }
        };
        if app.connections.load(Relaxed) >= most {
            refuse(&mut stream, app);
            continue;
        }
        let Some(desk) = desks.iter().min_by_key(|desk| desk.shard.open()) else {
            return;
        };
        let _ = stream.set_nodelay(true);
        let Ok(stream) = stream.into_std() else {
            continue;
        };
        app.connections.fetch_add(1, Relaxed);
        desk.shard.opened.fetch_add(1, Relaxed);
        let _ = desk.connections.send((stream, Peer::new(address.ip(), &app.trusted)));
    }
}

/// A word to the client that is one too many; it is not worth waiting for.
fn refuse(stream: &mut TcpStream, app: &App) {
    let _ =
        stream.try_write(&refuse_raw(Refusal::Unavailable, &app.ids.of(&http::HeaderMap::new())));
}

async fn work(
    worker: Arc<Worker>,
    mut accepted: mpsc::UnboundedReceiver<(std::net::TcpStream, Peer)>,
) {
    while let Some((stream, peer)) = accepted.recv().await {
        tokio::spawn(greet(worker.clone(), stream, peer));
    }
    // The acceptor is gone, so the time to drain is over.
}

async fn greet(worker: Arc<Worker>, stream: std::net::TcpStream, peer: Peer) {
    let _open = Open(&worker);
    let Ok(stream) = TcpStream::from_std(stream) else {
        return;
    };
    match &worker.tls {
        None => converse(&worker, stream, peer).await,
        Some(tls) => {
            if let Ok(Ok(stream)) = timeout(HANDSHAKE, tls.accept(stream)).await {
                converse(&worker, stream, peer).await;
            }
        }
    }
}

/// Counts a connection as closed, however it ends.
struct Open<'a>(&'a Worker);

impl Drop for Open<'_> {
    fn drop(&mut self) {
        self.0.shard.closed.fetch_add(1, Relaxed);
        self.0.app.connections.fetch_sub(1, Relaxed);
    }
}

async fn converse<S>(worker: &Arc<Worker>, stream: S, peer: Peer)
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let app = &worker.app;
    let activity = Arc::new(Activity::default());
    let client = Arc::new(Client { worker: worker.clone(), peer, activity: activity.clone() });
    let socket = ClientSocket::new(stream, activity.clone(), app.ids.clone());
    let service = service_fn(move |request| gateway::answer(client.clone(), request));
    let mut connection = pin!(worker.http.serve_connection(TokioIo::new(socket), service));
    let mut drain = pin!(app.drain.notified());
    let mut late = pin!(sleep(HEAD));
    let (mut watched, mut leaving) = (false, false);
    // Polled three times a request, so the two watchers are only asked once, to be woken by them,
    // and then looked at.
    let _ = poll_fn(|cx| {
        if !watched {
            watched = true;
            let _ = drain.as_mut().poll(cx);
            let _ = late.as_mut().poll(cx);
        }
        // hyper's limit begins only when it knows which HTTP is spoken.
        if late.is_elapsed() && !activity.begun.load(Relaxed) {
            return Poll::Ready(Ok(()));
        }
        if app.draining.load(Relaxed) && !leaving {
            leaving = true;
            connection.as_mut().graceful_shutdown();
        }
        connection.as_mut().poll(cx)
    })
    .await;
    if activity.refused.load(Relaxed) {
        worker.shard.unparsed.fetch_add(1, Relaxed);
    }
}

/// Debian's soft limit of 1,024 files is less than the connections that we promise.
fn raise_file_limit() {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let maximum = getrlimit(Resource::Nofile).maximum;
    let _ = setrlimit(Resource::Nofile, Rlimit { current: maximum, maximum });
}

/// Counts up while it lives, however the request ends.
pub struct Counted<'a> {
    count: &'a AtomicUsize,
    /// The count before.
    before: usize,
}

impl<'a> Counted<'a> {
    fn new(count: &'a AtomicUsize) -> Self {
        Self { count, before: count.fetch_add(1, Relaxed) }
    }
}

impl Drop for Counted<'_> {
    fn drop(&mut self) {
        self.count.fetch_sub(1, Relaxed);
    }
}
