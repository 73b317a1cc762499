//! Stored hashes and new passwords, whatever they are: nothing panics, what is read is within the caps, and what is cheap enough to compute
//! is computed.

use howdah_core::auth::password::compute::Heap;
use howdah_core::auth::password::stored::Argon;
use howdah_core::auth::password::{Cost, Rules, Scheme, Stored, judge, needs_rehash, verify};

pub fn run(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    rules(&text);
    let _ = needs_rehash(&text, Cost::DEFAULT, None);
    let Some(stored) = Stored::parse(&text) else { return };
    assert!((8..=64).contains(&stored.salt.len()) && (16..=64).contains(&stored.digest.len()));
    let cheap = match &stored.scheme {
        Scheme::Argon2(Argon { memory, passes, lanes, keyid, .. }) => {
            assert!(*memory <= 262_144 && *passes <= 10 && (1..=4).contains(lanes));
            *memory < 100 && keyid.is_none()
        }
        Scheme::Bcrypt { cost } => {
            assert!((4..=14).contains(cost));
            *cost == 4 && text.ends_with('a')
        }
        Scheme::Firebase { log_n, r, .. } => {
            assert!(*log_n <= 16 && *r <= 8);
            *log_n < 3
        }
        Scheme::Pbkdf2 { iterations, .. } => {
            assert!(*iterations <= 2_000_000);
            *iterations < 10
        }
    };
    if cheap {
        verify("no such password", &stored, None, &mut Heap)
            .expect("what was read can be computed");
    }
}

/// The first line is the password, the others are the context.
fn rules(text: &str) {
    let mut lines = text.split('\n');
    let password = lines.next().unwrap_or_default();
    let context: Vec<&str> = lines.collect();
    let rules = Rules {
        min_length: 8,
        required: context.first().copied().unwrap_or_default(),
        blocklist: true,
    };
    let first = judge(password, rules, &context);
    assert_eq!(first, judge(password, rules, &context));
    let lax = Rules { min_length: 0, required: "", blocklist: false };
    assert!(first.is_err() || judge(password, lax, &[]).is_ok(), "fewer rules refuse more");
}
