-- auth.sign_in_with_password: exchange an e-mail address or a phone number and a password for a session.
--
-- Runs as   definer: reads password hashes, which no API role may see.
-- Writes    the counted attempt and, for a user, the audit row always; a session on success. Therefore never raises on bad
--           credentials (a raise would undo the count).
-- Returns   200 and a session (with weak_password where the password would be refused today); 400 invalid_credentials,
--           the same for an unknown user, a user without password and a wrong one; and only to who has the password:
--           email_not_confirmed, phone_not_confirmed, user_banned. 429 over_request_rate_limit, validation_failed,
--           …_provider_disabled, what the hook password_verification_attempt says.
-- Timing    one password hash whether or not the user exists; no row is locked meanwhile. The attempt is charged before it to the
--           account, by a lock, and after it to the address.
CREATE FUNCTION auth.sign_in_with_password(
    email pg_catalog.text DEFAULT NULL,
    phone pg_catalog.text DEFAULT NULL,
    password pg_catalog.text DEFAULT NULL,
    gotrue_meta_security pg_catalog.jsonb DEFAULT NULL
)
RETURNS auth.answer
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_email   pg_catalog.text := NULLIF(sign_in_with_password.email, '');
    v_phone   pg_catalog.text := NULLIF(sign_in_with_password.phone, '');
    v_address pg_catalog.text;
    v_refusal auth.answer;
    v_user_id pg_catalog.uuid;
    v_tried   record;
BEGIN
    v_refusal := howdah_private.auth_check_captcha(sign_in_with_password.gotrue_meta_security);
    IF (v_refusal).status IS NOT NULL THEN
        RETURN v_refusal;
    END IF;
    IF v_email IS NOT NULL AND v_phone IS NOT NULL THEN
        RETURN howdah_private.auth_refuse(
            'validation_failed', 'Only an email address or phone number should be provided on login.');
    ELSIF v_email IS NULL AND v_phone IS NULL THEN
        RETURN howdah_private.auth_refuse('validation_failed', 'missing email or phone');
    ELSIF v_email IS NOT NULL AND NOT auth.get('external_email_enabled')::pg_catalog.bool THEN
        RETURN howdah_private.auth_refuse('email_provider_disabled', 'Email logins are disabled');
    ELSIF v_phone IS NOT NULL AND NOT auth.get('external_phone_enabled')::pg_catalog.bool THEN
        RETURN howdah_private.auth_refuse('phone_provider_disabled', 'Phone logins are disabled');
    END IF;
    -- What is no address is nobody's: it goes the whole way, too.
    v_address := CASE WHEN v_email IS NULL THEN howdah_private.auth_normalize_phone(v_phone)
                      ELSE howdah_private.auth_normalize_email(v_email) END;
    v_refusal := howdah_private.auth_check_rate('signin', NULL, counted => false);
    IF (v_refusal).status IS NOT NULL THEN
        RETURN v_refusal;
    END IF;
    -- What can be no password is nobody's, and is not looked up: the look alone takes 10 µs longer for somebody.
    IF howdah_private.password_may_be_tried(sign_in_with_password.password) THEN
        v_user_id := howdah_private.auth_find_address(v_address);
    END IF;
    v_tried := howdah_private.auth_try_password(
        v_user_id, COALESCE(v_address, v_email, v_phone), COALESCE(sign_in_with_password.password, ''));
    -- However many hash at once, no more are told than the limit allows.
    v_refusal := howdah_private.auth_check_rate('signin', NULL);
    IF (v_refusal).status IS NOT NULL THEN
        RETURN v_refusal;
    ELSIF (v_tried.refusal).status IS NOT NULL THEN
        RETURN v_tried.refusal;
    ELSIF v_user_id IS NULL THEN
        RETURN howdah_private.auth_refuse('invalid_credentials');
    END IF;
    v_refusal := howdah_private.auth_ask_password_hook(v_user_id, v_tried.fits);
    IF (v_refusal).status IS NOT NULL THEN
        RETURN v_refusal;
    ELSIF NOT v_tried.fits THEN
        PERFORM howdah_private.auth_audit('login_failed', v_user_id, '{"provider": "password"}');
        RETURN howdah_private.auth_refuse('invalid_credentials');
    END IF;
    RETURN howdah_private.auth_admit_with_password(
        v_user_id, v_email IS NOT NULL, v_address, sign_in_with_password.password);
END
$$;
ALTER FUNCTION auth.sign_in_with_password(pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.jsonb)
    OWNER TO howdah_owner;
COMMENT ON FUNCTION auth.sign_in_with_password(pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.jsonb)
    IS 'Exchange an address and a password for a session.';
REVOKE EXECUTE
    ON FUNCTION auth.sign_in_with_password(pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.jsonb)
    FROM PUBLIC;
GRANT EXECUTE
    ON FUNCTION auth.sign_in_with_password(pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.jsonb)
    TO anon, authenticated, service_role;
