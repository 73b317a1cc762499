-- queue.set_vt: hide a message for so many seconds from now: more time for its work, or none, and it is there at once.
--
-- Runs as   definer, as queue.read.
-- Takes     vt: 0 to 31536000 seconds.
-- Returns   the message, or nothing if it is not there.
-- Raises    as queue.read.
CREATE FUNCTION queue.set_vt(
    queue_name pg_catalog.text, msg_id pg_catalog.int8, vt pg_catalog.int4,
    caller howdah_private.caller DEFAULT howdah_private.caller()
)
RETURNS SETOF queue.message
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_queue howdah_private.queue_opened := howdah_private.queue_open(set_vt.queue_name, 'read', set_vt.caller);
    -- Before the clock is read: queue_raise_floor relies on it.
    v_xid   pg_catalog.xid8 := pg_catalog.pg_current_xact_id();
    v_now   pg_catalog.timestamptz := pg_catalog.clock_timestamp();
    v_floor pg_catalog.timestamptz;
BEGIN
    IF COALESCE(set_vt.vt, -1) NOT BETWEEN 0 AND 31536000 THEN
        RAISE EXCEPTION 'vt is 0 to 31536000 seconds' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    -- A floor in the future is one from before the clock was set back.
    SELECT f.vt INTO v_floor FROM queue.floors AS f WHERE f.queue = v_queue.id AND f.vt <= v_now;
    RETURN QUERY
        UPDATE queue.messages AS m
        SET vt = GREATEST(v_now + pg_catalog.make_interval(secs => set_vt.vt), v_floor)
        WHERE m.home = v_queue.home AND m.queue = v_queue.id AND m.id = set_vt.msg_id
        RETURNING m.id, m.read_ct, m.enqueued_at, m.last_read_at, m.vt, m.message, m.headers;
END
$$;
ALTER FUNCTION queue.set_vt(pg_catalog.text, pg_catalog.int8, pg_catalog.int4, howdah_private.caller) OWNER TO howdah_owner;
COMMENT ON FUNCTION queue.set_vt(pg_catalog.text, pg_catalog.int8, pg_catalog.int4, howdah_private.caller)
    IS 'Hide a message for so many seconds from now.';
REVOKE EXECUTE ON FUNCTION queue.set_vt(pg_catalog.text, pg_catalog.int8, pg_catalog.int4, howdah_private.caller)
    FROM PUBLIC;
GRANT EXECUTE ON FUNCTION queue.set_vt(pg_catalog.text, pg_catalog.int8, pg_catalog.int4, howdah_private.caller)
    TO service_role;
