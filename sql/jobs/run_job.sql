-- howdah.run_job: run a job that was claimed, as its owner, in the jail that a request has.
--
-- One statement: what the job does and that it is done commit together, or neither. Its row is locked meanwhile, which says that
-- it runs.
--
-- Runs as   definer: reads and writes jobs.jobs, enters the owner's role; the courier's role sees no table.
-- Writes    jobs.runs, and what the job writes.
-- Returns   false, and does nothing, if this lease is not the job's any more (fencing).
-- Raises    what the job raises; 57014 when its time is over. Then howdah.fail_job writes that down.
CREATE FUNCTION howdah.run_job(id pg_catalog.int8, lease pg_catalog.uuid)
RETURNS pg_catalog.bool
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_job       jobs.jobs;
    v_statement pg_catalog.text;
    v_answers   pg_catalog.bool;
    v_result    pg_catalog.text;
BEGIN
    SELECT j.* INTO v_job FROM jobs.jobs AS j WHERE j.id = run_job.id AND j.lease = run_job.lease FOR UPDATE;
    IF NOT FOUND THEN
        RETURN false;
    END IF;
    IF EXISTS (SELECT 1 FROM jobs.cancels AS c WHERE c.job = run_job.id) THEN
        PERFORM howdah_private.job_failed(run_job.id, NULL, NULL);
        RETURN true;
    END IF;
    PERFORM howdah_private.job_check_owner(v_job.owner);
    IF v_job.function IS NULL THEN
        v_statement := v_job.command;
        v_answers := false;
    ELSE
        SELECT s.statement, s.answers INTO v_statement, v_answers FROM howdah_private.job_statement(v_job.function, v_job.args) AS s;
    END IF;
    v_result := howdah_private.run_as(
        v_job.owner, v_statement, 1000 * COALESCE(v_job.timeout_s, howdah.get('jobs.timeout_s')::pg_catalog.int4), v_answers);
    PERFORM howdah_private.job_book(pg_catalog.to_jsonb(v_job), 'succeeded', v_job.leased_at, NULL, NULL,
                                    NULLIF(v_result, '')::pg_catalog.jsonb);
    DELETE FROM jobs.jobs AS j WHERE j.id = run_job.id;
    RETURN true;
END
$$;
ALTER FUNCTION howdah.run_job(pg_catalog.int8, pg_catalog.uuid) OWNER TO howdah_owner;
COMMENT ON FUNCTION howdah.run_job(pg_catalog.int8, pg_catalog.uuid) IS 'For the courier: run a job that was claimed.';
REVOKE EXECUTE ON FUNCTION howdah.run_job(pg_catalog.int8, pg_catalog.uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah.run_job(pg_catalog.int8, pg_catalog.uuid) TO howdah_courier;
