-- auth.member_of: does who asks belong to this organisation? For policies.
--
-- Runs as   definer: reads auth.organization_members, for nobody but the caller: one probe of an index.
-- Returns   true for a member, and for an API key of the organisation; false for everybody else.
CREATE FUNCTION auth.member_of(organization_id pg_catalog.uuid)
RETURNS pg_catalog.bool
LANGUAGE plpgsql STABLE STRICT SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_user pg_catalog.uuid := auth.uid();
BEGIN
    IF v_user IS NULL THEN
        RETURN howdah_private.auth_key_organization() IS NOT DISTINCT FROM member_of.organization_id;
    END IF;
    RETURN EXISTS (SELECT 1 FROM auth.organization_members AS m
                   WHERE m.user_id = v_user AND m.organization_id = member_of.organization_id);
END
$$;
ALTER FUNCTION auth.member_of(pg_catalog.uuid)
    OWNER TO howdah_owner;
COMMENT ON FUNCTION auth.member_of(pg_catalog.uuid)
    IS 'Does who asks belong to this organisation? For policies.';
REVOKE EXECUTE ON FUNCTION auth.member_of(pg_catalog.uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION auth.member_of(pg_catalog.uuid)
    TO anon, authenticated, service_role;
