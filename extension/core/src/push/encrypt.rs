//! Encryption of Web Push messages: RFC 8291 over the content coding `aes128gcm` of RFC 8188, one record.

use aes_gcm::aead::{Aead, KeyInit};
use aes_gcm::{Aes128Gcm, Key, Nonce};
use hkdf::Hkdf;
use p256::ecdh::diffie_hellman;
use p256::elliptic_curve::sec1::ToSec1Point;
use p256::{PublicKey, SecretKey};
use sha2::Sha256;
use zeroize::Zeroizing;

/// Bytes of a message before encryption: a push service takes 4,096, of which the header is 86, the tag 16 and the
/// delimiter 1 (RFC 8291, section 4).
pub const LONGEST: usize = 4096 - 86 - 16 - 1;
/// Bytes of a record, as the header says it.
const RECORD: u32 = 4096;
/// Bytes of a public key: a point that is not compressed.
const POINT: u8 = 65;
/// Bytes of the secret that authenticates a subscription.
pub const AUTH: usize = 16;

/// What is fresh for each message, of the operating system's randomness.
pub struct Fresh {
    pub salt: [u8; 16],
    pub scalar: Zeroizing<[u8; 32]>,
}

/// Encrypts `plain` for the browser with this public key and secret.
///
/// # Errors
/// If a key is none, or the message has more than [`LONGEST`] bytes. The one scalar in 2³² that is none of the curve
/// is told as `no scalar`: ask again with another.
pub fn encrypt(plain: &[u8], p256dh: &[u8], auth: &[u8], fresh: &Fresh) -> Result<Vec<u8>, String> {
    if plain.len() > LONGEST {
        return Err(format!(
            "a Web Push message has at most {LONGEST} bytes; this has {}",
            plain.len()
        ));
    }
    let theirs = public_key(p256dh)?;
    if auth.len() != AUTH {
        return Err(format!("auth: {AUTH} bytes"));
    }
    let ours =
        SecretKey::from_slice(fresh.scalar.as_slice()).map_err(|_| "no scalar".to_owned())?;
    let our_point = ours.public_key().to_sec1_point(false);
    let their_point = theirs.to_sec1_point(false);

    let shared = diffie_hellman(ours.to_nonzero_scalar(), theirs.as_affine());
    let info = [b"WebPush: info\0", their_point.as_bytes(), our_point.as_bytes()].concat();
    let input = derive::<32>(auth, shared.raw_secret_bytes(), &info)?;
    let key = derive::<16>(&fresh.salt, input.as_slice(), b"Content-Encoding: aes128gcm\0")?;
    let nonce = derive::<12>(&fresh.salt, input.as_slice(), b"Content-Encoding: nonce\0")?;

    // One record, and the last: its delimiter is 2.
    let record = Zeroizing::new([plain, &[2]].concat());
    let sealed = Aes128Gcm::new(&Key::<Aes128Gcm>::from(*key))
        .encrypt(&Nonce::from(*nonce), record.as_slice())
        .map_err(|_| "the message can't be encrypted".to_owned())?;
    Ok([fresh.salt.as_slice(), &RECORD.to_be_bytes(), &[POINT], our_point.as_bytes(), &sealed]
        .concat())
}

/// # Errors
/// Unless these are the bytes of a point on P-256 that is not compressed.
pub fn public_key(bytes: &[u8]) -> Result<PublicKey, String> {
    if bytes.len() != usize::from(POINT) {
        return Err("p256dh: a public key of 65 bytes".to_owned());
    }
    PublicKey::from_sec1_bytes(bytes).map_err(|_| "p256dh: not a point on P-256".to_owned())
}

fn derive<const N: usize>(
    salt: &[u8],
    input: &[u8],
    info: &[u8],
) -> Result<Zeroizing<[u8; N]>, String> {
    let mut out = Zeroizing::new([0; N]);
    Hkdf::<Sha256>::new(Some(salt), input)
        .expand(info, out.as_mut_slice())
        .map_err(|_| "the key can't be derived".to_owned())?;
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::super::{base64url, decode};
    use super::*;

    fn bytes<const N: usize>(text: &str) -> [u8; N] {
        decode(text).unwrap().try_into().unwrap()
    }

    const PUBLIC: &str =
        "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4";
    const SECRET: &str = "BTBZMqHH6r4Tts7J_aSIgg";

    fn fresh() -> Fresh {
        Fresh {
            salt: bytes("DGv6ra1nlYgDCS1FRnbzlw"),
            scalar: Zeroizing::new(bytes("yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw")),
        }
    }

    /// RFC 8291, section 5.
    #[test]
    fn encrypts_the_example_of_the_standard() {
        let made = encrypt(
            b"When I grow up, I want to be a watermelon",
            &decode(PUBLIC).unwrap(),
            &decode(SECRET).unwrap(),
            &fresh(),
        );
        assert_eq!(
            base64url(&made.unwrap()),
            "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN"
        );
    }

    #[test]
    fn fills_what_a_push_service_takes_and_not_a_byte_more() {
        let (public, secret) = (decode(PUBLIC).unwrap(), decode(SECRET).unwrap());
        let full = encrypt(&vec![b'x'; LONGEST], &public, &secret, &fresh()).unwrap();
        assert_eq!((full.len(), LONGEST), (4096, 3993));
        assert!(encrypt(&vec![b'x'; LONGEST + 1], &public, &secret, &fresh()).is_err());
    }

    #[test]
    fn refuses_keys_that_are_none() {
        let (public, secret) = (decode(PUBLIC).unwrap(), decode(SECRET).unwrap());
        let mut off_the_curve = public.clone();
        off_the_curve[64] ^= 1;
        let mut compressed = public[..33].to_vec();
        compressed[0] = 2 + (public[64] & 1);
        for key in [&off_the_curve[..], &compressed, &public[..64], &[], &[4; 65], &[0; 65]] {
            assert!(encrypt(b"x", key, &secret, &fresh()).is_err());
        }
        assert!(encrypt(b"x", &public, &secret[..15], &fresh()).is_err());
        let zero = Fresh { salt: [0; 16], scalar: Zeroizing::new([0; 32]) };
        assert_eq!(encrypt(b"x", &public, &secret, &zero).unwrap_err(), "no scalar");
    }
}
