-- howdah_private.auth_call_courier: wake the couriers when the transaction commits, for nothing: what a rehearsed message does not
-- write does not call them either, and a commit that calls takes longer than one that does not.
--
-- Runs as   invoker: the definer functions that call it are howdah_owner.
CREATE FUNCTION howdah_private.auth_call_courier()
RETURNS void
LANGUAGE sql VOLATILE
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT pg_catalog.pg_notify('howdah_courier', '')
$$;
COMMENT ON FUNCTION howdah_private.auth_call_courier() IS 'Wake the couriers at commit, for nothing.';
REVOKE EXECUTE ON FUNCTION howdah_private.auth_call_courier() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.auth_call_courier() TO howdah_owner;
