-- Keys of sessions: one signs, retiring ones verify for a while, revoked ones never again.
CREATE FUNCTION status_with(token text) RETURNS int LANGUAGE sql
    AS $$ SELECT status FROM howdah.request('GET', '/rest/v1/', token => status_with.token) $$;
CREATE FUNCTION claims_of(token text) RETURNS jsonb LANGUAGE sql AS $$
    SELECT convert_from(decode(rpad(translate(split_part(token, '.', 2), '-_', '+/'),
        (length(split_part(token, '.', 2)) + 3) / 4 * 4, '='), 'base64'), 'UTF8')::jsonb $$;
CREATE FUNCTION header_of(token text) RETURNS jsonb LANGUAGE sql AS $$ SELECT claims_of('.' || token) $$;

SELECT alg, purpose, status, public_jwk - '{x,y,kid}'::text[] AS public, public_jwk ->> 'kid' = kid AS same_kid,
       public_jwk ? 'd' AS private_in_public, secret IS NOT NULL AS has_secret
FROM howdah.keys ORDER BY purpose;

SELECT howdah.mint_token('authenticated', '{"sub": "8a7f0e0c-37a1-4e84-b2f7-bd0f2cbb0a4d", "role": "service_role", "exp": 1}', '5 minutes') AS first \gset
SELECT claims_of(:'first') - '{iat,exp}'::text[] AS claims,
       (claims_of(:'first') ->> 'exp')::int - (claims_of(:'first') ->> 'iat')::int AS seconds,
       header_of(:'first') ->> 'alg' AS alg,
       header_of(:'first') ->> 'kid' = (SELECT kid FROM howdah.keys WHERE purpose = 'session') AS by_session_key;
SELECT status_with(:'first') AS good, status_with(:'first' || 'x') AS broken, status_with('no.token.this') AS nonsense;

-- Rotation: the new one signs, the old one still verifies; both are published.
SELECT header_of(:'first') ->> 'kid' AS old_kid, howdah.rotate_key('1 hour') AS new_kid \gset
SELECT status, retires_at - now() BETWEEN '59 minutes' AND '1 hour' AS for_an_hour FROM howdah.keys WHERE kid = :'old_kid';
SELECT header_of(howdah.mint_token('anon')) ->> 'kid' = :'new_kid' AS new_signs, status_with(:'first') AS old_verifies;
SELECT jsonb_array_length(howdah.jwks() -> 'keys') AS published, howdah.jwks()::text ~ '"d"' AS private_published;
-- Past its time the old one is good for nothing, and no longer published.
UPDATE howdah.keys SET retires_at = now() - interval '1 minute' WHERE kid = :'old_kid';
SELECT status_with(:'first') AS retired, jsonb_array_length(howdah.jwks() -> 'keys') AS published;
SELECT howdah.rotate_key('0') IS NOT NULL AS at_once;
SELECT howdah.rotate_key('-1 second');

-- Revocation is effective for the next request; the key that signed has a successor.
SELECT howdah.mint_token('authenticated') AS second \gset
SELECT status_with(:'second') AS before, howdah.revoke_key(header_of(:'second') ->> 'kid'), howdah.revoke_key(header_of(:'second') ->> 'kid') AS again;
SELECT status_with(:'second') AS after, status_with(howdah.mint_token('authenticated')) AS successor;
SELECT secret IS NULL AS erased FROM howdah.keys WHERE status = 'revoked';
SELECT howdah.revoke_key('no such key');
SELECT purpose, count(*) FROM howdah.keys WHERE status = 'active' GROUP BY 1 ORDER BY 1;
-- At most one key signs, whatever is tried by hand.
INSERT INTO howdah.keys (kid, alg, purpose, status, public_jwk, secret)
SELECT 'second', alg, purpose, status, public_jwk, secret FROM howdah.keys WHERE status = 'active' AND purpose = 'api';

-- Imported secrets verify and never sign.
CREATE FUNCTION hs256(kid text, claims jsonb, secret text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE -- RFC 2104 over the sha256() that Postgres has; keys of at most 64 bytes
    v_inner bytea := decode(repeat('36', 64), 'hex');
    v_outer bytea := decode(repeat('5c', 64), 'hex');
    v_text  text := base64url(convert_to(jsonb_build_object('alg', 'HS256', 'kid', hs256.kid)::text, 'UTF8')) || '.'
                    || base64url(convert_to(hs256.claims::text, 'UTF8'));
BEGIN
    FOR i IN 0 .. octet_length(hs256.secret) - 1 LOOP
        v_inner := set_byte(v_inner, i, get_byte(v_inner, i) # get_byte(hs256.secret::bytea, i));
        v_outer := set_byte(v_outer, i, get_byte(v_outer, i) # get_byte(hs256.secret::bytea, i));
    END LOOP;
    RETURN v_text || '.' || base64url(sha256(v_outer || sha256(v_inner || v_text::bytea)));
END $$;
CREATE FUNCTION base64url(bytes bytea) RETURNS text LANGUAGE sql
    AS $$ SELECT translate(rtrim(encode(bytes, 'base64'), '='), E'+/\n', '-_') $$;
SELECT hs256('legacy', '{"role": "authenticated", "exp": 4102444800}', 'a secret of at least thirty-two bytes') AS legacy \gset
SELECT status_with(:'legacy') AS not_known_yet;
SELECT howdah.import_key('legacy', 'HS256', 'a secret of at least thirty-two bytes');
SELECT alg, status, encode(sha256(secret), 'hex') = encode(sha256('a secret of at least thirty-two bytes'), 'hex') AS kept_whole
FROM howdah.keys WHERE kid = 'legacy';
SELECT status_with(:'legacy') AS known,
       status_with(hs256('legacy', '{"role": "authenticated", "exp": 4102444800}', 'another secret of thirty-two bytes or so')) AS forged,
       status_with(hs256('legacy', '{"role": "howdah_owner", "exp": 4102444800}', 'a secret of at least thirty-two bytes')) AS unlisted;
SELECT header_of(howdah.mint_token('anon')) ->> 'alg' AS signs, jsonb_path_exists(howdah.jwks(), '$.keys[*] ? (@.kid == "legacy")') AS published;
SELECT howdah.import_key('legacy', 'HS256', 'another secret of thirty-two bytes or more');
SELECT howdah.import_key('short', 'HS256', 'thirty-one bytes are too few...');
SELECT howdah.import_key('short', 'HS256', 'too short');
SELECT howdah.import_key('rsa', 'RS256', repeat('x', 40));
-- Bytes that are no text, in base64 of either alphabet, padded or not.
SELECT howdah.import_key('binary', 'HS256', '/+/7//8AAQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHA==', 'base64');
SELECT howdah.import_key('binary-url', 'HS256', '_-_7__8AAQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHA', encoding => 'base64');
SELECT count(DISTINCT secret) AS one FROM howdah.keys WHERE kid LIKE 'binary%';
SELECT howdah.import_key('hex', 'HS256', repeat('ab', 40), 'hex');
SELECT howdah.import_key('bad', 'HS256', '%%%%', 'base64');
SELECT howdah.import_key('with blank', 'HS256', repeat('x', 40));
SELECT howdah.import_key('', 'HS256', repeat('x', 40));
SELECT howdah.import_key(repeat('k', 65), 'HS256', repeat('x', 40));
SELECT howdah.revoke_key('legacy'), status_with(:'legacy') AS revoked;

-- Refused.
SELECT howdah.mint_token('postgres');
SELECT howdah.mint_token('howdah_owner');
SELECT howdah.mint_token('anon', '[]');
SELECT howdah.mint_token('anon', '{}', '0');
SELECT howdah.mint_token('anon', '{}', '11 years');
-- An audience asked for is put in.
SELECT howdah.set('jwt.audience', 'my-app');
SELECT claims_of(howdah.mint_token('anon')) ->> 'aud' AS aud, status_with(howdah.mint_token('anon')) AS accepted;
SELECT claims_of(howdah.mint_token('anon', '{"aud": "another"}')) ->> 'aud' AS aud, status_with(howdah.mint_token('anon', '{"aud": "another"}')) AS refused;

-- The audit has no secret and no token.
SELECT action, count(*) FROM howdah.audit GROUP BY 1 ORDER BY 1;
SELECT count(*) AS leaks FROM howdah.audit WHERE detail::text ~ 'secret|eyJ|thirty';
