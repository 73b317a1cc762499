-- howdah_private.auth_factor_ceremony: the WebAuthn ceremony that a factor needs now: its registration, or a proof of it.
--
-- Runs as   invoker: the definer functions that call it are howdah_owner.
-- Returns   {"options": for the client, "session": what to keep (the challenge, and what it is for)}; {"refused": what the settings lack}.
CREATE FUNCTION howdah_private.auth_factor_ceremony(factor_id pg_catalog.uuid)
RETURNS pg_catalog.jsonb
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_party     pg_catalog.jsonb := howdah_private.auth_relying_party();
    v_challenge pg_catalog.text := howdah_private.random_token(32);
    v_timeout   pg_catalog.int8 := auth.get('mfa_challenge_expiry_duration')::pg_catalog.int8 * 1000;
    v_factor    record;
    v_existing  pg_catalog.jsonb;
    v_kind      pg_catalog.text;
    v_options   pg_catalog.jsonb;
BEGIN
    IF v_party ? 'refused' THEN
        RETURN v_party;
    END IF;
    SELECT f.user_id, f.status, f.web_authn_credential INTO STRICT v_factor
    FROM auth.mfa_factors AS f WHERE f.id = auth_factor_ceremony.factor_id;
    IF v_factor.status = 'verified' THEN
        v_kind := 'request';
        v_options := howdah_private.webauthn_request_options(
            v_party, pg_catalog.jsonb_build_array(howdah_private.auth_credential_of_factor(v_factor.web_authn_credential)),
            v_challenge, false, v_timeout);
    ELSE
        v_kind := 'create';
        SELECT COALESCE(pg_catalog.jsonb_agg(howdah_private.auth_credential_of_factor(f.web_authn_credential)), '[]')
        INTO v_existing
        FROM auth.mfa_factors AS f
        WHERE f.user_id = v_factor.user_id AND f.web_authn_credential IS NOT NULL;
        v_options := howdah_private.webauthn_creation_options(
            v_party, howdah_private.auth_webauthn_user(v_factor.user_id), v_existing, v_challenge, false, false, v_timeout);
    END IF;
    RETURN pg_catalog.jsonb_build_object(
        'options', pg_catalog.jsonb_build_object(
            'type', v_kind, 'credential_options', pg_catalog.jsonb_build_object('publicKey', v_options)),
        'session', pg_catalog.jsonb_build_object('type', v_kind, 'challenge', v_challenge));
END
$$;
COMMENT ON FUNCTION howdah_private.auth_factor_ceremony(pg_catalog.uuid) IS 'The WebAuthn ceremony that a factor needs now.';
REVOKE EXECUTE ON FUNCTION howdah_private.auth_factor_ceremony(pg_catalog.uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.auth_factor_ceremony(pg_catalog.uuid) TO howdah_owner;
