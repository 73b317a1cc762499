-- auth.transfer_organization: POST /organizations/{organization_id}/transfer: make another member owner and oneself admin, in one step.
--
-- Runs as   definer: writes auth.organization_members.
-- Writes    two members, one audit row.
-- Returns   200 and the organisation with one's new role; 404 member_not_found; what auth_team_caller refuses.
CREATE FUNCTION auth.transfer_organization(
    organization_id pg_catalog.text DEFAULT NULL,
    user_id pg_catalog.text DEFAULT NULL
)
RETURNS auth.answer
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_caller record;
    v_member pg_catalog.uuid := howdah_private.auth_read_uuid(transfer_organization.user_id);
BEGIN
    SELECT c.* INTO v_caller FROM howdah_private.auth_team_caller(transfer_organization.organization_id, 'own') AS c;
    IF (v_caller.refusal).status IS NOT NULL THEN
        RETURN v_caller.refusal;
    END IF;
    PERFORM howdah_private.auth_lock_owners(v_caller.id);
    IF v_member = v_caller.user_id THEN
        RETURN howdah_private.auth_reply(howdah_private.auth_organization_json(v_caller.id, 'owner'));
    END IF;
    UPDATE auth.organization_members AS m SET role = 'owner'
    WHERE m.organization_id = v_caller.id AND m.user_id = v_member;
    IF NOT FOUND THEN
        RETURN howdah_private.auth_refuse('member_not_found');
    END IF;
    UPDATE auth.organization_members AS m SET role = 'admin'
    WHERE m.organization_id = v_caller.id AND m.user_id = v_caller.user_id;
    PERFORM howdah_private.auth_audit('organization_transferred', v_caller.user_id, pg_catalog.jsonb_build_object(
        'organization_id', v_caller.id, 'user_id', v_member));
    RETURN howdah_private.auth_reply(howdah_private.auth_organization_json(v_caller.id, 'admin'));
END
$$;
ALTER FUNCTION auth.transfer_organization(pg_catalog.text, pg_catalog.text)
    OWNER TO howdah_owner;
COMMENT ON FUNCTION auth.transfer_organization(pg_catalog.text, pg_catalog.text)
    IS 'POST /organizations/{organization_id}/transfer.';
REVOKE EXECUTE ON FUNCTION auth.transfer_organization(pg_catalog.text, pg_catalog.text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION auth.transfer_organization(pg_catalog.text, pg_catalog.text)
    TO anon, authenticated, service_role;
