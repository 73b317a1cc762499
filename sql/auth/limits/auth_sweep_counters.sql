-- howdah_private.auth_sweep_counters: now and then, take out counters that say nothing any more.
--
-- Runs as   invoker: the definer functions that call it are howdah_owner.
-- Writes    at most 500 rows go, once in 50 calls: more than are made.
CREATE FUNCTION howdah_private.auth_sweep_counters()
RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF pg_catalog.random() < 0.02 THEN
        DELETE FROM auth.rate_counters AS c
        WHERE c.key IN (
            SELECT g.key FROM auth.rate_counters AS g
            WHERE g.gone_after < pg_catalog.now()
            ORDER BY g.gone_after LIMIT 500
            FOR UPDATE SKIP LOCKED);
    END IF;
END
$$;
COMMENT ON FUNCTION howdah_private.auth_sweep_counters() IS 'Take out counters that say nothing any more.';
REVOKE EXECUTE ON FUNCTION howdah_private.auth_sweep_counters() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.auth_sweep_counters() TO howdah_owner;
