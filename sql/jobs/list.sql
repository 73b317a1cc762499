-- jobs.list: the schedules that the caller may see to.
--
-- Runs as   definer: reads jobs.schedules. caller is not for you to give: it is who calls.
CREATE FUNCTION jobs.list(caller howdah_private.caller DEFAULT howdah_private.caller())
RETURNS TABLE (
    name pg_catalog.text,
    cron pg_catalog.text,
    timezone pg_catalog.text,
    work pg_catalog.text,
    owner pg_catalog.text,
    overlap pg_catalog.text,
    backfill pg_catalog.bool,
    last_slot pg_catalog.timestamptz,
    next_slot pg_catalog.timestamptz
)
LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT s.name, s.cron, s.timezone, COALESCE(s.function, s.command), s.owner, s.overlap, s.backfill, s.last_slot, s.next_slot
    FROM jobs.schedules AS s
    WHERE howdah_private.job_may(s.owner, s.made_by, list.caller)
    ORDER BY s.name
$$;
ALTER FUNCTION jobs.list(howdah_private.caller) OWNER TO howdah_owner;
COMMENT ON FUNCTION jobs.list(howdah_private.caller) IS 'The schedules that the caller may see to.';
REVOKE EXECUTE ON FUNCTION jobs.list(howdah_private.caller) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION jobs.list(howdah_private.caller) TO service_role;
