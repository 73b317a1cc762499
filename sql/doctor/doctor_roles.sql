-- howdah_private.doctor_roles: do the roles have what they need and nothing else?
--
-- Runs as   invoker, of howdah_private.doctor.
CREATE FUNCTION howdah_private.doctor_roles()
RETURNS SETOF howdah_private.finding
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN QUERY
        SELECT 'login-roles', 'error',
               pg_catalog.format('role %I is %s: whoever holds its password could be anybody', r.rolname, p.power),
               pg_catalog.format('ALTER ROLE %I NO%s;', r.rolname, p.power)
        FROM pg_catalog.pg_roles AS r
        CROSS JOIN LATERAL (VALUES
            ('SUPERUSER', r.rolsuper), ('BYPASSRLS', r.rolbypassrls), ('CREATEROLE', r.rolcreaterole),
            ('CREATEDB', r.rolcreatedb), ('REPLICATION', r.rolreplication)) AS p (power, has)
        WHERE r.rolname IN ('howdah_proxy', 'howdah_courier', 'howdah_owner') AND p.has
        UNION ALL
        SELECT 'memberships', 'error', pg_catalog.format('role %I is a member of %I', m.rolname, g.rolname),
               pg_catalog.format('REVOKE %I FROM %I;', g.rolname, m.rolname)
        FROM pg_catalog.pg_auth_members AS a
        JOIN pg_catalog.pg_roles AS g ON g.oid = a.roleid
        JOIN pg_catalog.pg_roles AS m ON m.oid = a.member
        WHERE m.rolname IN ('howdah_proxy', 'howdah_courier', 'howdah_owner')
           OR (g.rolname = 'howdah_owner' AND NOT m.rolsuper)
        UNION ALL
        SELECT 'request-roles', 'error', pg_catalog.format('requests may be role %I, which is %s', r.rolname, p.power),
               pg_catalog.format('SELECT howdah.disallow_role(%L);', r.rolname)
        FROM howdah.roles AS h
        JOIN pg_catalog.pg_roles AS r ON r.rolname = h.role
        CROSS JOIN LATERAL (VALUES
            ('SUPERUSER', r.rolsuper), ('CREATEROLE', r.rolcreaterole), ('REPLICATION', r.rolreplication),
            ('BYPASSRLS', r.rolbypassrls AND NOT h.bypass)) AS p (power, has)
        WHERE p.has
        UNION ALL
        SELECT 'proxy-rights', 'error',
               pg_catalog.format('role %I has rights on %s', r.rolname, c.oid::pg_catalog.regclass),
               pg_catalog.format('REVOKE ALL ON %s FROM %I;', c.oid::pg_catalog.regclass, r.rolname)
        FROM pg_catalog.pg_class AS c
        CROSS JOIN LATERAL pg_catalog.aclexplode(c.relacl) AS a
        JOIN pg_catalog.pg_roles AS r ON r.oid = a.grantee
        WHERE r.rolname IN ('howdah_proxy', 'howdah_courier')
        GROUP BY r.rolname, c.oid;
END
$$;
COMMENT ON FUNCTION howdah_private.doctor_roles() IS 'Do the roles have what they need and nothing else?';
REVOKE EXECUTE ON FUNCTION howdah_private.doctor_roles() FROM PUBLIC;
