-- auth.recover: mail a link and code by which a user gets in to set a new password. POST /auth/v1/recover
--
-- Runs as   definer: looks users up, writes their secrets; no API role may.
-- Writes    the count of requests for the address; for a known one the secret, the mail, an audit row.
-- Returns   200 {} whether or not the address has an account; 400 validation_failed; 429.
CREATE FUNCTION auth.recover(
    email                 pg_catalog.text DEFAULT NULL,
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
    c_sent    CONSTANT auth.answer := ROW(200, '{}', NULL)::auth.answer;
    v_email   CONSTANT pg_catalog.text := howdah_private.auth_normalize_email(recover.email);
    v_refusal auth.answer;
    v_target  pg_catalog.text;
    v_user    pg_catalog.uuid;
    v_flow    pg_catalog.uuid;
BEGIN
    v_refusal := howdah_private.auth_check_captcha(recover.gotrue_meta_security);
    IF (v_refusal).status IS NOT NULL THEN
        RETURN v_refusal;
    END IF;
    IF COALESCE(recover.email, '') = '' THEN
        RETURN howdah_private.auth_refuse('validation_failed', 'Password recovery requires an email');
    END IF;
    v_refusal := howdah_private.auth_check_email_request(
        recover.email, recover.code_challenge, recover.code_challenge_method);
    IF (v_refusal).status IS NOT NULL THEN
        RETURN v_refusal;
    END IF;
    v_target := howdah_private.auth_redirect(recover.redirect_to);
    v_user := howdah_private.auth_find_address(v_email);
    IF v_user IS NULL THEN
        PERFORM howdah_private.auth_rehearse('recovery', v_email, v_target);
        RETURN c_sent;
    END IF;
    IF COALESCE(recover.code_challenge, '') <> '' THEN
        v_flow := howdah_private.auth_start_flow(
            recover.code_challenge, recover.code_challenge_method, 'recovery', v_user, v_target);
    END IF;
    PERFORM howdah_private.auth_mail_secret(v_user, 'recovery', v_email, v_target, v_flow);
    PERFORM howdah_private.auth_audit('user_recovery_requested', v_user);
    RETURN c_sent;
END
$$;
ALTER FUNCTION auth.recover(
    pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.jsonb) OWNER TO howdah_owner;
COMMENT ON FUNCTION auth.recover(
    pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.jsonb)
    IS 'Mail a link and code by which a user gets in to set a new password.';
REVOKE EXECUTE ON FUNCTION auth.recover(
    pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.jsonb) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION auth.recover(
    pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.jsonb)
    TO anon, authenticated, service_role;
