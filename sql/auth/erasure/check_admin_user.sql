-- auth.check_admin_user: may whoever asks use the admin API, and is there this user? For flows that run as their caller.
--
-- Runs as   definer: reads auth.users.
-- Returns   the refusal; status NULL if he may and there is.
CREATE FUNCTION auth.check_admin_user(user_id pg_catalog.text)
RETURNS auth.answer
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_user record;
BEGIN
    SELECT l.* INTO v_user FROM howdah_private.auth_load_user(check_admin_user.user_id) AS l;
    RETURN v_user.refusal;
END
$$;
ALTER FUNCTION auth.check_admin_user(pg_catalog.text)
    OWNER TO howdah_owner;
COMMENT ON FUNCTION auth.check_admin_user(pg_catalog.text)
    IS 'May whoever asks use the admin API, and is there this user?';
REVOKE EXECUTE ON FUNCTION auth.check_admin_user(pg_catalog.text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION auth.check_admin_user(pg_catalog.text)
    TO anon, authenticated, service_role;
