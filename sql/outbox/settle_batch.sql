-- howdah.settle_batch: what came of several leased rows, in one transaction.
--
-- Runs as   definer: writes the outbox; the courier's role sees no table.
-- Takes     arrays of one length: ids, leases, outcomes as howdah.settle has them, as texts of JSON.
-- Returns   for each row whether the lease was its own still. An outcome that cannot be kept is settled as
--           {"error": "broken_answer"}.
-- Raises    22023 for arrays of different lengths.
CREATE FUNCTION howdah.settle_batch(
    ids pg_catalog.int8[], leases pg_catalog.text[], outcomes pg_catalog.text[]
)
RETURNS pg_catalog.bool[]
LANGUAGE plpgsql STRICT SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_row     record;
    v_settled pg_catalog.bool[] := '{}';
BEGIN
    IF pg_catalog.cardinality(settle_batch.ids) <> pg_catalog.cardinality(settle_batch.leases)
       OR pg_catalog.cardinality(settle_batch.ids) <> pg_catalog.cardinality(settle_batch.outcomes) THEN
        RAISE EXCEPTION 'as many leases and outcomes as ids' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    FOR v_row IN
        SELECT r.id, r.lease, r.outcome
        FROM ROWS FROM (pg_catalog.unnest(settle_batch.ids), pg_catalog.unnest(settle_batch.leases),
                        pg_catalog.unnest(settle_batch.outcomes)) AS r (id, lease, outcome)
    LOOP
        BEGIN
            v_settled := v_settled || howdah.settle(
                v_row.id, v_row.lease::pg_catalog.uuid, v_row.outcome::pg_catalog.jsonb);
        EXCEPTION
            WHEN data_exception OR program_limit_exceeded THEN
                RAISE WARNING 'outbox %: its outcome cannot be kept (%)', v_row.id, SQLSTATE;
                v_settled := v_settled || howdah.settle(
                    v_row.id, v_row.lease::pg_catalog.uuid, '{"error": "broken_answer"}');
        END;
    END LOOP;
    RETURN v_settled;
END
$$;
ALTER FUNCTION howdah.settle_batch(pg_catalog.int8[], pg_catalog.text[], pg_catalog.text[]) OWNER TO howdah_owner;
COMMENT ON FUNCTION howdah.settle_batch(pg_catalog.int8[], pg_catalog.text[], pg_catalog.text[])
    IS 'For the courier: what came of several leased rows.';
REVOKE EXECUTE ON FUNCTION howdah.settle_batch(pg_catalog.int8[], pg_catalog.text[], pg_catalog.text[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah.settle_batch(pg_catalog.int8[], pg_catalog.text[], pg_catalog.text[]) TO howdah_courier;
