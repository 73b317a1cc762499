-- howdah_private.queue_give_up: a message that was read too often leaves its queue.
--
-- Runs as   invoker: the definer functions that call it are howdah_owner, and hold the message.
-- Writes    takes it out; puts it, under a new id and with a header that says where it comes from, into the queue for dead
--           letters; without such a queue into queue.archived.
CREATE FUNCTION howdah_private.queue_give_up(queue howdah_private.queue_opened, msg_id pg_catalog.int8)
RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_message queue.messages;
    v_heir    record;
BEGIN
    DELETE FROM queue.messages AS m
    WHERE m.home = (queue_give_up.queue).home AND m.queue = (queue_give_up.queue).id AND m.id = queue_give_up.msg_id
    RETURNING m.* INTO v_message;
    UPDATE queue.queues AS q SET dead = q.dead + 1 WHERE q.id = (queue_give_up.queue).id;
    SELECT q.id, q.home, q.ids INTO v_heir FROM queue.queues AS q WHERE q.id = (queue_give_up.queue).dead_letter;
    IF NOT FOUND THEN
        INSERT INTO queue.archived (id, enqueued_at, archived_at, queue, read_ct, dead, group_key, headers, message)
        VALUES (v_message.id, v_message.enqueued_at, pg_catalog.clock_timestamp(), v_message.queue, v_message.read_ct - 1, true,
                v_message.group_key, v_message.headers, v_message.message);
        RETURN;
    END IF;
    PERFORM howdah_private.queue_note(v_heir.id, 0::pg_catalog.int2, v_message.group_key IS NOT NULL);
    INSERT INTO queue.messages (id, enqueued_at, vt, queue, home, group_key, headers, message)
    VALUES (pg_catalog.nextval(v_heir.ids), pg_catalog.clock_timestamp(), pg_catalog.clock_timestamp(), v_heir.id, v_heir.home,
            v_message.group_key,
            COALESCE(v_message.headers, '{}') || pg_catalog.jsonb_build_object('dead_letter', pg_catalog.jsonb_build_object(
                'queue', (queue_give_up.queue).name, 'msg_id', v_message.id, 'read_ct', v_message.read_ct - 1,
                'enqueued_at', v_message.enqueued_at)),
            v_message.message);
END
$$;
COMMENT ON FUNCTION howdah_private.queue_give_up(howdah_private.queue_opened, pg_catalog.int8)
    IS 'A message that was read too often leaves its queue.';
REVOKE EXECUTE ON FUNCTION howdah_private.queue_give_up(howdah_private.queue_opened, pg_catalog.int8) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.queue_give_up(howdah_private.queue_opened, pg_catalog.int8) TO howdah_owner;
