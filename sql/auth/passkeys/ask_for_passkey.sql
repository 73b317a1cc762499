-- auth.ask_for_passkey: what a browser needs to sign in by a passkey (POST /passkeys/authentication/options): whichever its user picks, so that
-- the answer says nothing of who has an account.
--
-- Runs as   definer: writes challenges, which no API role may see.
-- Writes    a challenge.
-- Returns   200 {"challenge_id", "options", "expires_at"}; 404 passkey_disabled; 429 over_request_rate_limit.
CREATE FUNCTION auth.ask_for_passkey(gotrue_meta_security pg_catalog.jsonb DEFAULT NULL)
RETURNS auth.answer
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_set       record := howdah_private.auth_passkey_party();
    v_challenge pg_catalog.text := howdah_private.random_token(32);
    v_refusal   auth.answer;
    v_opened    record;
BEGIN
    IF (v_set.refusal).status IS NOT NULL THEN
        RETURN v_set.refusal;
    END IF;
    v_refusal := howdah_private.auth_check_captcha(ask_for_passkey.gotrue_meta_security);
    IF v_refusal.status IS NOT NULL THEN
        RETURN v_refusal;
    END IF;
    v_refusal := howdah_private.auth_check_rate('passkey', NULL);
    IF v_refusal.status IS NOT NULL THEN
        RETURN v_refusal;
    END IF;
    v_opened := howdah_private.auth_open_ceremony(NULL, 'authentication', v_challenge);
    RETURN howdah_private.auth_reply(pg_catalog.jsonb_build_object(
        'challenge_id', v_opened.id, 'expires_at', v_opened.expires_at,
        'options', howdah_private.webauthn_request_options(
            v_set.party, '[]', v_challenge, true,
            auth.get('webauthn_challenge_expiry_duration')::pg_catalog.int8 * 1000)));
END
$$;
ALTER FUNCTION auth.ask_for_passkey(pg_catalog.jsonb) OWNER TO howdah_owner;
COMMENT ON FUNCTION auth.ask_for_passkey(pg_catalog.jsonb) IS 'What a browser needs to sign in by a passkey.';
REVOKE EXECUTE ON FUNCTION auth.ask_for_passkey(pg_catalog.jsonb) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION auth.ask_for_passkey(pg_catalog.jsonb) TO anon, authenticated, service_role;
