-- howdah.webhook: send a webhook, when the transaction commits.
--
-- The body is {"type": event, "timestamp", "data": payload} (Standard Webhooks); without an event, the payload alone. It is signed with
-- the secret of the endpoint, or of the address (howdah.webhook_secret), anew at each attempt.
--
-- Runs as   definer: writes the outbox.
-- Takes     url: an address, or the name of an endpoint. headers: texts; those of Howdah cannot be replaced. tenant: tenants take
--           turns. due_at: not before.
-- Returns   the id of the message (howdah.outbox, howdah.deliveries); NULL, and nothing is sent, if the endpoint is disabled.
-- Raises    22023 for an address, header or payload that is none; 42704 if there is no such endpoint; 54000 for a payload of more
--           than 1 MB.
CREATE FUNCTION howdah.webhook(
    url     pg_catalog.text,
    event   pg_catalog.text,
    payload pg_catalog.jsonb,
    headers pg_catalog.jsonb       DEFAULT '{}',
    tenant  pg_catalog.text        DEFAULT '',
    due_at  pg_catalog.timestamptz DEFAULT NULL,
    user_id pg_catalog.uuid        DEFAULT NULL
)
RETURNS pg_catalog.int8
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_endpoint howdah.webhook_endpoints;
    v_url      pg_catalog.text := webhook.url;
BEGIN
    IF webhook.payload IS NULL THEN
        RAISE EXCEPTION 'a webhook has a payload' USING ERRCODE = 'null_value_not_allowed';
    ELSIF pg_catalog.octet_length(webhook.payload::pg_catalog.text) > 1048576 THEN
        RAISE EXCEPTION 'a webhook may have 1 MB' USING ERRCODE = 'program_limit_exceeded';
    END IF;
    PERFORM howdah_private.webhook_check_headers(COALESCE(webhook.headers, '{}'));
    IF v_url !~ '://' IS NOT FALSE THEN
        SELECT e.* INTO v_endpoint FROM howdah.webhook_endpoints AS e WHERE e.name = webhook.url;
        IF NOT FOUND THEN
            RAISE EXCEPTION 'there is no endpoint %', pg_catalog.quote_nullable(webhook.url)
                USING ERRCODE = 'undefined_object', HINT = 'SELECT howdah.set_webhook_endpoint(name, url);';
        ELSIF v_endpoint.disabled_at IS NOT NULL THEN
            RETURN NULL;
        END IF;
        v_url := v_endpoint.url;
    END IF;
    RETURN howdah_private.webhook_add(
        v_url, v_endpoint.name, howdah_private.webhook_check_url(v_url), webhook.event,
        howdah_private.webhook_body(webhook.event, webhook.payload),
        headers => webhook.headers, tenant => COALESCE(webhook.tenant, ''), due_at => webhook.due_at,
        user_id => webhook.user_id);
END
$$;
ALTER FUNCTION howdah.webhook(
    pg_catalog.text, pg_catalog.text, pg_catalog.jsonb, pg_catalog.jsonb, pg_catalog.text, pg_catalog.timestamptz,
    pg_catalog.uuid) OWNER TO howdah_owner;
COMMENT ON FUNCTION howdah.webhook(
    pg_catalog.text, pg_catalog.text, pg_catalog.jsonb, pg_catalog.jsonb, pg_catalog.text, pg_catalog.timestamptz,
    pg_catalog.uuid) IS 'Send a webhook, when the transaction commits.';
REVOKE EXECUTE ON FUNCTION howdah.webhook(
    pg_catalog.text, pg_catalog.text, pg_catalog.jsonb, pg_catalog.jsonb, pg_catalog.text, pg_catalog.timestamptz,
    pg_catalog.uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah.webhook(
    pg_catalog.text, pg_catalog.text, pg_catalog.jsonb, pg_catalog.jsonb, pg_catalog.text, pg_catalog.timestamptz,
    pg_catalog.uuid) TO service_role;
