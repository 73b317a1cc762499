-- howdah_private.auth_sms_channel: by which way a text message goes out.
--
-- Runs as   invoker: the definer functions that call it are howdah_owner.
-- Takes     wanted: sms or whatsapp; NULL: the first one of the setting sms_channels.
-- Returns   the way; NULL where it is none that goes out here. A hook that sends takes both, as in GoTrue: it is told which.
CREATE FUNCTION howdah_private.auth_sms_channel(wanted pg_catalog.text)
RETURNS pg_catalog.text
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_channels CONSTANT pg_catalog.text[] := pg_catalog.string_to_array(auth.get('sms_channels'), ',');
BEGIN
    IF COALESCE(auth_sms_channel.wanted, '') = '' THEN
        RETURN v_channels[1];
    ELSIF auth_sms_channel.wanted = ANY (v_channels) OR (
        auth_sms_channel.wanted IN ('sms', 'whatsapp')
        AND EXISTS (SELECT 1 FROM auth.hooks AS h WHERE h.hook = 'send_sms')) THEN
        RETURN auth_sms_channel.wanted;
    END IF;
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION howdah_private.auth_sms_channel(pg_catalog.text)
    IS 'By which way a text message goes out; NULL: by none.';
REVOKE EXECUTE ON FUNCTION howdah_private.auth_sms_channel(pg_catalog.text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.auth_sms_channel(pg_catalog.text) TO howdah_owner;
