-- auth.admin_delete_factor: DELETE /admin/users/{user_id}/factors/{factor_id}.
--
-- Runs as   definer: deletes from auth.mfa_factors.
-- Writes    one audit row. If the factor was verified, the user's sessions end: what they say of it (aal2) holds no more.
-- Returns   200 and the factor that was; 404; what auth_require_admin refuses.
CREATE FUNCTION auth.admin_delete_factor(
    user_id pg_catalog.text DEFAULT NULL,
    factor_id pg_catalog.text DEFAULT NULL
)
RETURNS auth.answer
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_factor record;
    v_body   pg_catalog.jsonb;
BEGIN
    SELECT l.* INTO v_factor FROM howdah_private.auth_load_factor(
        admin_delete_factor.user_id, admin_delete_factor.factor_id) AS l;
    IF v_factor.id IS NULL THEN
        RETURN v_factor.refusal;
    END IF;
    DELETE FROM auth.mfa_factors AS f WHERE f.id = v_factor.id RETURNING howdah_private.auth_factor_json(pg_catalog.to_jsonb(f)) INTO v_body;
    IF v_body ->> 'status' = 'verified' THEN
        PERFORM howdah_private.auth_end_sessions(v_factor.owner_id);
    END IF;
    PERFORM howdah_private.auth_audit('factor_deleted', NULL, pg_catalog.jsonb_build_object(
        'user_id', v_factor.owner_id, 'factor_id', v_factor.id, 'factor_type', v_body -> 'factor_type'));
    RETURN ROW(200, v_body, NULL)::auth.answer;
END
$$;
ALTER FUNCTION auth.admin_delete_factor(pg_catalog.text, pg_catalog.text)
    OWNER TO howdah_owner;
COMMENT ON FUNCTION auth.admin_delete_factor(pg_catalog.text, pg_catalog.text)
    IS 'DELETE /admin/users/{user_id}/factors/{factor_id}.';
REVOKE EXECUTE ON FUNCTION auth.admin_delete_factor(pg_catalog.text, pg_catalog.text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION auth.admin_delete_factor(pg_catalog.text, pg_catalog.text)
    TO anon, authenticated, service_role;
