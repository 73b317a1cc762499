-- howdah_private.auth_network: the network that an address is of: its /24, or /56 of IPv6. One subscriber has that much.
--
-- Runs as   invoker: the definer functions that call it are howdah_owner.
-- Timing    in PL/pgSQL: Postgres before 18 parses and plans a function in SQL anew at each call.
CREATE FUNCTION howdah_private.auth_network(address pg_catalog.inet)
RETURNS pg_catalog.text
LANGUAGE plpgsql IMMUTABLE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN COALESCE(pg_catalog.network(pg_catalog.set_masklen(
        auth_network.address, CASE pg_catalog.family(auth_network.address) WHEN 4 THEN 24 ELSE 56 END))::pg_catalog.text, 'local');
END
$$;
COMMENT ON FUNCTION howdah_private.auth_network(pg_catalog.inet)
    IS 'The network that an address is of.';
REVOKE EXECUTE ON FUNCTION howdah_private.auth_network(pg_catalog.inet) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.auth_network(pg_catalog.inet) TO howdah_owner;
