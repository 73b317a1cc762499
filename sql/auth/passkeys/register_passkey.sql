-- auth.register_passkey: keep the passkey that the browser of who asks has made (POST /passkeys/registration/verify).
--
-- Runs as   definer: writes passkeys, which no API role may see.
-- Writes    the end of the challenge, always; the passkey; an audit row, also of a response that is refused.
-- Returns   200 {"id", "created_at", "backup_eligible", "backed_up", "transports"}; 400 validation_failed, webauthn_challenge_not_found,
--           webauthn_challenge_expired, webauthn_verification_failed; 422 webauthn_credential_exists, too_many_passkeys; 403 insufficient_aal.
CREATE FUNCTION auth.register_passkey(
    challenge_id pg_catalog.text DEFAULT NULL, credential pg_catalog.jsonb DEFAULT NULL)
RETURNS auth.answer
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_set    record := howdah_private.auth_passkey_party();
    v_caller howdah_private.auth_caller;
    v_closed record;
    v_made   pg_catalog.jsonb;
    v_row    record;
BEGIN
    IF (v_set.refusal).status IS NOT NULL THEN
        RETURN v_set.refusal;
    END IF;
    v_caller := howdah_private.auth_passkey_caller();
    IF (v_caller.refusal).status IS NOT NULL THEN
        RETURN v_caller.refusal;
    END IF;
    IF register_passkey.credential IS NULL THEN
        RETURN howdah_private.auth_refuse('validation_failed', 'credential is required');
    END IF;
    PERFORM howdah_private.auth_lock_factors(v_caller.user_id);
    v_closed := howdah_private.auth_close_ceremony(v_caller.user_id, 'registration', register_passkey.challenge_id);
    IF (v_closed.refusal).status IS NOT NULL THEN
        RETURN v_closed.refusal;
    END IF;
    v_made := howdah_private.webauthn_register(v_set.party, v_closed.challenge, true, register_passkey.credential);
    IF v_made ? 'refused' THEN
        PERFORM howdah_private.auth_audit('passkey_refused', v_caller.user_id,
            pg_catalog.jsonb_build_object('reason', pg_catalog.left(v_made ->> 'refused', 200)));
        RETURN howdah_private.auth_refuse('webauthn_verification_failed');
    END IF;
    IF (SELECT pg_catalog.count(*) FROM auth.webauthn_credentials AS p WHERE p.user_id = v_caller.user_id)
       >= auth.get('passkey_max_passkeys_per_user')::pg_catalog.int4 THEN
        RETURN howdah_private.auth_refuse('too_many_passkeys');
    END IF;
    INSERT INTO auth.webauthn_credentials AS p (
        user_id, credential_id, public_key, attestation_type, aaguid, sign_count, transports, backup_eligible, backed_up)
    VALUES (v_caller.user_id, pg_catalog.decode(v_made ->> 'credential_id', 'hex'), pg_catalog.decode(v_made ->> 'public_key', 'hex'),
            'none', (v_made ->> 'aaguid')::pg_catalog.uuid, (v_made ->> 'sign_count')::pg_catalog.int8, v_made -> 'transports',
            (v_made ->> 'backup_eligible')::pg_catalog.bool, (v_made ->> 'backed_up')::pg_catalog.bool)
    ON CONFLICT DO NOTHING
    RETURNING p.id, p.created_at, p.backup_eligible, p.backed_up, p.transports INTO v_row;
    IF NOT FOUND THEN
        RETURN howdah_private.auth_refuse('webauthn_credential_exists');
    END IF;
    PERFORM howdah_private.auth_audit('passkey_created', v_caller.user_id, pg_catalog.jsonb_build_object('passkey_id', v_row.id));
    PERFORM howdah_private.auth_notify(
        v_caller.user_id, 'mfa_factor_enrolled', '{"factor_type": "passkey"}');
    RETURN howdah_private.auth_reply(pg_catalog.to_jsonb(v_row));
END
$$;
ALTER FUNCTION auth.register_passkey(pg_catalog.text, pg_catalog.jsonb) OWNER TO howdah_owner;
COMMENT ON FUNCTION auth.register_passkey(pg_catalog.text, pg_catalog.jsonb) IS 'Keep the passkey that the browser of who asks has made.';
REVOKE EXECUTE ON FUNCTION auth.register_passkey(pg_catalog.text, pg_catalog.jsonb) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION auth.register_passkey(pg_catalog.text, pg_catalog.jsonb) TO anon, authenticated, service_role;
