-- howdah_private.auth_refresh: exchange a refresh token for new tokens of the same session (docs/adr/0007-refresh-in-one-row.md).
--
-- Runs as   invoker: the definer functions that call it are howdah_owner.
-- Writes    the session's row: the number and digest of its token, refreshed_at; its end, if the token was used before and it is not a
--           mere repetition: somebody else has it.
-- Returns   200 and a session; 400 validation_failed, refresh_token_not_found, refresh_token_already_used, session_expired or user_banned.
-- Locks     the session's row: those who refresh one session at once come one after the other, and a sign-out before or after them.
-- Races     a session's tokens are computed from its key and their number, so that all who present one parent at once, or once more
--           because the answer was lost, get the same child; it can't be computed by who only has the parent, nor from the row.
-- Timing    one statement exchanges a token that nothing is in the way of; howdah_private.auth_refresh_problem looks at the others.
CREATE FUNCTION howdah_private.auth_refresh(refresh_token pg_catalog.text, oauth_client_id pg_catalog.uuid DEFAULT NULL)
RETURNS auth.answer
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_now      CONSTANT pg_catalog.timestamptz := pg_catalog.clock_timestamp();
    v_digest   CONSTANT pg_catalog.bytea := howdah_private.refresh_token_digest(auth_refresh.refresh_token);
    v_timebox  CONSTANT pg_catalog.int8 := auth.get('sessions_timebox');
    v_idle     CONSTANT pg_catalog.int8 := auth.get('sessions_inactivity_timeout');
    v_step     CONSTANT pg_catalog.int8 := CASE auth.get('refresh_token_rotation_enabled') WHEN 'true' THEN 1 ELSE 0 END;
    v_session  pg_catalog.uuid;
    v_token    pg_catalog.text;
    v_problem  howdah_private.auth_refreshed;
BEGIN
    FOR v_try IN 1 .. 2 LOOP
        UPDATE auth.sessions AS s
        SET refreshed_at = v_now AT TIME ZONE 'UTC', updated_at = v_now,
            user_agent = COALESCE(pg_catalog.left(howdah_private.request_header('user-agent'), 512), s.user_agent),
            ip = COALESCE(howdah_private.client_address(), s.ip),
            refresh_token_counter = s.refresh_token_counter + v_step,
            refresh_token_digest = CASE v_step WHEN 0 THEN s.refresh_token_digest ELSE howdah_private.refresh_token_digest(
                howdah_private.refresh_token_make(s.id, s.refresh_token_hmac_key, s.refresh_token_counter + 1)) END
        FROM auth.users AS u
        WHERE s.id = howdah_private.refresh_token_session(auth_refresh.refresh_token) AND u.id = s.user_id
          -- Good by its digest alone, whatever became of the key file.
          AND s.refresh_token_digest = v_digest AND s.refresh_token_hmac_key IS NOT NULL
          -- A client's sessions are its own to refresh, and nobody else's.
          AND s.oauth_client_id IS NOT DISTINCT FROM auth_refresh.oauth_client_id
          AND u.deleted_at IS NULL AND (u.banned_until IS NULL OR u.banned_until <= pg_catalog.now())
          AND (s.not_after IS NULL OR s.not_after > v_now)
          AND (v_timebox = 0 OR s.created_at + pg_catalog.make_interval(secs => v_timebox) > v_now)
          AND (v_idle = 0 OR COALESCE(s.refreshed_at AT TIME ZONE 'UTC', s.created_at) + pg_catalog.make_interval(secs => v_idle) > v_now)
        RETURNING s.id, CASE v_step WHEN 0 THEN auth_refresh.refresh_token ELSE howdah_private.refresh_token_make(
            s.id, s.refresh_token_hmac_key, s.refresh_token_counter) END
        INTO v_session, v_token;
        EXIT WHEN FOUND;
        v_problem := howdah_private.auth_refresh_problem(auth_refresh.refresh_token, auth_refresh.oauth_client_id, v_now);
        v_session := v_problem.session_id;
        v_token := v_problem.token;
        -- Without either, nothing is in its way any more.
        EXIT WHEN v_token IS NOT NULL OR (v_problem.refusal).status IS NOT NULL;
    END LOOP;
    IF v_token IS NULL THEN
        RETURN CASE WHEN (v_problem.refusal).status IS NULL THEN howdah_private.auth_refuse('refresh_token_not_found')
                    ELSE v_problem.refusal END;
    END IF;
    RETURN ROW(200, howdah_private.auth_session_body(v_session, 'token_refresh', v_token), NULL)::auth.answer;
END
$$;
COMMENT ON FUNCTION howdah_private.auth_refresh(pg_catalog.text, pg_catalog.uuid)
    IS 'Exchange a refresh token for new tokens of the same session.';
REVOKE EXECUTE ON FUNCTION howdah_private.auth_refresh(pg_catalog.text, pg_catalog.uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.auth_refresh(pg_catalog.text, pg_catalog.uuid) TO howdah_owner;
