-- howdah_private.auth_check_wish: may this caller change these things?
--
-- Runs as   invoker: auth.update_user, which calls it, is howdah_owner.
-- Returns   a refusal, or a row of nulls.
CREATE FUNCTION howdah_private.auth_check_wish(
    caller howdah_private.auth_caller,
    wish howdah_private.auth_wish
)
RETURNS auth.answer
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_wish  howdah_private.auth_wish := auth_check_wish.wish;
    v_refusal auth.answer;
    v_way_in pg_catalog.bool := COALESCE(v_wish.password, v_wish.email, v_wish.phone) IS NOT NULL;
BEGIN
    IF v_way_in AND (auth_check_wish.caller).aal IS DISTINCT FROM 'aal2' AND EXISTS (
        SELECT 1 FROM auth.mfa_factors AS f
        WHERE f.user_id = (auth_check_wish.caller).user_id AND f.status = 'verified'
    ) THEN
        RETURN howdah_private.auth_refuse('insufficient_aal',
            'AAL2 session is required to update email or password when MFA is enabled.');
    END IF;
    IF v_wish.is_anonymous AND v_wish.password IS NOT NULL AND v_wish.email IS NULL AND v_wish.phone IS NULL THEN
        RETURN howdah_private.auth_refuse_as(422, 'validation_failed',
            'Updating password of an anonymous user without an email or phone is not allowed');
    END IF;
    -- An address is what makes an account of it.
    IF v_wish.is_anonymous AND COALESCE(v_wish.email, v_wish.phone) IS NOT NULL THEN
        v_refusal := howdah_private.auth_check_signup(v_wish.email, v_wish.phone);
        IF (v_refusal).status IS NOT NULL THEN
            RETURN v_refusal;
        END IF;
    END IF;
    IF v_wish.is_sso_user AND v_way_in THEN
        RETURN howdah_private.auth_refuse('user_sso_managed');
    END IF;
    IF v_wish.email IS NOT NULL AND NOT auth.get('external_email_enabled')::pg_catalog.bool THEN
        RETURN howdah_private.auth_refuse('email_provider_disabled', 'Email logins are disabled');
    ELSIF v_wish.email IS NOT NULL AND howdah_private.auth_find_address(v_wish.email) IS NOT NULL THEN
        RETURN howdah_private.auth_refuse('email_exists');
    ELSIF v_wish.phone IS NOT NULL AND NOT auth.get('external_phone_enabled')::pg_catalog.bool THEN
        RETURN howdah_private.auth_refuse('phone_provider_disabled', 'Phone logins are disabled');
    ELSIF v_wish.phone IS NOT NULL AND howdah_private.auth_find_address(v_wish.phone) IS NOT NULL THEN
        RETURN howdah_private.auth_refuse('phone_exists');
    END IF;
    RETURN howdah_private.auth_charge_wish(v_wish, counted => false);
END
$$;
COMMENT ON FUNCTION howdah_private.auth_check_wish(howdah_private.auth_caller, howdah_private.auth_wish)
    IS 'May this caller change these things?';
REVOKE EXECUTE ON FUNCTION howdah_private.auth_check_wish(howdah_private.auth_caller, howdah_private.auth_wish)
    FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.auth_check_wish(howdah_private.auth_caller, howdah_private.auth_wish)
    TO howdah_owner;
