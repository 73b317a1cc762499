-- howdah_private.auth_invitation_json: an open invitation, without its token.
--
-- Runs as   invoker: the definer functions that call it are howdah_owner.
CREATE FUNCTION howdah_private.auth_invitation_json(id pg_catalog.uuid)
RETURNS pg_catalog.jsonb
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN (
        SELECT pg_catalog.jsonb_build_object(
            'id', i.id, 'organization_id', i.organization_id, 'organization_name', o.name, 'email', i.email, 'role', i.role,
            'invited_by', i.invited_by, 'created_at', i.created_at, 'expires_at', i.expires_at)
        FROM auth.organization_invitations AS i JOIN auth.organizations AS o ON o.id = i.organization_id
        WHERE i.id = auth_invitation_json.id);
END
$$;
COMMENT ON FUNCTION howdah_private.auth_invitation_json(pg_catalog.uuid)
    IS 'An open invitation, without its token.';
REVOKE EXECUTE ON FUNCTION howdah_private.auth_invitation_json(pg_catalog.uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.auth_invitation_json(pg_catalog.uuid)
    TO howdah_owner;
