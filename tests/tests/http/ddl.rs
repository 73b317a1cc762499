//! The next request sees the schema as it is, on every connection, without a reload.

use howdah_tests::api::Api;
use howdah_tests::server::shared;
use serde_json::json;

fn api() -> Api<'static> {
    Api::anon(shared(), "late")
}

/// Enough requests at once to meet every connection of the proxy.
fn everywhere(check: impl Fn(&Api) + Sync) {
    std::thread::scope(|scope| {
        for _ in 0..16 {
            scope.spawn(|| {
                let api = api();
                for _ in 0..4 {
                    check(&api);
                }
            });
        }
    });
}

#[test]
fn serves_a_table_made_a_moment_ago() {
    let howdah = shared();
    howdah.sql("DROP TABLE IF EXISTS late.fresh");
    everywhere(|api| {
        api.get("/fresh").fails(404, "PGRST205");
    });
    howdah.sql("CREATE TABLE late.fresh (id int PRIMARY KEY, name text); INSERT INTO late.fresh VALUES (1, 'new'); GRANT SELECT ON late.fresh TO anon");
    everywhere(|api| {
        api.get("/fresh").is(200).equals(json!([{"id": 1, "name": "new"}]));
    });
    howdah.sql("ALTER TABLE late.fresh ADD COLUMN more int DEFAULT 7");
    everywhere(|api| {
        api.get("/fresh").is(200).equals(json!([{"id": 1, "name": "new", "more": 7}]));
    });
    howdah.sql("ALTER TABLE late.fresh RENAME COLUMN name TO title; ALTER TABLE late.fresh ALTER COLUMN more TYPE text");
    everywhere(|api| {
        api.get("/fresh").is(200).equals(json!([{"id": 1, "title": "new", "more": "7"}]));
        api.get("/fresh?select=name").fails(400, "42703");
    });
    howdah.sql("REVOKE SELECT ON late.fresh FROM anon");
    everywhere(|api| {
        api.get("/fresh").fails(401, "42501");
    });
    howdah.sql("DROP TABLE late.fresh");
    everywhere(|api| {
        api.get("/fresh").fails(404, "PGRST205");
    });
}

#[test]
fn follows_relations_and_functions() {
    let howdah = shared();
    howdah.sql("DROP TABLE IF EXISTS late.child, late.parent; CREATE TABLE late.parent (id int PRIMARY KEY); CREATE TABLE late.child (id int PRIMARY KEY, parent_id int);
                INSERT INTO late.parent VALUES (1); INSERT INTO late.child VALUES (1, 1); GRANT SELECT ON late.parent, late.child TO anon");
    everywhere(|api| {
        api.get("/child?select=id,parent(id)").fails(400, "PGRST200");
    });
    howdah.sql("ALTER TABLE late.child ADD CONSTRAINT child_parent FOREIGN KEY (parent_id) REFERENCES late.parent");
    everywhere(|api| {
        api.get("/child?select=id,parent(id)")
            .is(200)
            .equals(json!([{"id": 1, "parent": {"id": 1}}]));
    });
    howdah.sql("ALTER TABLE late.child DROP CONSTRAINT child_parent");
    everywhere(|api| {
        api.get("/child?select=id,parent(id)").fails(400, "PGRST200");
    });
    howdah.sql("DROP FUNCTION IF EXISTS late.f(int); CREATE FUNCTION late.f(a int) RETURNS int LANGUAGE sql AS 'SELECT a'; GRANT EXECUTE ON FUNCTION late.f TO anon");
    everywhere(|api| {
        api.rpc("f", json!({"a": 1})).is(200).equals(json!(1));
    });
    howdah
        .sql("CREATE OR REPLACE FUNCTION late.f(a int) RETURNS int LANGUAGE sql AS 'SELECT a + 1'");
    everywhere(|api| {
        api.rpc("f", json!({"a": 1})).is(200).equals(json!(2));
    });
    howdah.sql("DROP FUNCTION late.f(int); CREATE FUNCTION late.f(b text) RETURNS text LANGUAGE sql AS 'SELECT b'; GRANT EXECUTE ON FUNCTION late.f TO anon");
    everywhere(|api| {
        api.rpc("f", json!({"a": 1})).fails(404, "PGRST202");
        api.rpc("f", json!({"b": "x"})).is(200).equals(json!("x"));
    });
}

#[test]
fn follows_what_a_view_rests_on() {
    let howdah = shared();
    howdah.sql("DROP TABLE IF EXISTS late.part, late.whole CASCADE; CREATE TABLE late.whole (id int PRIMARY KEY);
                CREATE TABLE late.part (id int PRIMARY KEY, whole_id int REFERENCES late.whole, other_id int);
                CREATE VIEW late.inner_part AS SELECT id, whole_id FROM late.part; CREATE VIEW late.outer_part AS SELECT id, whole_id FROM late.inner_part;
                INSERT INTO late.whole VALUES (1); INSERT INTO late.part VALUES (1, 1, 1); GRANT SELECT ON late.whole, late.part, late.outer_part TO anon");
    let related = |api: &Api| {
        api.get("/outer_part?select=id,whole(id)")
            .is(200)
            .equals(json!([{"id": 1, "whole": {"id": 1}}]));
    };
    everywhere(related);
    howdah.sql("ALTER TABLE late.part RENAME COLUMN whole_id TO of_id; ALTER TABLE late.part RENAME TO piece");
    everywhere(related);
    // The same column of the view within, now from another column.
    howdah.sql(
        "CREATE OR REPLACE VIEW late.inner_part AS SELECT id, other_id AS whole_id FROM late.piece",
    );
    everywhere(|api| {
        api.get("/outer_part?select=id,whole(id)").fails(400, "PGRST200");
    });
    howdah.sql("ALTER TABLE late.piece ADD FOREIGN KEY (other_id) REFERENCES late.whole");
    everywhere(related);
    howdah.sql("DROP TABLE late.piece, late.whole CASCADE");
}

#[test]
fn obeys_a_policy_changed_in_between() {
    let howdah = shared();
    howdah.sql("DROP TABLE IF EXISTS late.policied; CREATE TABLE late.policied (id int); INSERT INTO late.policied VALUES (1), (2), (3);
                ALTER TABLE late.policied ENABLE ROW LEVEL SECURITY; CREATE POLICY p ON late.policied USING (id = 1); GRANT SELECT ON late.policied TO anon");
    let path = "/policied?select=id&order=id";
    everywhere(|api| assert_eq!(api.ids(path), [1]));
    howdah.sql("ALTER POLICY p ON late.policied USING (id > 1)");
    everywhere(|api| assert_eq!(api.ids(path), [2, 3]));
    howdah.sql("DROP POLICY p ON late.policied");
    everywhere(|api| assert_eq!(api.ids(path), [] as [i64; 0]));
    howdah.sql("ALTER TABLE late.policied DISABLE ROW LEVEL SECURITY");
    everywhere(|api| assert_eq!(api.ids(path), [1, 2, 3]));
}

#[test]
fn keeps_plans_of_roles_apart() {
    let howdah = shared();
    let (one, two) = (Api::user(howdah, "read", 1), Api::user(howdah, "read", 2));
    let (anon, service) = (Api::anon(howdah, "read"), Api::service(howdah, "read"));
    for _ in 0..50 {
        assert_eq!(one.ids("/owned?select=id&order=id"), [3, 6, 9]);
        assert_eq!(anon.ids("/owned?select=id&order=id"), [] as [i64; 0]);
        assert_eq!(service.ids("/owned?select=id&order=id").len(), 9);
        assert_eq!(two.ids("/owned?select=id&order=id"), [1, 4, 7]);
    }
}
