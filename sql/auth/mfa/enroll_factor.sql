-- auth.enroll_factor: begin a second factor of who asks (POST /factors); it counts once auth.verify_factor has seen it work.
--
-- Runs as   definer: writes factors, which no API role may see.
-- Writes    an unverified factor, its secret sealed; an audit row.
-- Returns   200 {"id", "type", "friendly_name"} and for totp {"totp": {"qr_code", "secret", "uri"}}, for phone {"phone"}; 403
--           insufficient_aal with a verified factor below aal2; 422 mfa_*_enroll_not_enabled, mfa_factor_name_conflict,
--           too_many_enrolled_mfa_factors, mfa_verified_factor_exists; 400 validation_failed.
CREATE FUNCTION auth.enroll_factor(
    factor_type pg_catalog.text DEFAULT NULL,
    friendly_name pg_catalog.text DEFAULT NULL,
    issuer pg_catalog.text DEFAULT NULL,
    phone pg_catalog.text DEFAULT NULL
)
RETURNS auth.answer
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_caller  howdah_private.auth_caller := howdah_private.auth_mfa_caller();
    v_id      pg_catalog.uuid := pg_catalog.gen_random_uuid();
    v_name    pg_catalog.text := COALESCE(enroll_factor.friendly_name, '');
    v_phone   pg_catalog.text;
    v_secret  pg_catalog.text;
    v_refusal auth.answer;
BEGIN
    IF (v_caller.refusal).status IS NOT NULL THEN
        RETURN v_caller.refusal;
    END IF;
    IF enroll_factor.factor_type IS NULL OR enroll_factor.factor_type NOT IN ('totp', 'phone', 'webauthn') THEN
        RETURN howdah_private.auth_refuse('validation_failed', 'factor_type needs to be totp, phone, or webauthn');
    END IF;
    v_refusal := howdah_private.auth_factor_enabled(enroll_factor.factor_type, 'enroll');
    IF v_refusal.status IS NOT NULL THEN
        RETURN v_refusal;
    END IF;

    PERFORM howdah_private.auth_lock_factors(v_caller.user_id);
    IF enroll_factor.factor_type = 'phone' THEN
        IF COALESCE(enroll_factor.phone, '') = '' THEN
            RETURN howdah_private.auth_refuse('validation_failed', 'Phone number required to enroll Phone factor');
        END IF;
        v_phone := howdah_private.auth_normalize_phone(enroll_factor.phone);
        IF v_phone IS NULL THEN
            RETURN howdah_private.auth_refuse('validation_failed', 'Invalid phone number format (E.164 required)');
        END IF;
        IF EXISTS (SELECT 1 FROM auth.mfa_factors AS f
                   WHERE f.user_id = v_caller.user_id AND f.phone = v_phone AND f.status = 'verified') THEN
            RETURN howdah_private.auth_refuse('mfa_verified_factor_exists');
        END IF;
        DELETE FROM auth.mfa_factors AS f
        WHERE f.user_id = v_caller.user_id AND f.phone = v_phone AND f.status = 'unverified';
    END IF;
    v_refusal := howdah_private.auth_may_add_factor(v_caller, v_name);
    IF v_refusal.status IS NOT NULL THEN
        RETURN v_refusal;
    END IF;

    IF enroll_factor.factor_type = 'totp' THEN
        v_secret := howdah_private.totp_make_secret();
    END IF;
    INSERT INTO auth.mfa_factors (id, user_id, friendly_name, factor_type, status, created_at, updated_at, secret, phone)
    VALUES (v_id, v_caller.user_id, v_name, enroll_factor.factor_type::auth.factor_type, 'unverified',
            pg_catalog.clock_timestamp(), pg_catalog.clock_timestamp(),
            howdah_private.secret_seal(v_secret, 'mfa_factors.secret.' || v_id::pg_catalog.text), v_phone);
    PERFORM howdah_private.auth_audit('factor_in_progress', v_caller.user_id,
        pg_catalog.jsonb_build_object('factor_id', v_id, 'factor_type', enroll_factor.factor_type));
    RETURN howdah_private.auth_reply(pg_catalog.jsonb_strip_nulls(pg_catalog.jsonb_build_object(
        'id', v_id, 'type', enroll_factor.factor_type, 'friendly_name', v_name,
        'phone', CASE WHEN v_phone IS NOT NULL THEN enroll_factor.phone END,
        'totp', howdah_private.auth_totp_enrolment(v_caller.user_id, v_secret, enroll_factor.issuer))));
END
$$;
ALTER FUNCTION auth.enroll_factor(pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text) OWNER TO howdah_owner;
COMMENT ON FUNCTION auth.enroll_factor(pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text)
    IS 'Begin a second factor of who asks.';
REVOKE EXECUTE ON FUNCTION auth.enroll_factor(pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION auth.enroll_factor(pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text)
    TO anon, authenticated, service_role;
