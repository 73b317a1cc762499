-- howdah.lease: take over rows of the outbox that are due, to carry them.
--
-- Runs as   definer: reads and writes the outbox, opens sealed fields; the courier's role sees no table.
-- Writes    the leases. A row whose lease has run out is due again, or failed after its last attempt. A row that has
--           expired, whose secrets do not open or that cannot be prepared is failed. No lock outlives it.
-- Takes     token: becomes the lease of all rows that are taken; a new one for each call, so that whoever gets no answer knows
--           what it has lost (NULL: each row gets one of its own). lost: tokens of the courier's own calls that were never
--           answered: it carries nothing of theirs, whatever they took is due again at once and none of its attempts is used.
-- Returns   at most "max" rows, in turn of tenants (howdah_private.outbox_claim), at most as many at a
--           time for one lane as its limit says (howdah.limit_lane), none of a kind that is paused. payload is what howdah_private.outbox_prepare made of the
--           row. lease is the fencing token that howdah.settle wants. patience_ms: how long anybody waits
--           (null: as long as it takes). allowed_hosts: the setting courier.allowed_hosts.
-- Raises    22023 for a lease of less than a second or more than an hour.
CREATE FUNCTION howdah.lease(
    kinds pg_catalog.text[], max pg_catalog.int4, seconds pg_catalog.int4,
    token pg_catalog.uuid DEFAULT NULL, lost pg_catalog.uuid[] DEFAULT '{}'
)
RETURNS TABLE (
    id pg_catalog.int8, lease pg_catalog.uuid, kind pg_catalog.text, attempt pg_catalog.int4,
    payload pg_catalog.jsonb, allowed_hosts pg_catalog.text[], patience_ms pg_catalog.int4
)
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_kinds pg_catalog.text[];
    v_ids   pg_catalog.int8[];
    v_row   record;
BEGIN
    IF lease.seconds NOT BETWEEN 1 AND 3600 THEN
        RAISE EXCEPTION 'a lease is for 1 to 3600 seconds' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    IF lease.lost <> '{}' THEN
        PERFORM howdah_private.outbox_release(lease.lost);
    END IF;
    PERFORM howdah_private.outbox_reclaim();
    allowed_hosts := pg_catalog.regexp_split_to_array(
        pg_catalog.lower(howdah.get('courier.allowed_hosts')), '[\s,]+');
    SELECT pg_catalog.array_agg(k.kind) INTO v_kinds
    FROM pg_catalog.unnest(lease.kinds) AS k (kind)
    WHERE NOT EXISTS (SELECT 1 FROM howdah.outbox_pauses AS p WHERE p.kind = k.kind);
    v_ids := howdah_private.outbox_claim(v_kinds, lease.max);
    IF v_ids IS NULL THEN
        RETURN;
    END IF;

    FOR v_row IN
        UPDATE howdah.outbox_entries AS o
        SET state = 'leased', attempts = o.attempts + 1, lease = COALESCE(lease.token, pg_catalog.gen_random_uuid()),
            leased_at = pg_catalog.clock_timestamp(),
            leased_until = pg_catalog.now() + pg_catalog.make_interval(secs => lease.seconds)
        WHERE o.id = ANY (v_ids)
        RETURNING o.lease, o.expires_at,
                  (o.id, o.kind, o.tenant, o.recipient, o.lane, o.user_id, o.payload, o.attempts, o.max_attempts,
                   o.created_at, o.expires_at, o.cause)::howdah_private.outbox_entry AS entry
    LOOP
        payload := howdah_private.outbox_take(v_row.entry);
        CONTINUE WHEN payload IS NULL;
        id := (v_row.entry).id;
        lease := v_row.lease;
        kind := (v_row.entry).kind;
        attempt := (v_row.entry).attempts;
        patience_ms := LEAST(pg_catalog.ceil(
            1000 * EXTRACT(epoch FROM v_row.expires_at - pg_catalog.clock_timestamp())), 2147483647);
        RETURN NEXT;
    END LOOP;
END
$$;
ALTER FUNCTION howdah.lease(pg_catalog.text[], pg_catalog.int4, pg_catalog.int4, pg_catalog.uuid, pg_catalog.uuid[]) OWNER TO howdah_owner;
COMMENT ON FUNCTION howdah.lease(pg_catalog.text[], pg_catalog.int4, pg_catalog.int4, pg_catalog.uuid, pg_catalog.uuid[])
    IS 'For the courier: take over rows that are due.';
REVOKE EXECUTE ON FUNCTION howdah.lease(pg_catalog.text[], pg_catalog.int4, pg_catalog.int4, pg_catalog.uuid, pg_catalog.uuid[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah.lease(pg_catalog.text[], pg_catalog.int4, pg_catalog.int4, pg_catalog.uuid, pg_catalog.uuid[]) TO howdah_courier;
