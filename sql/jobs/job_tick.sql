-- howdah_private.job_tick: a job for each slot that has come.
--
-- Each slot once: the schedule's row is locked, its next slot moves on in the same transaction, and jobs.slots has the slot as
-- its key. A clock that jumps ahead brings slots that nobody saw to, one that is set back brings nothing until it is where it was.
--
-- Runs as   invoker: the definer functions that call it are howdah_owner.
-- Writes    jobs.jobs, jobs.slots, jobs.schedules; a skipped slot in jobs.runs.
CREATE FUNCTION howdah_private.job_tick()
RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_now      pg_catalog.timestamptz := pg_catalog.clock_timestamp();
    v_schedule jobs.schedules;
    v_slot     pg_catalog.timestamptz;
    v_near     pg_catalog.timestamptz;
    v_due      pg_catalog.timestamptz;
    v_slots    pg_catalog.timestamptz[];
BEGIN
    FOR v_schedule IN
        SELECT s.* FROM jobs.schedules AS s WHERE s.next_slot <= v_now ORDER BY s.next_slot LIMIT 1000 FOR UPDATE SKIP LOCKED
    LOOP
        v_slot := v_schedule.next_slot;
        v_slots := '{}';
        IF NOT v_schedule.backfill THEN
            -- Only the last counts: no need to go through a month of minutes.
            v_near := howdah_private.job_next_slot(v_schedule.cron, v_schedule.timezone, v_now - CASE
                WHEN howdah_private.cron_is_seconds(v_schedule.cron) THEN interval '2 min' ELSE interval '1 day' END);
            IF v_near <= v_now THEN
                v_slot := GREATEST(v_slot, v_near);
            END IF;
        END IF;
        WHILE v_slot <= v_now AND pg_catalog.cardinality(v_slots) < 1500 LOOP
            v_slots := CASE WHEN v_schedule.backfill THEN v_slots END || v_slot;
            v_slot := howdah_private.job_next_slot(v_schedule.cron, v_schedule.timezone, v_slot);
        END LOOP;
        UPDATE jobs.schedules AS s SET last_slot = v_slots[pg_catalog.cardinality(v_slots)], next_slot = v_slot
        WHERE s.id = v_schedule.id;
        FOREACH v_due IN ARRAY v_slots LOOP
            PERFORM howdah_private.job_enqueue_slot(v_schedule.id, v_due);
        END LOOP;
    END LOOP;
END
$$;
COMMENT ON FUNCTION howdah_private.job_tick() IS 'A job for each slot that has come.';
REVOKE EXECUTE ON FUNCTION howdah_private.job_tick() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.job_tick() TO howdah_owner;
