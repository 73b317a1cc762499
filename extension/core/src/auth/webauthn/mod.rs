//! WebAuthn (Level 3): the two ceremonies of passkeys and of security keys as a second factor.
//!
//! The library checks responses; what it would keep between the two halves of a ceremony is made here from the row, because
//! its own start draws the challenge from a generator in the process's memory, and backends are forks: two of one
//! postmaster could draw the same. So `rand` never runs; challenges come from the operating system, by the caller, and are all that a
//! row keeps. A ceremony begun before an upgrade of the library ends after it, and under the settings of that moment.
//!
//! What the library leaves to its user is checked here: cross-origin assertions, the relying party's own configuration, lengths.

mod credential;
mod finish;
mod options;
mod relying_party;

pub use credential::Credential;
pub use finish::{Assertion, Identity, authenticate, identity, register};
pub use options::{Descriptor, User, creation, request};
pub use relying_party::RelyingParty;

/// Bytes of a challenge.
pub const CHALLENGE: usize = 32;
/// Longest credential id (WebAuthn, 4 Terminology).
const CREDENTIAL_ID: usize = 1023;
/// What credentials may sign with, best first: ES256, ES384, RS256 (Windows Hello): the library's name, COSE's number.
const ALGORITHMS: [(&str, i64); 3] = [("ES256", -7), ("ES384", -35), ("RS256", -257)];

/// Whether the authenticator must have recognised its user (PIN, finger, face).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verification {
    Required,
    Preferred,
}

impl Verification {
    /// Its word in the options.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Required => "required",
            Self::Preferred => "preferred",
        }
    }
}

#[cfg(test)]
mod tests;
