-- howdah_private.lane_settled: the circuit breaker of a lane after an attempt.
--
-- Runs as   invoker: the definer functions that call it are howdah_owner.
-- Writes    howdah.lanes: from the fifth failure in a row on that was the lane's (lane_down: no connection, timeouts,
--           5xx) the lane is left alone, for 10 s and twice as long each time, at most 10 minutes. A delivery closes it.
CREATE FUNCTION howdah_private.lane_settled(
    kind pg_catalog.text, lane pg_catalog.text, outcome pg_catalog.jsonb
)
RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    c_failures CONSTANT pg_catalog.int4 := 5;
BEGIN
    IF lane_settled.outcome -> 'lane_down' = 'true' THEN
        INSERT INTO howdah.lanes AS l (kind, lane, failures, error)
        VALUES (lane_settled.kind, lane_settled.lane, 1, pg_catalog."left"(lane_settled.outcome ->> 'error', 200))
        ON CONFLICT ON CONSTRAINT lanes_pkey DO UPDATE
        SET failures = l.failures + 1, error = excluded.error, failed_at = pg_catalog.now(),
            open_until = CASE
                -- What was under way when it opened adds nothing.
                WHEN l.open_until > pg_catalog.now() THEN l.open_until
                WHEN l.failures + 1 >= c_failures THEN pg_catalog.now() + pg_catalog.make_interval(
                    secs => LEAST(10 * 2 ^ LEAST(l.failures + 1 - c_failures, 10), 600))
            END;
    ELSIF lane_settled.outcome -> 'error' IS NULL THEN
        DELETE FROM howdah.lanes AS l WHERE l.kind = lane_settled.kind AND l.lane = lane_settled.lane;
    END IF;
END
$$;
COMMENT ON FUNCTION howdah_private.lane_settled(pg_catalog.text, pg_catalog.text, pg_catalog.jsonb)
    IS 'The circuit breaker of a lane after an attempt.';
REVOKE EXECUTE ON FUNCTION howdah_private.lane_settled(pg_catalog.text, pg_catalog.text, pg_catalog.jsonb) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.lane_settled(pg_catalog.text, pg_catalog.text, pg_catalog.jsonb) TO howdah_owner;
