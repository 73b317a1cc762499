-- auth.sign_up: POST /signup. A new account for an e-mail address or a phone number with a password; without either, an
-- anonymous one.
--
-- Runs as   definer: writes auth.users and what belongs to it, which no API role may.
-- Writes    user and identity, the code that confirms the address, its mail or message, audit rows; with auto-confirm a
--           session. An account that was never confirmed and never used is taken over: its password, earlier mails and
--           whatever its first owner left are gone.
-- Returns   200 and the user, to be confirmed; 200 and a session (auto-confirm, anonymous); for an address that has an
--           account: with auto-confirm 422 user_already_exists, else 200 and a made-up user like any other. Else
--           validation_failed, weak_password, email_address_invalid, signup_disabled, …_provider_disabled, over_…_limit,
--           what the hooks say, 500 unexpected_failure if a trigger of the app's raised.
-- Timing    without auto-confirm the same work for every address: for a known one, all that a sign-up does is done, under
--           an address that cannot be, and undone.
CREATE FUNCTION auth.sign_up(
    email pg_catalog.text DEFAULT NULL,
    phone pg_catalog.text DEFAULT NULL,
    password pg_catalog.text DEFAULT NULL,
    data pg_catalog.jsonb DEFAULT NULL,
    channel pg_catalog.text DEFAULT NULL,
    code_challenge pg_catalog.text DEFAULT NULL,
    code_challenge_method pg_catalog.text DEFAULT NULL,
    redirect_to pg_catalog.text DEFAULT NULL,
    gotrue_meta_security pg_catalog.jsonb DEFAULT NULL
)
RETURNS auth.answer
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_email    pg_catalog.text := NULLIF(sign_up.email, '');
    v_phone    pg_catalog.text := NULLIF(sign_up.phone, '');
    v_data     pg_catalog.jsonb := COALESCE(NULLIF(sign_up.data, 'null'), '{}');
    v_anonymous CONSTANT pg_catalog.bool := v_email IS NULL AND v_phone IS NULL;
    v_limited  auth.answer;
    v_refusal  auth.answer;
    v_hash     pg_catalog.text;
BEGIN
    v_refusal := howdah_private.auth_check_captcha(sign_up.gotrue_meta_security);
    IF (v_refusal).status IS NOT NULL THEN
        RETURN v_refusal;
    END IF;
    IF pg_catalog.jsonb_typeof(v_data) <> 'object' THEN
        RETURN howdah_private.auth_refuse('validation_failed', 'data must be an object');
    END IF;
    v_limited := howdah_private.auth_check_rate('signup', NULL, counted => false);
    IF (v_limited).status IS NOT NULL THEN
        RETURN v_limited;
    END IF;
    IF NOT v_anonymous THEN
        v_refusal := howdah_private.auth_read_sign_up(
            v_email, v_phone, sign_up.password, sign_up.channel, sign_up.code_challenge, sign_up.code_challenge_method);
        v_email := howdah_private.auth_normalize_email(v_email);
        v_phone := CASE WHEN v_email IS NULL THEN howdah_private.auth_normalize_phone(v_phone) END;
        IF (v_refusal).status IS NULL THEN
            v_refusal := howdah_private.auth_check_signup(v_email, v_phone);
        END IF;
        IF (v_refusal).status IS NULL THEN
            v_refusal := howdah_private.auth_check_password(
                sign_up.password, ARRAY[v_email, v_phone, v_data ->> 'name', v_data ->> 'full_name']);
        END IF;
        IF (v_refusal).status IS NULL THEN
            -- No row is locked yet: a hash is slow.
            v_hash := howdah_private.password_hash(sign_up.password);
        END IF;
    END IF;
    -- However many hash at once, no more go on than the limit allows.
    v_limited := howdah_private.auth_check_rate('signup', NULL);
    IF (v_limited).status IS NOT NULL THEN
        RETURN v_limited;
    ELSIF (v_refusal).status IS NOT NULL THEN
        RETURN v_refusal;
    ELSIF v_anonymous THEN
        RETURN howdah_private.auth_sign_up_anonymously(v_data);
    END IF;
    RETURN howdah_private.auth_sign_up_with_password(
        v_email, v_phone, v_hash, v_data, sign_up.code_challenge, sign_up.code_challenge_method,
        howdah_private.auth_redirect(sign_up.redirect_to), NULLIF(sign_up.channel, ''));
END
$$;
ALTER FUNCTION auth.sign_up(
    pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.jsonb, pg_catalog.text, pg_catalog.text,
    pg_catalog.text, pg_catalog.text, pg_catalog.jsonb) OWNER TO howdah_owner;
COMMENT ON FUNCTION auth.sign_up(
    pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.jsonb, pg_catalog.text, pg_catalog.text,
    pg_catalog.text, pg_catalog.text, pg_catalog.jsonb) IS 'POST /signup: a new account.';
REVOKE EXECUTE ON FUNCTION auth.sign_up(
    pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.jsonb, pg_catalog.text, pg_catalog.text,
    pg_catalog.text, pg_catalog.text, pg_catalog.jsonb) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION auth.sign_up(
    pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.jsonb, pg_catalog.text, pg_catalog.text,
    pg_catalog.text, pg_catalog.text, pg_catalog.jsonb) TO anon, authenticated, service_role;
