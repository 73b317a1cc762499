-- auth.admin_delete_custom_provider: DELETE /admin/custom-providers/{identifier}. Its users' identities stay.
--
-- Runs as   definer: deletes from auth.providers.
-- Returns   200 and a message; 404 custom_provider_not_found; 400; what auth_require_admin refuses.
CREATE FUNCTION auth.admin_delete_custom_provider(identifier pg_catalog.text DEFAULT NULL)
RETURNS auth.answer
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_refusal auth.answer := howdah_private.auth_load_custom_provider(admin_delete_custom_provider.identifier);
BEGIN
    IF (v_refusal).status IS NOT NULL THEN
        RETURN v_refusal;
    END IF;
    PERFORM auth.remove_provider(admin_delete_custom_provider.identifier);
    DELETE FROM auth.custom_providers AS c WHERE c.identifier = admin_delete_custom_provider.identifier;
    PERFORM howdah_private.auth_audit('custom_provider_deleted', NULL, pg_catalog.jsonb_build_object(
        'provider', admin_delete_custom_provider.identifier));
    RETURN howdah_private.auth_reply('{"message": "Custom OAuth provider deleted successfully"}');
END
$$;
ALTER FUNCTION auth.admin_delete_custom_provider(pg_catalog.text)
    OWNER TO howdah_owner;
COMMENT ON FUNCTION auth.admin_delete_custom_provider(pg_catalog.text)
    IS 'DELETE /admin/custom-providers/{identifier}.';
REVOKE EXECUTE ON FUNCTION auth.admin_delete_custom_provider(pg_catalog.text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION auth.admin_delete_custom_provider(pg_catalog.text)
    TO anon, authenticated, service_role;
