-- howdah_private.doctor_versions: do library, SQL, tables and the server's files belong together?
--
-- Runs as   invoker, of howdah_private.doctor.
CREATE FUNCTION howdah_private.doctor_versions()
RETURNS SETOF howdah_private.finding
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN QUERY
        SELECT 'extension-version', 'error',
               pg_catalog.format('the extension is at %s, and the server has the files of %s', e.installed_version, e.default_version),
               'ALTER EXTENSION howdah UPDATE; SELECT howdah.install();'
        FROM pg_catalog.pg_available_extensions AS e
        WHERE e.name = 'howdah' AND e.installed_version IS DISTINCT FROM e.default_version
        UNION ALL
        SELECT 'tables-version', 'error', v.problem, 'SELECT howdah.install();'
        FROM howdah_private.version_check() AS v (problem)
        WHERE v.problem IS NOT NULL;
END
$$;
COMMENT ON FUNCTION howdah_private.doctor_versions() IS 'Do library, SQL, tables and the server''s files belong together?';
REVOKE EXECUTE ON FUNCTION howdah_private.doctor_versions() FROM PUBLIC;
