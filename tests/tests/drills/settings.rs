//! Settings are effective for the next request on every connection.

use howdah_tests::api::{Api, user_id};
use howdah_tests::server::Howdah;
use serde_json::json;

#[test]
fn follows_settings_at_the_next_request() {
    let howdah = Howdah::start(&[]);
    howdah.sql("CREATE SCHEMA extra; CREATE TABLE extra.t AS SELECT n AS id FROM generate_series(1, 20) n; GRANT USAGE ON SCHEMA extra TO anon, authenticated; GRANT SELECT ON extra.t TO anon, authenticated;
                CREATE TABLE public.t AS SELECT n AS id FROM generate_series(1, 20) n; GRANT SELECT ON public.t TO anon, authenticated; ALTER TABLE public.t ADD PRIMARY KEY (id)");
    let api = Api::anon(&howdah, "public");
    let extra = Api::anon(&howdah, "extra");
    let set =
        |key: &str, value: &str| howdah.sql(&format!("SELECT howdah.set('{key}', '{value}')"));

    extra.get("/t").fails(406, "PGRST106");
    set("rest.schemas", "public, extra");
    for _ in 0..20 {
        extra.get("/t?limit=1").is(200);
    }
    set("rest.schemas", "public");
    for _ in 0..20 {
        extra.get("/t").fails(406, "PGRST106");
    }

    set("rest.max_rows", "5");
    let capped = api.get("/t?select=id&order=id");
    assert_eq!(capped.ids(), [1, 2, 3, 4, 5]);
    howdah.sql("SELECT howdah.reset('rest.max_rows')");
    assert_eq!(api.ids("/t?select=id").len(), 20);

    set("rest.aggregates_enabled", "false");
    api.rest("GET", "/t?select=count()").send().fails(400, "PGRST123");
    set("rest.aggregates_enabled", "true");
    api.rest("GET", "/t?select=count()").send().is(200).equals(json!([{"count": 20}]));
    api.rest("GET", "/t?select=id.sum(),id.max()")
        .send()
        .is(200)
        .equals(json!([{"sum": 210, "max": 20}]));

    let plan = || api.rest("GET", "/t").accept("application/vnd.pgrst.plan+json").send();
    plan().is(406);
    set("rest.plan_enabled", "true");
    assert!(plan().status == 200 || plan().status == 406);

    let rolled = || api.rest("GET", "/t?limit=0").prefer("tx=rollback").send();
    rolled().is(200).has("preference-applied", None);
    set("rest.tx_end", "commit-allow-override");
    rolled().is(200).has("preference-applied", "tx=rollback");

    let mut dba = howdah.dba();
    for (key, value) in [
        ("rest.max_rows", "many"),
        ("rest.tx_end", "never"),
        ("no.such.key", "1"),
        ("rest.anon_role", "postgres"),
    ] {
        assert!(
            dba.batch_execute(&format!("SELECT howdah.set('{key}', '{value}')")).is_err(),
            "{key} = {value} was taken"
        );
    }
}

#[test]
fn runs_the_pre_request_function_inside_the_jail() {
    let howdah = Howdah::start(&[]);
    howdah.sql(&format!(
        "CREATE ROLE writer NOLOGIN; SELECT howdah.allow_role('writer');
         CREATE FUNCTION public.who() RETURNS text LANGUAGE sql STABLE AS 'SELECT current_user::text'; GRANT EXECUTE ON FUNCTION public.who TO anon, authenticated, writer;
         CREATE FUNCTION public.pre() RETURNS void LANGUAGE plpgsql AS $$
         BEGIN
           IF auth.uid() = '{}' THEN PERFORM howdah.enter_role('writer'); END IF;
           IF auth.uid() = '{}' THEN PERFORM howdah.enter_role('service_role_of_dreams'); END IF;
           IF auth.uid() = '{}' THEN PERFORM set_config('role', 'writer', true); END IF;
           IF auth.uid() = '{}' THEN RAISE SQLSTATE 'PT429' USING MESSAGE = 'slow down'; END IF;
         END $$; GRANT EXECUTE ON FUNCTION public.pre TO anon, authenticated, writer;
         GRANT USAGE ON SCHEMA public TO writer;
         SELECT howdah.set('rest.pre_request', 'public.pre')",
        user_id(1),
        user_id(2),
        user_id(3),
        user_id(4)
    ));
    let user = |n| Api::user(&howdah, "public", n).get("/rpc/who");
    Api::anon(&howdah, "public").get("/rpc/who").is(200).equals(json!("anon"));
    user(1).is(200).equals(json!("writer"));
    user(2).refused();
    user(3).refused();
    user(4).fails(429, "PT429");
    user(5).is(200).equals(json!("authenticated"));
    Api::anon(&howdah, "public").get("/rpc/who").is(200).equals(json!("anon"));
}

#[test]
fn finds_the_role_where_the_claim_path_says() {
    let howdah = Howdah::start(&[]);
    howdah.sql("CREATE FUNCTION public.who() RETURNS text LANGUAGE sql STABLE AS 'SELECT current_user::text'; GRANT EXECUTE ON FUNCTION public.who TO anon, authenticated");
    let claims =
        json!({"realm": {"roles": ["guest", "authenticated"]}, "https://x/role": "authenticated"});
    // A token says its role under `role`; with another path only that path counts.
    let holder = Api::holder(&howdah, "public", "anon", claims);
    let set = |path: &str| {
        howdah.sql(&format!("SELECT howdah.set('jwt.role_claim', $path${path}$path$)"))
    };
    for path in [
        "$.realm.roles[1]",
        "$.realm.roles[-1]",
        "$['https://x/role']",
        r#"$.realm.roles[?(@ == "authenticated")]"#,
        r#"$.realm.roles[?search(@, "^auth")]"#,
        "$..roles[?@ != 'guest']",
        ".realm.roles[1]",
        r#"."https://x/role""#,
        r#".realm.roles[?(@ ^== "auth")]"#,
        r#".realm.roles[?(@ ==^ "ted")]"#,
        r#".realm.roles[?(@ *== "thent")]"#,
    ] {
        set(path);
        assert_eq!(holder.get("/rpc/who").is(200).json(), json!("authenticated"), "{path}");
    }
    // Nothing there: as without a role, so the anonymous one.
    set("$.realm.roles[7]");
    holder.get("/rpc/who").is(200).equals(json!("anon"));
    // A role that is not listed, whoever it is.
    set("$.realm.roles[0]");
    holder.get("/rpc/who").refused();
    set("$.role");
    holder.get("/rpc/who").is(200).equals(json!("anon"));
    let mut dba = howdah.dba();
    for path in ["role", "$", "$.a[?", "$.a[?search(@, '(')]"] {
        let set = format!("SELECT howdah.set('jwt.role_claim', $path${path}$path$)");
        assert!(dba.batch_execute(&set).is_err(), "{path} was taken");
    }
}

#[test]
fn hoists_the_settings_of_a_function_that_are_listed() {
    let howdah = Howdah::start(&[]);
    howdah.sql("CREATE FUNCTION public.nap() RETURNS text LANGUAGE sql SET statement_timeout = '200ms' SET app.flavour = 'mint' AS $$ SELECT 'slept' FROM pg_sleep(1) $$;
                CREATE FUNCTION public.taste() RETURNS SETOF text LANGUAGE sql STABLE SET app.flavour = 'mint' AS $$ SELECT 'x' $$;
                GRANT EXECUTE ON FUNCTION public.nap, public.taste TO anon");
    let api = Api::anon(&howdah, "public");
    let set = |value: &str| {
        howdah.sql(&format!("SELECT howdah.set('rest.hoisted_tx_settings', '{value}')"))
    };
    let nap = || api.rest("POST", "/rpc/nap").json(json!({})).send();
    nap().fails(500, "57014");
    set("default_transaction_isolation");
    nap().is(200).equals(json!("slept"));
    set("STATEMENT_TIMEOUT, app.flavour");
    nap().fails(500, "57014");
    // One that is hoisted ends with the request.
    api.get("/rpc/taste").is(200);
    let kept = howdah.value("SELECT coalesce(current_setting('app.flavour', true), '')");
    assert_eq!(kept, "");
}

#[test]
fn repeats_the_trace_header_when_told() {
    let howdah = Howdah::start(&[]);
    howdah.sql("CREATE TABLE public.t (id int PRIMARY KEY); GRANT SELECT ON public.t TO anon");
    let api = Api::anon(&howdah, "public");
    let traced = |path: &str| api.rest("GET", path).header("X-Trace", "abc 1").send();
    traced("/t").is(200).has("x-trace", None);
    howdah.sql("SELECT howdah.set('rest.trace_header', 'X-Trace')");
    traced("/t").is(200).has("x-trace", "abc 1");
    traced("/none").is(404).has("x-trace", "abc 1");
    api.get("/t").is(200).has("x-trace", None);
    assert!(
        howdah.dba().batch_execute("SELECT howdah.set('rest.trace_header', 'X: Y')").is_err(),
        "no header's name"
    );
}

#[test]
fn answers_what_settings_forbid() {
    let howdah = Howdah::start(&[]);
    howdah.sql("CREATE TABLE public.t (id int PRIMARY KEY); GRANT SELECT ON public.t TO anon, authenticated;
                CREATE SCHEMA tools; CREATE FUNCTION tools.helper() RETURNS int LANGUAGE sql STABLE AS 'SELECT 7';
                CREATE FUNCTION public.uses() RETURNS int LANGUAGE plpgsql STABLE AS $$ BEGIN RETURN helper(); END $$;
                GRANT USAGE ON SCHEMA tools TO anon; GRANT EXECUTE ON FUNCTION tools.helper, public.uses TO anon");
    let anon = Api::anon(&howdah, "public");
    let set =
        |key: &str, value: &str| howdah.sql(&format!("SELECT howdah.set('{key}', $v${value}$v$)"));
    anon.get("/rpc/uses").fails(404, "42883");
    set("rest.extra_search_path", "public, tools");
    anon.get("/rpc/uses").is(200).equals(json!(7));

    set("rest.openapi_mode", "disabled");
    anon.get("/").fails(404, "PGRST126");

    set("rest.error_verbosity", "minimal");
    let minimal = anon.get("/none").is(404).json();
    let keys: Vec<_> = minimal.as_object().expect("an object").keys().collect();
    assert_eq!(keys, ["code", "message"]);
    set("rest.error_verbosity", "verbose");

    set("rest.anon_role", "");
    let refused = anon.get("/t");
    refused.fails(401, "PGRST302");
    refused.has("www-authenticate", "Bearer");
    Api::user(&howdah, "public", 1).get("/t").is(200);
    set("rest.anon_role", "anon");
    anon.get("/t").is(200);

    set("rest.tx_end", "rollback-allow-override");
    howdah.sql("GRANT INSERT ON public.t TO anon");
    anon.post("/t", json!({"id": 1})).is(201);
    assert_eq!(anon.ids("/t"), Vec::<i64>::new());
    let kept = anon.rest("POST", "/t").prefer("tx=commit").json(json!({"id": 1})).send();
    kept.is(201).has("preference-applied", "tx=commit");
    assert_eq!(anon.ids("/t"), [1]);
    set("rest.tx_end", "rollback");
    anon.rest("POST", "/t").prefer("tx=commit").json(json!({"id": 2})).send().is(201);
    assert_eq!(anon.ids("/t"), [1]);
}

#[test]
fn withholds_details_when_told() {
    let howdah = Howdah::start(&[]);
    howdah.sql("CREATE TABLE public.u (id int PRIMARY KEY, secret text CONSTRAINT canary_name UNIQUE); INSERT INTO public.u VALUES (1, 'canary-value'); GRANT INSERT ON public.u TO anon");
    let api = Api::anon(&howdah, "public");
    let insert = || api.post("/u", json!({"id": 2, "secret": "canary-value"}));
    assert!(
        insert().fails(409, "23505").to_string().contains("canary_name"),
        "PostgREST's default shows the constraint"
    );
    howdah.sql("SELECT howdah.set('howdah.error_detail', 'safe')");
    let safe = insert().fails(409, "23505").to_string();
    assert!(!safe.contains("canary"), "{safe}");
}

#[test]
fn applies_and_undoes_the_roles_own_settings() {
    let howdah = Howdah::start(&[]);
    howdah.sql("ALTER ROLE authenticated SET statement_timeout = '300ms'; ALTER ROLE authenticated SET app.flavour = 'mint';
                CREATE FUNCTION public.setting(name text) RETURNS text LANGUAGE sql STABLE AS 'SELECT current_setting(name, true)'; GRANT EXECUTE ON FUNCTION public.setting TO anon, authenticated;
                CREATE FUNCTION public.nap(s float8) RETURNS text LANGUAGE sql AS $$ SELECT 'slept' FROM pg_sleep(s) $$; GRANT EXECUTE ON FUNCTION public.nap TO anon, authenticated");
    let (anon, user) = (Api::anon(&howdah, "public"), Api::user(&howdah, "public", 1));
    for _ in 0..10 {
        user.rpc("setting", json!({"name": "app.flavour"})).is(200).equals(json!("mint"));
        let none = anon.rpc("setting", json!({"name": "app.flavour"})).is(200).json();
        assert!(none.is_null() || none == "", "{none}");
    }
    let start = std::time::Instant::now();
    let cut = user.rpc("nap", json!({"s": 5.0}));
    assert!(
        cut.status >= 400 && start.elapsed().as_secs() < 3,
        "{} after {:?}",
        cut.status,
        start.elapsed()
    );
    assert_eq!(cut.well_formed_error()["code"], "57014");
    for _ in 0..4 {
        anon.rpc("nap", json!({"s": 0.6})).is(200).equals(json!("slept"));
    }
}
