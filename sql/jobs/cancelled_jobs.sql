-- howdah.cancelled_jobs: running jobs that somebody wants to end.
--
-- Runs as   definer: reads jobs.cancels; the courier's role sees no table.
CREATE FUNCTION howdah.cancelled_jobs()
RETURNS SETOF pg_catalog.int8
LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT c.job FROM jobs.cancels AS c ORDER BY c.at LIMIT 1000
$$;
ALTER FUNCTION howdah.cancelled_jobs() OWNER TO howdah_owner;
COMMENT ON FUNCTION howdah.cancelled_jobs() IS 'For the courier: running jobs that somebody wants to end.';
REVOKE EXECUTE ON FUNCTION howdah.cancelled_jobs() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah.cancelled_jobs() TO howdah_courier;
