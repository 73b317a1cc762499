-- auth.set_organization_role: PUT /organizations/{organization_id}/members/{user_id}: another role for a member. Managers may, but only owners
-- touch a managing role, given or taken.
--
-- Runs as   definer: writes auth.organization_members.
-- Writes    the member, one audit row. The change holds for the next request: auth.has_role looks at the table.
-- Returns   200 and the member; 404 member_not_found; 403 insufficient_role; 422 last_owner; 400 validation_failed for a role that the
--           organisation has not; what auth_team_caller refuses.
CREATE FUNCTION auth.set_organization_role(
    organization_id pg_catalog.text DEFAULT NULL,
    user_id pg_catalog.text DEFAULT NULL,
    role pg_catalog.text DEFAULT NULL
)
RETURNS auth.answer
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_caller record;
    v_member pg_catalog.uuid := howdah_private.auth_read_uuid(set_organization_role.user_id);
    v_touched pg_catalog.bool;
    v_found  pg_catalog.int8;
BEGIN
    SELECT c.* INTO v_caller FROM howdah_private.auth_team_caller(set_organization_role.organization_id, 'manage') AS c;
    IF (v_caller.refusal).status IS NOT NULL THEN
        RETURN v_caller.refusal;
    END IF;
    PERFORM howdah_private.auth_lock_owners(v_caller.id);
    IF NOT EXISTS (SELECT 1 FROM auth.organization_members AS m
                   WHERE m.organization_id = v_caller.id AND m.user_id = v_member) THEN
        RETURN howdah_private.auth_refuse('member_not_found');
    END IF;
    SELECT pg_catalog.bool_or(r.manages), pg_catalog.count(*) FILTER (WHERE r.role = set_organization_role.role)
    INTO v_touched, v_found
    FROM auth.organization_roles AS r
    WHERE r.organization_id = v_caller.id
      AND (r.role = set_organization_role.role
           OR r.role = (SELECT m.role FROM auth.organization_members AS m
                        WHERE m.organization_id = v_caller.id AND m.user_id = v_member));
    IF v_found = 0 THEN
        RETURN howdah_private.auth_refuse('validation_failed', 'The organisation has no such role');
    ELSIF v_touched AND v_caller.role <> 'owner' THEN
        RETURN howdah_private.auth_refuse('insufficient_role');
    ELSIF set_organization_role.role <> 'owner' AND howdah_private.auth_is_last_owner(v_caller.id, v_member) THEN
        RETURN howdah_private.auth_refuse('last_owner');
    END IF;
    UPDATE auth.organization_members AS m SET role = set_organization_role.role
    WHERE m.organization_id = v_caller.id AND m.user_id = v_member;
    PERFORM howdah_private.auth_audit('organization_role_set', v_caller.user_id, pg_catalog.jsonb_build_object(
        'organization_id', v_caller.id, 'user_id', v_member, 'role', set_organization_role.role));
    RETURN howdah_private.auth_reply(howdah_private.auth_member_json(v_caller.id, v_member));
END
$$;
ALTER FUNCTION auth.set_organization_role(pg_catalog.text, pg_catalog.text, pg_catalog.text)
    OWNER TO howdah_owner;
COMMENT ON FUNCTION auth.set_organization_role(pg_catalog.text, pg_catalog.text, pg_catalog.text)
    IS 'PUT /organizations/{organization_id}/members/{user_id}.';
REVOKE EXECUTE ON FUNCTION auth.set_organization_role(pg_catalog.text, pg_catalog.text, pg_catalog.text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION auth.set_organization_role(pg_catalog.text, pg_catalog.text, pg_catalog.text)
    TO anon, authenticated, service_role;
