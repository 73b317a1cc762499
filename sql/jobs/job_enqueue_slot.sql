-- howdah_private.job_enqueue_slot: the job of one slot, or that it was skipped.
--
-- Runs as   invoker: the definer functions that call it are howdah_owner.
-- Writes    jobs.slots; then jobs.jobs, or jobs.runs where the schedule's last job is not over and overlap is skip.
CREATE FUNCTION howdah_private.job_enqueue_slot(schedule pg_catalog.int4, slot pg_catalog.timestamptz)
RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_schedule jobs.schedules;
    v_job      pg_catalog.jsonb;
BEGIN
    INSERT INTO jobs.slots (schedule, slot) VALUES (job_enqueue_slot.schedule, job_enqueue_slot.slot) ON CONFLICT DO NOTHING;
    IF NOT FOUND THEN
        RETURN;
    END IF;
    SELECT s.* INTO v_schedule FROM jobs.schedules AS s WHERE s.id = job_enqueue_slot.schedule;
    v_job := pg_catalog.jsonb_build_object(
        'id', pg_catalog.nextval('jobs.jobs_id_seq'), 'owner', v_schedule.owner, 'made_by', v_schedule.made_by,
        'function', v_schedule.function, 'command', v_schedule.command, 'args', v_schedule.args, 'queue', v_schedule.queue,
        'run_at', job_enqueue_slot.slot, 'schedule', v_schedule.id, 'slot', job_enqueue_slot.slot,
        'created_at', pg_catalog.now(), 'attempts', 0, 'max_attempts', v_schedule.max_attempts, 'timeout_s', v_schedule.timeout_s);
    IF v_schedule.overlap = 'skip' AND EXISTS (SELECT 1 FROM jobs.jobs AS j WHERE j.schedule = v_schedule.id) THEN
        PERFORM howdah_private.job_book(v_job, 'skipped', NULL);
        RETURN;
    END IF;
    INSERT INTO jobs.jobs SELECT j.* FROM pg_catalog.jsonb_populate_record(NULL::jobs.jobs, v_job) AS j;
    UPDATE jobs.slots AS t SET job = (v_job ->> 'id')::pg_catalog.int8
    WHERE t.schedule = job_enqueue_slot.schedule AND t.slot = job_enqueue_slot.slot;
END
$$;
COMMENT ON FUNCTION howdah_private.job_enqueue_slot(pg_catalog.int4, pg_catalog.timestamptz)
    IS 'The job of one slot, or that it was skipped.';
REVOKE EXECUTE ON FUNCTION howdah_private.job_enqueue_slot(pg_catalog.int4, pg_catalog.timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.job_enqueue_slot(pg_catalog.int4, pg_catalog.timestamptz) TO howdah_owner;
