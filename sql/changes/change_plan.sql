-- howdah_private.change_plan: what howdah.capture_change is to do.
--
-- Runs as   invoker: the trigger asks as howdah_owner.
-- Takes     capture: the trigger's argument; relation: the table that it fired for.
-- Returns   {"role", "path", "sql"}: read so, as this role, with this search path; without "sql" there is nothing to read
--           (TRUNCATE). NULL: nobody is to be told now.
-- Raises    42704 if there is no such capture, or if it is another table's: a trigger can be written by hand; 42501 if its
--           role may not act for the table's owner any more; 42703 as change_columns.
CREATE FUNCTION howdah_private.change_plan(capture pg_catalog.int8, relation pg_catalog.oid, event pg_catalog.text)
RETURNS pg_catalog.jsonb
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_row   howdah.change_captures;
    v_read  howdah_private.change_capture;
    v_class record;
BEGIN
    SELECT c.* INTO v_row FROM howdah.change_captures AS c WHERE c.id = change_plan.capture;
    SELECT c.relname, n.nspname, c.relowner INTO v_class
    FROM pg_catalog.pg_class AS c JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
    WHERE c.oid = change_plan.relation;
    -- A table that was renamed is known by its key, one that was restored by its name.
    IF v_row.id IS NULL
        OR (v_row.table_key <> howdah_private.change_table_key(change_plan.relation)
            AND (v_row.table_schema <> v_class.nspname OR v_row.table_name <> v_class.relname))
    THEN
        RAISE EXCEPTION 'there is no capture of changes for this trigger of %.%', v_class.nspname, v_class.relname
            USING ERRCODE = 'undefined_object', HINT = 'Drop the trigger, or SELECT howdah.on_change(…) again.';
    END IF;
    IF NOT COALESCE(pg_catalog.pg_has_role(pg_catalog.to_regrole(pg_catalog.quote_ident(v_row.role)), v_class.relowner, 'USAGE'), false) THEN
        RAISE EXCEPTION 'changes "%": role "%" is not the owner of the table any more', v_row.name, v_row.role
            USING ERRCODE = 'insufficient_privilege',
                  HINT = pg_catalog.format('SELECT howdah.on_change(…) again as its owner, or howdah.off_change(%L).', v_row.name);
    END IF;
    IF v_row.endpoint IS NOT NULL AND NOT EXISTS (
        SELECT 1 FROM howdah.webhook_endpoints AS e WHERE e.name = v_row.endpoint AND e.disabled_at IS NULL)
    THEN
        RETURN NULL;
    END IF;
    v_read := ROW(v_row.id, v_row.name, v_row.table_schema, v_row.table_name, v_row.table_key, v_row.role, v_row.path,
                  v_row.filter, v_row.columns, v_row.column_numbers);
    RETURN pg_catalog.jsonb_build_object('role', v_row.role, 'path', v_row.path)
        || CASE WHEN change_plan.event = 'TRUNCATE' THEN '{}' ELSE pg_catalog.jsonb_build_object('sql',
               howdah_private.change_query(change_plan.relation, change_plan.event, v_row.filter,
                                           howdah_private.change_columns(v_read, change_plan.relation))) END;
END
$$;
COMMENT ON FUNCTION howdah_private.change_plan(pg_catalog.int8, pg_catalog.oid, pg_catalog.text)
    IS 'What howdah.capture_change is to do.';
REVOKE EXECUTE ON FUNCTION howdah_private.change_plan(pg_catalog.int8, pg_catalog.oid, pg_catalog.text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.change_plan(pg_catalog.int8, pg_catalog.oid, pg_catalog.text) TO howdah_owner;
