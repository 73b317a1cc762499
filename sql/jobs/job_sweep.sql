-- howdah_private.job_sweep: what jobs need once a minute.
--
-- Runs as   invoker: the definer functions that call it are howdah_owner.
-- Writes    partitions of jobs.runs made and dropped; slots of more than a week ago go.
CREATE FUNCTION howdah_private.job_sweep()
RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM howdah_private.keep_partitions(
        'jobs.runs', 2, pg_catalog.make_interval(days => howdah.get('jobs.keep_days')::pg_catalog.int4));
    DELETE FROM jobs.slots AS t USING jobs.schedules AS s
    WHERE s.id = t.schedule AND t.slot < s.last_slot - interval '7 days' AND t.slot < pg_catalog.now() - interval '7 days';
    DELETE FROM jobs.cancels AS c WHERE NOT EXISTS (SELECT 1 FROM jobs.jobs AS j WHERE j.id = c.job);
END
$$;
COMMENT ON FUNCTION howdah_private.job_sweep() IS 'What jobs need once a minute.';
REVOKE EXECUTE ON FUNCTION howdah_private.job_sweep() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.job_sweep() TO howdah_owner;
