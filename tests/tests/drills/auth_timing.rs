//! Who has an account? Neither the time nor the bytes of an answer tell: sign-in, sign-up, recover, otp, resend.
//! Requests for known and unknown addresses are interleaved, so that whatever else the machine does falls on both alike.
//! Short here; with `HOWDAH_DRILLS=full` (`make drills`) 3,000 of each, held to 2 % or 1 ms and p > 0.01. `HOWDAH_PROBE=recover`:
//! only those whose name has it.

use howdah_tests::api::Api;
use howdah_tests::reply::Reply;
use howdah_tests::server::Howdah;
use serde_json::{Value, json};
use std::time::{Duration, Instant};

use super::auth_passwords::{full, make_user};

/// Two-sided p of the Mann-Whitney U test (normal approximation; times are practically never equal).
/// Status, headers and body: all that a client sees.
type Shown = (u16, Vec<(String, String)>, Value);

fn mann_whitney(a: &[Duration], b: &[Duration]) -> f64 {
    let mut all: Vec<(Duration, bool)> =
        a.iter().map(|t| (*t, true)).chain(b.iter().map(|t| (*t, false))).collect();
    all.sort_unstable();
    let ranks: f64 = all
        .iter()
        .zip(1_u32..)
        .filter(|((_, of_a), _)| *of_a)
        .map(|(_, rank)| f64::from(rank))
        .sum();
    let (n, m) = (a.len() as f64, b.len() as f64);
    let u = ranks - n * (n + 1.0) / 2.0;
    let deviation = (n * m * (n + m + 1.0) / 12.0).sqrt();
    let z = ((u - n * m / 2.0) / deviation).abs();
    2.0 * upper_tail(z)
}

/// Of the normal distribution (Abramowitz and Stegun 26.2.17).
fn upper_tail(z: f64) -> f64 {
    let t = 1.0 / (1.0 + 0.231_641_9 * z);
    let series = t
        * (0.319_381_530
            + t * (-0.356_563_782
                + t * (1.781_477_937 + t * (-1.821_255_978 + t * 1.330_274_429))));
    (-z * z / 2.0).exp() / (2.0 * std::f64::consts::PI).sqrt() * series
}

#[test]
fn the_test_of_times_finds_a_difference_and_only_that() {
    let times = |offset: u64| {
        (0..200_u64).map(move |n| Duration::from_micros(50_000 + n * 7919 % 10_000 + offset))
    };
    let (a, b): (Vec<_>, Vec<_>) = (times(0).collect(), times(3).collect());
    assert!(mann_whitney(&a, &b) > 0.5);
    let slower: Vec<_> = times(2_000).collect();
    assert!(mann_whitney(&a, &slower) < 0.001);
    assert!((upper_tail(1.96) - 0.025).abs() < 0.000_1);
}

/// What must be the same: all but what names the request, the time, or a new secret or id of it.
fn shape(reply: &Reply) -> (u16, Vec<(String, String)>, Value) {
    let passing = ["date", "x-request-id", "content-length"];
    let headers = reply
        .headers
        .iter()
        .filter(|(name, _)| !passing.contains(&name.as_str()))
        .cloned()
        .collect();
    let mut body = serde_json::from_slice(&reply.body).unwrap_or(Value::Null);
    blank(&mut body);
    (reply.status, headers, body)
}

fn blank(value: &mut Value) {
    match value {
        Value::Object(members) => members.iter_mut().for_each(|(_, member)| blank(member)),
        Value::Array(items) => items.iter_mut().for_each(blank),
        // Ids, times and addresses differ from request to request, in form they may not.
        // A fraction of a second has no zeros at its end.
        Value::String(text) if text.get(10..11) == Some("T") && text.len() > 18 => {
            "a time".clone_into(text);
        }
        Value::String(text) => {
            *text = text.chars().map(|c| if c.is_ascii_alphanumeric() { 'x' } else { c }).collect();
        }
        _ => {}
    }
}

struct Probe {
    name: &'static str,
    path: &'static str,
    body: fn(&str) -> Value,
    /// One hash, or none: sets how many are asked.
    hashes: bool,
}

fn sign_in(email: &str, password: &str) -> Value {
    json!({"email": email, "password": password})
}

const TOKEN: &str = "/auth/v1/token?grant_type=password";

const PROBES: &[Probe] = &[
    Probe {
        name: "sign-in, wrong",
        path: TOKEN,
        body: |email| sign_in(email, "wrong password"),
        hashes: true,
    },
    Probe {
        name: "sign-in, 1 character",
        path: TOKEN,
        body: |email| sign_in(email, "x"),
        hashes: true,
    },
    Probe {
        name: "sign-in, 64 characters",
        path: TOKEN,
        body: |email| sign_in(email, &"x".repeat(64)),
        hashes: true,
    },
    Probe { name: "sign-in, empty", path: TOKEN, body: |email| sign_in(email, ""), hashes: false },
    Probe {
        name: "sign-in, 4 KB",
        path: TOKEN,
        body: |email| sign_in(email, &"x".repeat(4096)),
        hashes: false,
    },
    Probe {
        name: "sign-up",
        path: "/auth/v1/signup",
        body: |email| sign_in(email, "a password of its own 7"),
        hashes: true,
    },
    Probe {
        name: "recover",
        path: "/auth/v1/recover",
        body: |email| json!({"email": email}),
        hashes: false,
    },
    Probe {
        name: "otp",
        path: "/auth/v1/otp",
        body: |email| json!({"email": email, "create_user": false}),
        hashes: false,
    },
    Probe {
        name: "otp that signs up",
        path: "/auth/v1/otp",
        body: |email| json!({"email": email, "create_user": true}),
        hashes: false,
    },
    Probe {
        name: "magic link",
        path: "/auth/v1/magiclink",
        body: |email| json!({"email": email}),
        hashes: false,
    },
    Probe {
        name: "resend",
        path: "/auth/v1/resend",
        body: |email| json!({"email": email, "type": "signup"}),
        hashes: false,
    },
];

/// No limit by address or account stands between the drill and what it measures.
const LIMITS: &str = "UPDATE auth.rate_limits SET count = 0 WHERE setting IS NULL;
    SELECT auth.set(setting, '0') FROM auth.rate_limits WHERE setting IS NOT NULL;
    SELECT auth.set('smtp_max_frequency', '0'),
           auth.set('site_url', 'https://app.example.com'),
           auth.set('api_external_url', 'https://api.example.com'), auth.set('password_attempts_limit', '100');";

#[test]
fn time_and_answer_tell_nothing_of_who_has_an_account() {
    let howdah = Howdah::start(&[]);
    howdah.sql(LIMITS);
    let known = if full() { 300 } else { 12 };
    make_user(&howdah, "known000@example.com");
    howdah.sql(&format!(
        "INSERT INTO auth.users (id, aud, role, email, encrypted_password, email_confirmed_at, created_at, updated_at)
         SELECT gen_random_uuid(), 'authenticated', 'authenticated', 'known' || lpad(n::text, 3, '0') || '@example.com', u.encrypted_password, now(), now(), now()
         FROM auth.users AS u, generate_series(1, {known}) AS n WHERE u.email = 'known000@example.com'"
    ));
    howdah.sql(
        "INSERT INTO auth.identities (provider_id, user_id, identity_data, provider, created_at, updated_at)
         SELECT id::text, id, jsonb_build_object('sub', id, 'email', email), 'email', now(), now() FROM auth.users",
    );
    let api = Api::anon(&howdah, "public");
    let mut told = Vec::new();
    let wanted = std::env::var("HOWDAH_PROBE").unwrap_or_default();
    for probe in PROBES.iter().filter(|probe| probe.name.contains(&wanted)) {
        let ask = |email: &str| {
            let call = api.call("POST", probe.path).json((probe.body)(email));
            let asked = Instant::now();
            let reply = call.send();
            (asked.elapsed(), reply)
        };
        let rounds = match (full(), probe.hashes) {
            (true, _) => 3_000,
            (false, true) => 60,
            (false, false) => 150,
        };
        // Caches are filled, plans made.
        for n in 0..6 {
            ask(&format!("known{:03}@example.com", n % known));
            ask(&format!("warm{n}-{}@example.com", probe.name.len()));
        }
        let (mut theirs, mut nobodys) = (Vec::new(), Vec::new());
        let mut seen: Option<Shown> = None;
        for n in 0..rounds {
            // Of one length: what a client sends is no difference of ours.
            let mine = format!("known{:03}@example.com", n % known);
            let other = format!("nobod{:03}@example.com", n % known);
            // Which is first changes, by no pattern that a cache could follow.
            let known_first = (n * 7919 / 3) % 2 == 0;
            let pair = if known_first {
                [(mine, true), (other, false)]
            } else {
                [(other, false), (mine, true)]
            };
            for (email, is_known) in pair {
                // What a sign-up made is unmade, so that the address is nobody's again.
                let (took, reply) = ask(&email);
                if !is_known && ["sign-up", "otp that signs up", "magic link"].contains(&probe.name)
                {
                    howdah.sql(&format!("DELETE FROM auth.users WHERE email = '{email}'"));
                }
                assert!(
                    reply.status < 500 && reply.status != 429,
                    "{}: {}",
                    probe.name,
                    reply.text()
                );
                let shape = shape(&reply);
                match &seen {
                    None => seen = Some(shape),
                    Some(first) => assert!(
                        *first == shape,
                        "{}, known {is_known}:\n{first:?}\n{shape:?}",
                        probe.name
                    ),
                }
                if is_known { &mut theirs } else { &mut nobodys }.push(took);
            }
        }
        told.push(tell(probe.name, &theirs, &nobodys));
    }
    for told in told {
        told.check();
    }
}

/// What two samples say, in seconds.
struct Told {
    name: &'static str,
    known: f64,
    unknown: f64,
    p: f64,
}

fn tell(name: &'static str, known: &[Duration], unknown: &[Duration]) -> Told {
    let middle = |times: &[Duration]| {
        let mut times = times.to_vec();
        times.sort_unstable();
        times[times.len() / 2].as_secs_f64()
    };
    let p = mann_whitney(known, unknown);
    let (known, unknown) = (middle(known), middle(unknown));
    println!("{name}: known {:.2} ms, unknown {:.2} ms, p = {p:.3}", known * 1e3, unknown * 1e3);
    Told { name, known, unknown, p }
}

impl Told {
    /// The short form has too few to hold to the figures, on a machine that does other things too: it finds what is coarse, such
    /// as a hash that is left out.
    fn check(&self) {
        let Self { name, known, unknown, p } = self;
        let slack = if full() { 1.0 } else { 10.0 };
        let apart = (known - unknown).abs();
        let near = apart < 0.001 * slack || apart < 0.02 * slack * unknown;
        assert!(near, "{name}: {:.2} ms and {:.2} ms, p = {p:.4}", known * 1e3, unknown * 1e3);
        assert!(!full() || *p > 0.01, "{name}: p = {p:.4}");
    }
}

#[test]
fn an_import_does_not_tell_either_whose_hash_it_brought() {
    let howdah = Howdah::start(&[]);
    howdah.sql(LIMITS);
    // Four of five were hashed by bcrypt, which takes several times as long as ours.
    howdah.sql(
        "INSERT INTO auth.users (id, aud, role, email, encrypted_password, email_confirmed_at, created_at, updated_at)
         SELECT gen_random_uuid(), 'authenticated', 'authenticated', 'known' || lpad(n::text, 4, '0') || '@example.com',
                CASE WHEN n % 5 = 0 THEN h.ours ELSE '$2a$10$N9qo8uLOickgx2ZMRZoMyeIjZAgcfl7p92ldGxad68LJZdL17lhWy' END, now(), now(), now()
         FROM (SELECT howdah_private.password_hash('a password of ours') AS ours) AS h, generate_series(0, 2999) AS n",
    );
    howdah.sql("ANALYZE auth.users");
    let api = Api::anon(&howdah, "public");
    let ask = |email: &str| {
        let call = api.call("POST", TOKEN).json(sign_in(email, "wrong password"));
        let asked = Instant::now();
        call.send().is(400);
        asked.elapsed()
    };
    for n in 0..6 {
        ask(&format!("warm{n}@example.com"));
    }
    let (mut theirs, mut nobodys) = (Vec::new(), Vec::new());
    for n in 0..if full() { 3_000 } else { 60 } {
        let (mine, other) =
            (format!("known{n:04}@example.com"), format!("nobod{n:04}@example.com"));
        if (n * 7919 / 3) % 2 == 0 {
            theirs.push(ask(&mine));
            nobodys.push(ask(&other));
        } else {
            nobodys.push(ask(&other));
            theirs.push(ask(&mine));
        }
    }
    tell("sign-in, imported", &theirs, &nobodys).check();
    // Of both kinds, some are slow and some are quick, and a stranger's address is always the same.
    let slow = |times: &[Duration]| {
        let least = times.iter().min().copied().unwrap_or_default();
        times.iter().filter(|took| **took > least * 2).count() * 100 / times.len()
    };
    let (theirs, nobodys) = (slow(&theirs), slow(&nobodys));
    println!("slow: known {theirs} %, unknown {nobodys} %");
    assert!(theirs.abs_diff(nobodys) < if full() { 5 } else { 35 }, "{theirs} and {nobodys} %");
    assert!(theirs > 50 && nobodys > 50, "{theirs} and {nobodys} %");
}
