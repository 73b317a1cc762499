-- howdah_private.auth_mfa_attempt_hook: ask the hook mfa_verification_attempt, if one is registered, what it makes of a try.
--
-- Runs as   invoker: the definer functions that call it are howdah_owner.
-- Writes    the end of all the user's sessions where the hook rejects, as the dialect has it.
-- Returns   an answer whose status is NULL where the try goes on; else 403 mfa_verification_rejected with the hook's message, or the
--           hook's own error: a hook that fails lets nobody through.
CREATE FUNCTION howdah_private.auth_mfa_attempt_hook(
    user_id pg_catalog.uuid, factor_id pg_catalog.uuid, factor_type auth.factor_type, valid pg_catalog.bool)
RETURNS auth.answer
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_said    pg_catalog.jsonb;
    v_refusal auth.answer;
BEGIN
    v_said := howdah_private.auth_run_hook('mfa_verification_attempt', pg_catalog.jsonb_build_object(
        'user_id', auth_mfa_attempt_hook.user_id, 'factor_id', auth_mfa_attempt_hook.factor_id,
        'factor_type', auth_mfa_attempt_hook.factor_type, 'valid', auth_mfa_attempt_hook.valid));
    v_refusal := howdah_private.auth_hook_refusal('mfa_verification_attempt', v_said);
    IF v_said ->> 'decision' = 'reject' THEN
        PERFORM howdah_private.auth_end_sessions(auth_mfa_attempt_hook.user_id);
    END IF;
    RETURN v_refusal;
END
$$;
COMMENT ON FUNCTION howdah_private.auth_mfa_attempt_hook(pg_catalog.uuid, pg_catalog.uuid, auth.factor_type, pg_catalog.bool)
    IS 'Ask the hook mfa_verification_attempt what it makes of a try.';
REVOKE EXECUTE ON FUNCTION howdah_private.auth_mfa_attempt_hook(pg_catalog.uuid, pg_catalog.uuid, auth.factor_type, pg_catalog.bool) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.auth_mfa_attempt_hook(pg_catalog.uuid, pg_catalog.uuid, auth.factor_type, pg_catalog.bool) TO howdah_owner;
