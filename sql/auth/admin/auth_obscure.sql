-- howdah_private.auth_obscure: what a softly deleted user's address becomes: it tells nothing, and two are never the same.
--
-- Runs as   invoker.
CREATE FUNCTION howdah_private.auth_obscure(user_id pg_catalog.uuid, value pg_catalog.text)
RETURNS pg_catalog.text
LANGUAGE sql IMMUTABLE STRICT
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT pg_catalog.rtrim(pg_catalog.translate(pg_catalog.encode(pg_catalog.sha256(pg_catalog.convert_to(
        auth_obscure.user_id::pg_catalog.text || auth_obscure.value, 'UTF8')), 'base64'), '+/', '-_'), '=')
$$;
COMMENT ON FUNCTION howdah_private.auth_obscure(pg_catalog.uuid, pg_catalog.text)
    IS 'What a softly deleted user''s address becomes.';
REVOKE EXECUTE ON FUNCTION howdah_private.auth_obscure(pg_catalog.uuid, pg_catalog.text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.auth_obscure(pg_catalog.uuid, pg_catalog.text)
    TO howdah_owner;
