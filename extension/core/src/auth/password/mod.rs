//! Passwords: hashed with argon2id, verified as whatever an import brought, judged by the rules of `auth.settings`.
//!
//! [`stored`] reads a stored hash strictly and with caps, [`compute`] does the work, [`rules`] says which passwords are
//! good enough, [`common`] holds those that everybody uses. Nothing here panics, whatever a stored hash says, and
//! nothing allocates what a hash names before the cap is checked and the allocator was asked.

pub mod common;
pub mod compute;
pub mod rules;
pub mod stored;

#[cfg(test)]
mod hostile_tests;
#[cfg(test)]
mod tests;

pub use compute::{Blocks, hash, hash_block_count, spend, verify};
pub use rules::{Rules, Weakness, judge};
pub use stored::{Scheme, Stored};

use unicode_normalization::UnicodeNormalization;
use zeroize::Zeroizing;

/// Bytes of a password that are looked at; a longer one is refused before anything is looked up.
pub const MAX_BYTES: usize = 1024;
/// Characters of a new password.
pub const MAX_CHARACTERS: usize = 256;

/// What new hashes cost, and below which an old one is made anew at sign-in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cost {
    /// KiB.
    pub memory: u32,
    pub passes: u32,
}

impl Cost {
    /// OWASP's least for argon2id with one lane. More lanes would buy nothing: a backend has one thread.
    pub const DEFAULT: Self = Self { memory: 19_456, passes: 2 };
    /// For tests that are about something else: a hash in less than a millisecond, worth nothing.
    pub const TEST: Self = Self { memory: 64, passes: 1 };
}

/// A key outside the database, without which its hashes are worth nothing to who stole them.
#[derive(Debug, Clone)]
pub struct Pepper {
    /// Which key: kept in the hash as `keyid`.
    pub id: [u8; 4],
    pub key: Zeroizing<[u8; 32]>,
}

/// Why there is no answer to whether a password fits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Failure {
    /// Not a hash, or one beyond the caps.
    Corrupt,
    /// No memory.
    Memory,
    /// The hash was made with a pepper that is not this server's.
    Pepper,
}

/// The same password typed on two keyboards: composed once (NFC), never more than once, never shortened.
#[must_use]
pub fn normalize(password: &str) -> Zeroizing<String> {
    if password.is_ascii() {
        return Zeroizing::new(password.to_owned());
    }
    // Room for all of it at once: growing would leave copies behind. Composed text is at most three times as long.
    let mut normal = Zeroizing::new(String::with_capacity(password.len().saturating_mul(3)));
    normal.extend(password.nfc());
    normal
}

/// Whether a password may be tried at all: the same for every account, so it is asked before one is looked up.
#[must_use]
pub fn may_be_tried(password: &str) -> bool {
    !password.is_empty() && password.len() <= MAX_BYTES && !password.contains('\0')
}

/// Whether a hash should be made anew, now that the password is known: imported, cheaper than `cost`, or peppered otherwise.
#[must_use]
pub fn needs_rehash(stored: &str, cost: Cost, pepper: Option<&Pepper>) -> bool {
    let Some(Stored { scheme: Scheme::Argon2(argon), salt, digest }) = Stored::parse(stored) else {
        return true;
    };
    !argon.is_id
        || argon.version != 0x13
        || argon.memory < cost.memory
        || argon.passes < cost.passes
        || argon.lanes != 1
        || salt.len() < stored::SALT
        || digest.len() < stored::DIGEST
        || argon.keyid.as_deref() != pepper.map(|pepper| pepper.id.as_slice())
}
