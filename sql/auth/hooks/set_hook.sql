-- auth.set_hook: have a function of one's own asked at a point of the account flows.
--
-- Hooks: custom_access_token, before_user_created, after_user_created, password_verification_attempt,
-- mfa_verification_attempt, send_email, send_sms. The function takes one jsonb (the event) and returns one jsonb, in the
-- shapes of Supabase's Postgres hooks (docs/AUTH.md).
--
-- Runs as   definer: writes auth.hooks. The function itself will run as role, never as Howdah's owner: role needs EXECUTE
--           on it and rights on what it touches. Without role it runs as its owner.
-- Writes    the registration (a second call for the same hook replaces it) and one howdah.audit row.
-- Raises    22023 for a hook that there is not, or a time limit outside 1 ms to 10 s; 42883 if there is no such function
--           from jsonb to jsonb; 42602 unless its name is written with its schema; 42501 for a role that may be anything
--           (superuser and its like), or that may not call the function.
CREATE FUNCTION auth.set_hook(
    hook pg_catalog.text,
    function pg_catalog.text,
    role pg_catalog.text DEFAULT NULL,
    timeout pg_catalog.interval DEFAULT '2 seconds'
)
RETURNS void
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_name     pg_catalog.text[];
    v_function record;
    v_role     pg_catalog.text := set_hook.role;
    v_ms       pg_catalog.int8 := EXTRACT(epoch FROM set_hook.timeout) * 1000;
BEGIN
    IF NOT COALESCE(set_hook.hook = ANY (howdah_private.auth_list_hooks()), false) THEN
        RAISE EXCEPTION 'there is no hook "%"', set_hook.hook
            USING ERRCODE = 'invalid_parameter_value',
                  HINT = 'Hooks: ' || pg_catalog.array_to_string(howdah_private.auth_list_hooks(), ', ') || '.';
    END IF;
    IF NOT COALESCE(v_ms BETWEEN 1 AND 10000, false) THEN
        RAISE EXCEPTION 'timeout must be from 1 millisecond to 10 seconds'
            USING ERRCODE = 'invalid_parameter_value';
    END IF;
    v_name := pg_catalog.parse_ident(set_hook.function);
    IF COALESCE(pg_catalog.cardinality(v_name), 0) <> 2 THEN
        RAISE EXCEPTION 'write the function with its schema: %', set_hook.function
            USING ERRCODE = 'invalid_name';
    END IF;
    SELECT p.oid, pg_catalog.pg_get_userbyid(p.proowner) AS owner INTO v_function
    FROM pg_catalog.pg_proc AS p
    JOIN pg_catalog.pg_namespace AS n ON n.oid = p.pronamespace
    WHERE n.nspname = v_name[1] AND p.proname = v_name[2] AND p.prokind = 'f' AND NOT p.proretset
        AND p.pronargs = 1 AND p.proargtypes[0] = 'pg_catalog.jsonb'::pg_catalog.regtype
        AND p.prorettype = 'pg_catalog.jsonb'::pg_catalog.regtype;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'there is no function %(jsonb) that returns jsonb', set_hook.function
            USING ERRCODE = 'undefined_function';
    END IF;
    v_role := COALESCE(v_role, v_function.owner);
    PERFORM howdah_private.auth_check_hook_role(v_role, v_function.oid);

    INSERT INTO auth.hooks AS h (hook, schema_name, function_name, role, timeout_ms)
    VALUES (set_hook.hook, v_name[1], v_name[2], v_role, v_ms)
    ON CONFLICT ON CONSTRAINT hooks_pkey DO UPDATE
    SET schema_name = excluded.schema_name, function_name = excluded.function_name, role = excluded.role,
        timeout_ms = excluded.timeout_ms, updated_at = pg_catalog.now();
    PERFORM howdah_private.record_audit('set_hook', pg_catalog.jsonb_build_object(
        'hook', set_hook.hook, 'function', set_hook.function, 'role', v_role));
END
$$;
ALTER FUNCTION auth.set_hook(pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.interval)
    OWNER TO howdah_owner;
COMMENT ON FUNCTION auth.set_hook(pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.interval)
    IS 'Have a function of one''s own asked at a point of the account flows.';
REVOKE EXECUTE
    ON FUNCTION auth.set_hook(pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.interval) FROM PUBLIC;
