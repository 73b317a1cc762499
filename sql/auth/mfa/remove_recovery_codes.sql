-- auth.remove_recovery_codes: remove the recovery codes of who asks (DELETE /factors/recovery-codes).
--
-- Runs as   definer: deletes factors, which no API role may see.
-- Writes    the end of the factor and its codes; its sessions are at aal1 from the next request on; an audit row; a notice by mail.
-- Returns   200 {"id"}; 403 insufficient_aal; 404 mfa_factor_not_found.
CREATE FUNCTION auth.remove_recovery_codes()
RETURNS auth.answer
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_caller howdah_private.auth_caller := howdah_private.auth_mfa_caller();
    v_id     pg_catalog.uuid;
BEGIN
    IF (v_caller.refusal).status IS NOT NULL THEN
        RETURN v_caller.refusal;
    END IF;
    IF v_caller.aal < 'aal2' THEN
        RETURN howdah_private.auth_refuse_as(403, 'insufficient_aal', 'AAL2 required to delete recovery codes');
    END IF;
    PERFORM howdah_private.auth_lock_factors(v_caller.user_id);
    SELECT f.id INTO v_id FROM auth.mfa_factors AS f
    WHERE f.user_id = v_caller.user_id AND f.factor_type = 'recovery_code';
    IF NOT FOUND THEN
        RETURN howdah_private.auth_refuse('mfa_factor_not_found', 'The user has not enrolled recovery codes');
    END IF;
    PERFORM howdah_private.auth_remove_factor(v_id, 'recovery_codes_deleted');
    PERFORM howdah_private.auth_notify(
        v_caller.user_id, 'mfa_factor_unenrolled', '{"factor_type": "recovery_code"}');
    RETURN howdah_private.auth_reply(pg_catalog.jsonb_build_object('id', v_id));
END
$$;
ALTER FUNCTION auth.remove_recovery_codes() OWNER TO howdah_owner;
COMMENT ON FUNCTION auth.remove_recovery_codes() IS 'Remove the recovery codes of who asks.';
REVOKE EXECUTE ON FUNCTION auth.remove_recovery_codes() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION auth.remove_recovery_codes() TO anon, authenticated, service_role;
