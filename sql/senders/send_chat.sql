-- howdah.send_chat: a message to a chat (Slack, Discord, Telegram …), when the transaction commits.
--
-- Runs as   definer: writes the outbox.
-- Takes     sender: a row of howdah.senders of kind chat. "to": channel or chat, where the sender does not say it.
-- Writes    a row of the outbox.
-- Returns   its id.
-- Raises    22023 for no such sender, no text, or one of more than 40,000 characters.
CREATE FUNCTION howdah.send_chat(
    sender pg_catalog.text,
    text   pg_catalog.text,
    "to"   pg_catalog.text        DEFAULT NULL,
    due_at pg_catalog.timestamptz DEFAULT pg_catalog.now(),
    tenant pg_catalog.text        DEFAULT ''
)
RETURNS pg_catalog.int8
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM howdah_private.sender_check_text(send_chat.text, 40000);
    PERFORM howdah_private.sender_check_name('chat', COALESCE(send_chat.sender, ''));
    RETURN howdah_private.sender_add(
        'chat', COALESCE(send_chat."to", ''), pg_catalog.jsonb_build_object('text', send_chat.text, 'sender', send_chat.sender),
        send_chat.tenant, send_chat.due_at);
END
$$;
ALTER FUNCTION howdah.send_chat(
    pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.timestamptz, pg_catalog.text) OWNER TO howdah_owner;
COMMENT ON FUNCTION howdah.send_chat(
    pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.timestamptz, pg_catalog.text)
    IS 'A message to a chat, when the transaction commits.';
REVOKE EXECUTE ON FUNCTION howdah.send_chat(
    pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.timestamptz, pg_catalog.text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah.send_chat(
    pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.timestamptz, pg_catalog.text) TO service_role;
