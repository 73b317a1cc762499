-- jobs.retry: a job that is over runs again, under its id, with all its attempts; one that waits for its next runs now.
--
-- Runs as   definer: writes jobs.jobs. caller is not for you to give: it is who calls.
-- Returns   whether there is such a job of the caller's, and it does not run.
CREATE FUNCTION jobs.retry(id pg_catalog.int8, caller howdah_private.caller DEFAULT howdah_private.caller())
RETURNS pg_catalog.bool
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_job pg_catalog.jsonb;
BEGIN
    UPDATE jobs.jobs AS j SET run_at = pg_catalog.now()
    WHERE j.id = retry.id AND j.lease IS NULL AND howdah_private.job_may(j.owner, j.made_by, retry.caller);
    IF FOUND THEN
        PERFORM pg_catalog.pg_notify('howdah_jobs', '');
        RETURN true;
    END IF;
    SELECT r.job INTO v_job FROM jobs.runs AS r
    WHERE r.job_id = retry.id AND r.state <> 'skipped'
      AND howdah_private.job_may(r.job ->> 'owner', r.job ->> 'made_by', retry.caller)
    ORDER BY r.ended_at DESC LIMIT 1;
    IF NOT FOUND THEN
        RETURN false;
    END IF;
    INSERT INTO jobs.jobs
    SELECT j.* FROM pg_catalog.jsonb_populate_record(NULL::jobs.jobs, v_job || pg_catalog.jsonb_build_object(
        'run_at', pg_catalog.now(), 'created_at', pg_catalog.now(), 'attempts', 0, 'made_by', retry.caller::pg_catalog.name)) AS j
    ON CONFLICT DO NOTHING;
    RETURN FOUND;
END
$$;
ALTER FUNCTION jobs.retry(pg_catalog.int8, howdah_private.caller) OWNER TO howdah_owner;
COMMENT ON FUNCTION jobs.retry(pg_catalog.int8, howdah_private.caller) IS 'A job runs again.';
REVOKE EXECUTE ON FUNCTION jobs.retry(pg_catalog.int8, howdah_private.caller) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION jobs.retry(pg_catalog.int8, howdah_private.caller) TO service_role;
