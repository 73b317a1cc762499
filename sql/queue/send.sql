-- queue.send: put a message into a queue. It is there when the transaction commits, and never if it does not.
--
-- Runs as   definer: writes queue.messages, which no API role sees. caller is not for you to give: it is who calls.
-- Takes     delay: seconds until it can be read. priority: -9 to 9, higher is read first. group_key (or the header
--           x-pgmq-group): messages of a group are read one at a time, in the order of their ids. dedup_key: the same again
--           within the queue's window is the same message.
-- Returns   the message's id; with a dedup_key that was used lately, that of the message that has it.
-- Raises    42501 without the right to send; 42704 if there is no such queue; 22023 for a value out of bounds.
CREATE FUNCTION queue.send(
    queue_name pg_catalog.text, msg pg_catalog.jsonb, headers pg_catalog.jsonb DEFAULT NULL,
    delay pg_catalog.int4 DEFAULT 0, priority pg_catalog.int4 DEFAULT 0, group_key pg_catalog.text DEFAULT NULL,
    dedup_key pg_catalog.text DEFAULT NULL, caller howdah_private.caller DEFAULT howdah_private.caller()
)
RETURNS pg_catalog.int8
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_queue howdah_private.queue_opened;
    v_group pg_catalog.text := COALESCE(send.group_key, send.headers ->> 'x-pgmq-group');
    -- Before the clock is read: queue_raise_floor relies on it.
    v_xid   pg_catalog.xid8 := pg_catalog.pg_current_xact_id();
    v_now   pg_catalog.timestamptz := pg_catalog.clock_timestamp();
    v_id    pg_catalog.int8;
    v_has   pg_catalog.int8;
BEGIN
    -- The common case, in one statement: nothing special asked for, by the owner or service_role, of a queue without
    -- partitions. Whatever it does not meet is sorted out below.
    IF v_group IS NULL AND send.dedup_key IS NULL AND send.priority = 0 AND send.delay BETWEEN 0 AND 31536000 THEN
        INSERT INTO queue.messages_shared (id, enqueued_at, vt, queue, home, headers, message)
        SELECT pg_catalog.nextval(q.ids), v_now, v_now + pg_catalog.make_interval(secs => send.delay), q.id, 0, send.headers,
               send.msg
        FROM queue.queues AS q
        WHERE q.name = send.queue_name AND send.caller IN (q.owner, 'service_role') AND q.home = 0
        RETURNING id INTO v_id;
        IF FOUND THEN
            RETURN v_id;
        END IF;
    END IF;
    v_queue := howdah_private.queue_open(send.queue_name, 'send', send.caller);
    IF send.delay NOT BETWEEN 0 AND 31536000 OR send.priority NOT BETWEEN -9 AND 9 OR pg_catalog.char_length(v_group) > 500
       OR send.delay IS NULL OR send.priority IS NULL THEN
        RAISE EXCEPTION 'delay is 0 to 31536000 seconds, priority -9 to 9, group_key at most 500 characters'
            USING ERRCODE = 'invalid_parameter_value';
    END IF;
    v_id := pg_catalog.nextval(v_queue.ids);
    IF send.dedup_key IS NOT NULL THEN
        v_has := howdah_private.queue_dedup(v_queue.id, v_queue.dedup_window, send.dedup_key, v_id);
        IF v_has IS NOT NULL THEN
            RETURN v_has;
        END IF;
    END IF;
    IF v_group IS NOT NULL AND NOT v_queue.grouped OR send.priority <> 0 THEN
        PERFORM howdah_private.queue_note(v_queue.id, send.priority::pg_catalog.int2, v_group IS NOT NULL);
    END IF;
    INSERT INTO queue.messages (id, enqueued_at, vt, queue, home, priority, group_key, headers, message)
    VALUES (v_id, v_now, v_now + pg_catalog.make_interval(secs => send.delay), v_queue.id, v_queue.home, send.priority,
            v_group, send.headers, send.msg);
    RETURN v_id;
END
$$;
ALTER FUNCTION queue.send(pg_catalog.text, pg_catalog.jsonb, pg_catalog.jsonb, pg_catalog.int4, pg_catalog.int4,
    pg_catalog.text, pg_catalog.text, howdah_private.caller) OWNER TO howdah_owner;
COMMENT ON FUNCTION queue.send(pg_catalog.text, pg_catalog.jsonb, pg_catalog.jsonb, pg_catalog.int4, pg_catalog.int4,
    pg_catalog.text, pg_catalog.text, howdah_private.caller) IS 'Put a message into a queue; its id.';
REVOKE EXECUTE ON FUNCTION queue.send(pg_catalog.text, pg_catalog.jsonb, pg_catalog.jsonb, pg_catalog.int4, pg_catalog.int4,
    pg_catalog.text, pg_catalog.text, howdah_private.caller) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION queue.send(pg_catalog.text, pg_catalog.jsonb, pg_catalog.jsonb, pg_catalog.int4, pg_catalog.int4,
    pg_catalog.text, pg_catalog.text, howdah_private.caller) TO service_role;
