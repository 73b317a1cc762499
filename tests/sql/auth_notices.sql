-- What users are told of (ASVS 6.3.5, 6.3.7): one mail for each change while its setting is on, none while it is off.
\ir asking.psql
-- A request from somewhere.
CREATE FUNCTION from_there(client text, agent text, method text, path text, body jsonb DEFAULT NULL, token text DEFAULT NULL, OUT status int, OUT body jsonb)
LANGUAGE sql AS $$
    SELECT s.status, NULLIF(convert_from(s.body, 'UTF8'), '')::jsonb FROM howdah.serve(from_there.method, '/auth/v1' || from_there.path, convert_to(
        concat_ws(E'\n', 'user-agent: ' || from_there.agent, 'authorization: Bearer ' || from_there.token, CASE WHEN from_there.body IS NOT NULL THEN 'content-type: application/json' END, ''), 'UTF8'),
        COALESCE(convert_to(from_there.body::text, 'UTF8'), ''), from_there.client, 'r-1') AS s $$;
CREATE FUNCTION signed_in(client text, agent text, email text DEFAULT 'ada@example.com') RETURNS text LANGUAGE plpgsql AS $$
DECLARE v_before int := (SELECT count(*) FROM howdah.outbox_entries); v_status int;
BEGIN
    v_status := (from_there(client, agent, 'POST', '/token?grant_type=password', form(signed_in.email))).status;
    RETURN v_status || ' ' || (SELECT count(*) FROM howdah.outbox_entries) - v_before;
END $$;
\set firefox 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0'
\set newer 'Mozilla/5.0 (X11; Linux x86_64; rv:141.0) Gecko/20100101 Firefox/141.0'
\set phone 'Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1'
SELECT auth.set('mailer_autoconfirm', 'true'), auth.set('external_phone_enabled', 'true'), auth.set('security_manual_linking_enabled', 'true');

-- Signing in from where one did not before: network and program, versions apart.
SELECT (from_there('192.0.2.7', :'firefox', 'POST', '/signup', form('ada@example.com'))).status AS first, (SELECT count(*) FROM howdah.outbox_entries) AS mails;
SELECT signed_in('192.0.2.7', :'firefox') AS same, signed_in('192.0.2.200', :'firefox') AS same_network, signed_in('192.0.2.7', :'newer') AS newer;
SELECT signed_in('192.0.2.7', :'phone') AS other_program, signed_in('198.51.100.1', :'firefox') AS other_network, signed_in('2001:db8:1:2::3', :'firefox') AS ipv6;
SELECT signed_in('192.0.2.7', :'phone') AS known_now, signed_in('198.51.100.1', :'firefox') AS known_too, signed_in('2001:db8:1:2ff::9', :'firefox') AS same_56;
SELECT regexp_replace(split_part(text, E'\n', 3), '20[0-9-]+ [0-9:]+ UTC', 'then') AS told FROM howdah.outbox_peek('ada@example.com') ORDER BY id::int;
-- Nothing of what whoever signs in writes stands in the mail.
SELECT signed_in('203.0.113.1', 'Call +1 555 0100, https://evil.example <b>x</b>') AS evil, signed_in('203.0.113.1', 'curl/8.14') AS program;
SELECT text ~ 'evil|555|<b>' OR html ~ 'evil|555|<b>' AS evil, text ~ 'a program from 203.0.113.1' AS program FROM howdah.outbox_peek('ada@example.com', max => 2);
-- Forgotten after 90 days without a sign-in, which is then told again; a place that is used is kept.
UPDATE auth.sign_in_places SET seen_at = now() - interval '89 days';
SELECT count(*) AS places FROM auth.sign_in_places;
SELECT signed_in('192.0.2.7', :'firefox') AS kept;
UPDATE auth.sign_in_places SET seen_at = now() - interval '91 days' WHERE seen_at < now() - interval '1 day';
SELECT signed_in('192.0.2.7', :'firefox') AS kept, signed_in('192.0.2.7', :'phone') AS forgotten, signed_in('198.51.100.1', :'firefox') AS forgotten_too;
SELECT count(*) AS places FROM auth.sign_in_places;
-- A wrong password tells nothing; nor does a refresh, nor a session without a request, nor an address that nobody has shown to be his.
SELECT (from_there('203.0.113.99', :'firefox', 'POST', '/token?grant_type=password', form('ada@example.com', 'wrong'))).status AS wrong;
SELECT count(*) AS before FROM howdah.outbox_entries \gset
SELECT id AS ada FROM auth.users WHERE email = 'ada@example.com' \gset
SELECT howdah_private.auth_issue_session(:'ada', 'password') ->> 'refresh_token' AS refresh \gset
SELECT (from_there('203.0.113.99', :'phone', 'POST', '/token?grant_type=refresh_token', jsonb_build_object('refresh_token', :'refresh'))).status AS refreshed;
UPDATE auth.users SET email_confirmed_at = NULL WHERE id = :'ada';
SELECT auth.set('mailer_allow_unverified_email_sign_ins', 'true');
SELECT signed_in('203.0.113.98', :'firefox') AS unproven;
UPDATE auth.users SET email_confirmed_at = now() WHERE id = :'ada';
SELECT count(*) - :before AS mails FROM howdah.outbox_entries;
-- By a code, too.
SELECT auth.set('mailer_notifications_new_sign_in_enabled', 'true');
SELECT (from_there('203.0.113.97', :'firefox', 'POST', '/otp', '{"email": "ada@example.com"}')).status;
SELECT (from_there('203.0.113.97', :'firefox', 'POST', '/verify', jsonb_build_object('type', 'email', 'email', 'ada@example.com', 'token', code('ada@example.com')))).status;
SELECT message FROM howdah.outbox_peek('ada@example.com', max => 2);
SELECT auth.set('mailer_notifications_new_sign_in_enabled', 'false');
SELECT signed_in('203.0.113.96', :'firefox') AS switched_off;

-- Each other change.
SELECT auth.set('sms_autoconfirm', 'true');
CREATE FUNCTION changes(kind text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE v_user uuid := (SELECT id FROM auth.users WHERE email IN ('ada@example.com', 'ada@example.org')); v_token text; v_factor text; v_said text; v_before int;
BEGIN
    DELETE FROM auth.mfa_factors WHERE user_id = v_user;
    v_token := howdah_private.auth_issue_session(v_user, 'totp', 'aal2') ->> 'access_token';
    IF kind LIKE '%unenrolled' THEN
        INSERT INTO auth.mfa_factors (id, user_id, factor_type, status, created_at, updated_at) VALUES (gen_random_uuid(), v_user, 'totp', 'verified', now(), now()) RETURNING id::text INTO v_factor;
    ELSIF kind LIKE 'mfa%' THEN
        INSERT INTO auth.mfa_factors (id, user_id, factor_type, status, created_at, updated_at) VALUES (gen_random_uuid(), v_user, 'totp', 'verified', now(), now());
    END IF;
    v_before := (SELECT count(*) FROM howdah.outbox_entries WHERE payload ->> 'template' LIKE '%notification');
    CASE kind
    WHEN 'password_changed' THEN v_said := told('PUT', '/user', jsonb_build_object('password', 'secret ' || gen_random_uuid()), v_token);
    WHEN 'phone_changed' THEN v_said := told('PUT', '/user', jsonb_build_object('phone', '49151' || (random() * 1e6 + 1e6)::int), v_token);
    WHEN 'email_changed' THEN
        PERFORM told('PUT', '/user', jsonb_build_object('email', CASE WHEN EXISTS (SELECT 1 FROM auth.users WHERE email = 'ada@example.org') THEN 'ada@example.com' ELSE 'ada@example.org' END), v_token);
        v_said := told('POST', '/verify', jsonb_build_object('type', 'email_change', 'email', (SELECT email_change FROM auth.users WHERE id = v_user), 'token', code((SELECT email_change FROM auth.users WHERE id = v_user))));
    WHEN 'identity_linked' THEN v_said := COALESCE((SELECT (r).status::text FROM howdah_private.auth_link_profile('acme', v_user, jsonb_build_object('sub', gen_random_uuid(), 'email', 'x@example.com', 'email_verified', true, 'data', '{}'::jsonb), NULL) AS r), 'linked');
    WHEN 'identity_unlinked' THEN v_said := told('DELETE', '/user/identities/' || (SELECT id FROM auth.identities WHERE user_id = v_user AND provider = 'acme' LIMIT 1), NULL, v_token);
    WHEN 'mfa_factor_enrolled' THEN v_said := (ask('POST', '/factors/recovery-codes', '{}', v_token)).status;
    WHEN 'mfa_factor_unenrolled' THEN v_said := (ask('DELETE', '/factors/' || v_factor, NULL, v_token)).status;
    END CASE;
    RETURN v_said || ', mails: ' || (SELECT count(*) FROM howdah.outbox_entries WHERE payload ->> 'template' LIKE '%notification') - v_before;
END $$;
SELECT auth.set('mailer_secure_email_change_enabled', 'false');
SELECT k AS while_on, changes(k) FROM unnest('{password_changed,phone_changed,email_changed,identity_linked,identity_unlinked,mfa_factor_enrolled,mfa_factor_unenrolled}'::text[]) AS k;
SELECT p.message, p.sent_to, regexp_replace(split_part(p.text, E'\n', 3), '49151[0-9]+', '49151…', 'g') AS told FROM howdah.outbox_peek(max => 50) AS p WHERE p.message LIKE '%notification' AND p.message NOT LIKE 'new_sign%' ORDER BY p.id::int;
SELECT count(auth.set(name, 'false')) FROM auth.settings_all WHERE name LIKE 'mailer_notifications_%';
SELECT k AS while_off, changes(k) FROM unnest('{password_changed,phone_changed,email_changed,identity_linked,identity_unlinked,mfa_factor_enrolled,mfa_factor_unenrolled}'::text[]) AS k;
-- An account that is found by its address is told of the identity as well; one whose address comes with the identity is not.
SELECT auth.reset('mailer_notifications_identity_linked_enabled');
INSERT INTO auth.users (id, email, email_confirmed_at) VALUES (gen_random_uuid(), 'eve@example.com', now());
INSERT INTO auth.users (id, is_anonymous) VALUES ('00000000-0000-4000-8000-000000000007', true);
SELECT (howdah_private.auth_admit_profile('{"name": "acme"}', '{"sub": "e", "email": "eve@example.com", "email_verified": true, "data": {}}', NULL)).user_id IS NOT NULL AS admitted,
    (howdah_private.auth_link_profile('acme', '00000000-0000-4000-8000-000000000007', '{"sub": "g", "email": "guest@example.com", "email_verified": true, "data": {}}', NULL)).status IS NULL AS linked;
SELECT sent_to, message FROM howdah.outbox_peek() WHERE sent_to IN ('eve@example.com', 'guest@example.com');
