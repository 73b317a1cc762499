-- auth.organization_ids: the organisations of who asks, all at once: in a policy, organization_id = ANY ((SELECT auth.organization_ids())::uuid[])
-- is evaluated once a statement and can use an index.
--
-- Runs as   definer: reads auth.organization_members, for nobody but the caller.
CREATE FUNCTION auth.organization_ids()
RETURNS pg_catalog.uuid[]
LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_key pg_catalog.uuid := howdah_private.auth_key_organization();
BEGIN
    RETURN CASE WHEN v_key IS NOT NULL THEN ARRAY[v_key] ELSE ARRAY(
        SELECT m.organization_id FROM auth.organization_members AS m WHERE m.user_id = auth.uid()) END;
END
$$;
ALTER FUNCTION auth.organization_ids()
    OWNER TO howdah_owner;
COMMENT ON FUNCTION auth.organization_ids()
    IS 'The organisations of who asks.';
REVOKE EXECUTE ON FUNCTION auth.organization_ids() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION auth.organization_ids()
    TO anon, authenticated, service_role;
