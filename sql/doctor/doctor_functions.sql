-- howdah_private.doctor_functions: are there functions that callers can lead astray?
--
-- Runs as   invoker, of howdah_private.doctor.
CREATE FUNCTION howdah_private.doctor_functions()
RETURNS SETOF howdah_private.finding
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    -- Without pg_temp at the end, the caller's temporary tables are found first.
    RETURN QUERY
        SELECT 'definer-path', 'error',
               pg_catalog.format('function %s runs with its owner''s rights and finds names by a path that its caller can change',
                                 p.oid::pg_catalog.regprocedure),
               pg_catalog.format('ALTER %s %s SET search_path = pg_catalog, pg_temp;',
                                 CASE p.prokind WHEN 'p' THEN 'PROCEDURE' ELSE 'FUNCTION' END, p.oid::pg_catalog.regprocedure)
        FROM pg_catalog.pg_proc AS p
        JOIN pg_catalog.pg_namespace AS n ON n.oid = p.pronamespace
        WHERE p.prosecdef AND n.nspname NOT IN ('pg_catalog', 'information_schema')
          AND EXISTS (
              SELECT FROM howdah.roles AS h
              JOIN pg_catalog.pg_roles AS r ON r.rolname = h.role
              WHERE NOT h.bypass
                AND pg_catalog.has_function_privilege(r.oid, p.oid, 'EXECUTE')
                AND pg_catalog.has_schema_privilege(r.oid, n.oid, 'USAGE'))
          AND NOT EXISTS (
              SELECT FROM pg_catalog.unnest(p.proconfig) AS c (setting)
              WHERE c.setting LIKE 'search\_path=%'
                AND (c.setting ~ 'pg_temp"?$' OR c.setting IN ('search_path=', 'search_path=""')));
END
$$;
COMMENT ON FUNCTION howdah_private.doctor_functions() IS 'Are there functions that callers can lead astray?';
REVOKE EXECUTE ON FUNCTION howdah_private.doctor_functions() FROM PUBLIC;
