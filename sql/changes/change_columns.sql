-- howdah_private.change_columns: a capture's columns under their names of now. By their numbers, which a rename leaves, as
-- long as the table is the one that they were taken from; a restored table is another, and its names are those of the dump.
--
-- Runs as   invoker: the functions that call it are howdah_owner.
-- Returns   NULL for all.
-- Raises    42703 for a column that is not there any more: what was asked for cannot be sent.
CREATE FUNCTION howdah_private.change_columns(capture howdah_private.change_capture, relation pg_catalog.oid)
RETURNS pg_catalog.text[]
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_columns pg_catalog.text[];
BEGIN
    IF (change_columns.capture).columns IS NULL THEN
        RETURN NULL;
    END IF;
    SELECT pg_catalog.array_agg(a.attname::pg_catalog.text ORDER BY a.attnum) INTO v_columns
    FROM pg_catalog.pg_attribute AS a
    WHERE a.attrelid = change_columns.relation AND a.attnum > 0 AND NOT a.attisdropped
      AND CASE WHEN (change_columns.capture).table_key = howdah_private.change_table_key(change_columns.relation)
               THEN a.attnum = ANY ((change_columns.capture).column_numbers)
               ELSE a.attname = ANY ((change_columns.capture).columns) END;
    IF COALESCE(pg_catalog.cardinality(v_columns), 0) < pg_catalog.cardinality((change_columns.capture).columns) THEN
        RAISE EXCEPTION 'changes "%": a column of % is gone', (change_columns.capture).name, (change_columns.capture).columns
            USING ERRCODE = 'undefined_column',
                  HINT = pg_catalog.format('SELECT howdah.on_change(…) again, or howdah.off_change(%L).', (change_columns.capture).name);
    END IF;
    RETURN v_columns;
END
$$;
COMMENT ON FUNCTION howdah_private.change_columns(howdah_private.change_capture, pg_catalog.oid)
    IS 'A capture''s columns under their names of now.';
REVOKE EXECUTE ON FUNCTION howdah_private.change_columns(howdah_private.change_capture, pg_catalog.oid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.change_columns(howdah_private.change_capture, pg_catalog.oid) TO howdah_owner;
