-- howdah.lease: take over rows of the outbox that are due, to carry them.
--
-- Runs as   definer: reads and writes howdah.outbox, opens sealed fields; the courier's role sees no table.
-- Writes    the leases. A row whose lease has run out is due again, or failed after its last attempt. A row
--           whose secrets do not open is failed. It is one statement: no lock outlives it.
-- Returns   at most "max" rows, oldest first, at most 16 at a time in all for one recipient. lease is the
--           fencing token that howdah.settle wants. patience_ms: how long anybody waits (null: as long as
--           it takes). allowed_hosts: the setting courier.allowed_hosts.
-- Raises    22023 for a lease of less than a second or more than an hour.
CREATE FUNCTION howdah.lease(kinds pg_catalog.text[], max pg_catalog.int4, seconds pg_catalog.int4)
RETURNS TABLE (
    id pg_catalog.int8, lease pg_catalog.uuid, kind pg_catalog.text, attempt pg_catalog.int4,
    payload pg_catalog.jsonb, allowed_hosts pg_catalog.text[], patience_ms pg_catalog.int4
)
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    c_per_recipient CONSTANT pg_catalog.int4 := 16;
    v_row howdah.outbox;
BEGIN
    IF lease.seconds NOT BETWEEN 1 AND 3600 THEN
        RAISE EXCEPTION 'a lease is for 1 to 3600 seconds' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    PERFORM howdah_private.outbox_reclaim();
    allowed_hosts := pg_catalog.regexp_split_to_array(
        pg_catalog.lower(howdah.get('courier.allowed_hosts')), '[\s,]+');

    FOR v_row IN
        WITH busy AS (
            SELECT b.recipient, pg_catalog.count(*) AS n FROM howdah.outbox AS b
            WHERE b.state = 'leased' GROUP BY b.recipient
        ), queued AS (
            SELECT o.id, o.recipient, o.due_at FROM howdah.outbox AS o
            WHERE o.state = 'due' AND o.kind = ANY (lease.kinds) AND o.due_at <= pg_catalog.now()
              AND (o.expires_at IS NULL OR o.expires_at > pg_catalog.now())
            ORDER BY o.due_at, o.id LIMIT 4 * LEAST(lease.max, 256)
        ), ranked AS (
            SELECT q.id, q.due_at, q.recipient,
                   pg_catalog.row_number() OVER (PARTITION BY q.recipient ORDER BY q.due_at, q.id) AS place
            FROM queued AS q
        ), chosen AS (
            SELECT o.id FROM howdah.outbox AS o
            JOIN ranked AS r ON r.id = o.id
            LEFT JOIN busy AS b ON b.recipient = r.recipient
            WHERE o.state = 'due' AND r.place + COALESCE(b.n, 0) <= c_per_recipient
            ORDER BY r.due_at, r.id LIMIT lease.max
            FOR UPDATE OF o SKIP LOCKED
        )
        UPDATE howdah.outbox AS o
        SET state = 'leased', attempts = o.attempts + 1, lease = pg_catalog.gen_random_uuid(),
            leased_until = pg_catalog.now() + pg_catalog.make_interval(secs => lease.seconds)
        FROM chosen AS c WHERE o.id = c.id
        RETURNING o.*
    LOOP
        BEGIN
            payload := howdah_private.open_sealed(v_row.payload);
        EXCEPTION
            WHEN OTHERS THEN
                PERFORM howdah_private.outbox_end(v_row.id, 'failed', '{"error": "secret_lost"}');
                CONTINUE;
        END;
        id := v_row.id;
        lease := v_row.lease;
        kind := v_row.kind;
        attempt := v_row.attempts;
        patience_ms := pg_catalog.ceil(1000 * EXTRACT(epoch FROM v_row.expires_at - pg_catalog.now()));
        RETURN NEXT;
    END LOOP;
END
$$;
ALTER FUNCTION howdah.lease(pg_catalog.text[], pg_catalog.int4, pg_catalog.int4) OWNER TO howdah_owner;
COMMENT ON FUNCTION howdah.lease(pg_catalog.text[], pg_catalog.int4, pg_catalog.int4)
    IS 'For the courier: take over rows that are due.';
REVOKE EXECUTE ON FUNCTION howdah.lease(pg_catalog.text[], pg_catalog.int4, pg_catalog.int4) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah.lease(pg_catalog.text[], pg_catalog.int4, pg_catalog.int4) TO howdah_courier;
