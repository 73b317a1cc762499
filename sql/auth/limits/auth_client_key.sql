-- howdah_private.auth_client_key: what limits per address count by: IPv4 by address, IPv6 by network (/64: whoever has one
-- address there has them all).
--
-- Runs as   invoker: the definer functions that call it are howdah_owner.
-- Returns   NULL outside a request.
CREATE FUNCTION howdah_private.auth_client_key()
RETURNS pg_catalog.text
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT CASE WHEN pg_catalog.family(c.address) = 6
        THEN pg_catalog.network(pg_catalog.set_masklen(c.address, 64))::pg_catalog.text
        ELSE pg_catalog.host(c.address) END
    FROM (SELECT howdah_private.client_address() AS address) AS c
$$;
COMMENT ON FUNCTION howdah_private.auth_client_key() IS 'What limits per address count by.';
REVOKE EXECUTE ON FUNCTION howdah_private.auth_client_key() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.auth_client_key() TO howdah_owner;
