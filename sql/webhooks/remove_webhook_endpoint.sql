-- howdah.remove_webhook_endpoint: somebody is sent no webhooks any more.
--
-- Runs as   definer: writes howdah.webhook_endpoints.
-- Writes    takes the row out; what is still due to him fails as endpoint_removed; one howdah.audit row.
-- Returns   false if there is no such endpoint.
CREATE FUNCTION howdah.remove_webhook_endpoint(name pg_catalog.text)
RETURNS pg_catalog.bool
LANGUAGE plpgsql STRICT SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    DELETE FROM howdah.webhook_endpoints AS e WHERE e.name = remove_webhook_endpoint.name;
    RETURN howdah_private.record_removal(FOUND, 'remove_webhook_endpoint', pg_catalog.jsonb_build_object('name', remove_webhook_endpoint.name));
END
$$;
ALTER FUNCTION howdah.remove_webhook_endpoint(pg_catalog.text) OWNER TO howdah_owner;
COMMENT ON FUNCTION howdah.remove_webhook_endpoint(pg_catalog.text) IS 'Somebody is sent no webhooks any more.';
REVOKE EXECUTE ON FUNCTION howdah.remove_webhook_endpoint(pg_catalog.text) FROM PUBLIC;
