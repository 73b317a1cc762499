//! Recovery codes: 16 characters of base32 in lower case, 80 bits. Typed with hyphens, spaces and capitals they are the same.

use super::base32;

/// Bytes of randomness of a code.
pub const BYTES: usize = 10;
/// Characters of a code.
pub const LENGTH: usize = 16;

/// The code of these random bytes.
#[must_use]
pub fn code(random: &[u8; BYTES]) -> String {
    base32::encode(random).to_ascii_lowercase()
}

/// What was typed, in the form that is kept (as its HMAC only); empty if nothing is left of it.
///
/// Codes of other lengths and characters are passed through: they are as wrong as any, and cost the same.
#[must_use]
pub fn normalize(typed: &str) -> String {
    typed
        .chars()
        .filter(|character| !character.is_whitespace() && *character != '-')
        .flat_map(char::to_lowercase)
        .take(4 * LENGTH)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_has_80_bits_and_survives_typing() {
        let code = code(&[0xff, 0, 1, 2, 3, 4, 5, 6, 7, 8]);
        assert_eq!(code.len(), LENGTH);
        const { assert!(BYTES * 8 >= 60) };
        let typed = format!(" {}-{} ", code[..4].to_uppercase(), &code[4..]);
        assert_eq!(normalize(&typed), code);
        assert_eq!(normalize(" - "), "");
    }
}
