-- howdah_private.doctor_reach: the relations that REST shows and a role of a request may read or write, service_role and its like
-- apart.
--
-- Runs as   invoker, of howdah_private.doctor.
CREATE FUNCTION howdah_private.doctor_reach(
    OUT relation pg_catalog.oid, OUT kind "char", OUT row_security pg_catalog.bool, OUT options pg_catalog.text[], OUT roles pg_catalog.text)
RETURNS SETOF record
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN QUERY
        SELECT c.oid, c.relkind, c.relrowsecurity, c.reloptions,
               pg_catalog.string_agg(pg_catalog.quote_ident(h.role), ', ' ORDER BY h.role)
        FROM pg_catalog.pg_class AS c
        JOIN howdah_private.doctor_schemas() AS n (oid) ON n.oid = c.relnamespace
        JOIN howdah.roles AS h ON NOT h.bypass
        JOIN pg_catalog.pg_roles AS r ON r.rolname = h.role
        WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f')
          AND pg_catalog.has_schema_privilege(r.oid, n.oid, 'USAGE')
          AND (pg_catalog.has_table_privilege(r.oid, c.oid, 'SELECT, INSERT, UPDATE, DELETE')
               OR pg_catalog.has_any_column_privilege(r.oid, c.oid, 'SELECT, INSERT, UPDATE'))
        GROUP BY c.oid, c.relkind, c.relrowsecurity, c.reloptions;
END
$$;
COMMENT ON FUNCTION howdah_private.doctor_reach() IS 'The relations that REST shows and a role of a request may read or write.';
REVOKE EXECUTE ON FUNCTION howdah_private.doctor_reach() FROM PUBLIC;
