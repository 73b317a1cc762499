-- howdah.run_due_job: claim and run one job by hand, where no courier does it (with howdah.tick(), also from pg_cron).
--
-- Runs as   definer, as howdah.claim_job and howdah.run_job. EXECUTE: nobody but superusers.
-- Writes    as those; here the attempt is counted in the same transaction. What the job logs goes to the caller.
-- Returns   the job's id, or NULL if none is due.
CREATE FUNCTION howdah.run_due_job()
RETURNS pg_catalog.int8
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_id    pg_catalog.int8;
    v_lease pg_catalog.uuid;
BEGIN
    SELECT c.id, c.lease INTO v_id, v_lease FROM howdah.claim_job(60) AS c;
    IF NOT FOUND THEN
        RETURN NULL;
    END IF;
    BEGIN
        PERFORM howdah.run_job(v_id, v_lease);
    EXCEPTION
        WHEN OTHERS OR query_canceled THEN
            PERFORM howdah.fail_job(v_id, v_lease, SQLSTATE, SQLERRM, NULL);
    END;
    RETURN v_id;
END
$$;
ALTER FUNCTION howdah.run_due_job() OWNER TO howdah_owner;
COMMENT ON FUNCTION howdah.run_due_job() IS 'Claim and run one job by hand.';
REVOKE EXECUTE ON FUNCTION howdah.run_due_job() FROM PUBLIC;
