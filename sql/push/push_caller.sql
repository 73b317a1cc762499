-- howdah_private.push_caller: the signed-in user who asks about his devices, or the refusal to answer with; counted.
--
-- Runs as   invoker: the definer functions that call it are howdah_owner.
-- Writes    the rate limits of the rule push.
CREATE FUNCTION howdah_private.push_caller()
RETURNS howdah_private.auth_caller
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_caller howdah_private.auth_caller := howdah_private.auth_caller();
BEGIN
    IF (v_caller.refusal).status IS NULL THEN
        v_caller.refusal := howdah_private.auth_check_rate('push', v_caller.user_id::pg_catalog.text);
    END IF;
    RETURN v_caller;
END
$$;
COMMENT ON FUNCTION howdah_private.push_caller()
    IS 'The signed-in user who asks about his devices, or the refusal.';
REVOKE EXECUTE ON FUNCTION howdah_private.push_caller() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.push_caller() TO howdah_owner;
