-- howdah_private.job_call: trigger function; wakes those who run jobs when the transaction commits.
CREATE FUNCTION howdah_private.job_call()
RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM pg_catalog.pg_notify('howdah_jobs', '');
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION howdah_private.job_call() IS 'Wakes those who run jobs at commit.';
REVOKE EXECUTE ON FUNCTION howdah_private.job_call() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.job_call() TO howdah_owner;
