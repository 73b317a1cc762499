//! What goes on while a password is hashed: no row is locked, and limits by address hold however many hash at once.

use howdah_tests::api::{Api, Call};
use howdah_tests::database::rows;
use howdah_tests::server::Howdah;
use serde_json::json;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::time::Duration;

use super::auth_passwords::make_user;
use super::faults::Raise;

const TOKEN: &str = "/auth/v1/token?grant_type=password";
const PASSWORD: &str = "analytical engine no. 2";

/// Sends the call and looks, until it is answered, at the backend that hashes: how often it was seen, and how often it had written or
/// locked a row by then (which takes a transaction id).
fn watch(howdah: &Howdah, call: &Call<'_>, status: u16) -> (usize, usize) {
    let done = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            let _done = Raise(&done);
            call.send().is(status);
        });
        let mut dba = howdah.dba();
        let (mut seen, mut written) = (0, 0);
        while !done.load(Relaxed) {
            let found = rows(
                &mut dba,
                "SELECT a.backend_xid FROM pg_locks AS l JOIN pg_stat_activity AS a USING (pid)
                 WHERE l.locktype = 'advisory' AND l.objsubid = 64 AND l.granted",
            )
            .expect("locks");
            seen += found.len();
            written += found.iter().filter(|row| row[0].is_some()).count();
            std::thread::sleep(Duration::from_millis(5));
        }
        (seen, written)
    })
}

#[test]
fn no_row_is_locked_while_a_password_is_hashed() {
    let howdah = Howdah::start(&[]);
    // Hashes that take long enough to be looked at.
    howdah.sql(
        "SELECT auth.set('password_hash_memory', '65536'), auth.set('password_hash_passes', '10'),
                auth.set('site_url', 'https://app.example.com'), auth.set('api_external_url', 'https://api.example.com')",
    );
    make_user(&howdah, "ada@example.com");
    let account = howdah.account();
    let api = Api::anon(&howdah, "public");
    let sign_in = |email: &str, password: &str| {
        api.call("POST", TOKEN).json(json!({"email": email, "password": password}))
    };
    let change = json!({"email": "changed@example.com", "password": PASSWORD});
    let new = json!({"email": "new@example.com", "password": PASSWORD});
    for (name, call, status) in [
        ("the right password", sign_in("ada@example.com", PASSWORD), 200),
        ("a wrong password", sign_in("ada@example.com", "wrong"), 400),
        ("an unknown address", sign_in("nobody@example.com", "wrong"), 400),
        ("a sign-up", api.call("POST", "/auth/v1/signup").json(new), 200),
        ("a change", account.api(&howdah).call("PUT", "/auth/v1/user").json(change), 200),
    ] {
        // Once before, so that what is counted has its row, where there is a next time.
        if status == 400 {
            call.send();
        }
        let (seen, written) = watch(&howdah, &call, status);
        println!("{name}: seen hashing {seen} times");
        assert!(seen > 0, "{name}: not seen to hash");
        assert_eq!(written, 0, "{name}: of {seen} looks");
    }
}

#[test]
fn a_limit_by_address_is_exact_however_many_hash_at_once() {
    let howdah = Howdah::start(&[]);
    howdah.sql("UPDATE auth.rate_limits SET count = 10, period = '1 hour' WHERE rule IN ('signin', 'signup')");
    howdah.sql("SELECT auth.set(setting, '0') FROM auth.rate_limits WHERE setting IS NOT NULL");
    howdah.sql(
        "UPDATE auth.rate_limits SET count = 0 WHERE rule = 'email_send' AND setting IS NULL;
         SELECT auth.set('site_url', 'https://app.example.com'), auth.set('api_external_url', 'https://api.example.com')",
    );
    let api = Api::anon(&howdah, "public");
    for (path, allowed) in [(TOKEN, 400), ("/auth/v1/signup", 200)] {
        let told = Mutex::new(Vec::new());
        std::thread::scope(|scope| {
            for n in 0..24 {
                let (api, told) = (&api, &told);
                scope.spawn(move || {
                    let body = json!({"email": format!("u{n}@example.com"), "password": PASSWORD});
                    let status = loop {
                        let reply = api.call("POST", path).json(body.clone()).send();
                        if reply.status != 503 {
                            break reply.status;
                        }
                        std::thread::sleep(Duration::from_millis(50));
                    };
                    told.lock().expect("whole").push(status);
                });
            }
        });
        let told = told.into_inner().expect("whole");
        let count = |wanted| told.iter().filter(|status| **status == wanted).count();
        assert_eq!((count(allowed), count(429)), (10, 14), "{path}: {told:?}");
    }
}
