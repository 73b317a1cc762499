-- auth.revoke_organization_invitation: DELETE /organizations/{organization_id}/invitations/{invitation_id}. Managers may.
--
-- Runs as   definer: deletes from auth.organization_invitations.
-- Returns   200 {}; 404 invite_not_found; what auth_team_caller refuses.
CREATE FUNCTION auth.revoke_organization_invitation(
    organization_id pg_catalog.text DEFAULT NULL,
    invitation_id pg_catalog.text DEFAULT NULL
)
RETURNS auth.answer
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_caller record;
BEGIN
    SELECT c.* INTO v_caller FROM howdah_private.auth_team_caller(revoke_organization_invitation.organization_id, 'manage') AS c;
    IF (v_caller.refusal).status IS NOT NULL THEN
        RETURN v_caller.refusal;
    END IF;
    DELETE FROM auth.organization_invitations AS i
    WHERE i.organization_id = v_caller.id AND i.id = howdah_private.auth_read_uuid(revoke_organization_invitation.invitation_id);
    IF NOT FOUND THEN
        RETURN howdah_private.auth_refuse('invite_not_found');
    END IF;
    PERFORM howdah_private.auth_audit('organization_invitation_revoked', v_caller.user_id, pg_catalog.jsonb_build_object(
        'organization_id', v_caller.id, 'invitation_id', revoke_organization_invitation.invitation_id));
    RETURN howdah_private.auth_reply('{}');
END
$$;
ALTER FUNCTION auth.revoke_organization_invitation(pg_catalog.text, pg_catalog.text)
    OWNER TO howdah_owner;
COMMENT ON FUNCTION auth.revoke_organization_invitation(pg_catalog.text, pg_catalog.text)
    IS 'DELETE /organizations/{organization_id}/invitations/{invitation_id}.';
REVOKE EXECUTE ON FUNCTION auth.revoke_organization_invitation(pg_catalog.text, pg_catalog.text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION auth.revoke_organization_invitation(pg_catalog.text, pg_catalog.text)
    TO anon, authenticated, service_role;
