-- queue.delete: a message is done with.
--
-- Runs as   definer, as queue.read.
-- Returns   whether it was there. Of several: the ids of those that were there.
-- Raises    as queue.read.
CREATE FUNCTION queue.delete(
    queue_name pg_catalog.text, msg_id pg_catalog.int8, caller howdah_private.caller DEFAULT howdah_private.caller()
)
RETURNS pg_catalog.bool
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_queue howdah_private.queue_opened;
BEGIN
    -- The common case, in one statement: by the owner or service_role, of a queue without partitions.
    DELETE FROM queue.messages_shared AS m
    WHERE m.queue = (SELECT q.id FROM queue.queues AS q
                     WHERE q.name = "delete".queue_name AND "delete".caller IN (q.owner, 'service_role') AND q.home = 0)
      AND m.id = "delete".msg_id;
    IF FOUND THEN
        RETURN true;
    END IF;
    v_queue := howdah_private.queue_open("delete".queue_name, 'read', "delete".caller);
    DELETE FROM queue.messages AS m WHERE m.home = v_queue.home AND m.queue = v_queue.id AND m.id = "delete".msg_id;
    RETURN FOUND;
END
$$;
ALTER FUNCTION queue.delete(pg_catalog.text, pg_catalog.int8, howdah_private.caller) OWNER TO howdah_owner;
COMMENT ON FUNCTION queue.delete(pg_catalog.text, pg_catalog.int8, howdah_private.caller) IS 'A message is done with.';
REVOKE EXECUTE ON FUNCTION queue.delete(pg_catalog.text, pg_catalog.int8, howdah_private.caller) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION queue.delete(pg_catalog.text, pg_catalog.int8, howdah_private.caller) TO service_role;

CREATE FUNCTION queue.delete(
    queue_name pg_catalog.text, msg_ids pg_catalog.int8[], caller howdah_private.caller DEFAULT howdah_private.caller()
)
RETURNS SETOF pg_catalog.int8
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_queue howdah_private.queue_opened;
BEGIN
    -- The owner himself is the common case: he is spared a call.
    SELECT q.* INTO v_queue FROM queue.queues AS q WHERE q.name = "delete".queue_name AND q.owner = "delete".caller;
    IF NOT FOUND THEN
        v_queue := howdah_private.queue_open("delete".queue_name, 'read', "delete".caller);
    END IF;
    RETURN QUERY
        DELETE FROM queue.messages AS m
        WHERE m.home = v_queue.home AND m.queue = v_queue.id AND m.id = ANY ("delete".msg_ids)
        RETURNING m.id;
END
$$;
ALTER FUNCTION queue.delete(pg_catalog.text, pg_catalog.int8[], howdah_private.caller) OWNER TO howdah_owner;
COMMENT ON FUNCTION queue.delete(pg_catalog.text, pg_catalog.int8[], howdah_private.caller) IS 'Messages are done with.';
REVOKE EXECUTE ON FUNCTION queue.delete(pg_catalog.text, pg_catalog.int8[], howdah_private.caller) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION queue.delete(pg_catalog.text, pg_catalog.int8[], howdah_private.caller) TO service_role;
