-- howdah_private.auth_check_signup: may somebody with this address make an account, as the policies stand?
--
-- Asked before anything is looked up, so that the answer says something of the policy and nothing of who has an
-- account. Invitations and the admin API do not ask.
--
-- Runs as   invoker: the definer functions that call it are howdah_owner.
-- Returns   a refusal, or a row of nulls: signup_disabled (disable_signup; signup_mode invite; an address that is not on
--           the list of signup_mode allow-list), email_provider_disabled, phone_provider_disabled,
--           anonymous_provider_disabled.
CREATE FUNCTION howdah_private.auth_check_signup(email pg_catalog.text, phone pg_catalog.text)
RETURNS auth.answer
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_anonymous pg_catalog.bool := auth_check_signup.email IS NULL AND auth_check_signup.phone IS NULL;
BEGIN
    IF v_anonymous AND NOT auth.get('external_anonymous_users_enabled')::pg_catalog.bool THEN
        RETURN howdah_private.auth_refuse('anonymous_provider_disabled');
    END IF;
    IF auth.get('disable_signup')::pg_catalog.bool OR auth.get('signup_mode') = 'invite' THEN
        RETURN howdah_private.auth_refuse('signup_disabled');
    END IF;
    IF auth_check_signup.email IS NOT NULL AND NOT auth.get('external_email_enabled')::pg_catalog.bool THEN
        RETURN howdah_private.auth_refuse('email_provider_disabled');
    END IF;
    IF auth_check_signup.email IS NULL AND auth_check_signup.phone IS NOT NULL
        AND NOT auth.get('external_phone_enabled')::pg_catalog.bool THEN
        RETURN howdah_private.auth_refuse('phone_provider_disabled');
    END IF;
    IF auth.get('signup_mode') = 'allow-list' AND NOT EXISTS (
        SELECT 1 FROM auth.signup_allowed AS a
        WHERE a.entry IN (auth_check_signup.email, auth_check_signup.phone,
                          pg_catalog.substring(auth_check_signup.email, '@[^@]*$'))
    ) THEN
        RETURN howdah_private.auth_refuse('signup_disabled', 'Signups not allowed for this address');
    END IF;
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION howdah_private.auth_check_signup(pg_catalog.text, pg_catalog.text)
    IS 'May somebody with this address make an account, as the policies stand?';
REVOKE EXECUTE ON FUNCTION howdah_private.auth_check_signup(pg_catalog.text, pg_catalog.text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.auth_check_signup(pg_catalog.text, pg_catalog.text) TO howdah_owner;
