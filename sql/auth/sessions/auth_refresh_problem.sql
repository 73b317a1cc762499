-- howdah_private.auth_refresh_problem: what is in the way of a refresh token that could not be exchanged at once.
--
-- Runs as   invoker: howdah_private.auth_refresh calls it as howdah_owner.
-- Writes    nothing for a token that is not one of the session that it names: sessions' ids stand in access tokens. For one that is: the end
--           of the session if it is over, or if the token is not the current one nor, for security_refresh_token_reuse_interval, the one
--           before: somebody else has it.
-- Returns   a refusal; or the session and its current token, if this is the one before; or neither: try again.
-- Locks     the session's row.
CREATE TYPE howdah_private.auth_refreshed AS (
    refusal    auth.answer,
    session_id pg_catalog.uuid,
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
    v_row    record;
    v_result howdah_private.auth_refreshed;
BEGIN
    SELECT s.id, s.user_id, s.refresh_token_hmac_key AS key, s.refresh_token_counter AS current,
           s.refresh_token_counter - howdah_private.refresh_token_number(auth_refresh_problem.refresh_token) AS age,
           s.refreshed_at AT TIME ZONE 'UTC' AS refreshed_at
    INTO v_row
    FROM auth.sessions AS s
    WHERE s.id = howdah_private.refresh_token_session(auth_refresh_problem.refresh_token)
      AND s.oauth_client_id IS NOT DISTINCT FROM auth_refresh_problem.oauth_client_id
      AND s.refresh_token_digest IS NOT NULL
      AND (s.refresh_token_digest = howdah_private.refresh_token_digest(auth_refresh_problem.refresh_token)
           OR howdah_private.refresh_token_is_of(auth_refresh_problem.refresh_token, s.refresh_token_hmac_key)
              -- Those of another system are exchanged once, and no token of a session that is ours.
              AND pg_catalog.starts_with(auth_refresh_problem.refresh_token, 'hw_rt_'))
    FOR NO KEY UPDATE OF s;
    IF NOT FOUND THEN
        RETURN howdah_private.auth_refresh_imported(
            auth_refresh_problem.refresh_token, auth_refresh_problem.oauth_client_id, auth_refresh_problem.moment);
    END IF;
    v_result.session_id := v_row.id;
    v_result.refusal := howdah_private.auth_refresh_refusal(v_row.id, v_row.user_id, auth_refresh_problem.moment);
    IF (v_result.refusal).status IS NOT NULL OR v_row.age = 0 THEN
        RETURN v_result;
    END IF;
    IF v_row.age < 0 THEN
        v_result.refusal := howdah_private.auth_refuse('refresh_token_not_found');
    ELSIF v_row.age = 1 AND v_row.refreshed_at >= auth_refresh_problem.moment - pg_catalog.make_interval(
              secs => auth.get('security_refresh_token_reuse_interval')::pg_catalog.int4) THEN
        v_result.token := howdah_private.refresh_token_make(v_row.id, v_row.key, v_row.current);
    ELSE
        v_result.refusal := howdah_private.auth_refresh_reused(v_row.id, v_row.user_id);
    END IF;
    RETURN v_result;
END
$$;
COMMENT ON FUNCTION howdah_private.auth_refresh_problem(pg_catalog.text, pg_catalog.uuid, pg_catalog.timestamptz)
    IS 'What is in the way of a refresh token.';
REVOKE EXECUTE ON FUNCTION howdah_private.auth_refresh_problem(pg_catalog.text, pg_catalog.uuid, pg_catalog.timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.auth_refresh_problem(pg_catalog.text, pg_catalog.uuid, pg_catalog.timestamptz) TO howdah_owner;
