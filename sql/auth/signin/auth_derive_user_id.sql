-- howdah_private.auth_derive_user_id: the id of the made-up user of an address that is taken.
--
-- Always the same one for an address, as a repeated sign-up over an unconfirmed account shows the same id too; without
-- the server's key nobody can tell it from a random one.
--
-- Runs as   invoker: the definer functions that call it are howdah_owner.
CREATE FUNCTION howdah_private.auth_derive_user_id(address pg_catalog.text)
RETURNS pg_catalog.uuid
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_bytes pg_catalog.bytea := pg_catalog.substring(
        howdah_private.server_hmac('made-up user', auth_derive_user_id.address), 1, 16);
BEGIN
    -- Version 4, variant 10, as gen_random_uuid() has it.
    v_bytes := pg_catalog.set_byte(v_bytes, 6, (pg_catalog.get_byte(v_bytes, 6) & 15) | 64);
    v_bytes := pg_catalog.set_byte(v_bytes, 8, (pg_catalog.get_byte(v_bytes, 8) & 63) | 128);
    RETURN pg_catalog.encode(v_bytes, 'hex')::pg_catalog.uuid;
END
$$;
COMMENT ON FUNCTION howdah_private.auth_derive_user_id(pg_catalog.text)
    IS 'The id of the made-up user of an address that is taken.';
REVOKE EXECUTE ON FUNCTION howdah_private.auth_derive_user_id(pg_catalog.text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.auth_derive_user_id(pg_catalog.text) TO howdah_owner;
