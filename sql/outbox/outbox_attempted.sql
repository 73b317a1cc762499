-- howdah_private.outbox_attempted: one row for an attempt, as howdah.deliveries shows it.
--
-- Runs as   invoker: the definer functions that call it are howdah_owner.
-- Takes     outcome as howdah.settle has it.
-- Writes    howdah.delivery_attempts. Texts of the other side are cut at 4 KB.
CREATE FUNCTION howdah_private.outbox_attempted(
    entry howdah_private.outbox_entry, started_at pg_catalog.timestamptz, state pg_catalog.text, outcome pg_catalog.jsonb
)
RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    INSERT INTO howdah.delivery_attempts
        (outbox_id, attempt, kind, recipient, user_id, transport, state, error, status, response, started_at, ended_at)
    VALUES ((outbox_attempted.entry).id, (outbox_attempted.entry).attempts, (outbox_attempted.entry).kind,
            (outbox_attempted.entry).recipient, (outbox_attempted.entry).user_id,
            pg_catalog."left"(outbox_attempted.outcome ->> 'transport', 200), outbox_attempted.state,
            pg_catalog."left"(outbox_attempted.outcome ->> 'error', 200),
            CASE pg_catalog.jsonb_typeof(outbox_attempted.outcome -> 'status')
                WHEN 'number' THEN (outbox_attempted.outcome ->> 'status')::pg_catalog.numeric % 1000000 END,
            pg_catalog."left"(outbox_attempted.outcome ->> 'response', 4096),
            outbox_attempted.started_at, pg_catalog.clock_timestamp());
END
$$;
COMMENT ON FUNCTION howdah_private.outbox_attempted(
    howdah_private.outbox_entry, pg_catalog.timestamptz, pg_catalog.text, pg_catalog.jsonb)
    IS 'One row for an attempt.';
REVOKE EXECUTE ON FUNCTION howdah_private.outbox_attempted(
    howdah_private.outbox_entry, pg_catalog.timestamptz, pg_catalog.text, pg_catalog.jsonb) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.outbox_attempted(
    howdah_private.outbox_entry, pg_catalog.timestamptz, pg_catalog.text, pg_catalog.jsonb) TO howdah_owner;
