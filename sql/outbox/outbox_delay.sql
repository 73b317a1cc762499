-- howdah_private.outbox_delay: how long a row waits for its next attempt.
--
-- Returns   5 s after the first failure, four times as long each time, at most an hour; a quarter more or less, so that
--           rows which failed together do not come back together.
CREATE FUNCTION howdah_private.outbox_delay(kind pg_catalog.text, attempts pg_catalog.int4)
RETURNS interval
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN pg_catalog.make_interval(secs => (0.75 + pg_catalog.random() / 2) * CASE outbox_delay.kind
        WHEN 'fetch' THEN 0
        WHEN 'webhook' THEN howdah_private.webhook_delay(outbox_delay.attempts)
        ELSE LEAST(5 * 4 ^ LEAST(outbox_delay.attempts - 1, 10), 3600)
    END);
END
$$;
COMMENT ON FUNCTION howdah_private.outbox_delay(pg_catalog.text, pg_catalog.int4)
    IS 'How long a row waits for its next attempt.';
REVOKE EXECUTE ON FUNCTION howdah_private.outbox_delay(pg_catalog.text, pg_catalog.int4) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.outbox_delay(pg_catalog.text, pg_catalog.int4) TO howdah_owner;
