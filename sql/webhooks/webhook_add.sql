-- howdah_private.webhook_add: one webhook more.
--
-- Runs as   invoker: the definer functions that call it are howdah_owner.
-- Takes     target: an address, checked before, or the name of an endpoint; body: what is sent, as it is.
-- Writes    a row of the outbox. Its webhook-id is of fresh randomness and stays the same over all attempts.
-- Returns   its id.
CREATE FUNCTION howdah_private.webhook_add(
    url      pg_catalog.text,
    endpoint pg_catalog.text,
    lane     pg_catalog.text,
    event    pg_catalog.text,
    body     pg_catalog.jsonb,
    headers  pg_catalog.jsonb        DEFAULT NULL,
    tenant   pg_catalog.text         DEFAULT '',
    due_at   pg_catalog.timestamptz  DEFAULT NULL,
    user_id  pg_catalog.uuid         DEFAULT NULL
)
RETURNS pg_catalog.int8
LANGUAGE sql VOLATILE
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT howdah_private.outbox_add(
        'webhook', webhook_add.url,
        howdah_private.webhook_message(webhook_add.url, webhook_add.endpoint, webhook_add.event, webhook_add.headers)
            || pg_catalog.jsonb_build_object('body', webhook_add.body),
        webhook_add.lane,
        user_id => webhook_add.user_id,
        tenant => webhook_add.tenant,
        due_at => COALESCE(webhook_add.due_at, pg_catalog.now()),
        max_attempts => howdah_private.webhook_attempts())
$$;
COMMENT ON FUNCTION howdah_private.webhook_add(
    pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.jsonb, pg_catalog.jsonb,
    pg_catalog.text, pg_catalog.timestamptz, pg_catalog.uuid) IS 'One webhook more.';
REVOKE EXECUTE ON FUNCTION howdah_private.webhook_add(
    pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.jsonb, pg_catalog.jsonb,
    pg_catalog.text, pg_catalog.timestamptz, pg_catalog.uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.webhook_add(
    pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.jsonb, pg_catalog.jsonb,
    pg_catalog.text, pg_catalog.timestamptz, pg_catalog.uuid) TO howdah_owner;
