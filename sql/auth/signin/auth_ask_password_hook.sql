-- howdah_private.auth_ask_password_hook: tell the hook password_verification_attempt of a try, and obey it.
--
-- Runs as   invoker: the definer functions that call it are howdah_owner.
-- Writes    what the hook writes; ends the user's sessions if it says so (should_logout_user).
-- Returns   the hook's refusal, or a row of nulls.
CREATE FUNCTION howdah_private.auth_ask_password_hook(user_id pg_catalog.uuid, valid pg_catalog.bool)
RETURNS auth.answer
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_answer pg_catalog.jsonb;
BEGIN
    v_answer := howdah_private.auth_run_hook('password_verification_attempt', pg_catalog.jsonb_build_object(
        'user_id', auth_ask_password_hook.user_id, 'valid', auth_ask_password_hook.valid));
    IF v_answer ->> 'decision' = 'reject' AND v_answer -> 'should_logout_user' = 'true' THEN
        PERFORM howdah_private.auth_end_sessions(auth_ask_password_hook.user_id);
    END IF;
    RETURN howdah_private.auth_hook_refusal('password_verification_attempt', v_answer);
END
$$;
COMMENT ON FUNCTION howdah_private.auth_ask_password_hook(pg_catalog.uuid, pg_catalog.bool)
    IS 'Tell the hook password_verification_attempt of a try, and obey it.';
REVOKE EXECUTE ON FUNCTION howdah_private.auth_ask_password_hook(pg_catalog.uuid, pg_catalog.bool) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.auth_ask_password_hook(pg_catalog.uuid, pg_catalog.bool) TO howdah_owner;
