-- Sign-up, sign-in, one's own record, hooks: what needs settings of its own. The rest is in tests/tests/http.
\ir asking.psql

-- Who may sign up is policy.
SELECT told('POST', '/signup', form('first@example.com'));
SELECT auth.set('disable_signup', 'true');
SELECT told('POST', '/signup', form('second@example.com'));
SELECT auth.reset('disable_signup'), auth.set('signup_mode', 'invite');
SELECT told('POST', '/signup', form('second@example.com')), told('POST', '/signup', form('first@example.com')) AS known;
SELECT auth.set('signup_mode', 'allow-list'), auth.allow_signup('Second@Example.com '), auth.allow_signup('school.example'), auth.allow_signup('@club.example'), auth.allow_signup('+49 1511 2345678');
SELECT entry FROM auth.signup_allowed ORDER BY 1;
SELECT auth.allow_signup('no such thing');
SELECT told('POST', '/signup', form('second@example.com')) AS address, told('POST', '/signup', form('x@school.example')) AS domain,
    told('POST', '/signup', form('x@not.school.example')) AS subdomain, told('POST', '/signup', form('first@example.com')) AS known;
SELECT auth.disallow_signup('school.example'), auth.disallow_signup('school.example') AS again;
SELECT auth.reset('signup_mode'), auth.set('external_email_enabled', 'false');
SELECT told('POST', '/signup', form('third@example.com')) AS up, told('POST', '/token?grant_type=password', form('first@example.com')) AS "in";
SELECT auth.reset('external_email_enabled');
SELECT told('POST', '/signup', '{"phone": "+4915112345678", "password": "a long enough secret 1"}');
SELECT told('POST', '/signup', '{}') AS anonymous;
SELECT auth.set('signup_mode', 'nonsense');

-- An unconfirmed account is whose sign-up is the last: password, mails and metadata of the first are gone.
SELECT told('POST', '/signup', form('squat@example.com', 'the password of a squatter') || '{"data": {"mine": 1}}');
SELECT id AS squat, raw_user_meta_data ->> 'mine' AS mine FROM auth.users WHERE email = 'squat@example.com' \gset
SELECT count(*) AS places, string_agg(token_hash, '') AS former FROM auth.one_time_tokens WHERE user_id = :'squat' \gset
SELECT told('POST', '/signup', form('squat@example.com', 'the password of its owner'));
SELECT id = :'squat' AS same_account, raw_user_meta_data ? 'mine' AS left_over FROM auth.users WHERE email = 'squat@example.com';
SELECT :places AS before, count(*) AS after, bool_or(token_hash = :'former') AS former_lives FROM auth.one_time_tokens WHERE user_id = :'squat';
SELECT told('POST', '/token?grant_type=password', form('squat@example.com', 'the password of a squatter')) AS squatter,
    told('POST', '/token?grant_type=password', form('squat@example.com', 'the password of its owner')) AS owner;
SELECT auth.set('mailer_allow_unverified_email_sign_ins', 'true');
SELECT told('POST', '/token?grant_type=password', form('squat@example.com', 'the password of a squatter')) AS squatter,
    told('POST', '/token?grant_type=password', form('squat@example.com', 'the password of its owner')) AS owner;
-- Somebody uses it now: a further sign-up changes nothing.
SELECT told('POST', '/signup', form('squat@example.com', 'the password of a squatter'));
SELECT told('POST', '/token?grant_type=password', form('squat@example.com', 'the password of its owner')) AS owner;
SELECT auth.reset('mailer_allow_unverified_email_sign_ins');
-- Nor of one who was invited, is known by a provider, or has proven anything.
UPDATE auth.users SET last_sign_in_at = NULL, invited_at = now() WHERE id = :'squat';
SELECT s.standing FROM howdah_private.auth_find_standing('squat@example.com') AS s;
UPDATE auth.users SET invited_at = NULL WHERE id = :'squat';
SELECT s.standing FROM howdah_private.auth_find_standing('squat@example.com') AS s;
INSERT INTO auth.identities (provider_id, user_id, identity_data, provider) VALUES ('17', :'squat', '{}', 'github');
SELECT s.standing FROM howdah_private.auth_find_standing('squat@example.com') AS s;

-- The answer for a taken address is like any other, and leaves nothing behind.
UPDATE auth.users SET email_confirmed_at = now() WHERE email = 'first@example.com';
SELECT count(*) AS users FROM auth.users \gset
SELECT count(*) AS tokens FROM auth.one_time_tokens \gset
SELECT body AS unknown FROM ask('POST', '/signup', form('nobody@example.com') || '{"data": {"name": "N"}}') \gset
SELECT body AS known FROM ask('POST', '/signup', form('first@example.com') || '{"data": {"name": "N"}}') \gset
SELECT body AS again FROM ask('POST', '/signup', form('first@example.com') || '{"data": {"name": "N"}}') \gset
CREATE FUNCTION masked(body jsonb) RETURNS text LANGUAGE sql AS $$
    SELECT regexp_replace(regexp_replace(replace(replace(masked.body::text, 'nobody@example.com', '…'), 'first@example.com', '…'),
        '[0-9a-f]{8}-[0-9a-f-]{27}', 'id', 'g'), '20[0-9-]{8}T[0-9:.]+[+]00:00', 'time', 'g') $$;
SELECT masked(:'unknown') = masked(:'known') AS alike, masked(:'known') AS body;
SELECT :'known'::jsonb ->> 'id' = :'again'::jsonb ->> 'id' AS same_each_time,
    NOT EXISTS (SELECT 1 FROM auth.users WHERE id = (:'known'::jsonb ->> 'id')::uuid) AS made_up;
SELECT count(*) - :users AS new_users FROM auth.users;
SELECT count(*) - :tokens AS new_tokens FROM auth.one_time_tokens;
SELECT count(*) AS stand_ins FROM auth.users WHERE email ~ '^x[0-9a-f]{32}@';
SELECT payload ->> 'action' AS action, count(*) FROM auth.audit_log_entries WHERE payload ->> 'action' = 'user_repeated_signup' GROUP BY 1;

-- With auto-confirm a sign-up is a session, and a taken address is told.
SELECT auth.set('mailer_autoconfirm', 'true');
SELECT told('POST', '/signup', form('auto@example.com')), told('POST', '/signup', form('auto@example.com')) AS again,
    told('POST', '/token?grant_type=password', form('Auto@Example.COM')) AS "in";
SELECT email, email_confirmed_at IS NOT NULL AS confirmed, role, aud, raw_app_meta_data FROM auth.users WHERE email = 'auto@example.com';

-- A profile row by the app's own trigger; one that raises undoes the user, and the world does not read why.
CREATE TABLE public.profile (id uuid PRIMARY KEY REFERENCES auth.users (id) ON DELETE CASCADE, name text NOT NULL);
ALTER TABLE public.profile ENABLE ROW LEVEL SECURITY;
CREATE FUNCTION public.handle_new_user() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
BEGIN
    INSERT INTO public.profile (id, name) VALUES (NEW.id, NEW.raw_user_meta_data ->> 'name');
    RETURN NEW;
END $$;
CREATE TRIGGER on_auth_user_created AFTER INSERT ON auth.users FOR EACH ROW EXECUTE FUNCTION public.handle_new_user();
SELECT told('POST', '/signup', form('profile@example.com') || '{"data": {"name": "P"}}');
SELECT p.name, u.email FROM public.profile AS p JOIN auth.users AS u USING (id);
SELECT told('POST', '/signup', form('nameless@example.com'));
SELECT count(*) AS saved FROM auth.users WHERE email = 'nameless@example.com';
-- The same for a taken address, where it is not told.
SELECT auth.reset('mailer_autoconfirm');
SELECT told('POST', '/signup', form('profile@example.com') || '{"data": {"name": "Q"}}') AS taken, count(*) AS profiles FROM public.profile;
SELECT told('POST', '/signup', form('profile@example.com')) AS taken_nameless, told('POST', '/signup', form('free@example.com')) AS free_nameless;
DROP TRIGGER on_auth_user_created ON auth.users;

-- Anonymous, and what he may become.
SELECT auth.set('external_anonymous_users_enabled', 'true');
SELECT body AS session FROM ask('POST', '/signup', '{"data": {"a": 1}}') \gset
SELECT :'session'::jsonb ->> 'access_token' AS token, :'session'::jsonb -> 'user' ->> 'id' AS anonymous \gset
SELECT u.is_anonymous, u.raw_app_meta_data, u.raw_user_meta_data, u.role, (SELECT count(*) FROM auth.identities AS i WHERE i.user_id = u.id) AS identities
FROM auth.users AS u WHERE u.id = :'anonymous';
SELECT told('PUT', '/user', '{"password": "a long enough secret 2"}', :'token') AS without_address,
    told('PUT', '/user', '{"email": "auto@example.com"}', :'token') AS taken,
    told('PUT', '/user', '{"data": {"a": null, "b": 2}}', :'token') AS data;
SELECT told('PUT', '/user', '{"email": "Grown@Example.com", "password": "a long enough secret 2"}', :'token');
SELECT email, email_change, is_anonymous, raw_user_meta_data FROM auth.users WHERE id = :'anonymous';
SELECT auth.set('mailer_autoconfirm', 'true');
SELECT told('PUT', '/user', '{"email": "grown@example.com"}', :'token');
SELECT u.email, u.is_anonymous, u.email_confirmed_at IS NOT NULL AS confirmed, u.raw_app_meta_data, i.provider
FROM auth.users AS u JOIN auth.identities AS i ON i.user_id = u.id WHERE u.id = :'anonymous';
SELECT told('POST', '/token?grant_type=password', form('grown@example.com', 'a long enough secret 2')) AS "in";
-- A permanent user proves a new address whatever the setting.
SELECT told('PUT', '/user', '{"email": "other@example.com"}', :'token');
SELECT email, email_change FROM auth.users WHERE id = :'anonymous';

-- What a user has no say in is ignored.
SELECT told('PUT', '/user', '{"role": "service_role", "app_metadata": {"admin": true}, "banned_until": "2000-01-01", "email_confirmed_at": null,
    "is_anonymous": true, "aud": "x", "id": "00000000-0000-0000-0000-000000000000", "encrypted_password": "x", "is_super_admin": true, "user_metadata": {"x": 1}}', :'token');
SELECT role, aud, is_anonymous, is_super_admin, banned_until, email_confirmed_at IS NOT NULL AS confirmed, raw_app_meta_data, raw_user_meta_data FROM auth.users WHERE id = :'anonymous';
SELECT told('POST', '/signup', form('mass@example.com') || '{"role": "service_role", "app_metadata": {"admin": true}, "is_super_admin": true, "aud": "x", "email_confirmed_at": "2000-01-01", "invited_at": "2000-01-01", "id": "00000000-0000-0000-0000-000000000009"}');
SELECT role, aud, is_super_admin, invited_at, raw_app_meta_data, id = '00000000-0000-0000-0000-000000000009' AS id FROM auth.users WHERE email = 'mass@example.com';

-- Hooks: which there are, as whom they run.
CREATE ROLE my_hooks NOLOGIN;
CREATE SCHEMA hook; GRANT USAGE ON SCHEMA hook TO my_hooks;
CREATE TABLE hook.seen (n int GENERATED ALWAYS AS IDENTITY, what text, who name DEFAULT current_user, event jsonb);
GRANT SELECT, INSERT ON hook.seen TO my_hooks;
CREATE FUNCTION hook.claims(event jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO hook.seen (what, event) VALUES ('claims', event);
    RETURN jsonb_build_object('claims', event -> 'claims' || '{"plan": "gold"}');
END $$;
CREATE FUNCTION hook.raises(event jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'canary of the developer'; END $$;
CREATE FUNCTION hook.sleeps(event jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(30); RETURN '{}'; END $$;
CREATE FUNCTION hook.escapes(event jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$ BEGIN PERFORM set_config('role', 'postgres', true); RETURN '{}'; END $$;
CREATE FUNCTION hook.reads(event jsonb) RETURNS jsonb LANGUAGE sql AS $$ SELECT to_jsonb(u) FROM auth.users AS u LIMIT 1 $$;
CREATE FUNCTION hook.strips(event jsonb) RETURNS jsonb LANGUAGE sql AS $$ SELECT jsonb_build_object('claims', (event -> 'claims') - 'session_id'::text || '{"sub": "00000000-0000-0000-0000-000000000000"}') $$;
CREATE FUNCTION hook.nothing(event jsonb) RETURNS jsonb LANGUAGE sql AS $$ SELECT NULL::jsonb $$;
CREATE FUNCTION hook.text(event text) RETURNS text LANGUAGE sql AS $$ SELECT event $$;
CREATE FUNCTION hook.refuses(event jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO hook.seen (what, event) VALUES ('refused', event);
    RETURN '{"error": {"http_code": 418, "message": "not with this address"}}';
END $$;
CREATE FUNCTION hook.rejects(event jsonb) RETURNS jsonb LANGUAGE sql AS $$ SELECT '{"decision": "reject", "message": "no more tries", "should_logout_user": true}'::jsonb $$;
CREATE FUNCTION hook.counts(event jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO hook.seen (what, event) VALUES (event -> 'metadata' ->> 'name', event);
    RETURN '{"decision": "continue"}';
END $$;
REVOKE EXECUTE ON ALL FUNCTIONS IN SCHEMA hook FROM PUBLIC;
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA hook TO my_hooks;
REVOKE EXECUTE ON FUNCTION hook.nothing FROM my_hooks;
SELECT auth.set_hook('no_such', 'hook.claims', 'my_hooks');
SELECT auth.set_hook('custom_access_token', 'claims', 'my_hooks');
SELECT auth.set_hook('custom_access_token', 'hook.text', 'my_hooks');
SELECT auth.set_hook('custom_access_token', 'hook.claims');
SELECT auth.set_hook('custom_access_token', 'hook.claims', 'howdah_owner');
SELECT auth.set_hook('custom_access_token', 'hook.nothing', 'my_hooks');
SELECT auth.set_hook('custom_access_token', 'hook.claims', 'no_such_role');
SELECT auth.set_hook('custom_access_token', 'hook.claims', 'my_hooks', '1 hour');

-- custom_access_token.
CREATE FUNCTION claims_of(token text) RETURNS jsonb LANGUAGE sql AS $$
    SELECT convert_from(decode(rpad(translate(split_part(token, '.', 2), '-_', '+/'),
        (length(split_part(token, '.', 2)) + 3) / 4 * 4, '='), 'base64'), 'UTF8')::jsonb $$;
SELECT auth.set_hook('custom_access_token', 'hook.claims', 'my_hooks');
SELECT claims_of(a.body ->> 'access_token') ->> 'plan' AS plan, claims_of(a.body ->> 'access_token') ->> 'email' AS email
FROM ask('POST', '/token?grant_type=password', form('auto@example.com')) AS a;
SELECT what, who, event ->> 'authentication_method' AS method, event -> 'metadata' ->> 'name' AS name,
    (SELECT array_agg(k ORDER BY k) FROM jsonb_object_keys(event -> 'claims') AS k) AS claims FROM hook.seen;
SELECT auth.set_hook('custom_access_token', 'hook.strips', 'my_hooks');
SELECT told('POST', '/token?grant_type=password', form('auto@example.com')) AS stripped;
SELECT auth.set_hook('custom_access_token', 'hook.raises', 'my_hooks');
SELECT told('POST', '/token?grant_type=password', form('auto@example.com')) AS raised;
SELECT auth.set_hook('custom_access_token', 'hook.sleeps', 'my_hooks', '50 milliseconds');
SELECT told('POST', '/token?grant_type=password', form('auto@example.com')) AS slow;
SELECT auth.set_hook('custom_access_token', 'hook.escapes', 'my_hooks');
SELECT told('POST', '/token?grant_type=password', form('auto@example.com')) AS escapes;
SELECT auth.set_hook('custom_access_token', 'hook.reads', 'my_hooks');
SELECT told('POST', '/token?grant_type=password', form('auto@example.com')) AS reads;
SELECT auth.unset_hook('custom_access_token'), auth.unset_hook('custom_access_token') AS again;

-- before_user_created and after_user_created; the former is asked for a taken address as well, and leaves nothing there.
SELECT auth.set_hook('before_user_created', 'hook.refuses', 'my_hooks');
TRUNCATE hook.seen;
SELECT told('POST', '/signup', form('refused@example.com'));
SELECT count(*) AS saved FROM auth.users WHERE email = 'refused@example.com';
SELECT auth.reset('mailer_autoconfirm');
SELECT told('POST', '/signup', form('refused@example.com')) AS free, told('POST', '/signup', form('auto@example.com')) AS taken;
SELECT auth.set_hook('before_user_created', 'hook.counts', 'my_hooks'), auth.set_hook('after_user_created', 'hook.counts', 'my_hooks');
TRUNCATE hook.seen;
SELECT told('POST', '/signup', form('counted@example.com') || '{"data": {"k": "v"}}');
SELECT told('POST', '/signup', form('auto@example.com')) AS taken;
SELECT what, event -> 'user' ->> 'email' AS email, event -> 'user' -> 'user_metadata' ->> 'k' AS k, event -> 'user' -> 'app_metadata' AS app FROM hook.seen ORDER BY n;
SELECT auth.unset_hook('before_user_created'), auth.unset_hook('after_user_created');

-- password_verification_attempt: told of every try at a user's password, and obeyed.
SELECT auth.set_hook('password_verification_attempt', 'hook.counts', 'my_hooks');
TRUNCATE hook.seen;
SELECT told('POST', '/token?grant_type=password', form('auto@example.com', 'wrong')) AS wrong, told('POST', '/token?grant_type=password', form('auto@example.com')) AS right,
    told('POST', '/token?grant_type=password', form('unknown@example.com')) AS nobody;
SELECT what, event -> 'valid' AS valid, event ->> 'user_id' = u.id::text AS of_user FROM hook.seen, auth.users AS u WHERE u.email = 'auto@example.com' ORDER BY n;
SELECT auth.set_hook('password_verification_attempt', 'hook.rejects', 'my_hooks');
SELECT told('POST', '/token?grant_type=password', form('auto@example.com')) AS rejected;
SELECT count(*) AS sessions FROM auth.sessions AS s JOIN auth.users AS u ON u.id = s.user_id WHERE u.email = 'auto@example.com';
SELECT auth.unset_hook('password_verification_attempt');

-- Failed tries are counted although they fail; the answer is the same for whoever it was.
SELECT count(*) AS counted FROM auth.audit_log_entries WHERE payload ->> 'action' = 'login_failed';

-- A closed grant is one that there is not.
REVOKE EXECUTE ON FUNCTION auth.sign_in_with_password FROM anon;
SELECT told('POST', '/token?grant_type=password', form('auto@example.com'));
GRANT EXECUTE ON FUNCTION auth.sign_in_with_password TO anon;
SELECT told('POST', '/token?grant_type=nonsense', '{}'), told('POST', '/token', '{}') AS none;

SELECT status, body - 'external' AS body, body -> 'external' -> 'email' AS email, body -> 'external' -> 'anonymous_users' AS anonymous FROM ask('GET', '/settings');
SELECT status, body ->> 'issuer' AS issuer, body ->> 'jwks_uri' AS jwks FROM ask('GET', '/.well-known/openid-configuration');
DROP OWNED BY my_hooks; DROP ROLE my_hooks;
