//! Refresh tokens that need no row of their own: session, counter and a MAC over both (docs/adr/0007-refresh-in-one-row.md).
//!
//! Ours: `hw_rt_` and the base64url of a version byte (1), the session's id (16 bytes), the counter (8 bytes, big-endian) and
//! HMAC-SHA-256 over all of that, whole. Its key is made of the cluster's key and of the session's own: the database alone gives no
//! token, and a token does not give the next one.
//!
//! Supabase Auth's newer ones are read too, for sessions that come from there: base64url of a version byte (0), the session's id,
//! the counter (LEB128), 16 bytes of HMAC-SHA-256 under the session's key, and four of SHA-256 against typing errors.

use super::seal::{Key, mac};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

const PREFIX: &str = "hw_rt_";
const OURS: u8 = 1;
const SUPABASE: u8 = 0;
/// Version, session, counter; what the MAC is over.
const SIGNED: usize = 25;
const MAC: usize = 32;
const SUPABASE_MAC: usize = 16;
const SUPABASE_CHECK: usize = 4;

/// A refresh token as it reads; [`Token::is_of`] says whether it is one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    ours: bool,
    session: [u8; 16],
    counter: i64,
    signed: Vec<u8>,
    mac: Vec<u8>,
}

/// Reads a token of either kind; `None` if it has the form of neither.
#[must_use]
pub fn read(text: &str) -> Option<Token> {
    // The longest of either kind has 82 characters.
    if text.len() > 96 {
        return None;
    }
    match text.strip_prefix(PREFIX) {
        Some(rest) => ours(&URL_SAFE_NO_PAD.decode(rest).ok()?),
        None => supabase(&URL_SAFE_NO_PAD.decode(text).ok()?),
    }
}

fn ours(bytes: &[u8]) -> Option<Token> {
    let (signed, mac) = bytes.split_first_chunk::<SIGNED>()?;
    let (version, rest) = signed.split_first()?;
    let (session, counter) = rest.split_first_chunk::<16>()?;
    let counter = i64::try_from(u64::from_be_bytes(counter.try_into().ok()?)).ok()?;
    (*version == OURS && mac.len() == MAC).then(|| Token {
        ours: true,
        session: *session,
        counter,
        signed: signed.to_vec(),
        mac: mac.to_vec(),
    })
}

fn supabase(bytes: &[u8]) -> Option<Token> {
    let (body, check) = bytes.split_at_checked(bytes.len().checked_sub(SUPABASE_CHECK)?)?;
    let (signed, mac) = body.split_at_checked(body.len().checked_sub(SUPABASE_MAC)?)?;
    let (version, rest) = signed.split_first()?;
    let (session, counter) = rest.split_first_chunk::<16>()?;
    let counter = leb128(counter)?;
    (*version == SUPABASE && Sha256::digest(body).get(..SUPABASE_CHECK) == Some(check)).then(|| {
        Token {
            ours: false,
            session: *session,
            counter,
            signed: signed.to_vec(),
            mac: mac.to_vec(),
        }
    })
}

/// An unsigned number of at most 63 bits that takes up all of `bytes`.
fn leb128(bytes: &[u8]) -> Option<i64> {
    let (last, others) = bytes.split_last()?;
    if bytes.len() > 9 || *last >= 0x80 || others.iter().any(|byte| *byte < 0x80) {
        return None;
    }
    Some(bytes.iter().rev().fold(0, |sum, byte| (sum << 7) | i64::from(byte & 0x7f)))
}

impl Token {
    /// Whether it has our form, rather than Supabase Auth's.
    #[must_use]
    pub fn ours(&self) -> bool {
        self.ours
    }

    #[must_use]
    pub fn session(&self) -> [u8; 16] {
        self.session
    }

    /// Its number within the session, from 0.
    #[must_use]
    pub fn counter(&self) -> i64 {
        self.counter
    }

    /// Whether it was made for this session's key, by the cluster of this key (or by Supabase Auth, whose tokens know of none).
    /// Takes as long for a wrong MAC as for a right one.
    #[must_use]
    pub fn is_of(&self, cluster: &Key, session_key: &str) -> bool {
        if self.ours {
            return same(&signature(cluster, session_key, &self.signed), &self.mac);
        }
        let Ok(key) = URL_SAFE_NO_PAD.decode(session_key).map(Zeroizing::new) else { return false };
        let right = mac(&key, &self.signed);
        key.len() >= 32 && right.get(..SUPABASE_MAC).is_some_and(|right| same(right, &self.mac))
    }
}

/// A session's token of this number. The same again for the same arguments.
#[must_use]
pub fn make(cluster: &Key, session_key: &str, session: &[u8; 16], counter: i64) -> String {
    let mut bytes = Vec::with_capacity(SIGNED + MAC);
    bytes.push(OURS);
    bytes.extend_from_slice(session);
    bytes.extend_from_slice(&counter.to_be_bytes());
    let mac = signature(cluster, session_key, &bytes);
    bytes.extend_from_slice(&mac);
    let mut text = String::with_capacity(PREFIX.len() + 76);
    text.push_str(PREFIX);
    URL_SAFE_NO_PAD.encode_string(bytes, &mut text);
    text
}

fn signature(cluster: &Key, session_key: &str, signed: &[u8]) -> [u8; MAC] {
    let key = Zeroizing::new(cluster.hmac("refresh token", session_key.as_bytes()));
    mac(key.as_slice(), signed)
}

/// Equal, in a time that does not tell where they differ.
fn same(a: &[u8], b: &[u8]) -> bool {
    a.len() == b.len() && a.iter().zip(b).fold(0, |all, (a, b)| all | (a ^ b)) == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    const SESSION: [u8; 16] = *b"\x8a\x1c\x5a\x5e\x6f\x0e\x4b\x7e\x9a\x51\x3b\x1d\x0c\x9c\x00\x01";

    fn cluster() -> Key {
        Key::new(&[7; 32]).unwrap()
    }

    #[test]
    fn reads_what_it_makes() {
        for counter in [0, 1, 255, 1 << 40, i64::MAX] {
            let text = make(&cluster(), "key", &SESSION, counter);
            assert_eq!(text.len(), 82);
            let token = read(&text).unwrap();
            assert_eq!((token.ours(), token.session(), token.counter()), (true, SESSION, counter));
            assert!(token.is_of(&cluster(), "key"));
        }
    }

    /// Computed apart from this code: HMAC(HMAC(HMAC(cluster, "refresh token"), session key), version, session, counter).
    #[test]
    fn makes_the_known_token() {
        assert_eq!(
            make(&cluster(), "key", &SESSION, 5),
            "hw_rt_AYocWl5vDkt-mlE7HQycAAEAAAAAAAAABWp1kjR35F3JX2bE7QqHdWvkKARPsBDXWOzDrotPP6xF"
        );
    }

    #[test]
    fn is_of_one_cluster_one_session_and_one_number() {
        let text = make(&cluster(), "key", &SESSION, 5);
        let token = read(&text).unwrap();
        assert!(!token.is_of(&Key::new(&[8; 32]).unwrap(), "key"));
        assert!(!token.is_of(&cluster(), "another key"));
        assert!(!token.is_of(&cluster(), ""));
        let mut all: Vec<String> = (0..64).map(|n| make(&cluster(), "key", &SESSION, n)).collect();
        all.sort();
        all.dedup();
        assert_eq!(all.len(), 64);
    }

    /// Every bit of a token matters.
    #[test]
    fn no_changed_token_is_good() {
        let text = make(&cluster(), "key", &SESSION, 5);
        let bytes = URL_SAFE_NO_PAD.decode(text.strip_prefix(PREFIX).unwrap()).unwrap();
        for bit in 0..bytes.len() * 8 {
            let mut changed = bytes.clone();
            changed[bit / 8] ^= 1 << (bit % 8);
            let changed = format!("{PREFIX}{}", URL_SAFE_NO_PAD.encode(changed));
            assert!(!read(&changed).is_some_and(|token| token.is_of(&cluster(), "key")), "{bit}");
        }
        for end in 0..text.len() {
            assert_eq!(read(&text[..end]), None, "{end}");
        }
        for odd in [format!("{text}A"), format!("{text}="), format!(" {text}"), text.to_lowercase()]
        {
            assert!(!read(&odd).is_some_and(|token| token.is_of(&cluster(), "key")), "{odd}");
        }
    }

    /// Made as Supabase Auth makes them, by a program of its own: counters of one and of two bytes.
    const THEIRS: [(&str, i64); 2] = [
        ("AIocWl5vDkt-mlE7HQycAAEDosaQPNyAsWOKTfxtpVIPslgzYaE", 3),
        ("AIocWl5vDkt-mlE7HQycAAGsAvgEDjXy6mbKJAv4y8u3JUlovTMp", 300),
    ];
    const THEIR_KEY: &str = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8";

    #[test]
    fn reads_those_of_supabase() {
        for (text, counter) in THEIRS {
            let token = read(text).unwrap();
            assert_eq!((token.ours(), token.session(), token.counter()), (false, SESSION, counter));
            assert!(token.is_of(&cluster(), THEIR_KEY));
            // An encrypted key, a short one, another.
            for key in
                ["{\"key_id\":\"x\"}", "", "AAEC", "BBECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8"]
            {
                assert!(!token.is_of(&cluster(), key), "{key}");
            }
            for end in 0..text.len() {
                assert_eq!(read(&text[..end]), None);
            }
        }
        for odd in ["h8d3n6p1t4zc", "Lq0-9sVbX2_hG4kQ7rTnWA", "", "hw_rt_", "hw_rt_nothing"] {
            assert_eq!(read(odd), None);
        }
    }

    #[test]
    fn reads_numbers_in_one_form_only() {
        assert_eq!(leb128(&[0]), Some(0));
        assert_eq!(leb128(&[0xac, 2]), Some(300));
        assert_eq!(leb128(&[0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f]), Some(i64::MAX));
        for bad in [&[][..], &[0x80], &[1, 1], &[0x80; 9], &[0xff; 10]] {
            assert_eq!(leb128(bad), None);
        }
    }
}
