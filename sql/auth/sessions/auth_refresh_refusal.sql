-- howdah_private.auth_refresh_refusal: why a session whose refresh token was presented can't be refreshed, the token apart.
--
-- Runs as   invoker: howdah_private.auth_refresh_problem and howdah_private.auth_refresh_imported call it as howdah_owner.
-- Writes    the end of a session that is over.
-- Returns   refresh_token_not_found, user_banned or session_expired; status NULL: nothing is in the way.
CREATE FUNCTION howdah_private.auth_refresh_refusal(
    session_id pg_catalog.uuid, user_id pg_catalog.uuid, moment pg_catalog.timestamptz)
RETURNS auth.answer
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_banned  pg_catalog.bool;
    v_deleted pg_catalog.bool;
BEGIN
    SELECT u.banned_until > pg_catalog.now(), u.deleted_at IS NOT NULL INTO v_banned, v_deleted
    FROM auth.users AS u WHERE u.id = auth_refresh_refusal.user_id;
    IF v_deleted IS DISTINCT FROM false THEN
        RETURN howdah_private.auth_refuse('refresh_token_not_found');
    ELSIF v_banned THEN
        RETURN howdah_private.auth_refuse('user_banned');
    ELSIF COALESCE(howdah_private.auth_session_end(
              auth_refresh_refusal.session_id, auth_refresh_refusal.user_id, 9223372036854775807), '-infinity')
          <= auth_refresh_refusal.moment THEN
        DELETE FROM auth.sessions AS s WHERE s.id = auth_refresh_refusal.session_id;
        RETURN howdah_private.auth_refuse('session_expired');
    END IF;
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION howdah_private.auth_refresh_refusal(pg_catalog.uuid, pg_catalog.uuid, pg_catalog.timestamptz)
    IS 'Why a session can''t be refreshed, its token apart.';
REVOKE EXECUTE ON FUNCTION howdah_private.auth_refresh_refusal(pg_catalog.uuid, pg_catalog.uuid, pg_catalog.timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.auth_refresh_refusal(pg_catalog.uuid, pg_catalog.uuid, pg_catalog.timestamptz) TO howdah_owner;
