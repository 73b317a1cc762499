-- howdah_private.queue_take: lock the messages that are next, and count the reading of each.
--
-- What waits for its vt comes before what is fresh, higher priorities before lower ones; of a group only its oldest
-- message, if that is due. Rows that others hold are passed over. Looking begins at the queue's floors, since what lies
-- below is dead: an old snapshot somewhere keeps dead rows and their index entries for as long as it lives, and a claim
-- that met each of them again took 340 ms at a million of them.
--
-- Runs as   invoker: the definer functions that call it are howdah_owner.
-- Writes    now and then the floors; vt, read_ct and last_read_at of the messages it returns. The new vt is reckoned after the row is locked, so
--           that the transaction has its number by then: queue_raise_floor relies on it.
-- Raises    22023 for a vt or qty out of bounds.
-- Planned once, on the indexes, whatever the statistics of a table that was empty yesterday say.
CREATE FUNCTION howdah_private.queue_take(
    queue howdah_private.queue_opened, vt pg_catalog.int4, qty pg_catalog.int4, conditional pg_catalog.jsonb
)
RETURNS SETOF queue.message
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
SET enable_seqscan = off
SET enable_bitmapscan = off
SET plan_cache_mode = force_generic_plan
AS $$
DECLARE
    v_now   pg_catalog.timestamptz := pg_catalog.clock_timestamp();
    v_vt    pg_catalog.int4 := COALESCE(queue_take.vt, (queue_take.queue).visibility);
    v_hide  interval := pg_catalog.make_interval(secs => v_vt);
    v_floor howdah_private.queue_floor;
    v_any   pg_catalog.bool := COALESCE(queue_take.conditional, '{}') = '{}';
    v_id    pg_catalog.int4 := (queue_take.queue).id;
    v_home  pg_catalog.int4 := (queue_take.queue).home;
    v_left  pg_catalog.int4 := queue_take.qty;
    v_taken pg_catalog.int4;
BEGIN
    IF v_vt NOT BETWEEN 0 AND 31536000 OR COALESCE(v_left, 0) NOT BETWEEN 1 AND 10000 THEN
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
        RETURN QUERY
            WITH RECURSIVE head AS (
                (SELECT m.group_key, m.id FROM queue.messages AS m
                 WHERE m.home = v_home AND m.queue = v_id AND m.group_key IS NOT NULL
                 ORDER BY m.group_key, m.id LIMIT 1)
                UNION ALL
                SELECT n.group_key, n.id FROM head AS h CROSS JOIN LATERAL (
                    SELECT m.group_key, m.id FROM queue.messages AS m
                    WHERE m.home = v_home AND m.queue = v_id AND m.group_key > h.group_key
                    ORDER BY m.group_key, m.id LIMIT 1) AS n
            ), chosen AS MATERIALIZED (
                SELECT m.id FROM head AS h
                JOIN queue.messages AS m ON m.home = v_home AND m.queue = v_id AND m.id = h.id
                WHERE m.vt <= v_now AND (v_any OR m.message @> queue_take.conditional)
                ORDER BY m.priority DESC, m.id LIMIT v_left
                FOR UPDATE OF m SKIP LOCKED
            ), taken AS (
                UPDATE queue.messages AS m
                SET fresh = false, read_ct = m.read_ct + 1, last_read_at = v_now, vt = pg_catalog.clock_timestamp() + v_hide
                FROM chosen AS c WHERE m.home = v_home AND m.queue = v_id AND m.id = c.id
                RETURNING m.*
            )
            SELECT t.id, t.read_ct, t.enqueued_at, t.last_read_at, t.vt, t.message, t.headers
            FROM taken AS t ORDER BY t.priority DESC, t.id;
        GET DIAGNOSTICS v_taken = ROW_COUNT;
        v_left := v_left - v_taken;
        IF v_left = 0 THEN
            RETURN;
        END IF;
    END IF;

    RETURN QUERY
        WITH chosen AS MATERIALIZED (
            -- Priority by priority, as long as there is room: a sort would lock more than is wanted.
            SELECT c.id FROM pg_catalog.unnest((queue_take.queue).priorities) AS p (priority)
            CROSS JOIN LATERAL (
                SELECT w.id FROM (SELECT m.id FROM queue.messages AS m
                 WHERE m.home = v_home AND m.queue = v_id AND m.priority = p.priority AND NOT m.fresh AND m.group_key IS NULL
                   AND m.vt >= v_floor.vt AND m.vt <= v_now AND (v_any OR m.message @> queue_take.conditional)
                 ORDER BY m.vt LIMIT v_left
                 FOR UPDATE SKIP LOCKED) AS w
                UNION ALL
                SELECT f.id FROM (SELECT m.id FROM queue.messages AS m
                 WHERE m.home = v_home AND m.queue = v_id AND m.priority = p.priority AND m.fresh AND m.group_key IS NULL
                   AND m.id > v_floor.id AND (v_any OR m.message @> queue_take.conditional)
                 ORDER BY m.id LIMIT v_left
                 FOR UPDATE SKIP LOCKED) AS f
            ) AS c
            LIMIT v_left
        ), taken AS (
            UPDATE queue.messages AS m
            SET fresh = false, read_ct = m.read_ct + 1, last_read_at = v_now,
                vt = GREATEST(pg_catalog.clock_timestamp() + v_hide, v_floor.vt)
            FROM chosen AS c WHERE m.home = v_home AND m.queue = v_id AND m.id = c.id
            RETURNING m.*
        )
        SELECT t.id, t.read_ct, t.enqueued_at, t.last_read_at, t.vt, t.message, t.headers
        FROM taken AS t ORDER BY t.priority DESC, t.id;
END
$$;
COMMENT ON FUNCTION howdah_private.queue_take(howdah_private.queue_opened, pg_catalog.int4, pg_catalog.int4, pg_catalog.jsonb)
    IS 'Lock the messages that are next, and count the reading of each.';
REVOKE EXECUTE ON FUNCTION howdah_private.queue_take(howdah_private.queue_opened, pg_catalog.int4, pg_catalog.int4, pg_catalog.jsonb) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.queue_take(howdah_private.queue_opened, pg_catalog.int4, pg_catalog.int4, pg_catalog.jsonb) TO howdah_owner;
