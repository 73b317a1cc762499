-- Captchas. The provider's answers are played: rows of the outbox are settled as the courier would. Over HTTP: tests/tests/drills/auth_captcha.rs.
\ir asking.psql
INSERT INTO auth.rate_limits (name, rule, per, count, period) VALUES ('captcha_all', 'captcha', 'global', 40, '1 hour');
SELECT howdah.mint_token('service_role') AS service \gset
CREATE FUNCTION with_captcha(body jsonb, token text DEFAULT 'a-token') RETURNS jsonb LANGUAGE sql AS $$
    SELECT with_captcha.body || jsonb_build_object('gotrue_meta_security', jsonb_build_object('captcha_token', with_captcha.token)) $$;
CREATE FUNCTION settle(body text, status int DEFAULT 200) RETURNS bigint LANGUAGE sql AS $$
    WITH settled AS (UPDATE howdah.outbox_entries SET state = 'done', outcome = howdah_private.secret_seal(
        jsonb_build_object('status', settle.status, 'headers', '{}'::jsonb, 'body', settle.body)::text, 'outbox:' || id)
        WHERE kind = 'fetch' AND outcome IS NULL RETURNING 1)
    SELECT count(*) FROM settled $$;
CREATE FUNCTION waiting() RETURNS bigint LANGUAGE sql AS $$ SELECT count(*) FROM howdah.outbox_entries WHERE kind = 'fetch' $$;

-- The secret is kept sealed and never shown.
SELECT auth.set('security_captcha_secret', 'canary of the secret') IS NULL AS told_nothing;
SELECT value_type, value, default_value FROM auth.settings_all WHERE name = 'security_captcha_secret';
SELECT auth.get('security_captcha_secret') ~ 'canary' AS got, howdah_private.auth_secret_setting('security_captcha_secret') AS opened;
SELECT count(*) AS in_the_clear FROM auth.settings WHERE value ~ 'canary';
SELECT count(*) AS in_the_audit FROM howdah.audit AS a WHERE a::text ~ 'canary';
SELECT auth.set('security_captcha_provider', 'recaptcha');

-- Off: nothing is asked for. On: by each door where GoTrue asks, before anything else is looked at.
SELECT told('POST', '/signup', form('ada@example.com'));
UPDATE auth.users SET email_confirmed_at = now();
SELECT auth.set('security_captcha_enabled', 'true'), auth.set('external_anonymous_users_enabled', 'true');
SELECT p AS path, told('POST', p, '{}') FROM unnest('{/signup,/token?grant_type=password,/otp,/magiclink,/recover,/resend,/passkeys/authentication/options}'::text[]) AS p;
SELECT told('POST', '/signup', '{"gotrue_meta_security": {"captcha_token": "  "}}') AS blank, told('POST', '/signup', '{"gotrue_meta_security": "x"}') AS no_object,
    told('POST', '/signup', with_captcha('{}', repeat('x', 9000))) AS long;
-- Not where GoTrue does not, and not of administrators.
SELECT p AS path, told('POST', p, '{"x": 1}') FROM unnest('{/token?grant_type=refresh_token,/token?grant_type=pkce,/token?grant_type=id_token,/verify}'::text[]) AS p;
SELECT told('POST', '/recover', '{"email": "ada@example.com"}', :'service') AS service, told('POST', '/token?grant_type=password', form('ada@example.com'), :'service') AS "in",
    told('POST', '/signup', form('eve@example.com'), howdah.mint_token('authenticated')) AS somebody, told('POST', '/signup', form('eve@example.com'), 'no.such.token') AS nobody;
SELECT waiting();

-- What goes to the provider, and what of it stands in the outbox.
SELECT a.status, r.headers -> 'howdah-wait' IS NOT NULL AS waits FROM howdah.request('POST', '/auth/v1/token?grant_type=password', '{"content-type": "application/json"}', with_captcha(form('ada@example.com'))::text) AS r, LATERAL (SELECT r.status) AS a;
SELECT payload -> 'request' ->> 'method' AS method, payload -> 'request' ->> 'url' AS url, (SELECT array_agg(k ORDER BY k) FROM jsonb_object_keys(payload -> 'request' -> 'form') AS k) AS form,
    payload::text ~ 'canary|a-token' AS in_the_clear, max_attempts, scope ~ '^captcha:[0-9a-f]{64}$' AS scope FROM howdah.outbox_entries WHERE kind = 'fetch';
SELECT howdah_private.open_sealed(payload) #> '{request,form}' AS form FROM howdah.outbox_entries WHERE kind = 'fetch';
-- Still under way; another token, path or address of the caller shares nothing with it.
SELECT (ask('POST', '/token?grant_type=password', with_captcha(form('ada@example.com')))).status AS again;
SELECT waiting();
SELECT (ask('POST', '/token?grant_type=password', with_captcha(form('ada@example.com'), 'b-token'))).status AS other_token, (ask('POST', '/recover', with_captcha('{"email": "ada@example.com"}'))).status AS other_path;
SELECT waiting();
DELETE FROM howdah.outbox_entries WHERE kind = 'fetch';
SELECT (ask('POST', '/token?grant_type=password', with_captcha(form('ada@example.com')))).status;
SELECT settle('{"success": true, "hostname": "app.example.com"}');
SELECT told('POST', '/token?grant_type=password', with_captcha(form('ada@example.com'))) AS solved;
SELECT waiting() AS kept;
-- Used: the next request asks the provider again, which knows the token.
SELECT (ask('POST', '/token?grant_type=password', with_captcha(form('ada@example.com')))).status AS anew;
SELECT settle('{"success": false, "error-codes": ["timeout-or-duplicate", "<script>", "x y", "invalid-input-response"]}');
SELECT told('POST', '/token?grant_type=password', with_captcha(form('ada@example.com'))) AS duplicate;
SELECT waiting() AS kept;

-- Every door goes on once it is solved.
SELECT p AS path, (ask('POST', p, with_captcha(b))).status FROM (VALUES ('/signup', form('new@example.com')), ('/signup', '{}'), ('/otp', '{"email": "ada@example.com"}'), ('/magiclink', '{"email": "ada@example.com"}'),
    ('/recover', '{"email": "ada@example.com"}'), ('/resend', '{"type": "signup", "email": "new@example.com"}')) AS t (p, b);
SELECT settle('{"success": true}');
SELECT told('POST', '/signup', with_captcha(form('new@example.com'))) AS up, told('POST', '/otp', with_captcha('{"email": "ada@example.com"}')) AS code, told('POST', '/magiclink', with_captcha('{"email": "ada@example.com"}')) AS link,
    told('POST', '/recover', with_captcha('{"email": "ada@example.com"}')) AS recovery, told('POST', '/resend', with_captcha('{"type": "signup", "email": "new@example.com"}')) AS again;
SELECT waiting() AS kept;

-- A provider that does not say so says no; who cannot be asked lets nobody in, and the developer is told why.
CREATE FUNCTION answered(body text, status int DEFAULT 200) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    PERFORM ask('POST', '/token?grant_type=password', with_captcha(form('ada@example.com')));
    PERFORM settle(answered.body, answered.status);
    RETURN told('POST', '/token?grant_type=password', with_captcha(form('ada@example.com')));
END $$;
\set VERBOSITY terse
SELECT b AS body, answered(b) FROM unnest(ARRAY['{"success": false}', '{"success": false, "error-codes": "x"}', '{"success": "true"}', '{"success": 1}', '{}', '[true]', 'true', 'success', '']) AS b;
SELECT s AS status, answered('{"success": true}', s) FROM unnest('{302,404,500}'::int[]) AS s;
SELECT (ask('POST', '/token?grant_type=password', with_captcha(form('ada@example.com')))).status;
UPDATE howdah.outbox_entries SET created_at = now() - interval '10 s', expires_at = now() - interval '1 s' WHERE kind = 'fetch';
SELECT told('POST', '/token?grant_type=password', with_captcha(form('ada@example.com'))) AS no_courier;
SELECT waiting() AS kept;
SELECT auth.reset('security_captcha_secret');
SELECT told('POST', '/token?grant_type=password', with_captcha(form('ada@example.com'))) AS without_secret;
\set VERBOSITY default
SELECT auth.set('security_captcha_secret', 'x'), auth.set('security_captcha_provider', 'turnstile');
SELECT (ask('POST', '/token?grant_type=password', with_captcha(form('ada@example.com')))).status;
SELECT auth.set('security_captcha_verify_url', 'http://127.0.0.1:9/siteverify');
SELECT (ask('POST', '/token?grant_type=password', with_captcha(form('ada@example.com'), 'c-token'))).status;
SELECT payload -> 'request' ->> 'url' AS url FROM howdah.outbox_entries WHERE kind = 'fetch' ORDER BY id;
-- Asking is limited by itself.
UPDATE auth.rate_limits SET count = 1, period = '1 hour';
TRUNCATE auth.rate_counters;
SELECT n, (ask('POST', '/recover', with_captcha('{"email": "ada@example.com"}', 'token-' || n))).status FROM generate_series(1, 3) AS n;
