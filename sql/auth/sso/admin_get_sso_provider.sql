-- auth.admin_get_sso_provider: GET /admin/sso/providers/{idp_id}.
--
-- Runs as   definer: reads auth.sso_providers.
-- Returns   200 and the provider; 404 sso_provider_not_found; what auth_require_admin refuses.
CREATE FUNCTION auth.admin_get_sso_provider(idp_id pg_catalog.text DEFAULT NULL)
RETURNS auth.answer
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_provider record;
BEGIN
    SELECT l.* INTO v_provider FROM howdah_private.auth_load_sso_provider(admin_get_sso_provider.idp_id) AS l;
    IF v_provider.id IS NULL THEN
        RETURN v_provider.refusal;
    END IF;
    RETURN howdah_private.auth_reply(howdah_private.auth_sso_provider_json(v_provider.id, true));
END
$$;
ALTER FUNCTION auth.admin_get_sso_provider(pg_catalog.text)
    OWNER TO howdah_owner;
COMMENT ON FUNCTION auth.admin_get_sso_provider(pg_catalog.text)
    IS 'GET /admin/sso/providers/{idp_id}.';
REVOKE EXECUTE ON FUNCTION auth.admin_get_sso_provider(pg_catalog.text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION auth.admin_get_sso_provider(pg_catalog.text)
    TO anon, authenticated, service_role;
