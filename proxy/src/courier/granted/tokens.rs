//! Tokens that are good for a while, kept until a minute before they end. However many messages want
//! one at once, it is asked for once.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;
use tokio::sync::Mutex;
use tokio::time::Instant;

/// Senders in memory; with more all are asked anew.
const MOST: usize = 256;
/// A token is not used in its last minute: clocks differ, and requests take time.
const MARGIN: Duration = Duration::from_secs(60);
/// Whatever the issuer says.
const LONGEST: Duration = Duration::from_secs(12 * 3600);

#[derive(Default)]
pub struct Tokens(Mutex<HashMap<String, Slot>>);

type Slot = Arc<Mutex<Option<Kept>>>;

struct Kept {
    token: String,
    until: Instant,
}

impl Tokens {
    async fn slot(&self, grant: &Value) -> Slot {
        let mut slots = self.0.lock().await;
        let key = grant.to_string();
        if slots.len() >= MOST && !slots.contains_key(&key) {
            slots.clear();
        }
        slots.entry(key).or_default().clone()
    }

    /// The token of a grant: kept, or what `ask` gives with its seconds.
    ///
    /// # Errors
    /// What `ask` says.
    pub async fn get<E, F>(&self, grant: &Value, ask: impl FnOnce() -> F) -> Result<String, E>
    where
        F: Future<Output = Result<(String, u64), E>>,
    {
        self.get_at(Instant::now(), grant, ask).await
    }

    async fn get_at<E, F>(
        &self,
        now: Instant,
        grant: &Value,
        ask: impl FnOnce() -> F,
    ) -> Result<String, E>
    where
        F: Future<Output = Result<(String, u64), E>>,
    {
        let slot = self.slot(grant).await;
        let mut kept = slot.lock().await;
        if let Some(kept) = kept.as_ref().filter(|kept| kept.until > now) {
            return Ok(kept.token.clone());
        }
        let (token, seconds) = ask().await?;
        let good_for = Duration::from_secs(seconds).min(LONGEST).saturating_sub(MARGIN);
        *kept = Some(Kept { token: token.clone(), until: now + good_for });
        Ok(token)
    }

    /// This one is no good any more; another that has come meanwhile stays.
    pub async fn forget(&self, grant: &Value, token: &str) {
        let slot = self.slot(grant).await;
        let mut kept = slot.lock().await;
        if kept.as_ref().is_some_and(|kept| kept.token == token) {
            *kept = None;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};

    use serde_json::json;

    use super::*;

    #[tokio::test]
    async fn asks_once_however_many_want_it_and_again_when_it_ends() {
        let (tokens, asked) = (Tokens::default(), AtomicU32::new(0));
        let grant = json!({"issuer": "a"});
        let start = Instant::now();
        let get = |seconds| {
            tokens.get_at(start + Duration::from_secs(seconds), &grant, || async {
                tokio::time::sleep(Duration::from_millis(20)).await;
                Ok::<_, ()>((format!("t{}", asked.fetch_add(1, Ordering::Relaxed)), 3600))
            })
        };
        let (a, b, c) = tokio::join!(get(0), get(0), get(0));
        assert_eq!((a, b, c), (Ok("t0".into()), Ok("t0".into()), Ok("t0".into())));
        assert_eq!(get(3500).await, Ok("t0".into()));
        assert_eq!(get(3545).await, Ok("t1".into()), "a minute before its end");
        tokens.forget(&grant, "t0").await;
        assert_eq!(get(3545).await, Ok("t1".into()), "what has come meanwhile stays");
        tokens.forget(&grant, "t1").await;
        assert_eq!(get(3545).await, Ok("t2".into()));
        let failed = tokens.get(&json!({"issuer": "b"}), || async { Err("no") }).await;
        assert_eq!(failed, Err("no"));
    }
}
