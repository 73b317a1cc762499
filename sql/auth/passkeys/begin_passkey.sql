-- auth.begin_passkey: what the browser of who asks needs to make a passkey (POST /passkeys/registration/options).
--
-- Runs as   definer: reads passkeys and writes challenges, which no API role may see.
-- Writes    a challenge.
-- Returns   200 {"challenge_id", "options", "expires_at"}; 404 passkey_disabled; 422 too_many_passkeys; 403 insufficient_aal.
CREATE FUNCTION auth.begin_passkey()
RETURNS auth.answer
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_set       record := howdah_private.auth_passkey_party();
    v_caller    howdah_private.auth_caller;
    v_challenge pg_catalog.text := howdah_private.random_token(32);
    v_existing  pg_catalog.jsonb;
    v_opened    record;
BEGIN
    IF (v_set.refusal).status IS NOT NULL THEN
        RETURN v_set.refusal;
    END IF;
    v_caller := howdah_private.auth_passkey_caller();
    IF (v_caller.refusal).status IS NOT NULL THEN
        RETURN v_caller.refusal;
    END IF;
    SELECT COALESCE(pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object(
        'credential_id', pg_catalog.encode(p.credential_id, 'hex'), 'transports', p.transports)), '[]')
    INTO v_existing
    FROM auth.webauthn_credentials AS p WHERE p.user_id = v_caller.user_id;
    IF pg_catalog.jsonb_array_length(v_existing) >= auth.get('passkey_max_passkeys_per_user')::pg_catalog.int4 THEN
        RETURN howdah_private.auth_refuse('too_many_passkeys');
    END IF;
    v_opened := howdah_private.auth_open_ceremony(v_caller.user_id, 'registration', v_challenge);
    RETURN howdah_private.auth_reply(pg_catalog.jsonb_build_object(
        'challenge_id', v_opened.id, 'expires_at', v_opened.expires_at,
        'options', howdah_private.webauthn_creation_options(
            v_set.party, howdah_private.auth_webauthn_user(v_caller.user_id), v_existing, v_challenge, true, true,
            auth.get('webauthn_challenge_expiry_duration')::pg_catalog.int8 * 1000)));
END
$$;
ALTER FUNCTION auth.begin_passkey() OWNER TO howdah_owner;
COMMENT ON FUNCTION auth.begin_passkey() IS 'What the browser of who asks needs to make a passkey.';
REVOKE EXECUTE ON FUNCTION auth.begin_passkey() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION auth.begin_passkey() TO anon, authenticated, service_role;
