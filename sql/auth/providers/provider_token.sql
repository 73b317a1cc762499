-- auth.provider_token: a fresh access token of the signed-in user's at a provider, to call its API (POST /user/provider_token).
--
-- Runs as   definer: reads sealed tokens, which no API role may see; gives a user his own.
-- Writes    what the provider gives for a refresh token, in the minute before the old one ends. All who ask at once wait for one refresh.
-- Returns   200 {"provider", "access_token", "expires_at", "scope"}; 404 provider_token_not_found if none is kept, or the provider takes
--           the refresh token no more; 401 and 403 of who is not signed in.
-- Waits     for the provider's token endpoint.
CREATE FUNCTION auth.provider_token(provider pg_catalog.text DEFAULT NULL)
RETURNS auth.answer
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_caller howdah_private.auth_caller := howdah_private.auth_caller();
BEGIN
    IF (v_caller.refusal).status IS NOT NULL THEN
        RETURN v_caller.refusal;
    END IF;
    RETURN howdah_private.auth_fresh_provider_token(v_caller.user_id, provider_token.provider);
END
$$;
ALTER FUNCTION auth.provider_token(pg_catalog.text) OWNER TO howdah_owner;
COMMENT ON FUNCTION auth.provider_token(
    pg_catalog.text) IS 'A fresh access token of the signed-in user''s at a provider.';
REVOKE EXECUTE ON FUNCTION auth.provider_token(pg_catalog.text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION auth.provider_token(pg_catalog.text) TO anon, authenticated, service_role;
