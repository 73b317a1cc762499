-- howdah.cancel: a message that has not left yet is not sent.
--
-- Runs as   definer: writes the outbox.
-- Writes    the row goes to the history as cancelled.
-- Returns   false if there is nothing to cancel: it is being carried now, or is settled.
CREATE FUNCTION howdah.cancel(id pg_catalog.int8)
RETURNS pg_catalog.bool
LANGUAGE plpgsql STRICT SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM 1 FROM howdah.outbox_entries AS o
    WHERE o.id = cancel.id AND o.state = 'due' AND o.kind <> 'fetch'
    FOR UPDATE;
    IF NOT FOUND THEN
        RETURN false;
    END IF;
    PERFORM howdah_private.outbox_end(cancel.id, 'cancelled', NULL);
    RETURN true;
END
$$;
ALTER FUNCTION howdah.cancel(pg_catalog.int8) OWNER TO howdah_owner;
COMMENT ON FUNCTION howdah.cancel(pg_catalog.int8)
    IS 'A message that has not left yet is not sent.';
REVOKE EXECUTE ON FUNCTION howdah.cancel(pg_catalog.int8) FROM PUBLIC;
