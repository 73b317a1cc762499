-- auth.list_organization_invitations: GET /organizations/{organization_id}/invitations: the open ones. Managers may.
--
-- Runs as   definer: reads auth.organization_invitations.
-- Returns   200 and an array; what auth_team_caller refuses.
CREATE FUNCTION auth.list_organization_invitations(organization_id pg_catalog.text DEFAULT NULL)
RETURNS auth.answer
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_caller record;
BEGIN
    SELECT c.* INTO v_caller FROM howdah_private.auth_team_caller(list_organization_invitations.organization_id, 'manage') AS c;
    IF (v_caller.refusal).status IS NOT NULL THEN
        RETURN v_caller.refusal;
    END IF;
    RETURN howdah_private.auth_reply((
        SELECT COALESCE(pg_catalog.jsonb_agg(howdah_private.auth_invitation_json(i.id) ORDER BY i.created_at, i.id), '[]')
        FROM auth.organization_invitations AS i
        WHERE i.organization_id = v_caller.id AND i.expires_at > pg_catalog.now()));
END
$$;
ALTER FUNCTION auth.list_organization_invitations(pg_catalog.text)
    OWNER TO howdah_owner;
COMMENT ON FUNCTION auth.list_organization_invitations(pg_catalog.text)
    IS 'GET /organizations/{organization_id}/invitations.';
REVOKE EXECUTE ON FUNCTION auth.list_organization_invitations(pg_catalog.text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION auth.list_organization_invitations(pg_catalog.text)
    TO anon, authenticated, service_role;
