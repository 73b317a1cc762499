//! The admin API: who may use it, users, pages, what a change ends at once, factors, passkeys, audit, SSO providers.
//! One file because it is one API, tried as one administrator.

use howdah_tests::account::Account;
use howdah_tests::api::Api;
use howdah_tests::reply::Reply;
use howdah_tests::server::{Howdah, shared};
use howdah_tests::table::each;
use serde_json::{Value, json};

fn admin(howdah: &Howdah) -> Api<'_> {
    Api { howdah, schema: None, token: Some(howdah.service_key.clone()) }
}

fn nobody(howdah: &Howdah) -> Api<'_> {
    Api { howdah, schema: None, token: None }
}

/// An error of the old shape, with its slug.
#[track_caller]
fn refused(reply: &Reply, status: u16, slug: &str) -> Value {
    reply.is(status);
    let body = reply.json();
    assert_eq!((&body["code"], &body["error_code"]), (&json!(status), &json!(slug)), "{body}");
    assert_eq!(reply.header("x-sb-error-code"), Some(slug));
    body
}

fn fresh(howdah: &Howdah) -> String {
    format!("a{}@example.com", howdah.value("SELECT gen_random_uuid()"))
}

#[track_caller]
fn made(howdah: &Howdah, body: Value) -> Value {
    admin(howdah).call("POST", "/auth/v1/admin/users").json(body).send().is(200).json()
}

fn path(user: &Value) -> String {
    format!("/auth/v1/admin/users/{}", user["id"].as_str().expect("an id"))
}

fn seen(account: &Account) -> u16 {
    account.api(shared()).call("GET", "/rest/v1/").send().status
}

const PASSWORD: &str = "correct horse battery 9";

fn sign_in(howdah: &Howdah, email: &str, password: &str) -> Reply {
    nobody(howdah)
        .call("POST", "/auth/v1/token?grant_type=password")
        .json(json!({"email": email, "password": password}))
        .send()
}

#[test]
fn is_for_administrators_only() {
    let howdah = shared();
    let account = howdah.account();
    let id = &account.id;
    let routes: Vec<(&str, String)> = vec![
        ("GET", "/auth/v1/admin/users".into()),
        ("POST", "/auth/v1/admin/users".into()),
        ("GET", format!("/auth/v1/admin/users/{id}")),
        ("PUT", format!("/auth/v1/admin/users/{id}")),
        ("DELETE", format!("/auth/v1/admin/users/{id}")),
        ("GET", format!("/auth/v1/admin/users/{id}/factors")),
        ("PUT", format!("/auth/v1/admin/users/{id}/factors/{id}")),
        ("DELETE", format!("/auth/v1/admin/users/{id}/factors/{id}")),
        ("GET", format!("/auth/v1/admin/users/{id}/passkeys")),
        ("DELETE", format!("/auth/v1/admin/users/{id}/passkeys/{id}")),
        ("POST", format!("/auth/v1/admin/users/{id}/export")),
        ("POST", format!("/auth/v1/admin/users/{id}/forget")),
        ("GET", "/auth/v1/admin/audit".into()),
        ("GET", "/auth/v1/admin/custom-providers".into()),
        ("POST", "/auth/v1/admin/custom-providers".into()),
        ("GET", "/auth/v1/admin/custom-providers/custom:x".into()),
        ("PUT", "/auth/v1/admin/custom-providers/custom:x".into()),
        ("DELETE", "/auth/v1/admin/custom-providers/custom:x".into()),
        ("GET", "/auth/v1/admin/sso/providers".into()),
        ("POST", "/auth/v1/admin/sso/providers".into()),
        ("GET", format!("/auth/v1/admin/sso/providers/{id}")),
        ("PUT", format!("/auth/v1/admin/sso/providers/{id}")),
        ("DELETE", format!("/auth/v1/admin/sso/providers/{id}")),
    ];
    each(&routes, |(method, path)| {
        let ask = |api: Api<'_>| {
            let call = api.call(method, path);
            if *method == "GET" { call.send() } else { call.json(json!({"dry_run": false})).send() }
        };
        refused(&ask(nobody(howdah)), 401, "no_authorization");
        refused(&ask(account.api(howdah)), 403, "not_admin");
        refused(&ask(nobody(howdah).with_token(&howdah.anon_key)), 403, "not_admin");
        refused(&ask(nobody(howdah).with_token("a.b.c")), 403, "bad_jwt");
    });
    // All of that has changed nothing.
    assert_eq!(seen(&account), 200);
    assert_eq!(
        howdah.value(&format!("SELECT email FROM auth.users WHERE id = '{id}'")),
        account.email
    );
}

#[test]
fn tells_what_is_no_user() {
    let howdah = shared();
    for suffix in ["", "/factors", "/passkeys"] {
        let bad = admin(howdah).call("GET", &format!("/auth/v1/admin/users/5{suffix}")).send();
        assert_eq!(refused(&bad, 404, "validation_failed")["msg"], "user_id must be an UUID");
        let gone = admin(howdah)
            .call(
                "GET",
                &format!("/auth/v1/admin/users/00000000-0000-4000-8000-0000000000ff{suffix}"),
            )
            .send();
        assert_eq!(refused(&gone, 404, "user_not_found")["msg"], "User not found");
    }
    // The newer shape, where the request asks for it.
    let reply = admin(howdah)
        .call("GET", "/auth/v1/admin/users/5")
        .header("X-Supabase-Api-Version", "2024-01-01")
        .send();
    reply
        .is(404)
        .equals(json!({"code": "validation_failed", "message": "user_id must be an UUID"}));
    reply.has("x-supabase-api-version", "2024-01-01");
}

#[test]
fn makes_reads_changes_and_deletes_a_user() {
    let howdah = shared();
    let email = fresh(howdah);
    let user = made(
        howdah,
        json!({"email": email.to_uppercase(), "email_confirm": true, "user_metadata": {"name": "Ada", "gone": 1},
               "app_metadata": {"plan": "pro"}}),
    );
    assert_eq!(
        (&user["email"], &user["phone"], &user["role"], &user["aud"]),
        (&json!(email), &json!(""), &json!("authenticated"), &json!("authenticated"))
    );
    assert_eq!(
        user["app_metadata"],
        json!({"plan": "pro", "provider": "email", "providers": ["email"]})
    );
    assert_eq!(user["user_metadata"], json!({"name": "Ada", "gone": 1, "email_verified": true}));
    assert!(user["email_confirmed_at"].is_string() && user["confirmed_at"].is_string());
    let identity = &user["identities"][0];
    assert_eq!((&identity["provider"], &identity["id"]), (&json!("email"), &user["id"]));
    assert_eq!(identity["identity_data"]["email_verified"], true);
    assert!(user.get("banned_until").is_none() && user.get("encrypted_password").is_none());

    assert_eq!(admin(howdah).call("GET", &path(&user)).send().is(200).json(), user);
    let other = fresh(howdah);
    let changed = admin(howdah)
        .call("PUT", &path(&user))
        .json(json!({"email": other, "user_metadata": {"gone": null, "more": [1]}, "app_metadata": {"plan": null},
                     "ban_duration": "1h30m"}))
        .send()
        .is(200)
        .json();
    assert_eq!((&changed["email"], &changed["id"]), (&json!(other), &user["id"]));
    assert_eq!(
        changed["user_metadata"],
        json!({"name": "Ada", "more": [1], "email_verified": true})
    );
    assert_eq!(changed["app_metadata"], json!({"provider": "email", "providers": ["email"]}));
    assert_eq!(changed["identities"][0]["email"], json!(other));
    assert!(changed["banned_until"].is_string());
    let free = admin(howdah).call("PUT", &path(&user)).json(json!({"ban_duration": "none"})).send();
    assert!(free.is(200).json().get("banned_until").is_none());

    admin(howdah).call("DELETE", &path(&user)).send().is(200).equals(json!({}));
    refused(&admin(howdah).call("DELETE", &path(&user)).send(), 404, "user_not_found");
}

#[test]
fn refuses_attributes_that_are_not_right() {
    let howdah = shared();
    let taken = fresh(howdah);
    let user = made(howdah, json!({"email": taken}));
    let other = made(howdah, json!({"email": fresh(howdah)}));
    let cases: Vec<(Value, u16, &str)> = vec![
        (json!({}), 400, "validation_failed"),
        (json!({"email": "no address"}), 400, "validation_failed"),
        (json!({"phone": "no number"}), 400, "validation_failed"),
        (json!({"email": taken}), 422, "email_exists"),
        (json!({"email": taken.to_uppercase()}), 422, "email_exists"),
        (json!({"email": fresh(howdah), "id": "5"}), 400, "validation_failed"),
        (
            json!({"email": fresh(howdah), "id": "00000000-0000-0000-0000-000000000000"}),
            400,
            "validation_failed",
        ),
        (json!({"email": fresh(howdah), "id": user["id"]}), 422, "user_already_exists"),
        (json!({"email": fresh(howdah), "ban_duration": "a while"}), 400, "validation_failed"),
        (json!({"email": fresh(howdah), "ban_duration": "1d"}), 400, "validation_failed"),
        (json!({"email": fresh(howdah), "role": "postgres"}), 400, "validation_failed"),
        (json!({"email": fresh(howdah), "role": "howdah_owner"}), 400, "validation_failed"),
        (json!({"email": fresh(howdah), "user_metadata": [1]}), 400, "bad_json"),
        (json!({"email": fresh(howdah), "email_confirm": "perhaps"}), 400, "validation_failed"),
        (json!({"email": fresh(howdah), "password": "x"}), 422, "weak_password"),
        (
            json!({"email": fresh(howdah), "password": PASSWORD, "password_hash": "$2a$10$x"}),
            400,
            "validation_failed",
        ),
        (json!({"email": fresh(howdah), "password_hash": "md5:1234"}), 400, "validation_failed"),
        (
            json!({"email": fresh(howdah), "password_hash": "$argon2id$v=19$m=4294967295,t=9,p=9$AAAA$AAAA"}),
            400,
            "validation_failed",
        ),
    ];
    each(&cases, |(body, status, slug)| {
        refused(
            &admin(howdah).call("POST", "/auth/v1/admin/users").json(body.clone()).send(),
            *status,
            slug,
        );
    });
    refused(
        &admin(howdah).call("POST", "/auth/v1/admin/users").json(json!("{")).send(),
        400,
        "validation_failed",
    );
    let changes: Vec<(Value, u16, &str)> = vec![
        (json!({"email": taken}), 422, "email_exists"),
        (json!({"email": "x"}), 400, "validation_failed"),
        (json!({"password": ""}), 422, "weak_password"),
        (json!({"ban_duration": "for ever"}), 400, "validation_failed"),
        (json!({"role": "no_such_role"}), 400, "validation_failed"),
    ];
    each(&changes, |(body, status, slug)| {
        refused(&admin(howdah).call("PUT", &path(&other)).json(body.clone()).send(), *status, slug);
    });
    // Fields that are nobody's to set are not set.
    let sly = admin(howdah).call("PUT", &path(&other))
        .json(json!({"is_super_admin": true, "created_at": "1970-01-01", "is_sso_user": true, "encrypted_password": "x", "deleted_at": "2020-01-01"}))
        .send().is(200).json();
    assert_eq!((&sly["created_at"], sly.get("deleted_at")), (&other["created_at"], None));
    let kept = howdah.value(&format!(
        "SELECT is_super_admin IS NOT TRUE AND NOT is_sso_user AND encrypted_password IS NULL FROM auth.users WHERE id = {}",
        howdah_tests::database::literal(other["id"].as_str().expect("an id"))));
    assert_eq!(kept, "t");
}

#[test]
fn lets_users_in_with_the_password_or_the_hash_that_was_given() {
    let howdah = shared();
    let hashed = "$2a$10$N9qo8uLOickgx2ZMRZoMyehtJ/whDdsI.d1w/JqKiOrDw8pCT0JLG";
    for (body, password) in [
        (json!({"password": PASSWORD}), PASSWORD),
        (json!({"password_hash": hashed}), "correct horse battery staple"),
    ] {
        let email = fresh(howdah);
        let mut user = json!({"email": email, "email_confirm": true});
        for (key, value) in body.as_object().expect("an object") {
            user[key] = value.clone();
        }
        made(howdah, user);
        sign_in(howdah, &email, password).is(200);
        refused(&sign_in(howdah, &email, "something else 77"), 400, "invalid_credentials");
    }
    // Without either nobody gets in by password.
    let email = fresh(howdah);
    let user = made(howdah, json!({"email": email, "email_confirm": true}));
    refused(&sign_in(howdah, &email, ""), 400, "invalid_credentials");
    admin(howdah).call("PUT", &path(&user)).json(json!({"password": PASSWORD})).send().is(200);
    sign_in(howdah, &email, PASSWORD).is(200);
}

#[test]
fn a_change_holds_for_the_next_request() {
    let howdah = shared();
    let changes =
        [json!({"ban_duration": "24h"}), json!({"role": "anon"}), json!({"password": PASSWORD})];
    each(&changes, |change| {
        let (account, other) = (howdah.account(), howdah.account());
        for _ in 0..10 {
            assert_eq!((seen(&account), seen(&other)), (200, 200));
        }
        let path = format!("/auth/v1/admin/users/{}", account.id);
        admin(howdah).call("PUT", &path).json(change.clone()).send().is(200);
        for _ in 0..10 {
            assert_eq!((seen(&account), seen(&other)), (401, 200), "after {change}");
        }
    });
    for body in [json!({}), json!({"should_soft_delete": true})] {
        let account = howdah.account();
        assert_eq!(seen(&account), 200);
        let path = format!("/auth/v1/admin/users/{}", account.id);
        admin(howdah).call("DELETE", &path).json(body).send().is(200);
        assert_eq!(seen(&account), 401);
    }
    // What changes nothing of that leaves the session alone.
    let account = howdah.account();
    let path = format!("/auth/v1/admin/users/{}", account.id);
    admin(howdah)
        .call("PUT", &path)
        .json(json!({"user_metadata": {"a": 1}, "ban_duration": "none", "role": "authenticated"}))
        .send()
        .is(200);
    assert_eq!(seen(&account), 200);
}

#[test]
fn a_soft_deletion_leaves_a_row_that_tells_nothing() {
    let howdah = shared();
    let account = howdah.account();
    let id = &account.id;
    howdah.sql(&format!("INSERT INTO auth.identities (provider_id, user_id, identity_data, provider)
                         VALUES ('subject {id}', '{id}', '{{\"email\": \"{}\", \"name\": \"Ada\"}}', 'github')", account.email));
    let delete = || {
        admin(howdah)
            .call("DELETE", &format!("/auth/v1/admin/users/{id}"))
            .json(json!({"should_soft_delete": true}))
            .send()
            .is(200)
            .equals(json!({}))
            .json()
    };
    delete();
    let user =
        admin(howdah).call("GET", &format!("/auth/v1/admin/users/{id}")).send().is(200).json();
    assert!(user["deleted_at"].is_string());
    assert_eq!((&user["user_metadata"], &user["app_metadata"]), (&json!({}), &json!({})));
    assert_eq!(user["identities"][0]["identity_data"], json!({}));
    let text = user.to_string();
    assert!(
        !text.contains(&account.email) && !text.contains("subject") && !text.contains("Ada"),
        "{text}"
    );
    delete();
    // The address is free again.
    made(howdah, json!({"email": account.email}));
}

#[test]
fn rows_that_hold_on_to_a_user_are_told_and_keep_him() {
    let howdah = shared();
    let account = howdah.account();
    let table = format!("holds_{}", account.id.replace('-', ""));
    howdah.sql(&format!(
        "CREATE TABLE public.{table} (who uuid REFERENCES auth.users);
                         INSERT INTO public.{table} VALUES ('{}')",
        account.id
    ));
    let path = format!("/auth/v1/admin/users/{}", account.id);
    let body = refused(&admin(howdah).call("DELETE", &path).send(), 409, "conflict");
    assert!(body["msg"].as_str().expect("a message").contains(&table), "{body}");
    assert_eq!(seen(&account), 200, "nothing was done");
    howdah.sql(&format!("DROP TABLE public.{table}"));
    admin(howdah).call("DELETE", &path).send().is(200);
}

#[test]
fn lists_users_page_by_page() {
    let howdah = shared();
    // An audience of its own, so that the other tests' users don't come in between.
    let aud = format!("aud-{}", howdah.value("SELECT gen_random_uuid()"));
    howdah.sql(&format!(
        "INSERT INTO auth.users (id, aud, role, email, created_at, updated_at, raw_user_meta_data)
         SELECT gen_random_uuid(), '{aud}', 'authenticated', 'p' || n || '.{aud}@example.com', now() - (n / 3) * interval '1 hour', now(),
                jsonb_build_object('full_name', 'Person ' || n) FROM generate_series(1, 25) AS n"));
    let ask = |query: &str| {
        admin(howdah)
            .call("GET", &format!("/auth/v1/admin/users{query}"))
            .header("X-JWT-AUD", &aud)
            .send()
    };
    let emails = |reply: &Reply| -> Vec<String> {
        reply.is(200).json()["users"]
            .as_array()
            .expect("users")
            .iter()
            .map(|u| u["email"].as_str().expect("an e-mail").to_owned())
            .collect()
    };
    let first = ask("?page=1&per_page=10");
    assert_eq!(first.json()["aud"], json!(aud));
    first.has("x-total-count", "25");
    first.has("link", "</auth/v1/admin/users?page=2&per_page=10>; rel=\"next\", </auth/v1/admin/users?page=3&per_page=10>; rel=\"last\"");
    let last = ask("?page=3&per_page=10");
    last.has("link", "</auth/v1/admin/users?page=3&per_page=10>; rel=\"last\"");
    let mut all = emails(&first);
    all.extend(emails(&ask("?page=2&per_page=10")));
    all.extend(emails(&last));
    let mut unique = all.clone();
    unique.sort();
    unique.dedup();
    assert_eq!((all.len(), unique.len()), (25, 25), "each once");
    assert_eq!(emails(&ask("?page=&per_page=")), all, "what clients leave out is the default");
    assert!(emails(&ask("?page=9&per_page=10")).is_empty());
    let mut ascending = emails(&ask("?sort=created_at%20asc"));
    ascending.reverse();
    assert_eq!(ascending, all);

    // By cursor: the same, whatever comes in between.
    let (mut cursor, mut found, mut rounds) = (String::new(), Vec::new(), 0);
    loop {
        let reply = ask(&format!("?limit=7&cursor={cursor}"));
        found.extend(emails(&reply));
        rounds += 1;
        let page = reply.json()["pagination"].clone();
        reply.has("x-total-count", None);
        if page["has_more"] == false {
            assert!(page.get("next_cursor").is_none());
            break;
        }
        cursor = page["next_cursor"].as_str().expect("a cursor").to_owned();
        assert!(reply.header("link").expect("a link").contains(&cursor));
        // Newer than all: on no later page.
        howdah.sql(&format!("INSERT INTO auth.users (id, aud, email, created_at) VALUES (gen_random_uuid(), '{aud}', 'new{rounds}.{aud}@example.com', now() + interval '1 day')"));
    }
    assert_eq!((found, rounds), (all.clone(), 4));
    howdah.sql(&format!("DELETE FROM auth.users WHERE aud = '{aud}' AND email LIKE 'new%'"));

    assert_eq!(emails(&ask("?filter=PERSON%2025")).len(), 1);
    let some = ask("?filter=p1&per_page=5");
    some.has("x-total-count", "11");
    assert!(some.header("link").expect("a link").contains("page=2&per_page=5&filter=p1"));
    assert!(emails(&ask("?filter=%25")).is_empty(), "a filter is no pattern");
    for bad in [
        "?page=x",
        "?per_page=-1",
        "?per_page=0",
        "?page=1.5",
        "?sort=email",
        "?cursor=AAAA",
        "?cursor=e30",
        "?limit=x",
    ] {
        refused(&ask(bad), 400, "validation_failed");
    }
}

#[test]
fn one_address_is_given_once_however_many_ask() {
    let howdah = shared();
    let email = fresh(howdah);
    let statuses: Vec<u16> = std::thread::scope(|scope| {
        let asks: Vec<_> = (0..8)
            .map(|_| {
                scope.spawn(|| {
                    admin(howdah)
                        .call("POST", "/auth/v1/admin/users")
                        .json(json!({"email": email}))
                        .send()
                        .status
                })
            })
            .collect();
        asks.into_iter().map(|ask| ask.join().expect("an answer")).collect()
    });
    assert_eq!(statuses.iter().filter(|s| **s == 200).count(), 1, "{statuses:?}");
    assert_eq!(statuses.iter().filter(|s| **s == 422).count(), 7, "{statuses:?}");
}

#[test]
fn manages_factors_and_passkeys_of_a_user() {
    let howdah = shared();
    let account = howdah.account();
    let id = &account.id;
    let factor = howdah.value("SELECT gen_random_uuid()");
    howdah.sql(&format!("INSERT INTO auth.mfa_factors (id, user_id, friendly_name, factor_type, status, created_at, updated_at, secret)
                         VALUES ('{factor}', '{id}', 'phone', 'totp', 'verified', now(), now(), 'TOPSECRET')"));
    let base = format!("/auth/v1/admin/users/{id}/factors");
    let listed = admin(howdah).call("GET", &base).send();
    let body = listed.is(200).json();
    assert_eq!(
        (&body[0]["id"], &body[0]["status"], &body[0]["factor_type"]),
        (&json!(factor), &json!("verified"), &json!("totp"))
    );
    assert!(!listed.text().contains("TOPSECRET"));
    let one = format!("{base}/{factor}");
    let renamed = admin(howdah)
        .call("PUT", &one)
        .json(json!({"friendly_name": "laptop"}))
        .send()
        .is(200)
        .json();
    assert_eq!(renamed["friendly_name"], "laptop");
    refused(&admin(howdah).call("DELETE", &format!("{base}/5")).send(), 404, "validation_failed");
    refused(
        &admin(howdah).call("DELETE", &format!("{base}/{id}")).send(),
        404,
        "mfa_factor_not_found",
    );
    // Somebody else's factor is not there.
    let other = howdah.account();
    refused(
        &admin(howdah)
            .call("DELETE", &format!("/auth/v1/admin/users/{}/factors/{factor}", other.id))
            .send(),
        404,
        "mfa_factor_not_found",
    );
    let gone = admin(howdah).call("DELETE", &one).send().is(200).json();
    assert_eq!(gone["id"], json!(factor));
    assert_eq!(seen(&account), 401, "sessions that leant on it are over");

    let keys = format!("/auth/v1/admin/users/{}/passkeys", other.id);
    admin(howdah).call("GET", &keys).send().is(200).equals(json!([]));
    refused(
        &admin(howdah).call("DELETE", &format!("{keys}/{factor}")).send(),
        404,
        "validation_failed",
    );
}

#[test]
fn shows_the_audit_log() {
    let howdah = shared();
    let email = fresh(howdah);
    let user = made(howdah, json!({"email": email}));
    admin(howdah).call("PUT", &path(&user)).json(json!({"user_metadata": {"a": 1}})).send().is(200);
    let reply = admin(howdah)
        .call("GET", "/auth/v1/admin/audit?per_page=200&query=action:user_modified")
        .send();
    let entries = reply.is(200).json();
    assert!(reply.header("x-total-count").is_some() && reply.header("link").is_some());
    let mine = entries
        .as_array()
        .expect("entries")
        .iter()
        .find(|e| e["payload"]["traits"]["user_id"] == user["id"])
        .expect("the change")
        .clone();
    assert_eq!(
        (&mine["payload"]["action"], &mine["payload"]["log_type"]),
        (&json!("user_modified"), &json!("user"))
    );
    assert_eq!(mine["payload"]["actor_username"], "service_role");
    assert!(
        mine["id"].is_string() && mine["created_at"].is_string() && mine["ip_address"].is_string()
    );
    assert!(
        entries
            .as_array()
            .expect("entries")
            .iter()
            .all(|e| e["payload"]["action"] == "user_modified")
    );
    let teams = admin(howdah)
        .call("GET", "/auth/v1/admin/audit?query=type:team&per_page=5")
        .send()
        .is(200)
        .json();
    assert!(teams.as_array().expect("entries").iter().all(|e| e["payload"]["log_type"] == "team"));
    for bad in ["nonsense:1", "action", "payload:x", "action';DROP TABLE x:1"] {
        let reply = admin(howdah)
            .call(
                "GET",
                &format!("/auth/v1/admin/audit?query={}", howdah_tests::api::component(bad)),
            )
            .send();
        refused(&reply, 400, "validation_failed");
    }
}

#[test]
fn keeps_sso_providers_and_offers_no_saml() {
    let howdah = shared();
    let n = howdah.value("SELECT gen_random_uuid()");
    let metadata = |entity: &str| {
        format!(
            "<md:EntityDescriptor xmlns:md=\"urn:oasis:names:tc:SAML:2.0:metadata\" entityID=\"{entity}\"><md:IDPSSODescriptor></md:IDPSSODescriptor></md:EntityDescriptor>"
        )
    };
    let base = "/auth/v1/admin/sso/providers";
    let entity = format!("https://idp.example/{n}");
    let create = |body: Value| admin(howdah).call("POST", base).json(body).send();
    let provider = create(json!({"type": "saml", "metadata_xml": metadata(&entity), "domains": [format!("A{n}.example"), format!("b{n}.example")]})).is(201).json();
    assert_eq!(provider["saml"]["entity_id"], json!(entity));
    assert_eq!(provider["domains"][0], json!({"domain": format!("a{n}.example")}));
    let one = format!("{base}/{}", provider["id"].as_str().expect("an id"));
    assert_eq!(admin(howdah).call("GET", &one).send().is(200).json(), provider);
    let items = admin(howdah).call("GET", base).send().is(200).json()["items"].clone();
    let listed = items
        .as_array()
        .expect("items")
        .iter()
        .find(|p| p["id"] == provider["id"])
        .expect("it is listed")
        .clone();
    assert!(listed["saml"].get("metadata_xml").is_none());

    let cases: Vec<(Value, u16, &str)> = vec![
        (json!({"type": "oidc", "metadata_xml": metadata("x")}), 400, "validation_failed"),
        (json!({"type": "saml"}), 400, "validation_failed"),
        (json!({"type": "saml", "metadata_xml": "<a/>"}), 400, "validation_failed"),
        (
            json!({"type": "saml", "metadata_xml": "<!DOCTYPE x [<!ENTITY e SYSTEM 'file:///etc/passwd'>]>".to_owned() + &metadata("x")}),
            400,
            "validation_failed",
        ),
        (
            json!({"type": "saml", "metadata_xml": metadata("y"), "metadata_url": "https://idp.example/"}),
            400,
            "validation_failed",
        ),
        (
            json!({"type": "saml", "metadata_url": "http://169.254.169.254/"}),
            400,
            "validation_failed",
        ),
        (
            json!({"type": "saml", "metadata_xml": metadata(&entity)}),
            422,
            "saml_idp_already_exists",
        ),
        (
            json!({"type": "saml", "metadata_xml": metadata("z"), "domains": [format!("b{n}.example")]}),
            400,
            "sso_domain_already_exists",
        ),
        (
            json!({"type": "saml", "metadata_xml": metadata("z"), "domains": ["no domain"]}),
            400,
            "validation_failed",
        ),
    ];
    each(&cases, |(body, status, slug)| {
        refused(&create(body.clone()), *status, slug);
    });
    refused(
        &admin(howdah).call("PUT", &one).json(json!({"metadata_xml": metadata("other")})).send(),
        400,
        "saml_entity_id_mismatch",
    );
    let changed = admin(howdah)
        .call("PUT", &one)
        .json(json!({"domains": [format!("c{n}.example")], "disabled": true}))
        .send()
        .is(200)
        .json();
    assert_eq!(
        (&changed["domains"], &changed["disabled"]),
        (&json!([{"domain": format!("c{n}.example")}]), &json!(true))
    );
    admin(howdah).call("DELETE", &one).send().is(200);
    refused(&admin(howdah).call("GET", &one).send(), 404, "sso_provider_not_found");
    refused(&admin(howdah).call("GET", &format!("{base}/5")).send(), 404, "sso_provider_not_found");

    for (method, path) in [
        ("POST", "/auth/v1/sso"),
        ("GET", "/auth/v1/sso/saml/metadata"),
        ("POST", "/auth/v1/sso/saml/acs"),
    ] {
        let call = nobody(howdah).call(method, path);
        let reply =
            if method == "GET" { call.send() } else { call.json(json!({"domain": "x"})).send() };
        refused(&reply, 404, "saml_provider_disabled");
    }
}

#[test]
fn keeps_custom_providers_and_never_shows_their_secrets() {
    let howdah = shared();
    let base = "/auth/v1/admin/custom-providers";
    let name = format!("custom:p{}", &howdah.value("SELECT gen_random_uuid()")[..8]);
    let create = |body: Value| admin(howdah).call("POST", base).json(body).send();
    let oidc = json!({"provider_type": "oidc", "identifier": name, "name": "Ours", "client_id": "me",
        "client_secret": "TOP-SECRET-1", "issuer": "https://id.example.com", "scopes": ["email"]});
    let reply = create(oidc.clone());
    let made = reply.is(201).json();
    assert_eq!((&made["identifier"], &made["name"]), (&json!(name), &json!("Ours")));
    assert_eq!((&made["scopes"], &made["enabled"]), (&json!(["openid", "email"]), &json!(true)));
    assert!(!reply.text().contains("TOP-SECRET"));
    refused(&create(oidc.clone()), 400, "conflict");
    let without = |key: &str| {
        let mut body = oidc.clone();
        body["identifier"] = json!(format!("{name}x"));
        body.as_object_mut().expect("an object").remove(key);
        body
    };
    for key in ["provider_type", "name", "client_id", "client_secret", "issuer"] {
        refused(&create(without(key)), 400, "validation_failed");
    }
    let mut bad = without("nothing");
    bad["authorization_params"] = json!({"redirect_uri": "https://evil.example"});
    refused(&create(bad), 400, "validation_failed");
    let mut bad = without("nothing");
    bad["issuer"] = json!("http://169.254.169.254/");
    refused(&create(bad), 400, "validation_failed");

    let one = format!("{base}/{name}");
    assert_eq!(admin(howdah).call("GET", &one).send().is(200).json(), made);
    let changed = admin(howdah)
        .call("PUT", &one)
        .json(json!({"name": "Theirs", "enabled": false, "acceptable_client_ids": ["app"]}))
        .send()
        .is(200)
        .json();
    assert_eq!((&changed["name"], &changed["enabled"]), (&json!("Theirs"), &json!(false)));
    assert_eq!((&changed["id"], &changed["client_id"]), (&made["id"], &json!("me")));
    assert_eq!(changed["acceptable_client_ids"], json!(["app"]));
    // What is not given, or empty, stays.
    let same = json!({"name": "", "client_id": "", "enabled": false});
    let mut kept = admin(howdah).call("PUT", &one).json(same).send().is(200).json();
    kept["updated_at"] = changed["updated_at"].clone();
    assert_eq!(kept, changed);
    let listed = admin(howdah).call("GET", &format!("{base}?type=oidc")).send();
    let providers = listed.is(200).json()["providers"].clone();
    let listed_one = providers.as_array().expect("a list").iter().find(|p| p["id"] == made["id"]);
    assert_eq!(listed_one.expect("ours")["name"], "Theirs");
    assert!(!listed.text().contains("TOP-SECRET"));
    let kept = howdah.value(&format!("SELECT secret IS NOT NULL AND secret NOT LIKE '%SECRET%' FROM auth.providers WHERE name = '{name}'"));
    assert_eq!(kept, "t");
    refused(
        &admin(howdah).call("GET", &format!("{base}?type=saml")).send(),
        400,
        "validation_failed",
    );
    refused(&admin(howdah).call("GET", &format!("{base}/google")).send(), 400, "validation_failed");
    admin(howdah).call("DELETE", &one).send().is(200);
    refused(&admin(howdah).call("GET", &one).send(), 404, "custom_provider_not_found");
}
