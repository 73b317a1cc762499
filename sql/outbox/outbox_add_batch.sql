-- howdah_private.outbox_add_batch: several messages of one kind to one recipient, in one statement: a tenth of the cost of
-- howdah_private.outbox_add for each.
--
-- Runs as   invoker: the definer functions that call it are howdah_owner.
-- Takes     payloads, in their order; the rest as outbox_add, for all of them.
-- Returns   how many.
-- Raises    54000 for a payload of more than 10 MB.
CREATE FUNCTION howdah_private.outbox_add_batch(
    kind         pg_catalog.text,
    recipient    pg_catalog.text,
    payloads     pg_catalog.jsonb[],
    lane         pg_catalog.text,
    tenant       pg_catalog.text DEFAULT '',
    max_attempts pg_catalog.int4 DEFAULT 8
)
RETURNS pg_catalog.int8
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_cause CONSTANT pg_catalog.text := howdah_private.request_id();
    v_count pg_catalog.int8;
BEGIN
    IF 10485760 < (SELECT pg_catalog.max(pg_catalog.pg_column_size(p)) FROM pg_catalog.unnest(outbox_add_batch.payloads) AS p) THEN
        RAISE EXCEPTION 'a message may have 10 MB' USING ERRCODE = 'program_limit_exceeded';
    END IF;
    INSERT INTO howdah.outbox_entries (kind, tenant, recipient, lane, payload, cause, max_attempts)
    SELECT outbox_add_batch.kind, outbox_add_batch.tenant, outbox_add_batch.recipient, outbox_add_batch.lane, p.payload, v_cause,
           outbox_add_batch.max_attempts
    FROM pg_catalog.unnest(outbox_add_batch.payloads) WITH ORDINALITY AS p (payload, n)
    ORDER BY p.n;
    GET DIAGNOSTICS v_count = ROW_COUNT;
    RETURN v_count;
END
$$;
COMMENT ON FUNCTION howdah_private.outbox_add_batch(
    pg_catalog.text, pg_catalog.text, pg_catalog.jsonb[], pg_catalog.text, pg_catalog.text, pg_catalog.int4)
    IS 'Several messages of one kind to one recipient.';
REVOKE EXECUTE ON FUNCTION howdah_private.outbox_add_batch(
    pg_catalog.text, pg_catalog.text, pg_catalog.jsonb[], pg_catalog.text, pg_catalog.text, pg_catalog.int4) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.outbox_add_batch(
    pg_catalog.text, pg_catalog.text, pg_catalog.jsonb[], pg_catalog.text, pg_catalog.text, pg_catalog.int4) TO howdah_owner;
