-- howdah_private.auth_check_issuer: is an answer from the provider that the flow went to (RFC 9207)?
--
-- Runs as   invoker: auth.callback is howdah_owner.
-- Returns   whether it may be: it names that issuer, or none where the provider names none.
CREATE FUNCTION howdah_private.auth_check_issuer(provider pg_catalog.jsonb, iss pg_catalog.text)
RETURNS pg_catalog.bool
LANGUAGE plpgsql IMMUTABLE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF COALESCE(auth_check_issuer.iss, '') = '' THEN
        RETURN NOT COALESCE((auth_check_issuer.provider ->> 'iss_parameter')::pg_catalog.bool, false);
    END IF;
    -- Of many tenants, or without an issuer: the ID token, or the token endpoint, has to tell.
    RETURN auth_check_issuer.provider ->> 'issuer' IS NULL
        OR auth_check_issuer.provider ->> 'issuer' LIKE '%{tenantid}%'
        OR auth_check_issuer.provider ->> 'issuer' = auth_check_issuer.iss;
END
$$;
COMMENT ON FUNCTION howdah_private.auth_check_issuer(
    pg_catalog.jsonb, pg_catalog.text) IS 'Is an answer from the provider that the flow went to?';
REVOKE EXECUTE ON FUNCTION howdah_private.auth_check_issuer(pg_catalog.jsonb, pg_catalog.text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.auth_check_issuer(pg_catalog.jsonb, pg_catalog.text) TO howdah_owner;
