-- auth.admin_list_custom_providers: GET /admin/custom-providers.
--
-- Runs as   definer: reads auth.providers.
-- Returns   200 {"providers": […]}, newest first; 400 for a type that is none; what auth_require_admin refuses.
CREATE FUNCTION auth.admin_list_custom_providers(type pg_catalog.text DEFAULT NULL)
RETURNS auth.answer
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_refusal auth.answer := howdah_private.auth_require_admin();
    v_type    pg_catalog.text := NULLIF(admin_list_custom_providers.type, '');
BEGIN
    IF (v_refusal).status IS NOT NULL THEN
        RETURN v_refusal;
    ELSIF v_type NOT IN ('oauth2', 'oidc') THEN
        RETURN howdah_private.auth_refuse('validation_failed', 'type must be either ''oauth2'' or ''oidc''');
    END IF;
    RETURN howdah_private.auth_reply(pg_catalog.jsonb_build_object('providers', (
        SELECT COALESCE(pg_catalog.jsonb_agg(howdah_private.auth_custom_provider_json(c.identifier) ORDER BY c.created_at DESC, c.identifier), '[]')
        FROM auth.custom_providers AS c JOIN auth.providers AS p ON p.name = c.identifier
        WHERE v_type IS NULL OR p.kind = v_type)));
END
$$;
ALTER FUNCTION auth.admin_list_custom_providers(pg_catalog.text)
    OWNER TO howdah_owner;
COMMENT ON FUNCTION auth.admin_list_custom_providers(pg_catalog.text)
    IS 'GET /admin/custom-providers.';
REVOKE EXECUTE ON FUNCTION auth.admin_list_custom_providers(pg_catalog.text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION auth.admin_list_custom_providers(pg_catalog.text)
    TO anon, authenticated, service_role;
