-- howdah_private.mail_message_id: the Message-ID of a row: the same at every attempt, and not to be guessed.
--
-- Runs as   invoker: the definer functions that call it are howdah_owner.
CREATE FUNCTION howdah_private.mail_message_id(
    id pg_catalog.int8,
    created_at pg_catalog.timestamptz,
    domain pg_catalog.text
)
RETURNS pg_catalog.text
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN pg_catalog.format('<%s.%s@%s>', mail_message_id.id, pg_catalog.left(pg_catalog.encode(
        howdah_private.server_hmac('message-id', mail_message_id.id || ' ' || EXTRACT(epoch FROM mail_message_id.created_at)),
        'hex'), 24), mail_message_id.domain);
END
$$;
COMMENT ON FUNCTION howdah_private.mail_message_id(pg_catalog.int8, pg_catalog.timestamptz, pg_catalog.text)
    IS 'The Message-ID of a row.';
REVOKE EXECUTE ON FUNCTION howdah_private.mail_message_id(pg_catalog.int8, pg_catalog.timestamptz, pg_catalog.text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.mail_message_id(pg_catalog.int8, pg_catalog.timestamptz, pg_catalog.text) TO howdah_owner;
