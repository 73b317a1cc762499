//! ES256 (RFC 7518, 3.4): signatures by `ring`, keys by `p256` (docs/adr/0006-ring-for-es256.md).

use p256::ecdsa::VerifyingKey;
use p256::pkcs8::DecodePrivateKey;
use p256::{PublicKey, SecretKey};
use ring::rand::SystemRandom;
use ring::signature::{
    ECDSA_P256_SHA256_FIXED, ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, UnparsedPublicKey,
};
use zeroize::Zeroizing;

/// An uncompressed point: 4, x, y.
type Point = [u8; 65];

/// A public key: a point that is on the curve and not at infinity, which was checked when it was read.
#[derive(Clone)]
pub(crate) struct Public(Point);

impl Public {
    /// From the coordinates of a JWK.
    pub(crate) fn from_coordinates(x: &[u8; 32], y: &[u8; 32]) -> Option<Self> {
        let point: Point = [&[4], x.as_slice(), y].concat().try_into().ok()?;
        VerifyingKey::from_sec1_bytes(&point).ok()?;
        Some(Self(point))
    }

    pub(super) fn of(secret: &SecretKey) -> Option<Self> {
        let point = PublicKey::from_secret_scalar(&secret.to_nonzero_scalar()).to_sec1_bytes();
        Some(Self(point.as_ref().try_into().ok()?))
    }

    pub(super) fn x(&self) -> &[u8] {
        self.0.get(1..33).unwrap_or_default()
    }

    pub(super) fn y(&self) -> &[u8] {
        self.0.get(33..).unwrap_or_default()
    }

    /// Whether `signature` (the 64 bytes of r and s, nothing else) is this key's of `message`.
    pub(crate) fn verifies(&self, message: &[u8], signature: &[u8]) -> bool {
        UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, &self.0).verify(message, signature).is_ok()
    }
}

/// A private key.
pub(crate) struct Private(EcdsaKeyPair);

impl Private {
    /// From PKCS#8 DER, with the public key in it or without.
    pub(crate) fn from_pkcs8(der: &[u8]) -> Option<Self> {
        let secret = SecretKey::from_pkcs8_der(der).ok()?;
        let public = Public::of(&secret)?;
        let scalar = Zeroizing::new(secret.to_bytes());
        EcdsaKeyPair::from_private_key_and_public_key(
            &ECDSA_P256_SHA256_FIXED_SIGNING,
            &scalar,
            &public.0,
            &SystemRandom::new(),
        )
        .ok()
        .map(Self)
    }

    /// The 64 bytes of r and s. The nonce comes of the operating system's randomness, the key and the message together: neither
    /// a fork nor a bad source alone repeats one.
    ///
    /// # Errors
    /// Without randomness.
    pub(crate) fn sign(&self, message: &[u8]) -> Result<Vec<u8>, String> {
        let signature = self.0.sign(&SystemRandom::new(), message);
        signature.map(|made| made.as_ref().to_vec()).map_err(|_| "no randomness".to_owned())
    }
}
