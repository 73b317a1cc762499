-- howdah_private.auth_check_hook_role: refuse a role that a hook must not run as, or that may not call it.
--
-- Runs as   invoker: reads only catalogs that everybody may read.
-- Raises    42704 if there is no such role; 42501 as howdah_private.check_role, or without EXECUTE on the function.
CREATE FUNCTION howdah_private.auth_check_hook_role(role pg_catalog.text, function pg_catalog.oid)
RETURNS void
LANGUAGE plpgsql STABLE STRICT
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    BEGIN
        PERFORM howdah_private.check_role(auth_check_hook_role.role);
    EXCEPTION
        WHEN insufficient_privilege THEN
            RAISE EXCEPTION 'a hook must not run as "%"', auth_check_hook_role.role
                USING ERRCODE = 'insufficient_privilege',
                      DETAIL = 'It is powerful, one of Howdah''s own roles, or a member of one.',
                      HINT = 'Name a role that owns nothing else: SELECT auth.set_hook(hook, function, ''my_hooks'');';
    END;
    IF NOT pg_catalog.has_function_privilege(auth_check_hook_role.role, auth_check_hook_role.function, 'EXECUTE')
        OR NOT pg_catalog.has_schema_privilege(
            auth_check_hook_role.role,
            (SELECT p.pronamespace FROM pg_catalog.pg_proc AS p WHERE p.oid = auth_check_hook_role.function), 'USAGE')
    THEN
        RAISE EXCEPTION 'role "%" may not call the function', auth_check_hook_role.role
            USING ERRCODE = 'insufficient_privilege',
                  HINT = 'GRANT USAGE on its schema and EXECUTE on it to the role; REVOKE EXECUTE from PUBLIC.';
    END IF;
END
$$;
COMMENT ON FUNCTION howdah_private.auth_check_hook_role(pg_catalog.text, pg_catalog.oid)
    IS 'Refuse a role that a hook must not run as, or that may not call it.';
REVOKE EXECUTE ON FUNCTION howdah_private.auth_check_hook_role(pg_catalog.text, pg_catalog.oid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.auth_check_hook_role(pg_catalog.text, pg_catalog.oid) TO howdah_owner;
