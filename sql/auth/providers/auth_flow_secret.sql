-- howdah_private.auth_flow_secret: nonce and code verifier of a flow by way of a provider. Computed under the cluster's key
-- instead of kept: a dump of auth.flow_state holds nothing that a code could be redeemed with.
--
-- Runs as   invoker: the definer functions that call it are howdah_owner.
-- Returns   256 bits in base64url: 43 characters, as a verifier must have at least (RFC 7636, 4.1).
CREATE FUNCTION howdah_private.auth_flow_secret(flow pg_catalog.uuid, purpose pg_catalog.text)
RETURNS pg_catalog.text
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN pg_catalog.rtrim(pg_catalog.translate(pg_catalog.encode(howdah_private.server_hmac(
        'oauth ' || auth_flow_secret.purpose, auth_flow_secret.flow::pg_catalog.text), 'base64'), '+/', '-_'), '=');
END
$$;
COMMENT ON FUNCTION howdah_private.auth_flow_secret(
    pg_catalog.uuid, pg_catalog.text) IS 'Nonce and code verifier of a flow by way of a provider.';
REVOKE EXECUTE ON FUNCTION howdah_private.auth_flow_secret(pg_catalog.uuid, pg_catalog.text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.auth_flow_secret(pg_catalog.uuid, pg_catalog.text) TO howdah_owner;
