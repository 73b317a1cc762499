-- Changing a password: who must show that he is still there, and how; the second address of a change.
\ir asking.psql
SELECT auth.set('mailer_autoconfirm', 'true'), auth.set('security_update_password_require_reauthentication', 'true'), auth.set('external_phone_enabled', 'true');
SELECT body ->> 'access_token' AS token, body -> 'user' ->> 'id' AS id FROM ask('POST', '/signup', form('ada@example.com')) \gset
CREATE FUNCTION put(token text, body jsonb) RETURNS text LANGUAGE sql AS $$ SELECT told('PUT', '/user', put.body, put.token) $$;
CREATE FUNCTION secret(n int, nonce text DEFAULT NULL) RETURNS jsonb LANGUAGE sql AS $$
    SELECT jsonb_strip_nulls(jsonb_build_object('password', 'a long enough secret ' || secret.n, 'nonce', secret.nonce)) $$;
-- In a session of today nothing is asked for.
SELECT put(:'token', secret(2)) AS young;
-- In an older one a nonce, which is sent to the address.
UPDATE auth.sessions SET created_at = now() - interval '25 hours';
SELECT put(:'token', secret(3)) AS without, put(:'token', secret(3, '000000')) AS before_there_is_one;
SELECT told('GET', '/reauthenticate', NULL, :'token'), told('GET', '/reauthenticate') AS nobody;
SELECT message, code ~ '^[0-9]{6}$' AS code, link FROM howdah.outbox_peek('ada@example.com', max => 1);
SELECT code('ada@example.com') AS nonce \gset
SELECT put(:'token', secret(3, CASE :'nonce' WHEN '000000' THEN '000001' ELSE '000000' END)) AS wrong, put(:'token', secret(3, :'nonce' || '0')) AS longer;
-- It is no code to sign in with, and another user's is none of mine.
SELECT told('POST', '/verify', jsonb_build_object('type', 'email', 'email', 'ada@example.com', 'token', :'nonce')) AS signs_in,
    told('POST', '/verify', jsonb_build_object('type', 'reauthentication', 'email', 'ada@example.com', 'token', :'nonce')) AS no_type;
SELECT body ->> 'access_token' AS eve FROM ask('POST', '/signup', form('eve@example.com')) \gset
UPDATE auth.sessions SET created_at = now() - interval '25 hours';
SELECT put(:'eve', secret(3, :'nonce')) AS of_another;
SELECT put(:'token', '{"password": "short", "nonce": "000000"}') AS weak;
SELECT put(:'token', secret(3, :'nonce')) AS right;
SELECT put(:'token', secret(4, :'nonce')) AS twice;
SELECT told('POST', '/token?grant_type=password', form('ada@example.com', 'a long enough secret 3')) AS new, told('POST', '/token?grant_type=password', form('ada@example.com', 'a long enough secret 2')) AS former;
-- Five wrong ones burn it.
SELECT told('GET', '/reauthenticate', NULL, :'token');
SELECT code('ada@example.com') AS nonce \gset
SELECT put(:'token', secret(4, CASE :'nonce' WHEN '000000' THEN '000001' ELSE '000000' END)) AS wrong FROM generate_series(1, 5);
SELECT put(:'token', secret(4, :'nonce')) AS burnt;
-- A new one ends the former; the same password is none; both are good for one try of it.
SELECT told('GET', '/reauthenticate', NULL, :'token');
SELECT code('ada@example.com') AS former \gset
SELECT told('GET', '/reauthenticate', NULL, :'token');
SELECT code('ada@example.com') AS nonce \gset
SELECT put(:'token', secret(4, :'former')) AS former, put(:'token', secret(3, :'nonce')) AS same;
-- Who says the current password needs none.
SELECT put(:'token', secret(4) || '{"current_password": "a long enough secret 1"}') AS wrong, put(:'token', secret(4) || '{"current_password": "a long enough secret 3"}') AS right;
SELECT auth.set('security_update_password_require_current_password', 'true');
SELECT put(:'token', secret(5)) AS without, put(:'token', secret(5, '000000')) AS nonce_is_not_enough, put(:'token', secret(5) || '{"current_password": "a long enough secret 4"}') AS right;
SELECT auth.reset('security_update_password_require_current_password');
-- It expires.
SELECT told('GET', '/reauthenticate', NULL, :'token');
UPDATE auth.one_time_tokens SET code_expires_at = now() - interval '1 s' WHERE token_type = 'reauthentication_token';
SELECT put(:'token', secret(6, code('ada@example.com'))) AS expired;
-- By phone, who has no address; and only where it is confirmed.
INSERT INTO auth.users (id, aud, role, phone, phone_confirmed_at) VALUES ('00000000-0000-4000-8000-000000000001', 'authenticated', 'authenticated', '491511000001', now());
SELECT howdah_private.auth_issue_session('00000000-0000-4000-8000-000000000001', 'otp') ->> 'access_token' AS phone \gset
UPDATE auth.sessions SET created_at = now() - interval '25 hours';
SELECT told('GET', '/reauthenticate', NULL, :'phone');
SELECT put(:'phone', secret(7, code('491511000001'))) AS by_phone;
UPDATE auth.users SET phone_confirmed_at = NULL WHERE phone IS NOT NULL;
UPDATE auth.users SET email_confirmed_at = NULL WHERE email = 'eve@example.com';
SELECT told('GET', '/reauthenticate', NULL, :'phone') AS unconfirmed_number, told('GET', '/reauthenticate', NULL, :'eve') AS unconfirmed_address;

-- A change of address: from both, or with the setting off from the new one alone; the former one is told.
SELECT put(:'token', '{"email": "ada@example.org"}');
SELECT told('POST', '/verify', jsonb_build_object('type', 'email_change', 'email', 'ada@example.org', 'token', code('ada@example.org'))) AS new_alone;
SELECT email, email_change FROM auth.users WHERE id = :'id';
SELECT told('POST', '/verify', jsonb_build_object('type', 'email_change', 'email', 'ada@example.com', 'token', code('ada@example.com'))) AS then_the_former;
SELECT email, email_change FROM auth.users WHERE id = :'id';
SELECT auth.set('mailer_secure_email_change_enabled', 'false');
SELECT put(:'token', '{"email": "ada@example.net"}');
SELECT told('POST', '/verify', jsonb_build_object('type', 'email_change', 'email', 'ada@example.net', 'token', code('ada@example.net'))) AS new_alone;
SELECT email, email_change FROM auth.users WHERE id = :'id';
SELECT sent_to, message FROM howdah.outbox_peek() WHERE message = 'email_changed_notification' ORDER BY id::int;
