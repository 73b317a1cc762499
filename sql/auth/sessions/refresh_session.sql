-- auth.refresh_session: exchange a refresh token for new tokens of the same session (POST /token?grant_type=refresh_token).
--
-- Runs as   definer: reads and writes sessions and refresh tokens, which no API role may see.
-- Returns   as howdah_private.auth_refresh; 400 invalid_request (in OAuth's form, as the dialect has it) without a token.
CREATE FUNCTION auth.refresh_session(refresh_token pg_catalog.text DEFAULT NULL)
RETURNS auth.answer
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF COALESCE(refresh_session.refresh_token, '') = '' THEN
        RETURN ROW(400, '{"error": "invalid_request", "error_description": "refresh_token required"}', NULL)::auth.answer;
    END IF;
    RETURN howdah_private.auth_refresh(refresh_session.refresh_token);
END
$$;
ALTER FUNCTION auth.refresh_session(pg_catalog.text) OWNER TO howdah_owner;
COMMENT ON FUNCTION auth.refresh_session(pg_catalog.text) IS 'Exchange a refresh token for new tokens of the same session.';
REVOKE EXECUTE ON FUNCTION auth.refresh_session(pg_catalog.text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION auth.refresh_session(pg_catalog.text) TO anon, authenticated, service_role;
