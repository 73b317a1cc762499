-- auth.send_otp: a code (and, by mail, a link) that signs in without a password. POST /auth/v1/otp
--
-- Runs as   definer: looks users up, makes them, writes their secrets; no API role may.
-- Writes    what auth_send_email_otp and auth_send_phone_otp write.
-- Returns   200 {} for an e-mail address, {"message_id"} for a phone number, whether or not it has an account;
--           400 validation_failed; 429 over_email_send_rate_limit, over_sms_send_rate_limit.
CREATE FUNCTION auth.send_otp(
    email                 pg_catalog.text DEFAULT NULL,
    phone                 pg_catalog.text DEFAULT NULL,
    create_user           pg_catalog.bool DEFAULT NULL,
    data                  pg_catalog.jsonb DEFAULT NULL,
    channel               pg_catalog.text DEFAULT NULL,
    code_challenge        pg_catalog.text DEFAULT NULL,
    code_challenge_method pg_catalog.text DEFAULT NULL,
    redirect_to           pg_catalog.text DEFAULT NULL,
    gotrue_meta_security  pg_catalog.jsonb DEFAULT NULL
)
RETURNS auth.answer
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_refusal auth.answer;
    v_email CONSTANT pg_catalog.text := NULLIF(send_otp.email, '');
    v_phone CONSTANT pg_catalog.text := NULLIF(send_otp.phone, '');
BEGIN
    v_refusal := howdah_private.auth_check_captcha(send_otp.gotrue_meta_security);
    IF (v_refusal).status IS NOT NULL THEN
        RETURN v_refusal;
    END IF;
    IF v_email IS NOT NULL AND v_phone IS NOT NULL THEN
        RETURN howdah_private.auth_refuse(
            'validation_failed', 'Only an email address or phone number should be provided');
    END IF;
    IF v_email IS NOT NULL THEN
        IF NULLIF(send_otp.channel, '') IS NOT NULL THEN
            RETURN howdah_private.auth_refuse(
                'validation_failed', 'Channel should only be specified with Phone OTP');
        END IF;
        RETURN howdah_private.auth_send_email_otp(
            v_email, COALESCE(send_otp.create_user, true), send_otp.data, send_otp.code_challenge,
            send_otp.code_challenge_method, send_otp.redirect_to);
    END IF;
    IF v_phone IS NOT NULL THEN
        RETURN howdah_private.auth_send_phone_otp(
            v_phone, COALESCE(send_otp.create_user, true), send_otp.data, NULLIF(send_otp.channel, ''));
    END IF;
    RETURN howdah_private.auth_refuse('validation_failed', 'One of email or phone must be set');
END
$$;
ALTER FUNCTION auth.send_otp(
    pg_catalog.text, pg_catalog.text, pg_catalog.bool, pg_catalog.jsonb, pg_catalog.text, pg_catalog.text,
    pg_catalog.text, pg_catalog.text, pg_catalog.jsonb) OWNER TO howdah_owner;
COMMENT ON FUNCTION auth.send_otp(
    pg_catalog.text, pg_catalog.text, pg_catalog.bool, pg_catalog.jsonb, pg_catalog.text, pg_catalog.text,
    pg_catalog.text, pg_catalog.text, pg_catalog.jsonb) IS 'A code or link that signs in without a password.';
REVOKE EXECUTE ON FUNCTION auth.send_otp(
    pg_catalog.text, pg_catalog.text, pg_catalog.bool, pg_catalog.jsonb, pg_catalog.text, pg_catalog.text,
    pg_catalog.text, pg_catalog.text, pg_catalog.jsonb) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION auth.send_otp(
    pg_catalog.text, pg_catalog.text, pg_catalog.bool, pg_catalog.jsonb, pg_catalog.text, pg_catalog.text,
    pg_catalog.text, pg_catalog.text, pg_catalog.jsonb) TO anon, authenticated, service_role;
