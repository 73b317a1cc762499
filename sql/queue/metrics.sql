-- queue.metrics: how a queue stands, or each queue that the caller may read.
--
-- Runs as   definer: reads queue.messages. caller is not for you to give: it is who calls.
-- Returns   ages in seconds, of messages that are there; total_messages: ids drawn since the queue was made.
-- Raises    42501 without the right to read the queue that is named; 42704 if there is none.
CREATE FUNCTION queue.metrics(
    queue_name pg_catalog.text DEFAULT NULL, caller howdah_private.caller DEFAULT howdah_private.caller()
)
RETURNS SETOF queue.standing
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF metrics.queue_name IS NOT NULL THEN
        PERFORM howdah_private.queue_open(metrics.queue_name, 'read', metrics.caller);
    END IF;
    RETURN QUERY
        SELECT q.name, m.length, m.newest, m.oldest, COALESCE(pg_catalog.pg_sequence_last_value(q.ids), 0),
               pg_catalog.clock_timestamp(), m.visible
        FROM queue.queues AS q
        CROSS JOIN LATERAL (
            SELECT pg_catalog.count(*) AS length, pg_catalog.count(*) FILTER (WHERE s.vt <= pg_catalog.clock_timestamp()) AS visible,
                   EXTRACT(epoch FROM pg_catalog.clock_timestamp() - pg_catalog.max(s.enqueued_at))::pg_catalog.int4 AS newest,
                   EXTRACT(epoch FROM pg_catalog.clock_timestamp() - pg_catalog.min(s.enqueued_at))::pg_catalog.int4 AS oldest
            FROM queue.messages AS s WHERE s.home = q.home AND s.queue = q.id) AS m
        WHERE q.name = metrics.queue_name
           OR metrics.queue_name IS NULL AND howdah_private.queue_may(q.id, q.owner, 'read', metrics.caller)
        ORDER BY q.name;
END
$$;
ALTER FUNCTION queue.metrics(pg_catalog.text, howdah_private.caller) OWNER TO howdah_owner;
COMMENT ON FUNCTION queue.metrics(pg_catalog.text, howdah_private.caller) IS 'How a queue stands.';
REVOKE EXECUTE ON FUNCTION queue.metrics(pg_catalog.text, howdah_private.caller) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION queue.metrics(pg_catalog.text, howdah_private.caller) TO service_role;
