-- howdah_private.auth_send_email_otp: mail a code and a link that sign in, to whoever asks for an address.
--
-- Runs as   invoker: the definer functions that call it are howdah_owner.
-- Writes    the count of requests for the address; a new user, if the address has none and may sign up; the
--           secret, the mail, an audit row.
-- Returns   200 {} whether or not the address has an account; 400 validation_failed, 429 over_email_send_rate_limit.
--           With otp_disclose_unknown, 422 otp_disabled or signup_disabled for an address that gets no mail.
CREATE FUNCTION howdah_private.auth_send_email_otp(
    email                 pg_catalog.text,
    create_user           pg_catalog.bool,
    data                  pg_catalog.jsonb,
    code_challenge        pg_catalog.text,
    code_challenge_method pg_catalog.text,
    redirect_to           pg_catalog.text
)
RETURNS auth.answer
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    c_sent    CONSTANT auth.answer := ROW(200, '{}', NULL)::auth.answer;
    v_email   CONSTANT pg_catalog.text := howdah_private.auth_normalize_email(auth_send_email_otp.email);
    v_target  pg_catalog.text;
    v_refusal auth.answer;
    v_user    pg_catalog.uuid;
    v_made    record;
    v_proven  pg_catalog.bool;
    v_flow    pg_catalog.uuid;
BEGIN
    v_refusal := howdah_private.auth_check_email_request(
        auth_send_email_otp.email, auth_send_email_otp.code_challenge, auth_send_email_otp.code_challenge_method);
    IF (v_refusal).status IS NOT NULL THEN
        RETURN v_refusal;
    END IF;
    v_target := howdah_private.auth_redirect(auth_send_email_otp.redirect_to);
    v_user := howdah_private.auth_find_address(v_email);
    IF auth_send_email_otp.create_user THEN
        v_refusal := howdah_private.auth_check_signup(v_email, NULL);
    ELSE
        v_refusal := howdah_private.auth_refuse('otp_disabled');
    END IF;
    IF v_user IS NULL AND (v_refusal).status IS NOT NULL THEN
        PERFORM howdah_private.auth_rehearse('magiclink', v_email, v_target);
        RETURN howdah_private.auth_answer_unknown(v_refusal, c_sent);
    ELSIF v_user IS NULL THEN
        v_made := howdah_private.auth_create_user(email => v_email, user_data => auth_send_email_otp.data);
        IF (v_made.refusal).status IS NOT NULL THEN
            RETURN v_made.refusal;
        END IF;
        v_user := v_made.user_id;
    ELSIF (v_refusal).status IS NULL THEN
        PERFORM howdah_private.auth_rehearse_account(v_email, auth_send_email_otp.data);
    END IF;
    IF COALESCE(auth_send_email_otp.code_challenge, '') <> '' THEN
        v_flow := howdah_private.auth_start_flow(
            auth_send_email_otp.code_challenge, auth_send_email_otp.code_challenge_method, 'magiclink',
            v_user, v_target);
    END IF;
    -- To an address that is not confirmed goes the mail that confirms it, as from GoTrue.
    v_proven := (SELECT u.email_confirmed_at IS NOT NULL FROM auth.users AS u WHERE u.id = v_user);
    PERFORM howdah_private.auth_mail_secret(
        v_user, 'magiclink', v_email, v_target, v_flow,
        kind => CASE WHEN v_proven THEN 'magiclink' ELSE 'signup' END,
        place => CASE WHEN v_proven THEN 'recovery_token' ELSE 'confirmation_token' END::auth.one_time_token_type);
    PERFORM howdah_private.auth_audit('user_recovery_requested', v_user);
    RETURN c_sent;
END
$$;
COMMENT ON FUNCTION howdah_private.auth_send_email_otp(
    pg_catalog.text, pg_catalog.bool, pg_catalog.jsonb, pg_catalog.text, pg_catalog.text, pg_catalog.text)
    IS 'Mail a code and a link that sign in.';
REVOKE EXECUTE ON FUNCTION howdah_private.auth_send_email_otp(
    pg_catalog.text, pg_catalog.bool, pg_catalog.jsonb, pg_catalog.text, pg_catalog.text, pg_catalog.text)
    FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.auth_send_email_otp(
    pg_catalog.text, pg_catalog.bool, pg_catalog.jsonb, pg_catalog.text, pg_catalog.text, pg_catalog.text)
    TO howdah_owner;
