-- A second factor from enrolment to removal, and what a token is worth after it. The rest is in tests/tests/http.
CREATE EXTENSION pgcrypto;
CREATE FUNCTION ask(method text, path text, body jsonb DEFAULT NULL, token text DEFAULT NULL, OUT status int, OUT body jsonb)
LANGUAGE sql AS $$
    SELECT r.status, NULLIF(r.body, '')::jsonb FROM howdah.request(ask.method, ask.path,
        CASE WHEN ask.body IS NULL THEN '{}' ELSE '{"content-type": "application/json"}' END::jsonb, ask.body::text, ask.token) AS r $$;
CREATE FUNCTION told(method text, path text, body jsonb, token text) RETURNS text
LANGUAGE sql AS $$
    SELECT concat_ws(' ', a.status, a.body ->> 'error_code', a.body ->> 'msg', CASE WHEN a.body ? 'access_token' THEN 'session' END)
    FROM ask(told.method, '/auth/v1/factors' || told.path, told.body, told.token) AS a $$;
-- RFC 6238 with the secret of its appendix B, in six digits.
CREATE FUNCTION code(at double precision) RETURNS text
LANGUAGE sql AS $$
    SELECT lpad(((((get_byte(h, o) & 127)::int8 << 24) | (get_byte(h, o + 1) << 16) | (get_byte(h, o + 2) << 8) | get_byte(h, o + 3))
                 % 1000000)::text, 6, '0')
    FROM (SELECT h, get_byte(h, 19) & 15 AS o
          FROM hmac(int8send(floor(code.at / 30)::int8), '12345678901234567890', 'sha1') AS h) AS x $$;
\set secret GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ
SELECT auth.set('site_url', 'https://app.example.com'), auth.set('api_external_url', 'https://api.example.com'), auth.set('mailer_autoconfirm', 'true');
-- Limits are another test's.
DELETE FROM auth.rate_limits;
-- What a policy reads.
CREATE FUNCTION public.claims() RETURNS text LANGUAGE sql STABLE AS $$
    SELECT concat_ws(' ', auth.jwt() ->> 'aal',
        (SELECT string_agg(m ->> 'method', ',' ORDER BY m ->> 'method') FROM jsonb_array_elements(auth.jwt() -> 'amr') AS m)) $$;
GRANT EXECUTE ON FUNCTION public.claims() TO authenticated;

-- The vectors of the RFC: a code belongs to its step and to the neighbours', in case clocks differ.
SELECT v.at, code(v.at), howdah_private.totp_matching_step(:'secret', code(v.at), v.at::int8) = v.at::int8 / 30 AS matches,
    howdah_private.totp_matching_step(:'secret', code(v.at), v.at::int8 + 30) = v.at::int8 / 30 AS late,
    howdah_private.totp_matching_step(:'secret', code(v.at), v.at::int8 + 90) IS NULL AS too_late
FROM (VALUES (59::float8), (1111111109), (1111111111), (1234567890), (2000000000), (20000000000)) AS v (at);

-- Enrolment, with a secret that is then set to the known one: a row of Supabase Auth has it in the clear.
SELECT body ->> 'access_token' AS one FROM ask('POST', '/auth/v1/signup', '{"email": "a@example.com", "password": "a long enough secret 1"}') \gset
SELECT body AS enrolled, body ->> 'id' AS factor
FROM ask('POST', '/auth/v1/factors', '{"factor_type": "totp", "friendly_name": "Phone", "issuer": "App"}', :'one') \gset
SELECT jsonb_object_keys(:'enrolled'::jsonb) AS enrolled;
SELECT replace(:'enrolled'::jsonb #>> '{totp,uri}', :'enrolled'::jsonb #>> '{totp,secret}', '…') AS uri,
    length(:'enrolled'::jsonb #>> '{totp,secret}') AS secret, left(:'enrolled'::jsonb #>> '{totp,qr_code}', 4) AS qr;
SELECT status, secret LIKE '%.%' AS sealed FROM auth.mfa_factors WHERE id = :'factor';
UPDATE auth.mfa_factors SET secret = :'secret' WHERE id = :'factor';

-- A wrong code counts; a right one makes another session at aal2, and seals the secret.
SELECT body - 'id' - 'expires_at' AS challenge, body ->> 'id' AS challenge_id
FROM ask('POST', format('/auth/v1/factors/%s/challenge', :'factor'), '{}', :'one') \gset
SELECT :'challenge' AS challenge;
SELECT extract(epoch FROM clock_timestamp()) AS now \gset
SELECT min(w) AS wrong FROM unnest('{000000,111111,222222,333333,444444}'::text[]) AS w
WHERE w NOT IN (SELECT code(:now + 30 * n) FROM generate_series(-2, 4) AS n) \gset
SELECT told('POST', format('/%s/verify', :'factor'), jsonb_build_object('challenge_id', :'challenge_id', 'code', :'wrong'), :'one');
SELECT failed_attempts, status FROM auth.mfa_factors WHERE id = :'factor';
SELECT body ->> 'access_token' AS two FROM ask('POST', format('/auth/v1/factors/%s/verify', :'factor'),
    jsonb_build_object('challenge_id', :'challenge_id', 'code', code(:now)), :'one') \gset
SELECT failed_attempts, status, secret LIKE '%.%' AS sealed FROM auth.mfa_factors WHERE id = :'factor';
SELECT status, body FROM ask('GET', '/rest/v1/rpc/claims', NULL, :'two');
-- The session of before has ended.
SELECT told('POST', format('/%s/challenge', :'factor'), '{}', :'one');

-- A step works once, and none before it does; the next one does.
SELECT body ->> 'id' AS challenge_id FROM ask('POST', format('/auth/v1/factors/%s/challenge', :'factor'), '{}', :'two') \gset
SELECT told('POST', format('/%s/verify', :'factor'), jsonb_build_object('challenge_id', :'challenge_id', 'code', code(:now)), :'two') AS same,
    told('POST', format('/%s/verify', :'factor'), jsonb_build_object('challenge_id', :'challenge_id', 'code', code(:now - 30)), :'two') AS before;
SELECT body ->> 'access_token' AS three, body ->> 'refresh_token' AS refresh FROM ask('POST', format('/auth/v1/factors/%s/verify', :'factor'),
    jsonb_build_object('challenge_id', :'challenge_id', 'code', code(:now + 30)), :'two') \gset
SELECT status, body FROM ask('GET', '/rest/v1/rpc/claims', NULL, :'three');

-- Once the factor is gone the same token shows what its session is.
SELECT told('DELETE', '/' || :'factor', NULL, :'three');
SELECT status, body FROM ask('GET', '/rest/v1/rpc/claims', NULL, :'three');
SELECT aal, factor_id FROM auth.sessions;
SELECT body ->> 'access_token' AS four FROM ask('POST', '/auth/v1/token?grant_type=refresh_token', jsonb_build_object('refresh_token', :'refresh')) \gset
SELECT status, body FROM ask('GET', '/rest/v1/rpc/claims', NULL, :'four');
SELECT payload ->> 'action' AS action, count(*) FROM auth.audit_log_entries WHERE payload::text LIKE '%factor%' GROUP BY 1 ORDER BY 1;
