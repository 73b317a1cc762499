-- howdah_private.auth_session_end: until when a session holds, as far as is known now; NULL if it has ended, or its user may not come in.
--
-- Runs as   invoker: asked by auth_session_state and by a refresh.
-- Returns   the end by not_after, sessions_timebox or sessions_inactivity_timeout, whichever is first; infinity is told as the year 9999.
-- Arguments user_id NULL matches none; issued is the token's iat: one of before auth.sessions.tokens_from is refused.
CREATE FUNCTION howdah_private.auth_session_end(
    session_id pg_catalog.uuid, user_id pg_catalog.uuid, issued pg_catalog.int8)
RETURNS pg_catalog.timestamptz
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_timebox    pg_catalog.int8 := auth.get('sessions_timebox');
    v_inactivity pg_catalog.int8 := auth.get('sessions_inactivity_timeout');
BEGIN
    RETURN (
        SELECT LEAST(
            s.not_after,
            CASE WHEN v_timebox > 0 THEN s.created_at + pg_catalog.make_interval(secs => v_timebox) END,
            CASE WHEN v_inactivity > 0 THEN
                COALESCE(s.refreshed_at AT TIME ZONE 'UTC', s.created_at) + pg_catalog.make_interval(secs => v_inactivity)
            END,
            '9999-01-01 00:00:00+00'::pg_catalog.timestamptz)
        FROM auth.sessions AS s
        JOIN auth.users AS u ON u.id = s.user_id
        WHERE s.id = auth_session_end.session_id
          AND s.user_id = auth_session_end.user_id
          AND u.deleted_at IS NULL
          AND (u.banned_until IS NULL OR u.banned_until <= pg_catalog.now())
          AND (s.tokens_from IS NULL
               OR auth_session_end.issued > pg_catalog.floor(EXTRACT(epoch FROM s.tokens_from))));
END
$$;
COMMENT ON FUNCTION howdah_private.auth_session_end(pg_catalog.uuid, pg_catalog.uuid, pg_catalog.int8)
    IS 'Until when a session holds; NULL if it has ended.';
REVOKE EXECUTE ON FUNCTION howdah_private.auth_session_end(pg_catalog.uuid, pg_catalog.uuid, pg_catalog.int8) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.auth_session_end(pg_catalog.uuid, pg_catalog.uuid, pg_catalog.int8) TO howdah_owner;
