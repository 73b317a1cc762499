-- howdah_private.install_queue_views: the view over queues, for the DBA; made where they are not there.
--
-- Runs as   invoker, a superuser, from howdah.install().
CREATE FUNCTION howdah_private.install_queue_views()
RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF pg_catalog.to_regclass('howdah.queue_stats') IS NULL THEN
        CREATE VIEW howdah.queue_stats WITH (security_barrier) AS
            SELECT q.name AS queue, q.owner, m.length, m.visible, m.in_flight, m.delayed,
                   COALESCE(m.lag, interval '0') AS lag,
                   r.sent_per_minute, r.done_per_minute, m.retried, q.dead AS failed,
                   COALESCE(pg_catalog.pg_sequence_last_value(q.ids), 0) AS sent
            FROM queue.queues AS q
            CROSS JOIN LATERAL (
                SELECT pg_catalog.count(*) AS length,
                       pg_catalog.count(*) FILTER (WHERE s.vt <= pg_catalog.clock_timestamp()) AS visible,
                       pg_catalog.count(*) FILTER (WHERE s.vt > pg_catalog.clock_timestamp() AND s.read_ct > 0) AS in_flight,
                       pg_catalog.count(*) FILTER (WHERE s.vt > pg_catalog.clock_timestamp() AND s.read_ct = 0) AS delayed,
                       pg_catalog.count(*) FILTER (WHERE s.read_ct > 1) AS retried,
                       GREATEST(pg_catalog.clock_timestamp() - pg_catalog.min(s.vt), interval '0') AS lag
                FROM queue.messages AS s WHERE s.home = q.home AND s.queue = q.id) AS m
            CROSS JOIN LATERAL (
                SELECT pg_catalog.round((b.sent - a.sent) / d.minutes, 1) AS sent_per_minute,
                       pg_catalog.round((b.sent - b.length - a.sent + a.length) / d.minutes, 1) AS done_per_minute
                FROM (SELECT s.at, s.sent, s.length FROM queue.samples AS s
                      WHERE s.queue = q.id AND s.at > pg_catalog.now() - interval '10 minutes' ORDER BY s.at LIMIT 1) AS a
                CROSS JOIN (SELECT s.at, s.sent, s.length FROM queue.samples AS s
                      WHERE s.queue = q.id ORDER BY s.at DESC LIMIT 1) AS b
                CROSS JOIN LATERAL (SELECT NULLIF(EXTRACT(epoch FROM b.at - a.at) / 60, 0) AS minutes) AS d
                UNION ALL SELECT NULL, NULL
                LIMIT 1) AS r;
    END IF;
    COMMENT ON VIEW howdah.queue_stats IS
        'Queues: how many messages wait, since when the longest is due (lag), rates of the last ten minutes, read more than once (retried), given up (failed).';
    IF (SELECT c.relowner FROM pg_catalog.pg_class AS c WHERE c.oid = 'howdah.queue_stats'::pg_catalog.regclass)
       <> 'howdah_owner'::pg_catalog.regrole THEN
        ALTER VIEW howdah.queue_stats OWNER TO howdah_owner;
    END IF;
END
$$;
COMMENT ON FUNCTION howdah_private.install_queue_views() IS 'howdah.install(): the view over queues.';
REVOKE EXECUTE ON FUNCTION howdah_private.install_queue_views() FROM PUBLIC;
