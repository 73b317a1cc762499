-- auth.admin_delete_sso_provider: DELETE /admin/sso/providers/{idp_id}.
--
-- Runs as   definer: deletes from auth.sso_providers.
-- Writes    one audit row.
-- Returns   200 and the provider that was; 404; what auth_require_admin refuses.
CREATE FUNCTION auth.admin_delete_sso_provider(idp_id pg_catalog.text DEFAULT NULL)
RETURNS auth.answer
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_provider record;
    v_body     pg_catalog.jsonb;
BEGIN
    SELECT l.* INTO v_provider FROM howdah_private.auth_load_sso_provider(admin_delete_sso_provider.idp_id) AS l;
    IF v_provider.id IS NULL THEN
        RETURN v_provider.refusal;
    END IF;
    v_body := howdah_private.auth_sso_provider_json(v_provider.id, true);
    DELETE FROM auth.sso_providers AS p WHERE p.id = v_provider.id;
    PERFORM howdah_private.auth_audit('sso_provider_deleted', NULL, pg_catalog.jsonb_build_object('sso_provider_id', v_provider.id));
    RETURN howdah_private.auth_reply(v_body);
END
$$;
ALTER FUNCTION auth.admin_delete_sso_provider(pg_catalog.text)
    OWNER TO howdah_owner;
COMMENT ON FUNCTION auth.admin_delete_sso_provider(pg_catalog.text)
    IS 'DELETE /admin/sso/providers/{idp_id}.';
REVOKE EXECUTE ON FUNCTION auth.admin_delete_sso_provider(pg_catalog.text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION auth.admin_delete_sso_provider(pg_catalog.text)
    TO anon, authenticated, service_role;
