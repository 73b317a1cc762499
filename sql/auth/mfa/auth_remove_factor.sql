-- howdah_private.auth_remove_factor: remove a factor; sessions that it had raised are at aal1 from the next request on.
--
-- Runs as   invoker: the definer functions that call it are howdah_owner.
-- Writes    the end of the factor with its challenges and recovery codes; its sessions' aal and amr; an audit row.
-- Returns   the kind of factor; NULL if there was none.
-- Note      an access token that was signed before stays good and shows its session's level (auth_session_state).
CREATE FUNCTION howdah_private.auth_remove_factor(factor_id pg_catalog.uuid, action pg_catalog.text)
RETURNS auth.factor_type
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_factor record;
BEGIN
    DELETE FROM auth.mfa_factors AS f WHERE f.id = auth_remove_factor.factor_id
    RETURNING f.user_id, f.factor_type, f.status INTO v_factor;
    IF NOT FOUND THEN
        RETURN NULL;
    END IF;
    DELETE FROM auth.mfa_amr_claims AS a USING auth.sessions AS s
    WHERE s.user_id = v_factor.user_id AND s.factor_id = auth_remove_factor.factor_id AND a.session_id = s.id
      AND a.authentication_method = howdah_private.auth_factor_method(v_factor.factor_type);
    UPDATE auth.sessions AS s SET aal = 'aal1', factor_id = NULL, updated_at = pg_catalog.now()
    WHERE s.user_id = v_factor.user_id AND s.factor_id = auth_remove_factor.factor_id;
    PERFORM howdah_private.auth_audit(
        auth_remove_factor.action, v_factor.user_id,
        pg_catalog.jsonb_build_object('factor_id', auth_remove_factor.factor_id,
            'factor_type', v_factor.factor_type, 'factor_status', v_factor.status));
    RETURN v_factor.factor_type;
END
$$;
COMMENT ON FUNCTION howdah_private.auth_remove_factor(pg_catalog.uuid, pg_catalog.text) IS 'Remove a factor and what it had raised.';
REVOKE EXECUTE ON FUNCTION howdah_private.auth_remove_factor(pg_catalog.uuid, pg_catalog.text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.auth_remove_factor(pg_catalog.uuid, pg_catalog.text) TO howdah_owner;
