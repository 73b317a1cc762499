//! Who has an account, by the clock: sign-up and sign-in for known and unknown addresses, turn by turn on one connection. Here few
//! rounds; with `HOWDAH_DRILLS=full` (`make drills`) 3,000 of each. THREATS D7; the item 4.

use howdah_tests::api::{Api, Call};
use howdah_tests::server::Howdah;
use howdah_tests::wire::Connection;
use serde_json::{Value, json};
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};
use std::time::Instant;

const PASSWORD: &str = "correct horse battery 7";

fn rounds() -> usize {
    if std::env::var("HOWDAH_DRILLS").is_ok_and(|value| value == "full") { 3_000 } else { 60 }
}

fn start() -> Howdah {
    let howdah = Howdah::start(&[]);
    howdah.sql(
        "DELETE FROM auth.rate_limits;
         SELECT auth.set('site_url', 'https://app.example.com'), auth.set('api_external_url', 'https://api.example.com'),
                auth.set('password_attempts_limit', '100')",
    );
    howdah
}

fn post<'h>(howdah: &'h Howdah, path: &str, body: Value) -> Call<'h> {
    Api::anon(howdah, "public").call("POST", &format!("/auth/v1{path}")).json(body)
}

fn address() -> String {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    format!("drill{:06}@tests.example.com", COUNT.fetch_add(1, Relaxed))
}

/// Milliseconds.
fn median(times: &mut [f64]) -> f64 {
    times.sort_by(f64::total_cmp);
    times.get(times.len() / 2).copied().unwrap_or_default()
}

/// The chance that two samples of one distribution differ so (Mann and Whitney's U, two-sided, normal approximation).
fn mann_whitney(a: &[f64], b: &[f64]) -> f64 {
    let (n, m) = (a.len() as f64, b.len() as f64);
    let u: f64 = a
        .iter()
        .map(|x| {
            b.iter()
                .map(|y| {
                    if x > y {
                        1.0
                    } else if x < y {
                        0.0
                    } else {
                        0.5
                    }
                })
                .sum::<f64>()
        })
        .sum();
    let z = (u - n * m / 2.0).abs() / (n * m * (n + m + 1.0) / 12.0).sqrt();
    // Abramowitz and Stegun 26.2.17.
    let t = 1.0 / (1.0 + 0.231_641_9 * z);
    let tail = t
        * (0.319_381_530
            + t * (-0.356_563_782
                + t * (1.781_477_937 + t * (-1.821_255_978 + t * 1.330_274_429))));
    2.0 * tail * (-z * z / 2.0).exp() / (2.0 * std::f64::consts::PI).sqrt()
}

#[test]
fn nobody_can_time_who_may_sign_in_or_has_signed_up() {
    let howdah = start();
    let known: Vec<String> = (0..rounds().div_ceil(3)).map(|_| address()).collect();
    for email in &known {
        post(&howdah, "/signup", json!({"email": email, "password": PASSWORD})).send().is(200);
    }
    howdah.sql("UPDATE auth.users SET email_confirmed_at = now(); ANALYZE");
    let mut connection = Connection::open(howdah.address()).expect("a connection");
    for (path, password, status) in [
        ("/token?grant_type=password", "wrong", 400),
        ("/token?grant_type=password", "", 400),
        ("/signup", PASSWORD, 200),
        ("/signup", "x", 422),
    ] {
        let mut times = [Vec::new(), Vec::new()];
        for n in 0..rounds() * 2 {
            let who = n % 2;
            let email = if who == 0 { known[n / 2 % known.len()].clone() } else { address() };
            let call = post(&howdah, path, json!({"email": email, "password": password}));
            let begun = Instant::now();
            let reply = call.send_on(&mut connection, true).expect("an answer");
            times[who].push(begun.elapsed().as_secs_f64() * 1e3);
            reply.is(status);
        }
        let [known, unknown] = &mut times;
        let p = mann_whitney(known, unknown);
        let (a, b) = (median(known), median(unknown));
        eprintln!("{path} {password:?}: known {a:.3} ms, unknown {b:.3} ms, p = {p:.3}");
        let close = (a - b).abs() < 1.0 || (a - b).abs() / a.max(b) < 0.02;
        assert!(close || p > 0.01, "{path} {password:?}: {a:.3} ms, {b:.3} ms, p = {p:.4}");
    }
}
