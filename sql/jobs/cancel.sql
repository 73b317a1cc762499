-- jobs.cancel: a job is not to run; one that runs is ended, and its effects undone.
--
-- Runs as   definer: writes jobs.jobs. caller is not for you to give: it is who calls.
-- Writes    a due job is over at once; of a running one the wish, which the courier hears.
-- Returns   whether there was such a job of the caller's.
CREATE FUNCTION jobs.cancel(id pg_catalog.int8, caller howdah_private.caller DEFAULT howdah_private.caller())
RETURNS pg_catalog.bool
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_job jobs.jobs;
BEGIN
    IF NOT EXISTS (SELECT 1 FROM jobs.jobs AS j
                   WHERE j.id = cancel.id AND howdah_private.job_may(j.owner, j.made_by, cancel.caller)) THEN
        RETURN false;
    END IF;
    -- A running job's row is locked.
    SELECT j.* INTO v_job FROM jobs.jobs AS j WHERE j.id = cancel.id AND j.lease IS NULL FOR UPDATE SKIP LOCKED;
    IF FOUND THEN
        PERFORM howdah_private.job_book(pg_catalog.to_jsonb(v_job), 'cancelled', NULL);
        DELETE FROM jobs.jobs AS j WHERE j.id = cancel.id;
        RETURN true;
    END IF;
    INSERT INTO jobs.cancels (job, by) VALUES (cancel.id, cancel.caller::pg_catalog.name) ON CONFLICT DO NOTHING;
    PERFORM pg_catalog.pg_notify('howdah_jobs', 'cancel');
    RETURN true;
END
$$;
ALTER FUNCTION jobs.cancel(pg_catalog.int8, howdah_private.caller) OWNER TO howdah_owner;
COMMENT ON FUNCTION jobs.cancel(pg_catalog.int8, howdah_private.caller) IS 'A job is not to run.';
REVOKE EXECUTE ON FUNCTION jobs.cancel(pg_catalog.int8, howdah_private.caller) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION jobs.cancel(pg_catalog.int8, howdah_private.caller) TO service_role;
