-- howdah_private.auth_hook_refusal: what the client gets, if a hook's answer is an error or a rejection.
--
-- {"error": {"http_code", "message"}} is the hook's own word to the client, who gets that message: with a status of 400 to 499 that
-- status, under hook_rejected; else 500 unexpected_failure, and a WARNING that names the hook. {"decision": "reject", "message"} is
-- answered as each hook's dialect has it. What is neither an error nor a decision, though it is called so, is hook_failed: a slip of the
-- hook's author lets nobody through.
--
-- Runs as   invoker: it only builds a value.
-- Returns   a refusal; a row of nulls if the answer is neither, or NULL (there is no hook).
CREATE FUNCTION howdah_private.auth_hook_refusal(hook pg_catalog.text, answer pg_catalog.jsonb)
RETURNS auth.answer
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_error    pg_catalog.jsonb := NULLIF(NULLIF(auth_hook_refusal.answer -> 'error', 'null'), '{}');
    v_decision pg_catalog.text := auth_hook_refusal.answer ->> 'decision';
    v_message  pg_catalog.text := NULLIF(auth_hook_refusal.answer ->> 'message', '');
BEGIN
    IF v_error ->> 'error_code' IN ('hook_timeout', 'hook_failed') THEN
        RETURN howdah_private.auth_refuse(v_error ->> 'error_code', v_error ->> 'message');
    ELSIF COALESCE(v_error ->> 'message', '') <> '' AND v_error ->> 'http_code' ~ '^4[0-9][0-9]$' THEN
        RETURN howdah_private.auth_refuse_as(
            (v_error ->> 'http_code')::pg_catalog.int4, 'hook_rejected', v_error ->> 'message');
    ELSIF COALESCE(v_error ->> 'message', '') <> '' THEN
        RAISE WARNING 'auth: hook % answered an error: %', auth_hook_refusal.hook, v_error ->> 'message';
        RETURN howdah_private.auth_refuse('unexpected_failure', v_error ->> 'message');
    ELSIF v_error IS NOT NULL OR v_decision NOT IN ('continue', 'reject') THEN
        RAISE WARNING 'auth: hook %: neither an error nor a decision: %', auth_hook_refusal.hook,
            pg_catalog.left(auth_hook_refusal.answer::pg_catalog.text, 200);
        RETURN howdah_private.auth_refuse('hook_failed');
    ELSIF v_decision = 'reject' THEN
        RETURN CASE auth_hook_refusal.hook
            WHEN 'password_verification_attempt' THEN howdah_private.auth_refuse('invalid_credentials', COALESCE(
                v_message, 'Further password verification attempts will be rejected.'))
            WHEN 'mfa_verification_attempt' THEN howdah_private.auth_refuse('mfa_verification_rejected', COALESCE(
                v_message, 'Further MFA verification attempts will be rejected.'))
            ELSE howdah_private.auth_refuse('hook_rejected', v_message)
        END;
    END IF;
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION howdah_private.auth_hook_refusal(pg_catalog.text, pg_catalog.jsonb)
    IS 'What the client gets, if a hook''s answer is an error or a rejection.';
REVOKE EXECUTE ON FUNCTION howdah_private.auth_hook_refusal(pg_catalog.text, pg_catalog.jsonb) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.auth_hook_refusal(pg_catalog.text, pg_catalog.jsonb) TO howdah_owner;
