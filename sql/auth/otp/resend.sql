-- auth.resend: send a confirmation again, with a new code. POST /auth/v1/resend
--
-- Runs as   definer: looks users up, writes their secrets; no API role may.
-- Writes    the count of requests for the address; the secret, the message, an audit row, if there is something
--           to confirm.
-- Returns   200 {} for types signup and email_change, {"message_id"} for sms and phone_change, whether or not
--           there is something to confirm; 400 validation_failed; 429.
CREATE FUNCTION auth.resend(
    type                  pg_catalog.text DEFAULT NULL,
    email                 pg_catalog.text DEFAULT NULL,
    phone                 pg_catalog.text DEFAULT NULL,
    redirect_to           pg_catalog.text DEFAULT NULL,
    code_challenge        pg_catalog.text DEFAULT NULL,
    code_challenge_method pg_catalog.text DEFAULT NULL,
    gotrue_meta_security  pg_catalog.jsonb DEFAULT NULL
)
RETURNS auth.answer
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_email   CONSTANT pg_catalog.text := NULLIF(resend.email, '');
    v_phone   CONSTANT pg_catalog.text := NULLIF(resend.phone, '');
    v_refusal auth.answer;
BEGIN
    v_refusal := howdah_private.auth_check_captcha(resend.gotrue_meta_security);
    IF (v_refusal).status IS NOT NULL THEN
        RETURN v_refusal;
    END IF;
    IF COALESCE(resend.type, '') NOT IN ('signup', 'email_change', 'sms', 'phone_change') THEN
        RETURN howdah_private.auth_refuse(
            'validation_failed', 'Missing one of these types: signup, email_change, sms, phone_change');
    END IF;
    IF v_email IS NULL AND resend.type = 'signup' THEN
        RETURN howdah_private.auth_refuse('validation_failed', 'Type provided requires an email address');
    END IF;
    IF v_phone IS NULL AND resend.type = 'sms' THEN
        RETURN howdah_private.auth_refuse('validation_failed', 'Type provided requires a phone number');
    END IF;
    IF v_email IS NOT NULL AND v_phone IS NOT NULL THEN
        RETURN howdah_private.auth_refuse(
            'validation_failed', 'Only an email address or phone number should be provided.');
    END IF;
    IF v_email IS NULL AND v_phone IS NULL THEN
        RETURN howdah_private.auth_refuse('validation_failed', 'Missing email address or phone number');
    END IF;
    IF v_email IS NOT NULL THEN
        v_refusal := howdah_private.auth_check_email_request(
            v_email, resend.code_challenge, resend.code_challenge_method);
    ELSE
        v_refusal := howdah_private.auth_check_phone_request(v_phone);
    END IF;
    IF (v_refusal).status IS NOT NULL THEN
        RETURN v_refusal;
    END IF;
    RETURN howdah_private.auth_resend(
        resend.type,
        COALESCE(howdah_private.auth_normalize_email(v_email), howdah_private.auth_normalize_phone(v_phone)),
        howdah_private.auth_redirect(resend.redirect_to),
        NULLIF(resend.code_challenge, ''), resend.code_challenge_method);
END
$$;
ALTER FUNCTION auth.resend(
    pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text,
    pg_catalog.jsonb) OWNER TO howdah_owner;
COMMENT ON FUNCTION auth.resend(
    pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text,
    pg_catalog.jsonb) IS 'Send a confirmation again, with a new code.';
REVOKE EXECUTE ON FUNCTION auth.resend(
    pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text,
    pg_catalog.jsonb) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION auth.resend(
    pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text,
    pg_catalog.jsonb) TO anon, authenticated, service_role;
