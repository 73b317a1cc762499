-- auth.list_organization_api_keys: GET /organizations/{organization_id}/api_keys: without the keys themselves.
--
-- Runs as   definer: reads auth.api_keys.
-- Returns   200 and an array; what auth_org_key_caller refuses.
CREATE FUNCTION auth.list_organization_api_keys(organization_id pg_catalog.text DEFAULT NULL)
RETURNS auth.answer
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_caller record;
BEGIN
    SELECT c.* INTO v_caller FROM howdah_private.auth_org_key_caller(list_organization_api_keys.organization_id) AS c;
    IF (v_caller.refusal).status IS NOT NULL THEN
        RETURN v_caller.refusal;
    END IF;
    RETURN howdah_private.auth_reply((
        SELECT COALESCE(pg_catalog.jsonb_agg(howdah_private.auth_api_key_json(k.id) ORDER BY k.created_at, k.id), '[]')
        FROM auth.api_keys AS k WHERE k.organization_id = v_caller.id));
END
$$;
ALTER FUNCTION auth.list_organization_api_keys(pg_catalog.text)
    OWNER TO howdah_owner;
COMMENT ON FUNCTION auth.list_organization_api_keys(pg_catalog.text)
    IS 'GET /organizations/{organization_id}/api_keys.';
REVOKE EXECUTE ON FUNCTION auth.list_organization_api_keys(pg_catalog.text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION auth.list_organization_api_keys(pg_catalog.text)
    TO anon, authenticated, service_role;
