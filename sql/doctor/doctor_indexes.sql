-- howdah_private.doctor_indexes: are there columns that every request looks for without an index?
--
-- A column is indexed where it stands first in an index that is whole and valid. Tables of fewer than 1,000 rows are passed over,
-- and columns that nothing can be looked up by: their types have no operator of btree.
--
-- Runs as   invoker, of howdah_private.doctor.
CREATE FUNCTION howdah_private.doctor_indexes()
RETURNS SETOF howdah_private.finding
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN QUERY
        WITH shown AS (
            SELECT c.oid, c.relname, c.reltuples FROM pg_catalog.pg_class AS c
            JOIN howdah_private.doctor_schemas() AS n (oid) ON n.oid = c.relnamespace
            WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND c.reltuples >= 1000
        ), wanted AS (
            SELECT 'foreign-key-index' AS "check", k.conrelid AS relation, k.conkey[1] AS number,
                   pg_catalog.format('each delete in %s, and each embed of %s in it, reads the whole of %2$s, for %s.%s has no index',
                                     k.confrelid::pg_catalog.regclass, k.conrelid::pg_catalog.regclass,
                                     k.conrelid::pg_catalog.regclass, pg_catalog.quote_ident(a.attname)) AS finding
            FROM pg_catalog.pg_constraint AS k
            JOIN pg_catalog.pg_attribute AS a ON a.attrelid = k.conrelid AND a.attnum = k.conkey[1]
            WHERE k.contype = 'f' AND k.conparentid = 0
            UNION
            -- What a policy looks at: Postgres keeps the columns of its expressions as dependencies.
            SELECT 'policy-index', d.refobjid, d.refobjsubid::pg_catalog.int2,
                   pg_catalog.format('policy %I looks at %s.%s in every request, which has no index',
                                     p.polname, d.refobjid::pg_catalog.regclass, pg_catalog.quote_ident(a.attname))
            FROM pg_catalog.pg_depend AS d
            JOIN pg_catalog.pg_policy AS p ON p.oid = d.objid
            JOIN pg_catalog.pg_attribute AS a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid
            WHERE d.classid = 'pg_catalog.pg_policy'::pg_catalog.regclass
              AND d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.refobjsubid > 0
              -- Flags and the like make poor indexes.
              AND a.atttypid NOT IN ('bool'::pg_catalog.regtype, 'json'::pg_catalog.regtype, 'jsonb'::pg_catalog.regtype,
                                     'xml'::pg_catalog.regtype)
        )
        SELECT w."check", 'warning', w.finding,
               pg_catalog.format('CREATE INDEX CONCURRENTLY ON %s (%I);', w.relation::pg_catalog.regclass, a.attname)
        FROM wanted AS w
        JOIN shown AS s ON s.oid = w.relation
        JOIN pg_catalog.pg_attribute AS a ON a.attrelid = w.relation AND a.attnum = w.number
        WHERE NOT EXISTS (
            SELECT FROM pg_catalog.pg_index AS i
            WHERE i.indrelid = w.relation AND i.indkey[0] = w.number AND i.indisvalid AND i.indpred IS NULL);
END
$$;
COMMENT ON FUNCTION howdah_private.doctor_indexes() IS 'Are there columns that every request looks for without an index?';
REVOKE EXECUTE ON FUNCTION howdah_private.doctor_indexes() FROM PUBLIC;
