-- queue.archive: a message is done with, and kept: in queue.archived, for queue.keep_days.
--
-- Runs as   definer, as queue.read.
-- Returns   whether it was there. Of several: the ids of those that were there.
-- Raises    as queue.read.
CREATE FUNCTION queue.archive(
    queue_name pg_catalog.text, msg_id pg_catalog.int8, caller howdah_private.caller DEFAULT howdah_private.caller()
)
RETURNS pg_catalog.bool
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN EXISTS (SELECT 1 FROM queue.archive(archive.queue_name, ARRAY[archive.msg_id], archive.caller));
END
$$;
ALTER FUNCTION queue.archive(pg_catalog.text, pg_catalog.int8, howdah_private.caller) OWNER TO howdah_owner;
COMMENT ON FUNCTION queue.archive(pg_catalog.text, pg_catalog.int8, howdah_private.caller)
    IS 'A message is done with, and kept.';
REVOKE EXECUTE ON FUNCTION queue.archive(pg_catalog.text, pg_catalog.int8, howdah_private.caller) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION queue.archive(pg_catalog.text, pg_catalog.int8, howdah_private.caller) TO service_role;

CREATE FUNCTION queue.archive(
    queue_name pg_catalog.text, msg_ids pg_catalog.int8[], caller howdah_private.caller DEFAULT howdah_private.caller()
)
RETURNS SETOF pg_catalog.int8
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_queue howdah_private.queue_opened := howdah_private.queue_open(archive.queue_name, 'read', archive.caller);
BEGIN
    RETURN QUERY
        WITH gone AS (
            DELETE FROM queue.messages AS m
            WHERE m.home = v_queue.home AND m.queue = v_queue.id AND m.id = ANY (archive.msg_ids)
            RETURNING m.*
        )
        INSERT INTO queue.archived AS a (id, enqueued_at, archived_at, queue, read_ct, group_key, headers, message)
        SELECT g.id, g.enqueued_at, pg_catalog.clock_timestamp(), g.queue, g.read_ct, g.group_key, g.headers, g.message
        FROM gone AS g
        RETURNING a.id;
END
$$;
ALTER FUNCTION queue.archive(pg_catalog.text, pg_catalog.int8[], howdah_private.caller) OWNER TO howdah_owner;
COMMENT ON FUNCTION queue.archive(pg_catalog.text, pg_catalog.int8[], howdah_private.caller)
    IS 'Messages are done with, and kept.';
REVOKE EXECUTE ON FUNCTION queue.archive(pg_catalog.text, pg_catalog.int8[], howdah_private.caller) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION queue.archive(pg_catalog.text, pg_catalog.int8[], howdah_private.caller) TO service_role;
