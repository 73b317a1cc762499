-- auth.admin_list_sso_providers: GET /admin/sso/providers.
--
-- Runs as   definer: reads auth.sso_providers.
-- Returns   200 {"items": […]}, without metadata_xml; what auth_require_admin refuses.
CREATE FUNCTION auth.admin_list_sso_providers()
RETURNS auth.answer
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_refusal auth.answer := howdah_private.auth_require_admin();
    v_items   pg_catalog.jsonb;
BEGIN
    IF (v_refusal).status IS NOT NULL THEN
        RETURN v_refusal;
    END IF;
    SELECT COALESCE(pg_catalog.jsonb_agg(howdah_private.auth_sso_provider_json(p.id, false) ORDER BY p.created_at, p.id), '[]')
    INTO v_items FROM auth.sso_providers AS p;
    RETURN howdah_private.auth_reply(pg_catalog.jsonb_build_object('items', v_items));
END
$$;
ALTER FUNCTION auth.admin_list_sso_providers()
    OWNER TO howdah_owner;
COMMENT ON FUNCTION auth.admin_list_sso_providers()
    IS 'GET /admin/sso/providers.';
REVOKE EXECUTE ON FUNCTION auth.admin_list_sso_providers() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION auth.admin_list_sso_providers()
    TO anon, authenticated, service_role;
