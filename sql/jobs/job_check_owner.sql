-- howdah_private.job_check_owner: refuse a role that no job may run as.
--
-- Runs as   invoker: the definer functions that call it are howdah_owner.
-- Raises    42704 if there is no such role; 42501 for a superuser, unless jobs.allow_superuser is on, and for Howdah's own.
CREATE FUNCTION howdah_private.job_check_owner(owner pg_catalog.text)
RETURNS void
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_super pg_catalog.bool;
BEGIN
    SELECT r.rolsuper INTO v_super FROM pg_catalog.pg_roles AS r WHERE r.rolname = job_check_owner.owner;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'role "%" does not exist', job_check_owner.owner USING ERRCODE = 'undefined_object';
    ELSIF job_check_owner.owner IN ('howdah_owner', 'howdah_proxy', 'howdah_courier') THEN
        RAISE EXCEPTION 'a job does not run as "%"', job_check_owner.owner USING ERRCODE = 'insufficient_privilege';
    ELSIF v_super AND howdah.get('jobs.allow_superuser') NOT IN ('on', 'true', 'yes', '1') THEN
        RAISE EXCEPTION 'a job does not run as a superuser' USING ERRCODE = 'insufficient_privilege',
            HINT = 'Name the role that it needs (run_as), or SELECT howdah.set(''jobs.allow_superuser'', ''on'').';
    END IF;
END
$$;
COMMENT ON FUNCTION howdah_private.job_check_owner(pg_catalog.text) IS 'Refuse a role that no job may run as.';
REVOKE EXECUTE ON FUNCTION howdah_private.job_check_owner(pg_catalog.text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.job_check_owner(pg_catalog.text) TO howdah_owner;
