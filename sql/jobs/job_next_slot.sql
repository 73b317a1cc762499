-- howdah_private.job_next_slot: the first slot of a schedule after a time.
--
-- A slot is a time on the wall, in the schedule's zone. One that a change of the clocks leaves out is at the moment of the
-- change; one that it brings twice is at the first. "n seconds" is counted from 1970 and knows no zone.
--
-- Runs as   invoker: the definer functions that call it are howdah_owner.
-- Returns   NULL if there is none in sight.
-- Raises    22023 for what is no schedule or time zone.
CREATE FUNCTION howdah_private.job_next_slot(
    cron pg_catalog.text, timezone pg_catalog.text, "after" pg_catalog.timestamptz
)
RETURNS pg_catalog.timestamptz
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    c_first  CONSTANT pg_catalog.timestamp := '1970-01-01';
    v_wall   pg_catalog.timestamp;
    v_slot   pg_catalog.timestamptz;
    v_low    pg_catalog.timestamptz;
    v_middle pg_catalog.timestamptz;
BEGIN
    IF howdah_private.cron_is_seconds(job_next_slot.cron) THEN
        RETURN pg_catalog.to_timestamp(howdah_private.cron_next(
            job_next_slot.cron, pg_catalog.floor(EXTRACT(epoch FROM job_next_slot."after"))::pg_catalog.int8));
    END IF;
    v_wall := job_next_slot."after" AT TIME ZONE job_next_slot.timezone;
    LOOP
        v_wall := c_first + pg_catalog.make_interval(secs => howdah_private.cron_next(
            job_next_slot.cron, pg_catalog.floor(EXTRACT(epoch FROM v_wall))::pg_catalog.int8));
        IF v_wall IS NULL THEN
            RETURN NULL;
        END IF;
        v_slot := v_wall AT TIME ZONE job_next_slot.timezone;
        IF v_slot AT TIME ZONE job_next_slot.timezone <> v_wall THEN
            -- Left out: the first second at which the wall shows that or more.
            v_low := v_slot - interval '3 hours';
            v_slot := v_slot + interval '3 hours';
            WHILE v_slot - v_low > interval '1 s' LOOP
                v_middle := pg_catalog.date_trunc('second', v_low + (v_slot - v_low) / 2);
                IF v_middle AT TIME ZONE job_next_slot.timezone >= v_wall THEN v_slot := v_middle; ELSE v_low := v_middle; END IF;
            END LOOP;
        ELSE
            SELECT pg_catalog.min(v_slot - b.back) INTO v_slot
            FROM pg_catalog.unnest('{0, 20 min, 30 min, 1 h, 2 h}'::interval[]) AS b (back)
            WHERE (v_slot - b.back) AT TIME ZONE job_next_slot.timezone = v_wall
              AND (b.back = interval '0' OR v_slot - b.back > job_next_slot."after");
        END IF;
        EXIT WHEN v_slot > job_next_slot."after";
    END LOOP;
    RETURN v_slot;
END
$$;
COMMENT ON FUNCTION howdah_private.job_next_slot(pg_catalog.text, pg_catalog.text, pg_catalog.timestamptz)
    IS 'The first slot of a schedule after a time.';
REVOKE EXECUTE ON FUNCTION howdah_private.job_next_slot(pg_catalog.text, pg_catalog.text, pg_catalog.timestamptz)
    FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.job_next_slot(pg_catalog.text, pg_catalog.text, pg_catalog.timestamptz)
    TO howdah_owner;
