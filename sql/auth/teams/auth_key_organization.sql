-- howdah_private.auth_key_organization: the organisation whose API key asks, if one does.
--
-- Runs as   invoker: the definer functions that call it are howdah_owner.
CREATE FUNCTION howdah_private.auth_key_organization()
RETURNS pg_catalog.uuid
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT CASE WHEN auth.uid() IS NULL AND auth.jwt() ? 'api_key_id' THEN (auth.jwt() ->> 'organization_id')::pg_catalog.uuid END
$$;
COMMENT ON FUNCTION howdah_private.auth_key_organization()
    IS 'The organisation whose API key asks, if one does.';
REVOKE EXECUTE ON FUNCTION howdah_private.auth_key_organization() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.auth_key_organization()
    TO howdah_owner;
