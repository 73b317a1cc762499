//! Keys of DKIM: made, read, and their public part for DNS. Signing is not done here, nor by this crate of RSA
//! (RUSTSEC-2023-0071): see `dkim`.

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use rsa::RsaPrivateKey;
use rsa::pkcs1::DecodeRsaPrivateKey;
use rsa::pkcs8::{DecodePrivateKey, EncodePrivateKey, EncodePublicKey, LineEnding};
use rsa::traits::PublicKeyParts;
use std::convert::Infallible;
use zeroize::Zeroizing;

/// Bits of a key: less is advised against (RFC 8301), more does not fit into DNS.
const BITS: std::ops::RangeInclusive<usize> = 2048..=4096;

/// A new key in PEM (PKCS #8), of randomness that `fill` gives.
///
/// # Errors
/// Unless 2048 ≤ bits ≤ 4096.
pub fn make_key(bits: usize, fill: fn(&mut [u8])) -> Result<String, String> {
    if !BITS.contains(&bits) {
        return Err("a key has 2048 to 4096 bits".to_owned());
    }
    let key =
        RsaPrivateKey::new(&mut Source(fill), bits).map_err(|_| "no key was made".to_owned())?;
    let pem = key.to_pkcs8_pem(LineEnding::LF).map_err(|_| "no key was made".to_owned())?;
    Ok(pem.to_string())
}

/// What DNS is to hold at `selector._domainkey.domain`.
///
/// # Errors
/// Unless the key is an RSA key in PEM.
pub fn record(key: &str) -> Result<String, String> {
    let public = read_key(key)?.to_public_key();
    let der = public.to_public_key_der().map_err(|_| "the key has no public part".to_owned())?;
    Ok(format!("v=DKIM1; k=rsa; p={}", BASE64.encode(der.as_bytes())))
}

pub(super) fn read_key(pem: &str) -> Result<RsaPrivateKey, String> {
    let pem = pem.trim();
    let key = RsaPrivateKey::from_pkcs8_pem(pem)
        .ok()
        .or_else(|| RsaPrivateKey::from_pkcs1_pem(pem).ok())
        .ok_or("the key must be an RSA key in PEM (PKCS #8 or PKCS #1)")?;
    if !BITS.contains(&(key.size() * 8)) {
        return Err("the key must have 2048 to 4096 bits".to_owned());
    }
    Ok(key)
}

/// The shell's randomness, as the key's maker wants it.
struct Source(fn(&mut [u8]));

impl rsa::rand_core::TryRng for Source {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        let mut bytes = [0; 4];
        (self.0)(&mut bytes);
        Ok(u32::from_le_bytes(bytes))
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        let mut bytes = [0; 8];
        (self.0)(&mut bytes);
        Ok(u64::from_le_bytes(bytes))
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
        (self.0)(bytes);
        Ok(())
    }
}

impl rsa::rand_core::TryCryptoRng for Source {}

/// The key in the form that signs, PKCS #8 in DER.
///
/// # Errors
/// Unless the key is an RSA key in PEM.
pub(super) fn pkcs8(pem: &str) -> Result<Zeroizing<Vec<u8>>, String> {
    let key = read_key(pem)?.to_pkcs8_der().map_err(|_| "the key cannot be written".to_owned())?;
    Ok(Zeroizing::new(key.as_bytes().to_vec()))
}
