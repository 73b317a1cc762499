-- queue.purge: all messages of a queue go, those that are being worked on too.
--
-- Runs as   definer: writes queue.messages. Its owner, service_role and superusers may. caller is not for you to give.
-- Returns   how many went.
-- Raises    42501 for others; 42704 if there is no such queue.
CREATE FUNCTION queue.purge(queue_name pg_catalog.text, caller howdah_private.caller DEFAULT howdah_private.caller())
RETURNS pg_catalog.int8
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_queue howdah_private.queue_opened := howdah_private.queue_open(purge.queue_name, 'own', purge.caller);
    v_count pg_catalog.int8;
BEGIN
    DELETE FROM queue.messages AS m WHERE m.home = v_queue.home AND m.queue = v_queue.id;
    GET DIAGNOSTICS v_count = ROW_COUNT;
    DELETE FROM queue.dedup_keys AS d WHERE d.queue = v_queue.id;
    RETURN v_count;
END
$$;
ALTER FUNCTION queue.purge(pg_catalog.text, howdah_private.caller) OWNER TO howdah_owner;
COMMENT ON FUNCTION queue.purge(pg_catalog.text, howdah_private.caller) IS 'All messages of a queue go.';
REVOKE EXECUTE ON FUNCTION queue.purge(pg_catalog.text, howdah_private.caller) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION queue.purge(pg_catalog.text, howdah_private.caller) TO service_role;
