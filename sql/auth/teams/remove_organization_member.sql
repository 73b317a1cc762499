-- auth.remove_organization_member: DELETE /organizations/{organization_id}/members/{user_id}. Everybody may leave; managers may remove members,
-- owners also managers.
--
-- Runs as   definer: deletes from auth.organization_members.
-- Writes    one audit row. It holds for the next request: auth.member_of looks at the table.
-- Returns   200 {}; 404 member_not_found; 403 insufficient_role; 422 last_owner; what auth_team_caller refuses.
CREATE FUNCTION auth.remove_organization_member(
    organization_id pg_catalog.text DEFAULT NULL,
    user_id pg_catalog.text DEFAULT NULL
)
RETURNS auth.answer
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_caller  record;
    v_member  pg_catalog.uuid := howdah_private.auth_read_uuid(remove_organization_member.user_id);
    v_mine    pg_catalog.bool;
    v_manages pg_catalog.bool;
BEGIN
    SELECT c.* INTO v_caller FROM howdah_private.auth_team_caller(remove_organization_member.organization_id, 'member') AS c;
    IF (v_caller.refusal).status IS NOT NULL THEN
        RETURN v_caller.refusal;
    END IF;
    PERFORM howdah_private.auth_lock_owners(v_caller.id);
    SELECT r.manages INTO v_mine FROM auth.organization_roles AS r WHERE r.organization_id = v_caller.id AND r.role = v_caller.role;
    SELECT r.manages INTO v_manages
    FROM auth.organization_members AS m
    JOIN auth.organization_roles AS r ON r.organization_id = m.organization_id AND r.role = m.role
    WHERE m.organization_id = v_caller.id AND m.user_id = v_member;
    IF v_member IS DISTINCT FROM v_caller.user_id AND NOT v_mine THEN
        RETURN howdah_private.auth_refuse('insufficient_role');
    ELSIF v_manages IS NULL THEN
        RETURN howdah_private.auth_refuse('member_not_found');
    ELSIF v_member <> v_caller.user_id AND v_manages AND v_caller.role <> 'owner' THEN
        RETURN howdah_private.auth_refuse('insufficient_role');
    ELSIF howdah_private.auth_is_last_owner(v_caller.id, v_member) THEN
        RETURN howdah_private.auth_refuse('last_owner');
    END IF;
    DELETE FROM auth.organization_members AS m WHERE m.organization_id = v_caller.id AND m.user_id = v_member;
    PERFORM howdah_private.auth_audit('organization_member_removed', v_caller.user_id, pg_catalog.jsonb_build_object(
        'organization_id', v_caller.id, 'user_id', v_member));
    RETURN howdah_private.auth_reply('{}');
END
$$;
ALTER FUNCTION auth.remove_organization_member(pg_catalog.text, pg_catalog.text)
    OWNER TO howdah_owner;
COMMENT ON FUNCTION auth.remove_organization_member(pg_catalog.text, pg_catalog.text)
    IS 'DELETE /organizations/{organization_id}/members/{user_id}.';
REVOKE EXECUTE ON FUNCTION auth.remove_organization_member(pg_catalog.text, pg_catalog.text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION auth.remove_organization_member(pg_catalog.text, pg_catalog.text)
    TO anon, authenticated, service_role;
