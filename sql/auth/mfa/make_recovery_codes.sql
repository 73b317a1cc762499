-- auth.make_recovery_codes: recovery codes for who asks (POST /factors/recovery-codes), shown once; only beside another verified factor.
--
-- Runs as   definer: writes factors, which no API role may see.
-- Writes    a factor of kind recovery_code, its set and HMACs of its codes; an audit row; a notice by mail.
-- Returns   200 {"id", "type", "friendly_name", "total", "codes"}; 403 insufficient_aal; 422 mfa_verified_factor_exists (remake them),
--           mfa_recovery_codes_sole_factor, mfa_recovery_codes_enroll_not_enabled, mfa_factor_name_conflict, too_many_enrolled_mfa_factors.
CREATE FUNCTION auth.make_recovery_codes(friendly_name pg_catalog.text DEFAULT NULL)
RETURNS auth.answer
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_caller  howdah_private.auth_caller := howdah_private.auth_recovery_caller(
        'AAL2 required to generate recovery codes');
    v_name    pg_catalog.text := COALESCE(NULLIF(pg_catalog.btrim(make_recovery_codes.friendly_name), ''), 'Recovery codes');
    v_now     pg_catalog.timestamptz := pg_catalog.clock_timestamp();
    v_id      pg_catalog.uuid := pg_catalog.gen_random_uuid();
    v_set     pg_catalog.uuid := pg_catalog.gen_random_uuid();
    v_refusal auth.answer;
    v_codes   pg_catalog.jsonb;
BEGIN
    IF (v_caller.refusal).status IS NOT NULL THEN
        RETURN v_caller.refusal;
    END IF;
    IF EXISTS (SELECT 1 FROM auth.mfa_recovery_code_sets AS s WHERE s.user_id = v_caller.user_id) THEN
        RETURN howdah_private.auth_refuse('mfa_verified_factor_exists',
            'Recovery codes are already enrolled for this user, use regenerate to rotate them');
    END IF;
    v_refusal := howdah_private.auth_may_add_factor(v_caller, v_name);
    IF v_refusal.status IS NOT NULL THEN
        RETURN v_refusal;
    END IF;
    IF NOT EXISTS (SELECT 1 FROM auth.mfa_factors AS f WHERE f.user_id = v_caller.user_id AND f.status = 'verified') THEN
        RETURN howdah_private.auth_refuse('mfa_recovery_codes_sole_factor');
    END IF;
    INSERT INTO auth.mfa_factors (id, user_id, friendly_name, factor_type, status, created_at, updated_at)
    VALUES (v_id, v_caller.user_id, v_name, 'recovery_code', 'verified', v_now, v_now);
    INSERT INTO auth.mfa_recovery_code_sets (id, user_id, mfa_factor_id) VALUES (v_set, v_caller.user_id, v_id);
    v_codes := howdah_private.auth_fill_recovery_codes(v_set);
    PERFORM howdah_private.auth_audit('recovery_codes_generated', v_caller.user_id,
        pg_catalog.jsonb_build_object('factor_id', v_id, 'count', pg_catalog.jsonb_array_length(v_codes)));
    PERFORM howdah_private.auth_notify(
        v_caller.user_id, 'mfa_factor_enrolled', '{"factor_type": "recovery_code"}');
    RETURN howdah_private.auth_reply(pg_catalog.jsonb_build_object(
        'id', v_id, 'type', 'recovery_code', 'friendly_name', v_name,
        'total', pg_catalog.jsonb_array_length(v_codes), 'codes', v_codes));
END
$$;
ALTER FUNCTION auth.make_recovery_codes(pg_catalog.text) OWNER TO howdah_owner;
COMMENT ON FUNCTION auth.make_recovery_codes(pg_catalog.text) IS 'Recovery codes for who asks, shown once.';
REVOKE EXECUTE ON FUNCTION auth.make_recovery_codes(pg_catalog.text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION auth.make_recovery_codes(pg_catalog.text) TO anon, authenticated, service_role;
