-- auth.unenroll_factor: remove a factor of who asks (DELETE /factors/{factor_id}); a verified one only at aal2.
--
-- Runs as   definer: deletes factors, which no API role may see.
-- Writes    the end of the factor; its sessions are at aal1 from the next request on; an audit row; a notice by mail.
-- Returns   200 {"id"}; 404 mfa_factor_not_found; 422 insufficient_aal, validation_failed (recovery codes have their own path),
--           mfa_recovery_codes_sole_factor: recovery codes may not be all that is left.
CREATE FUNCTION auth.unenroll_factor(factor_id pg_catalog.text DEFAULT NULL)
RETURNS auth.answer
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_caller howdah_private.auth_caller := howdah_private.auth_mfa_caller();
    v_found  record;
    v_factor record;
BEGIN
    IF (v_caller.refusal).status IS NOT NULL THEN
        RETURN v_caller.refusal;
    END IF;
    v_found := howdah_private.auth_find_factor(v_caller.user_id, unenroll_factor.factor_id);
    IF (v_found.refusal).status IS NOT NULL THEN
        RETURN v_found.refusal;
    END IF;
    PERFORM howdah_private.auth_lock_factors(v_caller.user_id);
    SELECT f.id, f.status, f.factor_type INTO v_factor FROM auth.mfa_factors AS f WHERE f.id = v_found.id;
    IF NOT FOUND THEN
        RETURN howdah_private.auth_refuse('mfa_factor_not_found');
    END IF;
    IF v_factor.factor_type = 'recovery_code' THEN
        RETURN howdah_private.auth_refuse_as(422, 'validation_failed',
            'Recovery codes cannot be unenrolled with this endpoint, use DELETE /factors/recovery-codes');
    END IF;
    IF v_factor.status = 'verified' THEN
        IF v_caller.aal < 'aal2' THEN
            RETURN howdah_private.auth_refuse_as(422, 'insufficient_aal', 'AAL2 required to unenroll verified factor');
        END IF;
        IF EXISTS (SELECT 1 FROM auth.mfa_factors AS f
                   WHERE f.user_id = v_caller.user_id AND f.factor_type = 'recovery_code' AND f.status = 'verified')
           AND NOT EXISTS (SELECT 1 FROM auth.mfa_factors AS f
                           WHERE f.user_id = v_caller.user_id AND f.factor_type <> 'recovery_code'
                             AND f.status = 'verified' AND f.id <> v_factor.id) THEN
            RETURN howdah_private.auth_refuse('mfa_recovery_codes_sole_factor',
                'Recovery codes cannot be the only verified factor. Please enroll another factor before unenrolling this one or delete your recovery codes.');
        END IF;
    END IF;
    PERFORM howdah_private.auth_remove_factor(v_factor.id, 'factor_unenrolled');
    IF v_factor.status = 'verified' THEN
        PERFORM howdah_private.auth_notify(v_caller.user_id, 'mfa_factor_unenrolled',
            pg_catalog.jsonb_build_object('factor_type', v_factor.factor_type));
    END IF;
    RETURN howdah_private.auth_reply(pg_catalog.jsonb_build_object('id', v_factor.id));
END
$$;
ALTER FUNCTION auth.unenroll_factor(pg_catalog.text) OWNER TO howdah_owner;
COMMENT ON FUNCTION auth.unenroll_factor(pg_catalog.text) IS 'Remove a factor of who asks.';
REVOKE EXECUTE ON FUNCTION auth.unenroll_factor(pg_catalog.text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION auth.unenroll_factor(pg_catalog.text) TO anon, authenticated, service_role;
