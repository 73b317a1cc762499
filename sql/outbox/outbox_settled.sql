-- howdah_private.outbox_settled: what else follows from an attempt: an address is suppressed, a device retired …
--
-- A kind of its own has a line here.
--
-- Runs as   invoker: howdah.settle and howdah.settle_batch, which are howdah_owner.
-- Writes    what the kind's function writes, in the transaction that settles the row. An error of it is a warning in
--           the server's log: the row is settled all the same.
CREATE FUNCTION howdah_private.outbox_settled(entry howdah_private.outbox_entry, outcome pg_catalog.jsonb)
RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    CASE outbox_settled.entry.kind
        WHEN 'fetch' THEN NULL;
        WHEN 'webhook' THEN PERFORM howdah_private.webhook_settled(outbox_settled.entry, outbox_settled.outcome);
        WHEN 'push' THEN PERFORM howdah_private.push_settled(outbox_settled.entry, outbox_settled.outcome);
        WHEN 'email' THEN PERFORM howdah_private.email_settled(outbox_settled.entry, outbox_settled.outcome);
        ELSE NULL;
    END CASE;
END
$$;
COMMENT ON FUNCTION howdah_private.outbox_settled(howdah_private.outbox_entry, pg_catalog.jsonb)
    IS 'What else follows from an attempt.';
REVOKE EXECUTE ON FUNCTION howdah_private.outbox_settled(howdah_private.outbox_entry, pg_catalog.jsonb) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.outbox_settled(howdah_private.outbox_entry, pg_catalog.jsonb) TO howdah_owner;
