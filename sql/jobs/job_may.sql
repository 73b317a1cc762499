-- howdah_private.job_may: whether somebody may see to a job: who made it, who may be whom it runs as.
--
-- Runs as   invoker: the definer functions that call it are howdah_owner.
CREATE FUNCTION howdah_private.job_may(owner pg_catalog.text, made_by pg_catalog.text, caller howdah_private.caller)
RETURNS pg_catalog.bool
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT job_may.caller IS NOT NULL AND EXISTS (
        SELECT 1 FROM pg_catalog.pg_roles AS r
        WHERE r.rolname IN (job_may.owner, job_may.made_by) AND pg_catalog.pg_has_role(job_may.caller, r.oid, 'USAGE'))
$$;
COMMENT ON FUNCTION howdah_private.job_may(pg_catalog.text, pg_catalog.text, howdah_private.caller)
    IS 'Whether somebody may see to a job.';
REVOKE EXECUTE ON FUNCTION howdah_private.job_may(pg_catalog.text, pg_catalog.text, howdah_private.caller) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.job_may(pg_catalog.text, pg_catalog.text, howdah_private.caller) TO howdah_owner;
