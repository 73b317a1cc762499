-- howdah_private.auth_issue_session: a new session of a user who has just proven who he is.
--
-- Runs as   invoker: the definer functions that call it are howdah_owner.
-- Writes    auth.sessions (always a new id: nothing of before a sign-in is carried over), auth.mfa_amr_claims, the user's
--           last_sign_in_at, the place (auth_note_sign_in); with sessions_single_per_user the user's other sessions end.
-- Returns   the dialect's session: access_token, token_type, expires_in, expires_at, refresh_token, user.
-- Arguments method: how he has proven it, for amr: password, otp, oauth, recovery, invite, anonymous, totp …; oauth_client_id and scopes:
--           a session of a client that he has let in.
CREATE FUNCTION howdah_private.auth_issue_session(
    user_id pg_catalog.uuid,
    method pg_catalog.text,
    aal pg_catalog.text DEFAULT 'aal1',
    not_after pg_catalog.timestamptz DEFAULT NULL,
    oauth_client_id pg_catalog.uuid DEFAULT NULL,
    scopes pg_catalog.text DEFAULT NULL,
    session_id pg_catalog.uuid DEFAULT NULL
)
RETURNS pg_catalog.jsonb
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_session pg_catalog.uuid := COALESCE(auth_issue_session.session_id, pg_catalog.gen_random_uuid());
    v_now     pg_catalog.timestamptz := pg_catalog.clock_timestamp();
    v_key     pg_catalog.text := howdah_private.random_token(32);
    v_token   pg_catalog.text := howdah_private.refresh_token_make(v_session, v_key, 0);
    v_since   pg_catalog.timestamptz;
BEGIN
    IF auth_issue_session.oauth_client_id IS NULL AND auth.get('sessions_single_per_user')::pg_catalog.bool THEN
        PERFORM howdah_private.auth_end_sessions(auth_issue_session.user_id);
    END IF;
    INSERT INTO auth.sessions (id, user_id, created_at, updated_at, aal, not_after, user_agent, ip, oauth_client_id, scopes,
                               refresh_token_hmac_key, refresh_token_counter, refresh_token_digest)
    VALUES (v_session, auth_issue_session.user_id, v_now, v_now, auth_issue_session.aal::auth.aal_level,
            auth_issue_session.not_after, pg_catalog.left(howdah_private.request_header('user-agent'), 512),
            howdah_private.client_address(), auth_issue_session.oauth_client_id, auth_issue_session.scopes,
            v_key, 0, howdah_private.refresh_token_digest(v_token));
    INSERT INTO auth.mfa_amr_claims (id, session_id, created_at, updated_at, authentication_method)
    VALUES (pg_catalog.gen_random_uuid(), v_session, v_now, v_now, auth_issue_session.method);
    SELECT u.last_sign_in_at INTO v_since FROM auth.users AS u WHERE u.id = auth_issue_session.user_id;
    -- A client that he has let in is no place of his.
    IF auth_issue_session.oauth_client_id IS NULL THEN
        PERFORM howdah_private.auth_note_sign_in(auth_issue_session.user_id, v_since);
    END IF;
    UPDATE auth.users AS u SET last_sign_in_at = v_now, updated_at = v_now WHERE u.id = auth_issue_session.user_id;
    -- Wrong passwords of others count no more once the owner has come in by other means.
    IF auth_issue_session.method <> 'password' AND auth_issue_session.oauth_client_id IS NULL THEN
        PERFORM howdah_private.auth_forget_attempts(auth_issue_session.user_id);
    END IF;
    RETURN howdah_private.auth_session_body(v_session, auth_issue_session.method, v_token)::pg_catalog.jsonb;
END
$$;
COMMENT ON FUNCTION howdah_private.auth_issue_session(pg_catalog.uuid, pg_catalog.text, pg_catalog.text, pg_catalog.timestamptz, pg_catalog.uuid, pg_catalog.text, pg_catalog.uuid)
    IS 'A new session of a user who has just proven who he is.';
REVOKE EXECUTE ON FUNCTION howdah_private.auth_issue_session(pg_catalog.uuid, pg_catalog.text, pg_catalog.text, pg_catalog.timestamptz, pg_catalog.uuid, pg_catalog.text, pg_catalog.uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.auth_issue_session(pg_catalog.uuid, pg_catalog.text, pg_catalog.text, pg_catalog.timestamptz, pg_catalog.uuid, pg_catalog.text, pg_catalog.uuid) TO howdah_owner;
