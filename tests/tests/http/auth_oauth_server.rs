//! Our authorization server, as a client of others sees it: consent, codes that are good once and with their proof only, scopes, grants.

use howdah_tests::account::Account;
use howdah_tests::api::{Api, component};
use howdah_tests::forge::{base64, part};
use howdah_tests::reply::Reply;
use howdah_tests::server::{Howdah, shared};
use serde_json::{Value, json};

/// RFC 7636, appendix B.
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
const CALLBACK: &str = "https://client.example/callback?keep=1";

fn nobody(howdah: &Howdah) -> Api<'_> {
    Api { howdah, schema: None, token: None }
}

fn text<'v>(value: &'v Value, key: &str) -> &'v str {
    value[key].as_str().unwrap_or_else(|| panic!("{key} in {value}"))
}

struct Client {
    id: String,
    secret: String,
}

fn registered(howdah: &Howdah) -> Client {
    let client = Api::service(howdah, "public")
        .call("POST", "/auth/v1/admin/oauth/clients")
        .json(json!({"client_name": "A client", "redirect_uris": [CALLBACK]}))
        .send()
        .is(201)
        .json();
    Client { id: text(&client, "client_id").into(), secret: text(&client, "client_secret").into() }
}

/// The id of a new request of the client's, as the consent page is given it.
fn asked(howdah: &Howdah, client: &Client, more: &str) -> String {
    let reply = nobody(howdah)
        .call(
            "GET",
            &format!(
                "/auth/v1/oauth/authorize?client_id={}&redirect_uri={}&response_type=code&scope=openid%20email&state=s%26t&nonce=n1\
                 &code_challenge={CHALLENGE}&code_challenge_method=S256{more}",
                client.id,
                component(CALLBACK)
            ),
        )
        .send();
    let location = reply.is(302).header("location").unwrap_or_default().to_owned();
    location.split_once("authorization_id=").expect("an id").1.to_owned()
}

fn consent(howdah: &Howdah, user: &Account, id: &str, action: &str) -> Reply {
    user.api(howdah)
        .call("POST", &format!("/auth/v1/oauth/authorizations/{id}/consent"))
        .json(json!({ "action": action }))
        .send()
}

/// A code that the user has let the client have.
fn code(howdah: &Howdah, user: &Account, client: &Client) -> String {
    let id = asked(howdah, client, "");
    user.api(howdah).call("GET", &format!("/auth/v1/oauth/authorizations/{id}")).send().is(200);
    let reply = consent(howdah, user, &id, "approve");
    // Consented before: the page's GET has given the code already, and this request is over.
    let url = if reply.status == 200 {
        text(&reply.json(), "redirect_url").to_owned()
    } else {
        String::new()
    };
    parameter(&url, "code")
}

fn parameter(url: &str, name: &str) -> String {
    url.split(['?', '&'])
        .find_map(|pair| pair.strip_prefix(&format!("{name}=")))
        .unwrap_or_else(|| panic!("{name} in {url}"))
        .to_owned()
}

fn token(howdah: &Howdah, form: &[(&str, &str)], basic: Option<&Client>) -> Reply {
    let body: Vec<String> =
        form.iter().map(|(name, value)| format!("{name}={}", component(value))).collect();
    let mut call = nobody(howdah)
        .call("POST", "/auth/v1/oauth/token")
        .header("Content-Type", "application/x-www-form-urlencoded")
        .bytes(body.join("&").into_bytes());
    if let Some(client) = basic {
        let pair = base64(format!("{}:{}", client.id, client.secret));
        call = call.header("Authorization", &format!("Basic {pair}"));
    }
    call.send()
}

fn exchange(howdah: &Howdah, client: &Client, code: &str) -> Reply {
    token(
        howdah,
        &[
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", CALLBACK),
            ("code_verifier", VERIFIER),
        ],
        Some(client),
    )
}

#[test]
fn a_client_signs_a_user_in_with_his_consent() {
    let howdah = shared();
    let (user, client) = (howdah.account(), registered(howdah));
    let id = asked(howdah, &client, "");
    let page =
        user.api(howdah).call("GET", &format!("/auth/v1/oauth/authorizations/{id}")).send().json();
    assert_eq!(page["client"]["name"], "A client");
    assert_eq!(page["redirect_uri"], "https://client.example/callback");
    assert_eq!(
        (text(&page, "scope"), text(&page["user"], "id")),
        ("openid email", user.id.as_str())
    );

    let url = consent(howdah, &user, &id, "approve").is(200).json();
    let url = text(&url, "redirect_url");
    assert!(url.starts_with(CALLBACK), "{url}");
    assert_eq!(parameter(url, "state"), "s%26t");
    let tokens = exchange(howdah, &client, &parameter(url, "code"));
    assert_eq!(tokens.header("cache-control"), Some("no-store"));
    let tokens = tokens.is(200).json();
    let access = part(text(&tokens, "access_token"), 1);
    assert_eq!(
        (text(&access, "client_id"), text(&access, "scope")),
        (client.id.as_str(), "openid email")
    );
    let id_token = part(text(&tokens, "id_token"), 1);
    assert_eq!((text(&id_token, "aud"), text(&id_token, "nonce")), (client.id.as_str(), "n1"));
    assert_eq!(id_token["email"], user.email.as_str());

    let bearer = |token: &str| Api { howdah, schema: None, token: Some(token.to_owned()) };
    let info = bearer(text(&tokens, "access_token")).call("GET", "/auth/v1/oauth/userinfo").send();
    assert_eq!(
        info.is(200).json(),
        json!({"sub": user.id, "email": user.email, "email_verified": true})
    );
    // An ID token opens nothing.
    assert_eq!(bearer(text(&tokens, "id_token")).call("GET", "/rest/v1/").send().status, 401);

    let refreshed = token(
        howdah,
        &[("grant_type", "refresh_token"), ("refresh_token", text(&tokens, "refresh_token"))],
        Some(&client),
    );
    assert_eq!(refreshed.is(200).json()["scope"], "openid email");
    // Not as a session of the user's own, and not by another client.
    let own = nobody(howdah)
        .call("POST", "/auth/v1/token?grant_type=refresh_token")
        .json(json!({"refresh_token": tokens["refresh_token"]}))
        .send();
    assert_eq!(own.status, 400);
    let other = token(
        howdah,
        &[("grant_type", "refresh_token"), ("refresh_token", text(&tokens, "refresh_token"))],
        Some(&registered(howdah)),
    );
    assert_eq!((other.status, text(&other.json(), "error")), (400, "invalid_grant"));
}

#[test]
fn a_code_is_good_once_and_its_second_use_ends_what_the_first_gave() {
    let howdah = shared();
    let (user, client) = (howdah.account(), registered(howdah));
    let code = code(howdah, &user, &client);
    let replies: Vec<Reply> = std::thread::scope(|scope| {
        let tries: Vec<_> =
            (0..8).map(|_| scope.spawn(|| exchange(howdah, &client, &code))).collect();
        tries.into_iter().map(|t| t.join().unwrap()).collect()
    });
    let won: Vec<_> = replies.iter().filter(|reply| reply.status == 200).collect();
    assert_eq!(won.len(), 1);
    assert_eq!(exchange(howdah, &client, &code).status, 400);
    let access = text(&won[0].json(), "access_token").to_owned();
    let info = Api { howdah, schema: None, token: Some(access) };
    assert_eq!(info.call("GET", "/auth/v1/oauth/userinfo").send().status, 403);
}

#[test]
fn a_code_wants_its_client_its_address_and_its_proof() {
    let howdah = shared();
    let (user, client, other) = (howdah.account(), registered(howdah), registered(howdah));
    let form = |code: &str, uri: &str, verifier: &str| {
        vec![
            ("grant_type".to_owned(), "authorization_code".to_owned()),
            ("code".to_owned(), code.to_owned()),
            ("redirect_uri".to_owned(), uri.to_owned()),
            ("code_verifier".to_owned(), verifier.to_owned()),
        ]
    };
    let wrong = "A".repeat(43);
    for (who, uri, verifier) in [
        (&other, CALLBACK, VERIFIER),
        (&client, "https://client.example/other", VERIFIER),
        (&client, CALLBACK, wrong.as_str()),
        (&client, CALLBACK, ""),
    ] {
        let user = howdah.account();
        let fields = form(&code(howdah, &user, &client), uri, verifier);
        let fields: Vec<_> = fields.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
        let reply = token(howdah, &fields, Some(who));
        assert_eq!((reply.status, text(&reply.json(), "error")), (400, "invalid_grant"), "{uri}");
    }
    let bad = Client { id: client.id.clone(), secret: "hw_cs_wrong".into() };
    let reply = exchange(howdah, &bad, &code(howdah, &user, &client));
    assert_eq!((reply.status, text(&reply.json(), "error")), (401, "invalid_client"));
}

#[test]
fn a_request_is_refused_before_its_address_is_known_and_told_there_after() {
    let howdah = shared();
    let client = registered(howdah);
    let ask = |query: &str| {
        nobody(howdah).call("GET", &format!("/auth/v1/oauth/authorize?{query}")).send()
    };
    let id = &client.id;
    let uri = component(CALLBACK);
    let proof = format!("code_challenge={CHALLENGE}&code_challenge_method=S256");
    for query in [
        format!("client_id=00000000-0000-4000-8000-000000000000&redirect_uri={uri}&{proof}"),
        format!("client_id=nonsense&redirect_uri={uri}&{proof}"),
        format!(
            "client_id={id}&redirect_uri={}&{proof}",
            component("https://client.example/callback")
        ),
        format!(
            "client_id={id}&redirect_uri={}&{proof}",
            component("https://client.example/callback?keep=1#f")
        ),
        format!("client_id={id}&{proof}"),
    ] {
        let reply = ask(&query);
        assert!(matches!(reply.status, 400 | 404), "{query}: {}", reply.status);
        assert_eq!(reply.header("location"), None);
    }
    for (query, error) in [
        (format!("client_id={id}&redirect_uri={uri}&state=x"), "invalid_request"),
        (
            format!(
                "client_id={id}&redirect_uri={uri}&code_challenge={CHALLENGE}&code_challenge_method=plain"
            ),
            "invalid_request",
        ),
        (
            format!("client_id={id}&redirect_uri={uri}&{proof}&response_type=token"),
            "unsupported_response_type",
        ),
        (format!("client_id={id}&redirect_uri={uri}&{proof}&scope=admin"), "invalid_scope"),
    ] {
        let reply = ask(&query);
        let location = reply.is(302).header("location").unwrap_or_default().to_owned();
        assert!(location.starts_with(CALLBACK), "{location}");
        assert_eq!(parameter(&location, "error"), error);
    }
}

#[test]
fn a_request_belongs_to_the_first_user_who_looks() {
    let howdah = shared();
    let (user, thief, client) = (howdah.account(), howdah.account(), registered(howdah));
    let id = asked(howdah, &client, "");
    let look = |who: &Account| {
        who.api(howdah).call("GET", &format!("/auth/v1/oauth/authorizations/{id}")).send().status
    };
    assert_eq!((look(&user), look(&thief)), (200, 404));
    assert_eq!(consent(howdah, &thief, &id, "approve").status, 404);
    let denied = consent(howdah, &user, &id, "deny").is(200).json();
    assert_eq!(parameter(text(&denied, "redirect_url"), "error"), "access_denied");
    assert_eq!(consent(howdah, &user, &id, "approve").status, 400);
}

#[test]
fn a_grant_taken_back_ends_the_clients_sessions_for_the_next_request() {
    let howdah = shared();
    let (user, client) = (howdah.account(), registered(howdah));
    let code = code(howdah, &user, &client);
    let tokens = exchange(howdah, &client, &code).is(200).json();
    let of_client =
        Api { howdah, schema: None, token: Some(text(&tokens, "access_token").to_owned()) };
    assert_eq!(of_client.call("GET", "/rest/v1/").send().status, 200);
    // It cannot change the account, nor speak in the user's place.
    for (method, path) in [
        ("POST", "/auth/v1/logout"),
        ("DELETE", "/auth/v1/user/oauth/grants"),
        ("GET", "/auth/v1/user/sessions"),
    ] {
        let reply = of_client.call(method, path).send();
        assert_eq!(
            (reply.status, text(&reply.json(), "error_code")),
            (403, "oauth_client_not_allowed"),
            "{path}"
        );
    }
    let grants = user.api(howdah).call("GET", "/auth/v1/user/oauth/grants").send().json();
    assert_eq!(grants[0]["client"]["id"], client.id.as_str());
    let revoke = || {
        user.api(howdah)
            .call("DELETE", &format!("/auth/v1/user/oauth/grants?client_id={}", client.id))
            .send()
            .status
    };
    assert_eq!(revoke(), 204);
    assert_eq!(of_client.call("GET", "/rest/v1/").send().status, 401);
    assert_eq!(revoke(), 404);
    assert_eq!(user.api(howdah).call("GET", "/rest/v1/").send().status, 200);
}

#[test]
fn clients_are_for_admins_to_keep() {
    let howdah = shared();
    let (user, client) = (howdah.account(), registered(howdah));
    let path = format!("/auth/v1/admin/oauth/clients/{}", client.id);
    for (method, path) in [
        ("GET", "/auth/v1/admin/oauth/clients"),
        ("POST", "/auth/v1/admin/oauth/clients"),
        ("GET", path.as_str()),
        ("PUT", &path),
        ("DELETE", &path),
        ("POST", &format!("{path}/regenerate_secret")),
    ] {
        let reply = user.api(howdah).call(method, path).json(json!({})).send();
        assert_eq!(
            (reply.status, text(&reply.json(), "error_code")),
            (403, "not_admin"),
            "{method} {path}"
        );
        let reply = nobody(howdah).call(method, path).json(json!({})).send();
        assert_eq!(reply.status, 401, "{method} {path}");
    }
    let admin = Api::service(howdah, "public");
    let changed =
        admin.call("PUT", &path).json(json!({"client_name": "Renamed"})).send().is(200).json();
    assert_eq!(
        (text(&changed, "client_name"), &changed["redirect_uris"]),
        ("Renamed", &json!([CALLBACK]))
    );
    assert!(changed.get("client_secret").is_none());
    let renewed = admin.call("POST", &format!("{path}/regenerate_secret")).send().is(200).json();
    assert_ne!(text(&renewed, "client_secret"), client.secret);
    let code = code(howdah, &user, &client);
    assert_eq!(exchange(howdah, &client, &code).status, 401);
    assert_eq!(admin.call("DELETE", &path).send().status, 204);
    assert_eq!(admin.call("GET", &path).send().status, 404);
    let kept = howdah.value(&format!(
        "SELECT count(*) FROM auth.oauth_clients t WHERE to_jsonb(t)::text LIKE '%{}%'",
        client.secret
    ));
    assert_eq!(kept, "0");
}

#[test]
fn a_client_registers_itself_with_sound_metadata_only() {
    let howdah = shared();
    let register = |body: Value| {
        nobody(howdah).call("POST", "/auth/v1/oauth/clients/register").json(body).send()
    };
    let good = register(
        json!({"client_name": "Self", "redirect_uris": ["http://localhost:3000/cb"], "token_endpoint_auth_method": "none"}),
    );
    assert_eq!(good.is(201).json()["registration_type"], "dynamic");
    for uris in [
        json!([]),
        json!(["http://evil.example/cb"]),
        json!(["https://a.example/cb#fragment"]),
        json!(["https://user@a.example/cb"]),
        json!(["https://a.example\\@b.example/cb"]),
        json!(["javascript:alert(1)"]),
        json!(["data:text/html,x"]),
        json!(["https://a.example/ b"]),
        json!(["https://a.example/cb,https://b.example/"]),
        json!([null]),
        json!(["myapp:/cb"]),
    ] {
        let reply = register(json!({"client_name": "Self", "redirect_uris": uris}));
        assert_eq!(
            (reply.status, text(&reply.json(), "error_code")),
            (400, "validation_failed"),
            "{uris}"
        );
    }
    let implicit = register(
        json!({"client_name": "S", "redirect_uris": ["https://a.example/"], "grant_types": ["implicit"]}),
    );
    assert_eq!(implicit.status, 400);
}

#[test]
fn a_code_is_good_for_a_minute() {
    let howdah = shared();
    let (user, client) = (howdah.account(), registered(howdah));
    let code = code(howdah, &user, &client);
    let of_user = format!("WHERE user_id = '{}'", user.id);
    let left = howdah.value(&format!(
        "SELECT expires_at BETWEEN now() + interval '30 s' AND now() + interval '60 s' FROM auth.oauth_authorizations {of_user}"
    ));
    assert_eq!(left, "t");
    howdah.sql(&format!(
        "UPDATE auth.oauth_authorizations SET expires_at = now() - interval '1 s' {of_user}"
    ));
    assert_eq!(exchange(howdah, &client, &code).status, 400);
    // And what a good one gives ends too, however often it is refreshed.
    howdah.sql(&format!("DELETE FROM auth.oauth_consents {of_user}"));
    let again = self::code(howdah, &user, &client);
    assert_eq!(exchange(howdah, &client, &again).status, 200);
    let bounded = howdah.value(&format!(
        "SELECT not_after < now() + interval '91 days' FROM auth.sessions {of_user} AND oauth_client_id IS NOT NULL"
    ));
    assert_eq!(bounded, "t");
}
