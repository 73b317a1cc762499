//! What accounts cost by themselves: argon2id hashes a second with all cores, and the time of a token's verification, anew and from
//! the cache. Prints JSON; `tests/bench/run --accounts` compares Howdah with it.

use howdah_core::auth::password::compute::Heap;
use howdah_core::auth::password::{self, Cost};
use howdah_core::claim_path::ClaimPath;
use howdah_core::token::{self, KeySet, Purpose, Rules, SigningKey, VerifyKey};
use std::collections::HashMap;
use std::hint::black_box;
use std::io::Read;
use std::time::{Duration, Instant};

const TIME: Duration = Duration::from_secs(2);

fn main() {
    println!("{}", serde_json::json!({ "hashes": hashes(), "es256": es256(), "cached": cached() }));
}

/// Hashes a second with the default parameters, as many threads as cores.
fn hashes() -> f64 {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let counts: Vec<u32> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..cores)
            .map(|_| {
                scope.spawn(|| {
                    let begun = Instant::now();
                    let mut count = 0;
                    while begun.elapsed() < TIME {
                        let made = password::hash(
                            "a password of the bench",
                            &[7; 16],
                            Cost::DEFAULT,
                            None,
                            &mut Heap,
                        );
                        black_box(made.expect("a hash"));
                        count += 1;
                    }
                    count
                })
            })
            .collect();
        threads.into_iter().map(|thread| thread.join().expect("a count")).collect()
    });
    f64::from(counts.iter().sum::<u32>()) / TIME.as_secs_f64()
}

struct Made {
    token: String,
    keys: KeySet,
    role: ClaimPath,
}

fn made() -> Made {
    let mut random = std::fs::File::open("/dev/urandom").expect("randomness");
    let key = token::generate_es256(&mut |bytes| {
        random.read_exact(bytes).map_err(|error| error.to_string())
    })
    .expect("a key");
    let signing = SigningKey::from_pkcs8(&key.kid, &key.secret).expect("a key");
    let claims = serde_json::json!({
        "iss": "https://api.example/auth/v1", "sub": "11111111-1111-4111-8111-111111111111", "aud": "authenticated",
        "exp": 4_000_000_000_i64, "iat": 1_700_000_000, "email": "somebody@example.com", "role": "authenticated",
        "app_metadata": {"provider": "email", "providers": ["email"]}, "user_metadata": {"name": "Somebody"},
        "aal": "aal1", "amr": [{"method": "password", "timestamp": 1_700_000_000}],
        "session_id": "22222222-2222-4222-8222-222222222222", "is_anonymous": false,
    });
    Made {
        token: token::sign(&claims.to_string(), &signing).expect("a token"),
        keys: KeySet::new(vec![
            VerifyKey::es256(&key.kid, &key.public_jwk, Purpose::Session).expect("a key"),
        ]),
        role: ClaimPath::parse("$.role").expect("a path"),
    }
}

/// µs.
fn es256() -> f64 {
    let made = made();
    let rules = Rules { audience: None, role_claim: &made.role };
    each(2_000, || token::verify(&made.token, &made.keys, 1_800_000_000, rules).is_ok())
}

/// µs: fingerprint, look-up and the check of expiry, as the gateway does them.
fn cached() -> f64 {
    let made = made();
    let rules = Rules { audience: None, role_claim: &made.role };
    let verified = token::verify(&made.token, &made.keys, 1_800_000_000, rules).expect("verified");
    let kept = HashMap::from([(token::fingerprint(&made.token), verified)]);
    each(200_000, || {
        kept.get(&token::fingerprint(black_box(&made.token)))
            .is_some_and(|found| token::recheck(found, 1_800_000_000).is_ok())
    })
}

fn each(times: u32, mut work: impl FnMut() -> bool) -> f64 {
    let begun = Instant::now();
    for _ in 0..times {
        assert!(black_box(work()));
    }
    begun.elapsed().as_secs_f64() * 1e6 / f64::from(times)
}
