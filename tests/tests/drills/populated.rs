//! A database full of users, jobs, schedules, queues and messages, with a DBA's own objects on our tables; what must be the same
//! after it was moved, and what must work then.

use howdah_tests::account::Account;
use howdah_tests::api::Api;
use howdah_tests::cluster::Cluster;
use howdah_tests::drill::Drill;
use howdah_tests::reply::Reply;
use howdah_tests::server::{Howdah, root};
use howdah_tests::totp::code;
use serde_json::{Value, json};
use std::collections::HashSet;

pub struct Counts {
    pub users: usize,
    pub jobs: usize,
    pub schedules: usize,
}

impl Counts {
    pub fn said(&self) -> String {
        format!("{} users, {} jobs, {} schedules", self.users, self.jobs, self.schedules)
    }
}

/// Somebody whose password, tokens and factor were made before the move.
pub struct Witness {
    account: Account,
    secret: String,
    factor: String,
    minted: String,
}

const PASSWORD: &str = "correct horse battery staple";

/// What a DBA adds to our tables and beside them.
const OWN: &str = "CREATE ROLE app; CREATE ROLE report;
    CREATE TABLE public.profile (user_id uuid PRIMARY KEY REFERENCES auth.users (id) ON DELETE CASCADE, name text);
    ALTER TABLE public.profile ENABLE ROW LEVEL SECURITY;
    CREATE POLICY own ON public.profile TO authenticated USING (user_id = auth.uid());
    GRANT SELECT, INSERT ON public.profile TO authenticated;
    CREATE FUNCTION public.make_profile() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS
        'BEGIN INSERT INTO public.profile VALUES (NEW.id, NEW.email); RETURN NEW; END';
    CREATE TRIGGER make_profile AFTER INSERT ON auth.users FOR EACH ROW EXECUTE FUNCTION public.make_profile();
    CREATE INDEX users_city ON auth.users ((raw_user_meta_data ->> 'city'));
    CREATE POLICY report ON auth.users FOR SELECT TO report USING (deleted_at IS NULL);
    GRANT USAGE ON SCHEMA auth TO report; GRANT SELECT (id, created_at) ON auth.users TO report;
    GRANT EXECUTE ON FUNCTION howdah.pause(text) TO report; REVOKE EXECUTE ON FUNCTION auth.sign_up FROM anon;
    CREATE TABLE public.ran (n int); GRANT INSERT ON public.ran TO app;
    CREATE FUNCTION public.run(n int) RETURNS void LANGUAGE sql AS 'INSERT INTO public.ran VALUES (n)'";

fn post(howdah: &Howdah, token: Option<&str>, path: &str, body: Value) -> Reply {
    let api = Api { howdah, schema: None, token: token.map(str::to_owned) };
    api.call("POST", &format!("/auth/v1{path}")).json(body).send()
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("no text: {value}")).to_owned()
}

/// Fills it. `howdah`: the database and a proxy on it.
pub fn fill(howdah: &Howdah, counts: &Counts) -> Witness {
    let Counts { users, jobs, schedules } = counts;
    howdah.sql(OWN);
    howdah.sql(&format!(
        "INSERT INTO auth.users (id, aud, role, email, email_confirmed_at, created_at, updated_at, raw_app_meta_data, raw_user_meta_data)
         SELECT md5('user ' || n)::uuid, 'authenticated', 'authenticated', 'u' || n || '@example.com', now(), now(), now(),
                '{{\"provider\": \"email\"}}', jsonb_build_object('city', 'city ' || n % 50) FROM generate_series(1, {users}) AS n;
         INSERT INTO auth.identities (provider_id, user_id, identity_data, provider, created_at, updated_at)
         SELECT id::text, id, jsonb_build_object('sub', id, 'email', email), 'email', now(), now() FROM auth.users;
         SELECT count(jobs.enqueue('public.run', jsonb_build_array(n), run_at => now() + interval '1 day', run_as => 'app'))
         FROM generate_series(1, {jobs}) AS n;
         SELECT count(jobs.schedule('s' || n, n % 60 || ' 3 * * *', 'SELECT 1', run_as => 'app', timezone => 'Europe/Zurich'))
         FROM generate_series(1, {schedules}) AS n;
         SELECT queue.create('orders'), queue.create('mails');
         SELECT count(queue.send('orders', jsonb_build_object('n', n))) FROM generate_series(1, 1000) AS n;
         SELECT count(*) FROM queue.read('orders', 600, 10);
         SELECT howdah.set('mail.from', 'shop@example.com'), howdah.set('rest.max_rows', '77'), auth.set('site_url', 'https://app.example');
         SELECT howdah.set_email_transport('sink', 'smtp', '{{\"host\": \"127.0.0.1\", \"port\": 2525, \"tls\": \"none\", \"user\": \"u\"}}', 'pass');
         SELECT auth.set_template('recovery', 'Again, {{{{ token }}}}', '<p>{{{{ token }}}}</p>');
         SELECT count(howdah.webhook('https://a.example/x', 'a', to_jsonb(n))), count(howdah.send_email('u' || n || '@example.net', 'x', text => 'y'))
         FROM generate_series(1, 200) AS n;
         SELECT howdah.rotate_key('1 day'), howdah.import_key('legacy', 'HS256', repeat('k', 40)), howdah.issue_api_key('publishable')"
    ));
    let account = howdah.account();
    howdah.sql(&format!(
        "UPDATE auth.users SET encrypted_password = howdah_private.password_hash('{PASSWORD}') WHERE id = '{}'",
        account.id
    ));
    let token = Some(account.access.as_str());
    let made = post(howdah, token, "/factors", json!({"factor_type": "totp"})).is(200).json();
    let (factor, secret) = (text(&made["id"]), text(&made["totp"]["secret"]));
    let asked = post(howdah, token, &format!("/factors/{factor}/challenge"), json!({}));
    let body = json!({"challenge_id": asked.json()["id"], "code": code(&secret, -1)});
    post(howdah, token, &format!("/factors/{factor}/verify"), body).is(200);
    let session = howdah.session_of(&account.id);
    let account = Account {
        access: text(&session["access_token"]),
        refresh: text(&session["refresh_token"]),
        ..account
    };
    let minted = howdah.mint("authenticated", &json!({"sub": account.id}), "1 day");
    Witness { account, secret, factor, minted }
}

/// All rows, sequences and definitions, as one text.
pub fn state(cluster: &Cluster) -> String {
    let tables = "SELECT n.nspname, c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE c.relkind = 'r' AND n.nspname IN ('howdah', 'howdah_private', 'howdah_archive', 'auth', 'queue', 'jobs', 'public')";
    let sums = format!(
        "SELECT format('%I.%I ', nspname, relname) || (xpath('/row/sum/text()', query_to_xml(format(
             'SELECT count(*) || '' '' || coalesce(md5(string_agg(r, '''' ORDER BY r)), '''') AS sum FROM (SELECT md5(t::text) AS r FROM ONLY %I.%I AS t) AS s',
             nspname, relname), false, true, '')))[1]::text
         FROM ({tables}) AS t ORDER BY 1"
    );
    let sequences = "SELECT schemaname || '.' || sequencename || ' ' || coalesce(last_value::text, 'fresh') FROM pg_sequences ORDER BY 1";
    let catalog = root().join("tests/sql/catalog.psql");
    let catalog = catalog.to_str().expect("a path");
    let state = [
        cluster.tool("psql", &["-XAtq", "-v", "ON_ERROR_STOP=1", "-c", &sums, "-c", sequences]),
        cluster.tool("psql", &["-XAtq", "-v", "ON_ERROR_STOP=1", "-f", catalog]),
    ]
    .concat();
    // A definition that was read back: its brackets, its spaces and the names of NULLs in a union are the server's to set.
    let bare = state.replace(['(', ')'], " ");
    let lines = bare.lines().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "));
    lines
        .collect::<Vec<_>>()
        .join("\n")
        .replace("NULL::numeric AS \"numeric\"", "NULL::numeric")
        .replace("NULL::timestamp with time zone AS timestamptz", "NULL::timestamp with time zone")
}

/// Both are the same, line by line.
pub fn same(drill: &mut Drill, what: &str, before: &str, after: &str) {
    drill.check(before.lines().count() > 5000, || "hardly anything to compare".into());
    let lines = |text: &'_ str| text.lines().map(str::to_owned).collect::<HashSet<_>>();
    let (was, is) = (lines(before), lines(after));
    let (lost, found) = (was.difference(&is).min(), is.difference(&was).min());
    drill.check(before == after, || format!("{what}: before {lost:?}, after {found:?}"));
}

/// What was made before the move is good after it, and new rows find their numbers.
pub fn works(drill: &mut Drill, what: &str, howdah: &Howdah, witness: &Witness) {
    let account = &witness.account;
    let user = |token: &str| {
        let api = Api { howdah, schema: None, token: Some(token.to_owned()) };
        api.call("GET", "/auth/v1/user").send()
    };
    let mut status = |said: &str, reply: Reply| {
        drill.check(reply.status == 200, || format!("{what}: {said}: {}", reply.text()));
        reply.json()
    };
    status("the access token of before", user(&account.access));
    let api = Api { howdah, schema: Some("public".into()), token: Some(witness.minted.clone()) };
    let profile = status("a token minted before", api.get("/profile?select=name"));
    let body = json!({"email": account.email, "password": PASSWORD});
    let session = status("the password", post(howdah, None, "/token?grant_type=password", body));
    let body = json!({"refresh_token": account.refresh});
    status("the refresh token", post(howdah, None, "/token?grant_type=refresh_token", body));
    let token = session["access_token"].as_str();
    let path = format!("/factors/{}", witness.factor);
    let asked = status("a challenge", post(howdah, token, &format!("{path}/challenge"), json!({})));
    let body = json!({"challenge_id": asked["id"], "code": code(&witness.secret, 0)});
    let raised = status("TOTP", post(howdah, token, &format!("{path}/verify"), body));
    drill.check(profile == json!([{"name": account.email}]), || format!("{what}: {profile}"));
    drill.check(raised["access_token"].is_string(), || format!("{what}: no session"));
    let read = howdah.value("SELECT count(*) FROM queue.read('orders', 30, 2000)");
    drill.check(read == "990", || format!("{what}: {read} messages to read"));
    // Each finds a number that is not taken.
    howdah.sql(
        "SELECT queue.send('orders', '{}'), jobs.enqueue('public.run', '[1]', run_as => 'app'), howdah.webhook('https://a.example/x', 'a', '1'),
                jobs.schedule('one more', '0 3 * * *', 'SELECT 1', run_as => 'app'), howdah.rotate_key(), howdah.route('GET', '/run', 'public.run');
         INSERT INTO auth.users (id, email) VALUES (gen_random_uuid(), 'one more@example.com')",
    );
    let profiles =
        howdah.value("SELECT count(*) FROM public.profile WHERE name = 'one more@example.com'");
    drill.check(profiles == "1", || format!("{what}: the trigger of the users' own"));
    let installed = howdah.value("SELECT howdah.install()");
    drill.check(installed.ends_with("nothing to do"), || format!("{what}: {installed}"));
}
