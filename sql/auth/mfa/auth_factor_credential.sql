-- howdah_private.auth_factor_credential, auth_credential_of_factor: the credential of a WebAuthn factor, in the form of its column (that of
-- Supabase Auth: bytes in base64) and in that of the natives (bytes in hex).
CREATE FUNCTION howdah_private.auth_hex_to_base64(hex pg_catalog.text)
RETURNS pg_catalog.text
LANGUAGE sql IMMUTABLE STRICT
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT pg_catalog.translate(pg_catalog.encode(pg_catalog.decode(auth_hex_to_base64.hex, 'hex'), 'base64'), E'\n', '')
$$;
COMMENT ON FUNCTION howdah_private.auth_hex_to_base64(pg_catalog.text) IS 'Bytes from hex to base64 on one line.';
REVOKE EXECUTE ON FUNCTION howdah_private.auth_hex_to_base64(pg_catalog.text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.auth_hex_to_base64(pg_catalog.text) TO howdah_owner;

CREATE FUNCTION howdah_private.auth_factor_credential(made pg_catalog.jsonb)
RETURNS pg_catalog.jsonb
LANGUAGE sql IMMUTABLE STRICT
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT pg_catalog.jsonb_build_object(
        'id', howdah_private.auth_hex_to_base64(auth_factor_credential.made ->> 'credential_id'),
        'publicKey', howdah_private.auth_hex_to_base64(auth_factor_credential.made ->> 'public_key'),
        'attestationType', 'none',
        'transport', auth_factor_credential.made -> 'transports',
        'flags', pg_catalog.jsonb_build_object(
            'userPresent', true, 'userVerified', auth_factor_credential.made -> 'user_verified',
            'backupEligible', auth_factor_credential.made -> 'backup_eligible',
            'backupState', auth_factor_credential.made -> 'backed_up'),
        'authenticator', pg_catalog.jsonb_build_object(
            'AAGUID', howdah_private.auth_hex_to_base64(auth_factor_credential.made ->> 'aaguid'),
            'signCount', auth_factor_credential.made -> 'sign_count', 'cloneWarning', false, 'attachment', ''))
$$;
COMMENT ON FUNCTION howdah_private.auth_factor_credential(pg_catalog.jsonb) IS 'A credential in the form of auth.mfa_factors.';
REVOKE EXECUTE ON FUNCTION howdah_private.auth_factor_credential(pg_catalog.jsonb) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.auth_factor_credential(pg_catalog.jsonb) TO howdah_owner;

CREATE FUNCTION howdah_private.auth_credential_of_factor(kept pg_catalog.jsonb)
RETURNS pg_catalog.jsonb
LANGUAGE sql IMMUTABLE STRICT
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT pg_catalog.jsonb_build_object(
        'credential_id', pg_catalog.encode(pg_catalog.decode(auth_credential_of_factor.kept ->> 'id', 'base64'), 'hex'),
        'public_key', pg_catalog.encode(pg_catalog.decode(auth_credential_of_factor.kept ->> 'publicKey', 'base64'), 'hex'),
        'transports', COALESCE(NULLIF(auth_credential_of_factor.kept -> 'transport', 'null'), '[]'),
        'user_verified', auth_credential_of_factor.kept #> '{flags,userVerified}',
        'backup_eligible', auth_credential_of_factor.kept #> '{flags,backupEligible}',
        'backed_up', auth_credential_of_factor.kept #> '{flags,backupState}',
        'sign_count', auth_credential_of_factor.kept #> '{authenticator,signCount}')
$$;
COMMENT ON FUNCTION howdah_private.auth_credential_of_factor(pg_catalog.jsonb) IS 'A credential of auth.mfa_factors in the form of the natives.';
REVOKE EXECUTE ON FUNCTION howdah_private.auth_credential_of_factor(pg_catalog.jsonb) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.auth_credential_of_factor(pg_catalog.jsonb) TO howdah_owner;
