-- howdah_private.auth_step_up: a session at aal2 in the place of the one that proved its second factor.
--
-- Runs as   invoker: the definer functions that call it are howdah_owner.
-- Writes    a new session (new id, new refresh token: who had those of before has nothing) that keeps the age, the end and the methods of the
--           old one; the end of the old one and of all the user's other sessions below aal2, as the dialect has it.
-- Returns   the dialect's session; NULL if the old one ended meanwhile.
-- Arguments method: for amr: totp, mfa/phone, mfa/webauthn, mfa/recovery_code.
CREATE FUNCTION howdah_private.auth_step_up(
    user_id pg_catalog.uuid, session_id pg_catalog.uuid, method pg_catalog.text, factor_id pg_catalog.uuid)
RETURNS pg_catalog.jsonb
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_session pg_catalog.uuid := pg_catalog.gen_random_uuid();
    v_now     pg_catalog.timestamptz := pg_catalog.clock_timestamp();
    v_key     pg_catalog.text := howdah_private.random_token(32);
    v_token   pg_catalog.text := howdah_private.refresh_token_make(v_session, v_key, 0);
BEGIN
    INSERT INTO auth.sessions (id, user_id, created_at, updated_at, factor_id, aal, not_after, refreshed_at, user_agent, ip, tag,
                               oauth_client_id, scopes, refresh_token_hmac_key, refresh_token_counter, refresh_token_digest)
    SELECT v_session, s.user_id, s.created_at, v_now, auth_step_up.factor_id, 'aal2', s.not_after, v_now AT TIME ZONE 'UTC',
           COALESCE(pg_catalog.left(howdah_private.request_header('user-agent'), 512), s.user_agent),
           COALESCE(howdah_private.client_address(), s.ip), s.tag, s.oauth_client_id, s.scopes, v_key, 0,
           howdah_private.refresh_token_digest(v_token)
    FROM auth.sessions AS s
    WHERE s.id = auth_step_up.session_id AND s.user_id = auth_step_up.user_id
    FOR UPDATE;
    IF NOT FOUND THEN
        RETURN NULL;
    END IF;
    INSERT INTO auth.mfa_amr_claims (id, session_id, created_at, updated_at, authentication_method)
    SELECT pg_catalog.gen_random_uuid(), v_session, a.created_at, a.updated_at, a.authentication_method
    FROM auth.mfa_amr_claims AS a
    WHERE a.session_id = auth_step_up.session_id AND a.authentication_method <> auth_step_up.method
    UNION ALL
    SELECT pg_catalog.gen_random_uuid(), v_session, v_now, v_now, auth_step_up.method;
    DELETE FROM auth.sessions AS s
    WHERE s.user_id = auth_step_up.user_id AND s.id <> v_session
      AND (s.id = auth_step_up.session_id OR s.aal IS NULL OR s.aal < 'aal2');
    RETURN howdah_private.auth_session_body(v_session, auth_step_up.method, v_token)::pg_catalog.jsonb;
END
$$;
COMMENT ON FUNCTION howdah_private.auth_step_up(pg_catalog.uuid, pg_catalog.uuid, pg_catalog.text, pg_catalog.uuid)
    IS 'A session at aal2 in the place of the one that proved its second factor.';
REVOKE EXECUTE ON FUNCTION howdah_private.auth_step_up(pg_catalog.uuid, pg_catalog.uuid, pg_catalog.text, pg_catalog.uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.auth_step_up(pg_catalog.uuid, pg_catalog.uuid, pg_catalog.text, pg_catalog.uuid) TO howdah_owner;
