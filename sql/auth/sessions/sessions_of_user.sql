-- auth.list_sessions: the signed-in user's sessions, newest first (GET /user/sessions): where he is signed in.
--
-- Runs as   definer: reads sessions.
-- Returns   200 [{id, current, created_at, refreshed_at, not_after, aal, ip, user_agent, client_id}].
CREATE FUNCTION auth.list_sessions()
RETURNS auth.answer
LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_caller   howdah_private.auth_caller := howdah_private.auth_caller();
    v_sessions pg_catalog.jsonb;
BEGIN
    IF (v_caller.refusal).status IS NOT NULL THEN
        RETURN v_caller.refusal;
    END IF;
    SELECT COALESCE(pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object(
        'id', s.id, 'current', s.id IS NOT DISTINCT FROM v_caller.session_id, 'created_at', s.created_at,
        'refreshed_at', s.refreshed_at AT TIME ZONE 'UTC', 'not_after', s.not_after, 'aal', s.aal,
        'ip', pg_catalog.host(s.ip), 'user_agent', s.user_agent, 'client_id', s.oauth_client_id) ORDER BY s.created_at DESC), '[]')
    INTO v_sessions
    FROM auth.sessions AS s WHERE s.user_id = v_caller.user_id;
    RETURN ROW(200, v_sessions, NULL)::auth.answer;
END
$$;
ALTER FUNCTION auth.list_sessions() OWNER TO howdah_owner;
COMMENT ON FUNCTION auth.list_sessions() IS 'The signed-in user''s sessions.';
REVOKE EXECUTE ON FUNCTION auth.list_sessions() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION auth.list_sessions() TO anon, authenticated, service_role;

-- auth.end_session: end one of the signed-in user's sessions (DELETE /user/sessions/{session_id}).
--
-- Runs as   definer: deletes sessions.
-- Returns   204; 404 session_not_found, also for another user's.
CREATE FUNCTION auth.end_session(session_id pg_catalog.text DEFAULT NULL)
RETURNS auth.answer
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_caller howdah_private.auth_caller := howdah_private.auth_caller();
BEGIN
    IF (v_caller.refusal).status IS NOT NULL THEN
        RETURN v_caller.refusal;
    END IF;
    DELETE FROM auth.sessions AS s
    WHERE s.id = howdah_private.auth_uuid(end_session.session_id) AND s.user_id = v_caller.user_id;
    IF NOT FOUND THEN
        RETURN ROW(404, (howdah_private.auth_refuse('session_not_found', 'No such session')).body::pg_catalog.jsonb || '{"code": 404}', NULL)::auth.answer;
    END IF;
    PERFORM howdah_private.auth_audit('session_ended', v_caller.user_id, pg_catalog.jsonb_build_object('session_id', end_session.session_id));
    RETURN ROW(204, NULL, NULL)::auth.answer;
END
$$;
ALTER FUNCTION auth.end_session(pg_catalog.text) OWNER TO howdah_owner;
COMMENT ON FUNCTION auth.end_session(pg_catalog.text) IS 'End one of the signed-in user''s sessions.';
REVOKE EXECUTE ON FUNCTION auth.end_session(pg_catalog.text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION auth.end_session(pg_catalog.text) TO anon, authenticated, service_role;

-- auth.admin_sign_out: end every session of a user (POST /admin/users/{user_id}/logout).
--
-- Runs as   definer: deletes sessions; only admins.
-- Returns   204; 404 user_not_found; 403 not_admin.
CREATE FUNCTION auth.admin_sign_out(user_id pg_catalog.text DEFAULT NULL)
RETURNS auth.answer
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_refusal auth.answer := howdah_private.auth_require_admin();
    v_user    pg_catalog.uuid := howdah_private.auth_uuid(admin_sign_out.user_id);
BEGIN
    IF v_refusal.status IS NOT NULL THEN
        RETURN v_refusal;
    END IF;
    IF NOT EXISTS (SELECT 1 FROM auth.users AS u WHERE u.id = v_user) THEN
        RETURN howdah_private.auth_refuse('user_not_found');
    END IF;
    PERFORM howdah_private.auth_end_sessions(v_user);
    PERFORM howdah_private.auth_audit('admin_sign_out', v_user);
    RETURN ROW(204, NULL, NULL)::auth.answer;
END
$$;
ALTER FUNCTION auth.admin_sign_out(pg_catalog.text) OWNER TO howdah_owner;
COMMENT ON FUNCTION auth.admin_sign_out(pg_catalog.text) IS 'End every session of a user.';
REVOKE EXECUTE ON FUNCTION auth.admin_sign_out(pg_catalog.text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION auth.admin_sign_out(pg_catalog.text) TO anon, authenticated, service_role;
