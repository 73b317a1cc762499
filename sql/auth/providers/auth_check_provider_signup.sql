-- howdah_private.auth_check_provider_signup: may somebody make an account by way of a provider, as the policies stand?
--
-- Runs as   invoker: howdah_private.auth_admit_profile is howdah_owner.
-- Returns   signup_disabled, provider_email_needs_verification, validation_failed (no address though one is needed); status NULL: yes.
CREATE FUNCTION howdah_private.auth_check_provider_signup(provider pg_catalog.jsonb, profile pg_catalog.jsonb)
RETURNS auth.answer
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_refusal  auth.answer;
    v_profile  pg_catalog.jsonb := auth_check_provider_signup.profile;
    v_verified pg_catalog.bool := (v_profile ->> 'email_verified')::pg_catalog.bool;
    v_label    pg_catalog.text := auth_check_provider_signup.provider ->> 'name';
BEGIN
    v_refusal := howdah_private.auth_check_provider_policy(v_profile);
    IF (v_refusal).status IS NOT NULL THEN
        RETURN v_refusal;
    END IF;
    IF v_profile ->> 'email' IS NULL
        AND NOT (auth_check_provider_signup.provider ->> 'email_optional')::pg_catalog.bool THEN
        RETURN howdah_private.auth_refuse('validation_failed', 'Error getting user email from external provider');
    END IF;
    IF v_profile ->> 'email' IS NOT NULL AND NOT v_verified AND auth.get('external_unverified_email') = 'refuse'
        AND NOT auth.get('mailer_autoconfirm')::pg_catalog.bool THEN
        RETURN howdah_private.auth_refuse('provider_email_needs_verification', pg_catalog.format(
            'Unverified email with %s. Verify the email with %s in order to sign in', v_label, v_label));
    END IF;
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION howdah_private.auth_check_provider_signup(
    pg_catalog.jsonb, pg_catalog.jsonb) IS 'May somebody make an account by way of a provider?';
REVOKE EXECUTE ON FUNCTION howdah_private.auth_check_provider_signup(pg_catalog.jsonb, pg_catalog.jsonb) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.auth_check_provider_signup(pg_catalog.jsonb, pg_catalog.jsonb) TO howdah_owner;
