-- queue.read: take messages for a while: until their visibility timeout is over nobody else gets them.
--
-- Each reading is counted. Who has done its work deletes or archives the message; who dies does neither, and it is there
-- again when the time is over: at least once, with the same msg_id.
--
-- Runs as   definer: reads and writes queue.messages, which no API role sees. caller is not for you to give: it is who calls.
-- Takes     vt: seconds that they are hidden (NULL: as the queue was made); qty: at most so many; conditional: only messages
--           that contain this.
-- Writes    vt, read_ct and last_read_at of what it returns. What was read max_reads times already leaves the queue.
-- Returns   messages that are due: of the highest priority those that have been due for longest; of a group its oldest
--           alone, and none while that is being worked on. Several come in the order of their ids.
-- Raises    42501 without the right to read; 42704 if there is no such queue; 22023 for a value out of bounds.
CREATE FUNCTION queue.read(
    queue_name pg_catalog.text, vt pg_catalog.int4 DEFAULT NULL, qty pg_catalog.int4 DEFAULT 1,
    conditional pg_catalog.jsonb DEFAULT '{}', caller howdah_private.caller DEFAULT howdah_private.caller()
)
RETURNS SETOF queue.message
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_queue   howdah_private.queue_opened;
    v_message queue.message;
BEGIN
    -- The common case, any one message of a plain queue, costs half of what the general one does.
    IF read.qty = 1 AND read.conditional = '{}' THEN
        v_message := howdah_private.queue_take_one(read.queue_name, read.vt, read.caller);
        IF v_message.msg_id IS NOT NULL THEN
            RETURN NEXT v_message;
            RETURN;
        END IF;
    END IF;
    -- The owner himself is the common case: he is spared a call.
    SELECT q.* INTO v_queue FROM queue.queues AS q WHERE q.name = read.queue_name AND q.owner = read.caller;
    IF NOT FOUND THEN
        v_queue := howdah_private.queue_open(read.queue_name, 'read', read.caller);
    END IF;
    IF v_queue.max_reads IS NULL THEN
        RETURN QUERY
            SELECT t.* FROM howdah_private.queue_take(v_queue, read.vt, read.qty, read.conditional) AS t ORDER BY t.msg_id;
    ELSE
        RETURN QUERY
            SELECT c.* FROM howdah_private.queue_claim(v_queue, read.vt, read.qty, read.conditional) AS c ORDER BY c.msg_id;
    END IF;
END
$$;
ALTER FUNCTION queue.read(pg_catalog.text, pg_catalog.int4, pg_catalog.int4, pg_catalog.jsonb, howdah_private.caller)
    OWNER TO howdah_owner;
COMMENT ON FUNCTION queue.read(pg_catalog.text, pg_catalog.int4, pg_catalog.int4, pg_catalog.jsonb, howdah_private.caller)
    IS 'Take messages for a while.';
REVOKE EXECUTE ON FUNCTION queue.read(pg_catalog.text, pg_catalog.int4, pg_catalog.int4, pg_catalog.jsonb, howdah_private.caller)
    FROM PUBLIC;
GRANT EXECUTE ON FUNCTION queue.read(pg_catalog.text, pg_catalog.int4, pg_catalog.int4, pg_catalog.jsonb, howdah_private.caller)
    TO service_role;
