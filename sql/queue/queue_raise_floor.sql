-- howdah_private.queue_raise_floor: where the claims of a queue begin to look, moved up over what is dead for good.
--
-- Below floors.vt there is no message, and will be none. To know that, a mark is kept: the time (mark_at), and then the
-- next transaction's number (mark_xid). Who writes a vt takes his transaction's number before he reads the clock. So
-- whatever a transaction of mark_xid or later writes lies above mark_at, and once every earlier one has ended, what lies
-- below is what can be seen: the floor goes up to the mark, or to the first message that is still there. A claim that has
-- not committed leaves its message to be seen as it was, and one that is undone takes the floor that it has raised back.
--
-- Runs as   invoker: the definer functions that call it are howdah_owner. At READ COMMITTED only.
-- Writes    queue.floors, at most once a second for each queue, so that its own dead versions stay few; nothing if another
--           is at it, or nothing is due and there is little to gain.
-- Returns   the floor to begin at.
CREATE FUNCTION howdah_private.queue_raise_floor(
    queue howdah_private.queue_opened, floor howdah_private.queue_floor
)
RETURNS howdah_private.queue_floor
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
SET enable_seqscan = off
SET enable_sort = off
SET plan_cache_mode = force_generic_plan
SET jit = off
AS $$
DECLARE
    v_id   pg_catalog.int4 := (queue_raise_floor.queue).id;
    v_home pg_catalog.int4 := (queue_raise_floor.queue).home;
    v_last pg_catalog.int8 := COALESCE(pg_catalog.pg_sequence_last_value((queue_raise_floor.queue).ids), 0);
    v_now  pg_catalog.timestamptz := pg_catalog.clock_timestamp();
    v_seen pg_catalog.pg_snapshot := pg_catalog.pg_current_snapshot();
    v_old  howdah_private.queue_floor := queue_raise_floor.floor;
    v_new  howdah_private.queue_floor := v_old;
    v_due  pg_catalog.bool;
BEGIN
    IF pg_catalog.current_setting('transaction_isolation') <> 'read committed' THEN
        RETURN v_old;
    ELSIF v_old.mark_at > v_now OR v_old.mark_xid > pg_catalog.pg_snapshot_xmax(v_seen) THEN
        -- The clock was set back, or the row comes from a dump of another cluster.
        v_new.vt := '-infinity';
    ELSIF v_old.mark_xid > pg_catalog.pg_snapshot_xmin(v_seen) THEN
        RETURN v_old;
    ELSE
        SELECT GREATEST(v_old.vt, LEAST(v_old.mark_at, pg_catalog.min(c.vt))), pg_catalog.min(c.vt) <= v_now INTO v_new.vt, v_due
        FROM queue.queues AS q CROSS JOIN pg_catalog.unnest(q.priorities) AS p (priority)
        CROSS JOIN LATERAL (
            SELECT m.vt FROM queue.messages AS m
            WHERE m.home = v_home AND m.queue = v_id AND m.priority = p.priority AND m.group_key IS NULL AND m.vt >= v_old.vt
            ORDER BY m.vt, m.id LIMIT 1) AS c
        WHERE q.id = v_id;
        -- A queue that is polled and gets nothing is not written to all the time. One with a backlog is, though it gains
        -- little: else each claim would try.
        IF v_due IS NOT TRUE AND v_new.vt < v_old.vt + (CASE WHEN v_last = v_old.mark_id THEN interval '30 s' ELSE interval '1 s' END) THEN
            RETURN v_new;
        END IF;
    END IF;
    PERFORM 1 FROM queue.floors AS f WHERE f.queue = v_id AND f.mark_at = v_old.mark_at FOR UPDATE SKIP LOCKED;
    IF FOUND THEN
        UPDATE queue.floors AS f
        SET vt = v_new.vt, mark_id = v_last, mark_at = v_now, mark_xid = pg_catalog.pg_snapshot_xmax(v_seen)
        WHERE f.queue = v_id;
    END IF;
    RETURN v_new;
END
$$;
COMMENT ON FUNCTION howdah_private.queue_raise_floor(howdah_private.queue_opened, howdah_private.queue_floor)
    IS 'Where the claims of a queue begin to look, moved up over what is dead for good.';
REVOKE EXECUTE ON FUNCTION howdah_private.queue_raise_floor(howdah_private.queue_opened, howdah_private.queue_floor) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.queue_raise_floor(howdah_private.queue_opened, howdah_private.queue_floor) TO howdah_owner;
