-- howdah_private.change_on: howdah.on_change, as far as it is Howdah's own to do.
--
-- Runs as   invoker: howdah.on_change asks as howdah_owner, and says truly who asks (role) and his search path.
-- Takes     what howdah.on_change takes.
-- Writes    a row of howdah.change_captures, or the one of that name anew; one howdah.audit row.
-- Returns   {"name", "path", "statements"}: to be run by who asks, with this search path: they check the filter, and make the
--           triggers.
-- Raises    42501 for who is not the owner of the table; 42809 for what is no table; 22023 with what would be right; 42703
--           for a column that the table does not have; 42710 if the name is another table's.
CREATE FUNCTION howdah_private.change_on(asked pg_catalog.jsonb)
RETURNS pg_catalog.jsonb
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_class   record;
    v_events  pg_catalog.text[];
    v_columns pg_catalog.text[];
    v_numbers pg_catalog.int2[];
    v_url     pg_catalog.text := change_on.asked ->> 'url';
    v_queue   CONSTANT pg_catalog.text := change_on.asked ->> 'queue';
    v_path    CONSTANT pg_catalog.text := change_on.asked ->> 'path';
    v_filter  CONSTANT pg_catalog.text := NULLIF(pg_catalog.btrim(change_on.asked ->> 'filter'), '');
    v_name    pg_catalog.text := change_on.asked ->> 'name';
    v_id      pg_catalog.int8;
    v_lane    pg_catalog.text;
    v_end     pg_catalog.text;
BEGIN
    v_class := howdah_private.change_table((change_on.asked ->> 'relation')::pg_catalog.oid, change_on.asked ->> 'role');
    v_events := howdah_private.change_events(change_on.asked -> 'events');
    IF (v_url IS NULL) = (v_queue IS NULL) THEN
        RAISE EXCEPTION 'changes go to a url (or an endpoint) or to a queue' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    IF v_path ~* 'pg_temp' THEN
        RAISE EXCEPTION 'pg_temp must not stand in search_path here: what a filter names would be anybody''s'
            USING ERRCODE = 'invalid_parameter_value';
    END IF;
    IF v_queue IS NOT NULL THEN
        PERFORM howdah_private.change_check_queue(v_queue);
    ELSIF v_url ~ '://' THEN
        v_lane := howdah_private.webhook_check_url(v_url);
    ELSE
        v_end := v_url;
        SELECT e.url INTO v_url FROM howdah.webhook_endpoints AS e WHERE e.name = v_end;
        IF NOT FOUND THEN
            RAISE EXCEPTION 'there is no endpoint "%"', v_end USING ERRCODE = 'undefined_object';
        END IF;
        v_lane := howdah_private.webhook_check_url(v_url);
        v_url := NULL;
    END IF;
    PERFORM howdah_private.webhook_check_headers(COALESCE(NULLIF(change_on.asked -> 'headers', 'null'), '{}'));
    IF pg_catalog.jsonb_typeof(change_on.asked -> 'columns') = 'array' THEN
        SELECT pg_catalog.array_agg(a.attname::pg_catalog.text ORDER BY a.attnum), pg_catalog.array_agg(a.attnum ORDER BY a.attnum)
        INTO v_columns, v_numbers
        FROM pg_catalog.jsonb_array_elements_text(change_on.asked -> 'columns') AS w (name)
        LEFT JOIN pg_catalog.pg_attribute AS a
            ON a.attrelid = v_class.oid AND a.attname = w.name AND a.attnum > 0 AND NOT a.attisdropped;
        IF v_columns IS NULL OR pg_catalog.array_position(v_columns, NULL) IS NOT NULL THEN
            RAISE EXCEPTION 'columns are some of %.%', v_class.nspname, v_class.relname USING ERRCODE = 'undefined_column';
        END IF;
    END IF;
    v_name := COALESCE(v_name, v_class.nspname || '.' || v_class.relname);

    INSERT INTO howdah.change_captures AS c
        (name, table_schema, table_name, table_key, role, path, events, filter, columns, column_numbers, url, endpoint, queue,
         lane, headers, tenant)
    VALUES (v_name, v_class.nspname, v_class.relname, howdah_private.change_table_key(v_class.oid), change_on.asked ->> 'role',
            pg_catalog.concat_ws(', ', 'pg_catalog', NULLIF(v_path, ''), 'pg_temp'), v_events, v_filter, v_columns, v_numbers,
            v_url, v_end, v_queue, v_lane, NULLIF(change_on.asked -> 'headers', 'null'), COALESCE(change_on.asked ->> 'tenant', ''))
    ON CONFLICT ON CONSTRAINT change_captures_name_key DO UPDATE
    SET table_schema = excluded.table_schema, table_name = excluded.table_name, table_key = excluded.table_key,
        role = excluded.role, path = excluded.path, events = excluded.events, filter = excluded.filter, columns = excluded.columns,
        column_numbers = excluded.column_numbers, url = excluded.url, endpoint = excluded.endpoint, queue = excluded.queue,
        lane = excluded.lane, headers = excluded.headers, tenant = excluded.tenant
    WHERE c.table_key = excluded.table_key OR (c.table_schema, c.table_name) = (excluded.table_schema, excluded.table_name)
    RETURNING c.id INTO v_id;
    IF v_id IS NULL THEN
        RAISE EXCEPTION 'changes of another table are called "%"', v_name
            USING ERRCODE = 'duplicate_object', HINT = 'Give a name of its own.';
    END IF;
    PERFORM howdah_private.record_audit('on_change', pg_catalog.jsonb_build_object(
        'name', v_name, 'table', pg_catalog.format('%I.%I', v_class.nspname, v_class.relname), 'events', v_events,
        'url', v_url, 'endpoint', v_end, 'queue', v_queue));
    RETURN pg_catalog.jsonb_build_object(
        'name', v_name,
        'path', (SELECT c.path FROM howdah.change_captures AS c WHERE c.id = v_id),
        'statements', pg_catalog.to_jsonb(
            howdah_private.change_checks(v_class.oid, v_events, v_filter, v_columns)
            || howdah_private.change_triggers(v_id, v_class.oid, v_events)));
END
$$;
COMMENT ON FUNCTION howdah_private.change_on(pg_catalog.jsonb) IS 'howdah.on_change, as far as it is Howdah''s own to do.';
REVOKE EXECUTE ON FUNCTION howdah_private.change_on(pg_catalog.jsonb) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.change_on(pg_catalog.jsonb) TO howdah_owner;
