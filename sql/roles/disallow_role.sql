-- howdah.disallow_role: refuse tokens that name a role, from the next request on.
--
-- Runs as   definer: writes howdah.roles.
-- Writes    one howdah.audit row when the role was listed.
-- Returns   whether it was.
CREATE FUNCTION howdah.disallow_role(role pg_catalog.text)
RETURNS pg_catalog.bool
LANGUAGE plpgsql STRICT SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    DELETE FROM howdah.roles AS r WHERE r.role = disallow_role.role;
    RETURN howdah_private.record_removal(FOUND, 'disallow_role', pg_catalog.jsonb_build_object('role', disallow_role.role));
END
$$;
ALTER FUNCTION howdah.disallow_role(pg_catalog.text) OWNER TO howdah_owner;
COMMENT ON FUNCTION howdah.disallow_role(pg_catalog.text) IS 'Refuse tokens that name a role.';
REVOKE EXECUTE ON FUNCTION howdah.disallow_role(pg_catalog.text) FROM PUBLIC;
