-- auth.list_organizations: GET /organizations: those that who asks belongs to.
--
-- Runs as   definer: reads auth.organization_members.
-- Returns   200 and an array; what auth_team_caller refuses.
CREATE FUNCTION auth.list_organizations()
RETURNS auth.answer
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_caller record;
BEGIN
    SELECT c.* INTO v_caller FROM howdah_private.auth_team_caller(NULL, 'user') AS c;
    IF (v_caller.refusal).status IS NOT NULL THEN
        RETURN v_caller.refusal;
    END IF;
    RETURN howdah_private.auth_reply((
        SELECT COALESCE(pg_catalog.jsonb_agg(howdah_private.auth_organization_json(m.organization_id, m.role)
                                             ORDER BY m.created_at, m.organization_id), '[]')
        FROM auth.organization_members AS m WHERE m.user_id = v_caller.user_id));
END
$$;
ALTER FUNCTION auth.list_organizations()
    OWNER TO howdah_owner;
COMMENT ON FUNCTION auth.list_organizations()
    IS 'GET /organizations: one''s own.';
REVOKE EXECUTE ON FUNCTION auth.list_organizations() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION auth.list_organizations()
    TO anon, authenticated, service_role;
