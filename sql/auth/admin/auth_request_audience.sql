-- howdah_private.auth_request_audience: the audience that a request is about: header X-JWT-AUD, else the token's, else the setting.
--
-- Runs as   invoker.
CREATE FUNCTION howdah_private.auth_request_audience()
RETURNS pg_catalog.text
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_claim pg_catalog.jsonb := auth.jwt() -> 'aud';
BEGIN
    RETURN COALESCE(
        NULLIF(howdah_private.request_header('x-jwt-aud'), ''),
        CASE pg_catalog.jsonb_typeof(v_claim)
            WHEN 'string' THEN NULLIF(v_claim #>> '{}', '')
            WHEN 'array' THEN NULLIF(v_claim ->> 0, '') END,
        auth.get('jwt_aud'));
END
$$;
COMMENT ON FUNCTION howdah_private.auth_request_audience()
    IS 'The audience that a request is about.';
REVOKE EXECUTE ON FUNCTION howdah_private.auth_request_audience() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.auth_request_audience()
    TO howdah_owner;
