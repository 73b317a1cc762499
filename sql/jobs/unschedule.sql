-- jobs.unschedule: not any more. What of it is due does not run; what runs goes on.
--
-- Runs as   definer: writes jobs.schedules and jobs.jobs. caller is not for you to give: it is who calls.
-- Returns   whether there was a schedule of that name that the caller may end.
CREATE FUNCTION jobs.unschedule(name pg_catalog.text, caller howdah_private.caller DEFAULT howdah_private.caller())
RETURNS pg_catalog.bool
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_id pg_catalog.int4;
BEGIN
    DELETE FROM jobs.schedules AS s
    WHERE s.name = unschedule.name AND howdah_private.job_may(s.owner, s.made_by, unschedule.caller)
    RETURNING s.id INTO v_id;
    DELETE FROM jobs.jobs AS j
    WHERE j.id IN (SELECT d.id FROM jobs.jobs AS d WHERE d.schedule = v_id AND d.lease IS NULL FOR UPDATE SKIP LOCKED);
    RETURN v_id IS NOT NULL;
END
$$;
ALTER FUNCTION jobs.unschedule(pg_catalog.text, howdah_private.caller) OWNER TO howdah_owner;
COMMENT ON FUNCTION jobs.unschedule(pg_catalog.text, howdah_private.caller) IS 'End a schedule.';
REVOKE EXECUTE ON FUNCTION jobs.unschedule(pg_catalog.text, howdah_private.caller) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION jobs.unschedule(pg_catalog.text, howdah_private.caller) TO service_role;
