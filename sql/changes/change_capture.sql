-- howdah_private.change_capture: a row of howdah.change_captures. A type of the extension: the table is made by howdah.install(), and
-- can stand in no signature.
CREATE TYPE howdah_private.change_capture AS (
    id             pg_catalog.int8,
    name           pg_catalog.text,
    table_schema   pg_catalog.text,
    table_name     pg_catalog.text,
    table_key      pg_catalog.text,
    role           pg_catalog.text,
    path           pg_catalog.text,
    filter         pg_catalog.text,
    columns        pg_catalog.text[],
    column_numbers pg_catalog.int2[]
);
COMMENT ON TYPE howdah_private.change_capture IS 'What a capture reads, of which table, as whom.';
REVOKE USAGE ON TYPE howdah_private.change_capture FROM PUBLIC;
GRANT USAGE ON TYPE howdah_private.change_capture TO howdah_owner;

-- howdah_private.change_table_key: tells a table from all others, of other databases too: a restored table is another one.
CREATE FUNCTION howdah_private.change_table_key(relation pg_catalog.oid)
RETURNS pg_catalog.text
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT d.oid || '/' || change_table_key.relation FROM pg_catalog.pg_database AS d
    WHERE d.datname = pg_catalog.current_database()
$$;
COMMENT ON FUNCTION howdah_private.change_table_key(pg_catalog.oid) IS 'Tells a table from all others, of other databases too.';
REVOKE EXECUTE ON FUNCTION howdah_private.change_table_key(pg_catalog.oid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.change_table_key(pg_catalog.oid) TO howdah_owner;
