-- howdah_private.queue_note: a queue gets a message of a priority, or with a group, that it has not had: claims must look there.
--
-- Runs as   invoker: the definer functions that call it are howdah_owner.
-- Writes    queue.queues, once for each priority and once for groups.
CREATE FUNCTION howdah_private.queue_note(
    queue pg_catalog.int4, priority pg_catalog.int2, grouped pg_catalog.bool
)
RETURNS void
LANGUAGE sql
SET search_path = pg_catalog, pg_temp
AS $$
    UPDATE queue.queues AS q
    SET grouped = q.grouped OR queue_note.grouped,
        priorities = ARRAY(SELECT DISTINCT p FROM pg_catalog.unnest(q.priorities || queue_note.priority) AS p ORDER BY p DESC)
    WHERE q.id = queue_note.queue AND NOT (q.priorities @> ARRAY[queue_note.priority] AND q.grouped >= queue_note.grouped)
$$;
COMMENT ON FUNCTION howdah_private.queue_note(pg_catalog.int4, pg_catalog.int2, pg_catalog.bool)
    IS 'A queue gets a message of a new priority, or its first with a group.';
REVOKE EXECUTE ON FUNCTION howdah_private.queue_note(pg_catalog.int4, pg_catalog.int2, pg_catalog.bool) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.queue_note(pg_catalog.int4, pg_catalog.int2, pg_catalog.bool) TO howdah_owner;
