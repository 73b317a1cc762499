-- howdah_private.webhook_prepare: one attempt of a webhook: where it goes now, signed as of now.
--
-- The id is the message's and stays; the timestamp is the attempt's, so that a receiver can tell an attempt from a replay.
-- An endpoint's address and secrets are those of now: what it was given is repaired under way.
--
-- Runs as   invoker: howdah.lease, which is howdah_owner.
-- Returns   the request for the courier; {"refuse"} if the endpoint is gone or disabled.
CREATE FUNCTION howdah_private.webhook_prepare(entry howdah_private.outbox_entry)
RETURNS pg_catalog.jsonb
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_message  CONSTANT pg_catalog.jsonb := (webhook_prepare.entry).payload;
    v_body     CONSTANT pg_catalog.text := (v_message -> 'body')::pg_catalog.text;
    v_now      CONSTANT pg_catalog.int8 := pg_catalog.floor(EXTRACT(epoch FROM pg_catalog.clock_timestamp()));
    v_endpoint howdah.webhook_endpoints;
    v_secrets  pg_catalog.text[];
    v_headers  pg_catalog.jsonb := COALESCE(v_message -> 'headers', '{}');
    v_url      pg_catalog.text := v_message ->> 'url';
BEGIN
    IF v_message ? 'endpoint' THEN
        SELECT e.* INTO v_endpoint FROM howdah.webhook_endpoints AS e WHERE e.name = v_message ->> 'endpoint';
        IF NOT FOUND THEN
            RETURN '{"refuse": "endpoint_removed"}';
        ELSIF v_endpoint.disabled_at IS NOT NULL THEN
            RETURN '{"refuse": "endpoint_disabled"}';
        END IF;
        v_url := v_endpoint.url;
        v_secrets := howdah_private.webhook_secrets(v_endpoint.name);
        IF v_endpoint.headers IS NOT NULL THEN
            v_headers := howdah_private.secret_open(
                v_endpoint.headers, 'webhook_endpoint_headers:' || v_endpoint.name)::pg_catalog.jsonb || v_headers;
        END IF;
    ELSE
        v_secrets := ARRAY[howdah_private.webhook_url_secret(v_url)];
    END IF;
    RETURN pg_catalog.jsonb_build_object(
        'request', pg_catalog.jsonb_build_object(
            'method', 'POST',
            'url', v_url,
            'headers', v_headers || pg_catalog.jsonb_build_object(
                'content-type', 'application/json',
                'webhook-id', v_message ->> 'id',
                'webhook-timestamp', v_now::pg_catalog.text,
                'webhook-signature', howdah_private.webhook_sign(v_message ->> 'id', v_now, v_body, v_secrets)),
            'body', v_body),
        'transport', COALESCE(v_endpoint.name, (webhook_prepare.entry).lane),
        'timeout_ms', howdah.get('webhook.timeout_ms')::pg_catalog.int4,
        -- All but Gone may be a mistake that somebody is repairing.
        'permanent', '[[410, 410]]'::pg_catalog.jsonb);
END
$$;
COMMENT ON FUNCTION howdah_private.webhook_prepare(howdah_private.outbox_entry)
    IS 'One attempt of a webhook: where it goes now, signed as of now.';
REVOKE EXECUTE ON FUNCTION howdah_private.webhook_prepare(howdah_private.outbox_entry) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.webhook_prepare(howdah_private.outbox_entry) TO howdah_owner;
