-- howdah_private.auth_refresh_imported: exchange a refresh token of Supabase Auth, of a session that was brought from there, for one of ours.
--
-- Its older tokens are rows of auth.refresh_tokens, in the clear until auth.settle_import() or their first use. Its newer ones are signed under a
-- key in the session's row; one becomes a row as it comes, and the session gets another key, so that the dump they came in is good for
-- nothing afterwards.
--
-- Runs as   invoker: howdah_private.auth_refresh_problem calls it as howdah_owner.
-- Writes    the session's number, digest and key; the end of the token; the session's end, as auth_refresh_problem.
-- Returns   as auth_refresh_problem, and never neither.
-- Locks     the session's row.
CREATE FUNCTION howdah_private.auth_refresh_imported(
    refresh_token pg_catalog.text, oauth_client_id pg_catalog.uuid, moment pg_catalog.timestamptz)
RETURNS howdah_private.auth_refreshed
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_digest CONSTANT pg_catalog.text := howdah_private.auth_token_digest(auth_refresh_imported.refresh_token);
    v_row    record;
    v_key    pg_catalog.text := howdah_private.random_token(32);
    v_result howdah_private.auth_refreshed;
BEGIN
    INSERT INTO auth.refresh_tokens (token, user_id, session_id, revoked, created_at, updated_at)
    SELECT v_digest, s.user_id::pg_catalog.text, s.id, t.number < s.refresh_token_counter, s.created_at, s.created_at
    FROM howdah_private.refresh_token_number(auth_refresh_imported.refresh_token) AS t (number)
    JOIN auth.sessions AS s ON s.id = howdah_private.refresh_token_session(auth_refresh_imported.refresh_token)
    WHERE s.refresh_token_digest IS NULL AND t.number <= s.refresh_token_counter
      AND NOT pg_catalog.starts_with(auth_refresh_imported.refresh_token, 'hw_rt_')
      AND howdah_private.refresh_token_is_of(auth_refresh_imported.refresh_token, s.refresh_token_hmac_key)
    ON CONFLICT DO NOTHING;
    SELECT s.id, s.user_id, s.refresh_token_hmac_key AS key, s.refresh_token_counter AS current, s.refreshed_at,
           s.refresh_token_digest IS NULL AS theirs, r.id AS row
    INTO v_row
    FROM auth.refresh_tokens AS r
    JOIN auth.sessions AS s ON s.id = r.session_id
    -- The second form is that of a system that kept them as they are.
    WHERE r.token IN (v_digest, CASE WHEN pg_catalog.length(auth_refresh_imported.refresh_token) <= 32
                                     THEN auth_refresh_imported.refresh_token END)
      AND s.oauth_client_id IS NOT DISTINCT FROM auth_refresh_imported.oauth_client_id
    FOR NO KEY UPDATE OF s;
    IF NOT FOUND THEN
        v_result.refusal := howdah_private.auth_refuse('refresh_token_not_found');
        RETURN v_result;
    END IF;
    v_result.session_id := v_row.id;
    v_result.refusal := howdah_private.auth_refresh_refusal(v_row.id, v_row.user_id, auth_refresh_imported.moment);
    IF (v_result.refusal).status IS NOT NULL THEN
        RETURN v_result;
    ELSIF auth.get('refresh_token_rotation_enabled') <> 'true' THEN
        v_result.token := auth_refresh_imported.refresh_token;
        RETURN v_result;
    END IF;
    UPDATE auth.refresh_tokens AS r SET token = v_digest, revoked = true, updated_at = auth_refresh_imported.moment
    WHERE r.id = v_row.row AND r.revoked IS NOT TRUE;
    IF FOUND THEN
        v_key := CASE WHEN v_row.theirs THEN v_key ELSE v_row.key END;
        v_result.token := howdah_private.refresh_token_make(v_row.id, v_key, COALESCE(v_row.current, 0) + 1);
        UPDATE auth.sessions AS s
        SET refreshed_at = auth_refresh_imported.moment AT TIME ZONE 'UTC', updated_at = auth_refresh_imported.moment,
            refresh_token_hmac_key = v_key, refresh_token_counter = COALESCE(v_row.current, 0) + 1,
            refresh_token_digest = howdah_private.refresh_token_digest(v_result.token)
        WHERE s.id = v_row.id;
        RETURN v_result;
    END IF;
    -- Its child is the current token as long as the session was last refreshed when the token ended.
    IF NOT v_row.theirs AND EXISTS (
           SELECT 1 FROM auth.refresh_tokens AS r JOIN auth.sessions AS s ON s.id = r.session_id
           WHERE r.id = v_row.row AND r.updated_at = s.refreshed_at AT TIME ZONE 'UTC'
             AND r.updated_at >= auth_refresh_imported.moment - pg_catalog.make_interval(
                 secs => auth.get('security_refresh_token_reuse_interval')::pg_catalog.int4)) THEN
        v_result.token := howdah_private.refresh_token_make(v_row.id, v_row.key, v_row.current);
    ELSE
        v_result.refusal := howdah_private.auth_refresh_reused(v_row.id, v_row.user_id);
    END IF;
    RETURN v_result;
END
$$;
COMMENT ON FUNCTION howdah_private.auth_refresh_imported(pg_catalog.text, pg_catalog.uuid, pg_catalog.timestamptz)
    IS 'Exchange a refresh token of Supabase Auth for one of ours.';
REVOKE EXECUTE ON FUNCTION howdah_private.auth_refresh_imported(pg_catalog.text, pg_catalog.uuid, pg_catalog.timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.auth_refresh_imported(pg_catalog.text, pg_catalog.uuid, pg_catalog.timestamptz) TO howdah_owner;
