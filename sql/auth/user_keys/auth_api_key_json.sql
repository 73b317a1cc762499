-- howdah_private.auth_api_key_json: an API key as its owner sees it, without the key.
--
-- Runs as   invoker: the definer functions that call it are howdah_owner.
CREATE FUNCTION howdah_private.auth_api_key_json(id pg_catalog.uuid)
RETURNS pg_catalog.jsonb
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN (
        SELECT pg_catalog.jsonb_build_object(
            'id', k.id, 'name', k.name, 'prefix', k.prefix, 'scopes', k.scopes, 'user_id', k.user_id,
            'organization_id', k.organization_id, 'created_by', k.created_by, 'created_at', k.created_at,
            'expires_at', k.expires_at, 'last_used_at', k.last_used_at)
        FROM auth.api_keys AS k WHERE k.id = auth_api_key_json.id);
END
$$;
COMMENT ON FUNCTION howdah_private.auth_api_key_json(pg_catalog.uuid)
    IS 'An API key as its owner sees it, without the key.';
REVOKE EXECUTE ON FUNCTION howdah_private.auth_api_key_json(pg_catalog.uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.auth_api_key_json(pg_catalog.uuid)
    TO howdah_owner;
