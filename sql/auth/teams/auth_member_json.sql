-- howdah_private.auth_member_json: a member as the other members see him.
--
-- Runs as   invoker: the definer functions that call it are howdah_owner.
CREATE FUNCTION howdah_private.auth_member_json(organization_id pg_catalog.uuid, user_id pg_catalog.uuid)
RETURNS pg_catalog.jsonb
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN (
        SELECT pg_catalog.jsonb_build_object(
            'user_id', m.user_id, 'role', m.role, 'email', COALESCE(u.email, ''),
            'name', COALESCE(u.raw_user_meta_data ->> 'full_name', u.raw_user_meta_data ->> 'name', ''),
            'created_at', m.created_at)
        FROM auth.organization_members AS m JOIN auth.users AS u ON u.id = m.user_id
        WHERE m.organization_id = auth_member_json.organization_id AND m.user_id = auth_member_json.user_id);
END
$$;
COMMENT ON FUNCTION howdah_private.auth_member_json(pg_catalog.uuid, pg_catalog.uuid)
    IS 'A member as the other members see him.';
REVOKE EXECUTE ON FUNCTION howdah_private.auth_member_json(pg_catalog.uuid, pg_catalog.uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.auth_member_json(pg_catalog.uuid, pg_catalog.uuid)
    TO howdah_owner;
