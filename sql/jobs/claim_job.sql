-- howdah.claim_job: take over a job that is due, to run it.
--
-- The attempt is counted, and that commits before it begins: a job that takes the server down with it is given up in the end.
--
-- Runs as   definer: writes jobs.jobs; the courier's role sees no table.
-- Writes    a lease of so many seconds, to begin in. One that ran out while the job does not run (its row is not locked) was
--           an attempt that failed. Claims come one by one: of one schedule one job runs at a time.
-- Returns   nothing if no job is due.
-- Raises    22023 for a lease of less than a second or more than an hour.
CREATE FUNCTION howdah.claim_job(seconds pg_catalog.int4)
RETURNS TABLE (id pg_catalog.int8, lease pg_catalog.uuid, attempt pg_catalog.int4, timeout_s pg_catalog.int4)
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_lost pg_catalog.int8;
BEGIN
    IF claim_job.seconds NOT BETWEEN 1 AND 3600 THEN
        RAISE EXCEPTION 'a lease is for 1 to 3600 seconds' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    PERFORM pg_catalog.pg_advisory_xact_lock(pg_catalog.hashtextextended('howdah.claim_job', 0));
    FOR v_lost IN
        SELECT j.id FROM jobs.jobs AS j WHERE j.leased_until < pg_catalog.now() ORDER BY j.leased_until LIMIT 100
        FOR UPDATE SKIP LOCKED
    LOOP
        PERFORM howdah_private.job_failed(v_lost, NULL, 'courier_lost');
    END LOOP;
    RETURN QUERY
        UPDATE jobs.jobs AS u
        SET lease = pg_catalog.gen_random_uuid(), leased_at = pg_catalog.clock_timestamp(), attempts = u.attempts + 1,
            leased_until = pg_catalog.now() + pg_catalog.make_interval(secs => claim_job.seconds)
        WHERE u.id = (
            SELECT j.id FROM jobs.jobs AS j
            WHERE j.lease IS NULL AND j.run_at <= pg_catalog.now()
              AND NOT EXISTS (SELECT 1 FROM jobs.jobs AS o WHERE o.schedule = j.schedule AND o.lease IS NOT NULL)
            ORDER BY j.run_at, j.id LIMIT 1
            FOR UPDATE SKIP LOCKED)
        RETURNING u.id, u.lease, u.attempts, COALESCE(u.timeout_s, howdah.get('jobs.timeout_s')::pg_catalog.int4);
END
$$;
ALTER FUNCTION howdah.claim_job(pg_catalog.int4) OWNER TO howdah_owner;
COMMENT ON FUNCTION howdah.claim_job(pg_catalog.int4) IS 'For the courier: take over a job that is due.';
REVOKE EXECUTE ON FUNCTION howdah.claim_job(pg_catalog.int4) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah.claim_job(pg_catalog.int4) TO howdah_courier;
