-- howdah_private.auth_check_channel: is this a way by which text messages go out here? One that is not must not become another.
--
-- Runs as   invoker: the definer functions that call it are howdah_owner.
-- Returns   400 validation_failed; status NULL: it is, or none is named.
CREATE FUNCTION howdah_private.auth_check_channel(channel pg_catalog.text)
RETURNS auth.answer
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF howdah_private.auth_sms_channel(auth_check_channel.channel) IS NOT NULL THEN
        RETURN NULL;
    ELSIF auth_check_channel.channel IN ('sms', 'whatsapp') THEN
        RETURN howdah_private.auth_refuse('validation_failed', pg_catalog.format(
            'Invalid channel: messages do not go out by ''%s'' here', auth_check_channel.channel));
    END IF;
    RETURN howdah_private.auth_refuse('validation_failed', 'Invalid channel, supported values are ''sms'' or ''whatsapp''');
END
$$;
COMMENT ON FUNCTION howdah_private.auth_check_channel(pg_catalog.text)
    IS 'Is this a way by which text messages go out here?';
REVOKE EXECUTE ON FUNCTION howdah_private.auth_check_channel(pg_catalog.text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.auth_check_channel(pg_catalog.text) TO howdah_owner;
