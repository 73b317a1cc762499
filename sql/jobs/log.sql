-- jobs.log: a line for the logs of the job that runs (howdah.job_runs.logs), as RAISE NOTICE makes one. Kept even of an
-- attempt whose effects are undone.
--
-- Runs as   invoker.
CREATE FUNCTION jobs.log(message pg_catalog.text)
RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RAISE NOTICE '%', log.message;
END
$$;
COMMENT ON FUNCTION jobs.log(pg_catalog.text) IS 'A line for the logs of the job that runs.';
REVOKE EXECUTE ON FUNCTION jobs.log(pg_catalog.text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION jobs.log(pg_catalog.text) TO PUBLIC;
