-- howdah_private.auth_refresh_problem: what is in the way of a refresh token that could not be exchanged at once.
--
-- Runs as   invoker: howdah_private.auth_refresh calls it as howdah_owner.
-- Writes    the end of the session if it is over, or if the token was used longer ago than security_refresh_token_reuse_interval: somebody
--           else has it. What a session of another system lacks to be refreshed here.
-- Returns   a refusal; or the session and the token that follows, if it was exchanged before or stays as it is; or neither: try again.
-- Locks     the session's row.
CREATE TYPE howdah_private.auth_refreshed AS (
    refusal    auth.answer,
    session_id pg_catalog.uuid,
    user_id    pg_catalog.uuid,
    token      pg_catalog.text
);
COMMENT ON TYPE howdah_private.auth_refreshed IS 'What howdah_private.auth_refresh_problem() returns.';
REVOKE USAGE ON TYPE howdah_private.auth_refreshed FROM PUBLIC;
GRANT USAGE ON TYPE howdah_private.auth_refreshed TO howdah_owner;

CREATE FUNCTION howdah_private.auth_refresh_problem(
    refresh_token pg_catalog.text, oauth_client_id pg_catalog.uuid, moment pg_catalog.timestamptz)
RETURNS howdah_private.auth_refreshed
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_digest CONSTANT pg_catalog.text := howdah_private.auth_token_digest(auth_refresh_problem.refresh_token);
    v_row    record;
    v_token  record;
    v_result howdah_private.auth_refreshed;
BEGIN
    SELECT r.id, r.token, r.session_id, s.user_id, s.refresh_token_hmac_key AS key,
           u.banned_until > pg_catalog.now() AS banned, u.deleted_at IS NOT NULL AS deleted
    INTO v_row
    FROM auth.refresh_tokens AS r
    JOIN auth.sessions AS s ON s.id = r.session_id
    JOIN auth.users AS u ON u.id = s.user_id
    -- The second form is that of a system that kept them as they are, from which they were brought here.
    WHERE r.token IN (v_digest, CASE WHEN pg_catalog.length(auth_refresh_problem.refresh_token) <= 32
                                     THEN auth_refresh_problem.refresh_token END)
      AND s.oauth_client_id IS NOT DISTINCT FROM auth_refresh_problem.oauth_client_id
    FOR NO KEY UPDATE OF s;
    IF NOT FOUND OR v_row.deleted THEN
        v_result.refusal := howdah_private.auth_refuse('refresh_token_not_found');
        RETURN v_result;
    END IF;
    IF v_row.banned THEN
        v_result.refusal := howdah_private.auth_refuse('user_banned');
        RETURN v_result;
    END IF;
    IF COALESCE(howdah_private.auth_session_end(v_row.session_id, v_row.user_id, 9223372036854775807), '-infinity')
       <= auth_refresh_problem.moment THEN
        DELETE FROM auth.sessions AS s WHERE s.id = v_row.session_id;
        v_result.refusal := howdah_private.auth_refuse('session_expired');
        RETURN v_result;
    END IF;
    v_result.session_id := v_row.session_id;
    v_result.user_id := v_row.user_id;
    IF NOT auth.get('refresh_token_rotation_enabled')::pg_catalog.bool THEN
        v_result.token := auth_refresh_problem.refresh_token;
        RETURN v_result;
    END IF;
    IF v_row.key IS NULL THEN
        UPDATE auth.sessions AS s SET refresh_token_hmac_key = howdah_private.random_token(32)
        WHERE s.id = v_row.session_id
        RETURNING s.refresh_token_hmac_key INTO v_row.key;
    END IF;
    IF v_row.token <> v_digest THEN
        UPDATE auth.refresh_tokens AS r SET token = v_digest WHERE r.id = v_row.id;
    END IF;
    SELECT r.revoked, r.updated_at < auth_refresh_problem.moment - pg_catalog.make_interval(
               secs => auth.get('security_refresh_token_reuse_interval')::pg_catalog.int4) AS reused
    INTO v_token
    FROM auth.refresh_tokens AS r WHERE r.id = v_row.id;
    IF v_token.revoked IS FALSE THEN
        RETURN v_result;
    END IF;
    IF v_token.reused THEN
        DELETE FROM auth.sessions AS s WHERE s.id = v_row.session_id;
        PERFORM howdah_private.auth_audit('token_reused', v_row.user_id,
            pg_catalog.jsonb_build_object('session_id', v_row.session_id));
        v_result.refusal := howdah_private.auth_refuse('refresh_token_already_used');
        RETURN v_result;
    END IF;
    v_result.token := 'hw_rt_' || howdah_private.hmac_base64url(v_row.key, auth_refresh_problem.refresh_token);
    RETURN v_result;
END
$$;
COMMENT ON FUNCTION howdah_private.auth_refresh_problem(pg_catalog.text, pg_catalog.uuid, pg_catalog.timestamptz)
    IS 'What is in the way of a refresh token.';
REVOKE EXECUTE ON FUNCTION howdah_private.auth_refresh_problem(pg_catalog.text, pg_catalog.uuid, pg_catalog.timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.auth_refresh_problem(pg_catalog.text, pg_catalog.uuid, pg_catalog.timestamptz) TO howdah_owner;
