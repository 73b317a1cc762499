-- howdah_private.change_table: the table whose changes somebody wants, if he may have them.
--
-- Raises    42501 for who may not act for its owner; 42809 for what is no table of the user's.
CREATE FUNCTION howdah_private.change_table(
    relation pg_catalog.oid, role pg_catalog.text,
    OUT oid pg_catalog.oid, OUT nspname pg_catalog.text, OUT relname pg_catalog.text
)
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_class record;
BEGIN
    SELECT c.oid, n.nspname, c.relname, c.relkind, c.relowner, c.relpersistence INTO v_class
    FROM pg_catalog.pg_class AS c JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
    WHERE c.oid = change_table.relation;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'there is no such table' USING ERRCODE = 'undefined_table';
    ELSIF v_class.relkind NOT IN ('r', 'p') OR v_class.relpersistence = 't'
        OR v_class.nspname IN ('pg_catalog', 'information_schema', 'howdah', 'howdah_private', 'howdah_archive', 'queue', 'jobs')
    THEN
        RAISE EXCEPTION '%.% is no table whose changes can be captured', v_class.nspname, v_class.relname
            USING ERRCODE = 'wrong_object_type';
    ELSIF NOT pg_catalog.pg_has_role(change_table.role, v_class.relowner, 'USAGE') THEN
        RAISE EXCEPTION 'must be owner of table %', v_class.relname USING ERRCODE = 'insufficient_privilege';
    END IF;
    oid := v_class.oid;
    nspname := v_class.nspname;
    relname := v_class.relname;
END
$$;
COMMENT ON FUNCTION howdah_private.change_table(pg_catalog.oid, pg_catalog.text)
    IS 'The table whose changes somebody wants, if he may have them.';
REVOKE EXECUTE ON FUNCTION howdah_private.change_table(pg_catalog.oid, pg_catalog.text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.change_table(pg_catalog.oid, pg_catalog.text) TO howdah_owner;

-- howdah_private.change_events: events as texts in capitals, each once.
--
-- Raises    22023.
CREATE FUNCTION howdah_private.change_events(events pg_catalog.jsonb)
RETURNS pg_catalog.text[]
LANGUAGE plpgsql IMMUTABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_events pg_catalog.text[];
BEGIN
    IF pg_catalog.jsonb_typeof(change_events.events) = 'array' THEN
        SELECT pg_catalog.array_agg(DISTINCT pg_catalog.upper(e.name)) INTO v_events
        FROM pg_catalog.jsonb_array_elements_text(change_events.events) AS e (name);
    END IF;
    IF v_events <@ ARRAY['INSERT', 'UPDATE', 'DELETE', 'TRUNCATE'] IS NOT TRUE THEN
        RAISE EXCEPTION 'events are some of INSERT, UPDATE, DELETE, TRUNCATE' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    RETURN v_events;
END
$$;
COMMENT ON FUNCTION howdah_private.change_events(pg_catalog.jsonb) IS 'Events as texts in capitals, each once.';
REVOKE EXECUTE ON FUNCTION howdah_private.change_events(pg_catalog.jsonb) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.change_events(pg_catalog.jsonb) TO howdah_owner;

-- howdah_private.change_check_queue: refuse a queue that there is not.
--
-- Raises    42704.
CREATE FUNCTION howdah_private.change_check_queue(queue pg_catalog.text)
RETURNS void
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_found pg_catalog.bool := false;
BEGIN
    IF pg_catalog.to_regclass('queue.queues') IS NOT NULL THEN
        EXECUTE 'SELECT EXISTS (SELECT 1 FROM queue.queues AS q WHERE q.name = $1)' INTO v_found USING change_check_queue.queue;
    END IF;
    IF NOT v_found THEN
        RAISE EXCEPTION 'there is no queue "%"', change_check_queue.queue
            USING ERRCODE = 'undefined_object', HINT = 'SELECT queue.create(name);';
    END IF;
END
$$;
COMMENT ON FUNCTION howdah_private.change_check_queue(pg_catalog.text) IS 'Refuse a queue that there is not.';
REVOKE EXECUTE ON FUNCTION howdah_private.change_check_queue(pg_catalog.text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.change_check_queue(pg_catalog.text) TO howdah_owner;
