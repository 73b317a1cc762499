//! Linking never hands over an account (THREATS E1, E2): every case of who vouches for an address, and what an attacker who made the
//! account before its owner came still has.

use howdah_tests::api::Api;
use howdah_tests::database::literal;
use howdah_tests::issuer::Issuer;
use howdah_tests::reply::Reply;
use howdah_tests::server::{Howdah, shared};
use serde_json::{Value, json};

fn nobody(howdah: &Howdah) -> Api<'_> {
    Api { howdah, schema: None, token: None }
}

fn sign_in(howdah: &Howdah, issuer: &Issuer, claims: Value) -> Reply {
    nobody(howdah)
        .call("POST", "/auth/v1/token?grant_type=id_token")
        .json(json!({"provider": issuer.name, "id_token": issuer.token(claims)}))
        .send()
}

/// How an account came to its address.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Local {
    None,
    Unverified,
    /// `mailer_autoconfirm`, or made by a server: confirmed as it was made, shown by nobody.
    Assumed,
    Verified,
}

/// An account as somebody made it who knew the address: with a password, a session, a factor, another identity.
struct Made {
    id: String,
    access: String,
    refresh: String,
}

fn make(howdah: &Howdah, email: &str, local: Local, sessions: bool, factor: bool) -> Made {
    let id = howdah.value("SELECT gen_random_uuid()");
    let confirmed = match local {
        Local::Unverified => "NULL",
        Local::Assumed => "now() - interval '1 day'",
        _ => "now()",
    };
    howdah.sql(&format!(
        "INSERT INTO auth.users (id, aud, role, email, encrypted_password, email_confirmed_at, created_at, updated_at, raw_user_meta_data) \
         VALUES ('{id}', 'authenticated', 'authenticated', '{email}', howdah_private.password_hash('attacker pass 1'), {confirmed}, \
                 now() - interval '1 day', now(), '{{\"planted\": true}}'); \
         INSERT INTO auth.identities (provider_id, user_id, identity_data, provider, created_at, updated_at) \
         VALUES ('{id}', '{id}', '{{\"sub\": \"{id}\", \"email\": \"{email}\"}}', 'email', now() - interval '1 day', now()), \
                ('attacker-{id}', '{id}', '{{\"sub\": \"attacker-{id}\", \"email\": \"{email}\", \"email_verified\": false}}', 'elsewhere', now(), now())"
    ));
    if factor {
        howdah.sql(&format!(
            "INSERT INTO auth.mfa_factors (id, user_id, factor_type, status, created_at, updated_at) \
             VALUES (gen_random_uuid(), '{id}', 'totp', 'verified', now(), now())"
        ));
    }
    let session = if sessions { howdah.session_of(&id) } else { Value::Null };
    let text = |name: &str| session[name].as_str().unwrap_or_default().to_owned();
    Made { access: text("access_token"), refresh: text("refresh_token"), id }
}

fn with_password(howdah: &Howdah, email: &str) -> Reply {
    nobody(howdah)
        .call("POST", "/auth/v1/token?grant_type=password")
        .json(json!({"email": email, "password": "attacker pass 1"}))
        .send()
}

#[test]
fn an_account_is_linked_or_taken_over_by_who_both_sides_vouch_for() {
    let howdah = shared();
    let issuer = Issuer::new(howdah, 11);
    let mut cases = 0;
    for local in [Local::None, Local::Unverified, Local::Assumed, Local::Verified] {
        for verified in [true, false] {
            for sessions in [true, false] {
                for factor in [true, false] {
                    cases += 1;
                    one_case(howdah, &issuer, local, verified, sessions, factor);
                }
            }
        }
    }
    assert!(cases >= 24);
}

fn one_case(
    howdah: &Howdah,
    issuer: &Issuer,
    local: Local,
    verified: bool,
    sessions: bool,
    factor: bool,
) {
    let case =
        format!("{local:?}, provider verified {verified}, sessions {sessions}, factor {factor}");
    let key = howdah.value("SELECT gen_random_uuid()");
    let email = format!("case-{key}@example.com");
    let made = (local != Local::None).then(|| make(howdah, &email, local, sessions, factor));
    let reply =
        sign_in(howdah, issuer, json!({"sub": key, "email": email, "email_verified": verified}));
    assert_eq!(reply.status, 200, "{case}: {}", reply.text());
    let session = reply.json();
    let user = session["user"]["id"].as_str().expect("a user").to_owned();
    let identities = howdah.value(&format!(
        "SELECT string_agg(provider, ',' ORDER BY provider) FROM auth.identities WHERE user_id = '{user}'"
    ));
    let alone = identities == issuer.name;
    let Some(made) = made else {
        assert!(alone, "{case}");
        assert_eq!(session["user"]["email"], if verified { email.as_str() } else { "" }, "{case}");
        return;
    };
    if !verified {
        // An account of its own, without the address; the other one is as it was.
        assert_ne!(user, made.id, "{case}");
        assert_eq!(session["user"]["email"], "", "{case}");
        assert!(alone, "{case}");
        let kept = howdah
            .value(&format!("SELECT count(*) FROM auth.identities WHERE user_id = '{}'", made.id));
        assert_eq!(kept, "2", "{case}");
        return;
    }
    assert_eq!(user, made.id, "{case}");
    let proven = local == Local::Verified;
    // The session that the attacker had, the password, the factor, the other identity, the planted metadata.
    let seen = |token: &str| {
        Api { howdah, schema: None, token: Some(token.to_owned()) }
            .call("GET", "/auth/v1/user")
            .send()
            .status
    };
    if sessions {
        assert_eq!(seen(&made.access) == 200, proven, "{case}");
        let refreshed = nobody(howdah)
            .call("POST", "/auth/v1/token?grant_type=refresh_token")
            .json(json!({"refresh_token": made.refresh}))
            .send();
        assert_eq!(refreshed.status == 200, proven, "{case}");
    }
    assert_eq!(with_password(howdah, &email).status == 200, proven, "{case}");
    let factors =
        howdah.value(&format!("SELECT count(*) FROM auth.mfa_factors WHERE user_id = '{user}'"));
    assert_eq!(factors, if factor && proven { "1" } else { "0" }, "{case}");
    assert_eq!(identities.contains("elsewhere"), proven, "{case}: {identities}");
    assert!(identities.contains(&issuer.name), "{case}");
    if local == Local::Unverified {
        assert_eq!(session["user"]["user_metadata"]["planted"], Value::Null, "{case}");
    }
    assert!(session["user"]["email_confirmed_at"].is_string(), "{case}");
}

#[test]
fn the_identity_decides_and_not_the_address() {
    let howdah = shared();
    let issuer = Issuer::new(howdah, 12);
    let mail = |n: u8| format!("{n}-{}@example.com", issuer.name);
    let claims =
        |sub: &str, email: &str| json!({"sub": sub, "email": email, "email_verified": true});
    let first = sign_in(howdah, &issuer, claims("s1", &mail(1))).json();
    let victim = sign_in(howdah, &issuer, claims("s2", &mail(2))).json();
    // Who changes his address at the provider into somebody else's stays who he is, with the address that he has here.
    let again = sign_in(howdah, &issuer, claims("s1", &mail(2))).json();
    assert_eq!(again["user"]["id"], first["user"]["id"]);
    assert_ne!(again["user"]["id"], victim["user"]["id"]);
    assert_eq!(again["user"]["email"], mail(1));
    // The same subject at another issuer is somebody else.
    let other = Issuer::new(howdah, 13);
    let stranger =
        sign_in(howdah, &other, json!({"sub": "s1", "email": mail(3), "email_verified": true}))
            .json();
    assert_ne!(stranger["user"]["id"], first["user"]["id"]);
    // A row that is pointed to another issuer gives its subjects none of the old one's users.
    howdah.sql(&format!(
        "UPDATE auth.identities SET identity_data = identity_data || '{{\"iss\": \"https://old.example\"}}' \
         WHERE provider = {} AND provider_id = 's1'",
        literal(&issuer.name)
    ));
    let reply = sign_in(howdah, &issuer, claims("s1", &mail(1)));
    assert_eq!(reply.status, 400, "{}", reply.text());
    assert_eq!(reply.json()["error_code"], "bad_oauth_callback");
}

#[test]
fn of_many_first_sign_ins_at_once_one_makes_the_account() {
    let howdah = shared();
    let issuer = Issuer::new(howdah, 14);
    let claims = json!({"sub": "s", "email": format!("{}@example.com", issuer.name), "email_verified": true});
    let users: Vec<Value> = std::thread::scope(|scope| {
        let all: Vec<_> =
            (0..8).map(|_| scope.spawn(|| sign_in(howdah, &issuer, claims.clone()))).collect();
        all.into_iter()
            .map(|one| one.join().expect("no panic"))
            .filter(|reply| reply.status == 200)
            .map(|reply| reply.json()["user"]["id"].clone())
            .collect()
    });
    assert!(!users.is_empty() && users.iter().all(|user| *user == users[0]), "{users:?}");
    let made = howdah.value(&format!(
        "SELECT count(*) FROM auth.identities WHERE provider = {}",
        literal(&issuer.name)
    ));
    assert_eq!(made, "1");
}

#[test]
fn a_banned_user_stays_out_by_every_way() {
    let howdah = shared();
    let issuer = Issuer::new(howdah, 15);
    let claims = json!({"sub": "s", "email": format!("{}@example.com", issuer.name), "email_verified": true});
    let user = sign_in(howdah, &issuer, claims.clone()).json()["user"]["id"].clone();
    howdah.sql(&format!(
        "UPDATE auth.users SET banned_until = now() + interval '1 hour' WHERE id = '{}'",
        user.as_str().expect("an id")
    ));
    let reply = sign_in(howdah, &issuer, claims);
    assert_eq!((reply.status, reply.json()["error_code"].clone()), (400, json!("user_banned")));
}

#[test]
fn id_tokens_that_are_no_good_are_refused_in_the_words_of_oauth() {
    let howdah = shared();
    let (issuer, other) = (Issuer::new(howdah, 16), Issuer::new(howdah, 17));
    let call = |body: Value| {
        nobody(howdah).call("POST", "/auth/v1/token?grant_type=id_token").json(body).send()
    };
    let token = |more: Value| issuer.token(more);
    for (body, error) in [
        (json!({"provider": issuer.name}), "id_token required"),
        (json!({"provider": issuer.name, "id_token": "x.y.z"}), "Bad ID token"),
        (
            json!({"provider": issuer.name, "id_token": other.token(json!({"sub": "s"}))}),
            "Bad ID token",
        ),
        (
            json!({"provider": issuer.name, "id_token": token(json!({"sub": "s", "aud": "other"}))}),
            "Unacceptable audience in id_token",
        ),
        (
            json!({"provider": issuer.name, "id_token": token(json!({}))}),
            "Missing sub claim in id_token",
        ),
        (
            json!({"provider": issuer.name, "id_token": token(json!({"sub": "s", "nonce": "n"})), "nonce": "n"}),
            "Nonces mismatch",
        ),
        (
            json!({"provider": issuer.name, "id_token": token(json!({"sub": "s", "nonce": "n"}))}),
            "Nonces mismatch",
        ),
        (
            json!({"provider": issuer.name, "id_token": token(json!({"sub": "s"})), "nonce": "n"}),
            "Nonces mismatch",
        ),
        (
            json!({"provider": issuer.name, "id_token": token(json!({"sub": "s", "exp": 1}))}),
            "Bad ID token",
        ),
    ] {
        let reply = call(body.clone());
        assert_eq!(reply.status, 400, "{body}: {}", reply.text());
        assert_eq!(reply.json()["error_description"], error, "{body}");
    }
    let reply = call(json!({"provider": "no-such", "id_token": "x"}));
    assert_eq!(
        (reply.status, reply.json()["error_code"].clone()),
        (400, json!("provider_disabled"))
    );
    // GoTrue's nonce: the client's own, hashed in the token.
    let hashed = howdah.value("SELECT encode(sha256('n0nce'), 'hex')");
    let good = token(
        json!({"sub": "s", "nonce": hashed, "email": format!("n-{}@example.com", issuer.name), "email_verified": true}),
    );
    assert_eq!(
        call(json!({"provider": issuer.name, "id_token": good, "nonce": "n0nce"})).status,
        200
    );
}
