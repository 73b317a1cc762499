//! The courier's work on one connection: lease, carry, settle. What is being carried outlives the
//! connection: its outcomes are settled on the next one.

use std::collections::{BTreeSet, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use serde_json::json;
use tokio::sync::{mpsc, watch};
use tokio::time::{Instant, sleep};

use super::carrier::{Carrier, Item, Outcome};
use super::desk::{Desk, Trouble};
use super::lost::{Lost, new_token};
use super::metrics::Metrics;
use crate::serve::log::{self, Level};

/// Rows carried at once; leased no faster than there is room.
const ROOM: usize = 64;
/// A lease outlives the longest carrying by far: two couriers never carry one row at once unless
/// one of them was stopped, and then its outcome is refused.
const HOLD: Duration = Duration::from_secs(30);
/// The most that a lost notification costs.
const POLL: Duration = Duration::from_secs(1);
const BEAT: Duration = Duration::from_secs(5);
/// What waits is counted so often, for the metrics.
const COUNT: Duration = Duration::from_secs(10);

pub struct Work {
    /// This process, in howdah.couriers.
    name: String,
    carriers: Vec<Arc<dyn Carrier>>,
    kinds: Vec<&'static str>,
    carrying: usize,
    done: mpsc::UnboundedReceiver<Outcome>,
    finish: mpsc::UnboundedSender<Outcome>,
    unsettled: VecDeque<Outcome>,
    lost: Lost,
    beaten: Option<Instant>,
    metrics: Arc<Metrics>,
    /// Whether somebody can see them.
    watched: bool,
    counted: Option<Instant>,
    stop: watch::Receiver<bool>,
}

/// Why the work on a connection ended.
pub enum End {
    Lost(String),
    /// It was told to stop, and nothing is left.
    Drained,
}

impl Work {
    pub fn new(
        name: String,
        carriers: Vec<Arc<dyn Carrier>>,
        metrics: Arc<Metrics>,
        watched: bool,
        stop: watch::Receiver<bool>,
    ) -> Self {
        let kinds: BTreeSet<_> = carriers.iter().flat_map(|carrier| carrier.kinds()).collect();
        let kinds = kinds.into_iter().copied().collect();
        let (finish, done) = mpsc::unbounded_channel();
        Self {
            name,
            carriers,
            kinds,
            carrying: 0,
            done,
            finish,
            unsettled: VecDeque::new(),
            lost: Lost::default(),
            beaten: None,
            metrics,
            watched,
            counted: None,
            stop,
        }
    }

    /// Whether it may end without anything being lost.
    pub fn is_idle(&self) -> bool {
        self.carrying == 0 && self.unsettled.is_empty()
    }

    pub async fn attend(&mut self, desk: &mut Desk) -> End {
        loop {
            match self.turn(desk).await {
                Ok(()) => self.metrics.works(true),
                Err(Trouble::Lost(words) | Trouble::Refused(words)) => return End::Lost(words),
            }
            let stopping = *self.stop.borrow();
            if stopping && self.is_idle() {
                return End::Drained;
            }
            tokio::select! {
                Some(outcome) = self.done.recv() => self.take(outcome),
                () = desk.called.notified(), if !stopping => {}
                () = sleep(POLL) => {}
                _ = self.stop.changed(), if !stopping => {}
                words = &mut desk.ended => return End::Lost(words.unwrap_or_default()),
            }
        }
    }

    /// Settles what is done, takes over what there is room for.
    async fn turn(&mut self, desk: &Desk) -> Result<(), Trouble> {
        while let Ok(outcome) = self.done.try_recv() {
            self.take(outcome);
        }
        let mut most = ROOM;
        while !self.unsettled.is_empty() {
            let batch = self.unsettled.len().min(most);
            match desk.settle(&self.unsettled.make_contiguous()[..batch]).await {
                Ok(late) => self.metrics.late(late),
                // One of them: each by itself. A row whose outcome cannot be kept at all is carried again.
                Err(Trouble::Refused(_)) if batch > 1 => {
                    most = 1;
                    continue;
                }
                Err(Trouble::Refused(words)) => {
                    log::event(Level::Error, "outcome refused", &[("error", &words)]);
                }
                Err(lost) => return Err(lost),
            }
            self.unsettled.drain(..batch);
        }
        while !*self.stop.borrow() && self.carrying < ROOM {
            let room = ROOM - self.carrying;
            let token = new_token().map_err(Trouble::Lost)?;
            let lost = self.lost.tokens(Instant::now());
            let items = match desk.lease(&self.kinds, room, HOLD, &token, &lost).await {
                Ok(items) => items,
                Err(trouble) => {
                    self.lost.note(token, Instant::now());
                    return Err(trouble);
                }
            };
            let all = items.len() < room;
            items.into_iter().for_each(|item| self.start(item));
            if all {
                break;
            }
        }
        if self.beaten.is_none_or(|at| at.elapsed() >= BEAT) {
            desk.beat(&self.name, self.carrying).await?;
            self.beaten = Some(Instant::now());
        }
        if self.watched && self.counted.is_none_or(|at| at.elapsed() >= COUNT) {
            self.metrics.waiting(desk.waiting().await?);
            self.counted = Some(Instant::now());
        }
        Ok(())
    }

    fn take(&mut self, outcome: Outcome) {
        self.carrying -= 1;
        self.metrics.carried(&outcome.kind, &outcome.value);
        self.unsettled.push_back(outcome);
    }

    fn start(&mut self, item: Item) {
        self.carrying += 1;
        self.metrics.leased(&item.kind);
        let (id, lease, kind) = (item.id, item.lease.clone(), item.kind.clone());
        let carrier = self.carriers.iter().find(|carrier| carrier.takes(&item)).cloned();
        let carried = tokio::spawn(async move {
            match carrier {
                Some(carrier) => carrier.carry(&item).await,
                None => json!({"error": "unknown_kind"}),
            }
        });
        let finish = self.finish.clone();
        tokio::spawn(async move {
            // A panic ends the row, not the courier.
            let value = carried.await.unwrap_or_else(|_| json!({"error": "failed"}));
            let _ = finish.send(Outcome { id, kind, lease, value });
        });
    }
}
