//! API keys of users and organisations: what they let in, what they do not, and that a revocation holds for the next request. They are
//! turned on here and stay so: no other test minds.

use howdah_tests::account::Account;
use howdah_tests::api::Api;
use howdah_tests::reply::Reply;
use howdah_tests::server::{Howdah, shared};
use howdah_tests::table::each;
use serde_json::{Value, json};
use std::sync::OnceLock;

/// A way to end a key: its name, and what does it, given the account and the key's id.
type Way<'a> = (&'a str, &'a dyn Fn(&Account, &str));

fn keys() -> &'static Howdah {
    static ON: OnceLock<()> = OnceLock::new();
    let howdah = shared();
    ON.get_or_init(|| {
        howdah.sql("SELECT auth.enable_teams(); SELECT auth.set('user_api_keys_enabled', 'true')");
        howdah.sql(
            "CREATE OR REPLACE FUNCTION rpc.key_holder() RETURNS jsonb LANGUAGE sql STABLE AS $$
                 SELECT jsonb_build_object('uid', auth.uid(), 'role', current_user, 'claims', auth.jwt(),
                                           'read', auth.has_scope('orders:read'), 'admin', auth.has_scope('admin')) $$;
             GRANT EXECUTE ON FUNCTION rpc.key_holder() TO authenticated",
        );
    });
    howdah
}

fn make(account: &Account, body: Value) -> Value {
    let reply = account.api(keys()).call("POST", "/auth/v1/user/api_keys").json(body).send();
    reply.has("cache-control", "no-store");
    reply.is(201).json()
}

fn held(key: &str) -> Reply {
    let api = Api { howdah: keys(), schema: Some("rpc".into()), token: Some(key.to_owned()) };
    api.get("/rpc/key_holder")
}

fn key_of(made: &Value) -> &str {
    made["key"].as_str().expect("a key")
}

#[track_caller]
fn refused(reply: &Reply, status: u16, slug: &str) {
    assert_eq!(reply.is(status).json()["error_code"], slug);
}

#[test]
fn lets_a_program_act_as_its_user() {
    let account = keys().account();
    let made =
        make(&account, json!({"name": "ci", "scopes": ["orders:*", "x"], "expires_in": "24h"}));
    let key = key_of(&made);
    assert!(key.starts_with("hw_uk_") && key.len() >= 49, "{key}");
    assert!(key.starts_with(made["prefix"].as_str().expect("a prefix")));
    let seen = held(key).is(200).json();
    assert_eq!((&seen["uid"], &seen["role"]), (&json!(account.id), &json!("authenticated")));
    assert_eq!((&seen["read"], &seen["admin"]), (&json!(true), &json!(false)));
    let claims = &seen["claims"];
    assert_eq!(
        (&claims["api_key_id"], &claims["scopes"]),
        (&made["id"], &json!(["orders:*", "x"]))
    );
    assert_eq!(
        (&claims["amr"][0]["method"], &claims["aal"], claims.get("session_id")),
        (&json!("api_key"), &json!("aal1"), None)
    );
    // A session has every scope.
    assert_eq!(held(&account.access).is(200).json()["admin"], true);
    // As apikey header, too.
    let by_header =
        Api::anon(keys(), "rpc").rest("GET", "/rpc/key_holder").header("apikey", key).send();
    assert_eq!(by_header.is(200).json()["uid"], json!(account.id));
    // Listed without the key; its use is noted; nowhere in the tables is it as it is.
    let listed = account.api(keys()).call("GET", "/auth/v1/user/api_keys").send();
    let body = listed.is(200).json();
    assert!(body[0]["last_used_at"].is_string() && body[0]["expires_at"].is_string());
    assert!(
        !listed.text().contains(key)
            && body[0].get("key").is_none()
            && body[0].get("key_hash").is_none()
    );
    let kept = keys().value(&format!(
        "SELECT k::text LIKE '%{key}%' FROM auth.api_keys AS k WHERE id = '{}'",
        made["id"].as_str().expect("an id")
    ));
    assert_eq!(kept, "f");
}

#[test]
fn whatever_ends_a_key_holds_for_the_next_request() {
    let howdah = keys();
    let ways: &[Way<'_>] = &[
        ("its revocation", &|a, id| {
            a.api(howdah).call("DELETE", &format!("/auth/v1/user/api_keys/{id}")).send().is(200);
        }),
        ("its deletion by the DBA", &|_, id| {
            howdah.sql(&format!("DELETE FROM auth.api_keys WHERE id = '{id}'"))
        }),
        ("its end", &|_, id| {
            howdah.sql(&format!("UPDATE auth.api_keys SET expires_at = now() WHERE id = '{id}'"))
        }),
        ("a ban", &|a, _| {
            howdah.sql(&format!(
                "UPDATE auth.users SET banned_until = now() + interval '1 h' WHERE id = '{}'",
                a.id
            ))
        }),
        ("a soft deletion", &|a, _| {
            howdah.sql(&format!("UPDATE auth.users SET deleted_at = now() WHERE id = '{}'", a.id))
        }),
        ("a deletion", &|a, _| {
            howdah.sql(&format!("DELETE FROM auth.users WHERE id = '{}'", a.id))
        }),
    ];
    for (way, end) in ways {
        let (account, other) = (howdah.account(), howdah.account());
        let (made, kept) =
            (make(&account, json!({"name": "a"})), make(&other, json!({"name": "b"})));
        for _ in 0..10 {
            assert_eq!(
                (held(key_of(&made)).status, held(key_of(&kept)).status),
                (200, 200),
                "before {way}"
            );
        }
        end(&account, made["id"].as_str().expect("an id"));
        for _ in 0..10 {
            assert_eq!(
                (held(key_of(&made)).status, held(key_of(&kept)).status),
                (401, 200),
                "after {way}"
            );
        }
    }
}

#[test]
fn a_key_is_no_session() {
    let howdah = keys();
    let account = howdah.account();
    let made = make(&account, json!({"name": "ci", "scopes": ["*"]}));
    let api = Api { howdah, schema: None, token: Some(key_of(&made).to_owned()) };
    let id = made["id"].as_str().expect("an id");
    let routes = [
        ("GET", "/auth/v1/user/api_keys".to_owned()),
        ("POST", "/auth/v1/user/api_keys".to_owned()),
        ("DELETE", format!("/auth/v1/user/api_keys/{id}")),
        ("POST", "/auth/v1/logout".to_owned()),
        ("GET", "/auth/v1/organizations".to_owned()),
        ("GET", "/auth/v1/user/export".to_owned()),
    ];
    each(&routes, |(method, path)| {
        let call = api.call(method, path);
        let reply =
            if *method == "GET" { call.send() } else { call.json(json!({"name": "x"})).send() };
        refused(&reply, 403, "bad_jwt");
    });
    refused(&api.call("GET", "/auth/v1/admin/users").send(), 403, "not_admin");
    held(key_of(&made)).is(200);
}

#[test]
fn refuses_what_is_no_key() {
    let account = keys().account();
    let made = make(&account, json!({"name": "ci"}));
    let key = key_of(&made);
    let digest = keys().value(&format!(
        "SELECT key_hash FROM auth.api_keys WHERE id = '{}'",
        made["id"].as_str().expect("an id")
    ));
    let others = [
        "hw_uk_".to_owned(),
        "hw_uk_x".to_owned(),
        format!("{key}x"),
        key[..key.len() - 1].to_owned(),
        key.to_uppercase(),
        format!("hw_uk_{digest}"),
        format!("hw_uk_{}", "x".repeat(9000)),
        "hw_uk_' OR 1=1 --".to_owned(),
    ];
    each(&others, |other| {
        let body = held(other).is(401).json();
        assert!(matches!(body["code"].as_str(), Some("PGRST301" | "PGRST303")), "{body}");
    });
    let bad = [
        json!({}),
        json!({"name": ""}),
        json!({"name": "x", "scopes": ["a b"]}),
        json!({"name": "x", "scopes": [""]}),
        json!({"name": "x", "expires_in": "soon"}),
        json!({"name": "x", "expires_in": "-1h"}),
        json!({"name": "x".repeat(201)}),
    ];
    each(&bad, |body| {
        refused(
            &account.api(keys()).call("POST", "/auth/v1/user/api_keys").json(body.clone()).send(),
            400,
            "validation_failed",
        );
    });
    // Another's key is not there to revoke.
    let other = keys().account();
    let reply = other
        .api(keys())
        .call("DELETE", &format!("/auth/v1/user/api_keys/{}", made["id"].as_str().expect("an id")))
        .send();
    refused(&reply, 404, "api_key_not_found");
}

#[test]
fn a_second_factor_is_asked_for_first() {
    let howdah = keys();
    let account = howdah.account();
    howdah.sql(&format!("INSERT INTO auth.mfa_factors (id, user_id, factor_type, status, created_at, updated_at, secret)
                         VALUES (gen_random_uuid(), '{}', 'totp', 'verified', now(), now(), 'x')", account.id));
    let reply = account
        .api(howdah)
        .call("POST", "/auth/v1/user/api_keys")
        .json(json!({"name": "ci"}))
        .send();
    refused(&reply, 401, "insufficient_aal");
}

#[test]
fn an_organisations_key_is_nobody_in_person() {
    let howdah = keys();
    let (owner, member) = (howdah.account(), howdah.account());
    let org = owner
        .api(howdah)
        .call("POST", "/auth/v1/organizations")
        .json(json!({"name": "Acme"}))
        .send()
        .is(201)
        .json();
    let id = org["id"].as_str().expect("an id");
    howdah.sql(&format!("INSERT INTO auth.organization_members (organization_id, user_id, role) VALUES ('{id}', '{}', 'member')", member.id));
    let path = format!("/auth/v1/organizations/{id}/api_keys");
    refused(
        &member.api(howdah).call("POST", &path).json(json!({"name": "x"})).send(),
        403,
        "insufficient_role",
    );
    let made = owner
        .api(howdah)
        .call("POST", &path)
        .json(json!({"name": "x", "scopes": ["orders:read"]}))
        .send()
        .is(201)
        .json();
    let seen = held(key_of(&made)).is(200).json();
    assert_eq!(
        (&seen["uid"], &seen["role"], &seen["read"]),
        (&Value::Null, &json!("authenticated"), &json!(true))
    );
    assert_eq!(seen["claims"]["organization_id"], json!(id));
    assert_eq!(owner.api(howdah).call("GET", &path).send().is(200).json()[0]["id"], made["id"]);
    owner
        .api(howdah)
        .call("DELETE", &format!("{path}/{}", made["id"].as_str().expect("an id")))
        .send()
        .is(200);
    held(key_of(&made)).is(401);
}
