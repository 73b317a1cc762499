-- howdah_private.doctor_server: is the server one that secrets and acknowledged work are safe on?
--
-- Runs as   invoker, of howdah_private.doctor.
CREATE FUNCTION howdah_private.doctor_server()
RETURNS SETOF howdah_private.finding
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN QUERY
        SELECT 'server-release', 'warning',
               pg_catalog.format('server %s has known holes in row-level security (CVE-2024-10976, -10978)',
                                 pg_catalog.current_setting('server_version')),
               '-- update the server to its last minor release'
        FROM (VALUES (14, 140014), (15, 150009), (16, 160005), (17, 170001)) AS v (major, oldest)
        WHERE pg_catalog.current_setting('server_version_num')::pg_catalog.int4 / 10000 = v.major
          AND pg_catalog.current_setting('server_version_num')::pg_catalog.int4 < v.oldest
        UNION ALL
        SELECT 'open-doors', 'warning',
               pg_catalog.format('the server listens on %s without TLS: passwords and rows travel readable',
                                 pg_catalog.current_setting('listen_addresses')),
               'ALTER SYSTEM SET listen_addresses = ''localhost''; -- or ssl = on; then restart'
        WHERE pg_catalog.current_setting('ssl') = 'off' AND EXISTS (
            SELECT FROM pg_catalog.unnest(
                pg_catalog.string_to_array(pg_catalog.current_setting('listen_addresses'), ',')) AS a (address)
            WHERE pg_catalog.btrim(a.address) NOT IN ('', 'localhost', '127.0.0.1', '::1'))
        UNION ALL
        SELECT 'open-doors', 'warning',
               pg_catalog.format('pg_hba.conf line %s lets %s in without a password', h.line_number,
                                 pg_catalog.array_to_string(h.user_name, ', ')),
               'SELECT pg_reload_conf(); -- once that line says scram-sha-256'
        FROM pg_catalog.pg_hba_file_rules AS h
        WHERE h.auth_method = 'trust' AND h.type <> 'local' AND pg_catalog.current_setting('listen_addresses') <> ''
        UNION ALL
        SELECT 'durability', 'error', pg_catalog.format('%s is off: %s', s.name, s.lost),
               pg_catalog.format('ALTER SYSTEM RESET %s; SELECT pg_reload_conf();', s.name)
        FROM (VALUES
            ('fsync', 'a crash of the machine may lose the whole cluster'),
            ('full_page_writes', 'a crash of the machine may leave torn pages')) AS s (name, lost)
        WHERE pg_catalog.current_setting(s.name) = 'off'
        UNION ALL
        SELECT 'durability', 'warning', 'synchronous_commit is off: what was acknowledged last is lost in a crash',
               'ALTER SYSTEM RESET synchronous_commit; SELECT pg_reload_conf();'
        WHERE pg_catalog.current_setting('synchronous_commit') = 'off'
        UNION ALL
        SELECT 'logged-parameters', 'warning',
               pg_catalog.format('role %I may log the parameters of statements: passwords are among them', r.rolname),
               pg_catalog.format('ALTER ROLE %I SET log_parameter_max_length = 0; ALTER ROLE %1$I SET log_parameter_max_length_on_error = 0;',
                                 r.rolname)
        FROM pg_catalog.pg_roles AS r
        WHERE r.rolname IN ('howdah_proxy', 'howdah_courier')
          AND NOT COALESCE(r.rolconfig, '{}') @> '{log_parameter_max_length=0,log_parameter_max_length_on_error=0}';
END
$$;
COMMENT ON FUNCTION howdah_private.doctor_server() IS 'Is the server one that secrets and acknowledged work are safe on?';
REVOKE EXECUTE ON FUNCTION howdah_private.doctor_server() FROM PUBLIC;
