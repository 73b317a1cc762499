-- howdah_private.auth_read_sign_up: what is wrong with the form of a sign-up, before anything is looked up.
--
-- Runs as   invoker: it reads no table but settings.
-- Returns   a refusal, or a row of nulls.
CREATE FUNCTION howdah_private.auth_read_sign_up(
    email pg_catalog.text,
    phone pg_catalog.text,
    password pg_catalog.text,
    channel pg_catalog.text,
    code_challenge pg_catalog.text,
    code_challenge_method pg_catalog.text
)
RETURNS auth.answer
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF COALESCE(auth_read_sign_up.password, '') = '' THEN
        RETURN howdah_private.auth_refuse('validation_failed', 'Signup requires a valid password');
    END IF;
    IF auth_read_sign_up.email IS NOT NULL AND auth_read_sign_up.phone IS NOT NULL THEN
        RETURN howdah_private.auth_refuse(
            'validation_failed', 'Only an email address or phone number should be provided on signup.');
    END IF;
    IF auth_read_sign_up.email IS NOT NULL
        AND howdah_private.auth_normalize_email(auth_read_sign_up.email) IS NULL THEN
        RETURN howdah_private.auth_refuse(
            'validation_failed', 'Unable to validate email address: invalid format');
    END IF;
    IF auth_read_sign_up.email IS NOT NULL THEN
        RETURN howdah_private.auth_check_pkce(
            auth_read_sign_up.code_challenge, auth_read_sign_up.code_challenge_method);
    END IF;
    IF auth_read_sign_up.phone IS NOT NULL THEN
        IF howdah_private.auth_normalize_phone(auth_read_sign_up.phone) IS NULL THEN
            RETURN howdah_private.auth_refuse('validation_failed', 'Invalid phone number format (E.164 required)');
        END IF;
        IF COALESCE(auth_read_sign_up.code_challenge, '') <> '' THEN
            RETURN howdah_private.auth_refuse('validation_failed', 'PKCE not supported for phone signups');
        END IF;
        RETURN howdah_private.auth_check_channel(auth_read_sign_up.channel);
    END IF;
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION howdah_private.auth_read_sign_up(
    pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text)
    IS 'What is wrong with the form of a sign-up.';
REVOKE EXECUTE ON FUNCTION howdah_private.auth_read_sign_up(
    pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.auth_read_sign_up(
    pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text)
    TO howdah_owner;
