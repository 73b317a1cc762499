-- queue.list: the queues that the caller may use.
--
-- Runs as   definer: reads queue.queues. caller is not for you to give: it is who calls.
CREATE FUNCTION queue.list(caller howdah_private.caller DEFAULT howdah_private.caller())
RETURNS TABLE (
    queue_name pg_catalog.text,
    created_at pg_catalog.timestamptz,
    is_partitioned pg_catalog.bool,
    owner pg_catalog.text,
    visibility pg_catalog.int4,
    max_reads pg_catalog.int4,
    dead_letter pg_catalog.text
)
LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT q.name, q.created_at, q.home <> 0, q.owner, q.visibility, q.max_reads, d.name
    FROM queue.queues AS q LEFT JOIN queue.queues AS d ON d.id = q.dead_letter
    WHERE howdah_private.queue_may(q.id, q.owner, 'send', list.caller) OR howdah_private.queue_may(q.id, q.owner, 'read', list.caller)
    ORDER BY q.name
$$;
ALTER FUNCTION queue.list(howdah_private.caller) OWNER TO howdah_owner;
COMMENT ON FUNCTION queue.list(howdah_private.caller) IS 'The queues that the caller may use.';
REVOKE EXECUTE ON FUNCTION queue.list(howdah_private.caller) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION queue.list(howdah_private.caller) TO service_role;
