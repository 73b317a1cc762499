-- howdah.redeliver: send webhooks again that failed for good, under the same webhook-id.
--
-- Runs as   definer: writes the outbox.
-- Takes     id: one message, failed or not; or endpoint (its name, or an address), since, until: those that failed in between.
-- Writes    the rows go from the history back to the live ones, their attempts counted anew.
-- Returns   how many.
CREATE FUNCTION howdah.redeliver(id pg_catalog.int8)
RETURNS pg_catalog.int8
LANGUAGE sql STRICT SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT howdah.resend(redeliver.id)::pg_catalog.int4::pg_catalog.int8
$$;
ALTER FUNCTION howdah.redeliver(pg_catalog.int8) OWNER TO howdah_owner;
COMMENT ON FUNCTION howdah.redeliver(pg_catalog.int8) IS 'Send a webhook again, under the same webhook-id.';
REVOKE EXECUTE ON FUNCTION howdah.redeliver(pg_catalog.int8) FROM PUBLIC;

CREATE FUNCTION howdah.redeliver(
    endpoint pg_catalog.text,
    since    pg_catalog.timestamptz,
    until    pg_catalog.timestamptz DEFAULT pg_catalog.now()
)
RETURNS pg_catalog.int8
LANGUAGE sql STRICT SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT pg_catalog.count(*) FILTER (WHERE howdah.resend(f.id))
    FROM (SELECT h.id FROM howdah.outbox_history AS h
          WHERE h.kind = 'webhook' AND h.state = 'failed'
            AND h.settled_at BETWEEN redeliver.since AND redeliver.until
            AND redeliver.endpoint IN (h.payload ->> 'endpoint', h.payload ->> 'url')
          ORDER BY h.id) AS f
$$;
ALTER FUNCTION howdah.redeliver(pg_catalog.text, pg_catalog.timestamptz, pg_catalog.timestamptz) OWNER TO howdah_owner;
COMMENT ON FUNCTION howdah.redeliver(pg_catalog.text, pg_catalog.timestamptz, pg_catalog.timestamptz)
    IS 'Send webhooks again that failed for good, under the same webhook-id.';
REVOKE EXECUTE ON FUNCTION howdah.redeliver(pg_catalog.text, pg_catalog.timestamptz, pg_catalog.timestamptz) FROM PUBLIC;
