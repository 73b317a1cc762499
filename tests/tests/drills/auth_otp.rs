//! One-time codes and links under races and guessing. Here few tokens; with `HOWDAH_DRILLS=full` (`make drills`) 500 of each kind,
//! 64 clients at once. THREATS §0.8, D4, D7, D13; the items 3 and 4. Second factors race in auth_mfa.rs.

use howdah_tests::account::Account;
use howdah_tests::api::{Api, Call};
use howdah_tests::database::{literal, rows};
use howdah_tests::inbox::{Inbox, address, ask};
use howdah_tests::reply::Reply;
use howdah_tests::server::Howdah;
use howdah_tests::wire::Connection;
use serde_json::{Value, json};
use std::sync::Barrier;
use std::sync::mpsc::channel;
use std::time::{Duration, Instant};

const CLIENTS: usize = 64;
// RFC 7636, appendix B.
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

fn full() -> bool {
    std::env::var("HOWDAH_DRILLS").is_ok_and(|value| value == "full")
}

fn tokens() -> usize {
    if full() { 500 } else { 6 }
}

fn start() -> Howdah {
    let howdah = Howdah::start(&[]);
    howdah.sql(
        "UPDATE auth.rate_limits SET count = 0 WHERE setting IS NULL;
         SELECT auth.set(setting, '0') FROM auth.rate_limits WHERE setting IS NOT NULL;
         -- Five hundred are made before the first is used.
         SELECT auth.set('security_auth_code_exp', '600');",
    );
    howdah
}

fn post<'h>(howdah: &'h Howdah, path: &str, body: Value) -> Call<'h> {
    Api::anon(howdah, "public").call("POST", &format!("/auth/v1{path}")).json(body)
}

/// A link and a code of this type, as a trusted server gets them.
fn link(howdah: &Howdah, kind: &str, email: &str) -> Value {
    let api = Api { howdah, schema: None, token: Some(howdah.service_key.clone()) };
    let body = json!({"type": kind, "email": email, "password": "correct horse battery staple"});
    api.call("POST", "/auth/v1/admin/generate_link").json(body).send().is(200).json()
}

/// GET of a magic link.
fn open<'h>(howdah: &'h Howdah, token: &str) -> Call<'h> {
    Api::anon(howdah, "public")
        .call("GET", &format!("/auth/v1/verify?type=magiclink&token={token}"))
}

/// Each call by all clients at once, one call after the other; the answers to each.
fn race(calls: &[Call<'_>], address: &str) -> Vec<Vec<Reply>> {
    let gate = Barrier::new(CLIENTS);
    let mut answers: Vec<Vec<Reply>> = calls.iter().map(|_| Vec::new()).collect();
    std::thread::scope(|scope| {
        let all: Vec<_> = (0..CLIENTS)
            .map(|_| {
                let gate = &gate;
                scope.spawn(move || {
                    let mut connection = Connection::open(address).expect("a connection");
                    calls
                        .iter()
                        .map(|call| {
                            gate.wait();
                            let reply = call.send_on(&mut connection, true).expect("an answer");
                            assert!(reply.status < 500, "{}", reply.text());
                            reply
                        })
                        .collect::<Vec<_>>()
                })
            })
            .collect();
        for client in all {
            for (n, reply) in client.join().expect("a client").into_iter().enumerate() {
                answers[n].push(reply);
            }
        }
    });
    answers
}

fn signed_in(reply: &Reply) -> bool {
    reply.status == 200 && reply.text().contains("access_token")
        || reply.status == 303
            && reply.header("location").is_some_and(|l| l.contains("#access_token="))
}

type Make<'h> = Box<dyn Fn() -> Call<'h> + 'h>;

/// Requests that use a secret up, a new secret each.
fn kinds<'h>(at: &'h Howdah) -> Vec<(&'static str, Make<'h>)> {
    let verify = move |kind: &str, made: &Value| {
        post(at, "/verify", json!({"type": kind, "token_hash": made["hashed_token"]}))
    };
    vec![
        ("reset", Box::new(move || verify("recovery", &link(at, "recovery", &at.account().email)))),
        ("verify", Box::new(move || verify("signup", &link(at, "signup", &address())))),
        ("invite", Box::new(move || verify("invite", &link(at, "invite", &address())))),
        (
            "magic link",
            Box::new(move || {
                let made = link(at, "magiclink", &at.account().email);
                let token = made["hashed_token"].as_str().expect("a token");
                open(at, token)
            }),
        ),
        (
            "code",
            Box::new(move || {
                let email = at.account().email;
                let made = link(at, "magiclink", &email);
                let body = json!({"type": "email", "email": email, "token": made["email_otp"]});
                post(at, "/verify", body)
            }),
        ),
        (
            "auth code",
            Box::new(move || {
                let Account { email, .. } = at.account();
                let asked = json!({"email": email, "code_challenge": CHALLENGE, "code_challenge_method": "s256"});
                ask(at, "/otp", asked).is(200);
                let opened = open(at, &Inbox::of(at).last(&email).token).send();
                let place = opened.is(303).header("location").expect("a place").to_owned();
                let code = place.split_once("?code=").expect("a code").1.to_owned();
                let body = json!({"auth_code": code, "code_verifier": VERIFIER});
                post(at, "/token?grant_type=pkce", body)
            }),
        ),
    ]
}

#[test]
fn each_secret_works_once_of_64_clients() {
    let howdah = start();
    for (name, make) in kinds(&howdah) {
        let calls: Vec<Call<'_>> = (0..tokens()).map(|_| make()).collect();
        let answers = race(&calls, howdah.address());
        for (n, replies) in answers.iter().enumerate() {
            let won = replies.iter().filter(|reply| signed_in(reply)).count();
            assert_eq!(won, 1, "{name}, number {n}: of {} clients", replies.len());
        }
    }
}

#[test]
fn a_refresh_token_has_one_child_for_64_clients() {
    let howdah = start();
    let calls: Vec<Call<'_>> = (0..tokens())
        .map(|_| {
            post(
                &howdah,
                "/token?grant_type=refresh_token",
                json!({"refresh_token": howdah.account().refresh}),
            )
        })
        .collect();
    for replies in race(&calls, howdah.address()) {
        let mut children: Vec<String> =
            replies.iter().map(|reply| reply.is(200).json()["refresh_token"].to_string()).collect();
        children.dedup();
        assert_eq!(children.len(), 1, "one child for all");
    }
}

#[test]
fn five_guesses_of_a_thousand_are_compared_and_then_the_right_code_fails() {
    let howdah = start();
    let codes = if full() { 2_000 } else { 10 };
    let mut lucky = 0;
    for n in 0..codes {
        let email = howdah.account().email;
        let right =
            link(&howdah, "magiclink", &email)["email_otp"].as_str().expect("a code").to_owned();
        // Guesses of a botnet: others each time, all at once.
        let guess = |k: usize| format!("{:06}", (n * 7_919 + k * 104_729 + 17) % 1_000_000);
        let calls: Vec<Call<'_>> = (0..if full() { 15 } else { 2 })
            .map(|k| {
                post(
                    &howdah,
                    "/verify",
                    json!({"type": "email", "email": email, "token": guess(k)}),
                )
            })
            .collect();
        let won = race(&calls, howdah.address())
            .iter()
            .flatten()
            .filter(|reply| signed_in(reply))
            .count();
        assert!(won <= 1);
        lucky += won;
        let row = format!("FROM auth.one_time_tokens WHERE relates_to = {}", literal(&email));
        if won == 0 {
            assert_eq!(
                howdah.value(&format!("SELECT attempts {row}")),
                "5",
                "exactly five are compared"
            );
            ask(&howdah, "/verify", json!({"type": "email", "email": email, "token": right}))
                .is(403);
            assert_eq!(howdah.value(&format!("SELECT consumed_at IS NULL {row}")), "t");
        }
    }
    // Five in a million each.
    assert!(lucky <= 1, "{lucky} of {codes} codes were guessed");
}

/// Two transactions want the same secret: the second waits for the first, and has what the first leaves.
#[test]
fn the_second_of_two_transactions_gets_what_the_first_leaves() {
    let howdah = start();
    for (ends, wins) in [("COMMIT", 403), ("ROLLBACK", 200)] {
        for by in ["token_hash", "token"] {
            let email = howdah.account().email;
            let made = link(&howdah, "recovery", &email);
            let body = match by {
                "token" => json!({"type": "recovery", "email": email, "token": made["email_otp"]}),
                _ => json!({"type": "recovery", "token_hash": made["hashed_token"]}),
            };
            let asked = format!(
                "SELECT status FROM howdah.request('POST', '/auth/v1/verify', '{{}}', {})",
                literal(&body.to_string())
            );
            let (mut first, mut second) = (howdah.dba(), howdah.dba());
            first.batch_execute("BEGIN").expect("a transaction");
            assert_eq!(rows(&mut first, &asked).expect("an answer")[0][0].as_deref(), Some("200"));
            let (tell, told) = channel();
            let asked = asked.clone();
            let other = std::thread::spawn(move || {
                let got = rows(&mut second, &asked).expect("an answer");
                tell.send(got[0][0].clone().expect("a status")).expect("somebody listens");
            });
            assert!(
                told.recv_timeout(Duration::from_millis(400)).is_err(),
                "it did not wait ({by}, {ends})"
            );
            first.batch_execute(ends).expect("an end");
            let status = told.recv_timeout(Duration::from_secs(10)).expect("an answer");
            other.join().expect("the second");
            assert_eq!(status, wins.to_string(), "{by}, {ends}");
        }
    }
}

/// Two changes of address meet: both halves at once still make one change, and one session.
#[test]
fn both_halves_of_a_change_at_once_make_one_change() {
    let howdah = start();
    for _ in 0..tokens() {
        let account = howdah.account();
        let new = address();
        let api = Api { howdah: &howdah, schema: None, token: Some(howdah.service_key.clone()) };
        let make = |kind: &str| {
            let body = json!({"type": kind, "email": account.email, "new_email": new});
            api.call("POST", "/auth/v1/admin/generate_link").json(body).send().is(200).json()["hashed_token"].clone()
        };
        let halves = [make("email_change_current"), make("email_change_new")];
        let gate = Barrier::new(CLIENTS);
        let (tell, told) = channel();
        std::thread::scope(|scope| {
            for n in 0..CLIENTS {
                let (gate, tell, half, howdah) =
                    (&gate, tell.clone(), halves[n % 2].clone(), &howdah);
                scope.spawn(move || {
                    let call = post(
                        howdah,
                        "/verify",
                        json!({"type": "email_change", "token_hash": half}),
                    );
                    gate.wait();
                    tell.send(call.send()).expect("somebody listens");
                });
            }
        });
        drop(tell);
        let replies: Vec<Reply> = told.iter().collect();
        assert_eq!(replies.iter().filter(|r| signed_in(r)).count(), 1, "one session");
        assert_eq!(replies.iter().filter(|r| r.status == 200).count(), 2, "two halves");
        let email =
            howdah.value(&format!("SELECT email FROM auth.users WHERE id = '{}'", account.id));
        assert_eq!(email, new);
    }
}

/// Known and unknown addresses take the same time: the median difference is under 1 ms or 2 %.
#[test]
fn nobody_can_time_whom_a_message_reaches() {
    let howdah = start();
    let rounds = if full() { 3_000 } else { 150 };
    // Each asked for once: an address that was asked for a thousand times drags its rows' former versions along.
    howdah.sql(&format!(
        "INSERT INTO auth.users (id, aud, role, email, email_confirmed_at, created_at, updated_at, raw_app_meta_data)
         SELECT gen_random_uuid(), 'authenticated', 'authenticated', 'known' || n || '@example.com', now(), now(), now(), '{{}}'
         FROM generate_series(1, {}) n; ANALYZE auth.users", rounds * 5));
    let mut known = 0;
    let mut connection = Connection::open(howdah.address()).expect("a connection");
    for (path, extra) in [
        ("/recover", json!({})),
        ("/otp", json!({"create_user": false})),
        ("/resend", json!({"type": "signup"})),
        ("/resend", json!({"type": "email_change"})),
        ("/verify", json!({"type": "email", "token": "123456"})),
    ] {
        let mut times = [Vec::new(), Vec::new()];
        for n in 0..rounds * 2 {
            let who = n % 2;
            let mut body = extra.clone();
            known += usize::from(who == 0);
            let who_is = if who == 0 { "known" } else { "other" };
            body["email"] = json!(format!("{who_is}{known}@example.com"));
            let call = post(&howdah, path, body);
            let begun = Instant::now();
            call.send_on(&mut connection, true).expect("an answer");
            times[who].push(begun.elapsed());
        }
        let median = |times: &mut Vec<Duration>| {
            times.sort();
            times[times.len() / 2].as_secs_f64() * 1e3
        };
        let (a, b) = (median(&mut times[0]), median(&mut times[1]));
        eprintln!("{path} {extra}: known {a:.3} ms, unknown {b:.3} ms");
        assert!(
            (a - b).abs() < 1.0 || (a - b).abs() / a.max(b) < 0.02,
            "{path} {extra}: {a:.3} ms, {b:.3} ms"
        );
    }
}
