//! Limits of sessions, which are settings of a whole Howdah; and refreshes by many at once.

use howdah_tests::account::Account;
use howdah_tests::api::Api;
use howdah_tests::reply::Reply;
use howdah_tests::server::Howdah;
use serde_json::{Value, json};
use std::time::{Duration, Instant};

fn refresh(howdah: &Howdah, token: &str) -> Reply {
    Api { howdah, schema: None, token: None }
        .call("POST", "/auth/v1/token?grant_type=refresh_token")
        .json(json!({ "refresh_token": token }))
        .send()
}

fn seen(howdah: &Howdah, account: &Account) -> u16 {
    account.api(howdah).call("GET", "/rest/v1/").send().status
}

fn error(reply: &Reply) -> (u16, String) {
    (reply.status, reply.json()["error_code"].as_str().unwrap_or_default().to_owned())
}

/// Moves what is known of an account's sessions into the past.
fn age(howdah: &Howdah, account: &Account, by: &str) {
    howdah.sql(&format!(
        "UPDATE auth.sessions SET created_at = created_at - interval '{by}', refreshed_at = refreshed_at - interval '{by}', \
         not_after = not_after WHERE user_id = '{}'",
        account.id
    ));
}

#[test]
fn a_session_ends_at_its_time_whatever_is_done() {
    let howdah = Howdah::start(&[]);
    howdah.sql("SELECT auth.set('rate_limit_token_refresh', '0')");

    // A setting holds for sessions that are there already, from the next request on.
    let account = howdah.account();
    age(&howdah, &account, "2 hours");
    assert_eq!(seen(&howdah, &account), 200);
    howdah.sql("SELECT auth.set('sessions_timebox', '3600')");
    assert_eq!(seen(&howdah, &account), 401);
    assert_eq!(error(&refresh(&howdah, &account.refresh)), (400, "session_expired".to_owned()));
    let young = howdah.account();
    assert_eq!((seen(&howdah, &young), refresh(&howdah, &young.refresh).status), (200, 200));
    howdah.sql("SELECT auth.reset('sessions_timebox')");

    // Without a refresh for too long; a refresh in time begins the wait anew.
    howdah.sql("SELECT auth.set('sessions_inactivity_timeout', '3600')");
    let busy = howdah.account();
    age(&howdah, &busy, "50 minutes");
    let child = refresh(&howdah, &busy.refresh).is(200).json()["refresh_token"].clone();
    age(&howdah, &busy, "50 minutes");
    assert_eq!(refresh(&howdah, child.as_str().unwrap_or_default()).status, 200);
    let idle = howdah.account();
    age(&howdah, &idle, "61 minutes");
    assert_eq!(seen(&howdah, &idle), 401);
    assert_eq!(error(&refresh(&howdah, &idle.refresh)), (400, "session_expired".to_owned()));
    howdah.sql("SELECT auth.reset('sessions_inactivity_timeout')");

    // Noticed by the clock alone, while the token is kept as verified.
    let short = howdah.account();
    howdah.sql(&format!(
        "UPDATE auth.sessions SET not_after = now() + interval '2 s' WHERE user_id = '{}'",
        short.id
    ));
    assert_eq!(seen(&howdah, &short), 200);
    let end = Instant::now() + Duration::from_secs(10);
    while seen(&howdah, &short) == 200 {
        assert!(Instant::now() < end, "a session went on after its time");
        std::thread::sleep(Duration::from_millis(100));
    }
}

#[test]
fn a_new_session_ends_the_others_where_only_one_may_be() {
    let howdah = Howdah::start(&[]);
    let (account, other) = (howdah.account(), howdah.account());
    howdah.sql("SELECT auth.set('sessions_single_per_user', 'true')");
    let session = howdah.session_of(&account.id);
    assert_eq!((seen(&howdah, &account), seen(&howdah, &other)), (401, 200));
    let token = session["access_token"].as_str().unwrap_or_default().to_owned();
    let renewed = Account { access: token, ..account };
    assert_eq!(seen(&howdah, &renewed), 200);
}

#[test]
fn a_new_database_has_no_account() {
    let howdah = Howdah::start(&[]);
    assert_eq!(howdah.value("SELECT count(*) FROM auth.users"), "0");
    // And phones are off until somebody can send messages to them.
    let account = howdah.account();
    let nobody = Api { howdah: &howdah, schema: None, token: None };
    let phone = json!({"phone": "+15005550006", "password": "correct horse battery 7"});
    for (api, method, path, body) in [
        (&nobody, "POST", "/auth/v1/signup", phone.clone()),
        (&nobody, "POST", "/auth/v1/token?grant_type=password", phone),
        (&account.api(&howdah), "PUT", "/auth/v1/user", json!({"phone": "+15005550006"})),
    ] {
        let reply = api.call(method, path).json(body).send();
        assert_eq!(error(&reply), (400, "phone_provider_disabled".to_owned()), "{path}");
    }
}

#[test]
fn without_rotation_a_token_stays() {
    let howdah = Howdah::start(&[]);
    howdah.sql("SELECT auth.set('refresh_token_rotation_enabled', 'false'), auth.set('rate_limit_token_refresh', '0')");
    let account = howdah.account();
    for _ in 0..5 {
        let session = refresh(&howdah, &account.refresh).is(200).json();
        assert_eq!(session["refresh_token"], account.refresh.as_str());
    }
}

/// C7: three tabs at once, a thousand times with HOWDAH_DRILLS=full.
#[test]
fn tabs_that_refresh_at_once_are_never_logged_out() {
    let howdah = Howdah::start(&[]);
    howdah.sql("SELECT auth.set('rate_limit_token_refresh', '0')");
    let rounds = if std::env::var("HOWDAH_DRILLS").is_ok_and(|v| v == "full") { 1_000 } else { 60 };
    let account = howdah.account();
    let mut token = account.refresh.clone();
    for _ in 0..rounds {
        let sessions: Vec<Value> = std::thread::scope(|scope| {
            let tabs: Vec<_> = (0..3).map(|_| scope.spawn(|| refresh(&howdah, &token))).collect();
            tabs.into_iter().map(|tab| tab.join().expect("a tab").is(200).json()).collect()
        });
        assert!(sessions.iter().all(|s| s["refresh_token"] == sessions[0]["refresh_token"]));
        token = sessions[0]["refresh_token"].as_str().unwrap_or_default().to_owned();
    }
    let state = howdah.value(&format!(
        "SELECT count(*) || ' session, ' || sum(refresh_token_counter) || ' refreshes' FROM auth.sessions WHERE user_id = '{}'",
        account.id
    ));
    assert_eq!(state, format!("1 session, {rounds} refreshes"));
}
