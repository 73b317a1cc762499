-- howdah_private.auth_factor_enabled: do the settings let this kind of factor be enrolled, or verified?
--
-- Runs as   invoker: the definer functions that call it are howdah_owner.
-- Returns   an answer whose status is NULL if so; else 422 mfa_…_not_enabled.
-- Arguments purpose: enroll or verify.
CREATE FUNCTION howdah_private.auth_factor_enabled(factor_type pg_catalog.text, purpose pg_catalog.text)
RETURNS auth.answer
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_setting pg_catalog.text;
    v_fine    auth.answer;
BEGIN
    v_setting := CASE auth_factor_enabled.factor_type
        WHEN 'webauthn' THEN 'mfa_web_authn' WHEN 'recovery_code' THEN 'mfa_recovery_codes'
        ELSE 'mfa_' || auth_factor_enabled.factor_type
    END || '_' || auth_factor_enabled.purpose || '_enabled';
    IF auth.get(v_setting)::pg_catalog.bool THEN
        RETURN v_fine;
    END IF;
    RETURN howdah_private.auth_refuse(
        CASE auth_factor_enabled.factor_type
            WHEN 'recovery_code' THEN 'mfa_recovery_codes' ELSE 'mfa_' || auth_factor_enabled.factor_type
        END || '_' || auth_factor_enabled.purpose || '_not_enabled');
END
$$;
COMMENT ON FUNCTION howdah_private.auth_factor_enabled(pg_catalog.text, pg_catalog.text)
    IS 'Whether the settings let this kind of factor be enrolled or verified: NULL status if so, else the refusal.';
REVOKE EXECUTE ON FUNCTION howdah_private.auth_factor_enabled(pg_catalog.text, pg_catalog.text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.auth_factor_enabled(pg_catalog.text, pg_catalog.text) TO howdah_owner;
