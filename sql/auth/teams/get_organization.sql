-- auth.get_organization: GET /organizations/{organization_id}.
--
-- Runs as   definer: reads auth.organizations.
-- Returns   200 and the organisation with one's own role; what auth_team_caller refuses.
CREATE FUNCTION auth.get_organization(organization_id pg_catalog.text DEFAULT NULL)
RETURNS auth.answer
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_caller record;
BEGIN
    SELECT c.* INTO v_caller FROM howdah_private.auth_team_caller(get_organization.organization_id, 'member') AS c;
    IF (v_caller.refusal).status IS NOT NULL THEN
        RETURN v_caller.refusal;
    END IF;
    RETURN howdah_private.auth_reply(howdah_private.auth_organization_json(v_caller.id, v_caller.role));
END
$$;
ALTER FUNCTION auth.get_organization(pg_catalog.text)
    OWNER TO howdah_owner;
COMMENT ON FUNCTION auth.get_organization(pg_catalog.text)
    IS 'GET /organizations/{organization_id}.';
REVOKE EXECUTE ON FUNCTION auth.get_organization(pg_catalog.text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION auth.get_organization(pg_catalog.text)
    TO anon, authenticated, service_role;
