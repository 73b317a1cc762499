//! The connections of one lane: which may take a request, and how many requests may wait.

use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering::Relaxed};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::{Duration, Instant};

use tokio::sync::Notify;

use super::pg::Link;

/// A head that runs longer than this holds a connection: 50 × an ordinary request.
pub const STALL: Duration = Duration::from_millis(20);
/// Before anything was measured: so many per connection may wait.
const FIRST: u64 = 4;
/// At most so many per connection, however quick they seem: a hundred that are refused early must not let in as many that hash.
const MOST: u64 = 64;
/// The mean is of about so many requests.
const WEIGHT: u64 = 16;

pub struct Slot {
    pub link: Arc<Link>,
    /// The worker whose thread drives it.
    pub home: usize,
}

/// Connections of one kind, and those who wait for one.
pub struct Pool {
    slots: RwLock<Vec<Slot>>,
    /// Requests in flight on one connection; 1 is an exclusive one.
    pub depth: usize,
    /// Connections: always open, and at most.
    pub least: usize,
    pub most: usize,
    /// Who would wait longer than this is refused; None: nobody is.
    reach: Option<Duration>,
    /// How long a connection is taken by a request, in µs: a mean that forgets.
    pace: AtomicU64,
    pub waiting: AtomicUsize,
    pub freed: Notify,
    pub growing: AtomicBool,
    /// Since when there has been no connection; None while there is one.
    down: Mutex<Option<Instant>>,
}

impl Pool {
    pub fn new(depth: usize, least: usize, most: usize, reach: Option<Duration>) -> Self {
        Self {
            slots: RwLock::default(),
            depth,
            least,
            most,
            reach,
            pace: AtomicU64::new(reach.map_or(0, |reach| reach.as_micros() as u64 / FIRST)),
            waiting: AtomicUsize::new(0),
            freed: Notify::new(),
            growing: AtomicBool::new(false),
            down: Mutex::new(Some(Instant::now())),
        }
    }

    pub fn slots(&self) -> std::sync::RwLockReadGuard<'_, Vec<Slot>> {
        self.slots.read().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn down(&self) -> std::sync::MutexGuard<'_, Option<Instant>> {
        self.down.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn add(&self, slot: Slot) {
        self.slots.write().unwrap_or_else(PoisonError::into_inner).push(slot);
        *self.down() = None;
        self.free();
    }

    pub fn remove(&self, link: &Arc<Link>) {
        let mut slots = self.slots.write().unwrap_or_else(PoisonError::into_inner);
        slots.retain(|slot| !Arc::ptr_eq(&slot.link, link));
        if slots.is_empty() {
            self.down().get_or_insert_with(Instant::now);
        }
    }

    /// How many may wait: those whose turn comes within reach, if the next ones take as long as the last ones did.
    pub fn room(&self) -> usize {
        let Some(reach) = self.reach else { return usize::MAX };
        let each = self.pace.load(Relaxed).max(1);
        let most = self.most as u64;
        match reach.as_micros() as u64 * most / each {
            _ if reach.is_zero() => 0,
            room => room.clamp(1, MOST * most.max(1)) as usize,
        }
    }

    /// A connection of this pool was taken for so long.
    pub fn note(&self, link: &Arc<Link>, took: Duration) {
        if self.reach.is_none() || !self.slots().iter().any(|slot| Arc::ptr_eq(&slot.link, link)) {
            return;
        }
        let took = took.as_micros() as u64;
        let mean = |pace: u64| Some(pace - pace / WEIGHT + took / WEIGHT);
        let _ = self.pace.fetch_update(Relaxed, Relaxed, mean);
    }

    /// Tells as many as now have a place, in order.
    pub fn free(&self) {
        for _ in 0..self.waiting.load(Relaxed).min(self.depth) {
            self.freed.notify_one();
        }
    }

    /// Whether no connection should take another request. Of shared ones many requests alone are no
    /// reason, as more backends would only fight for the cores: slow statements must hold all.
    pub fn is_full(&self, now: Instant) -> bool {
        self.slots().iter().all(|slot| match self.depth {
            1 => slot.link.in_flight() > 0,
            _ => slot.link.head_age(now) >= STALL,
        })
    }

    /// A connection with a place taken on it: the one with the fewest in flight, but rather one of
    /// the same thread than one with up to four less, as waking another thread costs more than
    /// waiting for four.
    pub fn pick(
        &self,
        home: usize,
        now: Instant,
        depth: usize,
        held_too: bool,
    ) -> Option<Arc<Link>> {
        let slots = self.slots();
        let open = || slots.iter().filter(|slot| held_too || slot.link.head_age(now) < STALL);
        let far = |slot: &Slot| if slot.home == home { 0 } else { 4 };
        let best = open().min_by_key(|slot| slot.link.in_flight() + far(slot))?;
        if best.link.reserve(depth) {
            return Some(best.link.clone());
        }
        open().find(|slot| slot.link.reserve(depth)).map(|slot| slot.link.clone())
    }
}
