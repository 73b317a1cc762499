//! Proof key for code exchange (RFC 7636), both for our own clients and towards providers.

use super::id_token::hex;
use crate::token::base64url;
use sha2::{Digest, Sha256};

/// Characters of verifier and challenge (RFC 7636, 4.1 and 4.2).
const LENGTH: std::ops::RangeInclusive<usize> = 43..=128;

/// Checks challenge and method as a client sends them, and returns the method as it is kept: `s256` or `plain`.
///
/// # Errors
/// In GoTrue's words.
pub fn check_challenge(challenge: &str, method: &str) -> Result<&'static str, &'static str> {
    if challenge.is_empty() || method.is_empty() {
        return Err("PKCE flow requires code_challenge_method and code_challenge");
    }
    if !LENGTH.contains(&challenge.len()) {
        return Err("code challenge has to be between 43 and 128 characters");
    }
    if !challenge.bytes().all(unreserved) {
        return Err(
            "code challenge can only contain alphanumeric characters, hyphens, periods, underscores and tildes",
        );
    }
    if method.eq_ignore_ascii_case("s256") {
        Ok("s256")
    } else if method.eq_ignore_ascii_case("plain") {
        Ok("plain")
    } else {
        Err("code challenge method not supported")
    }
}

/// The challenge that `verifier` meets, S256.
#[must_use]
pub fn challenge(verifier: &str) -> String {
    base64url(&Sha256::digest(verifier))
}

/// Whether `verifier` meets what is kept.
#[must_use]
pub fn meets(verifier: &str, challenge_kept: &str, method: &str) -> bool {
    if !LENGTH.contains(&verifier.len()) || !verifier.bytes().all(unreserved) {
        return false;
    }
    let made = match method {
        "s256" => challenge(verifier),
        "plain" => verifier.to_owned(),
        _ => return false,
    };
    // Hashes of both, so that neither length nor content shows in the time.
    let (a, b) = (hex(&Sha256::digest(made)), hex(&Sha256::digest(challenge_kept)));
    bool::from(subtle::ConstantTimeEq::ct_eq(a.as_bytes(), b.as_bytes()))
}

fn unreserved(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-._~".contains(&byte)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 7636, appendix B.
    const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
    const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

    #[test]
    fn computes_the_challenge_of_the_rfc() {
        assert_eq!(challenge(VERIFIER), CHALLENGE);
        assert!(meets(VERIFIER, CHALLENGE, "s256"));
        assert!(meets(VERIFIER, VERIFIER, "plain"));
    }

    #[test]
    fn a_verifier_meets_its_own_challenge_only() {
        let other = VERIFIER.replace('d', "e");
        for (verifier, kept, method) in [
            (other.as_str(), CHALLENGE, "s256"),
            (VERIFIER, VERIFIER, "s256"),
            (CHALLENGE, CHALLENGE, "s256"),
            (VERIFIER, CHALLENGE, "plain"),
            (VERIFIER, CHALLENGE, "S512"),
            (VERIFIER, CHALLENGE, ""),
            ("", "", "plain"),
            ("short", "short", "plain"),
            (&format!("{VERIFIER} "), CHALLENGE, "s256"),
        ] {
            assert!(!meets(verifier, kept, method), "{verifier} {kept} {method}");
        }
    }

    #[test]
    fn a_challenge_has_the_form_of_the_rfc() {
        assert_eq!(check_challenge(CHALLENGE, "S256"), Ok("s256"));
        assert_eq!(check_challenge(CHALLENGE, "s256"), Ok("s256"));
        assert_eq!(check_challenge(&"a".repeat(128), "plain"), Ok("plain"));
        for (challenge, method) in [
            (CHALLENGE, ""),
            ("", "s256"),
            (CHALLENGE, "S512"),
            (&CHALLENGE[1..], "s256"),
            (&"a".repeat(129), "plain"),
            (&format!("{}=", &CHALLENGE[1..]), "s256"),
            (&format!("{}\u{e9}", &CHALLENGE[2..]), "plain"),
        ] {
            assert!(check_challenge(challenge, method).is_err(), "{challenge} {method}");
        }
    }
}
