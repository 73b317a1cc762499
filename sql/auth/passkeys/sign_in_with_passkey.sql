-- auth.sign_in_with_passkey: exchange the response of a passkey for a session (POST /passkeys/authentication/verify).
--
-- Runs as   definer: reads passkeys and writes sessions, which no API role may see.
-- Writes    the end of the challenge, always; the passkey's counter and last use; the session; an audit row, also of a response that is refused.
-- Returns   200 and a session (amr passkey, aal as the setting passkey_aal says); 400 validation_failed, webauthn_challenge_not_found,
--           webauthn_challenge_expired, webauthn_verification_failed (also for a passkey that nobody has); of a passkey that is good 403
--           user_banned, email_not_confirmed, phone_not_confirmed; 404 passkey_disabled.
-- Races     a challenge works once; of two responses with one counter, where the authenticator counts, one.
CREATE FUNCTION auth.sign_in_with_passkey(
    challenge_id pg_catalog.text DEFAULT NULL, credential pg_catalog.jsonb DEFAULT NULL)
RETURNS auth.answer
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_set     record := howdah_private.auth_passkey_party();
    v_closed  record;
    v_refusal auth.answer;
    v_proven  record;
    v_user    record;
BEGIN
    IF (v_set.refusal).status IS NOT NULL THEN
        RETURN v_set.refusal;
    END IF;
    IF sign_in_with_passkey.credential IS NULL THEN
        RETURN howdah_private.auth_refuse('validation_failed', 'credential is required');
    END IF;
    v_refusal := howdah_private.auth_check_rate('passkey', NULL);
    IF v_refusal.status IS NOT NULL THEN
        RETURN v_refusal;
    END IF;
    v_closed := howdah_private.auth_close_ceremony(NULL, 'authentication', sign_in_with_passkey.challenge_id);
    IF (v_closed.refusal).status IS NOT NULL THEN
        RETURN v_closed.refusal;
    END IF;
    v_proven := howdah_private.auth_use_passkey(v_set.party, v_closed.challenge, sign_in_with_passkey.credential);
    IF v_proven.user_id IS NULL THEN
        RETURN howdah_private.auth_refuse('webauthn_verification_failed');
    END IF;
    SELECT u.email, u.email_confirmed_at, u.phone, u.phone_confirmed_at, u.banned_until INTO v_user
    FROM auth.users AS u WHERE u.id = v_proven.user_id AND u.deleted_at IS NULL;
    IF NOT FOUND THEN
        RETURN howdah_private.auth_refuse('webauthn_verification_failed');
    ELSIF v_user.banned_until > pg_catalog.now() THEN
        RETURN howdah_private.auth_refuse_as(403, 'user_banned', 'User is banned');
    ELSIF v_user.email <> '' AND v_user.email_confirmed_at IS NULL THEN
        RETURN howdah_private.auth_refuse_as(403, 'email_not_confirmed', 'Email not confirmed');
    ELSIF v_user.phone <> '' AND v_user.phone_confirmed_at IS NULL THEN
        RETURN howdah_private.auth_refuse_as(403, 'phone_not_confirmed', 'Phone not confirmed');
    END IF;
    PERFORM howdah_private.auth_audit('login', v_proven.user_id,
        pg_catalog.jsonb_build_object('provider', 'passkey', 'passkey_id', v_proven.passkey_id));
    RETURN howdah_private.auth_reply(howdah_private.auth_issue_session(v_proven.user_id, 'passkey', auth.get('passkey_aal')));
END
$$;
ALTER FUNCTION auth.sign_in_with_passkey(pg_catalog.text, pg_catalog.jsonb) OWNER TO howdah_owner;
COMMENT ON FUNCTION auth.sign_in_with_passkey(pg_catalog.text, pg_catalog.jsonb) IS 'Exchange the response of a passkey for a session.';
REVOKE EXECUTE ON FUNCTION auth.sign_in_with_passkey(pg_catalog.text, pg_catalog.jsonb) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION auth.sign_in_with_passkey(pg_catalog.text, pg_catalog.jsonb) TO anon, authenticated, service_role;
