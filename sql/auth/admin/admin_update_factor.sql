-- auth.admin_update_factor: PUT /admin/users/{user_id}/factors/{factor_id}: its name; of a phone factor also its number.
--
-- Runs as   definer: writes auth.mfa_factors.
-- Writes    the factor, one audit row. Another number is not verified: the factor has to be again.
-- Returns   200 and the factor; 404; 422 mfa_factor_name_conflict; 400 validation_failed; what auth_require_admin refuses.
CREATE FUNCTION auth.admin_update_factor(
    user_id pg_catalog.text DEFAULT NULL,
    factor_id pg_catalog.text DEFAULT NULL,
    friendly_name pg_catalog.text DEFAULT NULL,
    phone pg_catalog.text DEFAULT NULL
)
RETURNS auth.answer
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_factor record;
    v_phone  pg_catalog.text := howdah_private.auth_normalize_phone(NULLIF(admin_update_factor.phone, ''));
    v_body   pg_catalog.jsonb;
BEGIN
    SELECT l.* INTO v_factor FROM howdah_private.auth_load_factor(
        admin_update_factor.user_id, admin_update_factor.factor_id) AS l;
    IF v_factor.id IS NULL THEN
        RETURN v_factor.refusal;
    END IF;
    IF COALESCE(admin_update_factor.phone, '') <> '' AND v_phone IS NULL THEN
        RETURN howdah_private.auth_refuse('validation_failed', 'Invalid phone number format (E.164 required)');
    END IF;
    BEGIN
        UPDATE auth.mfa_factors AS f
        SET friendly_name = COALESCE(NULLIF(admin_update_factor.friendly_name, ''), f.friendly_name),
            phone = CASE WHEN f.factor_type = 'phone' THEN COALESCE(v_phone, f.phone) ELSE f.phone END,
            status = CASE WHEN f.factor_type = 'phone' AND v_phone <> f.phone THEN 'unverified' ELSE f.status END,
            updated_at = pg_catalog.now()
        WHERE f.id = v_factor.id
        RETURNING howdah_private.auth_factor_json(pg_catalog.to_jsonb(f)) INTO v_body;
    EXCEPTION
        WHEN unique_violation THEN
            RETURN howdah_private.auth_refuse('mfa_factor_name_conflict');
    END;
    PERFORM howdah_private.auth_audit('factor_updated', NULL, pg_catalog.jsonb_build_object(
        'user_id', v_factor.owner_id, 'factor_id', v_factor.id, 'factor_type', v_body -> 'factor_type'));
    RETURN ROW(200, v_body, NULL)::auth.answer;
END
$$;
ALTER FUNCTION auth.admin_update_factor(pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text)
    OWNER TO howdah_owner;
COMMENT ON FUNCTION auth.admin_update_factor(pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text)
    IS 'PUT /admin/users/{user_id}/factors/{factor_id}.';
REVOKE EXECUTE ON FUNCTION auth.admin_update_factor(pg_catalog.text, pg_catalog.text, pg_catalog.text,
                                                    pg_catalog.text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION auth.admin_update_factor(pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text)
    TO anon, authenticated, service_role;
