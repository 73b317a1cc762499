-- howdah_private.doctor_rows: are there rows that policies do not guard?
--
-- Runs as   invoker, of howdah_private.doctor.
CREATE FUNCTION howdah_private.doctor_rows()
RETURNS SETOF howdah_private.finding
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN QUERY
        SELECT 'row-security', 'error',
               pg_catalog.format('every row of %s is open to %s: it has no row-level security',
                                 c.relation::pg_catalog.regclass, c.roles),
               pg_catalog.format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY;', c.relation::pg_catalog.regclass)
        FROM howdah_private.doctor_reach() AS c
        WHERE c.kind IN ('r', 'p') AND NOT c.row_security
        UNION ALL
        -- With its owner's rights: the caller's policies do not reach through it.
        SELECT 'views', 'error',
               pg_catalog.format('view %s shows %s what its owner sees', c.relation::pg_catalog.regclass, c.roles),
               pg_catalog.format('ALTER VIEW %s SET (security_invoker = true);', c.relation::pg_catalog.regclass)
        FROM howdah_private.doctor_reach() AS c
        WHERE c.kind = 'v' AND NOT EXISTS (
            SELECT FROM pg_catalog.unnest(c.options) AS o (option)
            WHERE o.option ~* '^security_invoker=(true|on|yes|1)$')
        UNION ALL
        SELECT 'no-row-security-possible', 'warning',
               pg_catalog.format('%s is open to %s whole: a %s has no row-level security',
                                 c.relation::pg_catalog.regclass, c.roles,
                                 CASE c.kind WHEN 'm' THEN 'materialized view' ELSE 'foreign table' END),
               pg_catalog.format('REVOKE ALL ON %s FROM %s;', c.relation::pg_catalog.regclass, c.roles)
        FROM howdah_private.doctor_reach() AS c
        WHERE c.kind IN ('m', 'f')
        UNION ALL
        SELECT 'policies-missing', 'warning',
               pg_catalog.format('%s has row-level security and no policy: %s can reach none of its rows',
                                 c.relation::pg_catalog.regclass, c.roles),
               pg_catalog.format('CREATE POLICY own_rows ON %s USING (user_id = auth.uid()); -- or REVOKE ALL ON %1$s FROM %s;',
                                 c.relation::pg_catalog.regclass, c.roles)
        FROM howdah_private.doctor_reach() AS c
        WHERE c.kind IN ('r', 'p') AND c.row_security
          AND NOT EXISTS (SELECT FROM pg_catalog.pg_policy AS p WHERE p.polrelid = c.relation);
END
$$;
COMMENT ON FUNCTION howdah_private.doctor_rows() IS 'Are there rows that policies do not guard?';
REVOKE EXECUTE ON FUNCTION howdah_private.doctor_rows() FROM PUBLIC;
