-- auth.export_document: an export as one document, or a part of it.
--
-- Runs as   invoker, over auth.export_rows (any user: service_role's) or auth.export_own_rows (the one who asks).
-- Returns   {"user_id", "exported_at", "tables": [{"table", "rows": […]}], "unreadable": [tables], "next": skip for what follows, or null}.
--           A part ends after max_rows rows or 8 MB, whatever comes first; one row is always in it. Parts are no snapshot: what changes
--           between two may be missing or come twice.
CREATE FUNCTION auth.export_document(
    user_id pg_catalog.uuid,
    own pg_catalog.bool,
    skip pg_catalog.int8,
    max_rows pg_catalog.int8
)
RETURNS pg_catalog.jsonb
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    c_bytes CONSTANT pg_catalog.int8 := 8388608;
    v_document pg_catalog.jsonb;
BEGIN
    EXECUTE 'WITH all_rows AS MATERIALIZED (
                 SELECT * FROM ' || CASE WHEN export_document.own THEN 'auth.export_own_rows()' ELSE 'auth.export_rows($1)' END || '
                 WITH ORDINALITY AS s (relation, data, place)),
             page AS (
                 SELECT r.*, pg_catalog.sum(pg_catalog.octet_length(r.data::pg_catalog.text)) OVER (ORDER BY r.place) AS bytes
                 FROM all_rows AS r WHERE r.place > $2 AND r.place <= $2 + $3),
             part AS (
                 SELECT p.* FROM page AS p WHERE p.bytes IS NULL OR p.bytes <= $4 OR p.place = $2 + 1),
             tables AS (
                 SELECT p.relation, pg_catalog.min(p.place) AS place, pg_catalog.jsonb_agg(p.data ORDER BY p.place) AS rows
                 FROM part AS p WHERE p.data IS NOT NULL GROUP BY p.relation)
             SELECT pg_catalog.jsonb_build_object(
                 ''user_id'', $1, ''exported_at'', pg_catalog.now(),
                 ''tables'', COALESCE((SELECT pg_catalog.jsonb_agg(
                     pg_catalog.jsonb_build_object(''table'', t.relation, ''rows'', t.rows) ORDER BY t.place) FROM tables AS t), ''[]''),
                 ''unreadable'', COALESCE((SELECT pg_catalog.jsonb_agg(DISTINCT r.relation) FROM all_rows AS r WHERE r.data IS NULL), ''[]''),
                 ''next'', (SELECT pg_catalog.max(p.place) FROM part AS p
                          HAVING pg_catalog.max(p.place) < (SELECT pg_catalog.max(r.place) FROM all_rows AS r)))'
    INTO v_document
    USING export_document.user_id, GREATEST(COALESCE(export_document.skip, 0), 0),
          LEAST(GREATEST(COALESCE(export_document.max_rows, 10000), 1), 100000), c_bytes;
    RETURN v_document;
END
$$;
COMMENT ON FUNCTION auth.export_document(pg_catalog.uuid, pg_catalog.bool, pg_catalog.int8, pg_catalog.int8)
    IS 'An export as one document, or a part of it.';
REVOKE EXECUTE ON FUNCTION auth.export_document(pg_catalog.uuid, pg_catalog.bool, pg_catalog.int8, pg_catalog.int8) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION auth.export_document(pg_catalog.uuid, pg_catalog.bool, pg_catalog.int8, pg_catalog.int8)
    TO authenticated, service_role;
