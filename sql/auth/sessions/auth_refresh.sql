-- howdah_private.auth_refresh: exchange a refresh token for new tokens of the same session.
--
-- Runs as   invoker: the definer functions that call it are howdah_owner.
-- Writes    the child token, the end of its parent, the session's refreshed_at. A token that was used longer ago than
--           security_refresh_token_reuse_interval ends the whole session: somebody else has it.
-- Returns   200 and a session; 400 validation_failed, refresh_token_not_found, refresh_token_already_used, session_expired or user_banned.
-- Locks     the session's row: those who refresh one session at once come one after the other, and a sign-out before or after them.
-- Races     the child is computed from its parent (HMAC under the session's key), so that all who present one parent at once, or
--           once more because the answer was lost, get the same child; it can't be computed by who only has the parent.
CREATE FUNCTION howdah_private.auth_refresh(refresh_token pg_catalog.text, oauth_client_id pg_catalog.uuid DEFAULT NULL)
RETURNS auth.answer
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_digest  pg_catalog.text;
    v_row     record;
    v_child   pg_catalog.text := auth_refresh.refresh_token;
    v_used_at pg_catalog.timestamptz;
    v_now     pg_catalog.timestamptz := pg_catalog.clock_timestamp();
BEGIN
    v_digest := howdah_private.auth_token_digest(auth_refresh.refresh_token);
    SELECT r.id, r.session_id, s.user_id, s.refresh_token_hmac_key AS key, s.not_after,
           u.banned_until > pg_catalog.now() AS banned, u.deleted_at IS NOT NULL AS deleted
    INTO v_row
    FROM auth.refresh_tokens AS r
    JOIN auth.sessions AS s ON s.id = r.session_id
    JOIN auth.users AS u ON u.id = s.user_id
    -- The second form is that of a system that kept them as they are, from which they were brought here.
    WHERE r.token IN (v_digest, CASE WHEN pg_catalog.length(auth_refresh.refresh_token) <= 32
                                     THEN auth_refresh.refresh_token END)
      -- A client's sessions are its own to refresh, and nobody else's.
      AND s.oauth_client_id IS NOT DISTINCT FROM auth_refresh.oauth_client_id
    FOR NO KEY UPDATE OF s;
    IF NOT FOUND OR v_row.deleted THEN
        RETURN howdah_private.auth_refuse('refresh_token_not_found');
    END IF;
    IF v_row.banned THEN
        RETURN howdah_private.auth_refuse('user_banned');
    END IF;
    IF COALESCE(howdah_private.auth_session_end(v_row.session_id, v_row.user_id, 9223372036854775807), '-infinity') <= v_now THEN
        DELETE FROM auth.sessions AS s WHERE s.id = v_row.session_id;
        RETURN howdah_private.auth_refuse('session_expired');
    END IF;

    IF auth.get('refresh_token_rotation_enabled')::pg_catalog.bool THEN
        IF v_row.key IS NULL THEN
            UPDATE auth.sessions AS s SET refresh_token_hmac_key = howdah_private.random_token(32)
            WHERE s.id = v_row.session_id
            RETURNING s.refresh_token_hmac_key INTO v_row.key;
        END IF;
        v_child := 'hw_rt_' || howdah_private.auth_child_token(v_row.key, auth_refresh.refresh_token);
        UPDATE auth.refresh_tokens AS r SET revoked = true, updated_at = v_now
        WHERE r.id = v_row.id AND NOT r.revoked;
        IF FOUND THEN
            INSERT INTO auth.refresh_tokens (token, user_id, session_id, parent, revoked, created_at, updated_at)
            VALUES (howdah_private.auth_token_digest(v_child), v_row.user_id::pg_catalog.text, v_row.session_id, v_digest, false, v_now, v_now);
            UPDATE auth.sessions AS s
            SET refreshed_at = v_now AT TIME ZONE 'UTC', updated_at = v_now,
                user_agent = COALESCE(pg_catalog.left(howdah_private.request_header('user-agent'), 512), s.user_agent),
                ip = COALESCE(howdah_private.client_address(), s.ip)
            WHERE s.id = v_row.session_id;
        ELSE
            SELECT r.updated_at INTO v_used_at FROM auth.refresh_tokens AS r WHERE r.id = v_row.id;
            IF v_used_at < v_now - pg_catalog.make_interval(
                   secs => auth.get('security_refresh_token_reuse_interval')::pg_catalog.int4) THEN
                DELETE FROM auth.sessions AS s WHERE s.id = v_row.session_id;
                PERFORM howdah_private.auth_audit('token_reused', v_row.user_id,
                    pg_catalog.jsonb_build_object('session_id', v_row.session_id));
                RETURN howdah_private.auth_refuse('refresh_token_already_used');
            END IF;
        END IF;
    END IF;
    RETURN ROW(200, howdah_private.auth_access_token(v_row.session_id, 'token_refresh')
        || pg_catalog.jsonb_build_object(
            'refresh_token', v_child, 'user', howdah_private.auth_user_json(v_row.user_id)), NULL)::auth.answer;
END
$$;
COMMENT ON FUNCTION howdah_private.auth_refresh(pg_catalog.text, pg_catalog.uuid) IS 'Exchange a refresh token for new tokens of the same session.';
REVOKE EXECUTE ON FUNCTION howdah_private.auth_refresh(pg_catalog.text, pg_catalog.uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.auth_refresh(pg_catalog.text, pg_catalog.uuid) TO howdah_owner;
