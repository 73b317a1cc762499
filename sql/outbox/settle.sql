-- howdah.settle: what came of a leased row.
--
-- Runs as   definer: writes the outbox; the courier's role sees no table.
-- Takes     outcome: {"delivered": true, "transport", "status", "response"}, or {"error": word, "permanent": bool,
--           "retry_after": seconds, "lane_down": bool, "transport", "status", "response"}.
-- Writes    an outcome with "error" makes the row due again, later each time, up to its attempts, unless it is
--           permanent; any other is its end: the row goes to the history. A fetch ends either way: its flow decides.
-- Returns   false, and writes nothing, if this lease is not the row's any more (fencing): it ran out,
--           and another courier may be carrying the row.
-- Raises    54000 for an outcome of more than 512 kB.
CREATE FUNCTION howdah.settle(id pg_catalog.int8, lease pg_catalog.uuid, outcome pg_catalog.jsonb)
RETURNS pg_catalog.bool
LANGUAGE plpgsql STRICT SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF pg_catalog.octet_length(settle.outcome::pg_catalog.text) > 524288 THEN
        RAISE EXCEPTION 'the outcome is too large' USING ERRCODE = 'program_limit_exceeded';
    END IF;
    RETURN howdah_private.outbox_settle(settle.id, settle.lease, settle.outcome);
END
$$;
ALTER FUNCTION howdah.settle(pg_catalog.int8, pg_catalog.uuid, pg_catalog.jsonb) OWNER TO howdah_owner;
COMMENT ON FUNCTION howdah.settle(pg_catalog.int8, pg_catalog.uuid, pg_catalog.jsonb)
    IS 'For the courier: what came of a leased row; false if the lease is not the row''s any more.';
REVOKE EXECUTE ON FUNCTION howdah.settle(pg_catalog.int8, pg_catalog.uuid, pg_catalog.jsonb) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah.settle(pg_catalog.int8, pg_catalog.uuid, pg_catalog.jsonb) TO howdah_courier;
