//! The documents of each provider, as their documentation shows them, and what may be believed of them.

use super::profile::{Documents, Profile, read};
use super::provider::Provider;
use serde_json::{Map, Value, json};

fn provider(kind: &str) -> Provider {
    let given = Provider {
        name: "p".into(),
        kind: kind.into(),
        client_ids: vec!["c".into()],
        base_url: (kind == "keycloak").then(|| "https://kc.example/realms/r".into()),
        issuer: (kind == "oidc").then(|| "https://id.example".into()),
        authorization_endpoint: (kind == "oauth2").then(|| "https://o.example/a".into()),
        token_endpoint: (kind == "oauth2").then(|| "https://o.example/t".into()),
        userinfo_endpoint: (kind == "oauth2").then(|| "https://o.example/me".into()),
        ..Provider::default()
    };
    given.complete().unwrap()
}

fn of_claims(kind: &str, claims: Value) -> Profile {
    let claims = claims.as_object().unwrap().clone();
    read(&provider(kind), Documents { claims: Some(&claims), ..Documents::default() }).unwrap()
}

fn of_userinfo(kind: &str, user: Value) -> Profile {
    read(&provider(kind), Documents { userinfo: Some(&user), ..Documents::default() }).unwrap()
}

/// sub, address, whether it is verified, issuer.
fn facts(profile: &Profile) -> (&str, Option<&str>, bool, &str) {
    let issuer = profile.data["iss"].as_str().unwrap();
    assert_eq!(profile.data["email_verified"], profile.email_verified);
    assert_eq!(profile.data["sub"], profile.sub.as_str());
    (&profile.sub, profile.email.as_deref(), profile.email_verified, issuer)
}

#[test]
fn signed_tokens_say_themselves_what_is_verified() {
    let google = json!({"iss": "https://accounts.google.com", "sub": "110248495921238986420", "hd": "example.com",
        "email": "jane@example.com", "email_verified": true, "name": "Jane Doe", "picture": "https://p.example/1"});
    let profile = of_claims("google", google.clone());
    assert_eq!(
        facts(&profile),
        ("110248495921238986420", Some("jane@example.com"), true, "https://accounts.google.com")
    );
    assert_eq!(profile.data["full_name"], "Jane Doe");
    assert_eq!(profile.data["avatar_url"], "https://p.example/1");
    assert_eq!(profile.data["custom_claims"]["hd"], "example.com");
    for (flag, verified) in [
        (json!(true), true),
        (json!("true"), true),
        (json!(false), false),
        (json!("false"), false),
        (json!(null), false),
        (json!(1), false),
        (json!("1"), false),
        (json!("TRUE"), false),
        (json!(["true"]), false),
    ] {
        for kind in ["google", "apple", "linkedin_oidc", "slack_oidc", "twitch", "keycloak", "oidc"]
        {
            let mut claims = google.clone();
            claims["email_verified"] = flag.clone();
            assert_eq!(of_claims(kind, claims).email_verified, verified, "{kind} {flag}");
        }
    }
}

#[test]
fn microsoft_vouches_for_an_address_by_its_own_claim_only() {
    let base = json!({"iss": "https://login.microsoftonline.com/9188040d-6c67-4c5b-b112-36a304b66dad/v2.0",
        "sub": "AAAA", "email": "victim@example.com", "name": "J", "tid": "9188040d-6c67-4c5b-b112-36a304b66dad"});
    for (edov, verified) in [
        (json!(true), true),
        (json!("1"), true),
        (json!("true"), true),
        (json!(1), true),
        (json!(false), false),
        (json!("0"), false),
        (json!(null), false),
        (json!("yes"), false),
    ] {
        let mut claims = base.clone();
        // Not Microsoft's, or put in by whoever rules the tenant.
        claims["email_verified"] = json!(true);
        claims["xms_edov"] = edov.clone();
        assert_eq!(of_claims("azure", claims).email_verified, verified, "{edov}");
    }
    assert!(!of_claims("azure", base).email_verified);
}

#[test]
fn github_vouches_in_its_list_and_not_in_the_profile() {
    let user = json!({"id": 583231, "login": "octocat", "name": "Octo Cat", "email": "victim@example.com", "avatar_url": "https://a.example/1"});
    let run = |emails: Value| {
        let documents =
            Documents { userinfo: Some(&user), emails: Some(&emails), ..Documents::default() };
        read(&provider("github"), documents).unwrap()
    };
    let profile = run(json!([
        {"email": "victim@example.com", "primary": false, "verified": false},
        {"email": "octo@example.com", "primary": true, "verified": true},
    ]));
    assert_eq!(
        facts(&profile),
        ("583231", Some("octo@example.com"), true, "https://api.github.com")
    );
    assert_eq!(profile.data["user_name"], "octocat");
    assert!(
        !run(json!([{"email": "victim@example.com", "primary": true, "verified": false}]))
            .email_verified
    );
    assert_eq!(
        run(json!([{"email": "victim@example.com", "primary": false, "verified": true}])).email,
        None
    );
    assert_eq!(run(json!({"message": "Not Found"})).email, None);
    assert_eq!(of_userinfo("github", user.clone()).email, None);
}

#[test]
fn the_others_are_read_as_they_write() {
    let gitlab = json!({"id": 1, "username": "j", "name": "J", "email": "j@example.com", "confirmed_at": "2012-05-23T09:05:22Z"});
    assert_eq!(
        facts(&of_userinfo("gitlab", gitlab)),
        ("1", Some("j@example.com"), true, "https://gitlab.com")
    );
    let gitlab = json!({"id": 1, "username": "j", "email": "j@example.com", "confirmed_at": null});
    assert!(!of_userinfo("gitlab", gitlab).email_verified);

    let facebook = json!({"id": "10", "first_name": "J", "last_name": "D", "name": "JD", "email": "j@example.com", "picture": {"data": {"url": "https://f.example/1"}}});
    let profile = of_userinfo("facebook", facebook);
    assert_eq!((profile.sub.as_str(), profile.email_verified), ("10", false));
    assert_eq!(profile.data["full_name"], "J D");
    assert_eq!(profile.data["picture"], "https://f.example/1");

    let x = json!({"data": {"id": "2244994945", "username": "x", "name": "X", "confirmed_email": "x@example.com"}});
    assert_eq!(
        facts(&of_userinfo("x", x.clone())),
        ("2244994945", Some("x@example.com"), true, "https://api.x.com")
    );
    assert_eq!(of_userinfo("twitter", x).sub, "2244994945");

    let discord = json!({"id": "80351110224678912", "username": "Nelly", "discriminator": "1337", "avatar": "a_1", "verified": true, "email": "n@example.com", "global_name": null});
    let profile = of_userinfo("discord", discord);
    assert_eq!(
        facts(&profile),
        ("80351110224678912", Some("n@example.com"), true, "https://discord.com/api")
    );
    assert_eq!(profile.data["name"], "Nelly#1337");
    assert_eq!(
        profile.data["avatar_url"],
        "https://cdn.discordapp.com/avatars/80351110224678912/a_1.gif"
    );
    assert!(
        !of_userinfo("discord", json!({"id": "1", "username": "n", "email": "n@example.com"}))
            .email_verified
    );

    let spotify = json!({"id": "s", "display_name": "S", "email": "s@example.com", "images": [{"url": "https://i.example/1"}]});
    assert_eq!(
        facts(&of_userinfo("spotify", spotify)),
        ("s", Some("s@example.com"), false, "https://api.spotify.com/v1")
    );

    let notion = json!({"bot": {"owner": {"type": "user", "user": {"id": "n", "name": "N", "person": {"email": "n@example.com"}}}}});
    assert_eq!(
        facts(&of_userinfo("notion", notion)),
        ("n", Some("n@example.com"), false, "https://api.notion.com")
    );

    for (verified, expected) in [(json!(1), true), (json!(0), false), (json!(null), false)] {
        let zoom = json!({"id": "z", "first_name": "Z", "email": "z@example.com", "login_type": 1, "verified": verified});
        assert_eq!(of_userinfo("zoom", zoom).email_verified, expected);
    }
}

#[test]
fn any_other_document_is_read_by_its_mapping() {
    let mut provider = provider("oauth2");
    let map = json!({"sub": "user.uid", "email": "user.mails.0.address", "email_verified": "user.mails.0.ok", "name": "user.label"});
    provider.claim_mapping = map.as_object().cloned();
    let user = json!({"user": {"uid": 7, "label": "Seven", "mails": [{"address": "7@example.com", "ok": true}, {"address": "8@example.com", "ok": false}]}});
    let profile =
        read(&provider, Documents { userinfo: Some(&user), ..Documents::default() }).unwrap();
    assert_eq!(facts(&profile), ("7", Some("7@example.com"), true, "https://o.example/me"));
    assert_eq!(profile.data["full_name"], "Seven");
}

#[test]
fn an_address_and_its_flag_are_of_one_document() {
    // The token vouches, the document does not; and the other way round (CVE-2026-14781).
    let claims = |value: Value| value.as_object().unwrap().clone();
    let token = claims(json!({"iss": "https://id.example", "sub": "a", "email_verified": true}));
    let user = json!({"sub": "a", "email": "victim@example.com"});
    let documents =
        Documents { claims: Some(&token), userinfo: Some(&user), ..Documents::default() };
    let profile = read(&provider("oidc"), documents).unwrap();
    assert_eq!(
        (profile.email.as_deref(), profile.email_verified),
        (Some("victim@example.com"), false)
    );

    let token = claims(
        json!({"iss": "https://id.example", "sub": "a", "email": "victim@example.com", "email_verified": false}),
    );
    let user = json!({"sub": "a", "email": "mine@example.com", "email_verified": true});
    let documents =
        Documents { claims: Some(&token), userinfo: Some(&user), ..Documents::default() };
    let profile = read(&provider("oidc"), documents).unwrap();
    assert_eq!(
        (profile.email.as_deref(), profile.email_verified),
        (Some("mine@example.com"), true)
    );

    let other = json!({"sub": "b", "email": "mine@example.com", "email_verified": true});
    for user in [other, json!({"email": "mine@example.com", "email_verified": true})] {
        let documents =
            Documents { claims: Some(&token), userinfo: Some(&user), ..Documents::default() };
        assert!(read(&provider("oidc"), documents).is_err(), "{user}");
    }
}

#[test]
fn trust_fills_a_missing_flag_and_overrules_none() {
    let mut provider = provider("facebook");
    provider.trust_email = Some(true);
    let run = |user: Value| {
        read(&provider, Documents { userinfo: Some(&user), ..Documents::default() })
            .unwrap()
            .email_verified
    };
    assert!(run(json!({"id": "1", "email": "f@example.com"})));
    assert!(!run(json!({"id": "1", "email": "f@example.com", "email_verified": false})));
    assert!(!run(json!({"id": "1"})));
}

#[test]
fn without_a_subject_there_is_nobody() {
    for user in [
        json!({}),
        json!({"id": ""}),
        json!({"id": null}),
        json!({"id": [1]}),
        json!({"id": 1.5}),
        json!({"id": "a\nb"}),
        json!({"id": "x".repeat(256)}),
        json!([]),
        json!("x"),
    ] {
        let documents = Documents { userinfo: Some(&user), ..Documents::default() };
        assert!(read(&provider("discord"), documents).is_err(), "{user}");
    }
    assert!(read(&provider("google"), Documents::default()).is_err());
}

#[test]
fn apple_tells_the_name_once_in_a_form_that_is_not_signed() {
    let claims: Map<String, Value> = json!({"iss": "https://appleid.apple.com", "sub": "001", "email": "a@privaterelay.appleid.com", "email_verified": "true", "is_private_email": "true"})
        .as_object().unwrap().clone();
    let form = json!({"name": {"firstName": "Jane", "lastName": "Doe"}, "email": "victim@example.com", "email_verified": true});
    let documents =
        Documents { claims: Some(&claims), form_user: Some(&form), ..Documents::default() };
    let profile = read(&provider("apple"), documents).unwrap();
    assert_eq!(
        facts(&profile),
        ("001", Some("a@privaterelay.appleid.com"), true, "https://appleid.apple.com")
    );
    assert_eq!(profile.data["full_name"], "Jane Doe");
    assert_eq!(profile.data["custom_claims"]["is_private_email"], "true");
}

#[test]
fn a_row_is_checked_before_it_is_kept() {
    let given = |change: Value| {
        let mut all = json!({"name": "acme", "kind": "oidc", "client_ids": ["c"], "issuer": "https://id.example"});
        for (name, value) in change.as_object().unwrap() {
            all[name] = value.clone();
        }
        serde_json::from_value::<Provider>(all).unwrap().complete()
    };
    assert!(given(json!({})).is_ok());
    for wrong in [
        json!({"name": ""}),
        json!({"name": "A b"}),
        json!({"name": "email"}),
        json!({"name": "sso:x"}),
        json!({"name": "x".repeat(65)}),
        json!({"kind": "saml"}),
        json!({"client_ids": []}),
        json!({"client_ids": [" "]}),
        json!({"issuer": null}),
        json!({"issuer": "http://id.example"}),
        json!({"issuer": "id.example"}),
        json!({"jwks_uri": "http://169.254.169.254/"}),
        json!({"token_endpoint": "ftp://id.example"}),
        json!({"kind": "keycloak"}),
        json!({"kind": "oauth2"}),
        json!({"client_auth": "private_key_jwt"}),
        json!({"scopes": ["a b"]}),
        json!({"claim_mapping": {"role": "x"}}),
        json!({"claim_mapping": {"sub": 1}}),
        json!({"parameters": {"a": 1}}),
    ] {
        assert!(given(wrong.clone()).is_err(), "{wrong}");
    }
    assert!(given(json!({"jwks_uri": "http://localhost:3000/jwks"})).is_ok());
    let azure = given(json!({"kind": "microsoft", "issuer": null})).unwrap();
    assert_eq!(azure.issuer.as_deref(), Some("https://login.microsoftonline.com/{tenantid}/v2.0"));
    let enterprise =
        given(json!({"kind": "github", "issuer": null, "base_url": "https://git.example/"}))
            .unwrap();
    assert_eq!(enterprise.userinfo_endpoint.as_deref(), Some("https://git.example/api/v3/user"));
    assert_eq!(
        enterprise.token_endpoint.as_deref(),
        Some("https://git.example/login/oauth/access_token")
    );
}
