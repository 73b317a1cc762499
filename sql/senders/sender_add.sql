-- howdah_private.sender_add: a text message, chat message or post into the outbox; nobody wants it a week later.
--
-- Runs as   invoker: the definer functions that call it are howdah_owner.
-- Takes     payload: what is null in it is left out.
-- Writes    a row of the outbox.
-- Returns   its id.
CREATE FUNCTION howdah_private.sender_add(
    kind pg_catalog.text, recipient pg_catalog.text, payload pg_catalog.jsonb, tenant pg_catalog.text,
    due_at pg_catalog.timestamptz, user_id pg_catalog.uuid DEFAULT NULL
)
RETURNS pg_catalog.int8
LANGUAGE sql
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT howdah_private.outbox_add(
        sender_add.kind, sender_add.recipient, pg_catalog.jsonb_strip_nulls(sender_add.payload),
        lane => COALESCE(sender_add.payload ->> 'sender', sender_add.kind), user_id => sender_add.user_id,
        tenant => sender_add.tenant, due_at => sender_add.due_at, expires_at => sender_add.due_at + interval '7 days')
$$;
COMMENT ON FUNCTION howdah_private.sender_add(
    pg_catalog.text, pg_catalog.text, pg_catalog.jsonb, pg_catalog.text, pg_catalog.timestamptz, pg_catalog.uuid)
    IS 'A text message, chat message or post into the outbox.';
REVOKE EXECUTE ON FUNCTION howdah_private.sender_add(
    pg_catalog.text, pg_catalog.text, pg_catalog.jsonb, pg_catalog.text, pg_catalog.timestamptz, pg_catalog.uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.sender_add(
    pg_catalog.text, pg_catalog.text, pg_catalog.jsonb, pg_catalog.text, pg_catalog.timestamptz, pg_catalog.uuid) TO howdah_owner;
