-- howdah_private.auth_refresh_reused: a session's token was used before, and longer ago than a repetition may come: two have it, so that
-- nobody goes on with it.
--
-- Runs as   invoker: howdah_private.auth_refresh_problem and howdah_private.auth_refresh_imported call it as howdah_owner.
-- Writes    the session's end, an audit row.
CREATE FUNCTION howdah_private.auth_refresh_reused(session_id pg_catalog.uuid, user_id pg_catalog.uuid)
RETURNS auth.answer
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    DELETE FROM auth.sessions AS s WHERE s.id = auth_refresh_reused.session_id;
    PERFORM howdah_private.auth_audit('token_reused', auth_refresh_reused.user_id,
        pg_catalog.jsonb_build_object('session_id', auth_refresh_reused.session_id));
    RETURN howdah_private.auth_refuse('refresh_token_already_used');
END
$$;
COMMENT ON FUNCTION howdah_private.auth_refresh_reused(pg_catalog.uuid, pg_catalog.uuid)
    IS 'A session''s token was used by two.';
REVOKE EXECUTE ON FUNCTION howdah_private.auth_refresh_reused(pg_catalog.uuid, pg_catalog.uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.auth_refresh_reused(pg_catalog.uuid, pg_catalog.uuid) TO howdah_owner;
