-- howdah_private.job_failed: an attempt did not succeed.
--
-- Runs as   invoker: the definer functions that call it are howdah_owner.
-- Writes    the job is due again, later each time, up to its attempts; else, or if somebody wants it to end, it is over.
CREATE FUNCTION howdah_private.job_failed(
    id pg_catalog.int8, sqlstate pg_catalog.text, error pg_catalog.text, logs pg_catalog.text[] DEFAULT NULL
)
RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_job   jobs.jobs;
    v_state pg_catalog.text;
BEGIN
    SELECT j.* INTO v_job FROM jobs.jobs AS j WHERE j.id = job_failed.id;
    v_state := CASE
        WHEN EXISTS (SELECT 1 FROM jobs.cancels AS c WHERE c.job = job_failed.id) THEN 'cancelled'
        WHEN v_job.attempts < v_job.max_attempts THEN 'deferred'
        ELSE 'failed'
    END;
    PERFORM howdah_private.job_book(pg_catalog.to_jsonb(v_job), v_state, v_job.leased_at, job_failed.error, job_failed.sqlstate,
                                    NULL, job_failed.logs);
    IF v_state <> 'deferred' THEN
        DELETE FROM jobs.jobs AS j WHERE j.id = job_failed.id;
        RETURN;
    END IF;
    UPDATE jobs.jobs AS j
    SET lease = NULL, leased_until = NULL, leased_at = NULL, error = pg_catalog."left"(job_failed.error, 4096),
        run_at = pg_catalog.now() + pg_catalog.make_interval(
            secs => LEAST(10 * 2 ^ (v_job.attempts - 1), 3600) * (0.75 + pg_catalog.random() / 2))
    WHERE j.id = job_failed.id;
END
$$;
COMMENT ON FUNCTION howdah_private.job_failed(pg_catalog.int8, pg_catalog.text, pg_catalog.text, pg_catalog.text[])
    IS 'An attempt of a job did not succeed.';
REVOKE EXECUTE ON FUNCTION howdah_private.job_failed(pg_catalog.int8, pg_catalog.text, pg_catalog.text, pg_catalog.text[])
    FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.job_failed(pg_catalog.int8, pg_catalog.text, pg_catalog.text, pg_catalog.text[])
    TO howdah_owner;
