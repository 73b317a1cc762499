//! Sessions: what ends them holds for the next request; refresh tokens are good once, and races and retries lose nothing.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use howdah_tests::account::Account;
use howdah_tests::api::Api;
use howdah_tests::forge::supabase_refresh_token;
use howdah_tests::reply::Reply;
use howdah_tests::server::{Howdah, shared};
use serde_json::{Value, json};

/// A way to end a session: its name, and what does it.
type Way<'a> = (&'a str, &'a dyn Fn(&Account));

fn nobody(howdah: &Howdah) -> Api<'_> {
    Api { howdah, schema: None, token: None }
}

fn refresh(howdah: &Howdah, token: &str) -> Reply {
    nobody(howdah)
        .call("POST", "/auth/v1/token?grant_type=refresh_token")
        .json(json!({ "refresh_token": token }))
        .send()
}

/// Who the account's access token is, as REST sees it; the status otherwise.
fn seen(account: &Account) -> u16 {
    account.api(shared()).call("GET", "/rest/v1/").send().status
}

fn text<'v>(value: &'v Value, key: &str) -> &'v str {
    value[key].as_str().unwrap_or_else(|| panic!("{key} in {value}"))
}

#[test]
fn whatever_ends_a_session_holds_for_the_next_request() {
    let howdah = shared();
    let ways: &[Way<'_>] = &[
        ("logout", &|a| {
            assert_eq!(a.api(howdah).call("POST", "/auth/v1/logout").send().status, 204);
        }),
        ("a ban", &|a| {
            howdah.sql(&format!(
                "UPDATE auth.users SET banned_until = now() + interval '1 hour' WHERE id = '{}'",
                a.id
            ));
        }),
        ("a soft deletion", &|a| {
            howdah.sql(&format!("UPDATE auth.users SET deleted_at = now() WHERE id = '{}'", a.id));
        }),
        ("a deletion", &|a| {
            howdah.sql(&format!("DELETE FROM auth.users WHERE id = '{}'", a.id));
        }),
        ("a session deleted by the DBA", &|a| {
            howdah.sql(&format!("DELETE FROM auth.sessions WHERE user_id = '{}'", a.id));
        }),
        ("a change of role", &|a| {
            howdah.sql(&format!("UPDATE auth.users SET role = 'anon' WHERE id = '{}'", a.id));
        }),
        ("an end set by the DBA", &|a| {
            howdah.sql(&format!(
                "UPDATE auth.sessions SET not_after = now() - interval '1 s' WHERE user_id = '{}'",
                a.id
            ));
        }),
    ];
    for (way, end) in ways {
        let (account, other) = (howdah.account(), howdah.account());
        // Kept as verified by every connection that the proxy may choose.
        for _ in 0..20 {
            assert_eq!((seen(&account), seen(&other)), (200, 200), "before {way}");
        }
        end(&account);
        for _ in 0..20 {
            assert_eq!((seen(&account), seen(&other)), (401, 200), "after {way}");
        }
    }
}

#[test]
fn a_change_of_role_ends_the_tokens_and_not_the_session() {
    let howdah = shared();
    let account = howdah.account();
    howdah.sql(&format!("UPDATE auth.users SET role = 'anon' WHERE id = '{}'", account.id));
    assert_eq!(seen(&account), 401);
    let session = refresh(howdah, &account.refresh).json();
    assert_eq!(session["user"]["role"], "anon");
    let renewed = Account { access: text(&session, "access_token").to_owned(), ..account };
    assert_eq!(seen(&renewed), 200);
}

#[test]
fn a_scope_of_logout_ends_what_it_names() {
    let howdah = shared();
    for (scope, first, second) in
        [("global", 401, 401), ("local", 401, 200), ("others", 200, 401), ("", 401, 401)]
    {
        let one = howdah.account();
        let session = howdah.session_of(&one.id);
        let two = Account {
            id: one.id.clone(),
            email: one.email.clone(),
            access: text(&session, "access_token").to_owned(),
            refresh: text(&session, "refresh_token").to_owned(),
        };
        let reply = one.api(howdah).call("POST", &format!("/auth/v1/logout?scope={scope}")).send();
        assert_eq!(reply.status, 204, "{scope}");
        assert_eq!((seen(&one), seen(&two)), (first, second), "{scope}");
        let refreshed = refresh(howdah, &two.refresh);
        assert_eq!(refreshed.status == 200, second == 200, "{scope}");
    }
    let account = howdah.account();
    let reply = account.api(howdah).call("POST", "/auth/v1/logout?scope=mine").send();
    assert_eq!((reply.status, text(&reply.json(), "error_code")), (400, "validation_failed"));
    assert_eq!(seen(&account), 200);
}

#[test]
fn a_refresh_gives_new_tokens_of_the_same_session() {
    let howdah = shared();
    let account = howdah.account();
    let session = refresh(howdah, &account.refresh).json();
    assert_ne!(text(&session, "refresh_token"), account.refresh);
    assert_eq!(session["token_type"], "bearer");
    assert_eq!(session["user"]["id"], account.id);
    assert_eq!(
        session["expires_at"].as_i64().unwrap() - howdah_tests::forge::now(),
        session["expires_in"].as_i64().unwrap()
    );
    let ids: Vec<String> = [&account.access, text(&session, "access_token")]
        .iter()
        .map(|token| text(&howdah_tests::forge::part(token, 1), "session_id").to_owned())
        .collect();
    assert_eq!(ids[0], ids[1]);
}

#[test]
fn those_who_refresh_at_once_get_the_same_child() {
    let howdah = shared();
    for _ in 0..20 {
        let account = howdah.account();
        let children: Vec<String> = std::thread::scope(|scope| {
            let tabs: Vec<_> =
                (0..3).map(|_| scope.spawn(|| refresh(howdah, &account.refresh))).collect();
            tabs.into_iter()
                .map(|tab| {
                    let reply = tab.join().unwrap();
                    assert_eq!(reply.status, 200, "{}", reply.text());
                    text(&reply.json(), "refresh_token").to_owned()
                })
                .collect()
        });
        assert!(children.iter().all(|child| *child == children[0]));
        let exchanged = howdah.value(&format!(
            "SELECT sum(refresh_token_counter) || ' of ' || count(*) FROM auth.sessions WHERE user_id = '{}'",
            account.id
        ));
        assert_eq!(exchanged, "1 of 1");
        // An answer that was lost: the same token once more.
        assert_eq!(text(&refresh(howdah, &account.refresh).json(), "refresh_token"), children[0]);
        assert_eq!(seen(&account), 200);
    }
}

/// What a token that was used by two ends in, at once: everybody is out, whoever of them was the thief.
fn ends_the_session(howdah: &Howdah, account: &Account, used: &str, current: &str) {
    let reused = refresh(howdah, used);
    assert_eq!(
        (reused.status, text(&reused.json(), "error_code")),
        (400, "refresh_token_already_used")
    );
    assert_eq!(seen(account), 401);
    let left = refresh(howdah, current);
    assert_eq!((left.status, text(&left.json(), "error_code")), (400, "refresh_token_not_found"));
    let noted = howdah.value(&format!(
        "SELECT count(*) FROM auth.audit_log_entries WHERE payload ->> 'action' = 'token_reused' AND payload ->> 'actor_id' = '{}'",
        account.id
    ));
    assert_eq!(noted, "1");
}

#[test]
fn a_token_used_long_ago_ends_the_session() {
    let howdah = shared();
    let account = howdah.account();
    let first = refresh(howdah, &account.refresh).json();
    howdah.sql(&format!(
        "UPDATE auth.sessions SET refreshed_at = refreshed_at - interval '11 s' WHERE user_id = '{}'",
        account.id
    ));
    ends_the_session(howdah, &account, &account.refresh, text(&first, "refresh_token"));
}

#[test]
fn the_token_before_the_last_ends_the_session_at_once() {
    let howdah = shared();
    let account = howdah.account();
    let first = refresh(howdah, &account.refresh).json();
    let second = refresh(howdah, text(&first, "refresh_token")).json();
    ends_the_session(howdah, &account, &account.refresh, text(&second, "refresh_token"));
}

/// The bytes of a refresh token, changed and put together again.
fn forged(token: &str, change: impl FnOnce(&mut Vec<u8>)) -> String {
    let mut bytes =
        URL_SAFE_NO_PAD.decode(token.strip_prefix("hw_rt_").expect("one of ours")).expect("base64");
    change(&mut bytes);
    format!("hw_rt_{}", URL_SAFE_NO_PAD.encode(bytes))
}

#[test]
fn who_knows_a_session_but_not_its_token_ends_nothing_and_writes_nothing() {
    let howdah = shared();
    let account = howdah.account();
    let current = refresh(howdah, &account.refresh).json();
    let current = text(&current, "refresh_token");
    let state = || {
        howdah.value(&format!(
            "SELECT s.xmin || ' ' || s.xmax || ' ' || s.refresh_token_counter FROM auth.sessions s WHERE user_id = '{}'",
            account.id
        ))
    };
    let before = state();
    let noise: Vec<String> = (0..25)
        .map(|byte| forged(current, |token| token[byte] ^= 1))
        .chain((25..57).map(|byte| forged(current, |token| token[byte] ^= 128)))
        .chain([0, 1, 2, 9].map(|counter| {
            forged(current, |token| {
                token[17..25].copy_from_slice(&u64::to_be_bytes(counter));
                token[25..].fill(7);
            })
        }))
        .chain([forged(current, |token| token.truncate(25)), format!("{current}A")])
        .collect();
    for token in noise {
        let reply = refresh(howdah, &token);
        let code = reply.json()["error_code"].as_str().unwrap_or_default().to_owned();
        assert_eq!((reply.status, code.as_str()), (400, "refresh_token_not_found"), "{token}");
    }
    assert_eq!(state(), before);
    assert_eq!(refresh(howdah, current).status, 200);
}

/// Nor one in the form of Supabase Auth, which needs no more than the row.
#[test]
fn what_a_row_holds_of_a_session_makes_no_token() {
    let howdah = shared();
    let account = howdah.account();
    refresh(howdah, &account.refresh).is(200);
    let row = howdah.value(&format!(
        "SELECT replace(id::text, '-', '') || ' ' || refresh_token_hmac_key FROM auth.sessions WHERE user_id = '{}'",
        account.id
    ));
    let (session, key) = row.split_once(' ').expect("id and key");
    for number in [0, 1, 2] {
        let reply = refresh(howdah, &supabase_refresh_token(session, key, number));
        assert_eq!(
            (reply.status, text(&reply.json(), "error_code")),
            (400, "refresh_token_not_found")
        );
    }
    assert_eq!(seen(&account), 200);
}

#[test]
fn a_refresh_that_cannot_be_says_why() {
    let howdah = shared();
    let banned = howdah.account();
    howdah.sql(&format!(
        "UPDATE auth.users SET banned_until = now() + interval '1 hour' WHERE id = '{}'",
        banned.id
    ));
    let over = howdah.account();
    howdah.sql(&format!(
        "UPDATE auth.sessions SET not_after = now() - interval '1 s' WHERE user_id = '{}'",
        over.id
    ));
    for (token, code, message) in [
        (banned.refresh.as_str(), "user_banned", "Invalid Refresh Token: User Banned"),
        (&over.refresh, "session_expired", "Invalid Refresh Token: Session Expired"),
        (
            "hw_rt_nothing",
            "refresh_token_not_found",
            "Invalid Refresh Token: Refresh Token Not Found",
        ),
    ] {
        let reply = refresh(howdah, token);
        let body = reply.json();
        assert_eq!(
            (reply.status, text(&body, "error_code"), text(&body, "msg")),
            (400, code, message)
        );
    }
    let none = refresh(howdah, "");
    assert_eq!((none.status, text(&none.json(), "error")), (400, "invalid_request"));
}

#[test]
fn no_refresh_token_is_kept_as_it_is() {
    let howdah = shared();
    let account = howdah.account();
    let found = howdah.value(&format!(
        "SELECT count(*) FROM (SELECT to_jsonb(s)::text AS t FROM auth.sessions s UNION ALL SELECT to_jsonb(r)::text FROM auth.refresh_tokens r) AS k \
         WHERE k.t LIKE '%{}%' OR k.t LIKE '%' || encode(convert_to('{}', 'UTF8'), 'hex') || '%'",
        account.refresh.trim_start_matches("hw_rt_"),
        account.refresh
    ));
    assert_eq!(found, "0");
}

#[test]
fn a_bad_token_does_not_keep_anybody_from_signing_in_anew() {
    let howdah = shared();
    let account = howdah.account();
    let old = Api { howdah, schema: None, token: Some("ey.nonsense.token".to_owned()) };
    let reply = old
        .call("POST", "/auth/v1/token?grant_type=refresh_token")
        .json(json!({ "refresh_token": account.refresh }))
        .send();
    assert_eq!(reply.status, 200, "{}", reply.text());
    let reply = old.call("POST", "/auth/v1/logout").send();
    assert_eq!((reply.status, text(&reply.json(), "error_code")), (403, "bad_jwt"));
    // But an app's key that is no good closes these paths too.
    let reply = old.call("POST", "/auth/v1/logout").header("apikey", "ey.nonsense.token").send();
    assert_eq!(reply.status, 401);
}

#[test]
fn users_see_their_sessions_and_end_any() {
    let howdah = shared();
    let (user, stranger) = (howdah.account(), howdah.account());
    let other = howdah.session_of(&user.id);
    let other = Account {
        access: text(&other, "access_token").to_owned(),
        refresh: text(&other, "refresh_token").to_owned(),
        id: user.id.clone(),
        email: user.email.clone(),
    };
    let list = user.api(howdah).call("GET", "/auth/v1/user/sessions").send().is(200).json();
    let list = list.as_array().expect("a list");
    assert_eq!(list.len(), 2);
    let foreign = list.iter().find(|session| session["current"] == false).expect("the other one");
    let path = format!("/auth/v1/user/sessions/{}", text(foreign, "id"));
    assert_eq!(stranger.api(howdah).call("DELETE", &path).send().status, 404);
    assert_eq!(user.api(howdah).call("DELETE", &path).send().status, 204);
    assert_eq!((seen(&user), seen(&other)), (200, 401));
    assert_eq!(user.api(howdah).call("DELETE", &path).send().status, 404);

    let path = format!("/auth/v1/admin/users/{}/logout", user.id);
    assert_eq!(user.api(howdah).call("POST", &path).send().status, 403);
    assert_eq!(Api::service(howdah, "public").call("POST", &path).send().status, 204);
    assert_eq!((seen(&user), seen(&stranger)), (401, 200));
}

#[test]
fn no_route_answers_a_logout_from_outside() {
    let howdah = shared();
    let routes = howdah.value(
        "SELECT count(*) FROM howdah.routes WHERE builtin AND pattern ~ '(backchannel|frontchannel|end_session|endsession)'",
    );
    assert_eq!(routes, "0");
    for method in ["GET", "HEAD"] {
        let account = howdah.account();
        let reply = account.api(howdah).call(method, "/auth/v1/logout").send();
        assert_eq!(reply.status, 405, "{method}");
        assert_eq!(seen(&account), 200);
    }
}

#[test]
fn no_password_ages_and_no_hint_is_kept() {
    let howdah = shared();
    let settings = howdah.value(
        "SELECT count(*) FROM auth.settings_all WHERE name ~ 'password' AND name ~ '(age|expir|history|rotat|hint|question)'",
    );
    let columns = howdah.value(
        "SELECT count(*) FROM information_schema.columns WHERE table_schema = 'auth' AND column_name ~ '(hint|question|password_exp)'",
    );
    assert_eq!((settings.as_str(), columns.as_str()), ("0", "0"));
}

#[test]
fn the_page_of_links_asks_for_nothing() {
    let reply = nobody(shared()).call("GET", "/auth/v1/confirm?token=x&type=signup").send();
    let page = reply.text();
    assert_eq!(reply.header("content-type"), Some("text/html; charset=utf-8"));
    assert!(page.contains("<button") || page.contains("submit"), "{page}");
    for field in ["type=\"password\"", "type=\"text\"", "type=\"email\"", "<textarea"] {
        assert!(!page.contains(field), "{field} in {page}");
    }
}
