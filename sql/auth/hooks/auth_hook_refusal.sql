-- howdah_private.auth_hook_refusal: what the client gets, if a hook's answer is an error or a rejection.
--
-- {"error": {"http_code", "message"}} is the hook's own word to the client: it gets that status (400 to 599, else 500) and
-- message, under hook_rejected. {"decision": "reject", "message"} is answered as each hook's dialect has it.
--
-- Runs as   invoker: it only builds a value.
-- Returns   a refusal; a row of nulls if the answer is neither, or NULL (there is no hook).
CREATE FUNCTION howdah_private.auth_hook_refusal(hook pg_catalog.text, answer pg_catalog.jsonb)
RETURNS auth.answer
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_error   pg_catalog.jsonb := auth_hook_refusal.answer -> 'error';
    v_message pg_catalog.text := NULLIF(auth_hook_refusal.answer ->> 'message', '');
    v_refusal auth.answer;
    v_status  pg_catalog.int4 := 500;
BEGIN
    IF pg_catalog.jsonb_typeof(v_error) = 'object' AND COALESCE(v_error ->> 'message', '') <> '' THEN
        IF v_error ->> 'http_code' ~ '^[45][0-9][0-9]$' THEN
            v_status := (v_error ->> 'http_code')::pg_catalog.int4;
        END IF;
        v_refusal := howdah_private.auth_refuse(
            CASE WHEN v_error ->> 'error_code' IN ('hook_timeout', 'hook_failed') THEN v_error ->> 'error_code'
                 ELSE 'hook_rejected' END,
            v_error ->> 'message');
        v_refusal.status := v_status;
        v_refusal.body := v_refusal.body || pg_catalog.jsonb_build_object('code', v_status);
        RETURN v_refusal;
    END IF;
    IF auth_hook_refusal.answer ->> 'decision' = 'reject' THEN
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
