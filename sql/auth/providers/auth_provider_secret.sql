-- howdah_private.auth_provider_secret: a provider's client secret, open. Only for requests that are sealed at once.
--
-- Runs as   invoker: the definer functions that call it are howdah_owner.
CREATE FUNCTION howdah_private.auth_provider_secret(name pg_catalog.text)
RETURNS pg_catalog.text
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN (
        SELECT COALESCE(howdah_private.secret_open(p.secret, 'provider:' || p.name), '')
        FROM auth.providers AS p WHERE p.name = auth_provider_secret.name);
END
$$;
COMMENT ON FUNCTION howdah_private.auth_provider_secret(pg_catalog.text) IS 'A provider''s client secret, open.';
REVOKE EXECUTE ON FUNCTION howdah_private.auth_provider_secret(pg_catalog.text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.auth_provider_secret(pg_catalog.text) TO howdah_owner;
