-- howdah.log_job: what a job that succeeded had to say.
--
-- Runs as   definer: writes jobs.runs; the courier's role sees no table.
-- Writes    the logs of an attempt that has none yet and ended within the last minute.
CREATE FUNCTION howdah.log_job(id pg_catalog.int8, attempt pg_catalog.int4, logs pg_catalog.text[])
RETURNS void
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    UPDATE jobs.runs AS r SET logs = log_job.logs[1:200]
    WHERE r.job_id = log_job.id AND r.attempt = log_job.attempt AND r.logs IS NULL
      AND r.ended_at > pg_catalog.clock_timestamp() - interval '1 minute';
END
$$;
ALTER FUNCTION howdah.log_job(pg_catalog.int8, pg_catalog.int4, pg_catalog.text[]) OWNER TO howdah_owner;
COMMENT ON FUNCTION howdah.log_job(pg_catalog.int8, pg_catalog.int4, pg_catalog.text[])
    IS 'For the courier: what a job that succeeded had to say.';
REVOKE EXECUTE ON FUNCTION howdah.log_job(pg_catalog.int8, pg_catalog.int4, pg_catalog.text[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah.log_job(pg_catalog.int8, pg_catalog.int4, pg_catalog.text[]) TO howdah_courier;
