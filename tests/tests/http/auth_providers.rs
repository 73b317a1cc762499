//! Sign-in by way of a provider: what the browser gets, and everything that an attacker can swap on the way (THREATS E5). The provider's
//! answers are played: each test is one transaction, in which rows of the outbox are settled as the courier would.

use howdah_tests::forge::now;
use howdah_tests::issuer::Issuer;
use howdah_tests::server::{Howdah, shared};
use postgres::Client;
use serde_json::{Value, json};

const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

struct Answer {
    status: i32,
    headers: Value,
    body: String,
}

impl Answer {
    fn location(&self) -> &str {
        self.headers["location"].as_str().unwrap_or_else(|| panic!("{} {}", self.status, self.body))
    }

    /// A parameter of the address that the browser is sent to, in query or fragment.
    fn part(&self, name: &str) -> Option<String> {
        self.location()
            .split(['?', '&', '#'])
            .find_map(|pair| pair.strip_prefix(&format!("{name}=")))
            .map(|text| text.replace("%2B", "+").replace("%2F", "/").replace("%3A", ":"))
    }

    fn error(&self) -> String {
        self.part("error_code").unwrap_or_else(|| format!("none: {}", self.location()))
    }
}

/// One transaction; what is made in it is gone with it.
struct Stage {
    client: Client,
}

#[derive(Clone, Default)]
struct Browser {
    cookie: Option<String>,
}

/// What a browser brings back from a provider.
#[derive(Clone)]
struct Back {
    state: String,
    code: String,
    nonce: String,
}

impl Stage {
    fn new(howdah: &Howdah) -> Self {
        let mut client = howdah.dba();
        client.batch_execute("BEGIN").expect("a transaction");
        Self { client }
    }

    fn ask(&mut self, method: &str, target: &str, headers: Value, body: Option<&str>) -> Answer {
        let row = self
            .client
            .query_one(
                "SELECT status, headers::text, COALESCE(body, '') FROM howdah.request($1, $2, $3::text::jsonb, $4)",
                &[&method, &target, &headers.to_string(), &body],
            )
            .expect("an answer");
        let headers = serde_json::from_str(row.get(1)).expect("jsonb");
        Answer { status: row.get(0), headers, body: row.get(2) }
    }

    fn browse(&mut self, browser: &mut Browser, target: &str) -> Answer {
        let headers =
            browser.cookie.as_ref().map_or(json!({}), |c| json!({"cookie": format!("a=b; {c}")}));
        let answer = self.ask("GET", target, headers, None);
        if let Some(cookie) = answer.headers["set-cookie"].as_str() {
            browser.cookie = Some(cookie.split(';').next().expect("a pair").to_owned());
        }
        answer
    }

    /// GET /authorize, and what the provider would send back.
    fn leave(&mut self, browser: &mut Browser, issuer: &Issuer, pkce: bool, code: &str) -> Back {
        let proof = if pkce {
            format!("&code_challenge={CHALLENGE}&code_challenge_method=s256")
        } else {
            String::new()
        };
        let answer =
            self.browse(browser, &format!("/auth/v1/authorize?provider={}{proof}", issuer.name));
        assert_eq!(answer.status, 302, "{}", answer.body);
        let part = |name: &str| answer.part(name).unwrap_or_else(|| panic!("{name}"));
        Back { state: part("state"), code: code.to_owned(), nonce: part("nonce") }
    }

    /// GET /callback, its fetches answered by `tokens`.
    fn back(&mut self, browser: &mut Browser, back: &Back, more: &str, tokens: &Value) -> Answer {
        let target = format!("/auth/v1/callback?state={}&code={}{more}", back.state, back.code);
        for _ in 0..4 {
            let answer = self.browse(browser, &target);
            if answer.status != 202 {
                return answer;
            }
            self.settle(tokens);
        }
        panic!("it waits for ever");
    }

    fn settle(&mut self, tokens: &Value) {
        let outcome = json!({"status": 200, "headers": {}, "body": tokens.to_string()}).to_string();
        self.client
            .execute(
                "UPDATE howdah.outbox_entries SET state = 'done', lease = NULL, leased_until = NULL, \
                 outcome = howdah_private.secret_seal($1, 'outbox:' || id) WHERE kind = 'fetch' AND outcome IS NULL",
                &[&outcome],
            )
            .expect("settled");
    }

    fn value(&mut self, sql: &str) -> String {
        self.client.query_one(sql, &[]).expect("a row").get::<_, String>(0)
    }

    fn exchange(&mut self, code: &str, verifier: &str) -> (i32, Value) {
        let body = json!({"auth_code": code, "code_verifier": verifier}).to_string();
        let answer = self.ask(
            "POST",
            "/auth/v1/token?grant_type=pkce",
            json!({"content-type": "application/json"}),
            Some(&body),
        );
        (answer.status, serde_json::from_str(&answer.body).unwrap_or_default())
    }
}

fn tokens(issuer: &Issuer, back: &Back, sub: &str) -> Value {
    let token = issuer.token(json!({
        "sub": sub, "nonce": back.nonce, "email": format!("{sub}-{}@example.com", issuer.name), "email_verified": true,
        "name": "Jane Doe",
    }));
    json!({"access_token": "at-1", "refresh_token": "rt-1", "expires_in": 3600, "token_type": "Bearer", "id_token": token})
}

#[test]
fn a_browser_goes_and_comes_back_signed_in() {
    let howdah = shared();
    let issuer = Issuer::new(howdah, 21);
    let mut stage = Stage::new(howdah);
    let mut browser = Browser::default();
    // Tokens in the fragment.
    let back = stage.leave(&mut browser, &issuer, false, "c1");
    let answer = stage.back(&mut browser, &back, "", &tokens(&issuer, &back, "s1"));
    assert_eq!(answer.status, 303);
    for name in
        ["access_token", "refresh_token", "expires_at", "provider_token", "provider_refresh_token"]
    {
        assert!(answer.part(name).is_some(), "{name} in {}", answer.location());
    }
    assert!(!answer.location().split('#').next().expect("an address").contains("token"));
    assert_eq!(answer.headers["cache-control"], "no-store");
    assert_eq!(answer.headers["referrer-policy"], "no-referrer");
    // A code in the query.
    let back = stage.leave(&mut browser, &issuer, true, "c2");
    let answer = stage.back(&mut browser, &back, "", &tokens(&issuer, &back, "s1"));
    let code = answer.part("code").expect("a code");
    assert!(answer.part("access_token").is_none());
    let (status, session) = stage.exchange(&code, VERIFIER);
    assert_eq!(status, 200, "{session}");
    assert_eq!(session["provider_token"], "at-1");
    assert_eq!(session["provider_refresh_token"], "rt-1");
    assert_eq!(session["user"]["app_metadata"]["providers"], json!([issuer.name]));
    assert_eq!(session["user"]["user_metadata"]["full_name"], "Jane Doe");
    // What is kept of it opens nothing.
    let kept = stage.value(
        "SELECT (SELECT string_agg(f::text, '') FROM auth.flow_state f) || (SELECT string_agg(t::text, '') FROM auth.provider_tokens t) \
         || COALESCE((SELECT string_agg(o::text, '') FROM howdah.outbox_entries o), '')",
    );
    for secret in ["at-1", "rt-1", &code, &back.state, &back.nonce] {
        assert!(!kept.contains(secret), "{secret}");
    }
}

#[test]
fn twelve_swaps_are_all_rejected() {
    let howdah = shared();
    let (issuer, other) = (Issuer::new(howdah, 22), Issuer::new(howdah, 23));
    let mut stage = Stage::new(howdah);
    let (mut victim, mut attacker) = (Browser::default(), Browser::default());
    let theirs = stage.leave(&mut attacker, &issuer, false, "attackers-code");
    let mine = stage.leave(&mut victim, &issuer, false, "victims-code");
    let attackers = tokens(&issuer, &theirs, "attacker");
    let victims = tokens(&issuer, &mine, "victim");

    // 1. Login CSRF: the attacker's answer in the victim's browser.
    assert_eq!(stage.back(&mut victim.clone(), &theirs, "", &attackers).error(), "bad_oauth_state");
    // 2. The victim's answer in the attacker's browser.
    assert_eq!(stage.back(&mut attacker.clone(), &mine, "", &victims).error(), "bad_oauth_state");
    // 3. In a browser that has no cookie.
    assert_eq!(stage.back(&mut Browser::default(), &mine, "", &victims).error(), "bad_oauth_state");
    // 4. A state that nobody has given out; none at all.
    let forged = Back { state: "x".repeat(43), ..mine.clone() };
    assert_eq!(stage.back(&mut victim.clone(), &forged, "", &victims).error(), "bad_oauth_state");
    let none = Back { state: String::new(), ..mine.clone() };
    assert_eq!(stage.back(&mut victim.clone(), &none, "", &victims).error(), "bad_oauth_callback");
    // 5. An answer of another issuer (RFC 9207).
    let iss = format!("&iss={}", other.url());
    assert_eq!(
        stage.back(&mut victim.clone(), &mine, &iss, &victims).error(),
        "bad_oauth_callback"
    );
    // 6. The attacker's code with the victim's state: its ID token has the attacker's nonce.
    let flow = stage.leave(&mut victim, &issuer, false, "attackers-code");
    assert_eq!(
        stage.back(&mut victim.clone(), &flow, "", &attackers).error(),
        "unexpected_failure"
    );
    // 7. A state again, after it has failed.
    assert_eq!(stage.back(&mut victim.clone(), &flow, "", &victims).error(), "bad_oauth_state");
    // 8. Mix-up: the answer of one provider where another was asked.
    let flow = stage.leave(&mut victim, &issuer, false, "c8");
    assert_eq!(
        stage.back(&mut victim.clone(), &flow, "", &tokens(&other, &flow, "s")).error(),
        "unexpected_failure"
    );
    // 9. Another code after the first one of a state.
    let flow = stage.leave(&mut victim, &issuer, false, "c9");
    let waiting =
        stage.browse(&mut victim, &format!("/auth/v1/callback?state={}&code=c9", flow.state));
    assert_eq!(waiting.status, 202);
    let swapped = Back { code: "another".into(), ..flow.clone() };
    assert_eq!(stage.back(&mut victim.clone(), &swapped, "", &victims).error(), "bad_oauth_state");
    // None of it has hindered the right ones.
    assert!(stage.back(&mut victim.clone(), &mine, "", &victims).part("access_token").is_some());
    // 10. The same once more.
    assert_eq!(stage.back(&mut victim.clone(), &mine, "", &victims).error(), "bad_oauth_state");
    // 11. Of our own code: another's verifier, none, and its second use.
    let flow = stage.leave(&mut victim, &issuer, true, "c11");
    let code = stage
        .back(&mut victim.clone(), &flow, "", &tokens(&issuer, &flow, "victim"))
        .part("code")
        .expect("a code");
    assert_eq!(
        stage.exchange(&code, &VERIFIER.replace('d', "e")).1["error_code"],
        "bad_code_verifier"
    );
    assert_eq!(stage.exchange(&code, "").1["error_code"], "validation_failed");
    let (status, session) = stage.exchange(&code, VERIFIER);
    assert_eq!(status, 200);
    assert_eq!(stage.exchange(&code, VERIFIER).1["error_code"], "flow_state_not_found");
    let bearer = format!("Bearer {}", session["access_token"].as_str().expect("a token"));
    let seen = stage.ask("GET", "/auth/v1/user", json!({"authorization": bearer}), None);
    assert_eq!(seen.status, 403, "a second use ends what the first gave: {}", seen.body);
    // 12. An answer that comes too late.
    let flow = stage.leave(&mut victim, &issuer, false, "c12");
    stage
        .client
        .batch_execute("UPDATE auth.flow_state SET expires_at = now() - interval '1 s'")
        .expect("expired");
    assert_eq!(
        stage.back(&mut victim.clone(), &flow, "", &tokens(&issuer, &flow, "victim")).error(),
        "bad_oauth_state"
    );
}

#[test]
fn what_the_provider_says_no_to_reaches_the_app_and_nothing_else_does() {
    let howdah = shared();
    let issuer = Issuer::new(howdah, 24);
    let mut stage = Stage::new(howdah);
    let mut browser = Browser::default();
    let back = stage.leave(&mut browser, &issuer, false, "c");
    let target = format!(
        "/auth/v1/callback?state={}&error=access_denied&error_description=The+user+said%0D%0ASet-Cookie:+x",
        back.state
    );
    let answer = stage.browse(&mut browser, &target);
    assert_eq!((answer.status, answer.part("error")), (303, Some("access_denied".into())));
    assert!(!answer.location().contains("%0D") && !answer.location().contains('\r'));
    assert_eq!(stage.browse(&mut browser, &target).error(), "bad_oauth_state");
    let back = stage.leave(&mut browser, &issuer, false, "c");
    let odd = format!("/auth/v1/callback?state={}&error=%3Cscript%3E", back.state);
    assert_eq!(stage.browse(&mut browser, &odd).part("error"), Some("server_error".into()));
    // The token endpoint's own words stay in the log.
    let back = stage.leave(&mut browser, &issuer, false, "c");
    let answer = stage.back(
        &mut browser,
        &back,
        "",
        &json!({"error": "invalid_grant", "error_description": "canary"}),
    );
    assert_eq!(answer.error(), "unexpected_failure");
    assert!(!answer.location().contains("canary"));
}

#[test]
fn the_request_for_authorization_is_checked_before_anybody_is_sent_away() {
    let howdah = shared();
    let issuer = Issuer::new(howdah, 25);
    let mut stage = Stage::new(howdah);
    let name = &issuer.name;
    for query in [
        "provider=".to_owned(),
        "provider=no-such".to_owned(),
        String::new(),
        format!("provider={name}&code_challenge={CHALLENGE}"),
        format!("provider={name}&code_challenge_method=s256"),
        format!("provider={name}&code_challenge={CHALLENGE}&code_challenge_method=plain"),
        format!("provider={name}&code_challenge=short&code_challenge_method=s256"),
        format!("provider={name}&scopes=a%22b"),
    ] {
        let answer = stage.ask("GET", &format!("/auth/v1/authorize?{query}"), json!({}), None);
        assert_eq!(answer.status, 400, "{query}: {}", answer.body);
        assert!(answer.body.contains("validation_failed"), "{query}: {}", answer.body);
    }
    // Parameters of the client's own go along; ours it cannot set.
    let answer = stage.ask(
        "GET",
        &format!("/auth/v1/authorize?provider={name}&login_hint=jane&redirect_uri=https://evil.example&state=mine&redirect_to=https://evil.example/"),
        json!({}),
        None,
    );
    assert_eq!(answer.part("login_hint").as_deref(), Some("jane"));
    assert!(!answer.location().contains("evil") && !answer.location().contains("state=mine"));
    let state = answer.part("state").expect("a state");
    let cookie = answer.headers["set-cookie"].as_str().expect("a cookie").to_owned();
    assert!(
        cookie.contains("HttpOnly") && cookie.contains("Path=/") && cookie.contains("SameSite=")
    );
    let cookie = cookie.split(';').next().expect("a pair").to_owned();
    let back = stage.ask(
        "GET",
        &format!("/auth/v1/callback?state={state}"),
        json!({"cookie": cookie}),
        None,
    );
    assert!(!back.location().contains("evil"), "{}", back.location());
}

#[test]
fn keys_are_fetched_again_for_an_unknown_one_once_a_minute() {
    let howdah = shared();
    let issuer = Issuer::new(howdah, 26);
    let mut stage = Stage::new(howdah);
    // What is kept is of other keys: the issuer has made new ones.
    let url = format!("{}/jwks", issuer.url());
    let right = stage
        .value(&format!("SELECT document::text FROM auth.provider_documents WHERE url = '{url}'"));
    let old = right.replace("\"k\"", "\"old\"");
    stage
        .client
        .execute(
            "UPDATE auth.provider_documents SET document = $1::text::jsonb WHERE url = $2",
            &[&old, &url],
        )
        .expect("old keys");
    let sign_in = |stage: &mut Stage| {
        let token = issuer.token(json!({"sub": "s", "email": format!("{}@example.com", issuer.name), "email_verified": true, "iat": now()}));
        let body = json!({"provider": issuer.name, "id_token": token}).to_string();
        stage.ask(
            "POST",
            "/auth/v1/token?grant_type=id_token",
            json!({"content-type": "application/json"}),
            Some(&body),
        )
    };
    assert_eq!(sign_in(&mut stage).status, 202);
    assert_eq!(sign_in(&mut stage).status, 202);
    let rows =
        "SELECT count(*)::text FROM howdah.outbox_entries WHERE kind = 'fetch' AND step = 'jwks'";
    assert_eq!(stage.value(rows), "1");
    stage.settle(&serde_json::from_str(&right).expect("JSON"));
    assert_eq!(sign_in(&mut stage).status, 200);
    // A token of a key that nobody has is refused, and asks for nothing more within the minute.
    stage
        .client
        .execute(
            "UPDATE auth.provider_documents SET document = $1::text::jsonb WHERE url = $2",
            &[&old, &url],
        )
        .expect("old keys");
    stage.settle(&serde_json::from_str(&old).expect("JSON"));
    stage
        .client
        .batch_execute("UPDATE howdah.outbox_entries SET outcome = NULL WHERE step = 'jwks'")
        .expect("again");
    stage.settle(&serde_json::from_str(&old).expect("JSON"));
    for _ in 0..5 {
        assert_eq!(sign_in(&mut stage).status, 400);
    }
    assert_eq!(stage.value(rows), "1");
}

/// A signed-in user of a provider's: id and bearer token.
fn signed_in(stage: &mut Stage, issuer: &Issuer, sub: &str) -> (String, Value) {
    let mut browser = Browser::default();
    let back = stage.leave(&mut browser, issuer, true, &format!("code-{sub}"));
    let code = stage.back(&mut browser, &back, "", &tokens(issuer, &back, sub)).part("code");
    let (status, session) = stage.exchange(&code.expect("a code"), VERIFIER);
    assert_eq!(status, 200, "{session}");
    let bearer = format!("Bearer {}", session["access_token"].as_str().expect("a token"));
    let id = session["user"]["id"].as_str().expect("an id").to_owned();
    (id, json!({ "authorization": bearer }))
}

#[test]
fn linking_is_asked_for_by_who_is_signed_in_and_ends_in_his_hands() {
    let howdah = shared();
    let (first, second) = (Issuer::new(howdah, 27), Issuer::new(howdah, 28));
    let mut stage = Stage::new(howdah);
    let (user, bearer) = signed_in(&mut stage, &first, "u");
    let target = format!(
        "/auth/v1/user/identities/authorize?provider={}&skip_http_redirect=true&code_challenge={CHALLENGE}&code_challenge_method=s256",
        second.name
    );
    // Off by default.
    assert_eq!(stage.ask("GET", &target, bearer.clone(), None).status, 404);
    stage
        .client
        .batch_execute("SELECT auth.set('security_manual_linking_enabled', 'true')")
        .expect("set");
    assert_eq!(stage.ask("GET", &target, json!({}), None).status, 401);
    let answer = stage.ask("GET", &target, bearer.clone(), None);
    assert_eq!(answer.status, 200, "{}", answer.body);
    let body: Value = serde_json::from_str(&answer.body).expect("JSON");
    let at_provider =
        Answer { status: 302, headers: json!({"location": body["url"]}), body: String::new() };
    let part = |name: &str| at_provider.part(name).expect("a parameter");
    let back = Back { state: part("state"), code: "link".into(), nonce: part("nonce") };

    // Whoever's browser was led through it: nothing is linked until the client that began redeems the code.
    let led = stage.back(&mut Browser::default(), &back, "", &tokens(&second, &back, "victim"));
    let count = format!("SELECT count(*)::text FROM auth.identities WHERE user_id = '{user}'");
    assert_eq!(stage.value(&count), "1");
    let code = led.part("code").expect("a code");
    assert_eq!(stage.exchange(&code, &VERIFIER.replace('d', "e")).0, 400);
    assert_eq!(stage.value(&count), "1");
    let (status, session) = stage.exchange(&code, VERIFIER);
    assert_eq!((status, session["user"]["id"].as_str()), (200, Some(user.as_str())), "{session}");
    assert_eq!(stage.value(&count), "2");
    assert_eq!(session["user"]["app_metadata"]["providers"], json!([first.name, second.name]));

    // An identity has one owner.
    let (_, other) = signed_in(&mut stage, &first, "other");
    let token = second.token(json!({"sub": "victim"}));
    let link =
        json!({"provider": second.name, "id_token": token, "link_identity": true}).to_string();
    let mut headers = other;
    headers["content-type"] = json!("application/json");
    let answer = stage.ask("POST", "/auth/v1/token?grant_type=id_token", headers, Some(&link));
    assert_eq!(answer.status, 422);
    assert!(answer.body.contains("identity_already_exists"), "{}", answer.body);

    // The last identity stays; another's, and what is none, cannot be taken.
    let identity = |stage: &mut Stage, provider: &str| {
        stage.value(&format!(
            "SELECT id::text FROM auth.identities WHERE user_id = '{user}' AND provider = '{provider}'"
        ))
    };
    let theirs = stage.value(&format!(
        "SELECT id::text FROM auth.identities WHERE provider = '{}' AND provider_id = 'other'",
        first.name
    ));
    let one = identity(&mut stage, &first.name);
    let two = identity(&mut stage, &second.name);
    for (id, status, word) in [
        (theirs.as_str(), 422, "identity_not_found"),
        ("x", 404, "validation_failed"),
        (one.as_str(), 200, "{}"),
        (two.as_str(), 422, "single_identity_not_deletable"),
    ] {
        let path = format!("/auth/v1/user/identities/{id}");
        let answer = stage.ask("DELETE", &path, bearer.clone(), None);
        assert_eq!(answer.status, status, "{id}: {}", answer.body);
        assert!(answer.body.contains(word), "{id}: {}", answer.body);
    }
    assert_eq!(stage.value(&count), "1");
}

#[test]
fn a_link_without_pkce_counts_only_at_the_address_that_asked_for_it() {
    let howdah = shared();
    let (first, second) = (Issuer::new(howdah, 29), Issuer::new(howdah, 30));
    let mut stage = Stage::new(howdah);
    let (user, bearer) = signed_in(&mut stage, &first, "u");
    stage
        .client
        .batch_execute("SELECT auth.set('security_manual_linking_enabled', 'true')")
        .expect("set");
    let target = format!("/auth/v1/user/identities/authorize?provider={}", second.name);
    let answer = stage.ask("GET", &target, bearer, None);
    assert_eq!(answer.status, 302);
    let part = |name: &str| answer.part(name).expect("a parameter");
    let back = Back { state: part("state"), code: "link".into(), nonce: part("nonce") };
    let count = format!("SELECT count(*)::text FROM auth.identities WHERE user_id = '{user}'");
    // As if another address had asked.
    stage
        .client
        .batch_execute(
            "UPDATE auth.flow_state SET client = '192.0.2.1' WHERE linking_target_id IS NOT NULL",
        )
        .expect("moved");
    let led = stage.back(&mut Browser::default(), &back, "", &tokens(&second, &back, "victim"));
    assert_eq!(led.error(), "bad_oauth_state");
    assert_eq!(stage.value(&count), "1");
    stage
        .client
        .batch_execute(
            "UPDATE auth.flow_state SET client = NULL WHERE linking_target_id IS NOT NULL",
        )
        .expect("moved back");
    let done = stage.back(&mut Browser::default(), &back, "", &tokens(&second, &back, "victim"));
    assert!(done.part("access_token").is_some());
    assert_eq!(stage.value(&count), "2");
}

#[test]
fn a_users_token_at_the_provider_is_fresh() {
    let howdah = shared();
    let issuer = Issuer::new(howdah, 31);
    let mut stage = Stage::new(howdah);
    let (_, bearer) = signed_in(&mut stage, &issuer, "u");
    let ask = |stage: &mut Stage| {
        let body = json!({"provider": issuer.name}).to_string();
        let mut headers = bearer.clone();
        headers["content-type"] = json!("application/json");
        let answer = stage.ask("POST", "/auth/v1/user/provider_token", headers, Some(&body));
        (answer.status, serde_json::from_str::<Value>(&answer.body).unwrap_or_default())
    };
    let (status, kept) = ask(&mut stage);
    assert_eq!((status, &kept["access_token"]), (200, &json!("at-1")), "{kept}");
    assert!(kept.get("refresh_token").is_none());
    let age = "UPDATE auth.provider_tokens SET expires_at = now() + interval '30 s', updated_at = clock_timestamp()";
    stage.client.batch_execute(age).expect("aged");
    assert_eq!(ask(&mut stage).0, 202);
    stage.settle(&json!({"access_token": "at-2", "refresh_token": "rt-2", "expires_in": 3600}));
    assert_eq!(ask(&mut stage).1["access_token"], "at-2");
    assert_eq!(ask(&mut stage).1["access_token"], "at-2");
    // The provider takes the refresh token no more.
    stage.client.batch_execute(age).expect("aged");
    assert_eq!(ask(&mut stage).0, 202);
    stage.settle(&json!({"error": "invalid_grant"}));
    let (status, gone) = ask(&mut stage);
    assert_eq!((status, &gone["error_code"]), (404, &json!("provider_token_not_found")));
}
