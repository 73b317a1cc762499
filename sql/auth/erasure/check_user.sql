-- auth.check_user: may whoever asks use what is for signed-in users? For flows that run as their caller and cannot see the private helpers.
--
-- Runs as   definer: reads sessions.
-- Returns   the refusal; status NULL if he may.
CREATE FUNCTION auth.check_user()
RETURNS auth.answer
LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_caller howdah_private.auth_caller := howdah_private.auth_caller();
BEGIN
    RETURN v_caller.refusal;
END
$$;
ALTER FUNCTION auth.check_user()
    OWNER TO howdah_owner;
COMMENT ON FUNCTION auth.check_user()
    IS 'May whoever asks use what is for signed-in users?';
REVOKE EXECUTE ON FUNCTION auth.check_user() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION auth.check_user()
    TO anon, authenticated, service_role;
