//! A stored hash, read strictly: what is not exactly one of the known forms, or asks for more than the caps, is corrupt.
//!
//! | form | from |
//! |---|---|
//! | `$argon2id$v=19$m=…,t=…,p=…[,keyid=…]$salt$digest`, also `argon2i` | Howdah; imports |
//! | `$2a$`, `$2b$`, `$2y$` | Supabase, PHP, Rails |
//! | `$fbscrypt$v=1,n=…,r=…,p=1,ss=…,sk=…$salt$digest` | Firebase, as GoTrue writes it |
//! | `pbkdf2_sha256$iterations$salt$digest`, also `pbkdf2_sha1` | Django |
//! | `$pbkdf2-sha256$i=…[,l=…]$salt$digest`, also `-sha512` and passlib's bare number | PHC, passlib |

use base64::Engine as _;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

/// Bytes of a salt and of a digest that we make.
pub const SALT: usize = 16;
pub const DIGEST: usize = 32;

/// Caps on what a stored hash may ask for.
const TEXT: usize = 512;
const MEMORY: u32 = 256 * 1024;
const PASSES: u32 = 10;
const LANES: u32 = 4;
const SALTS: std::ops::RangeInclusive<usize> = 8..=64;
const DIGESTS: std::ops::RangeInclusive<usize> = 16..=64;
/// 2^14 rounds are about a second, which nothing can interrupt.
const BCRYPT_COST: std::ops::RangeInclusive<u32> = 4..=14;
/// 64 MiB at r = 8. Firebase's own is 2^14.
const SCRYPT_LOG_N: std::ops::RangeInclusive<u32> = 1..=16;
const SCRYPT_R: std::ops::RangeInclusive<u32> = 1..=8;
const ITERATIONS: std::ops::RangeInclusive<u32> = 1..=2_000_000;

const ANY: GeneralPurposeConfig = GeneralPurposeConfig::new()
    .with_decode_padding_mode(DecodePaddingMode::Indifferent)
    .with_decode_allow_trailing_bits(true);
/// PHC: no padding, no stray bits.
const STRICT: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new()
        .with_encode_padding(false)
        .with_decode_padding_mode(DecodePaddingMode::RequireNone),
);
/// What others export: padded or not.
const LOOSE: GeneralPurpose = GeneralPurpose::new(&alphabet::STANDARD, ANY);
/// PHP makes salts whose last character has stray bits.
const BCRYPT: GeneralPurpose = GeneralPurpose::new(&alphabet::BCRYPT, ANY);

/// A hash that was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stored {
    pub scheme: Scheme,
    pub salt: Vec<u8>,
    pub digest: Vec<u8>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Scheme {
    Argon2(Argon),
    Bcrypt { cost: u32 },
    Firebase { log_n: u8, r: u32, separator: Vec<u8>, signer: Vec<u8> },
    Pbkdf2 { hash: Digest, iterations: u32 },
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Argon {
    pub is_id: bool,
    pub version: u32,
    /// KiB.
    pub memory: u32,
    pub passes: u32,
    pub lanes: u32,
    /// Which pepper.
    pub keyid: Option<Vec<u8>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Digest {
    Sha1,
    Sha256,
    Sha512,
}

impl Stored {
    /// Reads a stored hash; `None` is a corrupt one.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        if text.len() > TEXT || !text.bytes().all(|byte| byte.is_ascii_graphic()) {
            return None;
        }
        let Some(rest) = text.strip_prefix('$') else { return django(text) };
        let (name, rest) = rest.split_once('$')?;
        match name {
            "argon2id" => argon(true, rest),
            "argon2i" => argon(false, rest),
            "2a" | "2b" | "2y" => bcrypt(rest),
            "fbscrypt" => firebase(rest),
            "pbkdf2-sha256" => pbkdf2(Digest::Sha256, rest),
            "pbkdf2-sha512" => pbkdf2(Digest::Sha512, rest),
            _ => None,
        }
    }

    /// The kind of hash, for people and for statistics.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self.scheme {
            Scheme::Argon2(Argon { is_id: true, .. }) => "argon2id",
            Scheme::Argon2(_) => "argon2i",
            Scheme::Bcrypt { .. } => "bcrypt",
            Scheme::Firebase { .. } => "fbscrypt",
            Scheme::Pbkdf2 { .. } => "pbkdf2",
        }
    }

    /// Whether it was made with a pepper.
    #[must_use]
    pub fn is_peppered(&self) -> bool {
        matches!(&self.scheme, Scheme::Argon2(Argon { keyid: Some(_), .. }))
    }

    fn checked(scheme: Scheme, salt: Vec<u8>, digest: Vec<u8>) -> Option<Self> {
        let fits = SALTS.contains(&salt.len()) && DIGESTS.contains(&digest.len());
        fits.then_some(Self { scheme, salt, digest })
    }
}

/// The text of an argon2id hash of ours.
pub(super) fn write_argon(argon: &Argon, salt: &[u8], digest: &[u8]) -> String {
    let Argon { version, memory, passes, lanes, keyid, .. } = argon;
    let keyid = keyid.as_ref().map(|id| format!(",keyid={}", STRICT.encode(id)));
    format!(
        "$argon2id$v={version}$m={memory},t={passes},p={lanes}{}${}${}",
        keyid.unwrap_or_default(),
        STRICT.encode(salt),
        STRICT.encode(digest)
    )
}

/// A number as PHC writes it: digits, no sign, no leading zero.
fn number(text: &str) -> Option<u32> {
    let plain =
        text.bytes().all(|byte| byte.is_ascii_digit()) && (text == "0" || !text.starts_with('0'));
    if plain { text.parse().ok() } else { None }
}

/// `name=value`, of this very name.
fn value<'t>(part: Option<&'t str>, name: &str) -> Option<&'t str> {
    part?.strip_prefix(name)?.strip_prefix('=')
}

/// Exactly two fields.
fn pair(text: &str) -> Option<(&str, &str)> {
    text.split_once('$').filter(|(_, rest)| !rest.contains('$'))
}

fn argon(is_id: bool, rest: &str) -> Option<Stored> {
    let (version, rest) = match rest.strip_prefix("v=") {
        Some(rest) => {
            let (version, rest) = rest.split_once('$')?;
            (number(version)?, rest)
        }
        // Hashes from before version 1.3 do not name theirs.
        None => (0x10, rest),
    };
    let (params, rest) = rest.split_once('$')?;
    let (salt, digest) = pair(rest)?;
    let mut params = params.split(',');
    let memory = number(value(params.next(), "m")?)?;
    let passes = number(value(params.next(), "t")?)?;
    let lanes = number(value(params.next(), "p")?)?;
    let keyid = match params.next() {
        None => None,
        some => Some(STRICT.decode(value(some, "keyid")?).ok().filter(|id| id.len() <= 8)?),
    };
    let sound = matches!(version, 0x10 | 0x13)
        && (1..=LANES).contains(&lanes)
        && (8 * lanes..=MEMORY).contains(&memory)
        && (1..=PASSES).contains(&passes)
        && params.next().is_none();
    if !sound {
        return None;
    }
    let argon = Argon { is_id, version, memory, passes, lanes, keyid };
    Stored::checked(Scheme::Argon2(argon), STRICT.decode(salt).ok()?, STRICT.decode(digest).ok()?)
}

fn bcrypt(rest: &str) -> Option<Stored> {
    let (cost, rest) = pair(rest)?;
    if cost.len() != 2 || rest.len() != 53 || !cost.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let cost = cost.parse().ok().filter(|cost| BCRYPT_COST.contains(cost))?;
    let (salt, digest) = (rest.get(..22)?, rest.get(22..)?);
    Stored::checked(Scheme::Bcrypt { cost }, BCRYPT.decode(salt).ok()?, BCRYPT.decode(digest).ok()?)
}

fn firebase(rest: &str) -> Option<Stored> {
    let (params, rest) = rest.split_once('$')?;
    let (salt, digest) = pair(rest)?;
    let mut params = params.split(',');
    let version = number(value(params.next(), "v")?)?;
    let log_n = number(value(params.next(), "n")?)?;
    let r = number(value(params.next(), "r")?)?;
    let p = number(value(params.next(), "p")?)?;
    let separator = loose(value(params.next(), "ss")?)?;
    let signer = loose(value(params.next(), "sk")?)?;
    let digest = loose(digest)?;
    // Firebase's digest is the signer key, encrypted: as long as that.
    let sound = version == 1
        && p == 1
        && SCRYPT_LOG_N.contains(&log_n)
        && SCRYPT_R.contains(&r)
        && separator.len() <= 16
        && signer.len() == digest.len()
        && params.next().is_none();
    if !sound {
        return None;
    }
    let scheme = Scheme::Firebase { log_n: u8::try_from(log_n).ok()?, r, separator, signer };
    Stored::checked(scheme, loose(salt)?, digest)
}

/// Base64 as exports have it: either alphabet, padded or not.
fn loose(text: &str) -> Option<Vec<u8>> {
    LOOSE.decode(text.replace('-', "+").replace('_', "/")).ok()
}

fn django(text: &str) -> Option<Stored> {
    let mut fields = text.split('$');
    let hash = match fields.next()? {
        "pbkdf2_sha256" => Digest::Sha256,
        "pbkdf2_sha1" => Digest::Sha1,
        _ => return None,
    };
    let iterations = number(fields.next()?).filter(|n| ITERATIONS.contains(n))?;
    let (salt, digest) = (fields.next()?, fields.next()?);
    if fields.next().is_some() {
        return None;
    }
    // The characters of the salt are the salt.
    let salt = salt.as_bytes().to_vec();
    Stored::checked(Scheme::Pbkdf2 { hash, iterations }, salt, LOOSE.decode(digest).ok()?)
}

fn pbkdf2(hash: Digest, rest: &str) -> Option<Stored> {
    let (params, rest) = rest.split_once('$')?;
    let (salt, digest) = pair(rest)?;
    let mut params = params.split(',');
    let first = params.next()?;
    // passlib writes the number alone, and `.` for `+`.
    let iterations = number(first.strip_prefix("i=").unwrap_or(first))?;
    let (salt, digest) = (salt.replace('.', "+"), digest.replace('.', "+"));
    let digest = STRICT.decode(digest).ok()?;
    let length = match params.next() {
        None => true,
        some => usize::try_from(number(value(some, "l")?)?).ok()? == digest.len(),
    };
    if !length || params.next().is_some() || !ITERATIONS.contains(&iterations) {
        return None;
    }
    Stored::checked(Scheme::Pbkdf2 { hash, iterations }, STRICT.decode(salt).ok()?, digest)
}
