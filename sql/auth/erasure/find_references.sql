-- auth.find_references: the foreign keys that lead to a table, each with what walking it backwards needs.
--
-- Runs as   invoker: reads the catalog, as anybody may.
-- Returns   one row a foreign key: its name, the referring table, ON DELETE in words, and the join condition between c (which refers)
--           and p (which is referred to), by the key's own operators, every name quoted.
CREATE FUNCTION auth.find_references(
    referred pg_catalog.oid,
    OUT "constraint" pg_catalog.oid,
    OUT name pg_catalog.text,
    OUT relation pg_catalog.oid,
    OUT action pg_catalog.text,
    OUT condition pg_catalog.text
)
RETURNS SETOF record
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT k.oid, k.conname, k.conrelid,
           CASE k.confdeltype WHEN 'c' THEN 'delete' WHEN 'n' THEN 'set null' WHEN 'd' THEN 'set default' ELSE 'blocked' END,
           pg_catalog.string_agg(
               pg_catalog.format('p.%I OPERATOR(%I.%s) c.%I', pa.attname, s.nspname, o.oprname, ca.attname),
               ' AND ' ORDER BY x.place)
    FROM pg_catalog.pg_constraint AS k
    CROSS JOIN ROWS FROM (pg_catalog.unnest(k.conkey), pg_catalog.unnest(k.confkey), pg_catalog.unnest(k.conpfeqop))
        WITH ORDINALITY AS x (referring, referred, operator, place)
    JOIN pg_catalog.pg_attribute AS ca ON ca.attrelid = k.conrelid AND ca.attnum = x.referring
    JOIN pg_catalog.pg_attribute AS pa ON pa.attrelid = k.confrelid AND pa.attnum = x.referred
    JOIN pg_catalog.pg_operator AS o ON o.oid = x.operator
    JOIN pg_catalog.pg_namespace AS s ON s.oid = o.oprnamespace
    WHERE k.contype = 'f' AND k.conparentid = 0
      -- What refers to a partitioned table refers to each of its partitions.
      AND (k.confrelid = find_references.referred
           OR k.confrelid IN (SELECT a.relid FROM pg_catalog.pg_partition_ancestors(find_references.referred) AS a))
    GROUP BY k.oid, k.conname, k.conrelid, k.confdeltype
$$;
COMMENT ON FUNCTION auth.find_references(pg_catalog.oid)
    IS 'The foreign keys that lead to a table, with what walking them backwards needs.';
REVOKE EXECUTE ON FUNCTION auth.find_references(pg_catalog.oid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION auth.find_references(pg_catalog.oid)
    TO authenticated, service_role;
