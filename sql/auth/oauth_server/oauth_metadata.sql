-- auth.oauth_metadata: our authorization server for clients that discover it (RFC 8414), at /.well-known/oauth-authorization-server.
--
-- Runs as   definer: reads settings.
-- Returns   200; 404 feature_disabled while the server is off; 500 site_url_missing without api_external_url.
CREATE FUNCTION auth.oauth_metadata()
RETURNS auth.answer
LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_base pg_catalog.text := auth.get('api_external_url') || '/auth/v1';
BEGIN
    IF NOT auth.get('oauth_server_enabled')::pg_catalog.bool THEN
        RETURN howdah_private.auth_refuse('feature_disabled', 'OAuth server is disabled');
    END IF;
    IF auth.get('api_external_url') = '' THEN
        RETURN howdah_private.auth_refuse('site_url_missing', 'The address of the API is not set: SELECT auth.set(''api_external_url'', ''https://…'')');
    END IF;
    RETURN ROW(200, pg_catalog.jsonb_strip_nulls(pg_catalog.jsonb_build_object(
        'issuer', v_base,
        'authorization_endpoint', v_base || '/oauth/authorize',
        'token_endpoint', v_base || '/oauth/token',
        'userinfo_endpoint', v_base || '/oauth/userinfo',
        'jwks_uri', v_base || '/.well-known/jwks.json',
        'registration_endpoint', CASE WHEN auth.get('oauth_server_allow_dynamic_registration')::pg_catalog.bool
            THEN v_base || '/oauth/clients/register' END,
        'scopes_supported', pg_catalog.string_to_array(auth.get('oauth_server_scopes'), ','),
        'response_types_supported', ARRAY['code'], 'response_modes_supported', ARRAY['query'],
        'grant_types_supported', ARRAY['authorization_code', 'refresh_token'],
        'subject_types_supported', ARRAY['public'], 'id_token_signing_alg_values_supported', ARRAY['ES256'],
        'token_endpoint_auth_methods_supported', ARRAY['client_secret_basic', 'client_secret_post', 'none'],
        'code_challenge_methods_supported', ARRAY['S256'],
        'authorization_response_iss_parameter_supported', true)),
        '{"Cache-Control": "public, max-age=600"}')::auth.answer;
END
$$;
ALTER FUNCTION auth.oauth_metadata() OWNER TO howdah_owner;
COMMENT ON FUNCTION auth.oauth_metadata() IS 'Our authorization server for clients that discover it.';
REVOKE EXECUTE ON FUNCTION auth.oauth_metadata() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION auth.oauth_metadata() TO anon, authenticated, service_role;
