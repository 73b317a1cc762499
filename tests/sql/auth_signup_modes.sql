-- Who may become a user, by every door: signup_mode and disable_signup.
\ir asking.psql
SELECT auth.set('external_phone_enabled', 'true'), auth.set('external_anonymous_users_enabled', 'true'), auth.set('security_manual_linking_enabled', 'true');
SELECT auth.allow_signup('@listed.example'), auth.allow_signup('+49 1511 000001'), auth.allow_signup('+49 1511 000008');
SELECT howdah.mint_token('service_role') AS service \gset
CREATE FUNCTION admitted(email text, verified bool) RETURNS text LANGUAGE sql AS $$
    SELECT COALESCE((a.refusal).body ->> 'error_code' || ' ' || ((a.refusal).body ->> 'msg'), 'user')
    FROM howdah_private.auth_admit_profile('{"name": "acme", "email_optional": true}', jsonb_build_object(
        'sub', gen_random_uuid(), 'email', admitted.email, 'email_verified', admitted.verified, 'data', '{}'::jsonb), NULL) AS a $$;
CREATE FUNCTION linked(email text, anonymous bool) RETURNS text LANGUAGE plpgsql AS $$
DECLARE v_id uuid;
BEGIN
    INSERT INTO auth.users (id, email, is_anonymous) VALUES (gen_random_uuid(), CASE WHEN NOT anonymous THEN 'member@elsewhere.example' END, linked.anonymous) RETURNING id INTO v_id;
    RETURN COALESCE((SELECT (r).body ->> 'error_code' FROM howdah_private.auth_link_profile('acme', v_id, jsonb_build_object(
        'sub', gen_random_uuid(), 'email', linked.email, 'email_verified', true, 'data', '{}'::jsonb), NULL) AS r), 'linked');
END $$;
-- Some are anonymous users from before.
CREATE TABLE guests (n int GENERATED ALWAYS AS IDENTITY, token text);
INSERT INTO guests (token) SELECT body ->> 'access_token' FROM generate_series(1, 20), LATERAL ask('POST', '/signup', '{}');
CREATE FUNCTION guest() RETURNS text LANGUAGE sql AS $$ DELETE FROM guests WHERE n = (SELECT min(n) FROM guests) RETURNING token $$;

-- Each door for somebody who is on the list, and for somebody who is not; all of it is undone.
CREATE FUNCTION doors(service text) RETURNS TABLE (door text, listed text, unlisted text) LANGUAGE plpgsql AS $$
DECLARE
    a text := 'a@listed.example'; b text := 'b@elsewhere.example'; p text := '491511000001'; q text := '491511000002';
BEGIN
    BEGIN
        CREATE TEMP TABLE result ON COMMIT DROP AS
        SELECT * FROM (VALUES
            ('password', told('POST', '/signup', form(a)), told('POST', '/signup', form(b))),
            ('phone', told('POST', '/signup', jsonb_build_object('phone', p, 'password', 'a long enough secret 1')),
                      told('POST', '/signup', jsonb_build_object('phone', q, 'password', 'a long enough secret 1')))) AS t (door, listed, unlisted);
        -- Answers for codes tell nobody anything: what counts is whether there is a user.
        PERFORM told('POST', '/otp', jsonb_build_object('email', replace(e, '@', '2@'))), told('POST', '/magiclink', jsonb_build_object('email', replace(e, '@', '3@'))) FROM unnest(ARRAY[a, b]) AS e;
        PERFORM told('POST', '/otp', jsonb_build_object('phone', n || '3')) FROM unnest(ARRAY[p, q]) AS n;
        DELETE FROM auth.users WHERE phone IN (p, q);
        PERFORM told('POST', '/otp', jsonb_build_object('phone', n)) FROM unnest(ARRAY[p, q]) AS n;
        INSERT INTO result
        SELECT d.door, max(CASE WHEN u.id IS NULL THEN 'nobody' ELSE 'user' END) FILTER (WHERE d.listed), max(CASE WHEN u.id IS NULL THEN 'nobody' ELSE 'user' END) FILTER (WHERE NOT d.listed)
        FROM (VALUES ('code by mail', 'a2@listed.example', true), ('code by mail', 'b2@elsewhere.example', false),
                     ('magic link', 'a3@listed.example', true), ('magic link', 'b3@elsewhere.example', false),
                     ('code by phone', p, true), ('code by phone', q, false)) AS d (door, address, listed)
        LEFT JOIN auth.users AS u ON d.address IN (u.email, u.phone) GROUP BY d.door ORDER BY 1;
        INSERT INTO result
        SELECT * FROM (VALUES
            ('anonymous', told('POST', '/signup', '{}'), NULL),
            ('anonymous, then an address', told('PUT', '/user', jsonb_build_object('email', 'a4@listed.example'), guest()), told('PUT', '/user', jsonb_build_object('email', 'b4@elsewhere.example'), guest())),
            ('anonymous, then a number', told('PUT', '/user', jsonb_build_object('phone', '491511000008'), guest()), told('PUT', '/user', jsonb_build_object('phone', '491511000009'), guest())),
            ('provider', admitted('a5@listed.example', true), admitted('b5@elsewhere.example', true)),
            ('provider, not vouched for', admitted('a6@listed.example', false), admitted('b6@elsewhere.example', false)),
            ('anonymous, then a provider', linked('a7@listed.example', true), linked('b7@elsewhere.example', true)),
            ('member, then a provider', NULL, linked('b8@elsewhere.example', false)),
            ('invitation', told('POST', '/invite', jsonb_build_object('email', 'a9@listed.example'), service), told('POST', '/invite', jsonb_build_object('email', 'b9@elsewhere.example'), service)),
            ('admin', told('POST', '/admin/users', jsonb_build_object('email', 'a10@listed.example'), service), told('POST', '/admin/users', jsonb_build_object('email', 'b10@elsewhere.example'), service)),
            ('admin, a link', told('POST', '/admin/generate_link', jsonb_build_object('type', 'magiclink', 'email', 'a11@listed.example'), service), told('POST', '/admin/generate_link', jsonb_build_object('type', 'invite', 'email', 'b11@elsewhere.example'), service))
        ) AS t (door, listed, unlisted);
        SELECT jsonb_agg(to_jsonb(r)) INTO door FROM result AS r;
        RAISE EXCEPTION USING ERRCODE = 'UNDO1', MESSAGE = door;
    EXCEPTION WHEN SQLSTATE 'UNDO1' THEN
        RETURN QUERY SELECT r.door, r.listed, r.unlisted FROM jsonb_to_recordset(SQLERRM::jsonb) AS r (door text, listed text, unlisted text);
    END;
END $$;
SELECT * FROM doors(:'service');
SELECT auth.set('signup_mode', 'invite');
SELECT * FROM doors(:'service');
-- Who was invited comes in by the invitation, and by a provider that vouches for the address.
SELECT told('POST', '/invite', '{"email": "guest@elsewhere.example"}', :'service'), told('POST', '/invite', '{"email": "friend@elsewhere.example"}', :'service');
SELECT told('POST', '/verify', jsonb_build_object('type', 'invite', 'email', 'guest@elsewhere.example', 'token', code('guest@elsewhere.example'))) AS invitation,
    told('POST', '/verify', jsonb_build_object('type', 'email', 'email', 'guest@elsewhere.example', 'token', code('guest@elsewhere.example'))) AS twice,
    admitted('friend@elsewhere.example', true) AS provider;
SELECT auth.set('signup_mode', 'allow-list');
SELECT * FROM doors(:'service');
SELECT auth.reset('signup_mode'), auth.set('disable_signup', 'true');
SELECT * FROM doors(:'service');
