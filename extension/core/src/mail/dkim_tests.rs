//! Signatures: the canonical forms of RFC 6376, and a verifier of our own making.

use super::*;
use crate::mail::dkim_key::{make_key, read_key, record};
use rsa::pkcs8::{EncodePrivateKey, LineEnding};
use rsa::{BoxedUint, Pkcs1v15Sign, RsaPrivateKey};
use std::sync::LazyLock;

/// Made for these tests.
static KEY: LazyLock<String> = LazyLock::new(|| {
    let unhex = |text: &str| -> Vec<u8> {
        text.as_bytes()
            .chunks(2)
            .map(|pair| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap())
            .collect()
    };
    let prime = |text| BoxedUint::from_be_slice_vartime(&unhex(text));
    let key = RsaPrivateKey::from_p_q(prime(P), prime(Q), BoxedUint::from(65_537_u32)).unwrap();
    key.to_pkcs8_pem(LineEnding::LF).unwrap().to_string()
});
const P: &str = "C2951D2E4136B41608D5F69044CC799F708B6E9660429F9BAA5663248F0E1C53A608869063D91CB8A0B2285C218CE01E2943E3580D9BA4C6A4672B97B6AD3B4EA2CA60D85C587569532538BD356081C52C7DC53F893D678F0BCCA4A9F72706E8D0C31BA0C68F96ABD7D0FB5CE5ABB2BCF8E63A2147B9836AAF3ADAF6A13D0AD9";
const Q: &str = "B8275DD7F163FEB1360A4E02AEC4A1C188A219FC45155EB644EEABDCE95B8204A63DD6A638C345EEAA470AC80D9B53A257B3FFDC831D5183BBD8477005402F0D86743C8A4E925904F02DFB19B06647FFC37FD82ADF9816C5525BCC4413219960564EFA5E7D6CD21E3E1B8498E610CE6A8E3844F29CB60E056D7C21E1427EAE0F";

const MESSAGE: &str = "From: Shop <shop@example.com>\r\nTo: ada@example.net\r\nSubject: a  folded\r\n  subject\r\n\
                       X-Other: y\r\n\r\nHi  there \r\n\r\nBye\t\r\n\r\n\r\n";

#[test]
fn canonical_forms_are_those_of_the_standard() {
    // RFC 6376, 3.4.5.
    assert_eq!(relaxed_header("a", " X\r\n"), "a:X");
    assert_eq!(relaxed_header("b", " Y\t\r\n\tZ  \r\n"), "b:Y Z");
    assert_eq!(relaxed_body(b" C \r\nD \t E\r\n\r\n\r\n"), b" C\r\nD E\r\n");
    assert_eq!(relaxed_body(b""), b"");
    assert_eq!(relaxed_body(b"\r\n\r\n"), b"");
    assert_eq!(relaxed_body(b"x"), b"x\r\n");
}

/// Verifies as a receiver does, from the text alone.
fn verify(signed: &str) -> bool {
    let (head, body) = signed.split_once("\r\n\r\n").unwrap();
    let all = headers(format!("{head}\r\n").as_bytes());
    let (_, value) = all.iter().find(|(name, _)| name == "dkim-signature").unwrap();
    let tag = |wanted: &str| -> String {
        let tags = value.split(';').filter_map(|tag| tag.split_once('='));
        let found = tags.into_iter().find(|(name, _)| name.trim() == wanted).unwrap().1;
        found.split_whitespace().collect()
    };
    let (h, bh, b) = (tag("h"), tag("bh"), tag("b"));
    if bh != BASE64.encode(Sha256::digest(relaxed_body(body.as_bytes()))) {
        return false;
    }
    let others: Vec<_> = all.iter().filter(|(name, _)| name != "dkim-signature").cloned().collect();
    let names: Vec<&str> = h.split(':').collect();
    let mut hash = Sha256::new();
    for line in signed_lines(&others, &names) {
        hash.update(line);
    }
    let at = value.rfind("b=").unwrap() + 2;
    hash.update(relaxed_header("dkim-signature", &value[..at]));
    let key = read_key(&KEY).unwrap().to_public_key();
    key.verify(Pkcs1v15Sign::new::<Sha256>(), &hash.finalize(), &BASE64.decode(b).unwrap()).is_ok()
}

#[test]
fn what_is_signed_cannot_be_changed() {
    let signer = Signer::new("example.com", "s1", &KEY).unwrap();
    let header = String::from_utf8(signer.sign(MESSAGE.as_bytes()).unwrap()).unwrap();
    assert!(header.starts_with("DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed; d=example.com; s=s1;\r\n h=from:from:to:subject;\r\n bh="), "{header}");
    assert!(header.lines().all(|line| line.len() <= 100) && header.ends_with("\r\n"));
    let signed = format!("{header}{MESSAGE}");
    assert!(verify(&signed));
    assert_eq!(
        signer.sign(MESSAGE.as_bytes()).unwrap(),
        header.as_bytes(),
        "every attempt is the same"
    );
    for (from, to) in
        [("Bye", "Buy"), ("ada@", "eve@"), ("shop@", "shap@"), ("Subject: a", "Subject: b")]
    {
        assert!(!verify(&signed.replace(from, to)), "{from}");
    }
    assert!(!verify(&format!("{header}From: eve@example.com\r\n{MESSAGE}")), "another From");
    // What relays may do.
    assert!(verify(&signed.replace("a  folded\r\n  subject", "a folded subject")));
    assert!(verify(&signed.replace("X-Other: y", "X-Other: z")));
    assert!(verify(&format!("Received: x\r\n{signed}\r\n\r\n")));
}

#[test]
fn keys_are_rsa_in_pem() {
    let record = record(&KEY).unwrap();
    assert!(record.starts_with("v=DKIM1; k=rsa; p=MIIB"), "{record}");
    for bad in ["", "x", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"] {
        assert!(Signer::new("example.com", "s1", bad).is_err());
    }
    for (domain, selector) in
        [("", "s"), ("a b", "s"), ("example.com", "s;x=1"), ("example.com\r\n", "s"), ("a..b", "s")]
    {
        assert!(Signer::new(domain, selector, &KEY).is_err(), "{domain:?} {selector:?}");
    }
    assert!(make_key(1024, |_| {}).is_err());
}
