-- auth.drop_organization_role: DELETE /organizations/{organization_id}/roles/{role}. Owners may. Open invitations to it go with it.
--
-- Runs as   definer: deletes from auth.organization_roles.
-- Returns   200 {}; 409 conflict for owner and for a role that somebody has; 404 role_not_found; what auth_team_caller refuses.
CREATE FUNCTION auth.drop_organization_role(
    organization_id pg_catalog.text DEFAULT NULL,
    role pg_catalog.text DEFAULT NULL
)
RETURNS auth.answer
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_caller record;
BEGIN
    SELECT c.* INTO v_caller FROM howdah_private.auth_team_caller(drop_organization_role.organization_id, 'own') AS c;
    IF (v_caller.refusal).status IS NOT NULL THEN
        RETURN v_caller.refusal;
    ELSIF drop_organization_role.role = 'owner' THEN
        RETURN howdah_private.auth_refuse('conflict', 'The role owner stays as it is');
    END IF;
    DELETE FROM auth.organization_roles AS r
    WHERE r.organization_id = v_caller.id AND r.role = drop_organization_role.role;
    IF NOT FOUND THEN
        RETURN howdah_private.auth_refuse_as(404, 'validation_failed', 'The organisation has no such role');
    END IF;
    PERFORM howdah_private.auth_audit('organization_role_dropped', v_caller.user_id, pg_catalog.jsonb_build_object(
        'organization_id', v_caller.id, 'role', drop_organization_role.role));
    RETURN howdah_private.auth_reply('{}');
EXCEPTION
    WHEN foreign_key_violation THEN
        RETURN howdah_private.auth_refuse('conflict', 'Members have this role');
END
$$;
ALTER FUNCTION auth.drop_organization_role(pg_catalog.text, pg_catalog.text)
    OWNER TO howdah_owner;
COMMENT ON FUNCTION auth.drop_organization_role(pg_catalog.text, pg_catalog.text)
    IS 'DELETE /organizations/{organization_id}/roles/{role}.';
REVOKE EXECUTE ON FUNCTION auth.drop_organization_role(pg_catalog.text, pg_catalog.text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION auth.drop_organization_role(pg_catalog.text, pg_catalog.text)
    TO anon, authenticated, service_role;
