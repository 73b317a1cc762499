-- auth.admin_get_custom_provider: GET /admin/custom-providers/{identifier}.
--
-- Runs as   definer: reads auth.providers.
-- Returns   200 and the provider; 404 custom_provider_not_found; 400; what auth_require_admin refuses.
CREATE FUNCTION auth.admin_get_custom_provider(identifier pg_catalog.text DEFAULT NULL)
RETURNS auth.answer
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_refusal auth.answer := howdah_private.auth_load_custom_provider(admin_get_custom_provider.identifier);
BEGIN
    IF (v_refusal).status IS NOT NULL THEN
        RETURN v_refusal;
    END IF;
    RETURN howdah_private.auth_reply(howdah_private.auth_custom_provider_json(admin_get_custom_provider.identifier));
END
$$;
ALTER FUNCTION auth.admin_get_custom_provider(pg_catalog.text)
    OWNER TO howdah_owner;
COMMENT ON FUNCTION auth.admin_get_custom_provider(pg_catalog.text)
    IS 'GET /admin/custom-providers/{identifier}.';
REVOKE EXECUTE ON FUNCTION auth.admin_get_custom_provider(pg_catalog.text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION auth.admin_get_custom_provider(pg_catalog.text)
    TO anon, authenticated, service_role;
