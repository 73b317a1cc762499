-- howdah_private.auth_challenge_of: the S256 challenge of a PKCE verifier (RFC 7636, 4.2): base64url of its SHA-256.
--
-- Runs as   invoker: the definer functions that call it are howdah_owner.
CREATE FUNCTION howdah_private.auth_challenge_of(code_verifier pg_catalog.text)
RETURNS pg_catalog.text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT pg_catalog.rtrim(pg_catalog.translate(pg_catalog.encode(
        pg_catalog.sha256(pg_catalog.convert_to(auth_challenge_of.code_verifier, 'UTF8')), 'base64'), '+/', '-_'), '=')
$$;
COMMENT ON FUNCTION howdah_private.auth_challenge_of(pg_catalog.text) IS 'The S256 challenge of a PKCE verifier.';
REVOKE EXECUTE ON FUNCTION howdah_private.auth_challenge_of(pg_catalog.text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.auth_challenge_of(pg_catalog.text) TO howdah_owner;
