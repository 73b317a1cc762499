-- howdah_private.outbox_settle: what came of one leased row.
--
-- Runs as   invoker: howdah.settle and howdah.settle_batch, which are howdah_owner.
-- Takes     outcome as howdah.settle has it.
-- Returns   false, and writes nothing, if this lease is not the row's any more (fencing).
CREATE FUNCTION howdah_private.outbox_settle(id pg_catalog.int8, lease pg_catalog.uuid, outcome pg_catalog.jsonb)
RETURNS pg_catalog.bool
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_failed pg_catalog.bool := outbox_settle.outcome ? 'error';
    v_again  pg_catalog.bool;
    v_entry  howdah_private.outbox_entry;
    v_row    record;
BEGIN
    SELECT o.leased_at,
           (o.id, o.kind, o.tenant, o.recipient, o.lane, o.user_id, o.payload, o.attempts, o.max_attempts, o.created_at,
            o.expires_at, o.cause)::howdah_private.outbox_entry AS entry
    INTO v_row
    FROM howdah.outbox_entries AS o
    WHERE o.id = outbox_settle.id AND o.lease = outbox_settle.lease AND o.state = 'leased'
    FOR UPDATE;
    IF NOT FOUND THEN
        RETURN false;
    END IF;
    v_entry := v_row.entry;
    v_again := v_failed AND v_entry.kind <> 'fetch' AND v_entry.attempts < v_entry.max_attempts
        AND outbox_settle.outcome -> 'permanent' IS DISTINCT FROM 'true';
    IF v_entry.kind <> 'fetch' THEN
        PERFORM howdah_private.outbox_attempted(
            v_entry, v_row.leased_at,
            CASE WHEN v_again THEN 'deferred' WHEN v_failed THEN 'failed' ELSE 'delivered' END, outbox_settle.outcome);
        PERFORM howdah_private.lane_settled(v_entry.kind, v_entry.lane, outbox_settle.outcome);
        BEGIN
            PERFORM howdah_private.outbox_settled(v_entry, outbox_settle.outcome);
        EXCEPTION
            WHEN OTHERS THEN
                RAISE WARNING 'outbox %, kind %: what follows from its attempt failed (%)',
                    v_entry.id, v_entry.kind, SQLSTATE;
        END;
    END IF;
    IF v_again THEN
        PERFORM howdah_private.outbox_again(
            v_entry, outbox_settle.outcome, outbox_settle.outcome -> 'retry_after');
    ELSE
        PERFORM howdah_private.outbox_end(
            outbox_settle.id, CASE WHEN v_failed THEN 'failed' ELSE 'delivered' END, outbox_settle.outcome);
    END IF;
    RETURN true;
END
$$;
COMMENT ON FUNCTION howdah_private.outbox_settle(pg_catalog.int8, pg_catalog.uuid, pg_catalog.jsonb)
    IS 'What came of one leased row.';
REVOKE EXECUTE ON FUNCTION howdah_private.outbox_settle(pg_catalog.int8, pg_catalog.uuid, pg_catalog.jsonb) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.outbox_settle(pg_catalog.int8, pg_catalog.uuid, pg_catalog.jsonb) TO howdah_owner;
