-- auth.subtract_rows: of some rows (an array of tids) those that are not among others.
--
-- Runs as   invoker.
CREATE FUNCTION auth.subtract_rows(rows pg_catalog.jsonb, known pg_catalog.jsonb)
RETURNS pg_catalog.jsonb
LANGUAGE sql IMMUTABLE
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT COALESCE(pg_catalog.jsonb_agg(r.tid), '[]'::pg_catalog.jsonb)
    FROM (SELECT t.tid FROM pg_catalog.jsonb_array_elements_text(subtract_rows.rows) AS t (tid)
          EXCEPT
          SELECT t.tid FROM pg_catalog.jsonb_array_elements_text(COALESCE(subtract_rows.known, '[]')) AS t (tid)) AS r
$$;
COMMENT ON FUNCTION auth.subtract_rows(pg_catalog.jsonb, pg_catalog.jsonb)
    IS 'Of some rows those that are not among others.';
REVOKE EXECUTE ON FUNCTION auth.subtract_rows(pg_catalog.jsonb, pg_catalog.jsonb) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION auth.subtract_rows(pg_catalog.jsonb, pg_catalog.jsonb)
    TO authenticated, service_role;
