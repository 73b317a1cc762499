-- howdah.request: the gateway from psql.
SELECT status, headers ->> 'content-type' AS type, body FROM howdah.request('GET', '/auth/v1/health');
SELECT status, headers ->> 'cache-control' AS cache, body::jsonb = howdah.jwks() AS same FROM howdah.request('GET', '/auth/v1/.well-known/jwks.json');
SELECT status, body::jsonb ->> 'code' AS code FROM howdah.request('GET', '/nowhere');
SELECT status, headers ? 'www-authenticate' AS asks FROM howdah.request('GET', '/rest/v1/', token => 'x');
-- The role is the token's only inside.
CREATE FUNCTION public.whoami() RETURNS jsonb LANGUAGE sql
    AS $$ SELECT jsonb_build_object('user', current_user, 'uid', auth.uid(), 'role', auth.role()) $$;
SELECT howdah.route('GET', '/whoami', 'public.whoami') IS NOT NULL AS routed;
SELECT status, body FROM howdah.request('GET', '/whoami');
SELECT status, body FROM howdah.request('GET', '/whoami',
    token => howdah.mint_token('authenticated', '{"sub": "11111111-1111-1111-1111-111111111111"}'));
SELECT current_user, auth.uid(), auth.role();
-- A closed function closes its route, by role; nothing says that it exists.
REVOKE EXECUTE ON FUNCTION public.whoami() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION public.whoami() TO authenticated;
SELECT status FROM howdah.request('GET', '/whoami');
SELECT status FROM howdah.request('GET', '/whoami', token => howdah.mint_token('authenticated'));
-- Headers cannot be smuggled.
SELECT howdah.request('GET', '/whoami', '{"x": "a\nauthorization: Bearer x"}');
SELECT howdah.request('GET', '/whoami', '{"a b": "c"}');
SELECT howdah.request('GET', '/whoami', '[]');
