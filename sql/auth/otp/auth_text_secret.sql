-- howdah_private.auth_text_secret: make a code for a purpose and send it to a phone.
--
-- Runs as   invoker: the definer functions that call it are howdah_owner.
-- Writes    the secret's row, the user's …_sent_at, the message.
-- Takes     purpose: sms (signs in), signup (confirms), phone_change, reauthentication; channel: by which way, if not the usual one.
-- Returns   the message's id.
CREATE FUNCTION howdah_private.auth_text_secret(
    user_id pg_catalog.uuid,
    purpose pg_catalog.text,
    phone   pg_catalog.text,
    channel pg_catalog.text DEFAULT NULL
)
RETURNS pg_catalog.text
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_place  auth.one_time_token_type := CASE auth_text_secret.purpose
        WHEN 'phone_change' THEN 'phone_change_token'
        WHEN 'reauthentication' THEN 'reauthentication_token'
        ELSE 'confirmation_token' END;
    v_secret record;
BEGIN
    v_secret := howdah_private.auth_issue_one_time_token(
        auth_text_secret.user_id, v_place, auth_text_secret.phone, purpose => auth_text_secret.purpose);
    PERFORM howdah_private.auth_mark_sent(auth_text_secret.user_id, v_place, auth_text_secret.purpose);
    RETURN howdah_private.auth_send_sms(
        auth_text_secret.user_id, auth_text_secret.purpose, auth_text_secret.phone, v_secret.code,
        auth_text_secret.channel);
END
$$;
COMMENT ON FUNCTION howdah_private.auth_text_secret(pg_catalog.uuid, pg_catalog.text, pg_catalog.text, pg_catalog.text)
    IS 'Make a code for a purpose and send it to a phone.';
REVOKE EXECUTE ON FUNCTION howdah_private.auth_text_secret(pg_catalog.uuid, pg_catalog.text, pg_catalog.text, pg_catalog.text)
    FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.auth_text_secret(pg_catalog.uuid, pg_catalog.text, pg_catalog.text, pg_catalog.text)
    TO howdah_owner;
