-- howdah_private.job_owner: whom a job runs as: who asks for it, or a role that he may be.
--
-- Runs as   invoker: the definer functions that call it are howdah_owner.
-- Raises    42501 for a role that he may not be; as job_check_owner.
CREATE FUNCTION howdah_private.job_owner(run_as pg_catalog.text, caller howdah_private.caller)
RETURNS pg_catalog.text
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_owner pg_catalog.text := COALESCE(job_owner.run_as, job_owner.caller::pg_catalog.name::pg_catalog.text);
BEGIN
    PERFORM howdah_private.job_check_owner(v_owner);
    IF job_owner.caller IS NULL OR NOT pg_catalog.pg_has_role(job_owner.caller, v_owner::pg_catalog.name, 'MEMBER') THEN
        RAISE EXCEPTION 'you are no member of role "%"', v_owner USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN v_owner;
END
$$;
COMMENT ON FUNCTION howdah_private.job_owner(pg_catalog.text, howdah_private.caller) IS 'Whom a job runs as.';
REVOKE EXECUTE ON FUNCTION howdah_private.job_owner(pg_catalog.text, howdah_private.caller) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.job_owner(pg_catalog.text, howdah_private.caller) TO howdah_owner;
