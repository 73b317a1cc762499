-- howdah_private.webhook_secrets: the secrets that sign for an endpoint, the newest first: two while they change.
--
-- Runs as   invoker: the definer functions that call it are howdah_owner.
CREATE FUNCTION howdah_private.webhook_secrets(endpoint pg_catalog.text)
RETURNS pg_catalog.text[]
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT ARRAY[howdah_private.secret_open(e.secret, 'webhook_endpoint:' || e.name)]
        || CASE WHEN e.previous_until > pg_catalog.clock_timestamp() THEN
               ARRAY[howdah_private.secret_open(e.previous_secret, 'webhook_endpoint:' || e.name)] END
    FROM howdah.webhook_endpoints AS e WHERE e.name = webhook_secrets.endpoint
$$;
COMMENT ON FUNCTION howdah_private.webhook_secrets(pg_catalog.text) IS 'The secrets that sign for an endpoint.';
REVOKE EXECUTE ON FUNCTION howdah_private.webhook_secrets(pg_catalog.text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.webhook_secrets(pg_catalog.text) TO howdah_owner;
