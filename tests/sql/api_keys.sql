-- API keys: tokens of ours that can be revoked one by one.
CREATE FUNCTION status_with(token text) RETURNS int LANGUAGE sql
    AS $$ SELECT status FROM howdah.request('GET', '/rest/v1/', token => status_with.token) $$;
CREATE FUNCTION claims_of(token text) RETURNS jsonb LANGUAGE sql AS $$
    SELECT convert_from(decode(rpad(translate(split_part(token, '.', 2), '-_', '+/'),
        (length(split_part(token, '.', 2)) + 3) / 4 * 4, '='), 'base64'), 'UTF8')::jsonb $$;

SELECT howdah.issue_api_key('publishable') AS app, howdah.issue_api_key('secret', name => 'billing') AS server \gset
SELECT kind, name, role, revoked_at FROM howdah.api_keys ORDER BY kind;
SELECT claims_of(:'app') ->> 'role' AS app, claims_of(:'server') ->> 'role' AS server,
       ((claims_of(:'app') ->> 'exp')::int8 - (claims_of(:'app') ->> 'iat')::int8) / 86400 AS days,
       (claims_of(:'app') ->> 'jti')::uuid = (SELECT id FROM howdah.api_keys WHERE kind = 'publishable') AS named;
SELECT status_with(:'app') AS app, status_with(:'server') AS server;
-- Rotating the key of sessions leaves them alone.
SELECT howdah.rotate_key('0') IS NOT NULL AS rotated;
SELECT status_with(:'app') AS app, status_with(:'server') AS server;
-- One revoked, the other stays.
SELECT howdah.revoke_api_key((claims_of(:'app') ->> 'jti')::uuid), howdah.revoke_api_key((claims_of(:'app') ->> 'jti')::uuid) AS again;
SELECT status_with(:'app') AS app, status_with(:'server') AS server;
-- One replaced: same kind, role and name.
SELECT howdah.rotate_api_key((claims_of(:'server') ->> 'jti')::uuid) AS server2 \gset
SELECT status_with(:'server') AS old, status_with(:'server2') AS new;
SELECT kind, name, role, revoked_at IS NULL AS good FROM howdah.api_keys ORDER BY kind, good;
-- A key of a role of one's own.
CREATE ROLE sql_test_kiosk;
SELECT howdah.allow_role('sql_test_kiosk');
SELECT howdah.issue_api_key('publishable', 'sql_test_kiosk', 'kiosk') AS kiosk \gset
-- It is accepted, but being listed gives a role nothing; what every caller has, it gets by GRANT.
SELECT status AS kiosk FROM howdah.request('GET', '/auth/v1/health', token => :'kiosk');
GRANT anon TO sql_test_kiosk;
SELECT status AS kiosk FROM howdah.request('GET', '/auth/v1/health', token => :'kiosk');
-- Revoking the key that signs them voids all.
SELECT howdah.revoke_key(kid) FROM howdah.keys WHERE purpose = 'api' AND status = 'active';
SELECT status_with(:'server2') AS voided, status_with(howdah.issue_api_key('secret')) AS issued_anew;
-- Refused.
SELECT howdah.issue_api_key('public');
SELECT howdah.issue_api_key(NULL);
SELECT howdah.issue_api_key('publishable', 'service_role');
SELECT howdah.issue_api_key('secret', 'dba');
SELECT howdah.revoke_api_key('00000000-0000-0000-0000-000000000000');
SELECT howdah.rotate_api_key('00000000-0000-0000-0000-000000000000');
SELECT howdah.rotate_api_key((claims_of(:'server') ->> 'jti')::uuid);
-- No token is kept anywhere in the tables.
SELECT count(*) AS kept FROM (
    SELECT to_jsonb(a)::text FROM howdah.api_keys a UNION ALL SELECT to_jsonb(a)::text FROM howdah.audit a
) AS t (text) WHERE text LIKE '%eyJ%';
SELECT howdah.disallow_role('sql_test_kiosk');
DROP ROLE sql_test_kiosk;
