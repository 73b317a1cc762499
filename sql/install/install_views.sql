-- howdah_private.install_views: the views over the tables, for the DBA; made where they are not there.
--
-- Owned by howdah_owner, so that SELECT on a view is all that a role needs which is to watch; no API role gets it.
--
-- Runs as   invoker, a superuser, from howdah.install().
CREATE FUNCTION howdah_private.install_views()
RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF pg_catalog.to_regclass('howdah.outbox') IS NULL THEN
        CREATE VIEW howdah.outbox AS
            SELECT o.id, o.kind, o.tenant, o.recipient, o.state, o.cause, o.due_at AS due, o.user_id, o.lane, o.attempts,
                   o.max_attempts, o.created_at, o.expires_at, o.leased_until, NULL::pg_catalog.timestamptz AS settled_at, o.outcome
            FROM howdah.outbox_entries AS o WHERE o.kind <> 'fetch'
            UNION ALL
            SELECT h.id, h.kind, h.tenant, h.recipient, h.state, h.cause, h.due_at, h.user_id, h.lane, h.attempts,
                   h.max_attempts, h.created_at, h.expires_at, NULL, h.settled_at, h.outcome
            FROM howdah.outbox_history AS h;
    END IF;
    COMMENT ON VIEW howdah.outbox IS
        'Messages, live and settled: state due, leased, delivered, failed or cancelled; cause is the id of the request that caused it.';
    IF pg_catalog.to_regclass('howdah.deliveries') IS NULL THEN
        CREATE VIEW howdah.deliveries AS
            SELECT d.outbox_id, d.attempt, d.kind, d.recipient, d.transport, d.state, d.error, d.status, d.response,
                   d.started_at, d.ended_at, d.ended_at - d.started_at AS duration, d.user_id, d.confirmed_at
            FROM howdah.delivery_attempts AS d;
    END IF;
    COMMENT ON VIEW howdah.deliveries IS
        'One row an attempt: delivered, deferred (tried again later) or failed (for good).';
    IF pg_catalog.to_regclass('howdah.outbox_stats') IS NULL THEN
        CREATE VIEW howdah.outbox_stats AS
            SELECT k.kind,
                   COALESCE(l.due, 0) AS due, COALESCE(l.leased, 0) AS leased,
                   GREATEST(pg_catalog.now() - l.oldest, interval '0') AS lag,
                   COALESCE(d.delivered, 0) AS delivered_last_hour, COALESCE(d.deferred, 0) AS deferred_last_hour,
                   COALESCE(d.failed, 0) AS failed_last_hour, p.paused_at
            FROM (SELECT kind FROM howdah.outbox_entries WHERE kind <> 'fetch'
                  UNION SELECT kind FROM howdah.delivery_attempts WHERE ended_at > pg_catalog.now() - interval '1 hour'
                  UNION SELECT kind FROM howdah.outbox_pauses) AS k
            LEFT JOIN (SELECT o.kind, pg_catalog.count(*) FILTER (WHERE o.state = 'due') AS due,
                              pg_catalog.count(*) FILTER (WHERE o.state = 'leased') AS leased,
                              pg_catalog.min(o.due_at) FILTER (WHERE o.state = 'due') AS oldest
                       FROM howdah.outbox_entries AS o GROUP BY o.kind) AS l ON l.kind = k.kind
            LEFT JOIN (SELECT a.kind, pg_catalog.count(*) FILTER (WHERE a.state = 'delivered') AS delivered,
                              pg_catalog.count(*) FILTER (WHERE a.state = 'deferred') AS deferred,
                              pg_catalog.count(*) FILTER (WHERE a.state = 'failed') AS failed
                       FROM howdah.delivery_attempts AS a
                       WHERE a.ended_at > pg_catalog.now() - interval '1 hour' GROUP BY a.kind) AS d ON d.kind = k.kind
            LEFT JOIN howdah.outbox_pauses AS p ON p.kind = k.kind;
    END IF;
    COMMENT ON VIEW howdah.outbox_stats IS 'Each kind of message: how many wait, for how long, and what came of the last hour.';
    IF pg_catalog.to_regclass('howdah.changes') IS NULL THEN
        CREATE VIEW howdah.changes AS
            SELECT c.name, COALESCE(t.oid::pg_catalog.regclass::pg_catalog.text,
                                    pg_catalog.format('%I.%I', c.table_schema, c.table_name)) AS "table",
                   c.events, COALESCE(c.url, c.endpoint, c.queue) AS target, c.filter, c.columns, c.role,
                   (SELECT pg_catalog.count(*) FROM pg_catalog.pg_trigger AS g
                    WHERE g.tgrelid = t.oid AND g.tgfoid = 'howdah.capture_change()'::pg_catalog.regprocedure
                      AND g.tgargs = pg_catalog.convert_to(c.id::pg_catalog.text, 'UTF8') || '\x00') AS triggers
            FROM howdah.change_captures AS c
            LEFT JOIN LATERAL (
                SELECT r.oid FROM pg_catalog.pg_class AS r JOIN pg_catalog.pg_namespace AS n ON n.oid = r.relnamespace
                JOIN pg_catalog.pg_database AS d ON d.datname = pg_catalog.current_database()
                WHERE d.oid || '/' || r.oid = c.table_key
                   OR (n.nspname, r.relname) = (c.table_schema, c.table_name)
                ORDER BY d.oid || '/' || r.oid = c.table_key DESC LIMIT 1) AS t ON true;
    END IF;
    COMMENT ON VIEW howdah.changes IS 'Whose changes are handed on, and to whom: howdah.on_change. Without triggers, none are.';
    ALTER VIEW howdah.outbox OWNER TO howdah_owner;
    ALTER VIEW howdah.changes OWNER TO howdah_owner;
    ALTER VIEW howdah.deliveries OWNER TO howdah_owner;
    ALTER VIEW howdah.outbox_stats OWNER TO howdah_owner;
END
$$;
COMMENT ON FUNCTION howdah_private.install_views() IS 'howdah.install(): the views over the tables.';
REVOKE EXECUTE ON FUNCTION howdah_private.install_views() FROM PUBLIC;
