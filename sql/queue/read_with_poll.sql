-- queue.read_with_poll: as queue.read, and while there is nothing, wait for it.
--
-- A function cannot LISTEN: it looks again every so often. Within a request it waits for queue.poll_ms at most, since it
-- holds a connection of the proxy's; elsewhere as long as it is told to.
--
-- Runs as   definer, as queue.read.
-- Takes     max_poll_seconds: 0 to 300; poll_interval_ms: 10 to 60000; the rest as queue.read.
-- Returns   as queue.read. At REPEATABLE READ and above it looks once: it would never see anything new.
-- Raises    as queue.read.
CREATE FUNCTION queue.read_with_poll(
    queue_name pg_catalog.text, vt pg_catalog.int4 DEFAULT NULL, qty pg_catalog.int4 DEFAULT 1,
    max_poll_seconds pg_catalog.int4 DEFAULT 5, poll_interval_ms pg_catalog.int4 DEFAULT 100,
    conditional pg_catalog.jsonb DEFAULT '{}', caller howdah_private.caller DEFAULT howdah_private.caller()
)
RETURNS SETOF queue.message
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_start pg_catalog.timestamptz := pg_catalog.clock_timestamp();
    v_end   pg_catalog.timestamptz := v_start + pg_catalog.make_interval(secs => read_with_poll.max_poll_seconds);
BEGIN
    IF COALESCE(read_with_poll.max_poll_seconds, -1) NOT BETWEEN 0 AND 300
       OR COALESCE(read_with_poll.poll_interval_ms, -1) NOT BETWEEN 10 AND 60000 THEN
        RAISE EXCEPTION 'max_poll_seconds is 0 to 300, poll_interval_ms 10 to 60000'
            USING ERRCODE = 'invalid_parameter_value';
    END IF;
    IF howdah_private.request_id() IS NOT NULL THEN
        v_end := LEAST(v_end, v_start + pg_catalog.make_interval(secs => howdah.get('queue.poll_ms')::pg_catalog.float8 / 1000));
    END IF;
    LOOP
        RETURN QUERY
            SELECT c.* FROM queue.read(read_with_poll.queue_name, read_with_poll.vt, read_with_poll.qty,
                                       read_with_poll.conditional, read_with_poll.caller) AS c;
        -- The clock may be set back meanwhile: not for that longer.
        EXIT WHEN FOUND OR pg_catalog.clock_timestamp() NOT BETWEEN v_start AND v_end
            OR pg_catalog.current_setting('transaction_isolation') <> 'read committed';
        PERFORM pg_catalog.pg_sleep(LEAST(
            read_with_poll.poll_interval_ms / 1000.0, EXTRACT(epoch FROM v_end - pg_catalog.clock_timestamp()) + 0.001));
    END LOOP;
END
$$;
ALTER FUNCTION queue.read_with_poll(pg_catalog.text, pg_catalog.int4, pg_catalog.int4, pg_catalog.int4, pg_catalog.int4, pg_catalog.jsonb, howdah_private.caller)
    OWNER TO howdah_owner;
COMMENT ON FUNCTION queue.read_with_poll(pg_catalog.text, pg_catalog.int4, pg_catalog.int4, pg_catalog.int4, pg_catalog.int4, pg_catalog.jsonb, howdah_private.caller)
    IS 'Take messages for a while, waiting for them.';
REVOKE EXECUTE ON FUNCTION queue.read_with_poll(pg_catalog.text, pg_catalog.int4, pg_catalog.int4, pg_catalog.int4, pg_catalog.int4, pg_catalog.jsonb, howdah_private.caller)
    FROM PUBLIC;
GRANT EXECUTE ON FUNCTION queue.read_with_poll(pg_catalog.text, pg_catalog.int4, pg_catalog.int4, pg_catalog.int4, pg_catalog.int4, pg_catalog.jsonb, howdah_private.caller)
    TO service_role;
