-- howdah_private.queue_take: lock the messages that are next, and count the reading of each.
--
-- Higher priorities come first; of one priority what has been due for longest; of a group only its oldest message, if that is
-- due. Rows that others hold are passed over. Looking begins at the queue's floor, since what lies below is dead: an old
-- snapshot somewhere keeps dead rows and their index entries for as long as it lives, and each claim would meet all of
-- them again. (Tried: pgmq's order by id, which meets those that are being worked on too.)
--
-- Runs as   invoker: the definer functions that call it are howdah_owner.
-- Writes    now and then the floor; vt, read_ct and last_read_at of the messages it returns. Each new vt is reckoned after the
--           rows are locked, so that the transaction has its number by then: queue_raise_floor relies on it.
-- Raises    22023 for a vt or qty out of bounds.
-- Planned once, on the indexes, whatever the statistics of a table that was empty yesterday say; never compiled: what is switched
-- off here costs so much to the planner that it would be, each time, for 100 ms.
CREATE FUNCTION howdah_private.queue_take(
    queue howdah_private.queue_opened, vt pg_catalog.int4, qty pg_catalog.int4, conditional pg_catalog.jsonb
)
RETURNS SETOF queue.message
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
SET enable_seqscan = off
SET enable_sort = off
SET plan_cache_mode = force_generic_plan
SET jit = off
AS $$
DECLARE
    v_now   pg_catalog.timestamptz := pg_catalog.clock_timestamp();
    v_vt    pg_catalog.int4 := COALESCE(queue_take.vt, (queue_take.queue).visibility);
    v_any   pg_catalog.bool := COALESCE(queue_take.conditional, '{}') = '{}';
    v_id    pg_catalog.int4 := (queue_take.queue).id;
    v_home  pg_catalog.int4 := (queue_take.queue).home;
    v_floor howdah_private.queue_floor;
    v_heads pg_catalog.int8[] := '{}';
    v_ids   pg_catalog.int8[];
    v_tids  pg_catalog.tid[];
BEGIN
    IF v_vt NOT BETWEEN 0 AND 31536000 OR COALESCE(queue_take.qty, 0) NOT BETWEEN 1 AND 10000 THEN
        RAISE EXCEPTION 'vt is 0 to 31536000 seconds, qty 1 to 10000' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    SELECT f.* INTO v_floor FROM queue.floors AS f WHERE f.queue = v_id;
    IF v_now NOT BETWEEN v_floor.mark_at AND v_floor.mark_at + interval '1 s' THEN
        v_floor := howdah_private.queue_raise_floor(queue_take.queue, v_floor);
    END IF;
    -- A floor in the future is one from before the clock was set back.
    IF v_floor.vt > v_now THEN
        v_floor.vt := '-infinity';
    END IF;
    IF (queue_take.queue).grouped THEN
        v_heads := howdah_private.queue_heads(v_home, v_id, v_now, queue_take.conditional);
    END IF;

    -- One by one, as long as there is room: a sort would lock more than is wanted.
    SELECT pg_catalog.array_agg(t.id), pg_catalog.array_agg(t.ctid) INTO v_ids, v_tids
    FROM (
        SELECT l.id, l.ctid FROM pg_catalog.unnest(v_heads) AS h (id)
        CROSS JOIN LATERAL (
            SELECT m.id, m.ctid FROM queue.messages AS m
            WHERE m.home = v_home AND m.queue = v_id AND m.id = h.id AND m.vt <= v_now
            FOR UPDATE SKIP LOCKED) AS l
        UNION ALL
        SELECT l.id, l.ctid FROM pg_catalog.unnest((queue_take.queue).priorities) AS p (priority)
        CROSS JOIN LATERAL (
            SELECT m.id, m.ctid FROM queue.messages AS m
            WHERE m.home = v_home AND m.queue = v_id AND m.priority = p.priority AND m.group_key IS NULL
              AND m.vt >= v_floor.vt AND m.vt <= (SELECT pg_catalog.clock_timestamp()) AND (v_any OR m.message @> queue_take.conditional)
            ORDER BY m.vt, m.id LIMIT queue_take.qty
            FOR UPDATE SKIP LOCKED) AS l
        LIMIT queue_take.qty
    ) AS t;
    IF v_ids IS NULL THEN
        RETURN;
    END IF;
    -- By place, which no other can change while they are locked; a place is one of a partition only. Written so that no index
    -- seems to serve.
    RETURN QUERY
        UPDATE queue.messages AS m
        SET read_ct = m.read_ct + 1, last_read_at = v_now,
            vt = GREATEST(pg_catalog.clock_timestamp() + pg_catalog.make_interval(secs => v_vt), v_floor.vt)
        WHERE m.home = v_home AND m.ctid = ANY (v_tids) AND m.queue IS NOT DISTINCT FROM v_id
          AND (v_home = 0 OR pg_catalog.array_position(v_ids, m.id) IS NOT NULL)
        RETURNING m.id, m.read_ct, m.enqueued_at, m.last_read_at, m.vt, m.message, m.headers;
END
$$;
COMMENT ON FUNCTION howdah_private.queue_take(howdah_private.queue_opened, pg_catalog.int4, pg_catalog.int4, pg_catalog.jsonb)
    IS 'Lock the messages that are next, and count the reading of each.';
REVOKE EXECUTE ON FUNCTION howdah_private.queue_take(howdah_private.queue_opened, pg_catalog.int4, pg_catalog.int4, pg_catalog.jsonb) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.queue_take(howdah_private.queue_opened, pg_catalog.int4, pg_catalog.int4, pg_catalog.jsonb) TO howdah_owner;
