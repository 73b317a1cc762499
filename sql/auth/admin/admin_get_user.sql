-- auth.admin_get_user: GET /admin/users/{user_id}.
--
-- Runs as   definer: reads auth.users.
-- Returns   200 and the user; 404 user_not_found, validation_failed; what auth_require_admin refuses.
CREATE FUNCTION auth.admin_get_user(user_id pg_catalog.text DEFAULT NULL)
RETURNS auth.answer
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_user record;
BEGIN
    SELECT l.* INTO v_user FROM howdah_private.auth_load_user(admin_get_user.user_id) AS l;
    IF v_user.id IS NULL THEN
        RETURN v_user.refusal;
    END IF;
    RETURN ROW(200, howdah_private.auth_user_json(v_user.id), NULL)::auth.answer;
END
$$;
ALTER FUNCTION auth.admin_get_user(pg_catalog.text)
    OWNER TO howdah_owner;
COMMENT ON FUNCTION auth.admin_get_user(pg_catalog.text)
    IS 'GET /admin/users/{user_id}: one user.';
REVOKE EXECUTE ON FUNCTION auth.admin_get_user(pg_catalog.text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION auth.admin_get_user(pg_catalog.text)
    TO anon, authenticated, service_role;
