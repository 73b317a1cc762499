-- auth.export: all that belongs to a user (GDPR articles 15 and 20) as one document, or in parts (auth.export_document); row by row it is
-- auth.export_rows.
--
-- Runs as   invoker: the app's tables as the caller may read them; EXECUTE is service_role's.
CREATE FUNCTION auth.export(
    user_id pg_catalog.uuid,
    skip pg_catalog.int8 DEFAULT 0,
    max_rows pg_catalog.int8 DEFAULT 100000
)
RETURNS pg_catalog.jsonb
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT auth.export_document(export.user_id, false, export.skip, export.max_rows)
$$;
COMMENT ON FUNCTION auth.export(pg_catalog.uuid, pg_catalog.int8, pg_catalog.int8)
    IS 'All that belongs to a user, as one document.';
REVOKE EXECUTE ON FUNCTION auth.export(pg_catalog.uuid, pg_catalog.int8, pg_catalog.int8) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION auth.export(pg_catalog.uuid, pg_catalog.int8, pg_catalog.int8)
    TO service_role;
