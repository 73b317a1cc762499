-- howdah_private.change_query: the statement that reads what was written: one row, a JSON array of [record, old record].
--
-- It runs as the role that made the capture. Rows of an UPDATE are paired by their places: Postgres puts a row's old and new
-- version into the two transition tables in one step.
--
-- Runs as   invoker: the functions that call it are howdah_owner.
-- Takes     event; filter: a condition on NEW and OLD; columns: NULL for all; new_rows, old_rows: the names to read from.
CREATE FUNCTION howdah_private.change_query(
    relation pg_catalog.oid,
    event    pg_catalog.text,
    filter   pg_catalog.text,
    columns  pg_catalog.text[],
    new_rows pg_catalog.text DEFAULT 'new_rows',
    old_rows pg_catalog.text DEFAULT 'old_rows'
)
RETURNS pg_catalog.text
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    c_numbered CONSTANT pg_catalog.text := '(SELECT *, pg_catalog.row_number() OVER () AS "_howdah_place" FROM %s) AS %s';
    v_columns  pg_catalog.text[];
    v_from     pg_catalog.text;
    v_new      pg_catalog.text := 'NULL::pg_catalog.jsonb';
    v_old      pg_catalog.text := 'NULL::pg_catalog.jsonb';
BEGIN
    SELECT pg_catalog.array_agg(pg_catalog.quote_ident(a.attname) ORDER BY a.attnum) INTO v_columns
    FROM pg_catalog.pg_attribute AS a
    WHERE a.attrelid = change_query.relation AND a.attnum > 0 AND NOT a.attisdropped
      AND (change_query.columns IS NULL OR a.attname = ANY (change_query.columns));
    v_from := CASE change_query.event
        WHEN 'INSERT' THEN pg_catalog.format('%1$s AS new LEFT JOIN %1$s AS old ON false', change_query.new_rows)
        WHEN 'DELETE' THEN pg_catalog.format('%1$s AS old LEFT JOIN %1$s AS new ON false', change_query.old_rows)
        ELSE pg_catalog.format(c_numbered, change_query.new_rows, 'new') || ' JOIN '
            || pg_catalog.format(c_numbered, change_query.old_rows, 'old') || ' USING ("_howdah_place")'
    END;
    IF change_query.event <> 'DELETE' THEN
        v_new := pg_catalog.format('(SELECT pg_catalog.to_jsonb(r) FROM (SELECT new.%s) AS r)',
                                   pg_catalog.array_to_string(v_columns, ', new.'));
    END IF;
    IF change_query.event <> 'INSERT' THEN
        v_old := pg_catalog.format('(SELECT pg_catalog.to_jsonb(r) FROM (SELECT old.%s) AS r)',
                                   pg_catalog.array_to_string(v_columns, ', old.'));
    END IF;
    RETURN 'SELECT pg_catalog.json_agg(pg_catalog.json_build_array(m.record, m.old_record))::pg_catalog.text FROM (SELECT '
        || v_new || ' AS record, ' || v_old || ' AS old_record FROM ' || v_from
        -- A line of its own: the filter may end in a comment.
        || COALESCE(' WHERE (' || change_query.filter || E'\n)', '') || ') AS m'
        -- Of some columns, only changes of these.
        || CASE WHEN change_query.columns IS NOT NULL AND change_query.event = 'UPDATE'
                THEN ' WHERE m.record IS DISTINCT FROM m.old_record' ELSE '' END;
END
$$;
COMMENT ON FUNCTION howdah_private.change_query(
    pg_catalog.oid, pg_catalog.text, pg_catalog.text, pg_catalog.text[], pg_catalog.text, pg_catalog.text)
    IS 'The statement that reads what was written.';
REVOKE EXECUTE ON FUNCTION howdah_private.change_query(
    pg_catalog.oid, pg_catalog.text, pg_catalog.text, pg_catalog.text[], pg_catalog.text, pg_catalog.text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.change_query(
    pg_catalog.oid, pg_catalog.text, pg_catalog.text, pg_catalog.text[], pg_catalog.text, pg_catalog.text) TO howdah_owner;
