//! Signing keys: rotation with overlap under load, revocation at the next request, the API keys apart.

use crate::faults::Raise;
use howdah_tests::api::{Api, user_id};
use howdah_tests::forge::part;
use howdah_tests::server::Howdah;
use serde_json::{Value, json};
use std::sync::atomic::{AtomicBool, Ordering};

const WHO: &str = "CREATE FUNCTION public.who() RETURNS text LANGUAGE sql STABLE AS 'SELECT current_user::text'; GRANT EXECUTE ON FUNCTION public.who TO anon, authenticated, service_role";

fn kid(token: &str) -> String {
    part(token, 0)["kid"].as_str().expect("a kid").to_owned()
}

fn published(api: &Api) -> Vec<String> {
    let keys = api.call("GET", "/auth/v1/.well-known/jwks.json").send().is(200).json();
    keys["keys"]
        .as_array()
        .expect("keys")
        .iter()
        .filter_map(|k| k["kid"].as_str().map(str::to_owned))
        .collect()
}

#[test]
fn rotates_with_overlap_and_revokes_at_once() {
    let howdah = Howdah::start(&[]);
    howdah.sql(WHO);
    let api = Api::anon(&howdah, "public");
    let old = howdah.mint("authenticated", &json!({"sub": user_id(1)}), "1 hour");
    let stop = AtomicBool::new(false);
    std::thread::scope(|scope| {
        // Under load, no request fails while keys rotate.
        let load: Vec<_> = (0..4)
            .map(|_| {
                let api = api.with_token(&old);
                let stop = &stop;
                scope.spawn(move || {
                    let mut asked = 0;
                    while !stop.load(Ordering::Relaxed) {
                        api.get("/rpc/who").is(200).equals(json!("authenticated"));
                        asked += 1;
                    }
                    asked
                })
            })
            .collect();
        let raise = Raise(&stop);
        let mut seen = vec![kid(&old)];
        for _ in 0..5 {
            std::thread::sleep(std::time::Duration::from_millis(200));
            let new = howdah.value("SELECT howdah.rotate_key()");
            assert!(!seen.contains(&new));
            let token = howdah.mint("authenticated", &json!({}), "1 hour");
            assert_eq!(kid(&token), new, "the new key signs");
            api.with_token(&token).get("/rpc/who").is(200);
            let keys = published(&api);
            assert!(keys.contains(&new) && keys.contains(&kid(&old)), "{keys:?}");
            seen.push(new);
        }
        drop(raise);
        assert!(load.into_iter().map(|l| l.join().expect("no refusal")).sum::<u32>() > 20);
    });
    // Revoked: the next request on every connection.
    howdah.sql(&format!("SELECT howdah.revoke_key('{}')", kid(&old)));
    for _ in 0..50 {
        api.with_token(&old).get("/rpc/who").is(401);
    }
    assert!(!published(&api).contains(&kid(&old)));
    // Without overlap the old one ends at once.
    let token = howdah.mint("authenticated", &json!({}), "1 hour");
    howdah.sql("SELECT howdah.rotate_key('0'::interval)");
    api.with_token(&token).get("/rpc/who").is(401);
    // The one that signs: a new one takes its place.
    let token = howdah.mint("authenticated", &json!({}), "1 hour");
    howdah.sql(&format!("SELECT howdah.revoke_key('{}')", kid(&token)));
    api.with_token(&token).get("/rpc/who").is(401);
    let token = howdah.mint("authenticated", &json!({}), "1 hour");
    api.with_token(&token).get("/rpc/who").is(200);
    // API keys have a key of their own.
    api.with_token(&howdah.anon_key).get("/rpc/who").is(200).equals(json!("anon"));
    api.with_token(&howdah.service_key).get("/rpc/who").is(200).equals(json!("service_role"));
    assert_eq!(
        howdah.value(
            "SELECT count(*) FROM howdah.keys WHERE status = 'revoked' AND secret IS NOT NULL"
        ),
        "0"
    );
    assert_eq!(howdah.value("SELECT count(*) FROM howdah.keys WHERE purpose = 'session' AND alg = 'ES256' AND status = 'active'"), "1");
}

#[test]
fn rotates_and_revokes_api_keys_singly() {
    let howdah = Howdah::start(&[]);
    howdah.sql(WHO);
    let api = Api::anon(&howdah, "public");
    let id = part(&howdah.anon_key, 1)["jti"].as_str().expect("an id").to_owned();
    let new = howdah.value(&format!("SELECT howdah.rotate_api_key('{id}')"));
    for _ in 0..20 {
        api.with_token(&howdah.anon_key).get("/rpc/who").is(401);
        api.with_token(&new).get("/rpc/who").is(200);
    }
    api.with_token(&howdah.service_key).get("/rpc/who").is(200);
    howdah.sql("SELECT howdah.rotate_key()");
    api.with_token(&new).get("/rpc/who").is(200);
    let expiry =
        part(&new, 1)["exp"].as_i64().expect("exp") - part(&new, 1)["iat"].as_i64().expect("iat");
    assert!(expiry > 9 * 365 * 86_400, "{expiry}");
    assert_eq!(part(&new, 1).get("sub"), None::<&Value>);
}
