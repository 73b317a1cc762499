//! Requests that wait for the courier. An answer with the header `Howdah-Wait: <scope>` is none: its
//! transaction has written down what must be fetched, and ended. The proxy waits, holding nothing in
//! the database, until the courier has settled something of that scope, and makes the same request
//! again. docs/adr/0005-waiting.md
//!
//! Who listens may miss a word, so a waiter asks again after a second in any case; and anybody may
//! say the word (NOTIFY needs no right), so it means no more than "ask again".

use std::collections::{HashMap, VecDeque};
use std::pin::pin;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering::Relaxed};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use http::StatusCode;
use http::header::HeaderName;
use tokio::sync::Notify;
use tokio::time::timeout_at;

use super::Counted;
use super::answer::{Finished, Refusal};
use super::db::{Call, Db};

/// Never reaches a client.
const WAIT: HeaderName = HeaderName::from_static("howdah-wait");
/// In all, from the first answer on.
const PATIENCE: Duration = Duration::from_secs(10);
/// Between two looks, if nothing is heard.
const LOOK: Duration = Duration::from_secs(1);
/// A word arrives before the answer that it belongs to, sometimes: kept for so long.
const KEEP: Duration = Duration::from_secs(5);
const KEPT: usize = 4096;
/// Bytes of a scope.
const SCOPE: usize = 200;
/// Looks of one request: more are somebody crying wolf.
const LOOKS: usize = 40;

pub struct Waits {
    /// Requests that may wait at once.
    most: usize,
    waiting: AtomicUsize,
    replayed: AtomicU64,
    heard: Mutex<Heard>,
}

#[derive(Default)]
struct Heard {
    ears: HashMap<String, Ear>,
    recent: VecDeque<(Instant, String)>,
}

#[derive(Default)]
struct Ear {
    listeners: usize,
    notify: Arc<Notify>,
}

impl Waits {
    pub fn new(most: usize) -> Self {
        Self {
            most,
            waiting: AtomicUsize::new(0),
            replayed: AtomicU64::new(0),
            heard: Mutex::default(),
        }
    }

    /// Requests that wait now.
    pub fn waiting(&self) -> usize {
        self.waiting.load(Relaxed)
    }

    /// Requests made again so far.
    pub fn replayed(&self) -> u64 {
        self.replayed.load(Relaxed)
    }

    /// Something of this scope is settled.
    pub fn settled(&self, scope: &str) {
        if scope.len() > SCOPE {
            return;
        }
        let now = Instant::now();
        let mut heard = self.heard();
        let stale = |at: Instant| now.duration_since(at) > KEEP;
        while heard.recent.len() >= KEPT || heard.recent.front().is_some_and(|old| stale(old.0)) {
            heard.recent.pop_front();
        }
        heard.recent.push_back((now, scope.to_owned()));
        if let Some(ear) = heard.ears.get(scope) {
            ear.notify.notify_waiters();
        }
    }

    /// Until something of `scope` is settled after `since`, or has been, or it is `until`.
    async fn hear(&self, scope: &str, since: Instant, until: Instant) {
        let listener = Listener::new(self, scope);
        let mut word = pin!(listener.notify.notified());
        word.as_mut().enable();
        let known = |(at, said): &(Instant, String)| *at >= since && said == scope;
        if !self.heard().recent.iter().rev().any(known) {
            let _ = timeout_at(until.into(), word).await;
        }
    }

    fn heard(&self) -> MutexGuard<'_, Heard> {
        self.heard.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A place among those who listen for a scope, given up however the wait ends.
struct Listener<'a> {
    waits: &'a Waits,
    scope: &'a str,
    notify: Arc<Notify>,
}

impl<'a> Listener<'a> {
    fn new(waits: &'a Waits, scope: &'a str) -> Self {
        let mut heard = waits.heard();
        let ear = heard.ears.entry(scope.to_owned()).or_default();
        ear.listeners += 1;
        let notify = ear.notify.clone();
        Self { waits, scope, notify }
    }
}

impl Drop for Listener<'_> {
    fn drop(&mut self) {
        let mut heard = self.waits.heard();
        if let Some(ear) = heard.ears.get_mut(self.scope) {
            ear.listeners -= 1;
            if ear.listeners == 0 {
                heard.ears.remove(self.scope);
            }
        }
    }
}

/// Calls the gateway, again and again while the answer is to wait. A client that leaves drops this
/// future and with it its place.
pub async fn serve(
    db: &Arc<Db>,
    call: Call<'_>,
    limit: Duration,
    last: Instant,
) -> Result<Finished, Refusal> {
    let mut asked = Instant::now();
    let mut finished = db.serve(&call).await?;
    if !finished.headers.contains_key(WAIT) {
        return Ok(finished);
    }
    let waits = &db.waits;
    let place = Counted::new(&waits.waiting);
    if place.before >= waits.most {
        return Err(Refusal::Unavailable);
    }
    let end = (Instant::now() + PATIENCE).min(last);
    for _ in 0..LOOKS {
        let scope = finished.headers.remove(WAIT);
        let scope = scope.as_ref().and_then(|scope| scope.to_str().ok());
        let Some(scope) = scope.filter(|_| finished.status == StatusCode::ACCEPTED) else {
            return Ok(finished);
        };
        let now = Instant::now();
        if now >= end {
            break;
        }
        waits.hear(scope, asked, (now + LOOK).min(end)).await;
        asked = Instant::now();
        waits.replayed.fetch_add(1, Relaxed);
        let again = Call { deadline: (asked + limit).min(last), ..call };
        finished = db.serve(&again).await?;
    }
    Err(Refusal::Timeout)
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn took(waits: &Waits, scope: &str, since: Instant) -> bool {
        let begun = Instant::now();
        waits.hear(scope, since, begun + Duration::from_millis(300)).await;
        begun.elapsed() < Duration::from_millis(250)
    }

    #[tokio::test]
    async fn hears_its_own_scope_and_no_other() {
        let waits = Arc::new(Waits::new(1));
        let speaker = waits.clone();
        let begun = Instant::now();
        tokio::spawn(async move {
            tokio::time::sleep(Duration::from_millis(20)).await;
            speaker.settled("b");
            speaker.settled("a");
        });
        assert!(took(&waits, "a", begun).await);
        assert!(!took(&waits, "c", begun).await);
        assert!(waits.heard().ears.is_empty(), "who has left listens no more");
    }

    #[tokio::test]
    async fn hears_what_was_said_before_it_listened_but_not_before_it_asked() {
        let waits = Waits::new(1);
        let before = Instant::now();
        waits.settled("a");
        assert!(took(&waits, "a", before).await);
        let after = Instant::now() + Duration::from_millis(1);
        assert!(!took(&waits, "a", after).await);
    }

    #[tokio::test]
    async fn remembers_no_more_than_it_must() {
        let waits = Waits::new(1);
        for n in 0..2 * KEPT {
            waits.settled(&n.to_string());
        }
        waits.settled(&"x".repeat(SCOPE + 1));
        assert_eq!(waits.heard().recent.len(), KEPT);
    }
}
