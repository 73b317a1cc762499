-- howdah_private.auth_recovery_caller: who asks for recovery codes: at aal2, where they are enabled; his factors are locked.
--
-- Runs as   invoker: the definer functions that call it are howdah_owner.
-- Returns   as auth_mfa_caller; refusal also 422 mfa_recovery_codes_enroll_not_enabled, 403 insufficient_aal with the message given.
CREATE FUNCTION howdah_private.auth_recovery_caller(message pg_catalog.text)
RETURNS howdah_private.auth_caller
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_caller howdah_private.auth_caller := howdah_private.auth_mfa_caller();
BEGIN
    IF (v_caller.refusal).status IS NOT NULL THEN
        RETURN v_caller;
    END IF;
    v_caller.refusal := howdah_private.auth_factor_enabled('recovery_code', 'enroll');
    IF (v_caller.refusal).status IS NOT NULL THEN
        RETURN v_caller;
    END IF;
    IF v_caller.aal < 'aal2' THEN
        v_caller.refusal := howdah_private.auth_refuse_as(403, 'insufficient_aal', auth_recovery_caller.message);
        RETURN v_caller;
    END IF;
    PERFORM howdah_private.auth_lock_factors(v_caller.user_id);
    RETURN v_caller;
END
$$;
COMMENT ON FUNCTION howdah_private.auth_recovery_caller(pg_catalog.text) IS 'Who asks for recovery codes.';
REVOKE EXECUTE ON FUNCTION howdah_private.auth_recovery_caller(pg_catalog.text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.auth_recovery_caller(pg_catalog.text) TO howdah_owner;
