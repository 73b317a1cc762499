-- howdah_private.client_address: the address of who asks, NULL outside a request (psql).
--
-- Runs as   invoker: the definer functions that call it are howdah_owner.
CREATE FUNCTION howdah_private.client_address()
RETURNS pg_catalog.inet
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_address pg_catalog.inet := howdah_private.request_client();
BEGIN
    -- IPv4 seen through an IPv6 socket is IPv4.
    IF v_address <<= '::ffff:0:0/96'::pg_catalog.inet THEN
        v_address := pg_catalog.replace(pg_catalog.host(v_address), '::ffff:', '');
    END IF;
    RETURN v_address;
EXCEPTION
    WHEN invalid_text_representation THEN
        RETURN NULL;
END
$$;
COMMENT ON FUNCTION howdah_private.client_address() IS 'The address of who asks.';
REVOKE EXECUTE ON FUNCTION howdah_private.client_address() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.client_address() TO howdah_owner;
