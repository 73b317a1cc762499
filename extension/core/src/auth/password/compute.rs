//! The work of hashing and of verifying. Pure: salt and memory come from the caller.

pub use argon2::Block;
use argon2::{Algorithm, Argon2, Params, Version};
use ctr::cipher::{KeyIvInit, StreamCipher};
use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;
use sha2::{Sha256, Sha512};
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use super::stored::{Argon, DIGEST, Digest, SALT, Scheme, Stored, write_argon};
use super::{Cost, Failure, Pepper, normalize};

/// Gives the memory that argon2 works in, or says that there is none; never aborts.
pub trait Blocks {
    /// Runs `work` on so many blocks of 1 KiB.
    ///
    /// # Errors
    /// [`Failure::Memory`], or what `work` says.
    fn with<R>(
        &mut self,
        count: usize,
        work: impl FnOnce(&mut [Block]) -> Result<R, Failure>,
    ) -> Result<R, Failure>;
}

/// Blocks from the global allocator, asked first.
#[derive(Debug, Default)]
pub struct Heap;

impl Blocks for Heap {
    fn with<R>(
        &mut self,
        count: usize,
        work: impl FnOnce(&mut [Block]) -> Result<R, Failure>,
    ) -> Result<R, Failure> {
        let mut blocks = Vec::new();
        blocks.try_reserve_exact(count).map_err(|_| Failure::Memory)?;
        blocks.resize(count, Block::new());
        work(&mut blocks)
    }
}

/// Blocks of memory that a new hash of this cost works in.
#[must_use]
pub fn hash_block_count(cost: Cost) -> usize {
    cost.memory as usize
}

/// A new argon2id hash in PHC form.
///
/// # Errors
/// [`Failure::Memory`]; [`Failure::Corrupt`] for a cost that argon2 does not know.
pub fn hash(
    password: &str,
    salt: &[u8; SALT],
    cost: Cost,
    pepper: Option<&Pepper>,
    blocks: &mut impl Blocks,
) -> Result<String, Failure> {
    let argon = Argon {
        is_id: true,
        version: 0x13,
        memory: cost.memory,
        passes: cost.passes,
        lanes: 1,
        keyid: pepper.map(|pepper| pepper.id.to_vec()),
    };
    let mut digest = [0; DIGEST];
    argon2(&argon, &secret(password, pepper), salt, &mut digest, blocks)?;
    Ok(write_argon(&argon, salt, &digest))
}

/// Whether the password is the one that the hash was made of.
///
/// A foreign hash is compared with the bytes as they came, as the system that made it did; of argon2id ours alone is
/// known to be of composed characters, which most passwords are anyway.
///
/// # Errors
/// [`Failure`].
pub fn verify(
    password: &str,
    stored: &Stored,
    pepper: Option<&Pepper>,
    blocks: &mut impl Blocks,
) -> Result<bool, Failure> {
    let Stored { scheme, salt, digest } = stored;
    let mut computed = Zeroizing::new([0; 64]);
    let computed = computed.get_mut(..digest.len()).ok_or(Failure::Corrupt)?;
    match scheme {
        Scheme::Argon2(argon) => {
            let pepper = match &argon.keyid {
                None => None,
                Some(id) => Some(pepper.filter(|p| p.id == id[..]).ok_or(Failure::Pepper)?),
            };
            argon2(argon, &secret(password, pepper), salt, computed, blocks)?;
        }
        Scheme::Bcrypt { cost } => bcrypt(*cost, password.as_bytes(), salt, computed)?,
        Scheme::Firebase { log_n, r, separator, signer } => {
            let salt = [salt.as_slice(), separator].concat();
            firebase(*log_n, *r, password.as_bytes(), &salt, signer, computed)?;
        }
        Scheme::Pbkdf2 { hash, iterations } => {
            let (password, rounds) = (password.as_bytes(), *iterations);
            match hash {
                Digest::Sha1 => pbkdf2::pbkdf2_hmac::<Sha1>(password, salt, rounds, computed),
                Digest::Sha256 => pbkdf2::pbkdf2_hmac::<Sha256>(password, salt, rounds, computed),
                Digest::Sha512 => pbkdf2::pbkdf2_hmac::<Sha512>(password, salt, rounds, computed),
            }
        }
    }
    Ok(computed.ct_eq(digest).into())
}

/// The work of a verification, for nobody: what an unknown account costs. A hash of another's shape may be given, whose
/// answer nobody learns.
///
/// # Errors
/// [`Failure`].
pub fn spend(
    password: &str,
    like: &Stored,
    pepper: Option<&Pepper>,
    blocks: &mut impl Blocks,
) -> Result<(), Failure> {
    verify(password, like, pepper, blocks).map(|_| ())
}

/// What argon2 is given: the composed password, or its HMAC under the pepper.
fn secret(password: &str, pepper: Option<&Pepper>) -> Zeroizing<Vec<u8>> {
    let mut password = normalize(password);
    let Some(pepper) = pepper else {
        return Zeroizing::new(std::mem::take(&mut *password).into_bytes());
    };
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(&*pepper.key) else {
        // HMAC takes keys of any length.
        return Zeroizing::new(Vec::new());
    };
    mac.update(password.as_bytes());
    Zeroizing::new(mac.finalize().into_bytes().to_vec())
}

fn argon2(
    argon: &Argon,
    secret: &[u8],
    salt: &[u8],
    out: &mut [u8],
    blocks: &mut impl Blocks,
) -> Result<(), Failure> {
    let corrupt = |_| Failure::Corrupt;
    let params =
        Params::new(argon.memory, argon.passes, argon.lanes, Some(out.len())).map_err(corrupt)?;
    let algorithm = if argon.is_id { Algorithm::Argon2id } else { Algorithm::Argon2i };
    let version = if argon.version == 0x13 { Version::V0x13 } else { Version::V0x10 };
    let count = params.block_count();
    let argon2 = Argon2::new(algorithm, version, params);
    blocks.with(count, |memory| {
        argon2.hash_password_into_with_memory(secret, salt, out, memory).map_err(corrupt)
    })
}

/// bcrypt, which knows 72 bytes and no more. That a longer password is taken for its beginning is what the system that made
/// the hash did; the hash is made anew at this sign-in, and from then on every byte counts.
fn bcrypt(cost: u32, password: &[u8], salt: &[u8], out: &mut [u8]) -> Result<(), Failure> {
    let salt = <[u8; 16]>::try_from(salt).map_err(|_| Failure::Corrupt)?;
    let mut key = Zeroizing::new([0; 72]);
    let used = password.len().min(72);
    let (to, from) = (key.get_mut(..used), password.get(..used));
    to.ok_or(Failure::Corrupt)?.copy_from_slice(from.ok_or(Failure::Corrupt)?);
    // With the NUL that ends a C string, if there is room for it.
    let key = key.get(..(used + 1).min(72)).ok_or(Failure::Corrupt)?;
    let digest = bcrypt::bcrypt(cost, salt, key);
    // 23 of the 24 bytes are kept.
    out.copy_from_slice(digest.get(..out.len()).ok_or(Failure::Corrupt)?);
    Ok(())
}

/// Firebase: the signer key, encrypted (AES-256-CTR from zero) with what scrypt makes of the password.
fn firebase(
    log_n: u8,
    r: u32,
    password: &[u8],
    salt: &[u8],
    signer: &[u8],
    out: &mut [u8],
) -> Result<(), Failure> {
    let params = scrypt::Params::new(log_n, r, 1).map_err(|_| Failure::Corrupt)?;
    // The crate's own allocation would abort the process: asked for first, a little larger, and given back. Nothing else
    // allocates in between.
    let bytes = (128 << log_n) * r as usize + (1 << 20);
    Vec::<u8>::new().try_reserve_exact(bytes).map_err(|_| Failure::Memory)?;
    let mut key = Zeroizing::new([0; 32]);
    scrypt::scrypt(password, salt, &params, &mut *key).map_err(|_| Failure::Corrupt)?;
    let mut cipher = ctr::Ctr128BE::<aes::Aes256>::new_from_slices(&*key, &[0; 16])
        .map_err(|_| Failure::Corrupt)?;
    if signer.len() != out.len() {
        return Err(Failure::Corrupt);
    }
    out.copy_from_slice(signer);
    cipher.apply_keystream(out);
    Ok(())
}
