-- queue.drop: a queue goes, with its messages and its archive.
--
-- Runs as   definer: writes the tables of queues, drops its sequence and partitions. Its owner, service_role and superusers
--           may. caller is not for you to give: it is who calls.
-- Returns   whether there was one.
-- Raises    42501 for others.
CREATE FUNCTION queue.drop(queue_name pg_catalog.text, caller howdah_private.caller DEFAULT howdah_private.caller())
RETURNS pg_catalog.bool
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_queue howdah_private.queue_opened;
BEGIN
    v_queue := howdah_private.queue_open("drop".queue_name, 'own', "drop".caller);
    IF v_queue.home <> 0 THEN
        EXECUTE pg_catalog.format('DROP TABLE howdah_archive.queue_%s', v_queue.id);
    END IF;
    DELETE FROM queue.messages AS m WHERE m.home = 0 AND m.queue = v_queue.id;
    DELETE FROM queue.archived AS a WHERE a.queue = v_queue.id;
    DELETE FROM queue.queues AS q WHERE q.id = v_queue.id;
    EXECUTE pg_catalog.format('DROP SEQUENCE howdah_archive.queue_%s_ids', v_queue.id);
    RETURN true;
EXCEPTION
    WHEN undefined_object THEN
        RETURN false;
END
$$;
ALTER FUNCTION queue.drop(pg_catalog.text, howdah_private.caller) OWNER TO howdah_owner;
COMMENT ON FUNCTION queue.drop(pg_catalog.text, howdah_private.caller) IS 'A queue goes, with its messages.';
REVOKE EXECUTE ON FUNCTION queue.drop(pg_catalog.text, howdah_private.caller) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION queue.drop(pg_catalog.text, howdah_private.caller) TO service_role;
