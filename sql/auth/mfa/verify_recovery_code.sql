-- auth.verify_recovery_code: use one recovery code of who asks (POST /factors/recovery-codes/verify): the session becomes one of aal2.
--
-- Runs as   definer: reads recovery codes and writes sessions, which no API role may see.
-- Writes    the try, always; on success the end of the code and a new session in the place of the old one (auth_step_up).
-- Returns   200 and a session; 422 mfa_verification_failed for a wrong or used code and without a set,
--           mfa_recovery_codes_verify_not_enabled; 429 mfa_recovery_codes_locked; 403 mfa_verification_rejected by the hook; 400
--           validation_failed.
-- Races     one at a time for a user; a code works once, by the statement that uses it up.
CREATE FUNCTION auth.verify_recovery_code(code pg_catalog.text DEFAULT NULL)
RETURNS auth.answer
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_caller  howdah_private.auth_caller := howdah_private.auth_mfa_caller();
    v_refusal auth.answer;
    v_set     record;
    v_valid   pg_catalog.bool;
BEGIN
    IF (v_caller.refusal).status IS NOT NULL THEN
        RETURN v_caller.refusal;
    END IF;
    v_refusal := howdah_private.auth_factor_enabled('recovery_code', 'verify');
    IF v_refusal.status IS NOT NULL THEN
        RETURN v_refusal;
    END IF;
    IF howdah_private.recovery_code_normalize(COALESCE(verify_recovery_code.code, '')) = '' THEN
        RETURN howdah_private.auth_refuse('validation_failed', 'Code needs to be non-empty');
    END IF;
    v_refusal := howdah_private.auth_check_rate('mfa', v_caller.user_id::pg_catalog.text);
    IF v_refusal.status IS NOT NULL THEN
        RETURN v_refusal;
    END IF;
    PERFORM howdah_private.auth_lock_factors(v_caller.user_id);
    v_set := howdah_private.auth_charge_recovery_codes(v_caller.user_id);
    IF (v_set.refusal).status IS NOT NULL THEN
        RETURN v_set.refusal;
    END IF;
    UPDATE auth.mfa_recovery_codes AS c SET consumed_at = pg_catalog.clock_timestamp()
    WHERE c.mfa_recovery_code_set_id = v_set.id AND c.consumed_at IS NULL
      AND c.code_hash = howdah_private.auth_hash_recovery_code(v_set.id, verify_recovery_code.code);
    v_valid := FOUND;
    v_refusal := howdah_private.auth_mfa_attempt_hook(v_caller.user_id, v_set.factor_id, 'recovery_code', v_valid);
    IF v_refusal.status IS NOT NULL THEN
        RETURN v_refusal;
    END IF;
    IF NOT v_valid THEN
        RETURN howdah_private.auth_refuse('mfa_verification_failed', 'Invalid recovery code entered');
    END IF;
    UPDATE auth.mfa_recovery_code_sets AS s
    SET failed_verification_count = 0, verification_locked_until = NULL, updated_at = pg_catalog.now()
    WHERE s.id = v_set.id;
    RETURN howdah_private.auth_factor_proven(v_caller, v_set.factor_id);
END
$$;
ALTER FUNCTION auth.verify_recovery_code(pg_catalog.text) OWNER TO howdah_owner;
COMMENT ON FUNCTION auth.verify_recovery_code(pg_catalog.text) IS 'Use one recovery code of who asks: the session becomes one of aal2.';
REVOKE EXECUTE ON FUNCTION auth.verify_recovery_code(pg_catalog.text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION auth.verify_recovery_code(pg_catalog.text) TO anon, authenticated, service_role;
