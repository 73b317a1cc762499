-- howdah_private.outbox_again: a row is due again, later each time.
--
-- Runs as   invoker: the definer functions that call it are howdah_owner.
-- Takes     retry_after: seconds that the other side asked for; believed up to a day.
CREATE FUNCTION howdah_private.outbox_again(
    entry howdah_private.outbox_entry, outcome pg_catalog.jsonb, retry_after pg_catalog.jsonb DEFAULT NULL
)
RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_delay interval := howdah_private.outbox_delay((outbox_again.entry).kind, (outbox_again.entry).attempts);
BEGIN
    IF pg_catalog.jsonb_typeof(outbox_again.retry_after) = 'number' THEN
        v_delay := GREATEST(v_delay, pg_catalog.make_interval(
            secs => LEAST((outbox_again.retry_after)::pg_catalog.float8, 86400)));
    END IF;
    UPDATE howdah.outbox_entries AS o
    SET state = 'due', lease = NULL, leased_until = NULL, due_at = pg_catalog.now() + v_delay,
        outcome = pg_catalog."left"(outbox_again.outcome::pg_catalog.text, 8192)
    WHERE o.id = (outbox_again.entry).id;
END
$$;
COMMENT ON FUNCTION howdah_private.outbox_again(howdah_private.outbox_entry, pg_catalog.jsonb, pg_catalog.jsonb)
    IS 'A row is due again, later each time.';
REVOKE EXECUTE ON FUNCTION howdah_private.outbox_again(howdah_private.outbox_entry, pg_catalog.jsonb, pg_catalog.jsonb) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.outbox_again(howdah_private.outbox_entry, pg_catalog.jsonb, pg_catalog.jsonb) TO howdah_owner;
