-- howdah_private.auth_same_client: is this request from an address that a flow began at? IPv6: from its /64.
--
-- Runs as   invoker: the definer functions that call it are howdah_owner.
CREATE FUNCTION howdah_private.auth_same_client(client pg_catalog.inet)
RETURNS pg_catalog.bool
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_bits pg_catalog.int4 := CASE WHEN pg_catalog.family(auth_same_client.client) = 4 THEN 32 ELSE 64 END;
    v_now  pg_catalog.inet := howdah_private.client_address();
BEGIN
    RETURN COALESCE(
        pg_catalog.family(v_now) = pg_catalog.family(auth_same_client.client)
        AND v_now <<= pg_catalog.set_masklen(auth_same_client.client, v_bits), false);
END
$$;
COMMENT ON FUNCTION howdah_private.auth_same_client(
    pg_catalog.inet) IS 'Is this request from an address that a flow began at?';
REVOKE EXECUTE ON FUNCTION howdah_private.auth_same_client(pg_catalog.inet) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.auth_same_client(pg_catalog.inet) TO howdah_owner;
