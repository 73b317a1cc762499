-- howdah_private.outbox_prepare: what the courier is to do for a row, made when it takes the row over.
--
-- A kind of its own has a line here, which picks the transport and builds the request; other rows are carried as they
-- are. Sealed fields in what it returns are opened by howdah.lease.
--
-- Runs as   invoker: howdah.lease, which is howdah_owner.
-- Returns   the payload for the courier; or {"refuse": word}: the row has failed for good; or {"defer": seconds}: not
--           now, and no attempt is counted.
-- Raises    whatever is wrong with the row: it has failed for good.
CREATE FUNCTION howdah_private.outbox_prepare(entry howdah_private.outbox_entry)
RETURNS pg_catalog.jsonb
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN CASE outbox_prepare.entry.kind
        WHEN 'fetch' THEN outbox_prepare.entry.payload
        WHEN 'webhook' THEN howdah_private.webhook_prepare(outbox_prepare.entry)
        WHEN 'push' THEN howdah_private.push_prepare(outbox_prepare.entry)
        WHEN 'sms' THEN howdah_private.sender_prepare(outbox_prepare.entry)
        WHEN 'chat' THEN howdah_private.sender_prepare(outbox_prepare.entry)
        WHEN 'social' THEN howdah_private.sender_prepare(outbox_prepare.entry)
        WHEN 'email' THEN howdah_private.email_prepare(outbox_prepare.entry)
        ELSE outbox_prepare.entry.payload
    END;
END
$$;
COMMENT ON FUNCTION howdah_private.outbox_prepare(howdah_private.outbox_entry)
    IS 'What the courier is to do for a row.';
REVOKE EXECUTE ON FUNCTION howdah_private.outbox_prepare(howdah_private.outbox_entry) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.outbox_prepare(howdah_private.outbox_entry) TO howdah_owner;
