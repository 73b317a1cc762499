-- howdah_private.webhook_url_secret: what signs for an address that is no endpoint's: derived from the cluster's key, so that
-- nothing is sent unsigned and nothing has to be kept.
--
-- Runs as   invoker: the definer functions that call it are howdah_owner.
CREATE FUNCTION howdah_private.webhook_url_secret(url pg_catalog.text)
RETURNS pg_catalog.text
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT 'whsec_' || pg_catalog.encode(howdah_private.server_hmac('webhook url', webhook_url_secret.url), 'base64')
$$;
COMMENT ON FUNCTION howdah_private.webhook_url_secret(pg_catalog.text)
    IS 'What signs for an address that is no endpoint''s.';
REVOKE EXECUTE ON FUNCTION howdah_private.webhook_url_secret(pg_catalog.text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.webhook_url_secret(pg_catalog.text) TO howdah_owner;
