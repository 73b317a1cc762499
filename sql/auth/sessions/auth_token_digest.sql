-- howdah_private.auth_token_digest: what is kept of a token of 128 random bits or more: its SHA-256, in hex.
--
-- Runs as   invoker: the definer functions that call it are howdah_owner.
CREATE FUNCTION howdah_private.auth_token_digest(token pg_catalog.text)
RETURNS pg_catalog.text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT pg_catalog.encode(pg_catalog.sha256(pg_catalog.convert_to(auth_token_digest.token, 'UTF8')), 'hex')
$$;
COMMENT ON FUNCTION howdah_private.auth_token_digest(pg_catalog.text) IS 'What is kept of a token: its SHA-256, in hex.';
REVOKE EXECUTE ON FUNCTION howdah_private.auth_token_digest(pg_catalog.text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.auth_token_digest(pg_catalog.text) TO howdah_owner;
