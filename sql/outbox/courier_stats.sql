-- howdah.courier_stats: what waits, for the courier's metrics.
--
-- Runs as   definer: reads the outbox; the courier's role sees no table.
-- Returns   a row for each kind of which rows wait, are carried or whose lanes are open: rows due, rows leased, seconds that
--           the oldest has been due, lanes that the circuit breaker holds open. Reads an entry of an index for each row.
CREATE FUNCTION howdah.courier_stats()
RETURNS TABLE (
    kind pg_catalog.text, due pg_catalog.int8, leased pg_catalog.int8, lag_seconds pg_catalog.float8,
    open_lanes pg_catalog.int8
)
LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT k.kind, COALESCE(d.n, 0), COALESCE(b.n, 0),
           GREATEST(EXTRACT(epoch FROM pg_catalog.now() - d.oldest), 0)::pg_catalog.float8, COALESCE(l.n, 0)
    FROM (SELECT o.kind FROM howdah.outbox_entries AS o WHERE o.state IN ('due', 'leased')
          UNION SELECT a.kind FROM howdah.lanes AS a WHERE a.open_until > pg_catalog.now()) AS k
    LEFT JOIN (SELECT o.kind, pg_catalog.count(*) AS n, pg_catalog.min(o.due_at) AS oldest
               FROM howdah.outbox_entries AS o WHERE o.state = 'due' GROUP BY o.kind) AS d ON d.kind = k.kind
    LEFT JOIN (SELECT o.kind, pg_catalog.count(*) AS n
               FROM howdah.outbox_entries AS o WHERE o.state = 'leased' GROUP BY o.kind) AS b ON b.kind = k.kind
    LEFT JOIN (SELECT a.kind, pg_catalog.count(*) AS n
               FROM howdah.lanes AS a WHERE a.open_until > pg_catalog.now() GROUP BY a.kind) AS l ON l.kind = k.kind
$$;
ALTER FUNCTION howdah.courier_stats() OWNER TO howdah_owner;
COMMENT ON FUNCTION howdah.courier_stats() IS 'For the courier: what waits.';
REVOKE EXECUTE ON FUNCTION howdah.courier_stats() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah.courier_stats() TO howdah_courier;
