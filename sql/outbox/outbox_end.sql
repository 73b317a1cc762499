-- howdah_private.outbox_end: a row of the outbox is done with; whoever waits for it is told.
--
-- Runs as   invoker: the definer functions that call it are howdah_owner.
-- Writes    state and outcome. What a fetch brought may hold tokens, so it is sealed; what it sent is
--           forgotten.
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
    UPDATE howdah.outbox AS o
    SET state = outbox_end.state, settled_at = pg_catalog.now(), lease = NULL, leased_until = NULL,
        outcome = CASE WHEN o.kind <> 'fetch' THEN outbox_end.outcome::pg_catalog.text
                       ELSE howdah_private.secret_seal(outbox_end.outcome::pg_catalog.text, 'outbox:' || o.id) END,
        payload = CASE WHEN o.kind <> 'fetch' THEN o.payload ELSE '{}' END
    WHERE o.id = outbox_end.id
    RETURNING o.scope INTO v_scope;
    IF v_scope IS NOT NULL THEN
        PERFORM pg_catalog.pg_notify('howdah_settled', v_scope);
    END IF;
END
$$;
COMMENT ON FUNCTION howdah_private.outbox_end(pg_catalog.int8, pg_catalog.text, pg_catalog.jsonb)
    IS 'A row of the outbox is done with.';
REVOKE EXECUTE ON FUNCTION howdah_private.outbox_end(pg_catalog.int8, pg_catalog.text, pg_catalog.jsonb) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.outbox_end(pg_catalog.int8, pg_catalog.text, pg_catalog.jsonb)
    TO howdah_owner;
