//! What a kind of row needs to be carried. Another kind (mail, push, webhooks) is another
//! implementation and a line in `mod.rs`.

use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use serde_json::Value;

/// A leased row.
#[derive(Debug)]
pub struct Item {
    pub id: i64,
    /// Who settles must show it: a lease that has been given to another is not this one.
    pub lease: String,
    pub kind: String,
    pub payload: Value,
    /// `host:port` that the DBA allows although they are not on the public internet.
    pub allowed_hosts: Vec<String>,
    /// How long anybody waits for the outcome.
    pub patience: Option<Duration>,
}

/// What came of a row, to be settled.
#[derive(Debug)]
pub struct Outcome {
    pub id: i64,
    pub kind: String,
    pub lease: String,
    pub value: Value,
}

pub type Carrying<'a> = Pin<Box<dyn Future<Output = Value> + Send + 'a>>;

/// Carries rows of some kinds. It ends by itself, within the lease; it never fails: what went wrong
/// is an outcome `{"error": word}`.
pub trait Carrier: Send + Sync {
    /// Kinds that it may take.
    fn kinds(&self) -> &'static [&'static str];

    /// Whether this row is its own. Two carriers may have a kind in common (mail by SMTP, mail by a
    /// provider's API): what was prepared decides.
    fn takes(&self, item: &Item) -> bool {
        self.kinds().contains(&item.kind.as_str())
    }

    fn carry<'a>(&'a self, item: &'a Item) -> Carrying<'a>;
}
