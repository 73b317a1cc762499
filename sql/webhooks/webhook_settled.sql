-- howdah_private.webhook_settled: an endpoint that says 410 Gone is disabled.
--
-- Runs as   invoker: howdah.settle, which is howdah_owner.
-- Writes    howdah.webhook_endpoints. set_webhook_endpoint enables it again.
CREATE FUNCTION howdah_private.webhook_settled(entry howdah_private.outbox_entry, outcome pg_catalog.jsonb)
RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF webhook_settled.outcome -> 'status' = '410' THEN
        UPDATE howdah.webhook_endpoints AS e
        SET disabled_at = pg_catalog.now(), disabled_reason = 'gone'
        WHERE e.name = (webhook_settled.entry).payload ->> 'endpoint' AND e.disabled_at IS NULL;
    END IF;
END
$$;
COMMENT ON FUNCTION howdah_private.webhook_settled(howdah_private.outbox_entry, pg_catalog.jsonb)
    IS 'An endpoint that says 410 Gone is disabled.';
REVOKE EXECUTE ON FUNCTION howdah_private.webhook_settled(howdah_private.outbox_entry, pg_catalog.jsonb) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.webhook_settled(howdah_private.outbox_entry, pg_catalog.jsonb) TO howdah_owner;
