//! A client's socket, with the manners that hyper leaves to its user.
//!
//! - **Bare refusals.** What hyper cannot parse, it answers with an empty 400, 414 or 431. Clients
//!   are promised a JSON body and a request id with every 4xx, so these are replaced on their way
//!   out.
//! - **Request lines by hand.** See [`super::line`].
//! - **Lingering close** (RFC 9112, 9.6). Closing with unread input resets the connection, and the
//!   client may never see the answer that told it why. So what still comes is read and thrown away
//!   for a moment.
//! - **Slow readers.** See [`super::taking`].

use std::future::Future;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use http::HeaderMap;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Sleep, sleep};

use super::answer::{Refusal, refuse_raw};
use super::client::Ids;
use super::line::Lines;
use super::taking::Taking;

/// How long, and how much, is read after the last answer.
const LINGER: Duration = Duration::from_secs(1);
const LINGER_BYTES: usize = 32 << 20;

/// What the socket and the service of a connection know of each other.
#[derive(Default)]
pub struct Activity {
    /// Whether there has been a request.
    pub begun: AtomicBool,
    pub http2: AtomicBool,
    pub refused: AtomicBool,
    /// A request has been read whole and answered: what comes next is another.
    pub answered: AtomicBool,
}

pub struct ClientSocket<S> {
    inner: S,
    activity: Arc<Activity>,
    ids: Arc<Ids>,
    lines: Lines,
    taking: Taking,
    /// An answer of ours that replaces a bare one.
    own: Vec<u8>,
    /// Set once nothing more is written.
    lingering: Option<Pin<Box<Sleep>>>,
    eof: bool,
    thrown_away: usize,
}

impl<S: AsyncWrite + Unpin> ClientSocket<S> {
    pub fn new(inner: S, activity: Arc<Activity>, ids: Arc<Ids>) -> Self {
        let (lines, taking, own, lingering) = (Lines::default(), Taking::default(), vec![], None);
        Self { inner, activity, ids, lines, taking, own, lingering, eof: false, thrown_away: 0 }
    }

    fn poll_own(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<&mut S>> {
        while !self.own.is_empty() {
            let written = ready!(Pin::new(&mut self.inner).poll_write(cx, &self.own))?;
            if written == 0 {
                return Poll::Ready(Err(io::ErrorKind::WriteZero.into()));
            }
            self.own.drain(..written);
        }
        Poll::Ready(Ok(&mut self.inner))
    }

    /// Takes `bytes` if they are a refusal that hyper made by itself: those have no request id.
    fn replace(&mut self, bytes: &[u8]) -> bool {
        let Some([a, b, ..]) = bytes.strip_prefix(b"HTTP/1.1 4") else {
            return false;
        };
        let named = |part: &[u8]| part.eq_ignore_ascii_case(b"x-request-id:");
        if self.activity.http2.load(Relaxed) || bytes.windows(13).any(named) {
            return false;
        }
        let refusal = match [*a, *b] {
            [b'1', b'4'] => Refusal::TargetTooLong,
            [b'3', b'1'] => Refusal::HeadersTooLarge,
            _ => Refusal::BadRequest,
        };
        self.own = refuse_raw(refusal, &self.ids.of(&HeaderMap::new()));
        self.activity.refused.store(true, Relaxed);
        true
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for ClientSocket<S> {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        if this.lines.give(buf) {
            return Poll::Ready(Ok(()));
        }
        let before = buf.filled().len();
        let read = Pin::new(&mut this.inner).poll_read(cx, buf);
        if matches!(read, Poll::Ready(Ok(()))) {
            this.eof |= buf.filled().len() == before;
            if this.activity.answered.swap(false, Relaxed) {
                this.lines.begin();
            }
            this.lines.encode(buf, before);
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
        self.poll_write_vectored(cx, &[io::IoSlice::new(bytes)])
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
        let written = Pin::new(&mut this.inner).poll_write_vectored(cx, parts);
        this.taking.wrote(cx, written)
    }

    fn is_write_vectored(&self) -> bool {
        self.inner.is_write_vectored()
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let flushed = Pin::new(ready!(this.poll_own(cx))?).poll_flush(cx);
        this.taking.flushed(cx, flushed)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        if this.lingering.is_none() {
            ready!(Pin::new(ready!(this.poll_own(cx))?).poll_shutdown(cx))?;
        }
        let late = this.lingering.get_or_insert_with(|| Box::pin(sleep(LINGER)));
        let mut scrap = [0; 4096];
        while !this.eof && this.thrown_away < LINGER_BYTES {
            let mut buf = ReadBuf::new(&mut scrap);
            match Pin::new(&mut this.inner).poll_read(cx, &mut buf) {
                Poll::Ready(Ok(())) if !buf.filled().is_empty() => {
                    this.thrown_away += buf.filled().len();
                }
                Poll::Pending => {
                    ready!(late.as_mut().poll(cx));
                    break;
                }
                Poll::Ready(_) => break,
            }
        }
        Poll::Ready(Ok(()))
    }
}
