-- howdah_private.auth_provider_json: an enabled provider's row, as the natives take it, without its secret.
--
-- Runs as   invoker: the definer functions that call it are howdah_owner.
-- Returns   NULL if there is none of that name, or it is disabled.
CREATE FUNCTION howdah_private.auth_provider_json(name pg_catalog.text)
RETURNS pg_catalog.jsonb
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN (
        SELECT pg_catalog.to_jsonb(p) - 'secret' FROM auth.providers AS p
        WHERE p.name = auth_provider_json.name AND p.enabled);
END
$$;
COMMENT ON FUNCTION howdah_private.auth_provider_json(pg_catalog.text) IS 'An enabled provider, without its secret.';
REVOKE EXECUTE ON FUNCTION howdah_private.auth_provider_json(pg_catalog.text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.auth_provider_json(pg_catalog.text) TO howdah_owner;
