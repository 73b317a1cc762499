-- jobs.schedule: run a command or a function again and again; the same name again changes it.
--
-- Runs as   definer: writes jobs.schedules, which no API role sees. caller is not for you to give: it is who calls.
-- Takes     cron: five fields, @daily and its like, or "n seconds"; command: SQL, or else function and args as jobs.enqueue has
--           them; timezone: of the fields; overlap: where the last is not over, skip this one or queue it; backfill: slots that
--           nobody saw to (no courier ran) all run, else the last of them; the rest as jobs.enqueue.
-- Returns   the schedule's id.
-- Raises    22023 for what is no schedule or time zone; 42501 if the schedule of that name is another's; as jobs.enqueue.
CREATE FUNCTION jobs.schedule(
    name pg_catalog.text, cron pg_catalog.text, command pg_catalog.text DEFAULT NULL,
    function pg_catalog.text DEFAULT NULL, args pg_catalog.jsonb DEFAULT '{}', timezone pg_catalog.text DEFAULT 'UTC',
    overlap pg_catalog.text DEFAULT 'skip', backfill pg_catalog.bool DEFAULT false,
    queue pg_catalog.text DEFAULT 'default', max_attempts pg_catalog.int4 DEFAULT 1,
    timeout_s pg_catalog.int4 DEFAULT NULL, run_as pg_catalog.text DEFAULT NULL,
    caller howdah_private.caller DEFAULT howdah_private.caller()
)
RETURNS pg_catalog.int4
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_now      pg_catalog.timestamptz := pg_catalog.clock_timestamp();
    v_owner    pg_catalog.text := howdah_private.job_owner(schedule.run_as, schedule.caller);
    v_function pg_catalog.text;
    v_next     pg_catalog.timestamptz;
    v_old      jobs.schedules;
    v_id       pg_catalog.int4;
BEGIN
    IF (schedule.command IS NULL) = (schedule.function IS NULL) OR schedule.max_attempts NOT BETWEEN 1 AND 100
       OR schedule.timeout_s NOT BETWEEN 1 AND 86400 THEN
        RAISE EXCEPTION 'command or function, max_attempts 1 to 100, timeout_s 1 to 86400' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    IF schedule.function IS NOT NULL THEN
        v_function := howdah_private.job_function(schedule.function, v_owner);
        PERFORM howdah_private.job_statement(v_function, schedule.args);
    END IF;
    v_next := howdah_private.job_next_slot(schedule.cron, schedule.timezone, v_now);
    SELECT s.* INTO v_old FROM jobs.schedules AS s WHERE s.name = schedule.name FOR UPDATE;
    IF FOUND AND NOT howdah_private.job_may(v_old.owner, v_old.made_by, schedule.caller) THEN
        RAISE EXCEPTION 'the schedule "%" is another''s', schedule.name USING ERRCODE = 'insufficient_privilege';
    END IF;
    INSERT INTO jobs.schedules AS s (name, owner, made_by, cron, timezone, function, command, args, overlap, backfill, queue,
                                     max_attempts, timeout_s, last_slot, next_slot)
    VALUES (schedule.name, v_owner, schedule.caller::pg_catalog.name, schedule.cron, schedule.timezone, v_function,
            schedule.command, schedule.args, schedule.overlap, schedule.backfill, schedule.queue, schedule.max_attempts,
            schedule.timeout_s, v_now, v_next)
    ON CONFLICT ON CONSTRAINT schedules_name_key DO UPDATE
    SET owner = excluded.owner, made_by = excluded.made_by, cron = excluded.cron, timezone = excluded.timezone,
        function = excluded.function, command = excluded.command, args = excluded.args, overlap = excluded.overlap,
        backfill = excluded.backfill, queue = excluded.queue, max_attempts = excluded.max_attempts,
        timeout_s = excluded.timeout_s,
        -- What was due before the change was due.
        next_slot = CASE WHEN s.cron = excluded.cron AND s.timezone = excluded.timezone THEN s.next_slot
                         ELSE excluded.next_slot END
    WHERE s.id = v_old.id
    RETURNING s.id INTO v_id;
    IF v_id IS NULL THEN
        RAISE EXCEPTION 'the schedule "%" was made by another just now', schedule.name USING ERRCODE = 'serialization_failure';
    END IF;
    RETURN v_id;
END
$$;
ALTER FUNCTION jobs.schedule(pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.jsonb, pg_catalog.text, pg_catalog.text, pg_catalog.bool, pg_catalog.text, pg_catalog.int4, pg_catalog.int4, pg_catalog.text, howdah_private.caller)
    OWNER TO howdah_owner;
COMMENT ON FUNCTION jobs.schedule(pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.jsonb, pg_catalog.text, pg_catalog.text, pg_catalog.bool, pg_catalog.text, pg_catalog.int4, pg_catalog.int4, pg_catalog.text, howdah_private.caller)
    IS 'Run a command or a function again and again.';
REVOKE EXECUTE ON FUNCTION jobs.schedule(pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.jsonb, pg_catalog.text, pg_catalog.text, pg_catalog.bool, pg_catalog.text, pg_catalog.int4, pg_catalog.int4, pg_catalog.text, howdah_private.caller)
    FROM PUBLIC;
GRANT EXECUTE ON FUNCTION jobs.schedule(pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.jsonb, pg_catalog.text, pg_catalog.text, pg_catalog.bool, pg_catalog.text, pg_catalog.int4, pg_catalog.int4, pg_catalog.text, howdah_private.caller)
    TO service_role;
