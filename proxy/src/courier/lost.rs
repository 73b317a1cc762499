//! Leases whose answer never came: whether they took rows is not known, but what they took is carried by nobody. Each later
//! lease names their tokens, and Postgres gives the rows back at once.

use std::time::Duration;

use ring::rand::{SecureRandom, SystemRandom};
use tokio::time::Instant;

/// Named for so long: a call that was still on its way when its connection broke may have begun later, and its lease
/// lasts for half of this.
const NAMED: Duration = Duration::from_secs(60);

#[derive(Default)]
pub struct Lost(Vec<(Instant, String)>);

impl Lost {
    /// The call with this token got no answer.
    pub fn note(&mut self, token: String, now: Instant) {
        self.0.push((now, token));
    }

    /// What Postgres has to be told.
    pub fn tokens(&mut self, now: Instant) -> Vec<&str> {
        self.0.retain(|(at, _)| now.duration_since(*at) < NAMED);
        self.0.iter().map(|(_, token)| token.as_str()).collect()
    }
}

/// A token for one call of howdah.lease: 128 bits that nobody else has, as a uuid takes them.
///
/// # Errors
/// When the operating system gives no randomness.
pub fn new_token() -> Result<String, String> {
    let mut bytes = [0_u8; 16];
    SystemRandom::new()
        .fill(&mut bytes)
        .map_err(|_| "no randomness from the operating system".to_owned())?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_what_was_lost_until_its_lease_is_over() {
        let (mut lost, begun) = (Lost::default(), Instant::now());
        assert!(lost.tokens(begun).is_empty());
        lost.note("a".into(), begun);
        lost.note("b".into(), begun + NAMED / 2);
        assert_eq!(lost.tokens(begun + NAMED / 2), ["a", "b"]);
        assert_eq!(lost.tokens(begun + NAMED), ["b"]);
        assert!(lost.tokens(begun + NAMED * 2).is_empty());
    }

    #[test]
    fn tokens_are_uuids_and_differ() {
        let (one, other) = (new_token().unwrap(), new_token().unwrap());
        assert_eq!((one.len(), one == other), (32, false));
        assert!(one.bytes().all(|byte| byte.is_ascii_hexdigit()));
    }
}
