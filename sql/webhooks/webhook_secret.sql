-- howdah.webhook_secret: what a receiver verifies with: a secret, or where a key pair signs (v1a) its public half.
--
-- Runs as   definer: opens howdah.webhook_endpoints.
-- Takes     the name of an endpoint, or an address that howdah.webhook is given: each address has a secret of its own, derived
--           from the cluster's key.
-- Raises    42704 if there is no such endpoint.
CREATE FUNCTION howdah.webhook_secret(endpoint pg_catalog.text)
RETURNS pg_catalog.text
LANGUAGE plpgsql STABLE STRICT SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_secrets pg_catalog.text[];
BEGIN
    IF webhook_secret.endpoint ~ '://' THEN
        RETURN howdah_private.webhook_url_secret(webhook_secret.endpoint);
    END IF;
    v_secrets := howdah_private.webhook_secrets(webhook_secret.endpoint);
    IF v_secrets IS NULL THEN
        RAISE EXCEPTION 'there is no endpoint "%"', webhook_secret.endpoint USING ERRCODE = 'undefined_object';
    END IF;
    RETURN howdah_private.webhook_receivers(v_secrets[1]);
END
$$;
ALTER FUNCTION howdah.webhook_secret(pg_catalog.text) OWNER TO howdah_owner;
COMMENT ON FUNCTION howdah.webhook_secret(pg_catalog.text) IS 'What a receiver verifies with.';
REVOKE EXECUTE ON FUNCTION howdah.webhook_secret(pg_catalog.text) FROM PUBLIC;
