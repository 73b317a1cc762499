-- howdah_private.inbound_function: a function of the DBA's that a hook calls, and the role that it runs as.
--
-- Runs as   invoker: howdah.inbound, which is howdah_owner.
-- Raises    42602, 42883, 42501 as howdah.inbound.
CREATE FUNCTION howdah_private.inbound_function(
    function pg_catalog.text, wanted_role pg_catalog.text,
    OUT schema_name pg_catalog.text, OUT function_name pg_catalog.text, OUT role pg_catalog.text
)
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_name     CONSTANT pg_catalog.text[] := pg_catalog.parse_ident(inbound_function.function);
    v_function record;
BEGIN
    IF pg_catalog.cardinality(v_name) <> 2 THEN
        RAISE EXCEPTION 'write the function with its schema: %', inbound_function.function USING ERRCODE = 'invalid_name';
    END IF;
    SELECT p.oid, pg_catalog.pg_get_userbyid(p.proowner) AS owner INTO v_function
    FROM pg_catalog.pg_proc AS p JOIN pg_catalog.pg_namespace AS n ON n.oid = p.pronamespace
    WHERE n.nspname = v_name[1] AND p.proname = v_name[2] AND p.prokind = 'f' AND NOT p.proretset
      AND p.pronargs = 1 AND p.proargtypes[0] = 'pg_catalog.jsonb'::pg_catalog.regtype;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'there is no function %(jsonb)', inbound_function.function USING ERRCODE = 'undefined_function';
    END IF;
    role := COALESCE(inbound_function.wanted_role, v_function.owner);
    PERFORM howdah_private.auth_check_hook_role(role, v_function.oid);
    schema_name := v_name[1];
    function_name := v_name[2];
END
$$;
COMMENT ON FUNCTION howdah_private.inbound_function(pg_catalog.text, pg_catalog.text)
    IS 'A function of the DBA''s that a hook calls, and the role that it runs as.';
REVOKE EXECUTE ON FUNCTION howdah_private.inbound_function(pg_catalog.text, pg_catalog.text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.inbound_function(pg_catalog.text, pg_catalog.text) TO howdah_owner;
