//! Vectors: what others' implementations made (argon2-cffi, bcrypt and hashlib of Python), and what must not fit.

use super::compute::Heap;
use super::stored::{Argon, SALT};
use super::*;

/// (what it shows, password, its hash elsewhere).
const MADE_ELSEWHERE: &[(&str, &str, &str)] = &[
    (
        "ascii",
        "correct horse battery staple",
        "$argon2id$v=19$m=64,t=1,p=1$c29tZXNhbHRzb21lc2FsdA$XLeLg+p+JNgiFrQNsye8eofeXr30s6P3j/ke/9xgk/0",
    ),
    (
        "trailing space",
        "secret words ",
        "$argon2id$v=19$m=64,t=1,p=1$c29tZXNhbHRzb21lc2FsdA$Mj5sdVeN8XyRmrmJXVzEd/5sA6V+8OW2CtNaQCiiAy0",
    ),
    (
        "leading space",
        " secret words",
        "$argon2id$v=19$m=64,t=1,p=1$c29tZXNhbHRzb21lc2FsdA$AD9YSZaVjMUEVr/72lWWTxYsdCilQddloSQ1BSv70a0",
    ),
    (
        "inner spaces",
        "a  b   c    d",
        "$argon2id$v=19$m=64,t=1,p=1$c29tZXNhbHRzb21lc2FsdA$FwATidaDpkOtguTZB8sKMWTagkJZ/l+GIkmEu4Xz1f0",
    ),
    (
        "tab",
        "tab\u{9}here there",
        "$argon2id$v=19$m=64,t=1,p=1$c29tZXNhbHRzb21lc2FsdA$9AfUknSiEexconoWNuuz0XjVf3sku80Tum2NIQS0qFU",
    ),
    (
        "newline",
        "line\u{a}break here",
        "$argon2id$v=19$m=64,t=1,p=1$c29tZXNhbHRzb21lc2FsdA$sp62T6PpH/MUjAvxhF5KC78usw56gmi2e5o0pJ73Qq0",
    ),
    (
        "nbsp",
        "no\u{a0}break space",
        "$argon2id$v=19$m=64,t=1,p=1$c29tZXNhbHRzb21lc2FsdA$uS5jFS98EAoeS5CneqIwKQdS2nbwQ3CdL7JU6l7f3sM",
    ),
    (
        "one char",
        "x",
        "$argon2id$v=19$m=64,t=1,p=1$c29tZXNhbHRzb21lc2FsdA$cHsrazR4YLJzq48K+JASJZxvgz1QWZnsvxThDumjAnU",
    ),
    (
        "nfc",
        "caf\u{e9} cr\u{e8}me",
        "$argon2id$v=19$m=64,t=1,p=1$c29tZXNhbHRzb21lc2FsdA$tXKgeb5ZBttYI3Pvtq4KFVpY0zwD2oLqGPHoRctdTdo",
    ),
    (
        "emoji",
        "\u{1f418}\u{1f992}\u{1f334}\u{1f418}",
        "$argon2id$v=19$m=64,t=1,p=1$c29tZXNhbHRzb21lc2FsdA$WKmAxklS5qUgMwkWA7m1XABiELBSdNmAQ9+ODr9EpT0",
    ),
    (
        "zwj family",
        "\u{1f468}\u{200d}\u{1f469}\u{200d}\u{1f467} at home",
        "$argon2id$v=19$m=64,t=1,p=1$c29tZXNhbHRzb21lc2FsdA$NMq0piVE7d6CmSFsOet+qOOrjuV+j0vIlthZpskD8bg",
    ),
    (
        "han",
        "\u{5bc6}\u{7801}\u{5bc6}\u{7801}\u{5bc6}\u{7801}",
        "$argon2id$v=19$m=64,t=1,p=1$c29tZXNhbHRzb21lc2FsdA$6TSQOJVX7yU7WX1oO0apP2JgSl9ALk4wAznZfvX1uNc",
    ),
    (
        "rtl",
        "\u{5e1}\u{5d9}\u{5e1}\u{5de}\u{5d4} \u{5d7}\u{5d6}\u{5e7}\u{5d4}",
        "$argon2id$v=19$m=64,t=1,p=1$c29tZXNhbHRzb21lc2FsdA$+m1/vTUh7N6QfApfl/eKVc4xssACQx0yTlgVjSi+ZxM",
    ),
    (
        "64 chars",
        "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
        "$argon2id$v=19$m=64,t=1,p=1$c29tZXNhbHRzb21lc2FsdA$nJMIKFHZSXDLyukU367kMPtq8rBXSjpwwD4xu2oyzzY",
    ),
    (
        "71 bytes",
        "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!",
        "$argon2id$v=19$m=64,t=1,p=1$c29tZXNhbHRzb21lc2FsdA$A7+RiKcOUCnON1PQK06sKCcb0YExbaE2I/PGPnHZcn8",
    ),
    (
        "72 bytes",
        "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!",
        "$argon2id$v=19$m=64,t=1,p=1$c29tZXNhbHRzb21lc2FsdA$PE5oneLxIjstP6JCh5yeHjAtR61J9FlHMUtvFdFCZXM",
    ),
    (
        "73 bytes",
        "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!",
        "$argon2id$v=19$m=64,t=1,p=1$c29tZXNhbHRzb21lc2FsdA$Drm/lYYbSIfpDFBmH2Xywd0vp6XVKgyI35UrYJkF5+I",
    ),
    (
        "256 chars",
        "kT7#vQ2mkT7#vQ2mkT7#vQ2mkT7#vQ2mkT7#vQ2mkT7#vQ2mkT7#vQ2mkT7#vQ2mkT7#vQ2mkT7#vQ2mkT7#vQ2mkT7#vQ2mkT7#vQ2mkT7#vQ2mkT7#vQ2mkT7#vQ2mkT7#vQ2mkT7#vQ2mkT7#vQ2mkT7#vQ2mkT7#vQ2mkT7#vQ2mkT7#vQ2mkT7#vQ2mkT7#vQ2mkT7#vQ2mkT7#vQ2mkT7#vQ2mkT7#vQ2mkT7#vQ2mkT7#vQ2mkT7#vQ2m",
        "$argon2id$v=19$m=64,t=1,p=1$c29tZXNhbHRzb21lc2FsdA$ShJNb8inJ0mUSSUmgdM3FynYLtmj4o+toK69rqjZ5/4",
    ),
    (
        "long s",
        "\u{17f}ecret pa\u{df}wort",
        "$argon2id$v=19$m=64,t=1,p=1$c29tZXNhbHRzb21lc2FsdA$TjLVenkEW2eiWYSIAvQaAVZ/cfcjuWGqtVz/ClM2FkQ",
    ),
    (
        "quotes",
        "'\"$\\;--",
        "$argon2id$v=19$m=64,t=1,p=1$c29tZXNhbHRzb21lc2FsdA$K0+7UAZYaM1FAmncvelaFoW5X6Vnk7TrH0FToO+RmUc",
    ),
    (
        "dollar",
        "$2b$04$ is no hash",
        "$argon2id$v=19$m=64,t=1,p=1$c29tZXNhbHRzb21lc2FsdA$L784vpzUSSsG99O+H5/6P3/eBKE1sSeKV7kahP9i4f0",
    ),
    (
        "bcrypt ascii",
        "correct horse battery staple",
        "$2b$04$abcdefghijklmnopqrstuu7EJV7kdjBBQxyb0HjTh9KS7.Lah/6CG",
    ),
    (
        "bcrypt trailing space",
        "secret words ",
        "$2b$04$abcdefghijklmnopqrstuuOQR48ozDtnfbFAFXWVtLsB36p70.THa",
    ),
    (
        "bcrypt nfc",
        "caf\u{e9} cr\u{e8}me",
        "$2b$04$abcdefghijklmnopqrstuunOeGBFfHgnwmYiN4.e3sWpu5unlDysG",
    ),
    (
        "bcrypt emoji",
        "\u{1f418}\u{1f992}\u{1f334}\u{1f418}",
        "$2b$04$abcdefghijklmnopqrstuusgA.CqudhFpb.s0WUlQ1qv5iKm9fnPK",
    ),
    (
        "bcrypt 71 bytes",
        "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!",
        "$2b$04$abcdefghijklmnopqrstuu2eOsN5xlUxXHxuft9w/ojS.4MTNJCE6",
    ),
    (
        "bcrypt 72 bytes",
        "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!",
        "$2b$04$abcdefghijklmnopqrstuuq2yo7P1F256QbVmTy5YBzJBu5tJgp2m",
    ),
    (
        "bcrypt 73 bytes",
        "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!",
        "$2b$04$abcdefghijklmnopqrstuuBzzIgyKkz7xMWYSzkIjUSnxEQFQ0WNe",
    ),
    ("bcrypt quotes", "'\"$\\;--", "$2b$04$abcdefghijklmnopqrstuu3DGMHmYR.2r9zSqXHljjEAmCFJU5Y/q"),
    ("bcrypt one char", "x", "$2b$04$abcdefghijklmnopqrstuuPp7HPfoAs8I2dCQCQ/fW7zEJv8I8C8e"),
    (
        "bcrypt 64 chars",
        "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
        "$2b$04$abcdefghijklmnopqrstuuQSLmioUYOEmKTL16wobTks4j4shJ2JG",
    ),
    (
        "django ascii",
        "correct horse battery staple",
        "pbkdf2_sha256$1000$NaClNaClNaCl$Yjgv2ldhpZaD1nWilO6B2wcqdx/pg2kewTaiJVKptNs=",
    ),
    (
        "django trailing space",
        "secret words ",
        "pbkdf2_sha256$1000$NaClNaClNaCl$CiaLGOP48SU0HaYWpTGdC7qVN4a7JV18GtMCTAQTOXs=",
    ),
    (
        "django emoji",
        "\u{1f418}\u{1f992}\u{1f334}\u{1f418}",
        "pbkdf2_sha256$1000$NaClNaClNaCl$NwGvwIm6MrbL/rW8Tvw2bF1s/gyzCyqhAtTz7tQs58A=",
    ),
    (
        "django 256 chars",
        "kT7#vQ2mkT7#vQ2mkT7#vQ2mkT7#vQ2mkT7#vQ2mkT7#vQ2mkT7#vQ2mkT7#vQ2mkT7#vQ2mkT7#vQ2mkT7#vQ2mkT7#vQ2mkT7#vQ2mkT7#vQ2mkT7#vQ2mkT7#vQ2mkT7#vQ2mkT7#vQ2mkT7#vQ2mkT7#vQ2mkT7#vQ2mkT7#vQ2mkT7#vQ2mkT7#vQ2mkT7#vQ2mkT7#vQ2mkT7#vQ2mkT7#vQ2mkT7#vQ2mkT7#vQ2mkT7#vQ2mkT7#vQ2m",
        "pbkdf2_sha256$1000$NaClNaClNaCl$HQ5frKWBIeDVlXn1fWCxJ5Q3ZPHeLBfurBR0YISTzt4=",
    ),
    (
        "django sha1",
        "correct horse battery staple",
        "pbkdf2_sha1$1000$NaClNaClNaCl$tp5y7YTaIxqUbCP12nQrNldLoxs=",
    ),
    (
        "phc ascii",
        "correct horse battery staple",
        "$pbkdf2-sha256$i=1000,l=32$MDEyMzQ1Njc4OWFiY2RlZg$yqSq2SygY1sB4EcH9f2FG0JTMES+wqLsOT5YmiRBplI",
    ),
    (
        "phc512 ascii",
        "correct horse battery staple",
        "$pbkdf2-sha512$i=1000,l=64$MDEyMzQ1Njc4OWFiY2RlZg$5bTW2oeyDJyGJPcmEr+mRDE11ghpozWrDGnSNhRXo2ZCu0KHRDiUMAVEGzLJC+oDhRoeIja9J1iLIv9ptDJMfQ",
    ),
    (
        "passlib ascii",
        "correct horse battery staple",
        "$pbkdf2-sha256$1000$.//.MDEyMzQ1Njc4OWFiYw$DSMBPeGwjZj/h1C1zm5ceCdvmuzYJO3Lu/nnrH68YOA",
    ),
    (
        "phc emoji",
        "\u{1f418}\u{1f992}\u{1f334}\u{1f418}",
        "$pbkdf2-sha256$i=1000,l=32$MDEyMzQ1Njc4OWFiY2RlZg$8EXagbkQRvd1p98gdpvlgzJOqLlF588XNAstRN4MSE8",
    ),
    (
        "phc512 emoji",
        "\u{1f418}\u{1f992}\u{1f334}\u{1f418}",
        "$pbkdf2-sha512$i=1000,l=64$MDEyMzQ1Njc4OWFiY2RlZg$J4LF6j/X1JfaW5R4zIkcfgC5m/zJIeaniE8pBaToa4rYb2/LBo9MRKwhdYnTqqHtbK4NxaaOrTwJ9J5jxFqtcg",
    ),
    (
        "passlib emoji",
        "\u{1f418}\u{1f992}\u{1f334}\u{1f418}",
        "$pbkdf2-sha256$1000$.//.MDEyMzQ1Njc4OWFiYw$iPAiPkZ/W5AUVXya5EM3CtNcazu6hXIIa6WsBkGOehE",
    ),
    (
        "argon2i",
        "correct horse battery staple",
        "$argon2i$v=19$m=64,t=1,p=1$c29tZXNhbHRzb21lc2FsdA$jRuF3Galsy1dpW7q93fjIbFNWR32N1t7lKQiiAnBZ1k",
    ),
    (
        "argon2id of two passes and lanes",
        "correct horse battery staple",
        "$argon2id$v=19$m=128,t=2,p=2$c29tZXNhbHRzb21lc2FsdA$yfPvQKSD0Yj6kvJfoB+yPPUYHsvaiqLnCT8764X3NAM",
    ),
    (
        "php",
        "correct horse battery staple",
        "$2y$04$abcdefghijklmnopqrstuu7EJV7kdjBBQxyb0HjTh9KS7.Lah/6CG",
    ),
    (
        "2a",
        "correct horse battery staple",
        "$2a$04$abcdefghijklmnopqrstuu7EJV7kdjBBQxyb0HjTh9KS7.Lah/6CG",
    ),
    // The one that GoTrue tests with.
    (
        "firebase",
        "mytestpassword",
        "$fbscrypt$v=1,n=14,r=8,p=1,ss=Bw==,sk=ou9tdYTGyYm8kuR6Dt0Bp0kDuAYoXrK16mbZO4yGwAn3oLspjnN0/c41v8xZnO1n14J3MjKj1b2g6AUCAlFwMw==$C0sHCg9ek77hsg==$zKVTMvnWVw5BBOZNUdnsalx4c4c7y/w7IS5p6Ut2+CfEFFlz37J9huyQfov4iizN8dbjvEJlM5tQaJP84+hfTw==",
    ),
    // As Firebase exports it: the other alphabet, no padding.
    (
        "firebase as exported",
        "mytestpassword",
        "$fbscrypt$v=1,n=14,r=8,p=1,ss=Bw,sk=ou9tdYTGyYm8kuR6Dt0Bp0kDuAYoXrK16mbZO4yGwAn3oLspjnN0_c41v8xZnO1n14J3MjKj1b2g6AUCAlFwMw$C0sHCg9ek77hsg$zKVTMvnWVw5BBOZNUdnsalx4c4c7y_w7IS5p6Ut2-CfEFFlz37J9huyQfov4iizN8dbjvEJlM5tQaJP84-hfTw",
    ),
    // From the reference implementation's own tests.
    (
        "reference",
        "password",
        "$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4",
    ),
];

fn fits(password: &str, stored: &str) -> bool {
    let stored = Stored::parse(stored).unwrap_or_else(|| panic!("not read: {stored}"));
    verify(password, &stored, None, &mut Heap).unwrap()
}

fn made(password: &str) -> String {
    hash(password, &[7; SALT], Cost::TEST, None, &mut Heap).unwrap()
}

#[test]
fn verifies_what_others_made_and_nothing_near_it() {
    for (what, password, stored) in MADE_ELSEWHERE {
        assert!(fits(password, stored), "{what}");
        assert!(!fits("", stored), "{what}: empty");
        let last = password.chars().next_back().unwrap();
        let shorter = &password[..password.len() - last.len_utf8()];
        assert!(
            !fits(shorter, stored) || stored.starts_with("$2") && password.len() > 72,
            "{what}: one less"
        );
        let flipped: String = password.chars().rev().collect();
        assert!(!fits(&flipped, stored) || flipped == *password, "{what}: reversed");
    }
}

/// (what it shows, password of the hash, password tried, whether it fits).
const OWN: &[(&str, &str, &str, bool)] = &[
    ("decomposed is the same as composed", "caf\u{e9}", "cafe\u{301}", true),
    ("composed is the same as decomposed", "cafe\u{301}", "caf\u{e9}", true),
    ("jamo", "\u{1112}\u{1161}\u{11ab}\u{ae00}", "\u{d55c}\u{ae00}", true),
    ("order of marks", "q\u{307}\u{323}xyz", "q\u{323}\u{307}xyz", true),
    ("angstrom sign", "\u{212b}ngstrom", "\u{c5}ngstrom", true),
    ("no compatibility: ligature", "\u{fb01}sh and chips", "fish and chips", false),
    ("no compatibility: width", "\u{ff41}bcdefgh", "abcdefgh", false),
    ("no compatibility: long s", "\u{17f}ecret pass", "secret pass", false),
    ("case counts", "Secret pass", "secret pass", false),
    ("dotless i", "\u{131}stanbul", "istanbul", false),
    ("an accent counts", "caf\u{e9}", "cafe", false),
    ("trailing space counts", "secret pass ", "secret pass", false),
    ("leading space counts", " secret pass", "secret pass", false),
    ("a no-break space is another", "secret\u{a0}pass", "secret pass", false),
    ("a zero-width space counts", "secret\u{200b}pass", "secretpass", false),
    ("variation selectors count", "\u{2764}\u{fe0f}love", "\u{2764}love", false),
    ("skin tones count", "\u{1f44d}\u{1f3fd}okay", "\u{1f44d}okay", false),
    (
        "byte 73 counts",
        "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef01234567X",
        "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef01234567Y",
        false,
    ),
    ("a NUL ends nothing", "secret\u{0}pass", "secret\u{0}word", false),
    ("not the beginning", "secret pass", "secret", false),
    ("look-alikes of other scripts", "\u{440}\u{430}ssword", "password", false),
];

#[test]
fn sixty_passwords_mean_what_was_typed() {
    assert!(MADE_ELSEWHERE.len() + OWN.len() >= 60);
    for (what, password, tried, wanted) in OWN {
        let stored = made(password);
        assert_eq!(fits(tried, &stored), *wanted, "{what}");
        assert!(fits(password, &stored), "{what}");
    }
}

#[test]
fn bcrypt_knows_72_bytes_until_the_hash_is_made_anew() {
    let seventy_two = "a".repeat(71) + "!";
    let stored = MADE_ELSEWHERE.iter().find(|v| v.0 == "bcrypt 72 bytes").unwrap().2;
    assert!(fits(&seventy_two, stored));
    assert!(fits(&(seventy_two.clone() + "anything"), stored), "as the system that made it");
    assert!(!fits(&"a".repeat(72), stored));
    assert!(needs_rehash(stored, Cost::DEFAULT, None));
    assert!(!fits(&(seventy_two.clone() + "x"), &made(&seventy_two)), "every byte counts");
    // 71 bytes: the NUL of the C string is the 72nd.
    let stored = MADE_ELSEWHERE.iter().find(|v| v.0 == "bcrypt 71 bytes").unwrap().2;
    assert!(!fits(&("a".repeat(70) + "!x"), stored));
}

#[test]
fn rfc_9106() {
    use argon2::{Algorithm, Argon2, AssociatedData, ParamsBuilder, Version};
    let params = ParamsBuilder::new()
        .m_cost(32)
        .t_cost(3)
        .p_cost(4)
        .data(AssociatedData::new(&[4; 12]).unwrap())
        .build()
        .unwrap();
    for (algorithm, tag) in [
        (Algorithm::Argon2id, "0d640df58d78766c08c037a34a8b53c9d01ef0452d75b65eb52520e96b01e659"),
        (Algorithm::Argon2i, "c814d9d1dc7f37aa13f0d77f2494bda1c8de6b016dd388d29952a4c4672b6ce8"),
        (Algorithm::Argon2d, "512b391b6f1162975371d30919734294f868e3be3984f3c1a13a4db9fabe4acb"),
    ] {
        let argon2 =
            Argon2::new_with_secret(&[3; 8], algorithm, Version::V0x13, params.clone()).unwrap();
        let mut out = [0; 32];
        let mut memory = vec![argon2::Block::new(); params.block_count()];
        argon2
            .hash_password_into_with_memory(&[1; 32], &[2; 16], &mut out, &mut memory[..])
            .unwrap();
        let hex: String = out.iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(hex, tag);
    }
}

#[test]
fn a_new_hash_is_a_phc_string_of_the_asked_cost() {
    let cost = Cost { memory: 128, passes: 2 };
    let made = hash("correct horse", &[9; SALT], cost, None, &mut Heap).unwrap();
    assert!(made.starts_with("$argon2id$v=19$m=128,t=2,p=1$CQkJCQkJCQkJCQkJCQkJCQ$"), "{made}");
    let stored = Stored::parse(&made).unwrap();
    assert_eq!((stored.name(), stored.salt.len(), stored.digest.len()), ("argon2id", 16, 32));
    assert!(!needs_rehash(&made, cost, None));
    assert!(needs_rehash(&made, Cost { memory: 129, ..cost }, None));
    assert!(needs_rehash(&made, Cost { passes: 3, ..cost }, None));
    assert!(!needs_rehash(&made, Cost { memory: 127, passes: 1 }, None));
    for (what, _, stored) in MADE_ELSEWHERE {
        assert!(needs_rehash(stored, Cost::DEFAULT, None), "{what}");
    }
    assert!(needs_rehash("", Cost::TEST, None) && needs_rehash("nonsense", Cost::TEST, None));
}

#[test]
fn a_pepper_makes_the_hash_worthless_without_it() {
    let pepper = |id, key| Pepper { id: [id; 4], key: zeroize::Zeroizing::new([key; 32]) };
    let (first, second) = (pepper(1, 1), pepper(2, 2));
    let made = hash("correct horse", &[7; SALT], Cost::TEST, Some(&first), &mut Heap).unwrap();
    assert!(made.contains(",keyid=AQEBAQ$"), "{made}");
    let stored = Stored::parse(&made).unwrap();
    let verified = |pepper| verify("correct horse", &stored, pepper, &mut Heap);
    assert_eq!(verified(Some(&first)), Ok(true));
    assert_eq!(verify("correct house", &stored, Some(&first), &mut Heap), Ok(false));
    assert_eq!(verified(None), Err(Failure::Pepper));
    assert_eq!(verified(Some(&second)), Err(Failure::Pepper));
    // The same name for another key.
    assert_eq!(verified(Some(&pepper(1, 2))), Ok(false));
    assert!(!needs_rehash(&made, Cost::TEST, Some(&first)));
    assert!(
        needs_rehash(&made, Cost::TEST, Some(&second)) && needs_rehash(&made, Cost::TEST, None)
    );
    // Turned on later: old hashes still verify, and are made anew.
    let plain = self::made("correct horse");
    let plain_stored = Stored::parse(&plain).unwrap();
    assert_eq!(verify("correct horse", &plain_stored, Some(&first), &mut Heap), Ok(true));
    assert!(needs_rehash(&plain, Cost::TEST, Some(&first)));
}

#[test]
fn what_may_be_tried_does_not_depend_on_the_account() {
    assert!(may_be_tried("x") && may_be_tried(&"x".repeat(1024)));
    assert!(!may_be_tried("") && !may_be_tried(&"x".repeat(1025)) && !may_be_tried("a\0b"));
}

#[test]
fn without_memory_there_is_an_error() {
    struct None;
    impl compute::Blocks for None {
        fn with<R>(
            &mut self,
            _: usize,
            _: impl FnOnce(&mut [argon2::Block]) -> Result<R, Failure>,
        ) -> Result<R, Failure> {
            Err(Failure::Memory)
        }
    }
    assert_eq!(hash("x", &[7; SALT], Cost::TEST, Option::None, &mut None), Err(Failure::Memory));
    let argon = Scheme::Argon2(Argon {
        is_id: true,
        version: 19,
        memory: 64,
        passes: 1,
        lanes: 1,
        keyid: Option::None,
    });
    let stored = Stored { scheme: argon, salt: vec![0; 16], digest: vec![0; 32] };
    assert_eq!(verify("x", &stored, Option::None, &mut None), Err(Failure::Memory));
    // More than there is, of the allocator itself.
    assert_eq!(Heap.with(usize::MAX / 2048, |_| Ok(())), Err(Failure::Memory));
}
