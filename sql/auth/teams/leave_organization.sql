-- auth.leave_organization: POST /organizations/{organization_id}/leave.
--
-- Runs as   definer: deletes from auth.organization_members.
-- Returns   what auth.remove_organization_member answers to who removes himself.
CREATE FUNCTION auth.leave_organization(organization_id pg_catalog.text DEFAULT NULL)
RETURNS auth.answer
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN auth.remove_organization_member(leave_organization.organization_id, auth.uid()::pg_catalog.text);
END
$$;
ALTER FUNCTION auth.leave_organization(pg_catalog.text)
    OWNER TO howdah_owner;
COMMENT ON FUNCTION auth.leave_organization(pg_catalog.text)
    IS 'POST /organizations/{organization_id}/leave.';
REVOKE EXECUTE ON FUNCTION auth.leave_organization(pg_catalog.text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION auth.leave_organization(pg_catalog.text)
    TO anon, authenticated, service_role;
