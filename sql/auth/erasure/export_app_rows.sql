-- auth.export_app_rows: the rows of the app's tables that are a user's own (auth.find_owned_rows).
--
-- Runs as   invoker: sees what its caller may see, under the caller's policies.
-- Returns   the table and the row as JSON, by table and place; of a table that the caller may not read one row, data NULL.
CREATE FUNCTION auth.export_app_rows(
    user_id pg_catalog.uuid,
    OUT relation pg_catalog.text,
    OUT data pg_catalog.jsonb
)
RETURNS SETOF record
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_table record;
BEGIN
    FOR v_table IN
        SELECT o.relation, auth.quote_relation(o.relation) AS name, pg_catalog.array_agg(r.tid ORDER BY r.tid) FILTER (WHERE r.tid IS NOT NULL) AS tids
        FROM auth.find_owned_rows(export_app_rows.user_id, false) AS o
        LEFT JOIN LATERAL pg_catalog.unnest(o.tids) AS r (tid) ON true
        GROUP BY 1 ORDER BY 2
    LOOP
        relation := v_table.name;
        IF v_table.tids IS NULL THEN
            data := NULL;
            RETURN NEXT;
            CONTINUE;
        END IF;
        FOR data IN EXECUTE pg_catalog.format(
            'SELECT pg_catalog.to_jsonb(r) FROM ONLY %s AS r WHERE r.ctid = ANY ($1) ORDER BY r.ctid', v_table.name)
            USING v_table.tids
        LOOP
            RETURN NEXT;
        END LOOP;
    END LOOP;
END
$$;
COMMENT ON FUNCTION auth.export_app_rows(pg_catalog.uuid)
    IS 'The rows of the app''s tables that are a user''s own.';
REVOKE EXECUTE ON FUNCTION auth.export_app_rows(pg_catalog.uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION auth.export_app_rows(pg_catalog.uuid)
    TO authenticated, service_role;
