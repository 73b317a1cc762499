//! Signatures: the canonical forms of RFC 6376, and a verifier of our own making.

use super::*;
use rsa::BoxedUint;
use std::sync::LazyLock;

/// Made for these tests: 1024 bits, so that they are quick.
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
const P: &str = "F984D26A58D60162957F4080539864A11B7C431BDAE5AA8EF10A7B140DCED836133C57F416D8F52B9338B146E3D7A718085A14BEA36DC3B83808E0320310C245";
const Q: &str = "CDB35BD7A4264572FD96C8E76B97DC23046159EE848B64B6F883227D15ADEAA7F56F176940D9B8E28C4BECA7B62D3DE8A5F602F5972EF3146EA71BA0ADC5B897";

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
    assert!(record.starts_with("v=DKIM1; k=rsa; p=MIGf"), "{record}");
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
