-- howdah_private.auth_session_of: the id of a session that was just issued or refreshed.
--
-- Runs as   invoker: the definer functions that call it are howdah_owner.
CREATE FUNCTION howdah_private.auth_session_of(session pg_catalog.jsonb)
RETURNS pg_catalog.uuid
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    -- One that was imported and not yet exchanged names no session itself.
    RETURN COALESCE(
        howdah_private.refresh_token_session(auth_session_of.session ->> 'refresh_token'),
        (SELECT r.session_id FROM auth.refresh_tokens AS r
         WHERE r.token = howdah_private.auth_token_digest(auth_session_of.session ->> 'refresh_token')));
END
$$;
COMMENT ON FUNCTION howdah_private.auth_session_of(pg_catalog.jsonb) IS 'The id of a session that was just issued.';
REVOKE EXECUTE ON FUNCTION howdah_private.auth_session_of(pg_catalog.jsonb) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.auth_session_of(pg_catalog.jsonb) TO howdah_owner;
