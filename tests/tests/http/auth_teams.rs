//! Organisations: who may do what in them, invitations, and policies that follow a change at once. They are turned on here and stay so:
//! no other test minds.

use howdah_tests::account::Account;
use howdah_tests::api::Api;
use howdah_tests::forge::part;
use howdah_tests::reply::Reply;
use howdah_tests::server::{Howdah, shared};
use howdah_tests::table::each;
use serde_json::{Value, json};
use std::sync::OnceLock;

/// A Howdah with teams.
fn teams() -> &'static Howdah {
    static ON: OnceLock<()> = OnceLock::new();
    let howdah = shared();
    ON.get_or_init(|| {
        howdah.sql("SELECT auth.enable_teams(); SELECT auth.set('site_url', 'https://app.example.com') WHERE auth.get('site_url') = ''");
    });
    howdah
}

fn ask(account: &Account, method: &str, path: &str, body: Value) -> Reply {
    let call = account.api(teams()).call(method, &format!("/auth/v1/organizations{path}"));
    if method == "GET" { call.send() } else { call.json(body).send() }
}

#[track_caller]
fn refused(reply: &Reply, status: u16, slug: &str) {
    assert_eq!(reply.is(status).json()["error_code"], slug);
}

struct Team {
    id: String,
    owner: Account,
    admin: Account,
    member: Account,
    stranger: Account,
}

impl Team {
    fn new() -> Self {
        let howdah = teams();
        let (owner, admin, member, stranger) =
            (howdah.account(), howdah.account(), howdah.account(), howdah.account());
        let made = ask(&owner, "POST", "", json!({"name": "Acme"})).is(201).json();
        let id = made["id"].as_str().expect("an id").to_owned();
        assert_eq!(made["role"], "owner");
        howdah.sql(&format!(
            "INSERT INTO auth.organization_members (organization_id, user_id, role) VALUES ('{id}', '{}', 'admin'), ('{id}', '{}', 'member')",
            admin.id, member.id
        ));
        Self { id, owner, admin, member, stranger }
    }

    fn ask(&self, account: &Account, method: &str, path: &str, body: Value) -> Reply {
        ask(account, method, &format!("/{}{path}", self.id), body)
    }
}

#[test]
fn allows_what_each_role_may() {
    let team = Team::new();
    let spare = teams().account();
    let member = format!("/members/{}", team.member.id);
    let admin = format!("/members/{}", team.admin.id);
    // Status for owner, admin, member, stranger; what changes something comes last for whom it is allowed.
    let cases: Vec<(&str, String, Value, [u16; 4])> = vec![
        ("GET", String::new(), json!({}), [200, 200, 200, 404]),
        ("GET", "/members".into(), json!({}), [200, 200, 200, 404]),
        ("GET", "/roles".into(), json!({}), [200, 200, 200, 404]),
        ("GET", "/invitations".into(), json!({}), [200, 200, 403, 404]),
        ("PUT", String::new(), json!({"metadata": {"a": 1}}), [200, 200, 403, 404]),
        ("PUT", "/roles/editor".into(), json!({}), [200, 403, 403, 404]),
        ("PUT", member.clone(), json!({"role": "editor"}), [200, 200, 403, 404]),
        ("PUT", member.clone(), json!({"role": "admin"}), [200, 403, 403, 404]),
        ("PUT", admin.clone(), json!({"role": "member"}), [0, 403, 403, 404]),
        ("PUT", format!("/members/{}", spare.id), json!({"role": "member"}), [404, 404, 403, 404]),
        ("PUT", member.clone(), json!({"role": "no_such"}), [400, 400, 0, 404]),
        ("DELETE", format!("/members/{}", team.owner.id), json!({}), [422, 403, 403, 404]),
        ("DELETE", format!("/members/{}", spare.id), json!({}), [404, 404, 403, 404]),
        ("DELETE", "/roles/owner".into(), json!({}), [409, 403, 403, 404]),
        ("POST", "/transfer".into(), json!({"user_id": spare.id}), [404, 403, 403, 404]),
        ("DELETE", String::new(), json!({}), [0, 403, 403, 404]),
    ];
    each(&cases, |(method, path, body, wanted)| {
        let people = [&team.stranger, &team.member, &team.admin, &team.owner];
        for (who, status) in people.iter().zip(wanted.iter().rev()) {
            if *status != 0 {
                let reply = team.ask(who, method, path, body.clone());
                assert_eq!(reply.status, *status, "{method} {path}: {}", reply.text());
            }
            // As it was for the next.
            teams().sql(&format!("UPDATE auth.organization_members SET role = 'member' WHERE organization_id = '{}' AND user_id = '{}'", team.id, team.member.id));
        }
    });
}

#[test]
fn always_keeps_an_owner() {
    let team = Team::new();
    refused(&team.ask(&team.owner, "POST", "/leave", json!({})), 422, "last_owner");
    refused(
        &team.ask(
            &team.owner,
            "PUT",
            &format!("/members/{}", team.owner.id),
            json!({"role": "member"}),
        ),
        422,
        "last_owner",
    );
    let after = team
        .ask(&team.owner, "POST", "/transfer", json!({"user_id": team.member.id}))
        .is(200)
        .json();
    assert_eq!(after["role"], "admin");
    team.ask(&team.owner, "POST", "/leave", json!({})).is(200);
    refused(&team.ask(&team.owner, "GET", "", json!({})), 404, "organization_not_found");
    // Two owners who leave at once: one stays.
    for _ in 0..5 {
        let team = Team::new();
        team.ask(
            &team.owner,
            "PUT",
            &format!("/members/{}", team.admin.id),
            json!({"role": "owner"}),
        )
        .is(200);
        let statuses: Vec<u16> = std::thread::scope(|scope| {
            let asks: Vec<_> = [&team.owner, &team.admin]
                .map(|who| {
                    let team = &team;
                    scope.spawn(move || team.ask(who, "POST", "/leave", json!({})).status)
                })
                .into_iter()
                .collect();
            asks.into_iter().map(|ask| ask.join().expect("an answer")).collect()
        });
        let owners = teams().value(&format!("SELECT count(*) FROM auth.organization_members WHERE organization_id = '{}' AND role = 'owner'", team.id));
        assert_eq!(
            (owners.as_str(), statuses.iter().filter(|s| **s == 422).count()),
            ("1", 1),
            "{statuses:?}"
        );
    }
}

/// Invites an account to a team; the token is in the mail only.
fn invite(team: &Team, guest: &Account) -> String {
    teams().sql("UPDATE auth.rate_limits SET count = 0 WHERE name = 'email_send_address'");
    let email = guest.email.to_uppercase();
    let body =
        team.ask(&team.admin, "POST", "/invitations", json!({"email": email})).is(201).json();
    assert!(!body.to_string().contains("hw_oi_"), "{body}");
    assert_eq!((&body["email"], &body["role"]), (&json!(guest.email), &json!("member")));
    let token = teams().value(&format!(
        "SELECT substring(link FROM 'invitation_token=(hw_oi_[A-Za-z0-9_-]+)') FROM howdah.outbox_peek('{}', 'email', 1)",
        guest.email
    ));
    assert!(token.len() > 40, "{token}");
    token
}

fn accept(who: &Account, token: &str) -> Reply {
    ask(who, "POST", "/invitations/accept", json!({"token": token}))
}

#[test]
fn invitations_work_once_and_for_their_addressee() {
    let team = Team::new();
    let (guest, other) = (teams().account(), teams().account());
    let token = invite(&team, &guest);
    refused(&accept(&other, &token), 404, "invite_not_found");
    refused(&accept(&guest, "hw_oi_nonsense"), 404, "invite_not_found");
    let statuses: Vec<u16> = std::thread::scope(|scope| {
        let asks: Vec<_> = (0..8).map(|_| scope.spawn(|| accept(&guest, &token).status)).collect();
        asks.into_iter().map(|ask| ask.join().expect("an answer")).collect()
    });
    assert_eq!(statuses.iter().filter(|s| **s == 200).count(), 1, "{statuses:?}");
    team.ask(&guest, "GET", "/members", json!({})).is(200);
    let again = team.ask(&team.admin, "POST", "/invitations", json!({"email": guest.email}));
    refused(&again, 409, "conflict");
    let managing = json!({"email": other.email, "role": "admin"});
    refused(&team.ask(&team.admin, "POST", "/invitations", managing), 403, "insufficient_role");
    let nowhere = json!({"email": "x"});
    refused(&team.ask(&team.admin, "POST", "/invitations", nowhere), 400, "validation_failed");
}

#[test]
fn invitations_end_and_wait_for_a_confirmed_address() {
    let team = Team::new();
    let (late, unsure, unwanted) = (teams().account(), teams().account(), teams().account());
    let token = invite(&team, &late);
    teams().sql(&format!(
        "UPDATE auth.organization_invitations SET expires_at = now() WHERE email = '{}'",
        late.email
    ));
    refused(&accept(&late, &token), 404, "invite_not_found");

    let token = invite(&team, &unsure);
    let confirmed = |at: &str| {
        let id = &unsure.id;
        teams().sql(&format!("UPDATE auth.users SET email_confirmed_at = {at} WHERE id = '{id}'"));
    };
    confirmed("NULL");
    refused(&accept(&unsure, &token), 404, "invite_not_found");
    confirmed("now()");
    assert_eq!(accept(&unsure, &token).is(200).json()["role"], "member");

    let token = invite(&team, &unwanted);
    let open = team.ask(&team.admin, "GET", "/invitations", json!({})).is(200).json();
    assert_eq!(
        open.as_array().map(Vec::len),
        Some(1),
        "neither what is over nor what was accepted: {open}"
    );
    let path = format!("/invitations/{}", open[0]["id"].as_str().expect("an id"));
    team.ask(&team.admin, "DELETE", &path, json!({})).is(200);
    refused(&accept(&unwanted, &token), 404, "invite_not_found");
}

#[test]
fn policies_follow_a_change_at_once() {
    let team = Team::new();
    let howdah = teams();
    let schema = format!("team_{}", team.id.replace('-', ""));
    howdah.sql(&format!(
        "CREATE SCHEMA {schema}; GRANT USAGE ON SCHEMA {schema} TO authenticated;
         CREATE FUNCTION {schema}.seen() RETURNS jsonb LANGUAGE sql STABLE AS $$
             SELECT jsonb_build_array(auth.member_of('{0}'), auth.has_role('{0}', 'owner'), '{0}' = ANY (auth.organization_ids())) $$;
         SELECT howdah.route('GET', '/{schema}', '{schema}.seen')", team.id));
    let seen = |who: &Account| -> Value {
        let end = std::time::Instant::now() + std::time::Duration::from_secs(3);
        loop {
            let reply = who.api(howdah).call("GET", &format!("/{schema}")).send();
            if reply.status == 200 || std::time::Instant::now() > end {
                return reply.is(200).json();
            }
        }
    };
    assert_eq!(seen(&team.owner), json!([true, true, true]));
    assert_eq!(seen(&team.member), json!([true, false, true]));
    assert_eq!(seen(&team.stranger), json!([false, false, false]));
    team.ask(&team.admin, "DELETE", &format!("/members/{}", team.member.id), json!({})).is(200);
    assert_eq!(seen(&team.member), json!([false, false, false]), "with the token of before");
    team.ask(&team.owner, "PUT", &format!("/members/{}", team.admin.id), json!({"role": "owner"}))
        .is(200);
    assert_eq!(seen(&team.admin), json!([true, true, true]));
    howdah.sql(&format!("SELECT howdah.unroute('GET', '/{schema}'); DROP SCHEMA {schema} CASCADE"));
    // The claim, for apps: as it was when the token was issued.
    let session = howdah.session_of(&team.admin.id);
    let claims = part(session["access_token"].as_str().expect("a token"), 1);
    assert_eq!(claims["orgs"], json!({team.id.clone(): "owner"}));
}

#[test]
fn lists_ones_own_and_refuses_what_is_wrong() {
    let team = Team::new();
    let mine = ask(&team.member, "GET", "", json!({})).is(200).json();
    assert_eq!(
        (mine.as_array().map(Vec::len), &mine[0]["id"], &mine[0]["role"]),
        (Some(1), &json!(team.id), &json!("member"))
    );
    let slug = format!("s{}", &team.id[..8]);
    ask(&team.stranger, "POST", "", json!({"name": "B", "slug": slug})).is(201);
    refused(&ask(&team.stranger, "POST", "", json!({"name": "C", "slug": slug})), 409, "conflict");
    for body in [
        json!({}),
        json!({"name": ""}),
        json!({"name": "x", "slug": "Not A Slug"}),
        json!({"name": "x".repeat(201)}),
    ] {
        refused(&ask(&team.stranger, "POST", "", body), 400, "validation_failed");
    }
    refused(&ask(&team.member, "GET", "/5", json!({})), 404, "organization_not_found");
    let nobody = Api { howdah: teams(), schema: None, token: None };
    refused(&nobody.call("GET", "/auth/v1/organizations").send(), 401, "no_authorization");
    teams().sql(&format!(
        "UPDATE auth.users SET is_anonymous = true WHERE id = '{}'",
        team.stranger.id
    ));
    let anonymous = teams().session_of(&team.stranger.id);
    let reply = nobody
        .with_token(anonymous["access_token"].as_str().expect("a token"))
        .call("GET", "/auth/v1/organizations")
        .send();
    refused(&reply, 403, "no_authorization");
}
