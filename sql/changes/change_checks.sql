-- howdah_private.change_checks: statements that fail if a filter is no condition on the table's rows, and do nothing else. Who
-- gives the filter runs them, as himself and with his own search path.
--
-- Between brackets of two kinds: what closes one kind to go on outside of it does not fit the other.
CREATE FUNCTION howdah_private.change_checks(
    relation pg_catalog.oid, events pg_catalog.text[], filter pg_catalog.text, columns pg_catalog.text[]
)
RETURNS pg_catalog.text[]
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT COALESCE(pg_catalog.array_agg(c.statement), '{}')
    FROM (
        SELECT pg_catalog.format(E'EXPLAIN SELECT 1 FROM %1$s AS new, %1$s AS old WHERE (ARRAY[%2$s\n])[1]',
                                 change_checks.relation::pg_catalog.regclass, change_checks.filter)
        WHERE change_checks.filter IS NOT NULL
        UNION ALL
        SELECT 'EXPLAIN ' || howdah_private.change_query(
            change_checks.relation, e.event, change_checks.filter, change_checks.columns,
            change_checks.relation::pg_catalog.regclass::pg_catalog.text,
            change_checks.relation::pg_catalog.regclass::pg_catalog.text)
        FROM pg_catalog.unnest(change_checks.events) AS e (event)
        WHERE e.event <> 'TRUNCATE'
    ) AS c (statement)
$$;
COMMENT ON FUNCTION howdah_private.change_checks(pg_catalog.oid, pg_catalog.text[], pg_catalog.text, pg_catalog.text[])
    IS 'Statements that fail if a filter is no condition on the table''s rows.';
REVOKE EXECUTE ON FUNCTION howdah_private.change_checks(pg_catalog.oid, pg_catalog.text[], pg_catalog.text, pg_catalog.text[])
    FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.change_checks(pg_catalog.oid, pg_catalog.text[], pg_catalog.text, pg_catalog.text[])
    TO howdah_owner;
