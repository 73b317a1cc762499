-- howdah_private.outbox_reclaim: leases that have run out: their couriers are gone.
--
-- Runs as   invoker: howdah.lease, which is howdah_owner.
-- Writes    the rows are due again at once, or failed after their last attempt. A fetch has one: whether it was
--           sent is not known, and an authorization code is good for one use.
CREATE FUNCTION howdah_private.outbox_reclaim()
RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_row record;
BEGIN
    FOR v_row IN
        SELECT o.id, o.kind, o.attempts < o.max_attempts AS again, o.leased_at,
               (o.id, o.kind, o.tenant, o.recipient, o.lane, o.user_id, o.payload, o.attempts, o.max_attempts,
                o.created_at, o.expires_at, o.cause)::howdah_private.outbox_entry AS entry
        FROM howdah.outbox_entries AS o
        WHERE o.state = 'leased' AND o.leased_until < pg_catalog.now()
        ORDER BY o.leased_until LIMIT 256
        FOR UPDATE SKIP LOCKED
    LOOP
        IF v_row.kind <> 'fetch' THEN
            PERFORM howdah_private.outbox_attempted(
                v_row.entry, v_row.leased_at, CASE WHEN v_row.again THEN 'deferred' ELSE 'failed' END,
                '{"error": "courier_lost"}');
        END IF;
        IF v_row.again THEN
            UPDATE howdah.outbox_entries AS o SET state = 'due', lease = NULL, leased_until = NULL
            WHERE o.id = v_row.id;
        ELSE
            PERFORM howdah_private.outbox_end(v_row.id, 'failed', '{"error": "courier_lost"}');
        END IF;
    END LOOP;
END
$$;
COMMENT ON FUNCTION howdah_private.outbox_reclaim()
    IS 'Rows whose courier is gone.';
REVOKE EXECUTE ON FUNCTION howdah_private.outbox_reclaim() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.outbox_reclaim() TO howdah_owner;
