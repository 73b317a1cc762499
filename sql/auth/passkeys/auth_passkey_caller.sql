-- howdah_private.auth_passkey_caller: the signed-in user who may add or remove passkeys of his.
--
-- Runs as   invoker: the definer functions that call it are howdah_owner.
-- Returns   as auth_mfa_caller; refusal also 422 validation_failed for a user of an SSO provider and 403 insufficient_aal for one who has a
--           verified factor and has not proven it.
CREATE FUNCTION howdah_private.auth_passkey_caller()
RETURNS howdah_private.auth_caller
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_caller howdah_private.auth_caller := howdah_private.auth_mfa_caller();
BEGIN
    IF (v_caller.refusal).status IS NULL THEN
        IF (SELECT u.is_sso_user FROM auth.users AS u WHERE u.id = v_caller.user_id) THEN
            v_caller.refusal := howdah_private.auth_refuse_as(422, 'validation_failed', 'SSO users cannot register passkeys');
        ELSE
            v_caller.refusal := howdah_private.auth_require_aal2(
                v_caller, 'AAL2 session is required to manage passkeys when MFA is enabled');
        END IF;
    END IF;
    RETURN v_caller;
END
$$;
COMMENT ON FUNCTION howdah_private.auth_passkey_caller() IS 'The signed-in user who may add or remove passkeys of his.';
REVOKE EXECUTE ON FUNCTION howdah_private.auth_passkey_caller() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.auth_passkey_caller() TO howdah_owner;
