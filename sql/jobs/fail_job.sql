-- howdah.fail_job: a job that was claimed did not succeed.
--
-- Runs as   definer: writes jobs.jobs and jobs.runs; the courier's role sees no table.
-- Returns   false, and writes nothing, if this lease is not the job's any more (fencing).
CREATE FUNCTION howdah.fail_job(
    id pg_catalog.int8, lease pg_catalog.uuid, sqlstate pg_catalog.text, error pg_catalog.text, logs pg_catalog.text[]
)
RETURNS pg_catalog.bool
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM 1 FROM jobs.jobs AS j WHERE j.id = fail_job.id AND j.lease = fail_job.lease FOR UPDATE;
    IF NOT FOUND THEN
        RETURN false;
    END IF;
    PERFORM howdah_private.job_failed(fail_job.id, fail_job.sqlstate, fail_job.error, fail_job.logs[1:200]);
    RETURN true;
END
$$;
ALTER FUNCTION howdah.fail_job(pg_catalog.int8, pg_catalog.uuid, pg_catalog.text, pg_catalog.text, pg_catalog.text[])
    OWNER TO howdah_owner;
COMMENT ON FUNCTION howdah.fail_job(pg_catalog.int8, pg_catalog.uuid, pg_catalog.text, pg_catalog.text, pg_catalog.text[])
    IS 'For the courier: a job that was claimed did not succeed.';
REVOKE EXECUTE ON FUNCTION howdah.fail_job(pg_catalog.int8, pg_catalog.uuid, pg_catalog.text, pg_catalog.text, pg_catalog.text[])
    FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah.fail_job(pg_catalog.int8, pg_catalog.uuid, pg_catalog.text, pg_catalog.text, pg_catalog.text[])
    TO howdah_courier;
