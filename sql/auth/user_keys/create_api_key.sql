-- auth.create_api_key: POST /user/api_keys: a key with which programs act as the user who asks.
--
-- Runs as   definer: writes auth.api_keys.
-- Returns   what auth_make_api_key answers; what auth_key_caller refuses. An API key makes no API keys.
-- Units     expires_in: a length of time (720h); at most user_api_keys_max_age, which is also the default.
CREATE FUNCTION auth.create_api_key(
    name pg_catalog.text DEFAULT NULL,
    scopes pg_catalog.text[] DEFAULT NULL,
    expires_in pg_catalog.text DEFAULT NULL
)
RETURNS auth.answer
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_caller record;
BEGIN
    SELECT c.* INTO v_caller FROM howdah_private.auth_key_caller() AS c;
    IF (v_caller.refusal).status IS NOT NULL THEN
        RETURN v_caller.refusal;
    END IF;
    RETURN howdah_private.auth_make_api_key(
        v_caller.user_id, NULL, create_api_key.name, create_api_key.scopes, create_api_key.expires_in);
END
$$;
ALTER FUNCTION auth.create_api_key(pg_catalog.text, pg_catalog.text[], pg_catalog.text)
    OWNER TO howdah_owner;
COMMENT ON FUNCTION auth.create_api_key(pg_catalog.text, pg_catalog.text[], pg_catalog.text)
    IS 'POST /user/api_keys: a key with which programs act as one.';
REVOKE EXECUTE ON FUNCTION auth.create_api_key(pg_catalog.text, pg_catalog.text[], pg_catalog.text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION auth.create_api_key(pg_catalog.text, pg_catalog.text[], pg_catalog.text)
    TO anon, authenticated, service_role;
