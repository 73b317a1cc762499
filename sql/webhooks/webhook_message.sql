-- howdah_private.webhook_message: a webhook's row in the outbox, but its body; with an id of fresh randomness, which stays the same
-- over all attempts.
CREATE FUNCTION howdah_private.webhook_message(
    url pg_catalog.text, endpoint pg_catalog.text, event pg_catalog.text, headers pg_catalog.jsonb
)
RETURNS pg_catalog.jsonb
LANGUAGE sql VOLATILE
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT pg_catalog.jsonb_strip_nulls(pg_catalog.jsonb_build_object(
        'id', 'msg_' || pg_catalog.replace(pg_catalog.gen_random_uuid()::pg_catalog.text, '-', ''),
        'endpoint', webhook_message.endpoint,
        'url', CASE WHEN webhook_message.endpoint IS NULL THEN webhook_message.url END,
        'event', webhook_message.event,
        'headers', NULLIF(webhook_message.headers, '{}')))
$$;
COMMENT ON FUNCTION howdah_private.webhook_message(pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.jsonb)
    IS 'A webhook''s row in the outbox, but its body.';
REVOKE EXECUTE ON FUNCTION howdah_private.webhook_message(pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.jsonb)
    FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.webhook_message(pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.jsonb)
    TO howdah_owner;

-- howdah_private.webhook_attempts: how many there are at most: the first, and one for each item of webhook.schedule.
CREATE FUNCTION howdah_private.webhook_attempts()
RETURNS pg_catalog.int4
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT 1 + pg_catalog.cardinality(pg_catalog.string_to_array(howdah.get('webhook.schedule'), ','))
$$;
COMMENT ON FUNCTION howdah_private.webhook_attempts() IS 'How many attempts a webhook has at most.';
REVOKE EXECUTE ON FUNCTION howdah_private.webhook_attempts() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.webhook_attempts() TO howdah_owner;
