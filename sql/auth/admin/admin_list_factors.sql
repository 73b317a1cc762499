-- auth.admin_list_factors: GET /admin/users/{user_id}/factors.
--
-- Runs as   definer: reads auth.mfa_factors.
-- Returns   200 and an array; 404; what auth_require_admin refuses. Never a secret.
CREATE FUNCTION auth.admin_list_factors(user_id pg_catalog.text DEFAULT NULL)
RETURNS auth.answer
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_user    record;
    v_factors pg_catalog.jsonb;
BEGIN
    SELECT l.* INTO v_user FROM howdah_private.auth_load_user(admin_list_factors.user_id) AS l;
    IF v_user.id IS NULL THEN
        RETURN v_user.refusal;
    END IF;
    SELECT COALESCE(pg_catalog.jsonb_agg(howdah_private.auth_factor_json(pg_catalog.to_jsonb(f)) ORDER BY f.created_at, f.id), '[]')
    INTO v_factors
    FROM auth.mfa_factors AS f WHERE f.user_id = v_user.id;
    RETURN ROW(200, v_factors, NULL)::auth.answer;
END
$$;
ALTER FUNCTION auth.admin_list_factors(pg_catalog.text)
    OWNER TO howdah_owner;
COMMENT ON FUNCTION auth.admin_list_factors(pg_catalog.text)
    IS 'GET /admin/users/{user_id}/factors.';
REVOKE EXECUTE ON FUNCTION auth.admin_list_factors(pg_catalog.text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION auth.admin_list_factors(pg_catalog.text)
    TO anon, authenticated, service_role;
