-- queue.send_batch: put several messages into a queue, in their order.
--
-- Runs as   definer: writes queue.messages, which no API role sees. caller is not for you to give: it is who calls.
-- Takes     headers and dedup_keys: one for each message, or none at all; the rest as queue.send, for all of them. A
--           message's group is its header x-pgmq-group.
-- Returns   the ids, in the order of the messages.
-- Raises    as queue.send.
CREATE FUNCTION queue.send_batch(
    queue_name pg_catalog.text, msgs pg_catalog.jsonb[], headers pg_catalog.jsonb[] DEFAULT NULL,
    delay pg_catalog.int4 DEFAULT 0, priority pg_catalog.int4 DEFAULT 0, dedup_keys pg_catalog.text[] DEFAULT NULL,
    caller howdah_private.caller DEFAULT howdah_private.caller()
)
RETURNS SETOF pg_catalog.int8
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_queue howdah_private.queue_opened;
    -- Before the clock is read: queue_raise_floor relies on it.
    v_xid   pg_catalog.xid8 := pg_catalog.pg_current_xact_id();
    v_now   pg_catalog.timestamptz := pg_catalog.clock_timestamp();
    v_count pg_catalog.int4 := pg_catalog.cardinality(send_batch.msgs);
    v_grouped pg_catalog.bool;
BEGIN
    -- The owner himself is the common case: he is spared a call.
    SELECT q.* INTO v_queue FROM queue.queues AS q WHERE q.name = send_batch.queue_name AND q.owner = send_batch.caller;
    IF NOT FOUND THEN
        v_queue := howdah_private.queue_open(send_batch.queue_name, 'send', send_batch.caller);
    END IF;
    IF pg_catalog.cardinality(send_batch.headers) <> v_count OR pg_catalog.cardinality(send_batch.dedup_keys) <> v_count THEN
        RAISE EXCEPTION 'there must be as many headers, and dedup_keys, as messages' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    IF send_batch.dedup_keys IS NOT NULL THEN
        RETURN QUERY
            SELECT queue.send(send_batch.queue_name, m.msg, m.header, send_batch.delay, send_batch.priority,
                              NULL, m.key, send_batch.caller)
            FROM ROWS FROM (pg_catalog.unnest(send_batch.msgs), pg_catalog.unnest(send_batch.headers),
                            pg_catalog.unnest(send_batch.dedup_keys)) WITH ORDINALITY AS m (msg, header, key, n)
            ORDER BY m.n;
        RETURN;
    END IF;
    IF send_batch.delay NOT BETWEEN 0 AND 31536000 OR send_batch.priority NOT BETWEEN -9 AND 9
       OR send_batch.delay IS NULL OR send_batch.priority IS NULL THEN
        RAISE EXCEPTION 'delay is 0 to 31536000 seconds, priority -9 to 9' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    v_grouped := send_batch.headers IS NOT NULL
        AND EXISTS (SELECT 1 FROM pg_catalog.unnest(send_batch.headers) AS h WHERE h ->> 'x-pgmq-group' IS NOT NULL);
    IF v_grouped AND NOT v_queue.grouped OR send_batch.priority <> 0 THEN
        PERFORM howdah_private.queue_note(v_queue.id, send_batch.priority::pg_catalog.int2, v_grouped);
    END IF;
    RETURN QUERY
        INSERT INTO queue.messages AS i (id, enqueued_at, vt, queue, home, priority, group_key, headers, message)
        SELECT pg_catalog.nextval(v_queue.ids), v_now, v_now + pg_catalog.make_interval(secs => send_batch.delay),
               v_queue.id, v_queue.home, send_batch.priority, m.header ->> 'x-pgmq-group', m.header, m.msg
        FROM ROWS FROM (pg_catalog.unnest(send_batch.msgs), pg_catalog.unnest(send_batch.headers)) WITH ORDINALITY
             AS m (msg, header, n)
        ORDER BY m.n
        RETURNING i.id;
END
$$;
ALTER FUNCTION queue.send_batch(pg_catalog.text, pg_catalog.jsonb[], pg_catalog.jsonb[], pg_catalog.int4, pg_catalog.int4,
    pg_catalog.text[], howdah_private.caller) OWNER TO howdah_owner;
COMMENT ON FUNCTION queue.send_batch(pg_catalog.text, pg_catalog.jsonb[], pg_catalog.jsonb[], pg_catalog.int4, pg_catalog.int4,
    pg_catalog.text[], howdah_private.caller) IS 'Put several messages into a queue; their ids.';
REVOKE EXECUTE ON FUNCTION queue.send_batch(pg_catalog.text, pg_catalog.jsonb[], pg_catalog.jsonb[], pg_catalog.int4, pg_catalog.int4,
    pg_catalog.text[], howdah_private.caller) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION queue.send_batch(pg_catalog.text, pg_catalog.jsonb[], pg_catalog.jsonb[], pg_catalog.int4, pg_catalog.int4,
    pg_catalog.text[], howdah_private.caller) TO service_role;
