//! Both ceremonies against a small authenticator, and each thing that may be wrong with a response.

use super::finish::uuid;
use super::*;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use p256::ecdsa::signature::Signer;
use p256::ecdsa::{Signature, SigningKey};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

/// What a test may change of an honest authenticator in an honest browser.
struct Authenticator {
    key: SigningKey,
    rp_id: &'static str,
    origin: &'static str,
    flags: u8,
    counter: u32,
    cross_origin: bool,
    kind: Option<&'static str>,
}

const UP: u8 = 0x01;
const UV: u8 = 0x04;
const AT: u8 = 0x40;
const ID: [u8; 16] = [7; 16];
const USER: &str = "0e0ab1d4-9c1f-4d0e-8f4b-0a4d7a5f4c11";

impl Default for Authenticator {
    fn default() -> Self {
        Self {
            key: SigningKey::from_slice(&[3; 32]).unwrap(),
            rp_id: "example.com",
            origin: "https://app.example.com",
            flags: UP | UV,
            counter: 1,
            cross_origin: false,
            kind: None,
        }
    }
}

impl Authenticator {
    fn client_data(&self, kind: &str, challenge: &str) -> Vec<u8> {
        let kind = self.kind.unwrap_or(kind);
        json!({"type": kind, "challenge": challenge, "origin": self.origin, "crossOrigin": self.cross_origin})
            .to_string()
            .into_bytes()
    }

    fn data(&self, attested: &[u8]) -> Vec<u8> {
        let mut data = Sha256::digest(self.rp_id).to_vec();
        data.push(self.flags | if attested.is_empty() { 0 } else { AT });
        data.extend(self.counter.to_be_bytes());
        data.extend(attested);
        data
    }

    fn create(&self, challenge: &str) -> Value {
        let point = self.key.verifying_key().to_sec1_point(false);
        let mut attested = vec![0xaa; 16];
        attested.extend([0, 16]);
        attested.extend(ID);
        attested.extend([0xa5, 1, 2, 3, 0x26, 0x20, 1, 0x21, 0x58, 32]);
        attested.extend(point.x().unwrap());
        attested.extend([0x22, 0x58, 32]);
        attested.extend(point.y().unwrap());
        let data = self.data(&attested);
        let mut object = vec![0xa3, 0x63];
        object.extend(b"fmt\x64none\x67attStmt\xa0\x68authData\x58");
        object.push(u8::try_from(data.len()).unwrap());
        object.extend(data);
        json!({
            "id": base64url(&ID), "rawId": base64url(&ID), "type": "public-key",
            "authenticatorAttachment": "platform", "clientExtensionResults": {"credProps": {"rk": true}},
            "response": {
                "clientDataJSON": base64url(&self.client_data("webauthn.create", challenge)),
                "attestationObject": base64url(&object),
                "transports": ["internal", "hybrid", "<script>"],
            },
        })
    }

    fn get(&self, challenge: &str) -> Value {
        let client_data = self.client_data("webauthn.get", challenge);
        let data = self.data(&[]);
        let mut signed = data.clone();
        signed.extend(Sha256::digest(&client_data));
        let signature: Signature = self.key.sign(&signed);
        json!({
            "id": base64url(&ID), "rawId": base64url(&ID), "type": "public-key", "clientExtensionResults": {},
            "response": {
                "clientDataJSON": base64url(&client_data),
                "authenticatorData": base64url(&data),
                "signature": base64url(signature.to_der().as_bytes()),
                "userHandle": base64url(USER.as_bytes()),
            },
        })
    }
}

fn base64url(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

fn party() -> RelyingParty {
    RelyingParty::from_settings(
        "https://app.example.com",
        "example.com",
        "https://app.example.com",
        "",
    )
    .unwrap()
}

fn challenge() -> String {
    base64url(&[9; CHALLENGE])
}

fn registered() -> Credential {
    register(
        &party(),
        &challenge(),
        Verification::Required,
        &Authenticator::default().create(&challenge()),
    )
    .unwrap()
}

fn signed(authenticator: &Authenticator) -> Result<Assertion, String> {
    authenticate(
        &party(),
        &challenge(),
        Verification::Required,
        &registered(),
        &authenticator.get(&challenge()),
    )
}

#[test]
fn registers_and_keeps_what_the_row_needs() {
    let made = registered();
    assert_eq!(made.id, ID);
    assert_eq!(made.aaguid, [0xaa; 16]);
    assert_eq!(
        (made.sign_count, made.user_verified, made.backup_eligible, made.backed_up),
        (1, true, false, false)
    );
    assert_eq!(made.transports, ["internal", "hybrid"]);
    assert_eq!(&made.public_key[..10], [0xa5, 1, 2, 3, 0x26, 0x20, 1, 0x21, 0x58, 32]);
}

#[test]
fn signs_in_with_what_was_registered() {
    let told = signed(&Authenticator { counter: 2, ..Authenticator::default() }).unwrap();
    assert_eq!(
        told,
        Assertion { sign_count: 2, user_verified: true, backup_eligible: false, backed_up: false }
    );
}

#[test]
fn refuses_a_registration_that_is_not_ours() {
    let honest = Authenticator::default;
    for (why, authenticator) in [
        ("origin", Authenticator { origin: "https://evil.example.org", ..honest() }),
        ("subdomain", Authenticator { origin: "https://x.app.example.com", ..honest() }),
        ("port", Authenticator { origin: "https://app.example.com:444", ..honest() }),
        ("scheme", Authenticator { origin: "http://app.example.com", ..honest() }),
        ("relying party", Authenticator { rp_id: "example.org", ..honest() }),
        ("presence", Authenticator { flags: UV, ..honest() }),
        ("verification", Authenticator { flags: UP, ..honest() }),
        ("frame", Authenticator { cross_origin: true, ..honest() }),
        ("ceremony", Authenticator { kind: Some("webauthn.get"), ..honest() }),
    ] {
        let response = authenticator.create(&challenge());
        assert!(
            register(&party(), &challenge(), Verification::Required, &response).is_err(),
            "{why}"
        );
    }
    let other = Authenticator::default().create(&base64url(&[8; CHALLENGE]));
    assert!(register(&party(), &challenge(), Verification::Required, &other).is_err(), "challenge");
    for broken in
        [json!(null), json!({}), json!([1]), json!({"id": 1, "rawId": "", "response": {}})]
    {
        assert!(register(&party(), &challenge(), Verification::Required, &broken).is_err());
    }
}

#[test]
fn refuses_an_assertion_that_is_not_ours() {
    let honest = || Authenticator { counter: 2, ..Authenticator::default() };
    for (why, authenticator) in [
        ("key", Authenticator { key: SigningKey::from_slice(&[4; 32]).unwrap(), ..honest() }),
        ("origin", Authenticator { origin: "https://evil.example.org", ..honest() }),
        ("relying party", Authenticator { rp_id: "example.org", ..honest() }),
        ("presence", Authenticator { flags: UV, ..honest() }),
        ("verification", Authenticator { flags: UP, ..honest() }),
        ("frame", Authenticator { cross_origin: true, ..honest() }),
        ("ceremony", Authenticator { kind: Some("webauthn.create"), ..honest() }),
        ("counter of a clone", Authenticator { counter: 1, ..honest() }),
        ("counter gone back", Authenticator { counter: 0, ..honest() }),
    ] {
        assert!(signed(&authenticator).is_err(), "{why}");
    }
    let other = honest().get(&base64url(&[8; CHALLENGE]));
    assert!(
        authenticate(&party(), &challenge(), Verification::Required, &registered(), &other)
            .is_err(),
        "challenge"
    );
    let elsewhere = Credential { id: vec![1; 16], ..registered() };
    assert!(
        authenticate(
            &party(),
            &challenge(),
            Verification::Required,
            &elsewhere,
            &honest().get(&challenge())
        )
        .is_err(),
        "another credential"
    );
    let mut changed = honest().get(&challenge());
    let pointer = changed.pointer_mut("/response/authenticatorData").unwrap();
    let text = pointer.as_str().unwrap().to_owned();
    *pointer = json!(format!("{}{}", &text[..text.len() - 2], "AA"));
    assert!(
        authenticate(&party(), &challenge(), Verification::Required, &registered(), &changed)
            .is_err(),
        "signature"
    );
}

#[test]
fn counters_that_stay_zero_are_no_clones() {
    let zero = Credential { sign_count: 0, ..registered() };
    let response = Authenticator { counter: 0, ..Authenticator::default() }.get(&challenge());
    assert!(authenticate(&party(), &challenge(), Verification::Required, &zero, &response).is_ok());
}

#[test]
fn a_second_factor_needs_no_verification_but_keeps_to_it() {
    let touch = Authenticator { flags: UP, ..Authenticator::default() };
    let made =
        register(&party(), &challenge(), Verification::Preferred, &touch.create(&challenge()))
            .unwrap();
    assert!(!made.user_verified);
    let again =
        Authenticator { flags: UP, counter: 2, ..Authenticator::default() }.get(&challenge());
    assert!(authenticate(&party(), &challenge(), Verification::Preferred, &made, &again).is_ok());
    assert!(authenticate(&party(), &challenge(), Verification::Required, &made, &again).is_err());
    assert!(
        authenticate(&party(), &challenge(), Verification::Preferred, &registered(), &again)
            .is_err()
    );
}

#[test]
fn names_whom_a_response_claims_to_be_by() {
    let mut response = Authenticator::default().get(&challenge());
    assert_eq!(
        identity(&response).unwrap(),
        Identity { credential_id: ID.to_vec(), user_id: Some(USER.to_owned()) }
    );
    let bytes = [
        0x0e, 0x0a, 0xb1, 0xd4, 0x9c, 0x1f, 0x4d, 0x0e, 0x8f, 0x4b, 0x0a, 0x4d, 0x7a, 0x5f, 0x4c,
        0x11,
    ];
    assert_eq!(uuid(&bytes), USER);
    *response.pointer_mut("/response/userHandle").unwrap() =
        json!(format!("{}==", base64url(&bytes)));
    assert_eq!(identity(&response).unwrap().user_id.as_deref(), Some(USER));
    *response.pointer_mut("/response/userHandle").unwrap() = Value::Null;
    assert_eq!(identity(&response).unwrap().user_id, None);
    assert!(identity(&json!({"id": "x"})).is_err());
}

#[test]
fn asks_the_browser_for_what_is_checked_later() {
    let user = User { id: USER.into(), name: "ann@example.com".into(), display_name: "Ann".into() };
    let exclude = [Descriptor { id: ID.to_vec(), transports: vec!["usb".into()] }];
    let asked =
        creation(&party(), &user, &exclude, &challenge(), true, Verification::Required, 300_000);
    assert_eq!(asked["rp"], json!({"id": "example.com", "name": "example.com"}));
    assert_eq!(asked["user"]["id"], json!(base64url(USER.as_bytes())));
    assert_eq!(asked["challenge"], json!(challenge()));
    assert_eq!(asked["authenticatorSelection"]["residentKey"], "required");
    assert_eq!(asked["authenticatorSelection"]["userVerification"], "required");
    assert_eq!(
        asked["excludeCredentials"][0],
        json!({"type": "public-key", "id": base64url(&ID), "transports": ["usb"]})
    );
    assert_eq!(asked["pubKeyCredParams"][0], json!({"type": "public-key", "alg": -7}));
    let asked = request(&party(), &[], &challenge(), Verification::Required, 300_000);
    assert_eq!(asked["allowCredentials"], json!([]));
    assert_eq!(asked["rpId"], "example.com");
}
