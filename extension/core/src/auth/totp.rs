//! Time-based one-time codes (RFC 6238): HMAC-SHA-1, six digits, steps of 30 seconds, one step either way.
//!
//! Those are the only parameters that every authenticator app takes. SHA-1 is no weakness here: HMAC needs no collision
//! resistance. A code that matches names its step, so that the row can remember the step and no code works twice.

use super::base32;
use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;
use subtle::{ConditionallySelectable, ConstantTimeEq};

/// Seconds of a step.
pub const PERIOD: i64 = 30;
/// Bytes of a new secret: the length of a SHA-1 (RFC 4226, section 4).
pub const SECRET: usize = 20;
/// Shortest and longest secret that is taken from an import.
const SECRETS: std::ops::RangeInclusive<usize> = 10..=128;
/// Steps that a clock may be off.
const SKEW: i64 = 1;
const DIGITS: usize = 6;

/// The step whose code this is, if it is that of the time's own step or of a neighbour.
///
/// Every candidate is computed and compared in constant time, whatever matches. `None` too for a secret that is no base32.
#[must_use]
pub fn matching_step(secret: &str, code: &str, unix_time: i64) -> Option<i64> {
    let secret = base32::decode(secret).filter(|bytes| SECRETS.contains(&bytes.len()))?;
    let code: Vec<u8> = code.bytes().filter(|byte| *byte != b' ').collect();
    if code.len() != DIGITS || !code.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let current = unix_time.div_euclid(PERIOD);
    let mut found = -1_i64;
    for step in (current - SKEW).max(0)..=(current + SKEW) {
        let is = digits(&secret, step)?.as_bytes().ct_eq(&code);
        found.conditional_assign(&step, is);
    }
    (found >= 0).then_some(found)
}

/// `otpauth://totp/…`, the text of the QR code.
#[must_use]
pub fn uri(secret: &str, issuer: &str, account: &str) -> String {
    let (issuer, account) = (escape(issuer), escape(account));
    format!(
        "otpauth://totp/{issuer}:{account}?algorithm=SHA1&digits={DIGITS}&issuer={issuer}&period={PERIOD}&secret={secret}"
    )
}

fn digits(secret: &[u8], step: i64) -> Option<String> {
    let mut mac = Hmac::<Sha1>::new_from_slice(secret).ok()?;
    mac.update(&u64::try_from(step).ok()?.to_be_bytes());
    let hash = mac.finalize().into_bytes();
    let offset = usize::from(hash.last()? & 0xf);
    let word: [u8; 4] = hash.get(offset..offset + 4)?.try_into().ok()?;
    let number = (u32::from_be_bytes(word) & 0x7fff_ffff) % 1_000_000;
    Some(format!("{number:0width$}", width = DIGITS))
}

/// A colon would end the issuer, so all but the unreserved characters are escaped.
fn escape(text: &str) -> String {
    use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
    const ESCAPED: &AsciiSet =
        &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~').remove(b'@');
    utf8_percent_encode(text, ESCAPED).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The secret of RFC 6238, appendix B.
    fn secret() -> String {
        base32::encode(b"12345678901234567890")
    }

    #[test]
    fn agrees_with_the_vectors_of_rfc_6238() {
        for (time, code) in [
            (59, "287082"),
            (1_111_111_109, "081804"),
            (1_111_111_111, "050471"),
            (1_234_567_890, "005924"),
            (2_000_000_000, "279037"),
            (20_000_000_000, "353130"),
        ] {
            assert_eq!(matching_step(&secret(), code, time), Some(time / PERIOD), "{time}");
        }
    }

    #[test]
    fn agrees_with_the_vectors_of_rfc_4226() {
        for (step, code) in [
            (0, "755224"),
            (1, "287082"),
            (2, "359152"),
            (3, "969429"),
            (4, "338314"),
            (5, "254676"),
            (6, "287922"),
            (7, "162583"),
            (8, "399871"),
            (9, "520489"),
        ] {
            assert_eq!(matching_step(&secret(), code, step * PERIOD), Some(step));
        }
    }

    #[test]
    fn takes_one_step_either_way_and_names_it() {
        let at = 1_111_111_111_i64;
        let own = at / PERIOD;
        let before = digits(b"12345678901234567890", own - 1).unwrap();
        let after = digits(b"12345678901234567890", own + 1).unwrap();
        assert_eq!(matching_step(&secret(), &before, at), Some(own - 1));
        assert_eq!(matching_step(&secret(), &after, at), Some(own + 1));
        let far = digits(b"12345678901234567890", own + 2).unwrap();
        assert_eq!(matching_step(&secret(), &far, at), None);
        let far = digits(b"12345678901234567890", own - 2).unwrap();
        assert_eq!(matching_step(&secret(), &far, at), None);
    }

    #[test]
    fn takes_nothing_else() {
        for code in ["", "28708", "2870820", "28708a", "-87082", "２８７０８２", "287083"] {
            assert_eq!(matching_step(&secret(), code, 59), None, "{code}");
        }
        assert_eq!(matching_step(&secret(), "287 082", 59), Some(1));
        assert_eq!(matching_step("not base32!", "287082", 59), None);
        assert_eq!(matching_step("MFRGG", "287082", 59), None, "a secret of three bytes");
        assert_eq!(matching_step("", "287082", 59), None);
    }

    #[test]
    fn writes_the_uri_that_apps_read() {
        assert_eq!(
            uri("MZXW6YTBOI", "Ann & Co: Ltd", "ann@example.com"),
            "otpauth://totp/Ann%20%26%20Co%3A%20Ltd:ann@example.com?algorithm=SHA1&digits=6&issuer=Ann%20%26%20Co%3A%20Ltd&period=30&secret=MZXW6YTBOI"
        );
    }
}
