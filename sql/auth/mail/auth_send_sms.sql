-- howdah_private.auth_send_sms: a code to a phone, as a row that commits with its cause.
--
-- Runs as   invoker: the definer functions that call it are howdah_owner.
-- Takes     channel: as howdah_private.auth_sms_channel allows it. Who carries the row sends it that way or not at all.
-- Writes    one row of the outbox; or nothing where a send_sms hook takes the message, or sms_test_otp says the number's code.
-- Returns   the message's id, for the dialect's message_id.
-- Raises    PGRST if the hook refused or failed: the client gets its answer, and nothing of the request stays.
CREATE FUNCTION howdah_private.auth_send_sms(
    user_id pg_catalog.uuid, kind pg_catalog.text, phone pg_catalog.text, code pg_catalog.text,
    channel pg_catalog.text DEFAULT NULL
)
RETURNS pg_catalog.text
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_channel pg_catalog.text := howdah_private.auth_sms_channel(auth_send_sms.channel);
    v_refusal auth.answer;
    v_user    record;
    v_answer  pg_catalog.jsonb;
    v_message record;
BEGIN
    IF howdah_private.auth_test_code(auth_send_sms.phone) IS NOT NULL THEN
        RETURN pg_catalog.gen_random_uuid();
    END IF;
    v_answer := howdah_private.auth_run_hook('send_sms', pg_catalog.jsonb_build_object(
        'user', howdah_private.auth_hook_user(auth_send_sms.user_id, auth_send_sms.phone),
        'sms', pg_catalog.jsonb_build_object(
            'otp', auth_send_sms.code, 'sms_type', auth_send_sms.kind, 'phone', auth_send_sms.phone,
            'channel', v_channel)));
    v_refusal := howdah_private.auth_hook_refusal('send_sms', v_answer);
    IF (v_refusal).status IS NOT NULL THEN
        PERFORM howdah_private.auth_raise_refusal(v_refusal);
    ELSIF v_answer IS NOT NULL THEN
        RETURN COALESCE(v_answer ->> 'message_id', pg_catalog.gen_random_uuid()::pg_catalog.text);
    END IF;
    SELECT u.raw_user_meta_data AS meta INTO v_user FROM auth.users AS u WHERE u.id = auth_send_sms.user_id;
    v_message := howdah_private.auth_render(
        'sms', COALESCE(v_user.meta ->> 'locale', auth.get('mailer_default_locale')),
        pg_catalog.jsonb_build_object(
            'Code', auth_send_sms.code, 'Token', auth_send_sms.code, 'Phone', auth_send_sms.phone,
            'SiteURL', auth.get('site_url'), 'Type', auth_send_sms.kind, 'Data', COALESCE(v_user.meta, '{}')));
    RETURN howdah_private.outbox_add(
        'sms', auth_send_sms.phone,
        pg_catalog.jsonb_build_object(
            'template', 'sms', 'channel', v_channel, 'text', howdah_private.seal_field(v_message.text, 'mail'),
            'code', howdah_private.seal_field(auth_send_sms.code, 'mail')),
        lane => v_channel, user_id => auth_send_sms.user_id, expires_at => pg_catalog.now() + interval '1 hour');
END
$$;
COMMENT ON FUNCTION howdah_private.auth_send_sms(pg_catalog.uuid, pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text)
    IS 'A code to a phone, as a row of the outbox.';
REVOKE EXECUTE
    ON FUNCTION howdah_private.auth_send_sms(pg_catalog.uuid, pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text) FROM PUBLIC;
GRANT EXECUTE
    ON FUNCTION howdah_private.auth_send_sms(pg_catalog.uuid, pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text) TO howdah_owner;
