-- howdah_private.webhook_body: what a receiver reads: Standard Webhooks' three members; without an event, the payload alone.
CREATE FUNCTION howdah_private.webhook_body(event pg_catalog.text, payload pg_catalog.jsonb)
RETURNS pg_catalog.jsonb
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT CASE WHEN webhook_body.event IS NULL THEN webhook_body.payload ELSE pg_catalog.jsonb_build_object(
        'type', webhook_body.event,
        'timestamp', pg_catalog.to_char(pg_catalog.now() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
        'data', webhook_body.payload) END
$$;
COMMENT ON FUNCTION howdah_private.webhook_body(pg_catalog.text, pg_catalog.jsonb) IS 'What a receiver of a webhook reads.';
REVOKE EXECUTE ON FUNCTION howdah_private.webhook_body(pg_catalog.text, pg_catalog.jsonb) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.webhook_body(pg_catalog.text, pg_catalog.jsonb) TO howdah_owner;
