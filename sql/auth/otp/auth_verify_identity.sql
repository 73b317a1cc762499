-- howdah_private.auth_verify_identity: the identity of an address, proven; made if the user has none.
--
-- Runs as   invoker: the definer functions that call it are howdah_owner.
-- Writes    the user's identity of provider email or phone; app_metadata's provider and providers.
CREATE FUNCTION howdah_private.auth_verify_identity(user_id pg_catalog.uuid, address pg_catalog.text)
RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM howdah_private.auth_set_address_identity(auth_verify_identity.user_id, auth_verify_identity.address, true);
    PERFORM howdah_private.auth_update_providers(auth_verify_identity.user_id);
END
$$;
COMMENT ON FUNCTION howdah_private.auth_verify_identity(pg_catalog.uuid, pg_catalog.text)
    IS 'The identity of an address, proven; made if the user has none.';
REVOKE EXECUTE ON FUNCTION howdah_private.auth_verify_identity(pg_catalog.uuid, pg_catalog.text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.auth_verify_identity(pg_catalog.uuid, pg_catalog.text) TO howdah_owner;
