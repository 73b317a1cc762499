-- howdah_private.auth_end_sessions: end a user's sessions, all or all but one; their access tokens are refused from the next request on.
--
-- Runs as   invoker: the definer functions that call it are howdah_owner.
-- Returns   how many.
CREATE FUNCTION howdah_private.auth_end_sessions(
    user_id pg_catalog.uuid, except_session pg_catalog.uuid DEFAULT NULL)
RETURNS pg_catalog.int8
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_ended pg_catalog.int8;
BEGIN
    DELETE FROM auth.sessions AS s
    WHERE s.user_id = auth_end_sessions.user_id
      AND s.id IS DISTINCT FROM auth_end_sessions.except_session;
    GET DIAGNOSTICS v_ended = ROW_COUNT;
    RETURN v_ended;
END
$$;
COMMENT ON FUNCTION howdah_private.auth_end_sessions(pg_catalog.uuid, pg_catalog.uuid)
    IS 'End a user''s sessions, all or all but one.';
REVOKE EXECUTE ON FUNCTION howdah_private.auth_end_sessions(pg_catalog.uuid, pg_catalog.uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.auth_end_sessions(pg_catalog.uuid, pg_catalog.uuid) TO howdah_owner;
