-- howdah_private.install_job_views: the view over jobs, for the DBA; made where they are not there.
--
-- Runs as   invoker, a superuser, from howdah.install().
CREATE FUNCTION howdah_private.install_job_views()
RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF pg_catalog.to_regclass('howdah.job_runs') IS NULL THEN
        CREATE VIEW howdah.job_runs WITH (security_barrier) AS
            SELECT j.id AS job_id, s.name AS schedule, j.slot, COALESCE(j.function, j.command) AS work, j.owner, j.queue,
                   CASE WHEN j.lease IS NULL THEN 'due' ELSE 'running' END AS state, j.attempts AS attempt, j.run_at,
                   j.leased_at AS started_at, NULL::pg_catalog.timestamptz AS ended_at, j.error,
                   NULL::pg_catalog.text AS sqlstate, NULL::pg_catalog.jsonb AS result, NULL::pg_catalog.text[] AS logs, j.cause
            FROM jobs.jobs AS j LEFT JOIN jobs.schedules AS s ON s.id = j.schedule
            UNION ALL
            SELECT r.job_id, s.name, (r.job ->> 'slot')::pg_catalog.timestamptz, COALESCE(r.job ->> 'function', r.job ->> 'command'),
                   r.job ->> 'owner', r.job ->> 'queue', r.state, r.attempt, (r.job ->> 'run_at')::pg_catalog.timestamptz,
                   r.started_at, r.ended_at, r.error, r.sqlstate, r.result, r.logs, r.job ->> 'cause'
            FROM jobs.runs AS r LEFT JOIN jobs.schedules AS s ON s.id = (r.job ->> 'schedule')::pg_catalog.int4;
    END IF;
    COMMENT ON VIEW howdah.job_runs IS
        'Jobs that are due or running, and one row for each attempt that ended: succeeded, deferred (tried again later), failed, cancelled, or skipped (its schedule''s last was not over).';
    IF (SELECT c.relowner FROM pg_catalog.pg_class AS c WHERE c.oid = 'howdah.job_runs'::pg_catalog.regclass)
       <> 'howdah_owner'::pg_catalog.regrole THEN
        ALTER VIEW howdah.job_runs OWNER TO howdah_owner;
    END IF;
END
$$;
COMMENT ON FUNCTION howdah_private.install_job_views() IS 'howdah.install(): the view over jobs.';
REVOKE EXECUTE ON FUNCTION howdah_private.install_job_views() FROM PUBLIC;
