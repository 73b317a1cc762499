-- howdah_private.auth_list_enabled_providers: the providers that users may sign in by, as GET /settings shows them.
--
-- Runs as   invoker: the definer functions that call it are howdah_owner.
-- Returns   an object, name to true.
CREATE FUNCTION howdah_private.auth_list_enabled_providers()
RETURNS pg_catalog.jsonb
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN (SELECT COALESCE(pg_catalog.jsonb_object_agg(p.name, true), '{}') FROM auth.providers AS p WHERE p.enabled);
END
$$;
COMMENT ON FUNCTION howdah_private.auth_list_enabled_providers() IS 'The providers that users may sign in by.';
REVOKE EXECUTE ON FUNCTION howdah_private.auth_list_enabled_providers() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.auth_list_enabled_providers() TO howdah_owner;
