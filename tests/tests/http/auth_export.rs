//! Export and erasure over HTTP: one's own data under one's own rights, an administrator's view past policies, plans before deletions.

use howdah_tests::account::Account;
use howdah_tests::api::Api;
use howdah_tests::reply::Reply;
use howdah_tests::server::{Howdah, shared};
use serde_json::{Value, json};

fn admin(howdah: &Howdah) -> Api<'_> {
    Api { howdah, schema: None, token: Some(howdah.service_key.clone()) }
}

/// An app of its own: a profile a user, notes under policies, a log that outlives its user, invoices that forbid.
struct App {
    schema: String,
}

impl App {
    fn new(howdah: &Howdah) -> Self {
        let schema = format!("export {}", howdah.value("SELECT gen_random_uuid()"));
        howdah.sql(&format!(
            "CREATE SCHEMA \"{schema}\"; GRANT USAGE ON SCHEMA \"{schema}\" TO authenticated, service_role;
             CREATE TABLE \"{schema}\".profiles (id uuid PRIMARY KEY REFERENCES auth.users ON DELETE CASCADE, name text);
             CREATE TABLE \"{schema}\".notes (id int PRIMARY KEY, author uuid REFERENCES \"{schema}\".profiles ON DELETE CASCADE, note text, hidden bool);
             CREATE TABLE \"{schema}\".log (actor uuid REFERENCES auth.users ON DELETE SET NULL, what text);
             CREATE TABLE \"{schema}\".invoices (customer uuid REFERENCES auth.users, sum int);
             ALTER TABLE \"{schema}\".notes ENABLE ROW LEVEL SECURITY;
             CREATE POLICY own ON \"{schema}\".notes FOR SELECT TO authenticated USING (author = auth.uid() AND NOT hidden);
             GRANT SELECT ON \"{schema}\".profiles, \"{schema}\".notes TO authenticated;
             GRANT SELECT ON ALL TABLES IN SCHEMA \"{schema}\" TO service_role"
        ));
        Self { schema }
    }

    fn fill(&self, howdah: &Howdah, account: &Account, first: u32) {
        let (s, id) = (&self.schema, &account.id);
        howdah.sql(&format!(
            "INSERT INTO \"{s}\".profiles VALUES ('{id}', 'of {id}');
             INSERT INTO \"{s}\".notes SELECT n, '{id}', 'note ' || n, n = {first} FROM generate_series({first}, {first} + 4) AS n;
             INSERT INTO \"{s}\".log VALUES ('{id}', 'came')"
        ));
    }

    fn table(&self, name: &str) -> String {
        format!("\"{}\".{name}", self.schema)
    }

    fn drop(self, howdah: &Howdah) {
        howdah.sql(&format!("DROP SCHEMA \"{}\" CASCADE", self.schema));
    }
}

fn rows<'d>(document: &'d Value, table: &str) -> &'d [Value] {
    document["tables"]
        .as_array()
        .expect("tables")
        .iter()
        .find(|t| t["table"] == table)
        .and_then(|t| t["rows"].as_array())
        .map_or(&[], Vec::as_slice)
}

fn export(account: &Account, query: &str) -> Reply {
    account.api(shared()).call("GET", &format!("/auth/v1/user/export{query}")).send()
}

#[test]
fn shows_a_user_his_own_data_under_his_own_rights() {
    let howdah = shared();
    let app = App::new(howdah);
    let (ada, bob) = (howdah.account(), howdah.account());
    app.fill(howdah, &ada, 1);
    app.fill(howdah, &bob, 11);
    let reply = export(&ada, "");
    let document = reply.is(200).json();
    reply.has("cache-control", "no-store");
    assert!(reply.header("content-disposition").is_some_and(|v| v.starts_with("attachment")));
    assert_eq!(document["user_id"], json!(ada.id));
    assert_eq!(rows(&document, "auth.users")[0]["email"], json!(ada.email));
    assert_eq!(rows(&document, "auth.sessions").len(), 1);
    let notes: Vec<i64> = rows(&document, &app.table("notes"))
        .iter()
        .map(|r| r["id"].as_i64().expect("an id"))
        .collect();
    assert_eq!(notes, [2, 3, 4, 5], "what the policy hides stays hidden");
    assert_eq!(rows(&document, &app.table("profiles")).len(), 1);
    assert!(document["unreadable"].as_array().expect("a list").contains(&json!(app.table("log"))));
    let text = reply.text();
    assert!(!text.contains(&bob.id) && !text.contains(&bob.email), "nothing of another's");
    for secret in
        ["encrypted_password", "refresh_token", "hmac", "token_hash", &ada.refresh, &ada.access]
    {
        assert!(!text.contains(secret), "{secret} in {text}");
    }
    app.drop(howdah);
}

#[test]
fn gives_big_exports_in_parts() {
    let howdah = shared();
    let app = App::new(howdah);
    let ada = howdah.account();
    app.fill(howdah, &ada, 1);
    let all = export(&ada, "").json();
    let count = |d: &Value| {
        d["tables"]
            .as_array()
            .expect("tables")
            .iter()
            .map(|t| t["rows"].as_array().expect("rows").len())
            .sum::<usize>()
    };
    let (mut seen, mut at) = (0, "?limit=2".to_owned());
    loop {
        let reply = export(&ada, &at);
        let part = reply.is(200).json();
        assert!(count(&part) <= 2);
        seen += count(&part);
        let Some(next) = part["next"].as_i64() else {
            reply.has("link", None);
            break;
        };
        at = format!("?offset={next}&limit=2");
        assert_eq!(
            reply.header("link"),
            Some(format!("</auth/v1/user/export{at}>; rel=\"next\"").as_str())
        );
    }
    assert_eq!(seen, count(&all));
    app.drop(howdah);
}

#[test]
fn is_for_signed_in_users() {
    let howdah = shared();
    let nobody = Api { howdah, schema: None, token: None };
    let reply = nobody.call("GET", "/auth/v1/user/export").send();
    assert_eq!(reply.is(401).json()["error_code"], "no_authorization");
    let anon = nobody.with_token(&howdah.anon_key).call("GET", "/auth/v1/user/export").send();
    assert_eq!(anon.is(403).json()["error_code"], "bad_jwt");
    let ada = howdah.account();
    howdah.sql(&format!("DELETE FROM auth.sessions WHERE user_id = '{}'", ada.id));
    assert_eq!(export(&ada, "").is(403).json()["error_code"], "session_not_found");
}

#[test]
fn an_administrator_plans_then_erases() {
    let howdah = shared();
    let app = App::new(howdah);
    let (ada, bob) = (howdah.account(), howdah.account());
    app.fill(howdah, &ada, 1);
    app.fill(howdah, &bob, 11);
    howdah.sql(&format!("INSERT INTO {} VALUES ('{}', 5)", app.table("invoices"), ada.id));
    let path = format!("/auth/v1/admin/users/{}", ada.id);
    let document =
        admin(howdah).call("POST", &format!("{path}/export")).json(json!({})).send().is(200).json();
    assert_eq!(rows(&document, &app.table("notes")).len(), 5, "past policies");
    assert_eq!(rows(&document, &app.table("log")).len(), 1);

    let forget =
        |body: Value| admin(howdah).call("POST", &format!("{path}/forget")).json(body).send();
    let line = |report: &Value, table: &str| {
        let lines = report["report"].as_array().expect("a report");
        lines
            .iter()
            .find(|l| l["table"] == json!(table))
            .map(|l| (l["action"].clone(), l["rows"].clone()))
    };
    let plan = forget(json!({})).is(200).json();
    assert_eq!((&plan["dry_run"], &plan["blocked"]), (&json!(true), &json!(true)));
    assert_eq!(line(&plan, &app.table("notes")), Some((json!("delete"), json!(5))));
    assert_eq!(line(&plan, &app.table("log")), Some((json!("set null"), json!(1))));
    assert_eq!(line(&plan, &app.table("invoices")), Some((json!("blocked"), json!(1))));
    assert_eq!(line(&plan, "auth.users"), Some((json!("delete"), json!(1))));
    let refused = forget(json!({"dry_run": false}));
    let body = refused.is(409).json();
    assert_eq!((&body["error_code"], &body["blocked"]), (&json!("conflict"), &json!(true)));
    assert_eq!(export(&ada, "").status, 200, "nothing was done");

    howdah.sql(&format!("DELETE FROM {}", app.table("invoices")));
    let done = forget(json!({"dry_run": false})).is(200).json();
    assert_eq!((&done["dry_run"], &done["blocked"]), (&json!(false), &json!(false)));
    assert_eq!(line(&done, &app.table("notes")), Some((json!("delete"), json!(5))));
    assert_ne!(export(&ada, "").status, 200, "his session is over");
    assert_eq!(forget(json!({})).is(404).json()["error_code"], "user_not_found");
    // Nothing of her is left; Bob's is.
    let left = howdah.value(&format!(
        "SELECT (SELECT count(*) FROM {}) || ' ' || (SELECT count(*) FROM {} WHERE actor IS NULL) || ' ' || \
         (SELECT count(*) FROM auth.audit_log_entries WHERE payload::text LIKE '%{}%' OR payload::text LIKE '%{}%')",
        app.table("notes"), app.table("log"), ada.id, ada.email));
    assert_eq!(left, "5 1 0");
    app.drop(howdah);
}
