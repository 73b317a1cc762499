-- howdah_private.queue_take_one: what queue_take does, of any one message of a plain queue: no partitions, groups, priorities or
-- max_reads, by its owner or service_role, while the floor is fresh.
--
-- Runs as   invoker: queue.read, which is howdah_owner.
-- Writes    vt, read_ct and last_read_at of the message; vt is reckoned after it is locked, as in queue_take.
-- Returns   NULL: there is none, or the case is another; ask queue_take.
-- Planned as queue_take, and for its reasons.
CREATE FUNCTION howdah_private.queue_take_one(
    queue_name pg_catalog.text, vt pg_catalog.int4, caller howdah_private.caller
)
RETURNS queue.message
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
SET enable_seqscan = off
SET enable_sort = off
SET plan_cache_mode = force_generic_plan
SET jit = off
AS $$
DECLARE
    v_now     pg_catalog.timestamptz := pg_catalog.clock_timestamp();
    v_id      pg_catalog.int4;
    v_vt      pg_catalog.int4;
    v_floor   pg_catalog.timestamptz;
    v_message queue.message;
BEGIN
    SELECT q.id, COALESCE(queue_take_one.vt, q.visibility), f.vt INTO v_id, v_vt, v_floor
    FROM queue.queues AS q JOIN queue.floors AS f ON f.queue = q.id
    WHERE q.name = queue_take_one.queue_name AND queue_take_one.caller IN (q.owner, 'service_role') AND q.home = 0
      AND NOT q.grouped AND q.priorities = '{0}' AND q.max_reads IS NULL
      AND v_now BETWEEN f.mark_at AND f.mark_at + interval '1 s' AND f.vt <= v_now;
    IF v_vt BETWEEN 0 AND 31536000 THEN
        UPDATE queue.messages_shared AS m
        SET read_ct = m.read_ct + 1, last_read_at = v_now,
            vt = GREATEST(pg_catalog.clock_timestamp() + pg_catalog.make_interval(secs => v_vt), v_floor)
        WHERE m.queue = v_id
          AND m.id = (SELECT n.id FROM queue.messages_shared AS n
                      WHERE n.queue = v_id AND n.priority = 0 AND n.group_key IS NULL AND n.vt >= v_floor AND n.vt <= v_now
                      ORDER BY n.vt, n.id LIMIT 1 FOR UPDATE SKIP LOCKED)
        RETURNING m.id, m.read_ct, m.enqueued_at, m.last_read_at, m.vt, m.message, m.headers INTO v_message;
    END IF;
    RETURN v_message;
END
$$;
COMMENT ON FUNCTION howdah_private.queue_take_one(pg_catalog.text, pg_catalog.int4, howdah_private.caller)
    IS 'What queue_take does, of any one message of a plain queue.';
REVOKE EXECUTE ON FUNCTION howdah_private.queue_take_one(pg_catalog.text, pg_catalog.int4, howdah_private.caller) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.queue_take_one(pg_catalog.text, pg_catalog.int4, howdah_private.caller) TO howdah_owner;
