-- howdah_private.auth_refresh: exchange a refresh token for new tokens of the same session.
--
-- Runs as   invoker: the definer functions that call it are howdah_owner.
-- Writes    the child token, the end of its parent, the session's refreshed_at. A token that was used longer ago than
--           security_refresh_token_reuse_interval ends the whole session: somebody else has it.
-- Returns   200 and a session; 400 validation_failed, refresh_token_not_found, refresh_token_already_used, session_expired or user_banned.
-- Locks     the session's row, then the token's: those who refresh one session at once come one after the other, and a sign-out before or
--           after them.
-- Races     the child is computed from its parent (HMAC under the session's key), so that all who present one parent at once, or
--           once more because the answer was lost, get the same child; it can't be computed by who only has the parent.
-- Timing    one statement exchanges a token that nothing is in the way of; howdah_private.auth_refresh_problem looks at the others.
CREATE FUNCTION howdah_private.auth_refresh(refresh_token pg_catalog.text, oauth_client_id pg_catalog.uuid DEFAULT NULL)
RETURNS auth.answer
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_now     CONSTANT pg_catalog.timestamptz := pg_catalog.clock_timestamp();
    v_digest  CONSTANT pg_catalog.text := howdah_private.auth_token_digest(auth_refresh.refresh_token);
    v_session pg_catalog.uuid;
    v_user    pg_catalog.uuid;
    v_token   pg_catalog.text;
    v_problem howdah_private.auth_refreshed;
BEGIN
    FOR v_try IN 1 .. 2 LOOP
        -- The session is updated, and by that locked, before its tokens; each part sees what those who were faster have left.
        WITH session AS (
            UPDATE auth.sessions AS s
            SET refreshed_at = v_now AT TIME ZONE 'UTC', updated_at = v_now,
                user_agent = COALESCE(pg_catalog.left(howdah_private.request_header('user-agent'), 512), s.user_agent),
                ip = COALESCE(howdah_private.client_address(), s.ip)
            FROM auth.users AS u
            WHERE auth.get('refresh_token_rotation_enabled') = 'true'
              -- The token is looked up first, whatever the planner knows of the tables.
              AND s.id = (SELECT r.session_id FROM auth.refresh_tokens AS r WHERE r.token = v_digest AND NOT r.revoked)
              AND u.id = s.user_id
              -- A client's sessions are its own to refresh, and nobody else's.
              AND s.oauth_client_id IS NOT DISTINCT FROM auth_refresh.oauth_client_id
              AND s.refresh_token_hmac_key IS NOT NULL
              AND u.deleted_at IS NULL AND (u.banned_until IS NULL OR u.banned_until <= pg_catalog.now())
              AND (s.not_after IS NULL OR s.not_after > v_now)
              AND (auth.get('sessions_timebox') = '0'
                   OR s.created_at + pg_catalog.make_interval(secs => auth.get('sessions_timebox')::pg_catalog.int4) > v_now)
              AND (auth.get('sessions_inactivity_timeout') = '0'
                   OR COALESCE(s.refreshed_at AT TIME ZONE 'UTC', s.created_at)
                      + pg_catalog.make_interval(secs => auth.get('sessions_inactivity_timeout')::pg_catalog.int4) > v_now)
            RETURNING s.id, s.user_id,
                      'hw_rt_' || howdah_private.hmac_base64url(s.refresh_token_hmac_key, auth_refresh.refresh_token) AS token
        ), parent AS (
            UPDATE auth.refresh_tokens AS r SET revoked = true, updated_at = v_now
            FROM session WHERE r.token = v_digest AND NOT r.revoked
            RETURNING session.id, session.user_id, session.token
        ), child AS (
            INSERT INTO auth.refresh_tokens (token, user_id, session_id, parent, revoked, created_at, updated_at)
            SELECT howdah_private.auth_token_digest(p.token), p.user_id::pg_catalog.text, p.id, v_digest, false, v_now, v_now
            FROM parent AS p
        )
        SELECT p.id, p.user_id, p.token INTO v_session, v_user, v_token FROM parent AS p;
        EXIT WHEN FOUND;
        v_problem := howdah_private.auth_refresh_problem(auth_refresh.refresh_token, auth_refresh.oauth_client_id, v_now);
        v_session := v_problem.session_id;
        v_user := v_problem.user_id;
        v_token := v_problem.token;
        -- Without either, nothing is in its way any more.
        EXIT WHEN v_token IS NOT NULL OR (v_problem.refusal).status IS NOT NULL;
    END LOOP;
    IF v_token IS NULL THEN
        RETURN CASE WHEN (v_problem.refusal).status IS NULL THEN howdah_private.auth_refuse('refresh_token_not_found')
                    ELSE v_problem.refusal END;
    END IF;
    RETURN ROW(200, howdah_private.auth_access_token(v_session, 'token_refresh')
        || pg_catalog.jsonb_build_object('refresh_token', v_token, 'user', howdah_private.auth_user_json(v_user)), NULL)::auth.answer;
END
$$;
COMMENT ON FUNCTION howdah_private.auth_refresh(pg_catalog.text, pg_catalog.uuid) IS 'Exchange a refresh token for new tokens of the same session.';
REVOKE EXECUTE ON FUNCTION howdah_private.auth_refresh(pg_catalog.text, pg_catalog.uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.auth_refresh(pg_catalog.text, pg_catalog.uuid) TO howdah_owner;
