-- auth.list_organization_roles: GET /organizations/{organization_id}/roles: for members.
--
-- Runs as   definer: reads auth.organization_roles.
-- Returns   200 and an array of role and manages; what auth_team_caller refuses.
CREATE FUNCTION auth.list_organization_roles(organization_id pg_catalog.text DEFAULT NULL)
RETURNS auth.answer
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_caller record;
BEGIN
    SELECT c.* INTO v_caller FROM howdah_private.auth_team_caller(list_organization_roles.organization_id, 'member') AS c;
    IF (v_caller.refusal).status IS NOT NULL THEN
        RETURN v_caller.refusal;
    END IF;
    RETURN howdah_private.auth_reply((
        SELECT pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('role', r.role, 'manages', r.manages)
                                    ORDER BY r.role <> 'owner', NOT r.manages, r.role)
        FROM auth.organization_roles AS r WHERE r.organization_id = v_caller.id));
END
$$;
ALTER FUNCTION auth.list_organization_roles(pg_catalog.text)
    OWNER TO howdah_owner;
COMMENT ON FUNCTION auth.list_organization_roles(pg_catalog.text)
    IS 'GET /organizations/{organization_id}/roles.';
REVOKE EXECUTE ON FUNCTION auth.list_organization_roles(pg_catalog.text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION auth.list_organization_roles(pg_catalog.text)
    TO anon, authenticated, service_role;
