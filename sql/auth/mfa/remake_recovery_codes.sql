-- auth.remake_recovery_codes: new recovery codes for who asks (POST /factors/recovery-codes/regenerate), shown once; the old ones end.
--
-- Runs as   definer: writes recovery codes, which no API role may see.
-- Writes    HMACs of the new codes in the place of the old; the end of a lock; an audit row.
-- Returns   200 {"id", "type", "friendly_name", "total", "codes"}; 403 insufficient_aal; 404 mfa_factor_not_found; 422
--           mfa_recovery_codes_enroll_not_enabled.
CREATE FUNCTION auth.remake_recovery_codes()
RETURNS auth.answer
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_caller  howdah_private.auth_caller := howdah_private.auth_recovery_caller(
        'AAL2 required to regenerate recovery codes');
    v_set     record;
    v_codes   pg_catalog.jsonb;
BEGIN
    IF (v_caller.refusal).status IS NOT NULL THEN
        RETURN v_caller.refusal;
    END IF;
    SELECT s.id, f.id AS factor_id, f.friendly_name INTO v_set
    FROM auth.mfa_recovery_code_sets AS s JOIN auth.mfa_factors AS f ON f.id = s.mfa_factor_id
    WHERE s.user_id = v_caller.user_id;
    IF NOT FOUND THEN
        RETURN howdah_private.auth_refuse('mfa_factor_not_found', 'The user has not enrolled recovery codes');
    END IF;
    v_codes := howdah_private.auth_fill_recovery_codes(v_set.id);
    PERFORM howdah_private.auth_audit('recovery_codes_regenerated', v_caller.user_id,
        pg_catalog.jsonb_build_object('factor_id', v_set.factor_id, 'count', pg_catalog.jsonb_array_length(v_codes)));
    RETURN howdah_private.auth_reply(pg_catalog.jsonb_build_object(
        'id', v_set.factor_id, 'type', 'recovery_code', 'friendly_name', v_set.friendly_name,
        'total', pg_catalog.jsonb_array_length(v_codes), 'codes', v_codes));
END
$$;
ALTER FUNCTION auth.remake_recovery_codes() OWNER TO howdah_owner;
COMMENT ON FUNCTION auth.remake_recovery_codes() IS 'New recovery codes for who asks, shown once; the old ones end.';
REVOKE EXECUTE ON FUNCTION auth.remake_recovery_codes() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION auth.remake_recovery_codes() TO anon, authenticated, service_role;
