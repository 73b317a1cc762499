-- auth.quote_relation: a table as SQL names it, with its schema, each quoted where it needs to be.
--
-- Runs as   invoker: reads the catalog, as anybody may.
CREATE FUNCTION auth.quote_relation(relation pg_catalog.oid)
RETURNS pg_catalog.text
LANGUAGE sql STABLE STRICT
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT pg_catalog.format('%I.%I', n.nspname, c.relname)
    FROM pg_catalog.pg_class AS c JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
    WHERE c.oid = quote_relation.relation
$$;
COMMENT ON FUNCTION auth.quote_relation(pg_catalog.oid)
    IS 'A table as SQL names it, with its schema.';
REVOKE EXECUTE ON FUNCTION auth.quote_relation(pg_catalog.oid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION auth.quote_relation(pg_catalog.oid)
    TO authenticated, service_role;
