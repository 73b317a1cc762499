-- auth.openid_configuration: GET /.well-known/openid-configuration (OpenID Connect Discovery 1.0, RFC 8414).
--
-- Runs as   definer: reads auth.settings.
-- Returns   200; issuer is the claim iss of users' tokens, the rest follows from api_external_url. 404 feature_disabled
--           where that is not set: there is nothing that a client could be sent to.
CREATE FUNCTION auth.openid_configuration()
RETURNS auth.answer
LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_base pg_catalog.text := NULLIF(auth.get('api_external_url'), '') || '/auth/v1';
BEGIN
    IF v_base IS NULL THEN
        RETURN howdah_private.auth_refuse('feature_disabled', 'api_external_url is not set');
    END IF;
    RETURN howdah_private.auth_reply(
        pg_catalog.jsonb_build_object(
            'issuer', howdah_private.auth_issuer(),
            'authorization_endpoint', v_base || '/oauth/authorize',
            'token_endpoint', v_base || '/oauth/token',
            'userinfo_endpoint', v_base || '/oauth/userinfo',
            'jwks_uri', v_base || '/.well-known/jwks.json',
            'registration_endpoint', v_base || '/oauth/clients/register',
            'scopes_supported', '["openid", "profile", "email", "phone"]'::pg_catalog.jsonb,
            'response_types_supported', '["code"]'::pg_catalog.jsonb,
            'response_modes_supported', '["query"]'::pg_catalog.jsonb,
            'grant_types_supported', '["authorization_code", "refresh_token"]'::pg_catalog.jsonb,
            'subject_types_supported', '["public"]'::pg_catalog.jsonb,
            'id_token_signing_alg_values_supported', '["ES256"]'::pg_catalog.jsonb,
            'token_endpoint_auth_methods_supported',
                '["client_secret_basic", "client_secret_post", "none"]'::pg_catalog.jsonb,
            'code_challenge_methods_supported', '["S256"]'::pg_catalog.jsonb,
            'claims_supported', '["sub", "iss", "aud", "exp", "iat", "email", "phone", "role", "aal", "amr", "session_id",
                "app_metadata", "user_metadata", "is_anonymous"]'::pg_catalog.jsonb),
        headers => '{"Cache-Control": "public, max-age=600"}');
END
$$;
ALTER FUNCTION auth.openid_configuration() OWNER TO howdah_owner;
COMMENT ON FUNCTION auth.openid_configuration() IS 'GET /.well-known/openid-configuration.';
REVOKE EXECUTE ON FUNCTION auth.openid_configuration() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION auth.openid_configuration() TO anon, authenticated, service_role;
