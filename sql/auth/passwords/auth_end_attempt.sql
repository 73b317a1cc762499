-- howdah_private.auth_end_attempt: count what auth_begin_attempt let through.
--
-- Runs as   invoker: the definer functions that call it are howdah_owner.
-- Writes    a failure to the place it came from and to the account's sum; a success ends both counts and makes the device known for 90
--           days. Drops some of what has expired, so that the table does not grow with made-up addresses.
CREATE FUNCTION howdah_private.auth_end_attempt(
    account pg_catalog.uuid, known pg_catalog.bool, succeeded pg_catalog.bool,
    device pg_catalog.text, network pg_catalog.text)
RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_now     pg_catalog.timestamptz := pg_catalog.clock_timestamp();
BEGIN
    IF auth_end_attempt.succeeded THEN
        DELETE FROM auth.attempts AS a
        WHERE a.account = auth_end_attempt.account AND a.place IN ('all', auth_end_attempt.network);
        INSERT INTO auth.attempts AS a (account, place, failures, expires_at)
        VALUES (auth_end_attempt.account, auth_end_attempt.device, 0, v_now + '90 days'::pg_catalog.interval)
        ON CONFLICT ON CONSTRAINT attempts_pkey
        DO UPDATE SET failures = 0, failed_at = NULL, expires_at = excluded.expires_at
        -- Once a day is enough to keep it.
        WHERE a.failures > 0 OR a.expires_at < v_now + '89 days'::pg_catalog.interval;
        RETURN;
    END IF;
    INSERT INTO auth.attempts AS a (account, place, failures, failed_at, expires_at)
    VALUES (auth_end_attempt.account, CASE WHEN auth_end_attempt.known THEN auth_end_attempt.device ELSE auth_end_attempt.network END, 1, v_now,
            v_now + '1 day'::pg_catalog.interval),
           (auth_end_attempt.account, 'all', 1, v_now, v_now + '30 days'::pg_catalog.interval)
    ON CONFLICT ON CONSTRAINT attempts_pkey
    DO UPDATE SET failures = CASE WHEN a.expires_at > v_now THEN a.failures ELSE 0 END + 1,
                  failed_at = v_now, expires_at = GREATEST(a.expires_at, excluded.expires_at);
    DELETE FROM auth.attempts AS a
    WHERE (a.account, a.place) IN (
        SELECT x.account, x.place FROM auth.attempts AS x
        WHERE x.expires_at < v_now ORDER BY x.expires_at LIMIT 8 FOR UPDATE SKIP LOCKED);
END
$$;
COMMENT ON FUNCTION howdah_private.auth_end_attempt(
    pg_catalog.uuid, pg_catalog.bool, pg_catalog.bool, pg_catalog.text, pg_catalog.text)
    IS 'Count what auth_begin_attempt let through.';
REVOKE EXECUTE ON FUNCTION howdah_private.auth_end_attempt(
    pg_catalog.uuid, pg_catalog.bool, pg_catalog.bool, pg_catalog.text, pg_catalog.text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.auth_end_attempt(
    pg_catalog.uuid, pg_catalog.bool, pg_catalog.bool, pg_catalog.text, pg_catalog.text) TO howdah_owner;
