-- Hooks: what each is given, and what comes of each kind of answer. As whom they run, and what may be registered: auth_signin.sql.
\ir asking.psql
SELECT auth.set('external_phone_enabled', 'true'), auth.set('mailer_autoconfirm', 'true'), auth.set('mailer_notifications_new_sign_in_enabled', 'false');
CREATE ROLE my_hooks NOLOGIN;
CREATE SCHEMA hook; GRANT USAGE ON SCHEMA hook TO my_hooks;
CREATE TABLE hook.seen (n int GENERATED ALWAYS AS IDENTITY, event jsonb);
GRANT SELECT, INSERT ON hook.seen TO my_hooks;
CREATE FUNCTION hook.works(event jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO hook.seen (event) VALUES (event);
    RETURN CASE WHEN event ? 'claims' THEN jsonb_build_object('claims', event -> 'claims') ELSE '{}' END;
END $$;
CREATE FUNCTION hook.forbids(event jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO hook.seen (event) VALUES (event);
    RETURN '{"error": {"http_code": 429, "message": "not today"}}';
END $$;
CREATE FUNCTION hook.fails(event jsonb) RETURNS jsonb LANGUAGE sql AS $$ SELECT '{"error": {"http_code": 503, "message": "gateway is down"}}'::jsonb $$;
CREATE FUNCTION hook.codeless(event jsonb) RETURNS jsonb LANGUAGE sql AS $$ SELECT '{"error": {"message": "no code"}}'::jsonb $$;
CREATE FUNCTION hook.rejects(event jsonb) RETURNS jsonb LANGUAGE sql AS $$ SELECT '{"decision": "reject"}'::jsonb $$;
CREATE FUNCTION hook.slips(event jsonb) RETURNS jsonb LANGUAGE sql AS $$ SELECT '{"decision": "Reject", "error": "not an object"}'::jsonb $$;
CREATE FUNCTION hook.lists(event jsonb) RETURNS jsonb LANGUAGE sql AS $$ SELECT '[]'::jsonb $$;
CREATE FUNCTION hook.raises(event jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'canary of the developer'; END $$;
CREATE FUNCTION hook.sleeps(event jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(30); RETURN '{}'; END $$;
REVOKE EXECUTE ON ALL FUNCTIONS IN SCHEMA hook FROM PUBLIC;
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA hook TO my_hooks;

-- Somebody with everything.
SELECT told('POST', '/signup', form('ada@example.com')), told('POST', '/signup', '{"phone": "+491511000001", "password": "a long enough secret 1"}');
SELECT id AS ada FROM auth.users WHERE email = 'ada@example.com' \gset
INSERT INTO auth.mfa_factors (id, user_id, factor_type, status, created_at, updated_at) VALUES (gen_random_uuid(), :'ada', 'totp', 'verified', now(), now());
SELECT a.status, a.body -> 'codes' AS codes FROM ask('POST', '/factors/recovery-codes', '{}',
    howdah_private.auth_issue_session(:'ada', 'totp', 'aal2') ->> 'access_token') AS a \gset
CREATE TABLE codes AS SELECT n, code FROM jsonb_array_elements_text(:'codes') WITH ORDINALITY AS c (code, n);

-- The request that comes by each hook.
CREATE FUNCTION request(hook text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    v_token text; v_code text; v_said text;
BEGIN
    CASE request.hook
    WHEN 'send_email' THEN RETURN told('POST', '/recover', '{"email": "ada@example.com"}');
    WHEN 'send_sms' THEN RETURN told('POST', '/otp', '{"phone": "+491511000001"}');
    WHEN 'before_user_created' THEN
        DELETE FROM auth.users WHERE email = 'new@example.com';
        v_said := told('POST', '/signup', form('new@example.com'));
        RETURN v_said || ', ' || (SELECT count(*) FROM auth.users WHERE email = 'new@example.com') || ' made';
    WHEN 'after_user_created' THEN
        DELETE FROM auth.users WHERE email = 'new@example.com';
        RETURN told('POST', '/signup', form('new@example.com'));
    WHEN 'mfa_verification_attempt' THEN
        DELETE FROM auth.sessions WHERE user_id = (SELECT id FROM auth.users WHERE email = 'ada@example.com');
        v_token := howdah_private.auth_issue_session((SELECT id FROM auth.users WHERE email = 'ada@example.com'), 'password') ->> 'access_token';
        DELETE FROM codes WHERE n = (SELECT min(n) FROM codes) RETURNING code INTO v_code;
        UPDATE auth.mfa_recovery_code_sets SET failed_verification_count = 0, verification_locked_until = NULL;
        v_said := told('POST', '/factors/recovery-codes/verify', jsonb_build_object('code', v_code), v_token);
        RETURN v_said || ', ' || (SELECT count(*) FROM auth.sessions AS s JOIN auth.users AS u ON u.id = s.user_id WHERE u.email = 'ada@example.com') || ' sessions';
    ELSE RETURN told('POST', '/token?grant_type=password', form('ada@example.com'));
    END CASE;
END $$;
CREATE FUNCTION try(hook text, function text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    v_said text; v_sent int := (SELECT count(*) FROM howdah.outbox_entries);
BEGIN
    PERFORM auth.set_hook(try.hook, 'hook.' || try.function, 'my_hooks', CASE try.function WHEN 'sleeps' THEN interval '30 ms' ELSE interval '2 s' END);
    v_said := request(try.hook);
    PERFORM auth.unset_hook(try.hook);
    RETURN v_said || CASE WHEN (SELECT count(*) FROM howdah.outbox_entries) > v_sent THEN ', sent' ELSE '' END;
END $$;
\set VERBOSITY terse
SELECT request('send_email') AS mail, request('send_sms') AS message, request('before_user_created') AS made, request('mfa_verification_attempt') AS factor, request('custom_access_token') AS token;
SELECT f AS send_email, try('send_email', f) FROM unnest('{works,forbids,fails,codeless,slips,lists,raises,sleeps}'::text[]) AS f;
SELECT f AS send_sms, try('send_sms', f) FROM unnest('{works,forbids,fails,codeless,slips,lists,raises,sleeps}'::text[]) AS f;
SELECT f AS before_user_created, try('before_user_created', f) FROM unnest('{works,forbids,fails,codeless,rejects,slips,lists,raises,sleeps}'::text[]) AS f;
SELECT f AS after_user_created, try('after_user_created', f) FROM unnest('{works,forbids,lists,raises,sleeps}'::text[]) AS f;
SELECT f AS password_verification_attempt, try('password_verification_attempt', f) FROM unnest('{works,forbids,fails,codeless,rejects,slips,lists,raises,sleeps}'::text[]) AS f;
SELECT f AS mfa_verification_attempt, try('mfa_verification_attempt', f) FROM unnest('{works,forbids,fails,rejects,slips,lists,raises,sleeps}'::text[]) AS f;
SELECT f AS custom_access_token, try('custom_access_token', f) FROM unnest('{works,forbids,fails,codeless,slips,lists,raises,sleeps}'::text[]) AS f;
\set VERBOSITY default
-- What a hook writes stays if it answers, but with a request that is refused by a hook that sends: nothing of that stays.
SELECT event -> 'metadata' ->> 'name' AS name, count(*) FROM hook.seen GROUP BY 1 ORDER BY 1;
TRUNCATE hook.seen;

-- What a hook that sends is given.
SELECT auth.set_hook('send_email', 'hook.works', 'my_hooks'), auth.set_hook('send_sms', 'hook.works', 'my_hooks');
SELECT auth.reset('mailer_autoconfirm');
SELECT count(*) AS before FROM howdah.outbox_entries \gset
SELECT told('POST', '/signup?redirect_to=https://app.example.com/in', form('eve@example.com') || '{"data": {"k": "v"}}');
SELECT event -> 'user' ->> 'email' AS email, event -> 'user' -> 'user_metadata' ->> 'k' AS k,
    (SELECT array_agg(k ORDER BY k) FROM jsonb_object_keys(event -> 'email_data') AS k) AS keys,
    event -> 'email_data' ->> 'email_action_type' AS type, event -> 'email_data' ->> 'redirect_to' AS leads_to, event -> 'email_data' ->> 'site_url' AS site,
    event -> 'email_data' ->> 'token' ~ '^[0-9]{6}$' AS code, event -> 'email_data' ->> 'token_hash' ~ '^hw_ot_' AS secret,
    event -> 'email_data' ->> 'token_new' AS token_new FROM hook.seen;
SELECT told('POST', '/verify', jsonb_build_object('type', 'signup', 'token_hash', event -> 'email_data' ->> 'token_hash')) FROM hook.seen;
TRUNCATE hook.seen;
-- The two mails of a change have their secrets where GoTrue has them.
SELECT body ->> 'access_token' AS eve FROM ask('POST', '/token?grant_type=password', form('eve@example.com')) \gset
SELECT told('PUT', '/user', '{"email": "eve@example.org"}', :'eve');
SELECT event -> 'email_data' ->> 'sending_to' AS recipient, event -> 'email_data' ->> 'token' <> '' AS token, event -> 'email_data' ->> 'token_hash' <> '' AS token_hash,
    event -> 'email_data' ->> 'token_new' <> '' AS token_new, event -> 'email_data' ->> 'token_hash_new' <> '' AS token_hash_new FROM hook.seen ORDER BY n;
TRUNCATE hook.seen;
SELECT told('PUT', '/user', '{"password": "another long enough secret"}', :'eve');
SELECT event -> 'email_data' ->> 'email_action_type' AS type, event -> 'email_data' ->> 'token' AS token FROM hook.seen;
TRUNCATE hook.seen;
SELECT told('POST', '/otp', '{"phone": "+491511000001", "channel": "whatsapp"}');
SELECT event -> 'user' ->> 'phone' AS phone, (event -> 'sms') - 'otp'::text AS sms FROM hook.seen;
SELECT told('POST', '/verify', jsonb_build_object('type', 'sms', 'phone', '491511000001', 'token', event -> 'sms' ->> 'otp')) FROM hook.seen;
SELECT count(*) - :before AS of_ours FROM howdah.outbox_entries;
-- For who has no account it is asked like that, for somebody who is nobody, and what it writes is undone.
CREATE FUNCTION hook.strict(event jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
BEGIN
    IF event -> 'user' ->> 'id' IS NULL OR event -> 'user' ->> 'aud' IS NULL OR COALESCE(event -> 'user' ->> 'email', '') || COALESCE(event -> 'user' ->> 'phone', '') = '' THEN
        RAISE 'no user';
    END IF;
    INSERT INTO hook.seen (event) VALUES (event);
    RETURN '{}';
END $$;
REVOKE EXECUTE ON FUNCTION hook.strict FROM PUBLIC; GRANT EXECUTE ON FUNCTION hook.strict TO my_hooks;
SELECT auth.set_hook('send_email', 'hook.strict', 'my_hooks'), auth.set_hook('send_sms', 'hook.strict', 'my_hooks');
TRUNCATE hook.seen;
SELECT told('POST', '/recover', '{"email": "ada@example.com"}') AS known, told('POST', '/recover', '{"email": "nobody@example.com"}') AS nobody,
    told('POST', '/otp', '{"phone": "+491511000099", "create_user": false}') AS number_of_nobody;
SELECT event -> 'user' ->> 'email' AS email FROM hook.seen;

-- A hook that refuses undoes what wanted to send; one that refuses a notice undoes nothing.
SELECT auth.set_hook('send_email', 'hook.forbids', 'my_hooks');
SELECT told('POST', '/signup', form('mallory@example.com')) AS up, told('PUT', '/user', '{"email": "eve@example.net", "data": {"x": 1}}', :'eve') AS change,
    told('PUT', '/user', '{"password": "a third long enough secret"}', :'eve') AS password;
SELECT email, email_change, raw_user_meta_data ? 'x' AS x FROM auth.users WHERE email IN ('eve@example.com', 'mallory@example.com');
SELECT told('POST', '/token?grant_type=password', form('eve@example.com', 'a third long enough secret'));
DROP OWNED BY my_hooks; DROP ROLE my_hooks;
