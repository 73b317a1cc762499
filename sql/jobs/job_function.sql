-- howdah_private.job_function: a function as a job keeps it: by name and types.
--
-- Runs as   invoker: the definer functions that call it are howdah_owner.
-- Raises    42501 if the owner may not execute it; as job_find.
CREATE FUNCTION howdah_private.job_function(function pg_catalog.text, owner pg_catalog.text)
RETURNS pg_catalog.text
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_function pg_catalog.oid := howdah_private.job_find(job_function.function);
BEGIN
    IF NOT pg_catalog.has_function_privilege(job_function.owner::pg_catalog.name, v_function, 'EXECUTE') THEN
        RAISE EXCEPTION 'role "%" may not execute %', job_function.owner, v_function::pg_catalog.regprocedure
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN v_function::pg_catalog.regprocedure::pg_catalog.text;
END
$$;
COMMENT ON FUNCTION howdah_private.job_function(pg_catalog.text, pg_catalog.text) IS 'A function as a job keeps it.';
REVOKE EXECUTE ON FUNCTION howdah_private.job_function(pg_catalog.text, pg_catalog.text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.job_function(pg_catalog.text, pg_catalog.text) TO howdah_owner;
