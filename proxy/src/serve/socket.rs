//! A client's socket, with the manners that hyper leaves to its user.
//!
//! - **Slow heads.** hyper's own header time-out allocates a timer per request and also ends idle
//!   connections. Here a
//!   timer is armed only when a head needs a second read, so an ordinary request pays nothing.
//! - **Bare refusals.** What hyper cannot parse, it answers with an empty 400, 414 or 431. Clients
//!   are promised a JSON
//!   body and a request id with every 4xx, so these are replaced on their way out.
//! - **Lingering close** (RFC 9112, 9.6). Closing with unread input resets the connection, and the
//!   client may never see
//!   the answer that told it why. So what still comes is read and thrown away for a moment.

use std::future::Future;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering::Relaxed};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use http::HeaderMap;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Sleep, sleep};

use super::answer::Refusal;
use super::client::Ids;

/// How long a client may take to send a head.
const HEAD: Duration = Duration::from_secs(10);
/// How long, and how much, is read after the last answer.
const LINGER: Duration = Duration::from_secs(1);
const LINGER_BYTES: usize = 32 << 20;

/// What the socket and the service of a connection know of each other.
#[derive(Default)]
pub struct Activity {
    /// Requests being worked on.
    pub serving: AtomicUsize,
    /// Requests begun so far; an unchanged count means an idle connection.
    pub served: AtomicU64,
    pub http2: AtomicBool,
    pub refused: AtomicBool,
}

pub struct ClientSocket<S> {
    inner: S,
    activity: Arc<Activity>,
    ids: Arc<Ids>,
    /// `served` when a head began that is not complete yet.
    head: Option<u64>,
    timer: Option<Pin<Box<Sleep>>>,
    /// An answer of ours that replaces a bare one.
    own: Vec<u8>,
    finished: bool,
    eof: bool,
    thrown_away: usize,
}

impl<S> ClientSocket<S> {
    pub fn new(inner: S, activity: Arc<Activity>, ids: Arc<Ids>) -> Self {
        Self {
            inner,
            activity,
            ids,
            head: Some(0),
            timer: None,
            own: Vec::new(),
            finished: false,
            eof: false,
            thrown_away: 0,
        }
    }

    /// Whether a head has begun and its request not; HTTP/2 has its own framing of heads.
    fn in_head(&mut self) -> bool {
        let served = self.activity.served.load(Relaxed);
        let waiting = self.head == Some(served) && !self.activity.http2.load(Relaxed);
        if !waiting {
            self.head = None;
            self.timer = None;
        }
        waiting
    }
}

impl<S: AsyncWrite + Unpin> ClientSocket<S> {
    fn poll_own(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        while !self.own.is_empty() {
            let written = ready!(Pin::new(&mut self.inner).poll_write(cx, &self.own))?;
            if written == 0 {
                return Poll::Ready(Err(io::ErrorKind::WriteZero.into()));
            }
            self.own.drain(..written);
        }
        Poll::Ready(Ok(()))
    }

    /// Takes `bytes` if they are a refusal that hyper made by itself: those have no request id.
    fn replace(&mut self, bytes: &[u8]) -> bool {
        let Some(status) = bytes.strip_prefix(b"HTTP/1.1 4").and_then(|rest| rest.get(..2)) else {
            return false;
        };
        if self.activity.http2.load(Relaxed) || find(bytes, b"x-request-id:") {
            return false;
        }
        let refusal = match status {
            b"14" => Refusal::TargetTooLong,
            b"31" => Refusal::HeadersTooLarge,
            _ => Refusal::BadRequest,
        };
        self.own = refusal.raw(&self.ids.of(&HeaderMap::new()));
        self.activity.refused.store(true, Relaxed);
        true
    }
}

fn find(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|window| window.eq_ignore_ascii_case(part))
}

impl<S: AsyncRead + Unpin> AsyncRead for ClientSocket<S> {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let before = buf.filled().len();
        let read = Pin::new(&mut this.inner).poll_read(cx, buf);
        match read {
            Poll::Ready(Ok(())) if buf.filled().len() == before => this.eof = true,
            Poll::Ready(Ok(())) => {
                let activity = &this.activity;
                if this.head.is_none() && activity.serving.load(Relaxed) == 0 {
                    this.head = Some(activity.served.load(Relaxed));
                }
            }
            Poll::Ready(Err(_)) => {}
            Poll::Pending => {
                if this.head.is_some() && this.in_head() {
                    let timer = this.timer.get_or_insert_with(|| Box::pin(sleep(HEAD)));
                    ready!(timer.as_mut().poll(cx));
                    return Poll::Ready(Err(io::ErrorKind::TimedOut.into()));
                }
            }
        }
        read
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncWrite for ClientSocket<S> {
    fn poll_write(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        ready!(this.poll_own(cx))?;
        if this.replace(bytes) {
            return Poll::Ready(Ok(bytes.len()));
        }
        Pin::new(&mut this.inner).poll_write(cx, bytes)
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        parts: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        ready!(this.poll_own(cx))?;
        if let Some(first) = parts.first()
            && this.replace(first)
        {
            return Poll::Ready(Ok(first.len()));
        }
        Pin::new(&mut this.inner).poll_write_vectored(cx, parts)
    }

    fn is_write_vectored(&self) -> bool {
        self.inner.is_write_vectored()
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        ready!(this.poll_own(cx))?;
        Pin::new(&mut this.inner).poll_flush(cx)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        ready!(this.poll_own(cx))?;
        if !this.finished {
            ready!(Pin::new(&mut this.inner).poll_shutdown(cx))?;
            this.finished = true;
            this.timer = Some(Box::pin(sleep(LINGER)));
        }
        let mut scrap = [0; 4096];
        while !this.eof && this.thrown_away < LINGER_BYTES {
            let mut buf = ReadBuf::new(&mut scrap);
            let read = Pin::new(&mut this.inner).poll_read(cx, &mut buf);
            match read {
                Poll::Ready(Ok(())) if !buf.filled().is_empty() => {
                    this.thrown_away += buf.filled().len();
                }
                Poll::Pending => {
                    let late =
                        this.timer.as_mut().is_none_or(|timer| timer.as_mut().poll(cx).is_ready());
                    if !late {
                        return Poll::Pending;
                    }
                    break;
                }
                Poll::Ready(_) => break,
            }
        }
        Poll::Ready(Ok(()))
    }
}
