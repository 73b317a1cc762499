-- auth.admin_create_custom_provider: POST /admin/custom-providers: a provider of one's own, by OpenID Connect or OAuth 2. Users sign in with
-- provider=custom:….
--
-- Runs as   definer: writes auth.providers.
-- Writes    the provider, its secret sealed; audit rows without it.
-- Returns   201 and the provider; 400 validation_failed, conflict; what auth_require_admin refuses.
CREATE FUNCTION auth.admin_create_custom_provider(
    provider_type pg_catalog.text DEFAULT NULL,
    identifier pg_catalog.text DEFAULT NULL,
    name pg_catalog.text DEFAULT NULL,
    client_id pg_catalog.text DEFAULT NULL,
    client_secret pg_catalog.text DEFAULT NULL,
    acceptable_client_ids pg_catalog.text[] DEFAULT NULL,
    scopes pg_catalog.text[] DEFAULT NULL,
    pkce_enabled pg_catalog.bool DEFAULT NULL,
    attribute_mapping pg_catalog.jsonb DEFAULT NULL,
    authorization_params pg_catalog.jsonb DEFAULT NULL,
    enabled pg_catalog.bool DEFAULT NULL,
    email_optional pg_catalog.bool DEFAULT NULL,
    issuer pg_catalog.text DEFAULT NULL,
    skip_nonce_check pg_catalog.bool DEFAULT NULL,
    authorization_url pg_catalog.text DEFAULT NULL,
    token_url pg_catalog.text DEFAULT NULL,
    userinfo_url pg_catalog.text DEFAULT NULL,
    jwks_uri pg_catalog.text DEFAULT NULL
)
RETURNS auth.answer
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_refusal auth.answer := howdah_private.auth_require_admin();
    v_problem pg_catalog.text;
    v_name    pg_catalog.text := 'custom:' || pg_catalog.regexp_replace(
        COALESCE(admin_create_custom_provider.identifier, ''), '^custom:', '');
BEGIN
    IF (v_refusal).status IS NOT NULL THEN
        RETURN v_refusal;
    END IF;
    v_problem := CASE
        WHEN COALESCE(provider_type, '') NOT IN ('oauth2', 'oidc') THEN 'provider_type must be either ''oauth2'' or ''oidc'''
        WHEN v_name = 'custom:' THEN 'identifier is required'
        WHEN COALESCE(name, '') = '' THEN 'name is required'
        WHEN COALESCE(client_id, '') = '' THEN 'client_id is required'
        WHEN COALESCE(client_secret, '') = '' THEN 'client_secret is required'
        WHEN provider_type = 'oidc' AND COALESCE(issuer, '') = '' THEN 'issuer is required for OIDC providers'
        WHEN provider_type = 'oauth2' AND COALESCE(authorization_url, '') = '' THEN 'authorization_url is required for OAuth2 providers'
        WHEN provider_type = 'oauth2' AND COALESCE(token_url, '') = '' THEN 'token_url is required for OAuth2 providers'
        WHEN provider_type = 'oauth2' AND COALESCE(userinfo_url, '') = '' THEN 'userinfo_url is required for OAuth2 providers' END;
    IF v_problem IS NOT NULL THEN
        RETURN howdah_private.auth_refuse('validation_failed', v_problem);
    ELSIF EXISTS (SELECT 1 FROM auth.providers AS p WHERE p.name = v_name) THEN
        RETURN howdah_private.auth_refuse_as(400, 'conflict', 'A custom OAuth provider with this identifier already exists');
    END IF;
    IF provider_type = 'oidc' AND scopes IS NOT NULL AND 'openid' <> ALL (scopes) THEN
        scopes := ARRAY['openid'] || scopes;
    END IF;
    RETURN howdah_private.auth_save_custom_provider(v_name, pg_catalog.jsonb_build_object(
        'provider_type', provider_type, 'name', name, 'client_id', client_id, 'client_secret', client_secret,
        'acceptable_client_ids', acceptable_client_ids, 'scopes', scopes, 'pkce_enabled', pkce_enabled,
        'attribute_mapping', attribute_mapping, 'authorization_params', authorization_params, 'enabled', enabled,
        'email_optional', email_optional, 'issuer', issuer, 'skip_nonce_check', skip_nonce_check,
        'authorization_url', authorization_url, 'token_url', token_url, 'userinfo_url', userinfo_url, 'jwks_uri', jwks_uri),
        'custom_provider_created', 201);
END
$$;
ALTER FUNCTION auth.admin_create_custom_provider(pg_catalog.text, pg_catalog.text, pg_catalog.text,
                                                 pg_catalog.text, pg_catalog.text, pg_catalog.text[],
                                                 pg_catalog.text[], pg_catalog.bool, pg_catalog.jsonb,
                                                 pg_catalog.jsonb, pg_catalog.bool, pg_catalog.bool,
                                                 pg_catalog.text, pg_catalog.bool, pg_catalog.text,
                                                 pg_catalog.text, pg_catalog.text, pg_catalog.text)
    OWNER TO howdah_owner;
COMMENT ON FUNCTION auth.admin_create_custom_provider(pg_catalog.text, pg_catalog.text, pg_catalog.text,
                                                      pg_catalog.text, pg_catalog.text, pg_catalog.text[],
                                                      pg_catalog.text[], pg_catalog.bool, pg_catalog.jsonb,
                                                      pg_catalog.jsonb, pg_catalog.bool, pg_catalog.bool,
                                                      pg_catalog.text, pg_catalog.bool, pg_catalog.text,
                                                      pg_catalog.text, pg_catalog.text, pg_catalog.text)
    IS 'POST /admin/custom-providers.';
REVOKE EXECUTE ON FUNCTION auth.admin_create_custom_provider(pg_catalog.text, pg_catalog.text, pg_catalog.text,
                                                             pg_catalog.text, pg_catalog.text, pg_catalog.text[],
                                                             pg_catalog.text[], pg_catalog.bool, pg_catalog.jsonb,
                                                             pg_catalog.jsonb, pg_catalog.bool, pg_catalog.bool,
                                                             pg_catalog.text, pg_catalog.bool, pg_catalog.text,
                                                             pg_catalog.text, pg_catalog.text, pg_catalog.text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION auth.admin_create_custom_provider(pg_catalog.text, pg_catalog.text, pg_catalog.text,
                                                            pg_catalog.text, pg_catalog.text, pg_catalog.text[],
                                                            pg_catalog.text[], pg_catalog.bool, pg_catalog.jsonb,
                                                            pg_catalog.jsonb, pg_catalog.bool, pg_catalog.bool,
                                                            pg_catalog.text, pg_catalog.bool, pg_catalog.text,
                                                            pg_catalog.text, pg_catalog.text, pg_catalog.text)
    TO anon, authenticated, service_role;
