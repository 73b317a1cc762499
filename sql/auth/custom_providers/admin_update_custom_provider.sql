-- auth.admin_update_custom_provider: PUT /admin/custom-providers/{identifier}: what is given, the rest stays. Its type cannot change.
--
-- Runs as   definer: writes auth.providers.
-- Writes    the provider; audit rows without its secret.
-- Returns   200 and the provider; 404 custom_provider_not_found; 400; what auth_require_admin refuses.
CREATE FUNCTION auth.admin_update_custom_provider(
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
    v_refusal auth.answer := howdah_private.auth_load_custom_provider(admin_update_custom_provider.identifier);
BEGIN
    IF (v_refusal).status IS NOT NULL THEN
        RETURN v_refusal;
    END IF;
    RETURN howdah_private.auth_save_custom_provider(identifier, pg_catalog.jsonb_build_object(
        'name', name, 'client_id', client_id, 'client_secret', client_secret,
        'acceptable_client_ids', acceptable_client_ids, 'scopes', scopes, 'pkce_enabled', pkce_enabled,
        'attribute_mapping', attribute_mapping, 'authorization_params', authorization_params, 'enabled', enabled,
        'email_optional', email_optional, 'issuer', issuer, 'skip_nonce_check', skip_nonce_check,
        'authorization_url', authorization_url, 'token_url', token_url, 'userinfo_url', userinfo_url, 'jwks_uri', jwks_uri),
        'custom_provider_updated', 200);
END
$$;
ALTER FUNCTION auth.admin_update_custom_provider(pg_catalog.text, pg_catalog.text, pg_catalog.text,
                                                 pg_catalog.text, pg_catalog.text[], pg_catalog.text[],
                                                 pg_catalog.bool, pg_catalog.jsonb, pg_catalog.jsonb,
                                                 pg_catalog.bool, pg_catalog.bool, pg_catalog.text,
                                                 pg_catalog.bool, pg_catalog.text, pg_catalog.text,
                                                 pg_catalog.text, pg_catalog.text)
    OWNER TO howdah_owner;
COMMENT ON FUNCTION auth.admin_update_custom_provider(pg_catalog.text, pg_catalog.text, pg_catalog.text,
                                                      pg_catalog.text, pg_catalog.text[], pg_catalog.text[],
                                                      pg_catalog.bool, pg_catalog.jsonb, pg_catalog.jsonb,
                                                      pg_catalog.bool, pg_catalog.bool, pg_catalog.text,
                                                      pg_catalog.bool, pg_catalog.text, pg_catalog.text,
                                                      pg_catalog.text, pg_catalog.text)
    IS 'PUT /admin/custom-providers/{identifier}.';
REVOKE EXECUTE ON FUNCTION auth.admin_update_custom_provider(pg_catalog.text, pg_catalog.text, pg_catalog.text,
                                                             pg_catalog.text, pg_catalog.text[], pg_catalog.text[],
                                                             pg_catalog.bool, pg_catalog.jsonb, pg_catalog.jsonb,
                                                             pg_catalog.bool, pg_catalog.bool, pg_catalog.text,
                                                             pg_catalog.bool, pg_catalog.text, pg_catalog.text,
                                                             pg_catalog.text, pg_catalog.text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION auth.admin_update_custom_provider(pg_catalog.text, pg_catalog.text, pg_catalog.text,
                                                            pg_catalog.text, pg_catalog.text[], pg_catalog.text[],
                                                            pg_catalog.bool, pg_catalog.jsonb, pg_catalog.jsonb,
                                                            pg_catalog.bool, pg_catalog.bool, pg_catalog.text,
                                                            pg_catalog.bool, pg_catalog.text, pg_catalog.text,
                                                            pg_catalog.text, pg_catalog.text)
    TO anon, authenticated, service_role;
