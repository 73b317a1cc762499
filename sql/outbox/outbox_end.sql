-- howdah_private.outbox_end: a row of the outbox is done with; whoever waits for it is told.
--
-- Runs as   invoker: the definer functions that call it are howdah_owner.
-- Takes     state: delivered, failed or cancelled.
-- Writes    messages go to the history. A fetch stays until its flow forgets it: what it brought may hold tokens, so it
--           is sealed; what it sent is forgotten.
CREATE FUNCTION howdah_private.outbox_end(
    id pg_catalog.int8, state pg_catalog.text, outcome pg_catalog.jsonb
)
RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_scope pg_catalog.text;
BEGIN
    UPDATE howdah.outbox_entries AS o
    SET state = CASE outbox_end.state WHEN 'delivered' THEN 'done' ELSE 'failed' END,
        lease = NULL, leased_until = NULL, payload = '{}',
        outcome = howdah_private.secret_seal(outbox_end.outcome::pg_catalog.text, 'outbox:' || o.id)
    WHERE o.id = outbox_end.id AND o.kind = 'fetch'
    RETURNING o.scope INTO v_scope;
    IF FOUND THEN
        PERFORM pg_catalog.pg_notify('howdah_settled', v_scope);
    ELSE
        PERFORM howdah_private.outbox_archive(outbox_end.id, outbox_end.state, outbox_end.outcome);
    END IF;
END
$$;
COMMENT ON FUNCTION howdah_private.outbox_end(pg_catalog.int8, pg_catalog.text, pg_catalog.jsonb)
    IS 'A row of the outbox is done with.';
REVOKE EXECUTE ON FUNCTION howdah_private.outbox_end(pg_catalog.int8, pg_catalog.text, pg_catalog.jsonb) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.outbox_end(pg_catalog.int8, pg_catalog.text, pg_catalog.jsonb) TO howdah_owner;
