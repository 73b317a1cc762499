-- howdah_private.auth_use_security_key: the second half of a WebAuthn ceremony of a factor.
--
-- Runs as   invoker: the definer functions that call it are howdah_owner, and hold auth_lock_factors.
-- Writes    the credential, of a registration; its counter, of a proof; an audit row that says why where it is refused.
-- Returns   whether the response was good.
CREATE FUNCTION howdah_private.auth_use_security_key(
    factor_id pg_catalog.uuid, session_data pg_catalog.jsonb, webauthn pg_catalog.jsonb)
RETURNS pg_catalog.bool
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_party  pg_catalog.jsonb := howdah_private.auth_relying_party();
    v_kind   pg_catalog.text := auth_use_security_key.session_data ->> 'type';
    v_factor record;
    v_told   pg_catalog.jsonb;
BEGIN
    SELECT f.user_id, f.web_authn_credential INTO STRICT v_factor
    FROM auth.mfa_factors AS f WHERE f.id = auth_use_security_key.factor_id;
    IF v_party ? 'refused' THEN
        v_told := v_party;
    ELSIF v_kind IS DISTINCT FROM auth_use_security_key.webauthn ->> 'type' THEN
        v_told := '{"refused": "the challenge is for the other ceremony"}';
    ELSIF v_kind = 'create' THEN
        v_told := howdah_private.webauthn_register(
            v_party, auth_use_security_key.session_data ->> 'challenge', false,
            auth_use_security_key.webauthn -> 'credential_response');
    ELSE
        v_told := howdah_private.webauthn_authenticate(
            v_party, auth_use_security_key.session_data ->> 'challenge', false,
            howdah_private.auth_credential_of_factor(v_factor.web_authn_credential),
            auth_use_security_key.webauthn -> 'credential_response');
    END IF;
    IF v_told ? 'refused' THEN
        PERFORM howdah_private.auth_audit('verification_attempted', v_factor.user_id, pg_catalog.jsonb_build_object(
            'factor_id', auth_use_security_key.factor_id, 'refused', pg_catalog.left(v_told ->> 'refused', 200)));
        RETURN false;
    END IF;
    UPDATE auth.mfa_factors AS f
    SET web_authn_credential = CASE v_kind
            WHEN 'create' THEN howdah_private.auth_factor_credential(v_told)
            ELSE pg_catalog.jsonb_set(pg_catalog.jsonb_set(pg_catalog.jsonb_set(f.web_authn_credential,
                '{authenticator,signCount}', v_told -> 'sign_count'),
                '{flags,backupEligible}', v_told -> 'backup_eligible'),
                '{flags,backupState}', v_told -> 'backed_up')
        END,
        web_authn_aaguid = CASE v_kind
            WHEN 'create' THEN (v_told ->> 'aaguid')::pg_catalog.uuid ELSE f.web_authn_aaguid END
    WHERE f.id = auth_use_security_key.factor_id;
    RETURN true;
END
$$;
COMMENT ON FUNCTION howdah_private.auth_use_security_key(pg_catalog.uuid, pg_catalog.jsonb, pg_catalog.jsonb)
    IS 'The second half of a WebAuthn ceremony of a factor; whether the response was good.';
REVOKE EXECUTE ON FUNCTION howdah_private.auth_use_security_key(pg_catalog.uuid, pg_catalog.jsonb, pg_catalog.jsonb) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.auth_use_security_key(pg_catalog.uuid, pg_catalog.jsonb, pg_catalog.jsonb) TO howdah_owner;
