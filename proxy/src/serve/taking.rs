//! How slowly a client may take its answer. What it does not take is kept for it in memory, and hyper would keep it for ever.

use std::future::Future;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::time::{Sleep, sleep};

/// Before a slow client is too slow.
const GRACE: Duration = Duration::from_secs(30);
/// Bytes that buy a second more.
const PACE: u32 = 4096;

/// The time that is left to it; none is counted while all that was written has been taken.
pub struct Taking {
    left: Option<Pin<Box<Sleep>>>,
    grace: Duration,
    pace: u32,
}

impl Default for Taking {
    fn default() -> Self {
        Self { left: None, grace: GRACE, pace: PACE }
    }
}

impl Taking {
    /// What came of writing so many bytes.
    pub fn wrote(
        &mut self,
        cx: &mut Context<'_>,
        written: Poll<io::Result<usize>>,
    ) -> Poll<io::Result<usize>> {
        if let (Poll::Ready(Ok(bytes)), Some(left)) = (&written, &mut self.left) {
            let bytes = u32::try_from(*bytes).unwrap_or(u32::MAX);
            let end = left.deadline() + Duration::from_secs(1) * bytes / self.pace;
            left.as_mut().reset(end);
        }
        self.wait(cx, written)
    }

    /// What came of handing on all that was written.
    pub fn flushed(
        &mut self,
        cx: &mut Context<'_>,
        flushed: Poll<io::Result<()>>,
    ) -> Poll<io::Result<()>> {
        if flushed.is_ready() {
            self.left = None;
        }
        self.wait(cx, flushed)
    }

    fn wait<T>(&mut self, cx: &mut Context<'_>, done: Poll<io::Result<T>>) -> Poll<io::Result<T>> {
        if done.is_ready() {
            return done;
        }
        let grace = self.grace;
        let left = self.left.get_or_insert_with(|| Box::pin(sleep(grace)));
        ready!(left.as_mut().poll(cx));
        Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::future::poll_fn;
    use tokio::io::{AsyncReadExt, AsyncWrite, DuplexStream, duplex};
    use tokio::time::Instant;

    const GRACE: Duration = Duration::from_millis(200);

    async fn give(mut to: DuplexStream, bytes: usize) -> bool {
        let mut taking = Taking { left: None, grace: GRACE, pace: 10_000 };
        let (mut sent, text) = (0, vec![b'x'; bytes]);
        while sent < bytes {
            let wrote = poll_fn(|cx| {
                let written = Pin::new(&mut to).poll_write(cx, &text[sent..]);
                taking.wrote(cx, written)
            });
            match wrote.await {
                Ok(count) => sent += count,
                Err(error) => {
                    assert_eq!(error.kind(), io::ErrorKind::TimedOut);
                    return false;
                }
            }
        }
        true
    }

    /// To who takes so many bytes every ten milliseconds; whether all was taken, and how long that took.
    async fn to_one_who_takes(pace: usize, bytes: usize) -> (bool, Duration) {
        let (near, mut far) = duplex(1024);
        let began = Instant::now();
        let taker = async {
            let mut piece = vec![0; pace];
            loop {
                sleep(Duration::from_millis(10)).await;
                if pace > 0 && far.read_exact(&mut piece).await.is_err() {
                    std::future::pending::<()>().await;
                }
            }
        };
        tokio::select! {
            all = give(near, bytes) => (all, began.elapsed()),
            () = taker => unreachable!(),
        }
    }

    #[tokio::test]
    async fn cuts_off_who_takes_nothing_or_too_little() {
        for pace in [0, 10] {
            let (all, took) = to_one_who_takes(pace, 100_000).await;
            assert!(!all && took >= GRACE && took < 10 * GRACE, "{pace}: {took:?}");
        }
    }

    #[tokio::test]
    async fn waits_for_who_takes_enough() {
        let (all, took) = to_one_who_takes(1000, 60_000).await;
        assert!(all && took > 2 * GRACE, "{took:?}");
        assert!(to_one_who_takes(20, 1_200).await.0, "a little is taken in time");
    }
}
