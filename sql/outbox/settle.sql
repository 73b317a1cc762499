-- howdah.settle: what came of a leased row.
--
-- Runs as   definer: writes howdah.outbox; the courier's role sees no table.
-- Writes    an outcome with "error" makes the row due again, later each time, up to its attempts; any
--           other is its end. A fetch ends either way: its flow decides.
-- Returns   false, and writes nothing, if this lease is not the row's any more (fencing): it ran out,
--           and another courier may be carrying the row.
-- Raises    54000 for an outcome of more than 512 kB.
CREATE FUNCTION howdah.settle(id pg_catalog.int8, lease pg_catalog.uuid, outcome pg_catalog.jsonb)
RETURNS pg_catalog.bool
LANGUAGE plpgsql STRICT SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_failed pg_catalog.bool := settle.outcome ? 'error';
    v_row    record;
BEGIN
    IF pg_catalog.octet_length(settle.outcome::pg_catalog.text) > 524288 THEN
        RAISE EXCEPTION 'the outcome is too large' USING ERRCODE = 'program_limit_exceeded';
    END IF;
    SELECT o.id, o.kind, o.attempts, o.max_attempts INTO v_row
    FROM howdah.outbox AS o
    WHERE o.id = settle.id AND o.lease = settle.lease AND o.state = 'leased'
    FOR UPDATE;
    IF NOT FOUND THEN
        RETURN false;
    END IF;
    IF v_failed AND v_row.attempts < v_row.max_attempts THEN
        UPDATE howdah.outbox AS o
        SET state = 'due', lease = NULL, leased_until = NULL, outcome = settle.outcome::pg_catalog.text,
            due_at = pg_catalog.now() + pg_catalog.make_interval(
                secs => LEAST(5 * 4 ^ (v_row.attempts - 1), 3600) * (0.75 + pg_catalog.random() / 2))
        WHERE o.id = settle.id;
    ELSE
        PERFORM howdah_private.outbox_end(
            settle.id, CASE WHEN v_failed THEN 'failed' ELSE 'done' END, settle.outcome);
    END IF;
    RETURN true;
END
$$;
ALTER FUNCTION howdah.settle(pg_catalog.int8, pg_catalog.uuid, pg_catalog.jsonb) OWNER TO howdah_owner;
COMMENT ON FUNCTION howdah.settle(pg_catalog.int8, pg_catalog.uuid, pg_catalog.jsonb)
    IS 'For the courier: what came of a leased row; false if the lease is not the row''s any more.';
REVOKE EXECUTE ON FUNCTION howdah.settle(pg_catalog.int8, pg_catalog.uuid, pg_catalog.jsonb) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah.settle(pg_catalog.int8, pg_catalog.uuid, pg_catalog.jsonb) TO howdah_courier;
