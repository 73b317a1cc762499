-- howdah_private.auth_client_key: what limits per address count by: IPv4 by address, IPv6 by network (/64: whoever has one
-- address there has them all).
--
-- Runs as   invoker: the definer functions that call it are howdah_owner.
-- Returns   NULL outside a request.
-- Timing    in PL/pgSQL: Postgres before 18 parses and plans a function in SQL anew at each call.
CREATE FUNCTION howdah_private.auth_client_key()
RETURNS pg_catalog.text
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_address CONSTANT pg_catalog.inet := howdah_private.client_address();
BEGIN
    RETURN CASE WHEN pg_catalog.family(v_address) = 6
        THEN pg_catalog.network(pg_catalog.set_masklen(v_address, 64))::pg_catalog.text
        ELSE pg_catalog.host(v_address) END;
END
$$;
COMMENT ON FUNCTION howdah_private.auth_client_key() IS 'What limits per address count by.';
REVOKE EXECUTE ON FUNCTION howdah_private.auth_client_key() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.auth_client_key() TO howdah_owner;
