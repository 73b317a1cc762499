//! What an authenticator app shows (RFC 6238: SHA-1, six digits, 30 seconds).

use crate::forge::now;
use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;

/// The code of the step that is `steps` after the present one.
pub fn code(secret: &str, steps: i64) -> String {
    let step = (now().div_euclid(30) + steps) as u64;
    let mut mac = Hmac::<Sha1>::new_from_slice(&base32(secret)).unwrap_or_else(|e| panic!("{e}"));
    mac.update(&step.to_be_bytes());
    let hash = mac.finalize().into_bytes();
    let at = usize::from(hash[19] & 15);
    let word = u32::from_be_bytes([hash[at], hash[at + 1], hash[at + 2], hash[at + 3]]);
    format!("{:06}", (word & 0x7fff_ffff) % 1_000_000)
}

/// A code that is none of the steps that are let in.
pub fn wrong_code(secret: &str) -> String {
    let right: Vec<String> = (-2..=2).map(|n| code(secret, n)).collect();
    let wrong = (0..).map(|n| format!("{n:06}")).find(|code| !right.contains(code));
    wrong.unwrap_or_default()
}

fn base32(text: &str) -> Vec<u8> {
    let alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    let bits: String = text
        .chars()
        .map(|c| alphabet.find(c).unwrap_or_else(|| panic!("{c} is no base32")))
        .map(|value| format!("{value:05b}"))
        .collect();
    bits.as_bytes()
        .chunks_exact(8)
        .map(|byte| byte.iter().fold(0, |value, bit| value * 2 + (bit - b'0')))
        .collect()
}
