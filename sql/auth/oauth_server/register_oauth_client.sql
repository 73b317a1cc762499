-- auth.register_oauth_client: a client registers itself (POST /oauth/clients/register; RFC 7591).
--
-- Runs as   definer: writes auth.oauth_clients.
-- Returns   201 the client; 403 oauth_dynamic_client_registration_disabled unless oauth_server_allow_dynamic_registration; 400 validation_failed.
-- Limits    a client that registered itself must be consented to each time.
CREATE FUNCTION auth.register_oauth_client(
    client_name pg_catalog.text DEFAULT NULL,
    redirect_uris pg_catalog.text[] DEFAULT NULL,
    grant_types pg_catalog.text[] DEFAULT NULL,
    client_uri pg_catalog.text DEFAULT NULL,
    logo_uri pg_catalog.text DEFAULT NULL,
    client_type pg_catalog.text DEFAULT NULL,
    token_endpoint_auth_method pg_catalog.text DEFAULT NULL
)
RETURNS auth.answer
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF NOT auth.get('oauth_server_enabled')::pg_catalog.bool THEN
        RETURN howdah_private.auth_refuse('feature_disabled', 'OAuth server is disabled');
    END IF;
    IF NOT auth.get('oauth_server_allow_dynamic_registration')::pg_catalog.bool THEN
        RETURN howdah_private.auth_refuse('oauth_dynamic_client_registration_disabled');
    END IF;
    RETURN howdah_private.auth_oauth_register(
        'dynamic', register_oauth_client.client_name, register_oauth_client.redirect_uris, register_oauth_client.grant_types,
        register_oauth_client.client_uri, register_oauth_client.logo_uri, register_oauth_client.client_type,
        register_oauth_client.token_endpoint_auth_method);
END
$$;
ALTER FUNCTION auth.register_oauth_client(pg_catalog.text, pg_catalog.text[], pg_catalog.text[], pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text) OWNER TO howdah_owner;
COMMENT ON FUNCTION auth.register_oauth_client(pg_catalog.text, pg_catalog.text[], pg_catalog.text[], pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text)
    IS 'A client registers itself (RFC 7591).';
REVOKE EXECUTE ON FUNCTION auth.register_oauth_client(pg_catalog.text, pg_catalog.text[], pg_catalog.text[], pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION auth.register_oauth_client(pg_catalog.text, pg_catalog.text[], pg_catalog.text[], pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text) TO anon, authenticated, service_role;
