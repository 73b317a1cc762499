-- howdah_private.outbox_add: what is to leave the database, when the transaction commits.
--
-- Runs as   invoker: the definer functions that call it are howdah_owner.
-- Takes     lane: what limits and the circuit breaker count by (mail domain, host:port, provider); tenant: whose it
--           is; expires_at: after that nobody wants it.
-- Writes    a row of howdah.outbox_entries; the couriers are called at commit.
-- Returns   its id, which stays the same over all attempts and when it is sent again.
-- Raises    23514 for a kind that is no name; 54000 for a payload of more than 10 MB.
CREATE FUNCTION howdah_private.outbox_add(
    kind         pg_catalog.text,
    recipient    pg_catalog.text,
    payload      pg_catalog.jsonb,
    lane         pg_catalog.text,
    user_id      pg_catalog.uuid        DEFAULT NULL,
    tenant       pg_catalog.text        DEFAULT '',
    due_at       pg_catalog.timestamptz DEFAULT pg_catalog.now(),
    expires_at   pg_catalog.timestamptz DEFAULT NULL,
    max_attempts pg_catalog.int4        DEFAULT 8
)
RETURNS pg_catalog.int8
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_id pg_catalog.int8;
BEGIN
    IF pg_catalog.pg_column_size(outbox_add.payload) > 10485760 THEN
        RAISE EXCEPTION 'a message may have 10 MB' USING ERRCODE = 'program_limit_exceeded';
    END IF;
    INSERT INTO howdah.outbox_entries AS o
        (kind, tenant, recipient, lane, user_id, payload, cause, due_at, expires_at, max_attempts)
    VALUES (outbox_add.kind, COALESCE(outbox_add.tenant, ''), outbox_add.recipient, outbox_add.lane, outbox_add.user_id,
            outbox_add.payload, howdah_private.request_id(), COALESCE(outbox_add.due_at, pg_catalog.now()),
            outbox_add.expires_at, COALESCE(outbox_add.max_attempts, 8))
    RETURNING o.id INTO v_id;
    RETURN v_id;
END
$$;
COMMENT ON FUNCTION howdah_private.outbox_add(
    pg_catalog.text, pg_catalog.text, pg_catalog.jsonb, pg_catalog.text, pg_catalog.uuid, pg_catalog.text,
    pg_catalog.timestamptz, pg_catalog.timestamptz, pg_catalog.int4)
    IS 'What is to leave the database, when the transaction commits.';
REVOKE EXECUTE ON FUNCTION howdah_private.outbox_add(
    pg_catalog.text, pg_catalog.text, pg_catalog.jsonb, pg_catalog.text, pg_catalog.uuid, pg_catalog.text,
    pg_catalog.timestamptz, pg_catalog.timestamptz, pg_catalog.int4) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.outbox_add(
    pg_catalog.text, pg_catalog.text, pg_catalog.jsonb, pg_catalog.text, pg_catalog.uuid, pg_catalog.text,
    pg_catalog.timestamptz, pg_catalog.timestamptz, pg_catalog.int4) TO howdah_owner;
