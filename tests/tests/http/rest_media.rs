//! Media types of answers: what we make, what handlers in SQL make, and plans.

use howdah_tests::api::Api;
use howdah_tests::server::shared;
use howdah_tests::table::each;
use serde_json::{Value, json};

fn api() -> Api<'static> {
    Api::anon(shared(), "media")
}

#[test]
fn a_function_returns_a_media_type_by_a_domain() {
    let api = api();
    let get = |path: &str, accept: &str| api.rest("GET", path).accept(accept).send();
    let page = get("/rpc/page?title=Hi", "text/html");
    page.is(200).has("content-type", "text/html").has("content-range", "0-0/*");
    assert_eq!(page.text(), "<h1>Hi</h1>");
    let picture = get("/rpc/picture", "image/png");
    picture.is(200).has("content-type", "image/png");
    assert_eq!(picture.body, b"\x89PNG\r\n\x1a\n\0\xff");
    for accept in
        ["image/png, */*", "text/html,application/xml;q=0.9,image/png,*/*;q=0.8", "image/*"]
    {
        get("/rpc/picture", accept).is(200).has("content-type", "image/png");
    }
    let none = get("/rpc/nobody_there", "text/html");
    none.is(200).has("content-type", "text/html");
    assert_eq!(none.text(), "");
    let plain = get("/rpc/plain_domain", "text/plain");
    plain.is(200).has("content-type", "text/plain; charset=utf-8");
    assert_eq!(plain.text(), "as it is");
    // Asked for otherwise, the value is JSON.
    get("/rpc/page", "*/*").is(200).equals(json!("<h1>none</h1>"));
    get("/rpc/page", "application/json").is(200).equals(json!("<h1>none</h1>"));
    get("/rpc/page", "image/png").fails(406, "PGRST107");
    get("/rpc/pages", "text/html").fails(406, "PGRST107");
    let posted = api.rest("POST", "/rpc/page").accept("text/html").json(json!({"title": "P"}));
    assert_eq!(posted.send().text(), "<h1>P</h1>");
    let head = api.rest("HEAD", "/rpc/page").accept("text/html").send();
    head.is(200).has("content-type", "text/html");
    assert!(head.body.is_empty());
}

#[test]
fn an_aggregate_makes_a_media_type_of_rows() {
    let api = api();
    let get = |path: &str| api.rest("GET", path).accept("text/html").prefer("count=exact").send();
    let all = get("/verse?order=id.desc");
    all.is(200).has("content-type", "text/html").has("content-range", "0-2/3");
    assert_eq!(all.text(), "<li>3 a,\"b</li><li>2 two</li><li>1 one</li>");
    let page = get("/verse?order=id&limit=2&id=gt.1&name=like.t*");
    page.is(200).has("content-range", "0-0/1");
    assert_eq!(page.text(), "<li>2 two</li>");
    get("/verse?limit=1&order=id").is(206).has("content-range", "0-0/3");
    let none = get("/verse?id=gt.9");
    none.is(200).has("content-range", "*/0");
    assert_eq!(none.text(), "");
    let of_function = get("/rpc/verses?start=3");
    of_function.is(200).has("content-type", "text/html");
    assert_eq!(of_function.text(), "<li>3 a,\"b</li>");
    assert_eq!(get("/rpc/one_verse").text(), "<li>2 two</li>");
    // Only whole rows are rows of that relation.
    assert_eq!(get("/verse?select=*&id=eq.1").text(), "<li>1 one</li>");
    for select in ["id", "id,name", "*,other(id)", "name,id"] {
        get(&format!("/verse?select={select}")).fails(406, "PGRST107");
    }
    get("/other").fails(406, "PGRST107");
    let head = api.rest("HEAD", "/verse").accept("text/html").send();
    head.is(200).has("content-type", "text/html").has("content-range", "0-2/*");
    let odd = api.rest("GET", "/na%22me%20%2Fx").accept("application/vnd.odd-1.0+x").send();
    odd.is(200).has("content-type", "application/vnd.Odd-1.0+x");
    assert_eq!(odd.text(), "[1, 2]");
    let nothing = api.rest("GET", "/na%22me%20%2Fx?id=eq.9").accept("application/vnd.odd-1.0+x");
    let nothing = nothing.send();
    nothing.is(200);
    assert_eq!(nothing.text(), "");
}

#[test]
fn an_aggregate_over_anything_serves_every_relation_and_select() {
    let api = api();
    let get = |path: &str| api.rest("GET", path).accept("text/tab-separated-values").send();
    let lines = get("/verse?order=id&limit=2");
    lines.is(200).has("content-type", "text/tab-separated-values");
    assert_eq!(lines.text(), "1\tone\t11\n2\ttwo\t\n");
    assert_eq!(get("/other?select=note,id&order=id").text(), "x\t1\ny\t2\n");
    let embedded = get("/verse?select=id,other(id)&id=eq.1").text();
    assert_eq!(embedded, "1\t[{\"id\":1}, \n {\"id\":2}]\n");
    assert_eq!(get("/rpc/verses?select=name&order=id&limit=1").text(), "one\n");
}

#[test]
fn a_handler_takes_the_place_of_ours_and_sets_headers() {
    let api = api();
    let csv = |path: &str| api.rest("GET", path).accept("text/csv").send();
    let lines = csv("/verse?order=id&limit=2");
    lines.is(200).has("content-type", "text/csv; charset=utf-8");
    lines.has("content-disposition", "attachment; filename=\"verses.csv\"");
    assert_eq!(lines.text(), "\u{feff}1;one\n2;two\n");
    assert_eq!(csv("/other?order=id").text(), "id,verse_id,note\n1,1,x\n2,1,y");
    // Not whole rows: ours.
    assert_eq!(csv("/verse?select=id&limit=1&order=id").text(), "id\n1");
    let object = api.rest("GET", "/verse?id=eq.1").accept("application/vnd.pgrst.object").send();
    object.is(200).has("content-type", "application/vnd.pgrst.object+json; charset=utf-8");
}

#[test]
fn a_handler_makes_the_representation_of_a_write() {
    let api = api();
    let write = |method: &str, path: &str, body: Option<Value>, prefer: &str| {
        let call = api.rest(method, path).accept("text/html");
        let call = call.prefer(&format!("{prefer}, tx=rollback"));
        match body {
            Some(body) => call.json(body).send(),
            None => call.send(),
        }
    };
    let shown = "return=representation";
    let made = write(
        "POST",
        "/verse",
        Some(json!([{"id": 7, "name": "n"}, {"id": 8, "name": "m"}])),
        shown,
    );
    made.is(201).has("content-type", "text/html");
    assert_eq!(made.text(), "<li>7 n</li><li>8 m</li>");
    let changed = write("PATCH", "/verse?id=eq.1", Some(json!({"name": "new"})), shown);
    changed.is(200).has("content-range", "0-0/*");
    assert_eq!(changed.text(), "<li>1 new</li>");
    let merged = format!("{shown}, resolution=merge-duplicates");
    write("POST", "/verse", Some(json!({"id": 1, "name": "m"})), &merged).is(200);
    write("POST", "/verse", Some(json!([{"id": 1, "name": "m"}, {"id": 9, "name": "m"}])), &merged)
        .is(201);
    write("PUT", "/verse?id=eq.1", Some(json!({"id": 1, "name": "p", "odd \"name": 1})), shown)
        .is(200);
    let gone = write("DELETE", "/other?id=eq.1", None, shown);
    gone.fails(406, "PGRST107");
    // Nothing is shown, so nothing is made.
    write("PATCH", "/verse?id=eq.1", Some(json!({"name": "new"})), "return=minimal")
        .is(204)
        .has("content-type", None);
}

#[test]
fn a_handler_runs_as_the_caller() {
    let denied = api().rest("GET", "/verse").accept("text/secret").send();
    denied.fails(401, "42501");
}

#[test]
fn handlers_come_and_go_without_a_reload() {
    let howdah = shared();
    let api = Api::anon(howdah, "late");
    let clean = "DROP TABLE IF EXISTS late.shown CASCADE; DROP DOMAIN IF EXISTS late.\"*/*\" CASCADE; DROP DOMAIN IF EXISTS late.\"application/json\" CASCADE";
    howdah.sql(clean);
    howdah.sql("CREATE TABLE late.shown (id int PRIMARY KEY); INSERT INTO late.shown VALUES (1), (2); GRANT SELECT ON late.shown TO anon");
    let get = |accept: Option<&str>| {
        let call = api.rest("GET", "/shown");
        accept.map_or(call.clone(), |accept| call.accept(accept)).send()
    };
    let plain = json!([{"id": 1}, {"id": 2}]);
    get(None).is(200).equals(plain.clone());
    get(Some("text/x-new")).fails(406, "PGRST107");
    howdah.sql(
        r#"CREATE DOMAIN late."application/json" AS json;
        CREATE FUNCTION late.json_step(state late."application/json", next late.shown) RETURNS late."application/json" LANGUAGE sql IMMUTABLE AS $$ SELECT '{"overridden": true}'::json $$;
        CREATE AGGREGATE late.shown_json (late.shown) (SFUNC = late.json_step, STYPE = late."application/json");"#,
    );
    let json = get(Some("application/json"));
    json.is(200)
        .has("content-type", "application/json; charset=utf-8")
        .equals(json!({"overridden": true}));
    get(Some("application/vnd.pgrst.array+json;nulls=stripped")).is(200).equals(plain.clone());
    howdah.sql(
        r#"CREATE DOMAIN late."*/*" AS text;
        CREATE FUNCTION late.any_step(state text, next late.shown) RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT state || next.id $$;
        CREATE FUNCTION late.any_end(state text) RETURNS late."*/*" LANGUAGE plpgsql VOLATILE AS $$
        BEGIN
          IF current_setting('request.headers')::json->>'accept' = 'text/x-known' THEN
            PERFORM set_config('response.headers', '[{"Content-Type": "text/x-known"}]', true);
          ELSIF current_setting('request.headers')::json->>'accept' = 'text/x-bad' THEN
            RAISE SQLSTATE 'PT415' USING MESSAGE = 'Unsupported Media Type';
          END IF;
          RETURN state;
        END $$;
        CREATE AGGREGATE late.shown_any (late.shown) (SFUNC = late.any_step, STYPE = text, FINALFUNC = late.any_end, INITCOND = 'any ');
        CREATE FUNCTION late.whatever() RETURNS late."*/*" LANGUAGE sql STABLE AS $$ SELECT 'what'::late."*/*" $$;
        GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA late TO anon;"#,
    );
    for accept in [None, Some("*/*"), Some("application/json"), Some("text/csv"), Some("x/y")] {
        let any = get(accept);
        any.is(200).has("content-type", "application/octet-stream");
        assert_eq!(any.text(), "any 12", "{accept:?}");
    }
    get(Some("text/x-known")).is(200).has("content-type", "text/x-known");
    get(Some("text/x-bad")).is(415);
    // The vendor types stay ours, and so does what is not whole rows.
    get(Some("application/vnd.pgrst.object")).fails(406, "PGRST116");
    api.get("/shown?select=id&id=eq.1").is(200).equals(json!([{"id": 1}]));
    for accept in ["*/*", "x/y", "application/json"] {
        let what = api.rest("GET", "/rpc/whatever").accept(accept).send();
        what.is(200).has("content-type", "application/octet-stream");
        assert_eq!(what.text(), "what");
    }
    howdah.sql(clean);
    howdah.sql("CREATE TABLE late.shown (id int PRIMARY KEY); INSERT INTO late.shown VALUES (1), (2); GRANT SELECT ON late.shown TO anon");
    get(None).is(200).equals(plain);
    get(Some("x/y")).fails(406, "PGRST107");
    howdah.sql(clean);
}

#[test]
fn scalars_go_out_as_they_are() {
    let api = api();
    let cases: [(&str, &str, &[u8], &str); 4] = [
        ("words", "text/plain", b"two \"words\"", "text/plain; charset=utf-8"),
        ("bytes", "application/octet-stream", b"\0\xff\n", "application/octet-stream"),
        ("tag", "text/xml", b"<a/>", "text/xml; charset=utf-8"),
        ("words", "text/html, text/plain;q=0.5", b"two \"words\"", "text/plain; charset=utf-8"),
    ];
    each(&cases, |(name, accept, body, content_type)| {
        let reply = api.rest("GET", &format!("/rpc/{name}")).accept(accept).send();
        reply.is(200).has("content-type", *content_type);
        assert_eq!(reply.body, *body);
    });
    api.rest("GET", "/verse").accept("text/plain").send().fails(406, "PGRST107");
    api.rest("GET", "/rpc/verses").accept("application/octet-stream").send().fails(406, "PGRST107");
    api.rest("GET", "/rpc/bytes").accept("text/csv").send().is(200);
}

#[test]
fn says_what_it_cannot_make() {
    let api = api();
    let cases = [
        ("unknown/unknown", "unknown/unknown"),
        ("text/plain, image/gif;q=0.3", "text/plain, image/gif"),
        ("application/json;q=0", "application/json"),
        (
            "application/vnd.pgrst.plan+json",
            "application/vnd.pgrst.plan+json; for=\"application/json\"",
        ),
    ];
    each(&cases, |(accept, named)| {
        let body = api.rest("GET", "/verse").accept(accept).send().fails(406, "PGRST107");
        assert_eq!(body["message"], format!("None of these media types are available: {named}"));
        assert_eq!((&body["details"], &body["hint"]), (&Value::Null, &Value::Null));
    });
    api.rest("GET", "/verse?id=eq.1").accept("text/x, application/json").send().is(200);
}

/// Roles of this file's own: what one is granted, no other test sees.
const EXPLAINERS: &str = "DO $$ BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'media explainer') THEN CREATE ROLE \"media explainer\"; END IF;
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'media \"plain') THEN CREATE ROLE \"media \"\"plain\"; END IF; END $$;
    SELECT howdah.allow_role('media explainer'), howdah.allow_role('media \"plain');
    GRANT anon TO \"media explainer\", \"media \"\"plain\";
    REVOKE EXECUTE ON FUNCTION howdah.explain_plan() FROM \"media explainer\";";

#[test]
fn plans_are_for_those_who_were_granted_them() {
    let howdah = shared();
    howdah.sql(EXPLAINERS);
    let api = Api::holder(howdah, "media", "media explainer", json!({}));
    let plain = Api::holder(howdah, "media", "media \"plain", json!({}));
    let plan = |api: &Api, method: &str, path: &str, accept: &str| {
        api.rest(method, path).accept(&format!("application/vnd.pgrst.{accept}")).send()
    };
    plan(&api, "GET", "/verse", "plan").fails(406, "PGRST107");
    howdah.sql("GRANT EXECUTE ON FUNCTION howdah.explain_plan() TO \"media explainer\"");
    plan(&plain, "GET", "/verse", "plan").fails(406, "PGRST107");
    let text = plan(&api, "GET", "/verse?id=eq.1", "plan");
    let of = "for=\"application/json\"";
    text.is(200).has(
        "content-type",
        format!("application/vnd.pgrst.plan+text; {of}; charset=utf-8").as_str(),
    );
    text.has("content-range", None).has("vary", "Accept, Prefer, Range");
    assert!(text.text().contains(" on verse  (cost="), "{}", text.text());
    assert!(text.text().lines().count() > 1, "{}", text.text());
    let document = plan(
        &api,
        "GET",
        "/verse?id=eq.1",
        "plan+json; options=analyze|verbose|settings|buffers|wal",
    );
    document.is(200).has(
        "content-type",
        format!("application/vnd.pgrst.plan+json; {of}; options=analyze|verbose|settings|buffers|wal; charset=utf-8").as_str(),
    );
    let root = &document.json()[0]["Plan"];
    // A fraction since Postgres 18.
    assert_eq!(root["Actual Rows"].as_f64(), Some(1.0), "{root}");
    assert_eq!(root["WAL Records"], 0, "{root}");
    assert!(root["Output"].is_array() && root["Shared Hit Blocks"].is_number(), "{root}");
    assert!(document.json()[0]["Settings"].is_object());
    let costs = |reply: &howdah_tests::reply::Reply| {
        reply.is(200).json()[0]["Plan"]["Total Cost"].as_f64().expect("a cost")
    };
    assert!(costs(&plan(&api, "GET", "/rpc/verses?id=gt.1", "plan+json")) > 0.0);
    let head = plan(&api, "HEAD", "/verse", "plan+json");
    head.is(200).has(
        "content-type",
        format!("application/vnd.pgrst.plan+json; {of}; charset=utf-8").as_str(),
    );
    assert!(head.body.is_empty());
    // EXPLAIN alone writes nothing, ANALYZE does what the request does.
    let add = |accept: &str, id: i32| {
        let call =
            api.rest("POST", "/verse").accept(accept).prefer("tx=rollback, return=representation");
        call.json(json!({"id": id, "name": "planned"})).send()
    };
    costs(&add("application/vnd.pgrst.plan+json", 1));
    add("application/vnd.pgrst.plan+json; options=analyze", 1).fails(409, "23505");
    let analyzed = add("application/vnd.pgrst.plan+json; options=analyze", 70);
    assert_eq!(analyzed.is(200).json()[0]["Plan"]["Operation"], "Insert");
    for (method, path) in [("PATCH", "/verse?id=eq.1"), ("DELETE", "/other?id=eq.1")] {
        let call = api.rest(method, path).accept("application/vnd.pgrst.plan+json");
        let call = if method == "PATCH" { call.json(json!({"name": "x"})) } else { call };
        costs(&call.send());
    }
    assert_eq!(api.ids("/verse?order=id"), [1, 2, 3]);
    // Of other media types, with their own statement.
    let html = plan(&api, "GET", "/verse", "plan+json; for=\"text/html\"; options=verbose");
    html.is(200).has(
        "content-type",
        "application/vnd.pgrst.plan+json; for=\"text/html\"; options=verbose; charset=utf-8",
    );
    assert!(html.text().contains("verse_html"), "{}", html.text());
    plan(&api, "GET", "/other", "plan; for=\"text/html\"").fails(406, "PGRST107");
    let object = plan(&api, "GET", "/verse", "plan+json; for=\"application/vnd.pgrst.object\"");
    object.is(200).has(
        "content-type",
        "application/vnd.pgrst.plan+json; for=\"application/vnd.pgrst.object+json\"; charset=utf-8",
    );
    plan(&api, "GET", "/verse", "plan; options=wal").fails(400, "22023");
    plan(&api, "GET", "/nowhere", "plan").fails(404, "PGRST205");
    plan(&api, "GET", "/rpc/keeps", "plan+json; options=analyze").fails(405, "25006");
    howdah.sql("REVOKE EXECUTE ON FUNCTION howdah.explain_plan() FROM \"media explainer\"");
    plan(&api, "GET", "/verse?id=eq.1", "plan").fails(406, "PGRST107");
    plan(&api, "GET", "/verse", "plan").fails(406, "PGRST107");
}
