-- howdah_private.auth_factor_proven: what follows from the proof of a factor.
--
-- Runs as   invoker: the definer functions that call it are howdah_owner, and hold auth_lock_factors.
-- Writes    the factor as verified and its count of tries back to none; the end of the user's unverified factors of its kind; the session at
--           aal2 (auth_step_up); an audit row; a notice by mail where the factor is new.
-- Returns   200 and a session; 403 session_not_found if it ended meanwhile.
CREATE FUNCTION howdah_private.auth_factor_proven(caller howdah_private.auth_caller, factor_id pg_catalog.uuid)
RETURNS auth.answer
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_factor  record;
    v_session pg_catalog.jsonb;
BEGIN
    SELECT f.factor_type, f.status INTO STRICT v_factor FROM auth.mfa_factors AS f WHERE f.id = auth_factor_proven.factor_id;
    UPDATE auth.mfa_factors AS f
    SET status = 'verified', failed_attempts = 0, locked_until = NULL, updated_at = pg_catalog.clock_timestamp()
    WHERE f.id = auth_factor_proven.factor_id;
    DELETE FROM auth.mfa_factors AS f
    WHERE f.user_id = (auth_factor_proven.caller).user_id AND f.factor_type = v_factor.factor_type AND f.status = 'unverified';
    PERFORM howdah_private.auth_audit('verification_attempted', (auth_factor_proven.caller).user_id,
        pg_catalog.jsonb_build_object('factor_id', auth_factor_proven.factor_id, 'factor_type', v_factor.factor_type));
    v_session := howdah_private.auth_step_up(
        (auth_factor_proven.caller).user_id, (auth_factor_proven.caller).session_id,
        howdah_private.auth_factor_method(v_factor.factor_type), auth_factor_proven.factor_id);
    IF v_session IS NULL THEN
        RETURN howdah_private.auth_refuse('session_not_found');
    END IF;
    IF v_factor.status = 'unverified' THEN
        PERFORM howdah_private.auth_notify((auth_factor_proven.caller).user_id, 'mfa_factor_enrolled',
            pg_catalog.jsonb_build_object('factor_type', v_factor.factor_type));
    END IF;
    RETURN howdah_private.auth_reply(v_session);
END
$$;
COMMENT ON FUNCTION howdah_private.auth_factor_proven(howdah_private.auth_caller, pg_catalog.uuid) IS 'What follows from the proof of a factor.';
REVOKE EXECUTE ON FUNCTION howdah_private.auth_factor_proven(howdah_private.auth_caller, pg_catalog.uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.auth_factor_proven(howdah_private.auth_caller, pg_catalog.uuid) TO howdah_owner;
