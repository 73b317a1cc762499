-- howdah.tick: one step of everything that is due by time: schedules, retention, sweeps.
--
-- The courier calls it every second. Without a courier a DBA, or pg_cron, may.
--
-- Runs as   definer: writes what the tasks write; the courier's role sees no table.
-- Writes    what is due. One at a time: who comes while another is at it does nothing. A task that fails is a
--           warning in the server's log, its work undone; the others are done all the same.
-- Returns   the names of the tasks that ran.
CREATE FUNCTION howdah.tick()
RETURNS pg_catalog.text[]
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_task record;
    v_ran  pg_catalog.text[] := '{}';
BEGIN
    IF NOT pg_catalog.pg_try_advisory_xact_lock(pg_catalog.hashtextextended('howdah.tick', 0)) THEN
        RETURN v_ran;
    END IF;
    FOR v_task IN
        SELECT t.name, t.every
        FROM (VALUES
            ('outbox_partitions', interval '1 minute'),
            ('lanes', interval '1 hour'),
            ('inbound', interval '1 minute'),
            -- Each time that there is something, and no write when there is nothing.
            ('push_fan_out', CASE WHEN EXISTS (
                SELECT 1 FROM howdah.push_messages AS m
                WHERE m.state IN ('due', 'running') AND m.due_at <= pg_catalog.now()) THEN interval '0' END),
            ('push_sweep', interval '10 minutes'),
            ('queues', interval '1 minute'),
            ('jobs', interval '1 minute'),
            ('schedules', CASE WHEN EXISTS (
                SELECT 1 FROM jobs.schedules AS s WHERE s.next_slot <= pg_catalog.clock_timestamp()) THEN interval '0' END),
            ('mail', interval '10 minutes')
        ) AS t (name, every)
        WHERE t.every IS NOT NULL
    LOOP
        BEGIN
            IF howdah_private.tick_due(v_task.name, v_task.every) THEN
                PERFORM howdah_private.tick_task(v_task.name);
                v_ran := v_ran || v_task.name;
            END IF;
        EXCEPTION
            WHEN OTHERS THEN
                RAISE WARNING 'howdah.tick, %: % (%)', v_task.name, SQLERRM, SQLSTATE;
        END;
    END LOOP;
    RETURN v_ran;
END
$$;
ALTER FUNCTION howdah.tick() OWNER TO howdah_owner;
COMMENT ON FUNCTION howdah.tick()
    IS 'One step of everything that is due by time.';
REVOKE EXECUTE ON FUNCTION howdah.tick() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah.tick() TO howdah_courier;
