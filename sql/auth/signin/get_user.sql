-- auth.get_user: GET /user. Who the token says one is, as the row is now.
--
-- Runs as   definer: reads auth.users.
-- Returns   200 and the user; 401 no_authorization, 403 bad_jwt | session_not_found | user_not_found.
CREATE FUNCTION auth.get_user()
RETURNS auth.answer
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_caller howdah_private.auth_caller := howdah_private.auth_caller();
BEGIN
    IF (v_caller.refusal).status IS NOT NULL THEN
        RETURN v_caller.refusal;
    END IF;
    RETURN ROW(200, howdah_private.auth_user_json(v_caller.user_id), NULL)::auth.answer;
END
$$;
ALTER FUNCTION auth.get_user() OWNER TO howdah_owner;
COMMENT ON FUNCTION auth.get_user() IS 'GET /user: who the token says one is.';
REVOKE EXECUTE ON FUNCTION auth.get_user() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION auth.get_user() TO anon, authenticated, service_role;
