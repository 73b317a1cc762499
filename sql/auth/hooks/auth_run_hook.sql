-- howdah_private.auth_run_hook: ask the function that is registered for a hook.
--
-- It runs as the role that the DBA gave, for no longer than the DBA allowed, in a subtransaction: what it wrote is undone
-- if it fails, and stays if it answers, a rejection included (so it may count attempts), unless the flow undoes its own work.
--
-- Runs as   invoker: the definer functions that call it are howdah_owner; the function as its own role.
-- Returns   NULL without such a hook; else its answer, an object. If it raised, answered something else or took too long:
--           {"error": {"http_code", "error_code", "message"}} without a word of the cause, which is a WARNING that names
--           the hook: for the server's log, and psql.
-- Raises    40001 and 40P01 as they come.
--
-- See howdah_private.auth_hook_refusal for turning errors and rejections into answers.
CREATE FUNCTION howdah_private.auth_run_hook(hook pg_catalog.text, payload pg_catalog.jsonb)
RETURNS pg_catalog.jsonb
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_hook   record;
    v_answer pg_catalog.jsonb;
    v_event  pg_catalog.jsonb;
BEGIN
    IF NOT howdah_private.hook_registered(auth_run_hook.hook) THEN
        RETURN NULL;
    END IF;
    SELECT h.schema_name, h.function_name, h.role, h.timeout_ms INTO v_hook
    FROM auth.hooks AS h WHERE h.hook = auth_run_hook.hook;
    IF NOT FOUND THEN
        RETURN NULL;
    END IF;
    v_event := pg_catalog.jsonb_build_object('metadata', pg_catalog.jsonb_build_object(
        'uuid', pg_catalog.gen_random_uuid(),
        'time', pg_catalog.now(),
        'name', pg_catalog.replace(auth_run_hook.hook, '_', '-'),
        'ip_address', pg_catalog.host(howdah_private.client_address()))) || auth_run_hook.payload;
    BEGIN
        v_answer := COALESCE(
            howdah_private.hook_call(v_hook.schema_name, v_hook.function_name, v_hook.role,
                                     v_event::pg_catalog.text, v_hook.timeout_ms)::pg_catalog.jsonb, '{}');
        IF pg_catalog.jsonb_typeof(v_answer) <> 'object' THEN
            RAISE EXCEPTION 'it answered no JSON object' USING ERRCODE = 'datatype_mismatch';
        END IF;
        RETURN v_answer;
    EXCEPTION
        WHEN serialization_failure OR deadlock_detected THEN
            RAISE;
        WHEN query_canceled THEN
            RAISE WARNING 'auth: hook % (%.%) did not answer within % ms', auth_run_hook.hook,
                v_hook.schema_name, v_hook.function_name, v_hook.timeout_ms;
            RETURN howdah_private.auth_hook_failure('hook_timeout', 422, 'Hook did not answer in time');
        WHEN OTHERS THEN
            RAISE WARNING 'auth: hook % (%.%) failed: % (SQLSTATE %)', auth_run_hook.hook,
                v_hook.schema_name, v_hook.function_name, SQLERRM, SQLSTATE;
            RETURN howdah_private.auth_hook_failure('hook_failed', 500, 'Error running hook');
    END;
END
$$;
COMMENT ON FUNCTION howdah_private.auth_run_hook(pg_catalog.text, pg_catalog.jsonb)
    IS 'Ask the function that is registered for a hook.';
REVOKE EXECUTE ON FUNCTION howdah_private.auth_run_hook(pg_catalog.text, pg_catalog.jsonb) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.auth_run_hook(pg_catalog.text, pg_catalog.jsonb) TO howdah_owner;
