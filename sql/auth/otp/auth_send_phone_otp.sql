-- howdah_private.auth_send_phone_otp: send a code that signs in, to whoever asks for a phone number.
--
-- Runs as   invoker: the definer functions that call it are howdah_owner.
-- Writes    the count of requests for the number; a new user, if the number has none and may sign up; the secret,
--           the message, an audit row.
-- Returns   200 {"message_id"} whether or not the number has an account; 400 validation_failed, 429
--           over_sms_send_rate_limit. With otp_disclose_unknown, 422 for a number that gets no message.
CREATE FUNCTION howdah_private.auth_send_phone_otp(
    phone       pg_catalog.text,
    create_user pg_catalog.bool,
    data        pg_catalog.jsonb,
    channel     pg_catalog.text
)
RETURNS auth.answer
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_phone   CONSTANT pg_catalog.text := howdah_private.auth_normalize_phone(auth_send_phone_otp.phone);
    v_refusal auth.answer;
    v_user    pg_catalog.uuid;
    v_made    record;
BEGIN
    v_refusal := howdah_private.auth_check_channel(auth_send_phone_otp.channel);
    IF (v_refusal).status IS NOT NULL THEN
        RETURN v_refusal;
    END IF;
    v_refusal := howdah_private.auth_check_phone_request(auth_send_phone_otp.phone);
    IF (v_refusal).status IS NOT NULL THEN
        RETURN v_refusal;
    END IF;
    v_user := howdah_private.auth_find_address(v_phone);
    IF auth_send_phone_otp.create_user THEN
        v_refusal := howdah_private.auth_check_signup(NULL, v_phone);
    ELSE
        v_refusal := howdah_private.auth_refuse('otp_disabled');
    END IF;
    IF v_user IS NULL AND (v_refusal).status IS NOT NULL THEN
        PERFORM howdah_private.auth_rehearse('sms', v_phone, channel => auth_send_phone_otp.channel);
        RETURN howdah_private.auth_answer_unknown(v_refusal, howdah_private.auth_answer_message(NULL));
    ELSIF v_user IS NULL THEN
        v_made := howdah_private.auth_create_user(phone => v_phone, user_data => auth_send_phone_otp.data);
        IF (v_made.refusal).status IS NOT NULL THEN
            RETURN v_made.refusal;
        END IF;
        v_user := v_made.user_id;
    ELSIF (v_refusal).status IS NULL THEN
        PERFORM howdah_private.auth_rehearse_account(v_phone, auth_send_phone_otp.data);
    END IF;
    PERFORM howdah_private.auth_audit('user_recovery_requested', v_user,
        pg_catalog.jsonb_build_object('channel', howdah_private.auth_sms_channel(auth_send_phone_otp.channel)));
    RETURN howdah_private.auth_answer_message(
        howdah_private.auth_text_secret(v_user, 'sms', v_phone, auth_send_phone_otp.channel));
END
$$;
COMMENT ON FUNCTION howdah_private.auth_send_phone_otp(
    pg_catalog.text, pg_catalog.bool, pg_catalog.jsonb, pg_catalog.text)
    IS 'Send a code that signs in to a phone.';
REVOKE EXECUTE ON FUNCTION howdah_private.auth_send_phone_otp(
    pg_catalog.text, pg_catalog.bool, pg_catalog.jsonb, pg_catalog.text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.auth_send_phone_otp(
    pg_catalog.text, pg_catalog.bool, pg_catalog.jsonb, pg_catalog.text) TO howdah_owner;
