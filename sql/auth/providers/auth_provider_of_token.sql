-- howdah_private.auth_provider_of_token: the provider that an ID token is said to be of: by name, or by issuer and client.
--
-- Runs as   invoker: auth.sign_in_with_id_token is howdah_owner.
-- Returns   NULL if none that is enabled.
CREATE FUNCTION howdah_private.auth_provider_of_token(
    name pg_catalog.text,
    client_id pg_catalog.text,
    issuer pg_catalog.text
)
RETURNS pg_catalog.jsonb
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF COALESCE(auth_provider_of_token.name, '') <> '' THEN
        RETURN howdah_private.auth_provider_json(auth_provider_of_token.name);
    END IF;
    RETURN (
        SELECT pg_catalog.to_jsonb(p) - 'secret' FROM auth.providers AS p
        WHERE p.enabled AND p.issuer = auth_provider_of_token.issuer AND auth_provider_of_token.client_id = ANY (p.client_ids)
        ORDER BY p.name LIMIT 1);
END
$$;
COMMENT ON FUNCTION howdah_private.auth_provider_of_token(
    pg_catalog.text, pg_catalog.text, pg_catalog.text) IS 'The provider that an ID token is said to be of.';
REVOKE EXECUTE ON FUNCTION howdah_private.auth_provider_of_token(
    pg_catalog.text, pg_catalog.text, pg_catalog.text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.auth_provider_of_token(
    pg_catalog.text, pg_catalog.text, pg_catalog.text) TO howdah_owner;
