-- howdah_private.auth_check_provider_policy: may somebody become a user by way of a provider, as disable_signup and signup_mode stand?
--
-- Runs as   invoker: the definer functions that call it are howdah_owner.
-- Takes     profile: what the provider says. An address that it does not vouch for is on no list.
-- Returns   signup_disabled; status NULL: yes.
CREATE FUNCTION howdah_private.auth_check_provider_policy(profile pg_catalog.jsonb)
RETURNS auth.answer
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_email CONSTANT pg_catalog.text := CASE WHEN (auth_check_provider_policy.profile ->> 'email_verified')::pg_catalog.bool
        THEN howdah_private.auth_normalize_email(auth_check_provider_policy.profile ->> 'email') END;
BEGIN
    IF auth.get('disable_signup')::pg_catalog.bool OR auth.get('signup_mode') = 'invite' THEN
        RETURN howdah_private.auth_refuse('signup_disabled');
    END IF;
    IF auth.get('signup_mode') = 'allow-list' AND NOT EXISTS (
        SELECT 1 FROM auth.signup_allowed AS a
        WHERE a.entry IN (v_email, pg_catalog."substring"(v_email, '@[^@]*$'))
    ) THEN
        RETURN howdah_private.auth_refuse('signup_disabled', 'Signups not allowed for this address');
    END IF;
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION howdah_private.auth_check_provider_policy(pg_catalog.jsonb)
    IS 'May somebody become a user by way of a provider, as the policies stand?';
REVOKE EXECUTE ON FUNCTION howdah_private.auth_check_provider_policy(pg_catalog.jsonb) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.auth_check_provider_policy(pg_catalog.jsonb) TO howdah_owner;
