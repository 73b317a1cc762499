-- howdah_private.outbox_confirmed: the carrier tells what became of what it had taken.
--
-- Runs as   invoker: the definer functions that call it are howdah_owner.
-- Takes     transport: of the attempt; state delivered or failed, with a word.
-- Writes    the last attempt by that transport, once; if it failed, that the message did.
-- Returns   false if there is no such attempt, or it was told before.
CREATE FUNCTION howdah_private.outbox_confirmed(
    id pg_catalog.int8, kind pg_catalog.text, transport pg_catalog.text, state pg_catalog.text, error pg_catalog.text
)
RETURNS pg_catalog.bool
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    UPDATE howdah.delivery_attempts AS d
    SET state = outbox_confirmed.state, error = outbox_confirmed.error, confirmed_at = pg_catalog.clock_timestamp()
    WHERE d.outbox_id = outbox_confirmed.id AND d.kind = outbox_confirmed.kind
      AND d.transport = outbox_confirmed.transport AND d.state = 'delivered' AND d.confirmed_at IS NULL
      AND d.attempt = (SELECT pg_catalog.max(l.attempt) FROM howdah.delivery_attempts AS l
                       WHERE l.outbox_id = outbox_confirmed.id AND l.transport = outbox_confirmed.transport);
    IF NOT FOUND THEN
        RETURN false;
    END IF;
    IF outbox_confirmed.state = 'failed' THEN
        UPDATE howdah.outbox_history AS h SET state = 'failed'
        WHERE h.id = outbox_confirmed.id AND h.kind = outbox_confirmed.kind AND h.state = 'delivered';
    END IF;
    RETURN true;
END
$$;
COMMENT ON FUNCTION howdah_private.outbox_confirmed(
    pg_catalog.int8, pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text)
    IS 'The carrier tells what became of what it had taken.';
REVOKE EXECUTE ON FUNCTION howdah_private.outbox_confirmed(
    pg_catalog.int8, pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.outbox_confirmed(
    pg_catalog.int8, pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text) TO howdah_owner;
