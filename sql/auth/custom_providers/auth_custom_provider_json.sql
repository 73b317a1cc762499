-- howdah_private.auth_custom_provider_json: a custom provider as the dialect shows it; never its secret.
--
-- Runs as   invoker: the definer functions that call it are howdah_owner.
-- Returns   NULL if there is none of that identifier.
CREATE FUNCTION howdah_private.auth_custom_provider_json(identifier pg_catalog.text)
RETURNS pg_catalog.jsonb
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN (
        SELECT pg_catalog.jsonb_build_object(
                'id', c.id, 'provider_type', p.kind, 'identifier', p.name, 'name', c.name, 'client_id', p.client_ids[1],
                'acceptable_client_ids', p.client_ids[2:], 'scopes', p.scopes, 'pkce_enabled', p.pkce,
                'attribute_mapping', p.claim_mapping, 'authorization_params', p.parameters, 'enabled', p.enabled,
                'email_optional', p.email_optional, 'skip_nonce_check', p.skip_nonce_check,
                'created_at', c.created_at, 'updated_at', p.updated_at)
            || pg_catalog.jsonb_strip_nulls(pg_catalog.jsonb_build_object(
                'issuer', p.issuer, 'authorization_url', p.authorization_endpoint, 'token_url', p.token_endpoint,
                'userinfo_url', p.userinfo_endpoint, 'jwks_uri', p.jwks_uri))
        FROM auth.custom_providers AS c JOIN auth.providers AS p ON p.name = c.identifier
        WHERE c.identifier = auth_custom_provider_json.identifier);
END
$$;
COMMENT ON FUNCTION howdah_private.auth_custom_provider_json(pg_catalog.text)
    IS 'A custom provider as the dialect shows it.';
REVOKE EXECUTE ON FUNCTION howdah_private.auth_custom_provider_json(pg_catalog.text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.auth_custom_provider_json(pg_catalog.text)
    TO howdah_owner;
