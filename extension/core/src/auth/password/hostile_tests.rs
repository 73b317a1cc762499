//! Stored hashes as somebody who can write to the table, or whose export is broken, would have them.

use super::compute::Heap;
use super::*;

const GOOD: &[&str] = &[
    "$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHRzb21lc2FsdA$XLeLg+p+JNgiFrQNsye8eofeXr30s6P3j/ke/9xgk/0",
    "$argon2id$v=19$m=64,t=1,p=1,keyid=AQEBAQ$c29tZXNhbHRzb21lc2FsdA$XLeLg+p+JNgiFrQNsye8eofeXr30s6P3j/ke/9xgk/0",
    "$argon2i$m=64,t=1,p=1$c29tZXNhbHRzb21lc2FsdA$XLeLg+p+JNgiFrQNsye8eofeXr30s6P3j/ke/9xgk/0",
    "$2b$04$abcdefghijklmnopqrstuuIyJcnZ2JdtCMUG1y1eIJsVHAQXJvUwa",
    "$fbscrypt$v=1,n=14,r=8,p=1,ss=Bw==,sk=ou9tdYTGyYm8kuR6Dt0Bp0kDuAYoXrK16mbZO4yGwAn3oLspjnN0/c41v8xZnO1n14J3MjKj1b2g6AUCAlFwMw==$C0sHCg9ek77hsg==$zKVTMvnWVw5BBOZNUdnsalx4c4c7y/w7IS5p6Ut2+CfEFFlz37J9huyQfov4iizN8dbjvEJlM5tQaJP84+hfTw==",
    "pbkdf2_sha256$1000$NaClNaClNaCl$XLeLg+p+JNgiFrQNsye8eofeXr30s6P3j/ke/9xgk/0=",
    "$pbkdf2-sha256$i=1000,l=32$c29tZXNhbHRzb21lc2FsdA$XLeLg+p+JNgiFrQNsye8eofeXr30s6P3j/ke/9xgk/0",
];

#[test]
fn the_good_ones_are_read() {
    for good in GOOD {
        assert!(Stored::parse(good).is_some(), "{good}");
    }
}

#[test]
fn refuses_what_asks_for_too_much_or_is_not_exactly_of_the_form() {
    let argon = |params: &str| {
        format!(
            "$argon2id$v=19${params}$c29tZXNhbHRzb21lc2FsdA$XLeLg+p+JNgiFrQNsye8eofeXr30s6P3j/ke/9xgk/0"
        )
    };
    let bad_params = [
        "m=4294967295,t=2,p=1",
        "m=4294967296,t=2,p=1",
        "m=262145,t=2,p=1",
        "m=19456,t=11,p=1",
        "m=19456,t=2,p=5",
        "m=19456,t=4294967295,p=1",
        "m=19456,t=2,p=16777215",
        "m=7,t=1,p=1",
        "m=31,t=1,p=4",
        "m=0,t=1,p=1",
        "m=64,t=0,p=1",
        "m=64,t=1,p=0",
        "m=-1,t=1,p=1",
        "m=+64,t=1,p=1",
        "m=064,t=1,p=1",
        "m=64,p=1,t=1",
        "t=1,m=64,p=1",
        "m=64,t=1",
        "m=64,t=1,p=1,",
        "m=64,t=1,p=1,keyid=AQEBAQEBAQEBAQ",
        "m=64,t=1,p=1,keyid=*",
        "m=64,t=1,p=1,data=AQEB",
        "m=64,t=1,p=1,m=64",
        "m=64 ,t=1,p=1",
        "m=,t=1,p=1",
        "m=64,t=1,p=1,keyid=AQ,data=AQ",
        "m=6_4,t=1,p=1",
        "m=0x40,t=1,p=1",
        "",
        "m=٦٤,t=1,p=1",
    ];
    for params in bad_params {
        assert_eq!(Stored::parse(&argon(params)), None, "{params}");
    }
    let long_salt = format!(
        "$argon2id$v=19$m=64,t=1,p=1${}$XLeLg+p+JNgiFrQNsye8eofeXr30s6P3j/ke/9xgk/0",
        "A".repeat(88)
    );
    for bad in [
        "",
        "$",
        "$$",
        "$$$$$$",
        "x",
        "plaintext password",
        "$argon2id",
        "$argon2id$",
        "$argon2id$v=19",
        "$argon2id$test",
        "$argon2d$v=19$m=64,t=1,p=1$c29tZXNhbHRzb21lc2FsdA$XLeLg+p+JNgiFrQNsye8eofeXr30s6P3j/ke/9xgk/0",
        "$argon2id$v=20$m=64,t=1,p=1$c29tZXNhbHRzb21lc2FsdA$XLeLg+p+JNgiFrQNsye8eofeXr30s6P3j/ke/9xgk/0",
        "$argon2id$v=19$m=64,t=1,p=1$c29tZQ$XLeLg+p+JNgiFrQNsye8eofeXr30s6P3j/ke/9xgk/0",
        "$argon2id$v=19$m=64,t=1,p=1$c29tZXNhbHRzb21lc2FsdA$XLeL",
        "$argon2id$v=19$m=64,t=1,p=1$c29tZXNhbHRzb21lc2FsdA$",
        "$argon2id$v=19$m=64,t=1,p=1$c29tZXNhbHRzb21lc2FsdA==$XLeLg+p+JNgiFrQNsye8eofeXr30s6P3j/ke/9xgk/0",
        "$argon2id$v=19$m=64,t=1,p=1$c29tZXNhbHRzb21lc2FsdA$XLeLg+p+JNgiFrQNsye8eofeXr30s6P3j/ke/9xgk/0$",
        "$argon2id$v=19$m=64,t=1,p=1$c29tZXNhbHRzb21lc2FsdA$XLeLg+p+JNgiFrQNsye8eofeXr30s6P3j/ke/9xgk/0\n",
        " $argon2id$v=19$m=64,t=1,p=1$c29tZXNhbHRzb21lc2FsdA$XLeLg+p+JNgiFrQNsye8eofeXr30s6P3j/ke/9xgk/0",
        &long_salt,
        "$2b$31$abcdefghijklmnopqrstuuIyJcnZ2JdtCMUG1y1eIJsVHAQXJvUwa",
        "$2b$15$abcdefghijklmnopqrstuuIyJcnZ2JdtCMUG1y1eIJsVHAQXJvUwa",
        "$2b$03$abcdefghijklmnopqrstuuIyJcnZ2JdtCMUG1y1eIJsVHAQXJvUwa",
        "$2x$04$abcdefghijklmnopqrstuuIyJcnZ2JdtCMUG1y1eIJsVHAQXJvUwa",
        "$2b$4$abcdefghijklmnopqrstuuIyJcnZ2JdtCMUG1y1eIJsVHAQXJvUwa",
        "$2b$04$abcdefghijklmnopqrstuuIyJcnZ2JdtCMUG1y1eIJsVHAQXJvUw",
        "$2b$+4$abcdefghijklmnopqrstuuIyJcnZ2JdtCMUG1y1eIJsVHAQXJvUwa",
        "$2b$04$abcdefghijklmnopqrstuuIyJcnZ2JdtCMUG1y1eIJsVHAQXJv\u{e9}a",
        "$2b$04$éééééééééééééééééééééééééé",
        "$2$04$abcdefghijklmnopqrstuuIyJcnZ2JdtCMUG1y1eIJsVHAQXJvUwa",
        "$fbscrypt$invalid",
        "$fbscrypt$v=2,n=14,r=8,p=1,ss=Bw==,sk=AAAAAAAAAAAAAAAAAAAAAA==$C0sHCg9ek77hsg==$AAAAAAAAAAAAAAAAAAAAAA==",
        "$fbscrypt$v=1,n=17,r=8,p=1,ss=Bw==,sk=AAAAAAAAAAAAAAAAAAAAAA==$C0sHCg9ek77hsg==$AAAAAAAAAAAAAAAAAAAAAA==",
        "$fbscrypt$v=1,n=14,r=9,p=1,ss=Bw==,sk=AAAAAAAAAAAAAAAAAAAAAA==$C0sHCg9ek77hsg==$AAAAAAAAAAAAAAAAAAAAAA==",
        "$fbscrypt$v=1,n=14,r=8,p=2,ss=Bw==,sk=AAAAAAAAAAAAAAAAAAAAAA==$C0sHCg9ek77hsg==$AAAAAAAAAAAAAAAAAAAAAA==",
        "$fbscrypt$v=1,n=63,r=8,p=1,ss=Bw==,sk=AAAAAAAAAAAAAAAAAAAAAA==$C0sHCg9ek77hsg==$AAAAAAAAAAAAAAAAAAAAAA==",
        "$fbscrypt$v=1,n=14,r=8,p=1,ss=Bw==,sk=AAAAAAAAAAAAAAAAAAAAAA==$C0sHCg9ek77hsg==$AAAAAAAAAAAAAAAAAAAAAAAAAAA=",
        "pbkdf2_sha256$2000001$NaClNaClNaCl$XLeLg+p+JNgiFrQNsye8eofeXr30s6P3j/ke/9xgk/0=",
        "pbkdf2_sha256$0$NaClNaClNaCl$XLeLg+p+JNgiFrQNsye8eofeXr30s6P3j/ke/9xgk/0=",
        "pbkdf2_sha256$1000$NaCl$XLeLg+p+JNgiFrQNsye8eofeXr30s6P3j/ke/9xgk/0=",
        "pbkdf2_sha256$1000$NaClNaClNaCl",
        "pbkdf2_md5$1$a$b",
        "$pbkdf2-sha256$i=1000,l=31$c29tZXNhbHRzb21lc2FsdA$XLeLg+p+JNgiFrQNsye8eofeXr30s6P3j/ke/9xgk/0",
        "$pbkdf2-sha256$i=4294967295$c29tZXNhbHRzb21lc2FsdA$XLeLg+p+JNgiFrQNsye8eofeXr30s6P3j/ke/9xgk/0",
        "$pbkdf2$1000$c29tZXNhbHRzb21lc2FsdA$XLeLg+p+JNgiFrQNsye8eofeXr30s6P3j/ke/9xgk/0",
    ] {
        assert_eq!(Stored::parse(bad), None, "{bad}");
        assert!(needs_rehash(bad, Cost::DEFAULT, None));
    }
    for huge in [
        "$".repeat(10_000_000),
        "$argon2id".to_owned() + &"$v=19".repeat(1_000_000),
        "€".repeat(100_000),
    ] {
        assert_eq!(Stored::parse(&huge), None);
    }
}

/// A seeded stream (splitmix64), so that a failure can be repeated.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut x = self.0;
        x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((x ^ (x >> 31)) % bound as u64).unwrap()
    }
}

const PIECES: &[&str] = &[
    "$",
    "$$",
    ",",
    "=",
    "m=",
    "t=",
    "p=",
    "v=",
    "i=",
    "l=",
    "n=",
    "r=",
    "keyid=",
    "19",
    "0",
    "1",
    "4294967295",
    "18446744073709551616",
    "-1",
    "argon2id",
    "2b",
    "2y",
    "fbscrypt",
    "pbkdf2_sha256",
    "é",
    "\u{0}",
    "🐘",
    "\n",
    " ",
    "/",
    "+",
    ".",
    "_",
    "-",
    "==",
    "A",
];

#[test]
fn whatever_is_stored_nothing_panics_and_what_is_read_is_within_the_caps() {
    let mut random = Random(20_261_122);
    let mut read = 0;
    for _ in 0..60_000 {
        let mut text: Vec<char> = GOOD[random.below(GOOD.len())].chars().collect();
        for _ in 0..=random.below(4) {
            let at = random.below(text.len() + 1);
            match random.below(4) {
                0 => text.truncate(at),
                1 => drop(text.drain(at..(at + random.below(6)).min(text.len()))),
                2 => drop(text.splice(at..at, PIECES[random.below(PIECES.len())].chars())),
                _ => {
                    let to = (at + random.below(6)).min(text.len());
                    drop(text.splice(at..to, PIECES[random.below(PIECES.len())].chars()));
                }
            }
        }
        let text: String = text.into_iter().collect();
        let _ = needs_rehash(&text, Cost::DEFAULT, None);
        let Some(stored) = Stored::parse(&text) else { continue };
        read += 1;
        assert!(
            (8..=64).contains(&stored.salt.len()) && (16..=64).contains(&stored.digest.len()),
            "{text}"
        );
        let cheap = match &stored.scheme {
            Scheme::Argon2(argon) => {
                assert!(
                    argon.memory <= 256 * 1024
                        && argon.passes <= 10
                        && (1..=4).contains(&argon.lanes),
                    "{text}"
                );
                argon.memory < 100 && argon.keyid.is_none()
            }
            Scheme::Bcrypt { cost } => *cost == 4 && read % 50 == 0,
            Scheme::Firebase { log_n, r, signer, .. } => {
                assert!(*log_n <= 16 && *r <= 8 && signer.len() == stored.digest.len(), "{text}");
                *log_n < 3
            }
            Scheme::Pbkdf2 { iterations, .. } => {
                assert!(*iterations <= 2_000_000, "{text}");
                *iterations < 20
            }
        };
        if cheap {
            assert!(verify("no such password", &stored, None, &mut Heap).is_ok(), "{text}");
        }
    }
    assert!(read > 1_000, "{read} of them were read, too few to show anything");
}
