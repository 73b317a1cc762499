-- auth.has_role: has who asks this role in this organisation? For policies.
--
-- Runs as   definer: reads auth.organization_members, for nobody but the caller: one probe of an index.
-- Returns   true for a member of exactly this role; an API key of an organisation has no role.
CREATE FUNCTION auth.has_role(organization_id pg_catalog.uuid, role pg_catalog.text)
RETURNS pg_catalog.bool
LANGUAGE plpgsql STABLE STRICT SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN EXISTS (SELECT 1 FROM auth.organization_members AS m
                   WHERE m.user_id = auth.uid() AND m.organization_id = has_role.organization_id AND m.role = has_role.role);
END
$$;
ALTER FUNCTION auth.has_role(pg_catalog.uuid, pg_catalog.text)
    OWNER TO howdah_owner;
COMMENT ON FUNCTION auth.has_role(pg_catalog.uuid, pg_catalog.text)
    IS 'Has who asks this role in this organisation? For policies.';
REVOKE EXECUTE ON FUNCTION auth.has_role(pg_catalog.uuid, pg_catalog.text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION auth.has_role(pg_catalog.uuid, pg_catalog.text)
    TO anon, authenticated, service_role;
