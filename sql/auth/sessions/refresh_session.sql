-- auth.refresh_session: exchange a refresh token for new tokens of the same session (POST /token?grant_type=refresh_token).
--
-- Runs as   definer: reads and writes sessions and refresh tokens, which no API role may see.
-- Returns   as howdah_private.auth_refresh; 429 after too many that failed from one address: who refreshes honestly, from behind an
--           address that many share, is never counted; 400 invalid_request (in OAuth's form, as the dialect has it) without a token.
CREATE FUNCTION auth.refresh_session(refresh_token pg_catalog.text DEFAULT NULL)
RETURNS auth.answer
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_answer  auth.answer;
    v_refusal auth.answer;
BEGIN
    IF COALESCE(refresh_session.refresh_token, '') = '' THEN
        RETURN ROW(400, '{"error": "invalid_request", "error_description": "refresh_token required"}', NULL)::auth.answer;
    END IF;
    v_answer := howdah_private.auth_refresh(refresh_session.refresh_token);
    IF (v_answer).status <> 200 THEN
        v_refusal := howdah_private.auth_check_rate('token_refresh', NULL);
        IF (v_refusal).status IS NOT NULL THEN
            RETURN v_refusal;
        END IF;
    END IF;
    RETURN v_answer;
END
$$;
ALTER FUNCTION auth.refresh_session(pg_catalog.text) OWNER TO howdah_owner;
COMMENT ON FUNCTION auth.refresh_session(pg_catalog.text) IS 'Exchange a refresh token for new tokens of the same session.';
REVOKE EXECUTE ON FUNCTION auth.refresh_session(pg_catalog.text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION auth.refresh_session(pg_catalog.text) TO anon, authenticated, service_role;
